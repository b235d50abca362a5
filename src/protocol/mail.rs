//! A message of the inbox as `mail --json` and `/_dev/mail` show it.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// An e-mail or SMS. The time is RFC 3339 in UTC with milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct MailRecord {
    /// That of the job that sends it.
    pub(crate) id: String,
    /// `email`, `sms`
    pub(crate) kind: String,
    /// `captured`, `relayed`, `failed`, `skipped: enabled`, `skipped: trigger`
    pub(crate) state: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) template: Option<String>,
    pub(crate) trace: String,
    pub(crate) created_at: String,
    #[serde(flatten)]
    pub(crate) addresses: MailAddresses,
    pub(crate) subject: String,
    /// Why it was not sent, or not relayed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) error: Option<String>,
    /// The whole message as a file.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) eml: Option<String>,
    pub(crate) attachments: Vec<MailAttachment>,
    /// Only where one message is shown, as are the next two.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) html: Option<String>,
    /// What the templates were given.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) data: Option<Json>,
}

/// Each as in a header, but not encoded: `Ann <ann@x.test>`. Phone numbers of an SMS are in `to`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MailAddresses {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) from: Option<String>,
    #[serde(default)]
    pub(crate) to: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub(crate) cc: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub(crate) bcc: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub(crate) reply_to: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MailAttachment {
    pub(crate) name: String,
    pub(crate) content_type: String,
    /// Bytes.
    pub(crate) size: usize,
    /// Shown in the HTML, as `cid:NAME`.
    pub(crate) inline: bool,
}

/// `GET /_dev/mail`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct MailList {
    /// Newest first.
    pub(crate) messages: Vec<MailRecord>,
}

/// `GET /_dev/mail/wait`: the answer comes when there is such a message or the time asked for is over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct MailWait {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) message: Option<MailRecord>,
}

/// `POST /_dev/mail/clear`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MailCleared {
    pub(crate) cleared: usize,
}
