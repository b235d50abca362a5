//! Durations as people type them: `250ms`, `5s`, `10m`, `1h30m`.

use std::time::Duration;

/// A hundred years. A clock can be asked for the moment that long from now, and not for one at the end of its range.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// Reads a duration with its unit. A bare number is refused: seconds and milliseconds would be guesswork.
///
/// # Errors
/// The text says what was expected; the caller adds the name of the flag or setting.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
    let expected = || "a duration with its unit, such as 250ms, 5s or 1h30m".to_owned();
    let duration: jiff::SignedDuration = text.trim().parse().map_err(|_| expected())?;
    match Duration::try_from(duration) {
        Ok(duration) if duration <= LONGEST => Ok(duration),
        Ok(_) => Err("a duration of at most a hundred years".to_owned()),
        Err(_) => Err(expected()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, LONGEST, parse_duration};

    #[test]
    fn durations_need_a_unit_and_are_neither_negative_nor_endless() {
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
            ("876000h", Some(LONGEST)),
            ("876001h", None),
            ("9223372036854775807s", None),
            ("99999999999999999999h", None),
        ] {
            assert_eq!(parse_duration(text).ok(), duration, "{text:?}");
        }
    }
}
