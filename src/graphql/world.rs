//! What a document works on: the app it belongs to, its data, the visitor it runs for, the queue.

use jiff::Timestamp;

use super::Session;
use crate::app::App;
use crate::jobs::Queue;
use crate::records::Data;

/// For one document.
pub(crate) struct World<'w> {
    pub(crate) app: &'w App,
    pub(crate) data: &'w mut Data,
    /// `None` where nobody visits: in a job, in a migration.
    pub(crate) session: Option<&'w mut Session>,
    /// `None` where no queue is open: while a template is rendered on its own.
    pub(crate) queue: Option<&'w Queue>,
    pub(crate) now: Timestamp,
    /// `http://127.0.0.1:3000`, no trailing slash; for URLs of files.
    pub(crate) base_url: &'w str,
}
