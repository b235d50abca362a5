//! Dates and times: reading, writing, adding, comparing.

use jiff::ZonedDateTime;
use jiff::civil::Date;
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::TimeZone;

use super::arguments::{Arguments, integer};
use super::moment::{self, parse_epoch};
use super::number::Number;
use super::relative::Unit;
use super::strftime::{GROWTH, strftime};
use super::time_zone::time_zone;
use super::{Filter, Filtered, Rejection, Surroundings};
use crate::liquid::value::Value;

pub(super) const ROWS: &[Filter] = &[
    Filter::new("add_to_date", 0..=2, date_add),
    Filter::new("add_to_time", 0..=2, add_to_time),
    Filter::new("date", 1..=1, date),
    Filter::new("date_add", 0..=2, date_add),
    Filter::question("date_before", 1..=1, is_date_before),
    Filter::question("is_date_before", 1..=1, is_date_before),
    Filter::question("is_date_in_past", 0..=1, is_date_in_past),
    Filter::question("is_parsable_date", 0..=0, is_parsable_date),
    Filter::new("strftime", 1..=3, strftime_filter),
    Filter::new("time_diff", 1..=3, time_diff),
    Filter::new("to_date", 0..=1, to_date),
    Filter::new("to_time", 0..=3, to_time),
];

/// The moment a value stands for, or a rejection that names it.
fn moment_of(value: &Value, now: &ZonedDateTime) -> Result<ZonedDateTime, Rejection> {
    moment::read(value, now).ok_or_else(|| {
        Rejection::argument(format!("cannot read '{}' as a time", first_chars(&value.to_text())))
    })
}

fn first_chars(text: &str) -> String {
    text.chars().take(50).collect()
}

/// Argument `at` as the name of a time zone, if it is given and not empty.
fn zone_of(arguments: &Arguments, at: usize) -> Result<Option<TimeZone>, Rejection> {
    let name = arguments.text(at);
    if name.trim().is_empty() {
        return Ok(None);
    }
    match time_zone(&name) {
        Some(zone) => Ok(Some(zone)),
        None => Err(Rejection::argument(format!("unknown time zone '{}'", first_chars(&name)))),
    }
}

/// What argument `at` says is now; the beginning of the render if it says nothing.
fn now_of(
    surroundings: &Surroundings<'_>,
    arguments: &Arguments,
    at: usize,
) -> Result<ZonedDateTime, Rejection> {
    match arguments.get(at) {
        None | Some(Value::Nil) => Ok(surroundings.now.clone()),
        Some(now) => moment_of(now, surroundings.now),
    }
}

/// The input of a filter called with `format, zone, now`, in the zone if one is named, else in the one it came with.
pub(super) fn zoned_input(
    surroundings: &Surroundings<'_>,
    input: &Value,
    arguments: &Arguments,
) -> Result<ZonedDateTime, Rejection> {
    let now = now_of(surroundings, arguments, 2)?;
    match zone_of(arguments, 1)? {
        Some(zone) => Ok(moment_of(input, &now.with_time_zone(zone.clone()))?.with_time_zone(zone)),
        None => moment_of(input, &now),
    }
}

/// Shopify's: input that is no date comes back as it was.
fn date(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let format = arguments.text(0);
    let now = surroundings.now;
    let time = match input {
        // Digits are always seconds since the epoch here, never a compact date.
        Value::Str(text) => parse_epoch(&text.text, now).or_else(|| moment::read(input, now)),
        Value::Float(_) => None,
        other => moment::read(other, now),
    };
    match time {
        Some(time) if !format.is_empty() => formatted(surroundings, &time, &format),
        _ => Ok(input.clone()),
    }
}

pub(super) fn formatted(surroundings: &Surroundings<'_>, time: &ZonedDateTime, format: &str) -> Filtered {
    surroundings.limits.grow(format.len().saturating_mul(GROWTH))?;
    Ok(Value::str(strftime(time, format)))
}

/// `strftime: format, zone, now`
fn strftime_filter(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    if is_missing(input) {
        return Ok(Value::Nil);
    }
    let time = zoned_input(surroundings, input, arguments)?;
    formatted(surroundings, &time, &arguments.text(0))
}

fn is_missing(input: &Value) -> bool {
    match input {
        Value::Nil => true,
        Value::Str(text) => text.text.trim().is_empty(),
        _ => false,
    }
}

