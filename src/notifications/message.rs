//! A message as the inbox keeps it, and the words it is sorted by.

use serde_json::Value as Json;

use crate::protocol::{MailAddresses, MailAttachment};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum MessageKind {
    #[default]
    Email,
    Sms,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum MessageState {
    /// Kept here. With an error: it was to go on, and could not.
    Captured { refused: Option<String> },
    /// Handed on to a mail server as well.
    Relayed,
    /// There is no message: its template failed, or it goes to nobody.
    Failed(String),
    /// `enabled: false`
    SkippedEnabled,
    /// The `trigger_condition` did not print `true`.
    SkippedTrigger,
}

/// A message on its way into the inbox.
#[derive(Debug, Clone, Default)]
pub(crate) struct NewMessage {
    /// That of its job.
    pub(crate) id: i64,
    pub(crate) kind: MessageKind,
    pub(crate) template: Option<String>,
    pub(crate) trace: String,
    pub(crate) addresses: MailAddresses,
    /// Bare addresses or phone numbers.
    pub(crate) recipients: Vec<String>,
    pub(crate) subject: String,
    /// Empty for an SMS.
    pub(crate) html: String,
    pub(crate) text: String,
    pub(crate) attachments: Vec<MailAttachment>,
    /// What the templates were given.
    pub(crate) data: Json,
}

/// Which messages are meant; all that is set must hold.
#[derive(Debug, Clone, Default)]
pub(crate) struct MailFilter {
    /// `*`, `?` and `[…]` as in SQLite's GLOB, for any recipient as a whole; capitals do not matter.
    pub(crate) to: Option<String>,
    /// Part of the subject; capitals do not matter.
    pub(crate) subject: Option<String>,
    pub(crate) template: Option<String>,
    /// Captured or relayed.
    pub(crate) is_sent: bool,
    pub(crate) limit: Option<usize>,
}

impl MessageKind {
    /// The word used in rows and on the wire.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
        }
    }
}

impl MessageState {
    /// The word used in rows and on the wire.
    pub(super) fn as_str(&self) -> &'static str {
        match self {
            Self::Captured { .. } => "captured",
            Self::Relayed => "relayed",
            Self::Failed(_) => "failed",
            Self::SkippedEnabled => "skipped: enabled",
            Self::SkippedTrigger => "skipped: trigger",
        }
    }

    pub(super) fn error(&self) -> Option<&str> {
        match self {
            Self::Captured { refused } => refused.as_deref(),
            Self::Failed(error) => Some(error),
            _ => None,
        }
    }
}
