//! Reading points in time from whatever a template has: times, dates, seconds since the epoch, and text in the many
//! forms people and programs write. Text without a zone is in the zone of the render.

use std::str::FromStr;
use std::sync::LazyLock;

use ::regex::{Captures, Regex};
use jiff::civil::{Date, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ZonedDateTime};

use super::relative;
use super::time_zone::time_zone;
use crate::liquid::value::Value;

/// Longer text is no time.
const MAX_LENGTH: usize = 100;

/// The moment `value` stands for; `now` is the moment relative words refer to, and has the zone.
pub(super) fn read(value: &Value, now: &ZonedDateTime) -> Option<ZonedDateTime> {
    match value {
        Value::Time(time) => Some((**time).clone()),
        Value::Date(date) => Some(beginning_of(*date, now)),
        Value::Int(seconds) => since_epoch(*seconds, 0, now),
        Value::Float(seconds) if seconds.is_finite() => {
            since_epoch(seconds.floor() as i64, (seconds.fract().rem_euclid(1.0) * 1e9) as i32, now)
        }
        Value::Str(text) => parse(&text.text, now),
        _ => None,
    }
}

/// The first moment of a day. The time line ends on the 30th of December 9999; what is later, such as the
/// `9999-12-31` that stands for "never", is its last moment.
fn beginning_of(date: Date, now: &ZonedDateTime) -> ZonedDateTime {
    let zone = now.time_zone();
    date.to_zoned_datetime(zone.clone()).unwrap_or_else(|_| {
        let end = if date.year() < 0 { Timestamp::MIN } else { Timestamp::MAX };
        end.to_zoned_datetime(zone.clone())
    })
}

fn since_epoch(seconds: i64, nanoseconds: i32, now: &ZonedDateTime) -> Option<ZonedDateTime> {
    let timestamp = Timestamp::new(seconds, nanoseconds).ok()?;
    Some(timestamp.to_zoned_datetime(now.time_zone().clone()))
}

/// Text of digits alone, as seconds since the epoch.
pub(super) fn parse_epoch(text: &str, now: &ZonedDateTime) -> Option<ZonedDateTime> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { since_epoch(text.parse().ok()?, 0, now) } else { None }
}

/// A date in some form or words relative to now, a time of day, or both; digits alone are a compact date if they can
/// be, else seconds since the epoch.
pub(super) fn parse(text: &str, now: &ZonedDateTime) -> Option<ZonedDateTime> {
    let text = text.trim();
    if text.is_empty() || text.len() > MAX_LENGTH {
        return None;
    }
    if let Some(time) = parse_compact(text, now).or_else(|| parse_epoch(text, now)) {
        return Some(time);
    }
    let lower = text.to_lowercase();
    let (clock, rest) = take_clock(&lower)?;
    let rest = rest.trim().trim_end_matches([',', '-']).trim_end();
    let Some(clock) = clock else {
        return match parse_date(rest, now) {
            Some(date) => Some(beginning_of(date, now)),
            None => relative::parse(rest, now),
        };
    };
    let zone = clock.zone.unwrap_or_else(|| now.time_zone().clone());
    let now = now.with_time_zone(zone.clone());
    let date = if rest.is_empty() {
        now.date()
    } else {
        parse_date(rest, &now).or_else(|| Some(relative::parse(rest, &now)?.date()))?
    };
    date.to_datetime(clock.time).to_zoned_datetime(zone).ok()
}

/// `20240131`, `20240131T101500Z`, `20240131101500`.
fn parse_compact(text: &str, now: &ZonedDateTime) -> Option<ZonedDateTime> {
    static COMPACT: LazyLock<Regex> =
        LazyLock::new(|| regex(r"^(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?(Z|[+-]\d\d:?\d\d)?)?$"));
    let found = COMPACT.captures(text)?;
    let date = Date::new(number(&found, 1)?, number(&found, 2)?, number(&found, 3)?).ok()?;
    let time = match number(&found, 4) {
        Some(hour) => Time::new(hour, number(&found, 5)?, number(&found, 6).unwrap_or(0), 0).ok()?,
        None => Time::midnight(),
    };
    let zone = found.get(7).and_then(|zone| parse_offset(&zone.as_str().to_lowercase()));
    date.to_datetime(time).to_zoned_datetime(zone.unwrap_or_else(|| now.time_zone().clone())).ok()
}

