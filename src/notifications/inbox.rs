//! The table of messages. Only the newest are kept: it is a place to look, not an archive.

use std::collections::HashSet;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, named_params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{MailFilter, MessageState, NewMessage};
use crate::protocol::MailRecord;

/// Messages that can be looked at.
const KEPT: i64 = 1000;

pub(super) fn upsert(
    db: &Connection,
    message: &NewMessage,
    eml: Option<&str>,
    state: &MessageState,
    now: Timestamp,
) -> rusqlite::Result<()> {
    db.prepare_cached(include_str!("sql/upsert.sql"))?.execute(named_params! {
        ":id": message.id,
        ":kind": message.kind.as_str(),
        ":state": state.as_str(),
        ":template": message.template,
        ":trace": message.trace,
        ":addresses": to_json(&message.addresses)?,
        ":recipients": to_json(&message.recipients)?,
        ":subject": message.subject,
        ":html": message.html,
        ":text": message.text,
        ":attachments": to_json(&message.attachments)?,
        ":data": to_json(&message.data)?,
        ":eml": eml,
        ":error": state.error(),
        ":created_at": now.as_millisecond(),
    })?;
    Ok(())
}

/// Lets the oldest go; the names of their files.
pub(super) fn prune(db: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = db.prepare_cached(
        "DELETE FROM messages
         WHERE id IN (SELECT id FROM messages ORDER BY created_at DESC, id DESC LIMIT -1 OFFSET :kept)
         RETURNING eml",
    )?;
    let names =
        statement.query_map(named_params! { ":kept": KEPT }, |row| row.get::<_, Option<String>>(0))?;
    names.filter_map(Result::transpose).collect()
}

pub(super) fn set_state(db: &Connection, id: i64, state: &MessageState) -> rusqlite::Result<()> {
    let set = "UPDATE messages SET state = :state, error = :error WHERE id = :id";
    db.prepare_cached(set)?.execute(named_params! {
        ":id": id,
        ":state": state.as_str(),
        ":error": state.error(),
    })?;
    Ok(())
}

pub(super) fn is_relayed(db: &Connection, id: i64) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT EXISTS (SELECT 1 FROM messages WHERE id = :id AND state = 'relayed')")?
        .query_row(named_params! { ":id": id }, |row| row.get(0))
}

pub(super) fn is_listed_as_sent(db: &Connection, id: i64) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT EXISTS (SELECT 1 FROM messages WHERE id = :id AND sent IS NOT NULL)")?
        .query_row(named_params! { ":id": id }, |row| row.get(0))
}

pub(super) fn list_as_sent(db: &Connection, id: i64, sent: i64) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE messages SET sent = :sent WHERE id = :id")?
        .execute(named_params! { ":id": id, ":sent": sent })?;
    Ok(())
}

/// Newest first.
pub(super) fn list(db: &Connection, filter: &MailFilter) -> rusqlite::Result<Vec<MailRecord>> {
    let limit = filter.limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(i64::MAX));
    let parameters = named_params! {
        ":to": filter.to,
        ":subject": filter.subject,
        ":template": filter.template,
        ":is_sent": filter.is_sent,
        ":limit": limit,
    };
    db.prepare_cached(include_str!("sql/list.sql"))?.query_map(parameters, record)?.collect()
}

/// `None`: there is no such message, or it has been cleared.
pub(super) fn show(db: &Connection, id: i64) -> rusqlite::Result<Option<MailRecord>> {
    db.prepare_cached(
        "SELECT id, kind, state, template, trace, created_at, addresses, subject, error, eml, attachments, text, html, data
         FROM messages WHERE id = :id",
    )?
    .query_row(named_params! { ":id": id }, |row| {
        let html: String = row.get(12)?;
        Ok(MailRecord {
            text: row.get(11)?,
            html: Some(html).filter(|html| !html.is_empty()),
            data: Some(from_json(row, 13)?),
            ..record(row)?
        })
    })
    .optional()
}

/// Lets all go; for each, the name of its file if it has one.
pub(super) fn clear(db: &Connection) -> rusqlite::Result<Vec<Option<String>>> {
    let mut statement = db.prepare("DELETE FROM messages RETURNING eml")?;
    statement.query_map([], |row| row.get(0))?.collect()
}

/// The names of all files that a message has.
pub(super) fn files(db: &Connection) -> rusqlite::Result<HashSet<String>> {
    let mut statement = db.prepare("SELECT eml FROM messages WHERE eml IS NOT NULL")?;
    statement.query_map([], |row| row.get(0))?.collect()
}

/// The columns of `sql/list.sql`.
fn record(row: &Row<'_>) -> rusqlite::Result<MailRecord> {
    let created_at = Timestamp::from_millisecond(row.get(5)?).unwrap_or(Timestamp::UNIX_EPOCH);
    Ok(MailRecord {
        id: row.get::<_, i64>(0)?.to_string(),
        kind: row.get(1)?,
        state: row.get(2)?,
        template: row.get(3)?,
        trace: row.get(4)?,
        created_at: format!("{created_at:.3}"),
        addresses: from_json(row, 6)?,
        subject: row.get(7)?,
        error: row.get(8)?,
        eml: row.get(9)?,
        attachments: from_json(row, 10)?,
        text: None,
        html: None,
        data: None,
    })
}

fn to_json(value: &impl Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

/// Written by us; whatever else someone put there counts as nothing.
fn from_json<T: DeserializeOwned + Default>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    Ok(serde_json::from_str(&text).unwrap_or_default())
}
