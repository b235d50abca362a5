//! Jobs a template asks for. They wait in the result of the render until its request or job has ended well.

use std::time::Duration;

use serde_json::{Map as JsonMap, Value as Json};

use super::{Render, over};
use crate::jobs::{Body, JobId, NewJob, Priority};
use crate::liquid::engine::Origin;
use crate::liquid::error::{Error, Result};
use crate::liquid::lint::many_arguments;
use crate::liquid::value::json_size;

/// Arguments over this are stored and read back, but should not be: pass ids.
const LARGE_PAYLOAD: usize = 100 * 1024;

/// What a job takes besides its arguments, its context and its source.
const JOB: usize = 512;

/// What the platform's documentation says the name of an argument may have.
const LONG_NAME: usize = 255;

/// A job as a tag describes it.
#[derive(Debug)]
pub(crate) struct JobRequest {
    pub(crate) source_name: String,
    pub(crate) body: Body,
    /// The job's variables.
    pub(crate) args: JsonMap<String, Json>,
    pub(crate) priority: Priority,
    pub(crate) delay: Duration,
    pub(crate) max_attempts: u32,
    /// What was odd about the options.
    pub(crate) warnings: Vec<String>,
}

impl Render<'_> {
    /// Adds the job to what this render asks for; its id is known at once.
    pub(crate) fn enqueue(&mut self, job: JobRequest) -> Result<JobId> {
        let JobRequest { source_name, body, args, priority, delay, max_attempts, warnings } = job;
        let (depth, parent) = match &self.scope.origin {
            Origin::Job { id, depth, .. } => (depth + 1, Some(*id)),
            Origin::Text | Origin::Request { .. } | Origin::Migration => (0, None),
        };
        let request = match &self.scope.origin {
            Origin::Request { id, .. } => Some(id.clone()),
            Origin::Text | Origin::Job { .. } | Origin::Migration => None,
        };
        let deepest = self.bindings.max_job_depth;
        if depth > deepest {
            return Err(Error::runtime(format!(
                "too many background jobs within background jobs: '{source_name}' would be {depth} levels deep, \
                 {deepest} are allowed"
            )));
        }
        for warning in warnings {
            self.warn(format!("background job {source_name}: {warning}"));
        }
        self.check_arguments(&source_name, &args)?;
        let context = self.context.for_job(&self.limits).map_err(over)?;
        let source = if let Body::Block { source, .. } = &body { source.len() } else { 0 };
        self.limits.charge(JOB + source).map_err(over)?;
        let id = self.bindings.job_ids.next();
        self.effects.jobs.push(NewJob {
            id,
            source_name,
            body,
            args: Json::Object(args),
            context: Json::Object(context),
            priority,
            delay,
            max_attempts,
            trace: self.scope.trace.clone(),
            request,
            depth,
            parent,
        });
        Ok(id)
    }

    fn check_arguments(&mut self, source_name: &str, args: &JsonMap<String, Json>) -> Result<()> {
        if let Some(text) = many_arguments(source_name, args.len()) {
            self.warn(text);
        }
        if let Some(name) = args.keys().find(|name| name.len() > LONG_NAME) {
            let text = format!(
                "background job {source_name}: argument '{name}' has a name over {LONG_NAME} characters"
            );
            self.warn(text);
        }
        let size = json_size(args);
        let most = self.bindings.max_payload;
        if size > most {
            let text =
                format!("background job {source_name}: arguments take {size} bytes, {most} are allowed");
            return Err(Error::runtime(text));
        }
        self.limits.charge(size).map_err(over)?;
        if size > LARGE_PAYLOAD {
            let kilobytes = size / 1024;
            self.warn(format!(
                "background job {source_name}: arguments take {kilobytes} KB; pass ids instead"
            ));
        }
        Ok(())
    }
}
