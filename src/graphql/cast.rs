//! Values of properties: from what a query gives to what is stored, by the declared type; and from what is stored to what
//! an accessor promises, whatever the declared type is. Pure.

use jiff::civil::{self, Date};
use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};
use serde_json::Value as Json;

use super::stored_file;
use crate::app::PropertyType;
pub(super) use crate::records::text_of;

/// How deep lists and hashes may lie in each other in what is stored. JSON is read back up to 128 levels.
pub(super) const MAX_DEPTH: usize = 100;

/// A text that is no value of the type.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {kind}")]
pub(super) struct CastError {
    text: String,
    kind: &'static str,
}

/// What is stored of `value` in a property of type `kind`. Blank text in anything but text is nothing.
///
/// # Errors
/// The value is not of that type, nor text that says one.
pub(super) fn to_stored(value: Json, kind: PropertyType) -> Result<Json, CastError> {
    let is_blank = matches!(&value, Json::String(text) if text.trim().is_empty());
    let keeps = matches!(
        kind,
        PropertyType::String | PropertyType::Array | PropertyType::Geojson | PropertyType::Opaque
    );
    if value.is_null() || (is_blank && !keeps) {
        return Ok(Json::Null);
    }
    if has_nul(&value) {
        return Err(CastError {
            text: text_of(&value).unwrap_or_default().replace('\0', "\\0"),
            kind: "a text that can be stored: it holds the character U+0000",
        });
    }
    if is_deeper(&value, MAX_DEPTH) {
        let text = text_of(&value).unwrap_or_default().chars().take(3).chain(['…']).collect();
        return Err(CastError {
            text,
            kind: "a value that can be stored: it is nested more than 100 levels deep",
        });
    }
    let refuse = |kind: &'static str| CastError { text: text_of(&value).unwrap_or_default(), kind };
    match kind {
        PropertyType::String => Ok(match value {
            scalar @ (Json::Number(_) | Json::Bool(_)) => Json::String(scalar.to_string()),
            other => other,
        }),
        PropertyType::Integer => integer(&value).map(Json::from).ok_or_else(|| refuse("an integer")),
        PropertyType::Float => float(&value).map(Json::from).ok_or_else(|| refuse("a number")),
        PropertyType::Boolean => boolean(&value).map(Json::from).ok_or_else(|| refuse("true or false")),
        PropertyType::Array => Ok(list(&value)),
        PropertyType::Datetime => {
            let moment = moment(&value).ok_or_else(|| refuse("a date and time"))?;
            Ok(Json::String(iso(moment)))
        }
        PropertyType::Date => {
            let text = text_of(&value).unwrap_or_default();
            let date = text.parse::<Date>().ok();
            let date =
                date.or_else(|| moment(&value).map(|moment| moment.to_zoned_datetime(TimeZone::UTC).date()));
            date.map(|date| Json::String(date.to_string())).ok_or_else(|| refuse("a date"))
        }
        PropertyType::Time => {
            let text = text_of(&value).unwrap_or_default();
            let time = text.parse::<civil::Time>().ok();
            let time =
                time.or_else(|| moment(&value).map(|moment| moment.to_zoned_datetime(TimeZone::UTC).time()));
            time.map(|time| Json::String(time.strftime("%H:%M:%S").to_string()))
                .ok_or_else(|| refuse("a time"))
        }
        PropertyType::Upload => match &value {
            Json::Object(_) => Ok(value),
            Json::String(url) => stored_file::of_url(url).ok_or_else(|| refuse("the URL of a file")),
            _ => Err(refuse("the URL of a file")),
        },
        PropertyType::Geojson | PropertyType::Opaque => Ok(value),
    }
}

/// Lists and hashes lie in each other more than `levels` deep.
pub(super) fn is_deeper(value: &Json, levels: usize) -> bool {
    let left = levels.checked_sub(1);
    let is_inner_deeper = |inner| left.is_some_and(|left| is_deeper(inner, left));
    match value {
        Json::Array(elements) => left.is_none() || elements.iter().any(is_inner_deeper),
        Json::Object(entries) => left.is_none() || entries.values().any(is_inner_deeper),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => false,
    }
}

/// No text of the platform can hold it, and SQLite ends a text there.
fn has_nul(value: &Json) -> bool {
    match value {
        Json::String(text) => text.contains('\0'),
        Json::Array(elements) => elements.iter().any(has_nul),
        Json::Object(entries) => entries.iter().any(|(name, value)| name.contains('\0') || has_nul(value)),
        Json::Null | Json::Bool(_) | Json::Number(_) => false,
    }
}

/// A whole number, also one written as text; a fraction is cut off. Text that only begins with a number is none.
pub(super) fn integer(value: &Json) -> Option<i64> {
    match value {
        Json::Number(number) => number.as_i64().or_else(|| number.as_f64().and_then(whole)),
        Json::String(text) => {
            let text = text.trim();
            text.parse().ok().or_else(|| text.parse().ok().and_then(whole))
        }
        _ => None,
    }
}