/// A time of day, with a zone if one is written behind it.
struct Clock {
    time: Time,
    zone: Option<TimeZone>,
}

/// Cuts `10:15[:30[.5]] [pm] [zone]` or `10 pm` out of lower-case text; `None` if it is no time of day after all.
fn take_clock(text: &str) -> Option<(Option<Clock>, String)> {
    static CLOCK: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?x)(?:^|[\s,t]|\bat\s)
            (?: (\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d{1,9})\d*)?)? \s*([ap]\.?m\b\.?)? | (\d{1,2})\s*([ap]\.?m\b\.?) )
            (?: \s*( z\b | [+-]\d\d:?\d\d | [+-]\d\d\b | (?:utc|gmt)(?:[+-]\d{1,2}(?::?\d\d)?)? | [a-z]{3,4}\b ) )?
            (?: \s*\[([a-z_/+-]+)\] )?",
        )
    });
    let Some(found) = CLOCK.captures(text) else {
        return Some((None, text.to_owned()));
    };
    let whole = found.get(0)?;
    let before = text.get(..whole.start())?.trim_end().trim_end_matches(" at").trim_end_matches("at ");
    let mut after = text.get(whole.end()..)?;
    let zone = match (found.get(9), found.get(8)) {
        (Some(name), _) => Some(time_zone(name.as_str())?),
        (None, Some(name)) => match parse_offset(name.as_str()) {
            Some(zone) => Some(zone),
            // Not a zone but a word of the date: `10:00 jan 5`.
            None => {
                after = text.get(name.start()..)?;
                None
            }
        },
        (None, None) => None,
    };
    let hour: i8 = number(&found, 1).or_else(|| number(&found, 6))?;
    let meridian = found.get(5).or_else(|| found.get(7)).map(|meridian| meridian.as_str().starts_with('p'));
    let hour = match meridian {
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(is_afternoon) => hour % 12 + if is_afternoon { 12 } else { 0 },
        None => hour,
    };
    let fraction = found.get(4).map_or(0, |digits| format!("{:0<9}", digits.as_str()).parse().unwrap_or(0));
    let (minute, second) = (number(&found, 2).unwrap_or(0), number(&found, 3).unwrap_or(0));
    // A leap second is the last second of its minute.
    let time = Time::new(hour, minute, if second == 60 { 59 } else { second }, fraction).ok()?;
    Some((Some(Clock { time, zone }), format!("{before} {after}")))
}

/// A date alone; a year that is left out is this one.
pub(super) fn parse_date(text: &str, now: &ZonedDateTime) -> Option<Date> {
    static FORMS: LazyLock<[(Regex, Order); 11]> = LazyLock::new(|| {
        const WEEKDAY: &str = r"^(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?";
        const MONTH: &str = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?";
        const DAY: &str = r"(\d{1,2})(?:st|nd|rd|th)?";
        const YEAR: &str = r"(\d{4}|'?\d\d)";
        [
            (regex(r"^(-?\d{4})([-/.])(\d{1,2})[-/.](\d{1,2})$"), Order::YearMonthDay),
            (regex(r"^(\d{1,2})([-/.])(\d{1,2})[-/.](\d{4})$"), Order::DayMonthYear),
            (
                regex(&format!(r"{WEEKDAY}{DAY}[\s-]+(?:of\s+)?{MONTH}(?:[\s,-]+{YEAR})?$")),
                Order::DayNameYear,
            ),
            (regex(&format!(r"{WEEKDAY}{MONTH}[\s-]+{DAY}(?:[\s,-]+{YEAR})?$")), Order::NameDayYear),
            (regex(&format!(r"^{MONTH}[\s,-]+(\d{{4}})$")), Order::NameYear),
            (regex(&format!(r"^(\d{{4}})[-\s/]{MONTH}[-\s/]{DAY}$")), Order::YearNameDay),
            (regex(r"^(\d{4})[-/](\d{1,2})$"), Order::YearMonth),
            (regex(r"^('?\d{1,2})([-/.])(\d{1,2})[-/.](\d{1,2})$"), Order::YearMonthDay),
            (regex(r"^(\d{1,2})/(\d{1,2})$"), Order::MonthDay),
            (
                regex(
                    r"^(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)(?:r?uary|ch|il|[ey]|ust|(?:t?em|o)ber)?$",
                ),
                Order::Name,
            ),
            (regex(r"^(\d{4})-(\d{3})$"), Order::YearDay),
        ]
    });
    if text.len() > MAX_LENGTH {
        return None;
    }
    let text = text.trim().to_lowercase();
    let (found, order) = FORMS.iter().find_map(|(form, order)| Some((form.captures(&text)?, *order)))?;
    let this_year = || Some(now.year());
    let (year, month, day) = match order {
        Order::YearMonthDay => (year(&found, 1), number(&found, 3), number(&found, 4)),
        Order::DayMonthYear => {
            let (first, second): (Option<i8>, Option<i8>) = (number(&found, 1), number(&found, 3));
            // Day first, unless only the American order makes a date.
            let is_american = second > Some(12) && first <= Some(12);
            let (day, month) = if is_american { (second, first) } else { (first, second) };
            (number(&found, 4), month, day)
        }
        Order::DayNameYear => (year(&found, 3).or_else(this_year), month(&found, 2), number(&found, 1)),
        Order::NameDayYear => (year(&found, 3).or_else(this_year), month(&found, 1), number(&found, 2)),
        Order::NameYear => (number(&found, 2), month(&found, 1), Some(1)),
        Order::YearNameDay => (number(&found, 1), month(&found, 2), number(&found, 3)),
        Order::YearMonth => (number(&found, 1), number(&found, 2), Some(1)),
        Order::MonthDay => (this_year(), number(&found, 1), number(&found, 2)),
        Order::Name => (this_year(), month(&found, 1), Some(1)),
        Order::YearDay => {
            return Date::new(number(&found, 1)?, 1, 1)
                .ok()?
                .with()
                .day_of_year(number(&found, 2)?)
                .build()
                .ok();
        }
    };
    Date::new(year?, month?, day?).ok()
}

