//! The properties turned round: which records have this value? One place says what of a record goes into the table
//! `record_values`, and what a test must therefore look for.

use rusqlite::types::Value as Sql;
use rusqlite::{Connection, params};
use serde_json::{Map, Value as Json};

use super::record::RecordId;
use crate::store;

/// Bytes of a text that are looked up. A longer one is found by its beginning and compared whole in its record.
const CUT: usize = 200;

/// Replaces what is known of a record.
pub(super) fn write(
    connection: &Connection,
    table: &str,
    id: RecordId,
    properties: &Map<String, Json>,
) -> rusqlite::Result<()> {
    forget(connection, id)?;
    let mut insert = connection.prepare_cached(
        "INSERT OR IGNORE INTO record_values (table_name, name, part, value, record_id) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    let mut add =
        |name: &str, part: &str, value: Sql| insert.execute(params![table, name, part, value, id.0]);
    for (name, value) in properties {
        let Some(text) = text_of(value) else { continue };
        add(name, "whole", Sql::Text(cut(&text).to_owned()))?;
        if let Some(number) = number(value) {
            add(name, "number", number)?;
        }
        if let Json::Array(elements) = value {
            for element in elements.iter().filter_map(text_of) {
                add(name, "element", Sql::Text(cut(&element).to_owned()))?;
            }
        }
    }
    Ok(())
}

pub(super) fn forget(connection: &Connection, id: RecordId) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM record_values WHERE record_id = ?1")?.execute([id.0])?;
    Ok(())
}

/// What is looked up for a text.
pub(super) fn cut(text: &str) -> &str {
    text.get(..text.floor_char_boundary(CUT)).unwrap_or(text)
}

/// The text has not been cut, nor could a longer one look the same.
pub(super) fn is_whole(text: &str) -> bool {
    text.len() < CUT - 4
}

/// A value as text: JSON for arrays and hashes; nothing for null.
pub(crate) fn text_of(value: &Json) -> Option<String> {
    match value {
        Json::Null => None,
        Json::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// The text in which words are looked for: of an array its elements, for its JSON would glue a line break to a word.
pub(crate) fn searched_text(value: &Json) -> Option<String> {
    match value {
        Json::Array(elements) => Some(elements.iter().filter_map(text_of).collect::<Vec<_>>().join(" ")),
        other => text_of(other),
    }
}

/// A number, also one written as text.
pub(super) fn number(value: &Json) -> Option<Sql> {
    match value {
        Json::Number(number) => store::number(&number.to_string()),
        Json::String(text) => store::number(text),
        _ => None,
    }
}
