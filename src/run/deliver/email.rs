//! Sends an e-mail: its head into addresses, subject and attachments; captured, and handed on where a mail server is named.

use std::time::{Duration, Instant};

use super::Errand;
use super::attempt::{Attempt, Failure};
use crate::graphql::{Message, OwnFiles};
use crate::liquid::plain_text;
use crate::notifications::{
    Addresses, Attachment, Email, Mailbox, MessageState, Stamp, fetch_attachments, one_line,
};

/// How long attachments may take where the job has no deadline.
const PATIENCE: Duration = Duration::from_secs(60);

impl Attempt<'_> {
    pub(super) fn send_email(&mut self, message: Message) -> Result<(), Failure> {
        let email = self.compose(&message)?;
        let stamp = Stamp { job: self.message.id, template: self.message.template.as_deref(), now: self.now };
        let mime = email.to_mime(stamp).map_err(|error| self.error("to", error.to_string()))?;
        self.capture(Some(&mime.kept()))?;
        let relayed = match &self.errand.performer.relay {
            Some(relay) => relay.send(&mime).map_err(|error| self.refuse(error.to_string()))?,
            None => false,
        };
        let state = if relayed { MessageState::Relayed } else { MessageState::Captured { refused: None } };
        self.settle(&state, &message)
    }

    fn compose(&mut self, message: &Message) -> Result<Email, Failure> {
        let text = |key: &str| message.head.get(key).map(String::as_str).unwrap_or_default();
        // First, so that a failure further on is told under it.
        self.message.subject = one_line(text("subject"));
        let addresses = Addresses {
            to: self.addresses("to", text("to"))?,
            from: self.addresses("from", text("from"))?,
            cc: self.addresses("cc", text("cc"))?,
            bcc: self.addresses("bcc", text("bcc"))?,
            reply_to: self.addresses("reply_to", text("reply_to"))?,
        };
        self.message.recipients = addresses.recipients().iter().map(ToString::to_string).collect();
        self.message.addresses = addresses.record();
        if addresses.to.is_empty() {
            return Err(self.error("to", "the e-mail goes to nobody: `to` is empty".to_owned()).into());
        }
        let email = Email {
            addresses,
            subject: self.message.subject.clone(),
            text: plain_text(&message.body),
            html: message.body.clone(),
            attachments: self.attachments(text("attachments"))?,
        };
        self.message.html.clone_from(&email.html);
        self.message.text.clone_from(&email.text);
        self.message.attachments = email.attachments.iter().map(Attachment::record).collect();
        Ok(email)
    }

    fn addresses(&self, key: &str, text: &str) -> Result<Vec<Mailbox>, Failure> {
        Addresses::parse(text).map_err(|error| self.error(key, format!("{key}: {error}")).into())
    }

    fn attachments(&self, text: &str) -> Result<Vec<Attachment>, Failure> {
        let deadline = self.errand.scope.deadline.unwrap_or_else(|| Instant::now() + PATIENCE);
        let Errand { performer, engine, .. } = self.errand;
        let mut data = performer.records.data(Some(deadline));
        let mut files = OwnFiles {
            app: engine.app(),
            data: &mut data,
            base_url: &performer.base_url,
            offline: performer.bindings.offline,
        };
        let found = fetch_attachments(text, &mut |url| files.locate(url), deadline);
        found.map_err(|error| self.error("attachments", format!("attachments: {error}")).into())
    }
}
