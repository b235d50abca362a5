//! Whole renders over a small app on disk: what a page, a policy, a job gets and asks for.

mod acceptance;
mod events;
mod forms;
pub(super) mod fuzz;
mod graph;
mod graphql;
mod jobs;
mod lexical;
mod notifications;
mod pages;
mod rows;
mod tag_syntax;
mod tags;
mod values;

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use super::*;
use crate::app::{App, Method};
use crate::jobs::{Body, JobId, JobIds, NewJob, Priority};
use crate::logs::{JobRef, Log};

/// An app of these files, compiled, and handles that end nowhere.
struct Fixture {
    engine: Engine,
    bindings: Bindings,
    _root: tempfile::TempDir,
}

/// The first attempt of a job.
fn reference(job: &NewJob) -> JobRef {
    JobRef {
        id: job.id.to_string(),
        attempt: 1,
        max_attempts: job.max_attempts,
        priority: job.priority.as_str().into(),
        run_at: String::new(),
        duration_ms: None,
    }
}

impl Fixture {
    fn of(files: &[(&str, &str)]) -> Self {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join("app").join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let (app, _) = App::load(root.path(), None).unwrap();
        let (engine, _) = Engine::compile(Arc::new(app), None);
        Self { engine, bindings: Bindings::detached(Log::starting_after(0)), _root: root }
    }

    /// A page at `/` with this body, and nothing else.
    fn page(body: &str) -> Self {
        Self::of(&[("views/pages/index.liquid", body)])
    }

    fn get(&self, path: &str) -> Result<Rendered, Error> {
        self.get_as(path, json!({}))
    }

    fn get_as(&self, path: &str, context: Json) -> Result<Rendered, Error> {
        let page = self.engine.app().route(Method::Get, path).unwrap().page;
        let Json::Object(context) = context else { panic!("a context is an object") };
        let origin = Origin::Request { id: "r1".into(), url: "localhost/".into(), page: page.slug.clone() };
        let scope = Scope { context, origin, trace: "t1".into(), ..Scope::default() };
        self.engine.page(&page, scope, &self.bindings)
    }

    fn body(&self) -> String {
        self.get("/").unwrap().body
    }

    fn error(&self) -> String {
        self.get("/").unwrap_err().message()
    }

    fn jobs(&self) -> Vec<NewJob> {
        self.get("/").unwrap().jobs
    }

    /// Runs a job as a worker would.
    fn run(&self, job: &NewJob) -> Result<Rendered, Error> {
        let object = |json: &Json| json.as_object().cloned().unwrap();
        let scope = Scope {
            context: object(&job.context),
            variables: object(&job.args),
            origin: Origin::Job {
                id: job.id,
                source_name: job.source_name.clone(),
                depth: job.depth,
                reference: reference(job),
            },
            ..Scope::default()
        };
        match &job.body {
            Body::Partial(name) => self.engine.partial(name, scope, &self.bindings),
            Body::Block { source, path, line } => {
                self.engine.block(&Block { source, path, line: *line }, scope, &self.bindings)
            }
            Body::Notification { channel, template } => {
                let name = template.as_deref().unwrap_or_default();
                let notification = self.engine.app().notification((*channel).into(), name).unwrap();
                let (message, rendered) = self.engine.notification(notification, &scope, &self.bindings)?;
                Ok(Rendered { body: message.unwrap_or_default().body, ..rendered })
            }
        }
    }

    /// `type: message` of everything logged since the last call.
    fn logged(&self) -> Vec<String> {
        let entries = self.bindings.log.take_pending().into_iter().map(|entry| entry.event);
        entries.map(|event| format!("{}: {}", event.error_type, event.message)).collect()
    }
}
