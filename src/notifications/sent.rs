//! What has been sent, of all kinds: the platform's list of sent notifications.

use jiff::Timestamp;
use rusqlite::{Connection, named_params};
use serde_json::{Map, Value as Json};

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

impl SentKind {
    /// The word used in rows and in GraphQL.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Email => "EMAIL",
            Self::Sms => "SMS",
            Self::ApiCall => "API_CALL",
        }
    }
}

pub(super) fn insert(db: &Connection, sent: &Sent, now: Timestamp) -> rusqlite::Result<()> {
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
    Ok(())
}
