//! On whose behalf a command acts, and when.

use std::{str::FromStr, sync::Arc};

use presign_core::{Clock, FixedClock, Timestamp};

use super::arguments::time;
use crate::{auth::Principal, clock::SystemClock};

/// The caller and the time of a request that nobody sent.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Stance {
    /// The caller, such as user=u1,company=c1,role=admin; by default one without any of them.
    #[arg(long = "as", value_name = "WHO")]
    who: Option<Who>,
    /// The time (RFC 3339), such as 2013-05-24T00:00:00Z; by default now.
    #[arg(long, value_name = "TIME", value_parser = time)]
    at: Option<Timestamp>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Who {
    user: String,
    company: String,
    role: String,
}

impl Stance {
    pub(super) fn principal(&self) -> Principal {
        let Who { user, company, role } = self.who.clone().unwrap_or_default();
        Principal::new(user, company, role)
    }

    /// Whether `--as` says who it is.
    pub(super) const fn is_somebody(&self) -> bool {
        self.who.is_some()
    }

    /// A clock that stands still where `--at` says so.
    pub(super) fn clock(&self) -> Arc<dyn Clock> {
        match self.at {
            Some(at) => Arc::new(FixedClock(at)),
            None => Arc::new(SystemClock::start()),
        }
    }
}

impl FromStr for Who {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut who = Self::default();
        for part in text.split(',') {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let place = match name {
                "user" => &mut who.user,
                "company" => &mut who.company,
                "role" => &mut who.role,
                _ => return Err("write user=…, company=…, role=…, one or more of them, with commas between".to_owned()),
            };
            if value.is_empty() || !place.is_empty() {
                return Err(format!("give '{name}' one value"));
            }
            value.clone_into(place);
        }
        Ok(who)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_has_any_of_user_company_and_role() {
        let who: Who = "role=admin,user=u=1".parse().unwrap();
        assert_eq!(who, Who { user: "u=1".into(), company: String::new(), role: "admin".into() });
    }

    #[test]
    fn what_is_no_caller_is_refused() {
        for text in ["", "user", "user=", "user=a,user=b", "name=x", "user=a,", "user=a;role=b,x"] {
            assert!(text.parse::<Who>().is_err(), "{text}");
        }
    }
}