/// The groups of a written date.
#[derive(Debug, Clone, Copy)]
enum Order {
    YearMonthDay,
    DayMonthYear,
    DayNameYear,
    NameDayYear,
    NameYear,
    YearNameDay,
    YearMonth,
    MonthDay,
    Name,
    /// The day counted from the beginning of the year.
    YearDay,
}

/// A year; of one in two digits the century is the one from 1969 on.
fn year(found: &Captures<'_>, at: usize) -> Option<i16> {
    let digits = found.get(at)?.as_str().trim_start_matches('\'');
    let year: i16 = digits.parse().ok()?;
    Some(match year {
        0..69 if digits.len() < 3 => year + 2000,
        69..100 if digits.len() < 3 => year + 1900,
        _ => year,
    })
}

/// The month whose name begins like group `at`.
fn month(found: &Captures<'_>, at: usize) -> Option<i8> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let name = found.get(at)?.as_str();
    let index = MONTHS.iter().position(|month| *month == name)?;
    i8::try_from(index + 1).ok()
}

fn number<N: FromStr>(found: &Captures<'_>, at: usize) -> Option<N> {
    found.get(at)?.as_str().parse().ok()
}

/// A zone as it is written behind a time, in lower case: `z`, `+02:00`, `utc`, `est`.
pub(super) fn parse_offset(text: &str) -> Option<TimeZone> {
    const ABBREVIATIONS: [(&str, i8); 15] = [
        ("z", 0),
        ("utc", 0),
        ("gmt", 0),
        ("est", -5),
        ("edt", -4),
        ("cst", -6),
        ("cdt", -5),
        ("mst", -7),
        ("mdt", -6),
        ("pst", -8),
        ("pdt", -7),
        ("cet", 1),
        ("cest", 2),
        ("bst", 1),
        ("jst", 9),
    ];
    if let Some((_, hours)) = ABBREVIATIONS.iter().find(|(name, _)| *name == text) {
        let offset = Offset::from_hours(*hours).ok()?;
        return Some(if *hours == 0 { TimeZone::UTC } else { TimeZone::fixed(offset) });
    }
    let text = text.strip_prefix("utc").or_else(|| text.strip_prefix("gmt")).unwrap_or(text);
    let (sign, digits) = match (text.strip_prefix('+'), text.strip_prefix('-')) {
        (Some(digits), _) => (1, digits),
        (_, Some(digits)) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() > 2 => digits.split_at_checked(digits.len() - 2)?,
        None => (digits, "0"),
    };
    let seconds = i32::from(hours.parse::<u8>().ok()?) * 3600 + i32::from(minutes.parse::<u8>().ok()?) * 60;
    if seconds == 0 {
        return Some(TimeZone::UTC);
    }
    Some(TimeZone::fixed(Offset::from_seconds(sign * seconds).ok()?))
}

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the expressions of this file are constants that compile")
}

