//! What has been sent, of all kinds: the platform's list of sent notifications. Only the newest are kept.

use jiff::Timestamp;
use rusqlite::{Connection, named_params};
use serde_json::{Map, Value as Json};

const LIST: &str = include_str!("sql/list_sent.sql");

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

/// Which rows are listed; by default all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SentFilter {
    /// `None`: of any kind.
    pub(crate) kinds: Option<Vec<SentKind>>,
    /// Not sent before.
    pub(crate) from: Option<Timestamp>,
    /// Not sent after.
    pub(crate) until: Option<Timestamp>,
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

    /// The kind of that word.
    pub(crate) fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
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
pub(super) fn list(db: &Connection, filter: &SentFilter) -> rusqlite::Result<Vec<SentRecord>> {
    let kinds = filter.kinds.as_deref().unwrap_or(&SentKind::ALL);
    let kinds: Json = kinds.iter().map(|kind| kind.as_str()).collect();
    let values = named_params! {
        ":kinds": kinds.to_string(),
        ":from": filter.from.map_or(i64::MIN, Timestamp::as_millisecond),
        ":until": filter.until.map_or(i64::MAX, Timestamp::as_millisecond),
    };
    db.prepare_cached(LIST)?
        .query_map(values, |row| {
            let word: String = row.get(1)?;
            let kind = SentKind::named(&word);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Database, Store};

    #[test]
    fn list_is_of_the_kinds_and_the_time_that_are_asked_for() {
        let store = Store::memory(Database::Queue).unwrap();
        let at = |second| Timestamp::from_second(second).unwrap();
        let kinds = [SentKind::Email, SentKind::Sms, SentKind::Email, SentKind::ApiCall];
        for (second, kind) in (1..).zip(kinds) {
            let sent = Sent { kind, template: None, content: String::new(), options: Map::new() };
            store.write(|db| insert(db, &sent, at(second))).unwrap();
        }
        let (email, sms) = (SentKind::Email, SentKind::Sms);
        for (kinds, from, until, expected) in [
            (None, None, None, vec![4, 3, 2, 1]),
            (Some(vec![email]), None, None, vec![3, 1]),
            (Some(vec![email, sms]), Some(2), None, vec![3, 2]),
            (None, Some(2), Some(3), vec![3, 2]),
            (Some(vec![]), None, None, vec![]),
            (None, Some(3), Some(2), vec![]),
        ] {
            let filter = SentFilter { kinds, from: from.map(at), until: until.map(at) };
            let listed = store.read(|db| list(db, &filter)).unwrap();
            assert_eq!(listed.iter().map(|sent| sent.id).collect::<Vec<_>>(), expected, "{filter:?}");
        }
    }

    #[test]
    fn list_is_found_by_its_index() {
        let store = Store::memory(Database::Queue).unwrap();
        let plan: Vec<String> = store
            .read(|db| {
                let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {LIST}"))?;
                let values = named_params! { ":kinds": "[]", ":from": 0, ":until": 1 };
                statement.query_map(values, |row| row.get("detail"))?.collect()
            })
            .unwrap();
        let index = "USING INDEX sent_notifications_by_kind (kind=? AND created_at>? AND created_at<?)";
        assert!(plan.iter().any(|step| step.contains(index)), "{plan:?}");
    }
}