/// `to_time: zone, format, now`: a time from text, a date, or seconds; nil from nothing.
fn to_time(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    if is_missing(input) {
        return Ok(Value::Nil);
    }
    let now = now_of(surroundings, arguments, 2)?;
    let zone = zone_of(arguments, 0)?;
    let now = zone.clone().map_or(now.clone(), |zone| now.with_time_zone(zone));
    let format = arguments.text(1);
    let time = if format.is_empty() {
        moment_of(input, &now)?
    } else {
        parse_with_format(&input.to_text(), &format, &now)?
    };
    Ok(Value::time(match zone {
        Some(zone) => time.with_time_zone(zone),
        None => time,
    }))
}

fn parse_with_format(text: &str, format: &str, now: &ZonedDateTime) -> Result<ZonedDateTime, Rejection> {
    let rejection = || {
        let (text, format) = (first_chars(text), first_chars(format));
        Rejection::argument(format!("cannot read '{text}' as a time of the form '{format}'"))
    };
    let parsed = BrokenDownTime::parse(format, text).map_err(|_| rejection())?;
    if let Ok(time) = parsed.to_zoned_datetime() {
        return Ok(time);
    }
    let date = parsed.to_date().map_err(|_| rejection())?;
    let time = parsed.to_time().unwrap_or_default();
    date.to_datetime(time).to_zoned_datetime(now.time_zone().clone()).map_err(|_| rejection())
}

/// `to_date: now`: the day, without time; nil from nothing.
fn to_date(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    if is_missing(input) {
        return Ok(Value::Nil);
    }
    let now = now_of(surroundings, arguments, 0)?;
    Ok(Value::Date(date_of(input, &now)?))
}

/// The day of a value in its own zone. Text that is a date alone has one even where the time line has ended.
fn date_of(value: &Value, now: &ZonedDateTime) -> Result<Date, Rejection> {
    let date = if let Value::Str(text) = value { moment::parse_date(&text.text, now) } else { None };
    date.map_or_else(|| Ok(moment_of(value, now)?.date()), Ok)
}

/// `add_to_time: number, unit`: one day unless said otherwise.
fn add_to_time(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    Ok(Value::time(added(surroundings, input, arguments)?))
}

/// `date_add: number, unit`: like `add_to_time`, but the result is a day.
fn date_add(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    Ok(Value::Date(added(surroundings, input, arguments)?.date()))
}

/// A month later is the same day of the next month, or its last.
fn added(
    surroundings: &Surroundings<'_>,
    input: &Value,
    arguments: &Arguments,
) -> Result<ZonedDateTime, Rejection> {
    let time = moment_of(input, surroundings.now)?;
    let count = arguments.get(0).map_or(Ok(1), integer)?;
    let unit = Unit::parse(&arguments.text_or(1, "d"))
        .ok_or_else(|| Rejection::argument("third argument must be valid unit"))?;
    unit.span(count)
        .and_then(|span| time.checked_add(span).ok())
        .ok_or_else(|| Rejection::argument("date out of range"))
}

fn is_date_before(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let now = surroundings.now;
    let (first, second) = (moment_of(input, now)?, moment_of(&arguments.value(0), now)?);
    Ok(Value::Bool(first.timestamp() < second.timestamp()))
}

/// `is_date_in_past: now`
fn is_date_in_past(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let now = now_of(surroundings, arguments, 0)?;
    Ok(Value::Bool(moment_of(input, &now)?.timestamp() < now.timestamp()))
}

fn is_parsable_date(surroundings: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    Ok(Value::Bool(moment_of(input, surroundings.now).is_ok()))
}

/// `time_diff: other, unit, precision`: from the input to the other, in milliseconds unless said otherwise.
fn time_diff(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let now = surroundings.now;
    let (from, to) = (moment_of(input, now)?, moment_of(&arguments.value(0), now)?);
    let milliseconds = match &*arguments.text_or(1, "ms") {
        "d" | "days" => 86_400_000.0,
        "h" | "hours" => 3_600_000.0,
        "m" | "minutes" => 60_000.0,
        "s" | "seconds" => 1_000.0,
        "ms" | "milliseconds" | "" => 1.0,
        unit => return Err(Rejection::argument(format!("unknown unit '{}'", first_chars(unit)))),
    };
    let difference = from.duration_until(&to).as_millis_f64() / milliseconds;
    let precision = arguments.integer(2)?.unwrap_or(3).clamp(0, 15) as i32;
    let rounded = Number::of(&Value::Float(difference))?.to_decimal().map(|d| d.round(precision).to_float());
    Ok(Value::Float(rounded.unwrap_or(difference)))
}
