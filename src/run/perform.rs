//! Runs a job: its partial or block, with its arguments as variables, or what `deliver` does with a notification. A job sees
//! the app as it is now, not as it was when the job was queued; only a block keeps the source it was queued with.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use serde_json::{Map, Value as Json};

use super::deliver::{self, Errand};
use crate::app::Format;
use crate::graphql::notification_variables;
use crate::jobs::{Body, Job, JobError, Outcome, Perform};
use crate::liquid::{self, Bindings, Block, Origin, Rendered, Scope};
use crate::notifications::{Notifications, Relay};
use crate::records::Records;
use crate::server::Live;

#[derive(Debug)]
pub(super) struct Performer {
    pub(super) live: Live,
    pub(super) bindings: Bindings,
    pub(super) records: Records,
    pub(super) notifications: Notifications,
    /// Where e-mails go on to. `None`: nothing leaves the machine.
    pub(super) relay: Option<Relay>,
    /// For absolute URLs in what a job writes.
    pub(super) base_url: String,
}

impl Perform for Performer {
    fn perform(&self, job: &Job, deadline: Instant, cancelled: &Arc<AtomicBool>) -> Outcome {
        let engine = self.live.engine();
        let scope = Scope {
            context: object(&job.context),
            hidden_session: Map::new(),
            constants: self.records.constants().snapshot(),
            variables: object(&job.args),
            format: Format::Html,
            origin: Origin::Job {
                id: job.id,
                source_name: job.source_name.clone(),
                depth: job.depth,
                reference: job.reference(),
            },
            base_url: self.base_url.clone(),
            trace: job.trace.clone(),
            call_depth: 0,
            deadline: Some(deadline),
            cancelled: Some(Arc::clone(cancelled)),
            refused_form: None,
        };
        let performed = match &job.body {
            Body::Partial(name) => engine.partial(name, scope, &self.bindings).map_err(JobError::from),
            Body::Block { source, path, line } => {
                let block = Block { source, path, line: *line };
                engine.block(&block, scope, &self.bindings).map_err(JobError::from)
            }
            Body::Notification { channel, template } => {
                let errand =
                    Errand { performer: self, engine: &engine, job, scope: &for_notification(scope) };
                let sent = deliver::deliver(errand, *channel, template.as_deref());
                sent.map(|jobs| Rendered { jobs, ..Rendered::default() })
            }
        };
        match performed {
            Ok(rendered) => Outcome::Completed { output: rendered.body, jobs: rendered.jobs },
            Err(_) if cancelled.load(Ordering::Relaxed) => Outcome::Cancelled,
            Err(error) => Outcome::Failed(error),
        }
    }
}

/// The templates of a notification know what they are given by two names.
fn for_notification(mut scope: Scope) -> Scope {
    let data = scope.variables.get("data").cloned().unwrap_or_default();
    scope.variables.extend(notification_variables(data));
    scope
}

impl From<liquid::Error> for JobError {
    fn from(error: liquid::Error) -> Self {
        Self { message: error.message(), stack: error.stack(), report: error.report() }
    }
}

/// Stored as an object; anything else is a row from elsewhere and gives no variables.
fn object(value: &Json) -> Map<String, Json> {
    value.as_object().cloned().unwrap_or_default()
}
