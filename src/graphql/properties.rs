//! The property inputs of a mutation, applied to what is stored: `value` and its typed forms replace, `array_append`,
//! `array_remove`, `increment` and `decrement` change. What brings a file is a value by then. Pure.

use serde_json::{Map, Value as Json, json};

use super::cast;
use super::error::Error;
use crate::app::{PropertyType, Table};

/// Applies the inputs in their order. An input without a value leaves its property alone; null stores null.
///
/// # Errors
/// The table has no such property, or the value is not of its type; then `properties` may be half changed, so the caller
/// must not store them.
pub(super) fn apply(properties: &mut Map<String, Json>, inputs: &Json, table: &Table) -> Result<(), Error> {
    for input in inputs.as_array().into_iter().flatten().filter_map(Json::as_object) {
        let name = input.get("name").and_then(Json::as_str).unwrap_or_default();
        let Some(property) = table.properties.get(name) else { return Err(unknown(name, table)) };
        if let Some(value) = changed(properties.get(name), input, property.kind)? {
            let stored = cast::to_stored(value, property.kind);
            let stored = stored.map_err(|error| refused(name, table, &error))?;
            properties.insert(name.to_owned(), stored);
        }
    }
    Ok(())
}

/// Applies a hash of values.
pub(super) fn apply_hash(
    properties: &mut Map<String, Json>,
    values: &Json,
    table: &Table,
) -> Result<(), Error> {
    for (name, value) in values.as_object().into_iter().flatten() {
        let Some(property) = table.properties.get(name.as_str()) else { return Err(unknown(name, table)) };
        let stored = cast::to_stored(value.clone(), property.kind);
        let stored = stored.map_err(|error| refused(name, table, &error))?;
        properties.insert(name.clone(), stored);
    }
    Ok(())
}

pub(super) fn unknown(name: &str, table: &Table) -> Error {
    let known = table.properties.keys().map(|name| &**name);
    let hint = crate::app::nearest(name, known)
        .map_or_else(String::new, |known| format!("; did you mean `{known}`?"));
    Error::new(match &*table.name {
        // The users' table has no name.
        "" => format!("a user has no property `{name}`{hint}"),
        table => format!("table `{table}` has no property `{name}`{hint}"),
    })
}

fn refused(name: &str, table: &Table, error: &cast::CastError) -> Error {
    Error::new(match &*table.name {
        "" => format!("property `{name}` of a user: {error}"),
        table => format!("property `{name}` of `{table}`: {error}"),
    })
}

/// The new value that one input says; `None` if it says none.
fn changed(
    stored: Option<&Json>,
    input: &Map<String, Json>,
    kind: PropertyType,
) -> Result<Option<Json>, Error> {
    let mut value = None;
    for (key, given) in input {
        value = Some(match key.as_str() {
            "value" | "value_int" | "value_float" | "value_boolean" | "value_array" | "value_json"
            | "value_upload" => given.clone(),
            "array_append" => elements(stored).chain(elements(Some(given))).collect(),
            "array_remove" => {
                let removed: Vec<Json> = elements(Some(given)).collect();
                elements(stored).filter(|element| !removed.contains(element)).collect()
            }
            "increment" => sum(stored, given, 1, kind)?,
            "decrement" => sum(stored, given, -1, kind)?,
            _ => continue,
        });
    }
    Ok(value)
}

fn elements(value: Option<&Json>) -> impl Iterator<Item = Json> {
    let list = match value {
        None | Some(Json::Null) => Json::Null,
        Some(value) => cast::list(value),
    };
    match list {
        Json::Array(elements) => elements.into_iter(),
        _ => Vec::new().into_iter(),
    }
}

/// Nothing counts as 0.
fn sum(stored: Option<&Json>, by: &Json, sign: i64, kind: PropertyType) -> Result<Json, Error> {
    let stored = stored.filter(|value| !value.is_null());
    if let (Some(a), Some(b)) = (stored.map_or(Some(0), Json::as_i64), by.as_i64()) {
        return a
            .checked_add(sign * b)
            .map(Json::from)
            .ok_or_else(|| Error::new("the number would be too large"));
    }
    let a = stored.map_or(Some(0.0), cast::float);
    match (a, cast::float(by)) {
        (Some(a), Some(b)) => {
            let sum = a + sign as f64 * b;
            Ok(if kind == PropertyType::Integer { json!(cast::integer(&json!(sum))) } else { json!(sum) })
        }
        _ => Err(Error::new("only a number can be incremented")),
    }
}
