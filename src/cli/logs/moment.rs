//! Moments as people type them: `10m`, `3h`, `today`, `14:30`, `2026-01-15T14:30:00Z`, `last-start`.

use jiff::civil::{Date, DateTime, Time};
use jiff::{Span, Timestamp, ZonedDateTime};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    At(Timestamp),
    /// When `run` was last started.
    LastStart,
}

impl Moment {
    /// A span counts back from `now`, a time of day is the latest one that has passed, and what names no time zone is in
    /// that of `now`.
    ///
    /// # Errors
    /// The text says what was expected.
    pub(super) fn parse(text: &str, now: &ZonedDateTime) -> Result<Self, String> {
        if text == "last-start" {
            return Ok(Self::LastStart);
        }
        let at = match text {
            "now" => Some(now.timestamp()),
            "today" => start_of(now.date(), now),
            "yesterday" => now.date().yesterday().ok().and_then(|day| start_of(day, now)),
            _ => text
                .parse::<Timestamp>()
                .ok()
                // A date alone is its midnight. A time would also be read out of a date with a time.
                .or_else(|| text.parse::<DateTime>().ok().and_then(|time| in_zone(time, now)))
                .or_else(|| time_of_day(text).and_then(|time| latest(time, now)))
                .or_else(|| text.parse::<Span>().ok().and_then(|span| ago(span, now))),
        };
        at.map(Self::At).ok_or_else(|| {
            "a moment such as 10m, 3h, today, 14:30, 2026-01-15, 2026-01-15T14:30:00Z or last-start"
                .to_owned()
        })
    }

    /// `None` where the log must be asked.
    pub(super) fn timestamp(self) -> Option<Timestamp> {
        match self {
            Self::At(moment) => Some(moment),
            Self::LastStart => None,
        }
    }
}

/// A bare number would do as an hour, but may as well be meant as minutes.
fn time_of_day(text: &str) -> Option<Time> {
    text.contains(':').then(|| text.parse().ok()).flatten()
}

fn in_zone(time: DateTime, now: &ZonedDateTime) -> Option<Timestamp> {
    time.to_zoned_datetime(now.time_zone().clone()).ok().map(|moment| moment.timestamp())
}

fn start_of(day: Date, now: &ZonedDateTime) -> Option<Timestamp> {
    in_zone(day.to_datetime(Time::midnight()), now)
}

fn latest(time: Time, now: &ZonedDateTime) -> Option<Timestamp> {
    let today = in_zone(now.date().to_datetime(time), now)?;
    if today <= now.timestamp() {
        return Some(today);
    }
    in_zone(now.date().yesterday().ok()?.to_datetime(time), now)
}

fn ago(span: Span, now: &ZonedDateTime) -> Option<Timestamp> {
    now.checked_sub(span.abs()).ok().map(|moment| moment.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_in_the_zone_of_now() {
        let now: ZonedDateTime = "2026-03-10T14:00:00+01:00[Europe/Warsaw]".parse().unwrap();
        let cases = [
            ("10m", Some("2026-03-10T13:50:00+01:00")),
            ("3h", Some("2026-03-10T11:00:00+01:00")),
            ("1h30m", Some("2026-03-10T12:30:00+01:00")),
            ("2d", Some("2026-03-08T14:00:00+01:00")),
            ("90s", Some("2026-03-10T13:58:30+01:00")),
            ("now", Some("2026-03-10T14:00:00+01:00")),
            ("today", Some("2026-03-10T00:00:00+01:00")),
            ("yesterday", Some("2026-03-09T00:00:00+01:00")),
            ("13:30", Some("2026-03-10T13:30:00+01:00")),
            ("13:30:15", Some("2026-03-10T13:30:15+01:00")),
            ("14:00", Some("2026-03-10T14:00:00+01:00")),
            ("14:30", Some("2026-03-09T14:30:00+01:00")),
            ("2026-01-15", Some("2026-01-15T00:00:00+01:00")),
            ("2026-01-15T14:30:00", Some("2026-01-15T14:30:00+01:00")),
            ("2026-01-15 14:30", Some("2026-01-15T14:30:00+01:00")),
            ("2026-01-15T14:30:00Z", Some("2026-01-15T15:30:00+01:00")),
            ("2026-01-15T14:30:00.250+02:00", Some("2026-01-15T13:30:00.250+01:00")),
            ("2026-07-15 14:30", Some("2026-07-15T14:30:00+02:00")),
            ("", None),
            ("10", None),
            ("soon", None),
            ("25:00", None),
            ("2026-02-30", None),
            ("99999999y", None),
            ("last start", None),
        ];
        for (text, expected) in cases {
            let expected = expected.map(|moment| Moment::At(moment.parse().unwrap()));
            assert_eq!(Moment::parse(text, &now).ok(), expected, "{text:?}");
        }
        assert_eq!(Moment::parse("last-start", &now), Ok(Moment::LastStart));
    }
}
