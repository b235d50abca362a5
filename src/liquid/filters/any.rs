//! Filters that take any value as it is: a fallback, the size, the type, a copy.

use super::arguments::Arguments;
use super::{Filter, Filtered, Surroundings};
use crate::liquid::value::{Value, range_len};

pub(super) const ROWS: &[Filter] = &[
    Filter::new("deep_clone", 0..=0, deep_clone),
    Filter::new("default", 0..=2, default),
    Filter::new("size", 0..=0, size),
    Filter::new("type_of", 0..=0, type_of),
];

/// The argument where the input is nil, false or empty; with `allow_false` a false stays.
fn default(_: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let is_missing = match input {
        Value::Bool(false) => !arguments.flag("allow_false").unwrap_or(false),
        other => other.is_nil() || other.is_empty(),
    };
    if !is_missing {
        return Ok(input.clone());
    }
    Ok(arguments.get(0).cloned().unwrap_or_else(|| Value::str("")))
}

/// Characters of text, items of an array or range, keys of a hash; anything else has none. In plain mode an integer has
/// the bytes that Ruby keeps it in.
fn size(surroundings: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    let size = match input {
        Value::Str(s) => s.text.chars().count() as u64,
        Value::Bytes(bytes) => bytes.len() as u64,
        Value::Array(array) => array.borrow().len() as u64,
        Value::Hash(hash) => hash.borrow().len() as u64,
        Value::Range(from, to) => range_len(*from, *to),
        Value::Int(_) if surroundings.plain => size_of::<i64>() as u64,
        _ => 0,
    };
    Ok(Value::big(size.into()))
}

/// The name of the Ruby class, which templates compare with; but `Boolean` and `null`, which are none, and the class of
/// text that is printed without escaping.
fn type_of(_: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    Ok(Value::str(match input {
        Value::Nil | Value::Empty | Value::Blank => "null",
        Value::Bool(_) => "Boolean",
        Value::Str(text) if text.safe => "ActiveSupport::SafeBuffer",
        other => other.type_name(),
    }))
}

/// A copy that shares nothing with the original.
fn deep_clone(surroundings: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    Ok(surroundings.limits.deep_clone(input)?)
}
