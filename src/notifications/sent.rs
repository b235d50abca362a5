//! What has been sent, of all kinds: the platform's list of sent notifications. Only the newest are kept.

use jiff::Timestamp;
use rusqlite::{Connection, named_params};
use serde_json::{Map, Value as Json};

/// Notifications that are listed: as many as the inbox has messages.
const KEPT: i64 = 1000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SentKind {
    Email,
    Sms,
    ApiCall,
}

/// One notification that was sent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sent {
    pub(crate) kind: SentKind,
    /// `None` where the mutation said itself what to send.
    pub(crate) template: Option<String>,
    /// The HTML of an e-mail, the text of an SMS, the body of a request.
    pub(crate) content: String,
    /// `to`, `subject`, `response_status` … by kind.
    pub(crate) options: Map<String, Json>,
}

/// A row of the list.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SentRecord {
    pub(crate) id: i64,
    pub(crate) sent: Sent,
    pub(crate) created_at: Timestamp,
}

impl SentKind {
    const ALL: [Self; 3] = [Self::Email, Self::Sms, Self::ApiCall];

    /// The word used in rows and in GraphQL.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Email => "EMAIL",
            Self::Sms => "SMS",
            Self::ApiCall => "API_CALL",
        }
    }
}

/// The id of the row. The oldest goes where there are too many.
pub(super) fn insert(db: &Connection, sent: &Sent, now: Timestamp) -> rusqlite::Result<i64> {
    db.prepare_cached(
        "INSERT INTO sent_notifications (kind, template, content, options, created_at)
         VALUES (:kind, :template, :content, :options, :created_at)",
    )?
    .execute(named_params! {
        ":kind": sent.kind.as_str(),
        ":template": sent.template,
        ":content": sent.content,
        ":options": serde_json::to_string(&sent.options).unwrap_or_default(),
        ":created_at": now.as_millisecond(),
    })?;
    let id = db.last_insert_rowid();
    db.prepare_cached("DELETE FROM sent_notifications WHERE id <= ?1")?.execute([id - KEPT])?;
    Ok(id)
}

/// Newest first.
pub(super) fn list(db: &Connection) -> rusqlite::Result<Vec<SentRecord>> {
    db.prepare_cached(
        "SELECT id, kind, template, content, options, created_at FROM sent_notifications ORDER BY created_at DESC, id DESC",
    )?
    .query_map([], |row| {
        let word: String = row.get(1)?;
        let kind = SentKind::ALL.into_iter().find(|kind| kind.as_str() == word);
        let options: String = row.get(4)?;
        Ok(SentRecord {
            id: row.get(0)?,
            sent: Sent {
                kind: kind.ok_or(rusqlite::Error::InvalidQuery)?,
                template: row.get(2)?,
                content: row.get(3)?,
                // Written by us; whatever else someone put there is no object.
                options: serde_json::from_str(&options).unwrap_or_default(),
            },
            created_at: Timestamp::from_millisecond(row.get(5)?).unwrap_or(Timestamp::UNIX_EPOCH),
        })
    })?
    .collect()
}