pub(super) fn float(value: &Json) -> Option<f64> {
    let float = match value {
        Json::Number(number) => number.as_f64(),
        Json::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    float.filter(|float| float.is_finite())
}

pub(super) fn boolean(value: &Json) -> Option<bool> {
    match value {
        Json::Bool(flag) => Some(*flag),
        Json::String(text) => match text.trim() {
            "true" | "t" | "1" => Some(true),
            "false" | "f" | "0" => Some(false),
            _ => None,
        },
        Json::Number(number) => match number.as_i64()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        },
        _ => None,
    }
}

/// A list of texts. Text that holds a JSON array is one; any other value is a list of one.
pub(super) fn list(value: &Json) -> Json {
    let parsed = value.as_str().and_then(|text| serde_json::from_str(text).ok()).filter(Json::is_array);
    match parsed.as_ref().unwrap_or(value) {
        Json::Array(items) => items.iter().map(text_of).collect(),
        other => text_of(other).into_iter().collect(),
    }
}

/// The value, or the object that a text holds as JSON.
pub(super) fn object(value: &Json) -> Option<Json> {
    match value {
        Json::Object(_) => Some(value.clone()),
        Json::String(text) => serde_json::from_str(text).ok().filter(Json::is_object),
        _ => None,
    }
}

/// A moment: ISO 8601 with or without offset (then UTC), with a space for the `T`, a date alone (its first moment), an
/// e-mail date, or seconds since the epoch.
pub(super) fn moment(value: &Json) -> Option<Timestamp> {
    let text = text_of(value)?;
    let text = text.trim();
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment);
    }
    let offset = ["%Y-%m-%d %H:%M:%S %z", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M:%S.%f %z"];
    if let Some(moment) = offset.iter().find_map(|format| ZonedDateTime::strptime(format, text).ok()) {
        return Some(moment.timestamp());
    }
    let utc = text.strip_suffix(" UTC").unwrap_or(text);
    if let Ok(civil) = utc.parse::<civil::DateTime>() {
        return civil.to_zoned_datetime(TimeZone::UTC).ok().map(|moment| moment.timestamp());
    }
    if let Ok(moment) = rfc2822::parse(text) {
        return Some(moment.timestamp());
    }
    let seconds = text.parse::<f64>().ok().filter(|seconds| seconds.is_finite())?;
    // The cast saturates, and what is beyond a calendar is no moment.
    Timestamp::from_millisecond((seconds * 1000.0) as i64).ok()
}

/// ISO 8601 in UTC with milliseconds: `2020-03-15T14:28:48.153Z`.
pub(super) fn iso(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

fn whole(float: f64) -> Option<i64> {
    let in_range = (-9_007_199_254_740_992.0..=9_007_199_254_740_992.0).contains(&float);
    in_range.then_some(float.trunc() as i64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_stored_by_their_type() {
        let cases = [
            (json!("7"), PropertyType::Integer, json!(7)),
            (json!(" "), PropertyType::Integer, Json::Null),
            (json!("2.5"), PropertyType::Float, json!(2.5)),
            (json!("t"), PropertyType::Boolean, json!(true)),
            (json!(0), PropertyType::Boolean, json!(false)),
            (json!(14), PropertyType::String, json!("14")),
            (json!(""), PropertyType::String, json!("")),
            (json!({"a": [1]}), PropertyType::String, json!({"a": [1]})),
            (json!(["x", 2, true]), PropertyType::Array, json!(["x", "2", "true"])),
            (json!("x"), PropertyType::Array, json!(["x"])),
            (json!("2024-05-01 10:00:00 +0200"), PropertyType::Datetime, json!("2024-05-01T08:00:00.000Z")),
            (json!("2024-05-01"), PropertyType::Datetime, json!("2024-05-01T00:00:00.000Z")),
            (json!(1_714_550_400), PropertyType::Datetime, json!("2024-05-01T08:00:00.000Z")),
            (json!("2024-05-01T23:00:00Z"), PropertyType::Date, json!("2024-05-01")),
            (json!("14:05"), PropertyType::Time, json!("14:05:00")),
            (Json::Null, PropertyType::Boolean, Json::Null),
        ];
        for (value, kind, stored) in cases {
            assert_eq!(to_stored(value.clone(), kind), Ok(stored), "{value} as {kind:?}");
        }
    }

    #[test]
    fn what_is_no_value_of_the_type_is_refused_by_its_text() {
        let cases = [
            (json!("abc"), PropertyType::Integer, "`abc` is not an integer"),
            (json!([1]), PropertyType::Float, "`[1]` is not a number"),
            (json!("yes"), PropertyType::Boolean, "`yes` is not true or false"),
            (json!("soon"), PropertyType::Datetime, "`soon` is not a date and time"),
            (
                json!("a\0"),
                PropertyType::String,
                "`a\\0` is not a text that can be stored: it holds the character U+0000",
            ),
        ];
        for (value, kind, message) in cases {
            assert_eq!(to_stored(value, kind).unwrap_err().to_string(), message);
        }
    }
}
