//! Durations as lines of the log print them: how long something took, and how long until something happens.

use std::time::Duration;

/// `742ms`: whole milliseconds, however long, so that a grep for slow jobs needs one pattern.
pub(crate) fn took(duration: Duration) -> String {
    format!("{}ms", duration.as_millis())
}

/// `0s`, `960ms`, `5s`, `2m`, `1h30m`: two units at most, rounded to the nearest; seconds are left out from an hour on.
pub(crate) fn delay(duration: Duration) -> String {
    let millis = (duration.as_nanos() + 500_000) / 1_000_000;
    if millis == 0 {
        return "0s".to_owned();
    }
    if millis < 1000 {
        return format!("{millis}ms");
    }
    let seconds = (millis + 500) / 1000;
    if seconds < 3600 { units(seconds, "m", "s") } else { units((seconds + 30) / 60, "h", "m") }
}

/// `count` of the small unit in two units of base 60, without the one that is zero.
fn units(count: u128, large: &str, small: &str) -> String {
    match (count / 60, count % 60) {
        (0, rest) => format!("{rest}{small}"),
        (whole, 0) => format!("{whole}{large}"),
        (whole, rest) => format!("{whole}{large}{rest}{small}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn took_is_whole_milliseconds() {
        for (micros, text) in [(0, "0ms"), (999, "0ms"), (742_900, "742ms"), (90_061_000, "90061ms")] {
            assert_eq!(took(Duration::from_micros(micros)), text);
        }
    }

    #[test]
    fn delay_shows_at_most_two_units() {
        let cases = [
            (0, "0s"),
            (1, "1ms"),
            (960, "960ms"),
            (1_000, "1s"),
            (1_499, "1s"),
            (1_500, "2s"),
            (5_213, "5s"),
            (59_499, "59s"),
            (59_500, "1m"),
            (113_000, "1m53s"),
            (120_000, "2m"),
            (3_599_500, "1h"),
            (5_400_000, "1h30m"),
            (5_429_000, "1h30m"),
            (5_430_000, "1h31m"),
            (172_800_000, "48h"),
        ];
        for (millis, text) in cases {
            assert_eq!(delay(Duration::from_millis(millis)), text, "{millis} ms");
        }
        assert_eq!(delay(Duration::from_micros(400)), "0s");
        assert_eq!(delay(Duration::from_micros(999_600)), "1s");
    }
}
