//! What a document works on: the app it belongs to, its data, the visitor it runs for, the queue.

use jiff::Timestamp;

use super::rows::RowsLeft;
use super::{Delivery, Error, Session, Templates};
use crate::app::App;
use crate::jobs::Queue;
use crate::notifications::{ApiCalls, Caller, Notifications};
use crate::records::{Data, DataError};

/// For one document.
pub(crate) struct World<'w> {
    pub(crate) app: &'w App,
    pub(crate) data: &'w mut Data,
    /// `None` where nobody visits: in a job, in a migration.
    pub(crate) session: Option<&'w mut Session>,
    /// `None` where no queue is open: while a template is rendered on its own.
    pub(crate) queue: Option<&'w Queue>,
    /// `None` where nothing may leave the app.
    pub(crate) notifications: Option<&'w Notifications>,
    /// `None` where no API may be called.
    pub(crate) api_calls: Option<&'w ApiCalls>,
    /// Nothing is fetched from the net.
    pub(crate) offline: bool,
    /// On whose behalf calls are made.
    pub(crate) caller: Caller,
    /// `None` where no template may run.
    pub(crate) templates: Option<&'w mut dyn Templates>,
    pub(crate) rows_left: RowsLeft,
    /// What is to be sent once the caller has ended well.
    pub(crate) deliveries: Vec<Delivery>,
    pub(crate) now: Timestamp,
}

impl<'w> World<'w> {
    /// An app and its data: nobody visits, nothing is queued or sent.
    pub(crate) fn of_data(app: &'w App, data: &'w mut Data, now: Timestamp) -> Self {
        Self {
            app,
            data,
            session: None,
            queue: None,
            notifications: None,
            api_calls: None,
            offline: false,
            caller: Caller { base_url: "http://localhost:3000".to_owned(), ..Caller::default() },
            templates: None,
            rows_left: RowsLeft::default(),
            deliveries: Vec::new(),
            now,
        }
    }

    /// What renders templates, and the data they work on.
    ///
    /// # Errors
    /// No template may run.
    pub(super) fn templates(&mut self) -> Result<(&mut dyn Templates, &mut Data), Error> {
        match self.templates.as_deref_mut() {
            Some(templates) => Ok((templates, self.data)),
            None => Err(Error::new("no template can be rendered here")),
        }
    }

    /// Runs `work` as one transaction of the data, or as a part of the one that is open. A mutation stores and answers in
    /// one: where what is asked of the stored row fails, nothing has been stored either.
    pub(super) fn atomically<T, E: From<DataError>>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        self.data.begin(Data::PATIENCE)?;
        let result = work(self);
        self.data.end(result)
    }
}
