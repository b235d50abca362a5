//! The queue as administration pages see it. The platform's words for the states are mapped onto ours here, and nowhere
//! else: SCHEDULED is scheduled and queued, RETRY is retrying. What has completed or was cancelled is not in the list.

use serde_json::{Value as Json, json};

use super::World;
use super::error::Error;
use super::input;
use super::listing::{Item, chosen, paged, plain};
use super::rows::page;
use super::selection::{Field, object};
use crate::jobs::{self, Filter, JobId, Queue};
use crate::protocol::JobRecord;

/// As on the platform: further down nobody looks.
const MAX_PAGE: u64 = 50;
const MAX_PER_PAGE: u64 = 100;

/// What a list does not know of a job.
const DETAILS: [&str; 3] = ["arguments", "liquid_body", "failed_at"];

impl Item for JobRecord {
    fn value(&self, name: &str) -> Json {
        let kind = kind(&self.state);
        let when = |is: &str, time: &Option<String>| if kind == is { json!(time) } else { Json::Null };
        match name {
            "id" => json!(self.id),
            "type" => json!(kind),
            "queue" => json!(self.priority),
            "source_name" | "label" => json!(self.source_name),
            "partial_name" => json!(self.partial_name),
            "liquid_body" => json!(self.liquid_body),
            "arguments" => json!(self.arguments),
            "attempts" => json!(self.attempts),
            "created_at" | "enqueued_at" => json!(self.created_at),
            "run_at" => json!(self.run_at),
            "started_at" => json!(self.started_at),
            "retry_at" => when("RETRY", &Some(self.run_at.clone())),
            "dead_at" => when("DEAD", &self.finished_at),
            "failed_at" => {
                let failed = self.history.iter().rev().find(|attempt| attempt.outcome == "failed");
                let at = failed.and_then(|attempt| attempt.finished_at.as_ref());
                at.map_or_else(|| when("DEAD", &self.finished_at), |at| json!(at))
            }
            "timestamp" => match kind {
                "DEAD" => json!(self.finished_at),
                _ => json!(self.run_at),
            },
            "locked_at" => when("RUNNING", &self.started_at),
            "updated_at" => {
                json!(self.finished_at.as_ref().or(self.started_at.as_ref()).unwrap_or(&self.created_at))
            }
            "error" | "error_message" => json!(self.error_message),
            // A job here belongs to no form and no resource.
            _ => Json::Null,
        }
    }
}

pub(super) fn jobs(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let page = page(field)?;
    for (name, number, most) in [("page", page.number, MAX_PAGE), ("per_page", page.size, MAX_PER_PAGE)] {
        if number > most {
            return Err(Error::new(format!("{name} must be at most {most}, not {number}")));
        }
    }
    let queue = queue(world)?;
    let found = matching(queue, field)?;
    paged(field, &found, |job, fields| answer(queue, job, fields))
}

/// Runs it now.
pub(super) fn retry(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let (queue, id) = (queue(world)?, id(field)?);
    queue.retry(id)?;
    answer(queue, &queue.show(id)?, &field.fields)
}

/// The job is told as it was.
pub(super) fn delete(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let (queue, id) = (queue(world)?, id(field)?);
    let job = queue.show(id)?;
    queue.delete(id)?;
    plain(&job, &field.fields)
}

pub(super) fn delete_all(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let queue = queue(world)?;
    let mut deleted = Vec::new();
    for job in matching(queue, field)? {
        let shown = match job.id.parse().map(JobId) {
            Ok(id) => queue.show(id).and_then(|shown| queue.delete(id).map(|()| shown)),
            Err(_) => continue,
        };
        match shown {
            Ok(job) => deleted.push(job),
            // It has ended meanwhile.
            Err(jobs::Error::NotFound { .. } | jobs::Error::WrongState { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    object(&field.fields, |asked| deleted.iter().map(|job| plain(job, &asked.fields)).collect())
}

/// The newest first, unless sorted.
fn matching(queue: &Queue, field: &Field) -> Result<Vec<JobRecord>, Error> {
    let listed = queue.list(&Filter::default())?;
    let mut field = Field { fields: Vec::new(), ..field.clone() };
    if let Some(filter) = field.arguments.get_mut("filter") {
        forget_timestamp_of_running(filter);
    }
    let listed = listed.into_iter().filter(|job| !kind(&job.state).is_empty());
    chosen(listed, &field)
}

/// A job that runs waits for nothing: `timestamp` says nothing of it.
fn forget_timestamp_of_running(filter: &mut Json) {
    let Some(filter) = filter.as_object_mut() else { return };
    if filter.get("type").and_then(Json::as_str) == Some("RUNNING") {
        filter.remove("timestamp");
    }
    let branches = filter.get_mut("or").and_then(Json::as_array_mut);
    branches.into_iter().flatten().for_each(forget_timestamp_of_running);
}

fn answer(queue: &Queue, job: &JobRecord, fields: &[Field]) -> Result<Json, Error> {
    let wants_details = fields.iter().any(|field| DETAILS.contains(&field.name.as_str()));
    let shown = match job.id.parse() {
        Ok(id) if wants_details => queue.show(JobId(id)).ok(),
        _ => None,
    };
    plain(shown.as_ref().unwrap_or(job), fields)
}

/// The platform's word; empty for what it does not list.
fn kind(state: &str) -> &'static str {
    match state {
        "queued" | "scheduled" => "SCHEDULED",
        "running" => "RUNNING",
        "retrying" => "RETRY",
        "dead" => "DEAD",
        _ => "",
    }
}

fn queue<'w>(world: &World<'w>) -> Result<&'w Queue, Error> {
    world.queue.ok_or_else(|| Error::new("there is no job queue here"))
}

fn id(field: &Field) -> Result<JobId, Error> {
    input::integer(field.argument("id").unwrap_or(&Json::Null), "id").map(JobId)
}

impl From<jobs::Error> for Error {
    fn from(error: jobs::Error) -> Self {
        Self::new(error.to_string())
    }
}
