//! The property inputs of a mutation, applied to what is stored: `value` and its typed forms replace, `array_append`,
//! `array_remove`, `increment` and `decrement` change. What brings a file is a value by then. Pure.

use std::fmt::Display;

use serde_json::{Map, Value as Json};

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
        let value = changed(properties.get(name), input, property.kind);
        if let Some(value) = value.map_err(|error| refused(name, table, &error))? {
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
        profile if table.is_profile_type => format!("profile `{profile}` has no property `{name}`{hint}"),
        table => format!("table `{table}` has no property `{name}`{hint}"),
    })
}

fn refused(name: &str, table: &Table, error: &dyn Display) -> Error {
    Error::new(match &*table.name {
        "" => format!("property `{name}` of a user: {error}"),
        profile if table.is_profile_type => format!("property `{name}` of profile `{profile}`: {error}"),
        table => format!("property `{name}` of `{table}`: {error}"),
    })
}

/// The new value that one input says; `None` if it says none.
fn changed(
    stored: Option<&Json>,
    input: &Map<String, Json>,
    kind: PropertyType,
) -> Result<Option<Json>, StepError> {
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
            "increment" => moved(stored, given, Step::Up, kind)?,
            "decrement" => moved(stored, given, Step::Down, kind)?,
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

#[derive(Debug, Clone, Copy)]
enum Step {
    Up,
    Down,
}

#[derive(Debug, thiserror::Error)]
enum StepError {
    #[error("only a number can be incremented")]
    NoNumber,
    #[error("the number would be too large")]
    TooLarge,
}

/// Nothing counts as 0.
fn moved(stored: Option<&Json>, by: &Json, step: Step, kind: PropertyType) -> Result<Json, StepError> {
    let stored = stored.filter(|value| !value.is_null());
    if let (Some(a), Some(b)) = (stored.map_or(Some(0), Json::as_i64), by.as_i64()) {
        let moved = match step {
            Step::Up => a.checked_add(b),
            Step::Down => a.checked_sub(b),
        };
        return moved.map(Json::from).ok_or(StepError::TooLarge);
    }
    let (Some(a), Some(b)) = (stored.map_or(Some(0.0), cast::float), cast::float(by)) else {
        return Err(StepError::NoNumber);
    };
    let moved = Json::from(match step {
        Step::Up => a + b,
        Step::Down => a - b,
    });
    match kind {
        PropertyType::Integer => cast::integer(&moved).map(Json::from).ok_or(StepError::TooLarge),
        // A number that is not finite has become null.
        _ if moved.is_null() => Err(StepError::TooLarge),
        _ => Ok(moved),
    }
}
