//! Durations as people type them: `250ms`, `5s`, `10m`, `1h30m`.

use std::time::Duration;

/// Reads a duration with its unit. A bare number is refused: seconds and milliseconds would be guesswork.
///
/// # Errors
/// The text says what was expected; the caller adds the name of the flag or setting.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
    let expected = || "a duration with its unit, such as 250ms, 5s or 1h30m".to_owned();
    let duration: jiff::SignedDuration = text.trim().parse().map_err(|_| expected())?;
    Duration::try_from(duration).map_err(|_| expected())
}

#[cfg(test)]
mod tests {
    use super::{Duration, parse_duration};

    #[test]
    fn durations_need_a_unit_and_cannot_be_negative() {
        for (text, duration) in [
            ("0s", Some(Duration::ZERO)),
            ("250ms", Some(Duration::from_millis(250))),
            ("5s", Some(Duration::from_secs(5))),
            (" 2m ", Some(Duration::from_secs(120))),
            ("1h30m", Some(Duration::from_secs(5400))),
            ("5", None),
            ("", None),
            ("-5s", None),
            ("soon", None),
            ("99999999999999999999h", None),
        ] {
            assert_eq!(parse_duration(text).ok(), duration, "{text:?}");
        }
    }
}
