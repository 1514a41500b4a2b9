//! Points in time, in whole seconds.

use std::{fmt, time::Duration};

use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};

use crate::ExpiresIn;

/// A point in time: whole seconds since 1970-01-01T00:00:00Z, from year 0 to year 9999.
///
/// Displayed, it is [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339) in UTC: `2013-05-24T00:00:00Z`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(i64);

const FIRST: i64 = -62_167_219_200;
const LAST: i64 = 253_402_300_799;

/// A text is not an RFC 3339 time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a time as in 2013-05-24T00:00:00Z (RFC 3339)")]
pub struct InvalidTimestamp;

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(0);

    /// From seconds since 1970. A number outside years 0 to 9999 becomes the nearest time inside.
    #[must_use]
    pub fn from_unix(seconds: i64) -> Self {
        Self(seconds.clamp(FIRST, LAST))
    }

    /// Seconds since 1970.
    #[must_use]
    pub const fn unix(self) -> i64 {
        self.0
    }

    /// Reads an RFC 3339 time; fractions of a second are dropped.
    ///
    /// # Errors
    /// When the text is not such a time.
    pub fn parse_rfc3339(text: &str) -> Result<Self, InvalidTimestamp> {
        let parsed = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| InvalidTimestamp)?;
        Ok(Self::from_unix(parsed.to_offset(UtcOffset::UTC).unix_timestamp()))
    }

    /// This time and a life later.
    #[must_use]
    pub fn expires(self, life: ExpiresIn) -> Self {
        self.plus(life.duration())
    }

    /// Later by a duration, in whole seconds.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self::from_unix(self.unix().saturating_add_unsigned(duration.as_secs()))
    }

    /// Earlier by a duration, in whole seconds.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self::from_unix(self.unix().saturating_sub_unsigned(duration.as_secs()))
    }

    /// How long from here until `later`; zero when `later` is past.
    #[must_use]
    pub fn until(self, later: Self) -> Duration {
        Duration::from_secs(u64::try_from(later.unix().saturating_sub(self.unix())).unwrap_or(0))
    }

    /// `20130524T000000Z`: the ISO 8601 basic form that AWS and Google sign.
    #[must_use]
    pub fn iso8601_basic(self) -> String {
        self.spelled(["", "", "T", "", "", "Z"])
    }

    /// `20130524`: the date that AWS and Google put into the credential scope.
    #[must_use]
    pub fn date_basic(self) -> String {
        let mut text = self.iso8601_basic();
        text.truncate(8);
        text
    }

    /// The day's number since 1970-01-01: equal for all times of one UTC day.
    #[must_use]
    pub const fn day(self) -> i64 {
        self.unix().div_euclid(86_400)
    }

    /// Year to second, each followed by its separator. Written digit by digit: this is on the path of every signature,
    /// and `format!` takes four times as long.
    fn spelled(self, separators: [&str; 6]) -> String {
        // The years are those that it knows.
        let time = OffsetDateTime::from_unix_timestamp(self.0).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let year = u16::try_from(time.year()).unwrap_or_default();
        let (century, year) = ((year / 100 % 100) as u8, (year % 100) as u8);
        let parts = [year, time.month().into(), time.day(), time.hour(), time.minute(), time.second()];
        let mut text = String::with_capacity(20);
        push_two_digits(&mut text, century);
        for (part, separator) in parts.into_iter().zip(separators) {
            push_two_digits(&mut text, part);
            text.push_str(separator);
        }
        text
    }
}

fn push_two_digits(text: &mut String, number: u8) {
    text.push(char::from(b'0' + number / 10 % 10));
    text.push(char::from(b'0' + number % 10));
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.spelled(["-", "-", "T", ":", ":", "Z"]))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_the_three_spellings_that_signatures_use() {
        let time = Timestamp::parse_rfc3339("2013-05-24T02:00:00.75+02:00").unwrap();
        assert_eq!(time.iso8601_basic(), "20130524T000000Z");
        assert_eq!(time.date_basic(), "20130524");
        assert_eq!(time.to_string(), "2013-05-24T00:00:00Z");
        assert_eq!(time.unix(), 1_369_353_600);
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["", "yesterday", "2013-05-24", "2013-05-24T25:00:00Z", "1369353600"] {
            assert_eq!(Timestamp::parse_rfc3339(text), Err(InvalidTimestamp), "{text}");
        }
    }

    #[test]
    fn arithmetic_saturates_instead_of_overflowing() {
        let last = Timestamp::from_unix(i64::MAX);
        assert_eq!(last.to_string(), "9999-12-31T23:59:59Z");
        assert_eq!(last.plus(Duration::from_secs(u64::MAX)), last);
        assert_eq!(last.until(Timestamp::from_unix(0)), Duration::ZERO);
    }
}
