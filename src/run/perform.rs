//! Runs a job: its partial or block, with its arguments as variables. A job sees the app as it is now, not as it was
//! when the job was queued; only a block keeps the source it was queued with.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use serde_json::{Map, Value as Json};

use crate::app::Format;
use crate::jobs::{Body, Job, JobError, Outcome, Perform};
use crate::liquid::{Bindings, Block, Origin, Scope};
use crate::records::Records;
use crate::server::Live;

#[derive(Debug)]
pub(super) struct Performer {
    pub(super) live: Live,
    pub(super) bindings: Bindings,
    pub(super) records: Records,
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
            deadline: Some(deadline),
            cancelled: Some(Arc::clone(cancelled)),
            refused_form: None,
        };
        let rendered = match &job.body {
            Body::Partial(name) => engine.partial(name, scope, &self.bindings),
            Body::Block { source, path, line } => {
                engine.block(&Block { source, path, line: *line }, scope, &self.bindings)
            }
            Body::Notification { .. } => todo!(),
        };
        match rendered {
            Ok(rendered) => Outcome::Completed { output: rendered.body, jobs: rendered.jobs },
            Err(_) if cancelled.load(Ordering::Relaxed) => Outcome::Cancelled,
            Err(error) => Outcome::Failed(JobError {
                message: error.message(),
                stack: error.stack(),
                report: error.report(),
            }),
        }
    }
}

/// Stored as an object; anything else is a row from elsewhere and gives no variables.
fn object(value: &Json) -> Map<String, Json> {
    value.as_object().cloned().unwrap_or_default()
}
