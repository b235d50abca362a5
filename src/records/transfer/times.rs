//! Times as the files have them: `2024-05-01 10:00:00.000000`, in UTC.

use jiff::Timestamp;
use jiff::civil;
use jiff::tz::TimeZone;

/// Also with `T`, an offset, `Z` or ` UTC`, and a date alone.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment);
    }
    let civil = text.strip_suffix(" UTC").unwrap_or(text);
    let civil = civil.parse::<civil::DateTime>().ok()?;
    civil.to_zoned_datetime(TimeZone::UTC).ok().map(|moment| moment.timestamp())
}

pub(super) fn write(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%d %H:%M:%S.%6f").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_and_written() {
        let expected = "2024-05-01 10:00:00.250000";
        for text in [
            expected,
            "2024-05-01T10:00:00.25Z",
            "2024-05-01 12:00:00.25+02:00",
            " 2024-05-01 10:00:00.25 UTC ",
        ] {
            assert_eq!(parse(text).map(write).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(parse("2024-05-01").map(write).as_deref(), Some("2024-05-01 00:00:00.000000"));
        for text in ["", "soon", "2024-13-01", "12"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