#[cfg(test)]
mod tests {
    use jiff::ZonedDateTime;

    use super::parse;

    fn now() -> ZonedDateTime {
        "2024-05-15T12:30:00+00:00[UTC]".parse().unwrap()
    }

    #[test]
    fn reads_the_forms_people_and_programs_write() {
        let cases = [
            ("2024-01-31", "2024-01-31T00:00:00+00:00"),
            ("2024/1/5", "2024-01-05T00:00:00+00:00"),
            ("2024-01-31T10:15:30Z", "2024-01-31T10:15:30+00:00"),
            ("2024-01-31 10:15:30 +0200", "2024-01-31T10:15:30+02:00"),
            ("2024-01-31 10:15:30.5-05:30", "2024-01-31T10:15:30.5-05:30"),
            ("2024-01-31T10:15", "2024-01-31T10:15:00+00:00"),
            ("2024-01-31 10:15 UTC", "2024-01-31T10:15:00+00:00"),
            ("2024-07-31T10:15:00+02:00[Europe/Warsaw]", "2024-07-31T10:15:00+02:00"),
            ("20240131", "2024-01-31T00:00:00+00:00"),
            ("20240131T101530Z", "2024-01-31T10:15:30+00:00"),
            ("1152098955", "2006-07-05T11:29:15+00:00"),
            ("March 14, 2016", "2016-03-14T00:00:00+00:00"),
            ("14 Mar 2016", "2016-03-14T00:00:00+00:00"),
            ("14th of March", "2024-03-14T00:00:00+00:00"),
            ("14-Mar-2016", "2016-03-14T00:00:00+00:00"),
            ("Mon, 14 Mar 2016 10:00:00 GMT", "2016-03-14T10:00:00+00:00"),
            ("Mon Mar 14 10:00:00 UTC 2016", "2016-03-14T10:00:00+00:00"),
            ("Mon Mar 14 2016", "2016-03-14T00:00:00+00:00"),
            ("March 2016", "2016-03-01T00:00:00+00:00"),
            ("31.12.2023", "2023-12-31T00:00:00+00:00"),
            ("01/02/2016", "2016-02-01T00:00:00+00:00"),
            ("05/30/2016", "2016-05-30T00:00:00+00:00"),
            ("3/5/24", "2003-05-24T00:00:00+00:00"),
            ("99-1-2", "1999-01-02T00:00:00+00:00"),
            ("5-MAR-24", "2024-03-05T00:00:00+00:00"),
            ("Mar-5-2016", "2016-03-05T00:00:00+00:00"),
            ("jan 10 '70", "1970-01-10T00:00:00+00:00"),
            ("1/2", "2024-01-02T00:00:00+00:00"),
            ("September", "2024-09-01T00:00:00+00:00"),
            ("2024-065", "2024-03-05T00:00:00+00:00"),
            ("10:15", "2024-05-15T10:15:00+00:00"),
            ("5pm", "2024-05-15T17:00:00+00:00"),
            ("12:05 a.m.", "2024-05-15T00:05:00+00:00"),
            ("March 14, 2016 5:30 PM", "2016-03-14T17:30:00+00:00"),
            ("tomorrow at 10:00", "2024-05-16T10:00:00+00:00"),
            ("10:00 jan 5", "2024-01-05T10:00:00+00:00"),
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59+00:00"),
        ];
        for (text, expected) in cases {
            let time = parse(text, &now()).unwrap_or_else(|| panic!("{text} is not read"));
            assert_eq!(time.strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string(), expected, "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_time() {
        let cases = [
            "",
            " ",
            "hello",
            "2024-13-01",
            "2024-02-30",
            "25:00",
            "13pm",
            "-1152098955",
            "12",
            "a2024-01-01",
            "99999999999999999999",
            "99999999999999999",
            "monday morning blues",
            "marketing",
            "2023-366",
            "13/32",
            "é",
            "10:99",
            "--",
        ];
        for text in cases {
            let parsed = parse(text, &now());
            // Twelve is twelve seconds after the epoch.
            assert_eq!(parsed.is_some(), text == "12", "{text}: {parsed:?}");
        }
    }
}
