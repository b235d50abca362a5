//! What leaves the app: e-mails, SMS, calls of APIs; and the inbox where a developer sees them. What is sent comes rendered:
//! this room knows no template.
//!
//! ```text
//! head and body ─▶ addresses, attachments ─▶ email ─▶ files (.eml) ─▶ inbox (captured) ─▶ relay ─▶ inbox (relayed), sent
//! ```

mod addresses;
mod api_call;
mod attachments;
mod email;
mod error;
mod file_place;
mod files;
mod inbox;
mod message;
mod news;
mod relay;
mod sent;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;

use crate::protocol::MailRecord;
use crate::store::{self, Store};

pub(crate) use addresses::Addresses;
pub(crate) use api_call::{
    ApiCalls, CallOptions, CallOrigin, Called, Caller, DEPTH_HEADER, Matcher, Mode, OnFailure, OnServerError,
    Policy, Reply, Request, RequestError, Response, Rule, Unmatched, UrlPattern, resolve,
};
pub(crate) use attachments::{Attachment, fetch as fetch_attachments};
pub(crate) use email::{Email, Mailbox, Stamp, one_line};
pub(crate) use error::Error;
pub(crate) use file_place::{FilePlace, GONE, LocalFile, Locate};
use files::Files;
pub(crate) use message::{MailFilter, MessageKind, MessageState, NewMessage};
use news::News;
pub(crate) use relay::{Relay, RelayError, SmtpUrl};
pub(crate) use sent::{Sent, SentFilter, SentKind, SentRecord};

/// Clone = same inbox.
#[derive(Debug, Clone)]
pub(crate) struct Notifications {
    store: Store,
    files: Files,
    news: Arc<News>,
}

impl Notifications {
    /// Rows beside the queue in `store`, messages as files in `folder`, which is made with the first. Files that no row
    /// names are swept away: a crash has left them, so nobody else may have the inbox open.
    pub(crate) fn open(store: Store, folder: PathBuf) -> Self {
        let files = Files::in_folder(folder);
        // Where the rows cannot be read, whoever needs them says so; until then a file too many is harmless.
        if let Ok(named) = store.read(inbox::files) {
            files.sweep(&named);
        }
        Self { store, files, news: Arc::default() }
    }

    /// The newest of what has been sent, the last first.
    pub(crate) fn sent(&self, filter: &SentFilter) -> Result<Vec<SentRecord>, store::Error> {
        self.store.read(|db| sent::list(db, filter))
    }

    /// Puts a message into the inbox that is not sent, or not yet; one of the same job is replaced. `eml` is the whole
    /// message, which is a file before the inbox says that it is captured.
    ///
    /// # Errors
    /// The disk is full or gone.
    pub(crate) fn enter(
        &self,
        message: &NewMessage,
        eml: Option<&[u8]>,
        state: &MessageState,
        now: Timestamp,
    ) -> Result<(), Error> {
        let file = eml.map(|bytes| self.files.write(message.id, bytes, now)).transpose()?;
        let forgotten = self.store.write(|tx| {
            inbox::upsert(tx, message, file.as_deref(), state, now)?;
            inbox::prune(tx)
        })?;
        self.files.remove(&forgotten);
        self.news.tell();
        Ok(())
    }

    /// What became of a message that is captured; `sent` is listed as sent, unless an earlier attempt has listed it.
    ///
    /// # Errors
    /// The disk is full or gone.
    pub(crate) fn settle(
        &self,
        id: i64,
        state: &MessageState,
        sent: Option<&Sent>,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.store.write(|tx| {
            inbox::set_state(tx, id, state)?;
            match sent {
                Some(sent) if !inbox::is_listed_as_sent(tx, id)? => {
                    let row = sent::insert(tx, sent, now)?;
                    inbox::list_as_sent(tx, id, row)
                }
                _ => Ok(()),
            }
        })?;
        self.news.tell();
        Ok(())
    }

    /// An earlier attempt of the same job has handed it on.
    pub(crate) fn is_relayed(&self, id: i64) -> Result<bool, Error> {
        Ok(self.store.read(|db| inbox::is_relayed(db, id))?)
    }

    /// Newest first.
    pub(crate) fn messages(&self, filter: &MailFilter) -> Result<Vec<MailRecord>, Error> {
        let mut found = self.store.read(|db| inbox::list(db, filter))?;
        found.iter_mut().for_each(|record| self.locate(record));
        Ok(found)
    }

    /// All there is to know of one.
    ///
    /// # Errors
    /// There is none, or it has been cleared.
    pub(crate) fn message(&self, id: i64) -> Result<MailRecord, Error> {
        let found = self.store.read(|db| inbox::show(db, id))?;
        let mut record = found.ok_or(Error::NotFound { id })?;
        self.locate(&mut record);
        Ok(record)
    }

    /// The newest message that was sent and that the filter means, as soon as there is one; `None` after the deadline.
    pub(crate) fn wait(&self, filter: &MailFilter, deadline: Instant) -> Result<Option<MailRecord>, Error> {
        let filter = MailFilter { is_sent: true, limit: Some(1), ..filter.clone() };
        loop {
            // Before the look, so that no message falls between the two.
            let seen = self.news.seen();
            if let Some(found) = self.messages(&filter)?.pop() {
                return Ok(Some(found));
            }
            if !self.news.wait(seen, deadline) {
                return Ok(None);
            }
        }
    }

    /// Forgets all messages and their files; how many there were. What has been sent stays listed, and a message that is
    /// being entered is not touched: its file is there before its row.
    pub(crate) fn clear(&self) -> Result<usize, Error> {
        let cleared = self.store.write(|tx| inbox::clear(tx))?;
        let count = cleared.len();
        self.files.remove(&cleared.into_iter().flatten().collect::<Vec<_>>());
        Ok(count)
    }

    /// From the name of its file to where that is.
    fn locate(&self, record: &mut MailRecord) {
        record.eml = record.eml.take().map(|name| self.files.path(&name).display().to_string());
    }
}

#[cfg(test)]
mod tests;
