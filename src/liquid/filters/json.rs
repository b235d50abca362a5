//! Values to JSON text and back.

use super::arguments::Arguments;
use super::html::unescape;
use super::{Filter, Filtered, Rejection, Surroundings};
use crate::liquid::value::Value;

pub(super) const ROWS: &[Filter] = &[
    Filter::new("json", 0..=0, json),
    Filter::new("parse_json", 0..=1, parse_json),
    Filter::new("to_hash", 0..=1, parse_json),
    Filter::new("to_json", 0..=0, json),
];

/// What a parsed value takes in memory for every byte of its text: `[0,0,…]` is two bytes an item.
const BYTES_PER_BYTE: usize = size_of::<Value>() / 2 + 1;

fn json(surroundings: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    let text = input.to_json_text();
    surroundings.limits.grow(text.len())?;
    Ok(if surroundings.keeps_json { Value::safe(text) } else { Value::str(text) })
}

/// HTML entities are decoded first, since text printed by a template has them, unless `raw_text: true`. A hash or
/// array is parsed already; nil stays nil.
fn parse_json(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    if matches!(input, Value::Nil | Value::Hash(_) | Value::Array(_)) {
        return Ok(input.clone());
    }
    let text = input.to_text();
    let is_raw = arguments.flag("raw_text").unwrap_or(false);
    let text = if is_raw { text } else { unescape(&text).into_owned().into() };
    surroundings.limits.grow(text.len().saturating_mul(BYTES_PER_BYTE))?;
    match serde_json::from_str(&text) {
        Ok(parsed) => Ok(Value::from_json(&parsed)),
        Err(error) => Err(Rejection::argument(format!("invalid JSON: {error}"))),
    }
}
