//! Words for moments relative to another: `tomorrow`, `2 weeks ago`, `in 3 hours`, `next monday`. And the units of
//! time that dates are added in.

use jiff::civil::Weekday;
use jiff::{Span, ZonedDateTime};

use super::strftime::weekday_name;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Years,
    Months,
    Weeks,
    Days,
    Hours,
    Minutes,
    Seconds,
}

impl Unit {
    /// By the names the date filters take: a short one or the plural.
    pub(super) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "y" | "years" => Self::Years,
            "mo" | "months" => Self::Months,
            "w" | "weeks" => Self::Weeks,
            "d" | "days" => Self::Days,
            "h" | "hours" => Self::Hours,
            "m" | "minutes" => Self::Minutes,
            "s" | "seconds" => Self::Seconds,
            _ => return None,
        })
    }

    /// By an English word in either number.
    fn parse_word(word: &str) -> Option<Self> {
        Some(match word.strip_suffix('s').unwrap_or(word) {
            "year" => Self::Years,
            "month" => Self::Months,
            "week" => Self::Weeks,
            "day" => Self::Days,
            "hour" => Self::Hours,
            "minute" | "min" => Self::Minutes,
            "second" | "sec" => Self::Seconds,
            _ => return None,
        })
    }

    /// That many of it; `None` for more than a calendar holds.
    pub(super) fn span(self, count: i64) -> Option<Span> {
        let span = Span::new();
        match self {
            Self::Years => span.try_years(count),
            Self::Months => span.try_months(count),
            Self::Weeks => span.try_weeks(count),
            Self::Days => span.try_days(count),
            Self::Hours => span.try_hours(count),
            Self::Minutes => span.try_minutes(count),
            Self::Seconds => span.try_seconds(count),
        }
        .ok()
    }
}

/// The moment lower-case words speak of. Days keep the time of day of `now`.
pub(super) fn parse(text: &str, now: &ZonedDateTime) -> Option<ZonedDateTime> {
    let words: Vec<_> = text.split_ascii_whitespace().collect();
    let ahead = |count: i64, unit: Unit| now.checked_add(unit.span(count)?).ok();
    let noon = |day: &ZonedDateTime| day.with().time(jiff::civil::time(12, 0, 0, 0)).build().ok();
    match words.as_slice() {
        ["now" | "today"] => Some(now.clone()),
        ["noon"] => noon(now),
        [day @ .., "at", "noon"] | [day @ .., "noon"] => noon(&parse(&day.join(" "), now)?),
        // The one that comes.
        ["midnight"] => now.tomorrow().ok()?.start_of_day().ok(),
        ["tomorrow"] => ahead(1, Unit::Days),
        ["yesterday"] => ahead(-1, Unit::Days),
        ["next", unit] if Unit::parse_word(unit).is_some() => ahead(1, Unit::parse_word(unit)?),
        ["last", unit] if Unit::parse_word(unit).is_some() => ahead(-1, Unit::parse_word(unit)?),
        ["this", unit] if Unit::parse_word(unit).is_some() => Some(now.clone()),
        ["last", day] => on_weekday(now, day, -1),
        [day] | ["next" | "this" | "on", day] => on_weekday(now, day, 1),
        ["in", count, unit] | [count, unit, "from", "now"] | [count, unit, "later" | "hence"] => {
            ahead(parse_count(count)?, Unit::parse_word(unit)?)
        }
        [count, unit, "ago"] | [count, unit, "before", "now"] => {
            ahead(-parse_count(count)?, Unit::parse_word(unit)?)
        }
        _ => None,
    }
}

/// The nearest day of that name before (`-1`) or after (`1`) today.
fn on_weekday(now: &ZonedDateTime, name: &str, direction: i32) -> Option<ZonedDateTime> {
    const DAYS: [Weekday; 7] = [
        Weekday::Monday,
        Weekday::Tuesday,
        Weekday::Wednesday,
        Weekday::Thursday,
        Weekday::Friday,
        Weekday::Saturday,
        Weekday::Sunday,
    ];
    let is_named = |day: &Weekday| {
        let full = weekday_name(*day);
        full.eq_ignore_ascii_case(name) || full.get(..3).is_some_and(|short| short.eq_ignore_ascii_case(name))
    };
    now.nth_weekday(direction, DAYS.into_iter().find(is_named)?).ok()
}

fn parse_count(word: &str) -> Option<i64> {
    const WORDS: [&str; 11] =
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    if matches!(word, "a" | "an") {
        return Some(1);
    }
    match WORDS.iter().position(|number| *number == word) {
        Some(number) => i64::try_from(number).ok(),
        // Signs are for numbers, not for words.
        None => word.parse::<u32>().ok().map(i64::from),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn words_count_from_now() {
        let now: jiff::ZonedDateTime = "2024-01-31T12:30:00+00:00[UTC]".parse().unwrap();
        let cases = [
            ("now", "2024-01-31 12:30"),
            ("today", "2024-01-31 12:30"),
            ("tomorrow", "2024-02-01 12:30"),
            ("yesterday", "2024-01-30 12:30"),
            ("2 weeks ago", "2024-01-17 12:30"),
            ("an hour ago", "2024-01-31 11:30"),
            ("in 3 hours", "2024-01-31 15:30"),
            ("1 month from now", "2024-02-29 12:30"),
            ("five years later", "2029-01-31 12:30"),
            ("next month", "2024-02-29 12:30"),
            ("last week", "2024-01-24 12:30"),
            ("next monday", "2024-02-05 12:30"),
            ("last wed", "2024-01-24 12:30"),
            ("wednesday", "2024-02-07 12:30"),
            ("this week", "2024-01-31 12:30"),
            ("noon", "2024-01-31 12:00"),
            ("tomorrow at noon", "2024-02-01 12:00"),
            ("next monday noon", "2024-02-05 12:00"),
            ("midnight", "2024-02-01 00:00"),
        ];
        for (text, expected) in cases {
            let moment = parse(text, &now).unwrap_or_else(|| panic!("{text} is not understood"));
            assert_eq!(moment.strftime("%Y-%m-%d %H:%M").to_string(), expected, "{text}");
        }
        for text in [
            "",
            "soon",
            "4294967295 years ago",
            "in 99999999999 days",
            "-1 days ago",
            "next",
            "ago",
            "soon noon",
            "at noon",
        ] {
            assert_eq!(parse(text, &now), None, "{text}");
        }
    }
}
