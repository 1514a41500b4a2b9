//! An explanation, for people.

use std::{fmt, time::Duration};

use presign_core::HumanDuration;

use super::{Caller, Decision, Explanation, Life, LinkPlan, Object, RuleVerdict};

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "request   {} {}", self.operation, self.url)?;
        writeln!(f, "caller    {}", self.caller)?;
        writeln!(f, "time      {}", self.at)?;
        if let Some(object) = &self.object {
            write!(f, "{object}")?;
        }
        for (index, rule) in self.rules.iter().enumerate() {
            let title = if index == 0 { "rules" } else { "" };
            writeln!(f, "{title:<10}{}. {rule}", index + 1)?;
        }
        writeln!(f, "decision  {}", self.decision)?;
        self.link.as_ref().map_or(Ok(()), |link| write!(f, "{link}"))
    }
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [("user", &self.user), ("company", &self.company), ("role", &self.role)];
        let known: Vec<_> = parts.iter().filter(|(_, value)| !value.is_empty()).collect();
        if known.is_empty() {
            return f.write_str("nobody in particular: no user, no company, no role");
        }
        let told: Vec<_> = known.iter().map(|(name, value)| format!("{name} {value}")).collect();
        f.write_str(&told.join(", "))
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "object    scheme {}, ", self.scheme)?;
        if let Some(endpoint) = &self.endpoint {
            write!(f, "endpoint {endpoint}, ")?;
        }
        writeln!(f, "bucket {}, key {}", self.bucket, self.key)?;
        for (index, spelling) in self.spellings.iter().enumerate() {
            let title = if index == 0 { "spelled" } else { "" };
            writeln!(f, "{title:<10}{spelling}")?;
        }
        Ok(())
    }
}

impl fmt::Display for RuleVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rule)?;
        match (self.verdict, &self.reason) {
            (_, Some(reason)) => write!(f, ": {reason}"),
            ("matches", None) => f.write_str(": matches, and decides"),
            _ => f.write_str(": would match, but an earlier rule decides"),
        }
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.code, &self.reason) {
            (Some(code), Some(reason)) => write!(f, "refused, {code}: {reason}"),
            _ => f.write_str("granted"),
        }
    }
}

impl fmt::Display for LinkPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "rule      {}", self.rule)?;
        writeln!(f, "backend   {}", self.backend)?;
        writeln!(f, "location  {}", self.location)?;
        if self.check_exists {
            writeln!(f, "          the store is asked first whether it is there")?;
        }
        write!(f, "{}", self.life)?;
        for (name, value) in &self.headers {
            writeln!(f, "header    {name}: {value}")?;
        }
        let Some(string_to_sign) = &self.string_to_sign else { return Ok(()) };
        writeln!(f, "signed    the signature, which is not shown, covers:")?;
        let indented = |line: &str| format!("          | {line}");
        string_to_sign.lines().try_for_each(|line| writeln!(f, "{}", indented(line).trim_end()))
    }
}

impl fmt::Display for Life {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = |seconds: u64| HumanDuration(Duration::from_secs(seconds));
        writeln!(f, "life      {} from {}, bound by: {}", told(self.seconds), self.signed_at, self.bound)?;
        for end in &self.ends {
            writeln!(f, "          {:<10} {} (until {})", end.bound, told(end.seconds), end.at)?;
        }
        Ok(())
    }
}
