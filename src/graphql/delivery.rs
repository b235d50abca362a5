//! A notification that a document asks to be sent. Sending is a job, and a job is queued only when what asked for it has
//! ended well: so it is handed back with the answer.

use std::time::Duration;

use serde_json::{Map, Value as Json};

use crate::app::NotificationKind;
use crate::jobs::Channel;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Delivery {
    pub(crate) channel: Channel,
    /// `None`: the mutation says itself what is sent, in `args`.
    pub(crate) template: Option<String>,
    /// The variables of the template (`data`), or the message.
    pub(crate) args: Map<String, Json>,
    pub(crate) delay: Duration,
}

impl Delivery {
    /// The label of the job in the log: the template, or what is sent.
    pub(crate) fn source_name(&self) -> &str {
        self.template.as_deref().unwrap_or_else(|| self.channel.as_str())
    }
}

impl From<NotificationKind> for Channel {
    fn from(kind: NotificationKind) -> Self {
        match kind {
            NotificationKind::Email => Self::Email,
            NotificationKind::Sms => Self::Sms,
            NotificationKind::ApiCall => Self::ApiCall,
        }
    }
}

impl From<Channel> for NotificationKind {
    fn from(channel: Channel) -> Self {
        match channel {
            Channel::Email => Self::Email,
            Channel::Sms => Self::Sms,
            Channel::ApiCall => Self::ApiCall,
        }
    }
}
