//! The inbox, as a running server shows it.

use std::time::Duration;

use form_urlencoded::Serializer;

use super::{Client, Error, TIMEOUT};
use crate::protocol::{MailCleared, MailList, MailRecord, MailWait};

/// Which messages are meant.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct MailQuery<'q> {
    pub(crate) to: Option<&'q str>,
    pub(crate) subject: Option<&'q str>,
    pub(crate) template: Option<&'q str>,
}

impl Client {
    /// Newest first.
    pub(crate) fn messages(&self, query: MailQuery<'_>, limit: usize) -> Result<Vec<MailRecord>, Error> {
        let query = query.serializer().append_pair("limit", &limit.to_string()).finish();
        let list: MailList = self.get(format_args!("/_dev/mail?{query}"), TIMEOUT)?;
        Ok(list.messages)
    }

    pub(crate) fn message(&self, id: i64) -> Result<MailRecord, Error> {
        self.get(format_args!("/_dev/mail/{id}"), TIMEOUT)
    }

    /// How many there were.
    pub(crate) fn clear_messages(&self) -> Result<usize, Error> {
        let cleared: MailCleared = self.post("/_dev/mail/clear")?;
        Ok(cleared.cleared)
    }

    /// Waits at the server for such a message, at most this long.
    pub(crate) fn wait_for_message(
        &self,
        query: MailQuery<'_>,
        wait: Duration,
    ) -> Result<Option<MailRecord>, Error> {
        let query = query.serializer().append_pair("timeout", &wait.as_secs_f64().to_string()).finish();
        let waited: MailWait = self.get(format_args!("/_dev/mail/wait?{query}"), wait + TIMEOUT)?;
        Ok(waited.message)
    }
}

impl MailQuery<'_> {
    fn serializer(self) -> Serializer<'static, String> {
        let mut serializer = Serializer::new(String::new());
        for (name, value) in [("to", self.to), ("subject", self.subject), ("template", self.template)] {
            if let Some(value) = value {
                serializer.append_pair(name, value);
            }
        }
        serializer
    }
}
