//! One attempt to send a message: what e-mails and SMS have in common.

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::{Errand, inline_message, logged, plain_error};
use crate::app::{Notification, NotificationKind};
use crate::graphql::Message;
use crate::jobs::{JobError, NewJob};
use crate::liquid::{self, Place};
use crate::logs::{MailEnd, NewEntry};
use crate::notifications::{self, MessageKind, MessageState, NewMessage, Sent, SentKind};

/// What the log says of a message that goes to no one, or nobody knows yet to whom.
const NOBODY: &str = "nobody";

#[derive(Debug)]
pub(super) struct Attempt<'e> {
    pub(super) errand: Errand<'e>,
    /// `None`: the mutation said itself what to send.
    pub(super) notification: Option<&'e Notification>,
    /// As far as it is known.
    pub(super) message: NewMessage,
    pub(super) now: Timestamp,
}

/// Why the job has failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// There is nothing to send.
    Unsent(JobError),
    /// The message is in the inbox all the same.
    Captured(JobError),
}

impl<'e> Attempt<'e> {
    /// Renders and sends, unless an earlier attempt that was interrupted has handed the message on: by now the notification
    /// may be switched off, or fail, and the message is sent all the same.
    pub(super) fn run(
        &mut self,
        kind: NotificationKind,
        template: Option<&str>,
    ) -> Result<Vec<NewJob>, Failure> {
        if self.errand.performer.notifications.is_relayed(self.message.id)? {
            return Ok(Vec::new());
        }
        let (message, jobs) = match template {
            None => (inline_message(&self.errand.job.args), Vec::new()),
            Some(name) => {
                let notification = super::find(self.errand.engine.app(), kind, name)?;
                self.notification = Some(notification);
                if !notification.is_enabled {
                    self.set_aside(&MessageState::SkippedEnabled, MailEnd::Skipped);
                    return Ok(Vec::new());
                }
                let Errand { engine, scope, performer, .. } = self.errand;
                let (message, rendered) = engine.notification(notification, scope, &performer.bindings)?;
                let Some(message) = message else {
                    self.set_aside(&MessageState::SkippedTrigger, MailEnd::Skipped);
                    return Ok(rendered.jobs);
                };
                (message, rendered.jobs)
            }
        };
        match self.message.kind {
            MessageKind::Email => self.send_email(message)?,
            MessageKind::Sms => self.send_sms(message)?,
        }
        Ok(jobs)
    }

    /// Puts the message into the inbox although it was not sent. Where the disk is full, the log has to do.
    pub(super) fn set_aside(&self, state: &MessageState, end: MailEnd) {
        let entered = self.errand.performer.notifications.enter(&self.message, None, state, self.now);
        if let Err(error) = entered {
            tracing::warn!(%error, "inbox");
        }
        self.log(end);
    }

    /// Puts the message into the inbox, from where it may go on.
    pub(super) fn capture(&self, eml: Option<&[u8]>) -> Result<(), Failure> {
        let captured = MessageState::Captured { refused: None };
        Ok(self.errand.performer.notifications.enter(&self.message, eml, &captured, self.now)?)
    }

    /// It is sent: the list of what was sent has it too.
    pub(super) fn settle(&self, state: &MessageState, head: &Message) -> Result<(), Failure> {
        let sent = self.sent(head);
        self.errand.performer.notifications.settle(self.message.id, state, Some(&sent), self.now)?;
        self.log(if *state == MessageState::Relayed { MailEnd::Relayed } else { MailEnd::Captured });
        Ok(())
    }

    /// It stays in the inbox, and the job fails.
    pub(super) fn refuse(&self, reason: String) -> Failure {
        let state = MessageState::Captured { refused: Some(reason.clone()) };
        if let Err(error) =
            self.errand.performer.notifications.settle(self.message.id, &state, None, self.now)
        {
            tracing::warn!(%error, "inbox");
        }
        let error = plain_error(reason);
        self.log(MailEnd::Failed(logged(&error)));
        Failure::Captured(error)
    }

    /// What is wrong with the value of `key`, with its place if there is a template.
    pub(super) fn error(&self, key: &str, message: String) -> JobError {
        let Some(notification) = self.notification else { return plain_error(message) };
        let source = &notification.source;
        let line = notification.field(key).map_or(1, |field| field.line as usize);
        liquid::Error::runtime(message).at(|| Place::at(&source.path, &source.text, line, 1)).into()
    }

    fn sent(&self, head: &Message) -> Sent {
        let NewMessage { addresses, subject, html, text, template, .. } = &self.message;
        let options = match self.message.kind {
            MessageKind::Sms => json!({ "to": addresses.to }),
            MessageKind::Email => json!({
                "to": addresses.to,
                "subject": subject,
                "from": addresses.from,
                "cc": addresses.cc,
                "bcc": addresses.bcc,
                "reply_to": addresses.reply_to,
                "layout": head.head.get("layout").filter(|name| !name.is_empty()),
            }),
        };
        let mut options: Map<String, Json> = options.as_object().cloned().unwrap_or_default();
        options.insert("template".to_owned(), json!(template));
        let (kind, content) = match self.message.kind {
            MessageKind::Email => (SentKind::Email, html),
            MessageKind::Sms => (SentKind::Sms, text),
        };
        Sent { kind, template: template.clone(), content: content.clone(), options }
    }

    fn log(&self, end: MailEnd) {
        let job = self.errand.job;
        let recipients = match self.message.recipients.as_slice() {
            [] => NOBODY.to_owned(),
            some => some.join(", "),
        };
        let entry = match self.message.kind {
            MessageKind::Email if self.message.subject.is_empty() => {
                NewEntry::mail(&job.source_name, &recipients, end)
            }
            MessageKind::Email => NewEntry::mail(&self.message.subject, &recipients, end),
            MessageKind::Sms => NewEntry::sms(&recipients, end),
        };
        let entry = entry.in_job(&job.source_name, job.reference()).in_trace(&job.trace);
        self.errand.performer.bindings.log.append(entry);
    }
}

impl From<JobError> for Failure {
    fn from(error: JobError) -> Self {
        Self::Unsent(error)
    }
}

impl From<liquid::Error> for Failure {
    fn from(error: liquid::Error) -> Self {
        Self::Unsent(error.into())
    }
}

impl From<notifications::Error> for Failure {
    fn from(error: notifications::Error) -> Self {
        let source =
            std::error::Error::source(&error).map_or_else(String::new, |source| format!(": {source}"));
        Self::Unsent(plain_error(format!("{error}{source}")))
    }
}
