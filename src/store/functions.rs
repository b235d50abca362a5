//! What SQLite lacks, given to every connection.

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::{Value, ValueRef};

use super::{GeoPoint, WordPart};

pub(super) fn add(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("fold", 1, flags, |call| {
        let text: Option<String> = call.get(0)?;
        Ok(text.map(|text| fold(&text)))
    })?;
    connection.create_scalar_function("number", 1, flags, |call| {
        Ok(match call.get_raw(0) {
            ValueRef::Integer(integer) => Value::Integer(integer),
            ValueRef::Real(real) => Value::Real(real),
            ValueRef::Text(text) => std::str::from_utf8(text).ok().and_then(number).unwrap_or(Value::Null),
            ValueRef::Null | ValueRef::Blob(_) => Value::Null,
        })
    })?;
    for part in WordPart::ALL {
        connection.create_scalar_function(part.function(), 2, flags, move |call| {
            let (text, word): (Option<String>, String) = (call.get(0)?, call.get(1)?);
            Ok(text.map(|text| part.is_in(&text, &word)))
        })?;
    }
    connection.create_scalar_function("kilometers", 3, flags, |call| {
        let place: Option<String> = call.get(0)?;
        let place = place.and_then(|place| serde_json::from_str(&place).ok());
        let place = place.and_then(|place| GeoPoint::of(&place));
        // What we measure from is always on Earth.
        let from = GeoPoint::new(call.get(1)?, call.get(2)?);
        Ok(place.zip(from).map(|(place, from)| from.kilometers_to(place)))
    })
}

/// `fold(text)`: texts that differ only by case become equal, in any script; SQLite's own `lower` knows only ASCII.
pub(crate) fn fold(text: &str) -> String {
    text.to_lowercase()
}

/// `number(text)`: what is no finite decimal number is none.
pub(crate) fn number(text: &str) -> Option<Value> {
    let text = text.trim();
    match (text.parse::<i64>(), text.parse::<f64>()) {
        (Ok(integer), _) => Some(Value::Integer(integer)),
        (_, Ok(real)) if real.is_finite() => Some(Value::Real(real)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_fold_text_and_read_numbers() {
        let connection = Connection::open_in_memory().unwrap();
        add(&connection).unwrap();
        for (expression, expected) in [
            ("fold('ŻÓŁW Straße')", Value::Text("żółw straße".into())),
            ("fold(NULL)", Value::Null),
            ("has_word_start('Rain, Forest', 'for')", Value::Integer(1)),
            ("has_word('Rain, Forest', 'for')", Value::Integer(0)),
            ("has_word(NULL, 'for')", Value::Null),
            ("number(' 12 ')", Value::Integer(12)),
            ("number('-1.5')", Value::Real(-1.5)),
            ("number(7)", Value::Integer(7)),
            ("number('1e999')", Value::Null),
            ("number('twelve')", Value::Null),
            ("number(NULL)", Value::Null),
            (r#"round(kilometers('{"type":"Point","coordinates":[0,1]}', 0, 0), 1)"#, Value::Real(111.2)),
            (r#"kilometers('{"type":"Polygon","coordinates":[]}', 0, 0)"#, Value::Null),
            ("kilometers('{', 0, 0)", Value::Null),
            ("kilometers(NULL, 0, 0)", Value::Null),
        ] {
            let value: Value =
                connection.query_row(&format!("SELECT {expression}"), [], |row| row.get(0)).unwrap();
            assert_eq!(value, expected, "{expression}");
        }
    }
}
