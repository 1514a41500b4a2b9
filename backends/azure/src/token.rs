//! A shared access signature as text: a token, or the URL that it came in.

use presign_core::{Timestamp, encode};

/// What a ready-made SAS's text says. Nothing is checked here but its form.
pub(crate) struct Token<'a> {
    /// What stood before the `?`, when it was a URL.
    pub(crate) url: Option<&'a str>,
    /// The query, as it stood there.
    pub(crate) query: &'a str,
    /// The query's fields, decoded.
    fields: Vec<(String, String)>,
}

impl<'a> Token<'a> {
    /// Takes a text apart.
    ///
    /// # Errors
    /// When it is no query, has a field twice, or has a character that a URL's query cannot have. The message does not
    /// repeat it.
    pub(crate) fn parse(text: &'a str) -> Result<Self, &'static str> {
        let (url, query) = match text.trim().split_once('?') {
            Some(("", query)) => (None, query),
            Some((url, query)) => (Some(url), query),
            None => (None, text.trim()),
        };
        let fits = |byte: u8| byte.is_ascii_graphic() && !b"#?\"'<>\\`^{|}".contains(&byte);
        if !query.bytes().all(fits) {
            return Err("has a character that a shared access signature never has: copy it again, whole");
        }
        let fields = query.split('&').map(field).collect::<Option<Vec<_>>>();
        let fields = fields.ok_or("is not a shared access signature (sv=…&sig=…): copy it again, whole")?;
        let twice = |(name, _): &(String, String)| fields.iter().filter(|(other, _)| other == name).count() > 1;
        if fields.iter().any(twice) {
            return Err("has a field twice: make a new shared access signature");
        }
        Ok(Self { url, query, fields })
    }

    /// A field's value, if it is there and not empty.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// A field's value as a time.
    ///
    /// # Errors
    /// When it is there and is no time.
    pub(crate) fn time(&self, name: &str) -> Result<Option<Timestamp>, String> {
        let read = |text: &str| time(text).ok_or_else(|| format!("has a time that cannot be read in '{name}'"));
        self.field(name).map(read).transpose()
    }
}

fn field(pair: &str) -> Option<(String, String)> {
    let (name, value) = pair.split_once('=')?;
    Some((encode::decode(name)?, encode::decode(value)?))
}

/// Reads a time in
/// [one of the forms that a SAS may have](https://learn.microsoft.com/rest/api/storageservices/formatting-datetime-values):
/// to the second, to the minute, or the day alone.
fn time(text: &str) -> Option<Timestamp> {
    let full = match text.len() {
        10 => format!("{text}T00:00:00Z"),
        17 => format!("{}:00Z", text.strip_suffix('Z')?),
        _ => text.to_owned(),
    };
    Timestamp::parse_rfc3339(&full).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_with_and_without_its_url() {
        for text in
            ["sv=1&sig=a%2Bb%3D", "?sv=1&sig=a%2Bb%3D", "https://host/c/b?sv=1&sig=a%2Bb%3D", " sv=1&sig=a%2Bb%3D "]
        {
            let token = Token::parse(text).ok().unwrap();
            assert_eq!(token.query, "sv=1&sig=a%2Bb%3D");
            assert_eq!(token.field("sig"), Some("a+b="));
            assert_eq!(token.url.is_some(), text.starts_with("https"));
        }
    }

    #[test]
    fn what_is_no_token_is_refused() {
        for text in
            ["", "s3cret", "sv=1&sig=a b", "sv=1&sig=a#b", "sv=1&sv=2", "sv=1&sig=\u{e9}", "sv=1\r\nx: y", "a?b=1?c=2"]
        {
            assert!(Token::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_time_has_one_of_three_forms() {
        let expected = Timestamp::parse_rfc3339("2024-03-01T00:00:00Z").unwrap();
        for text in ["2024-03-01", "2024-03-01T00:00Z", "2024-03-01T00:00:00Z", "2024-03-01T00:00:00.0000000Z"] {
            assert_eq!(time(text), Some(expected), "{text}");
        }
        for text in ["", "tomorrow", "2024-13-01", "2024-03-01T00:00"] {
            assert_eq!(time(text), None, "{text}");
        }
    }
}
