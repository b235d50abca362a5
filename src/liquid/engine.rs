//! The door's types: compiled templates of one app snapshot, what a render is given and what it gives back.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use serde_json::{Map, Value as Json};

use super::error::Error;
use super::syntax::ast::Template;
use crate::app::{App, Format, Problem, Source};
use crate::jobs::{JobId, NewJob};
use crate::logs::JobRef;

/// The compiled templates of one [`App`]. Immutable, cheap to share, safe on any thread.
#[derive(Debug)]
pub(crate) struct Engine {
    app: Arc<App>,
    /// By path from the project root.
    templates: HashMap<Arc<str>, Compiled, foldhash::fast::RandomState>,
    printing: Printing,
}

/// A file's tree, or why there is none.
pub(super) type Compiled = Result<Arc<Template>, Error>;

/// How arrays and hashes print, and whether text is escaped on its way out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Printing {
    /// As JSON; HTML escapes text.
    #[default]
    Platform,
    /// As Shopify's Liquid does: arrays concatenated, hashes inspected, nothing escaped.
    Plain,
}

/// What a template sees and how long it may take. All of it is plain data.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scope {
    /// The `context` object (params, location, session, page, headers …), without `constants`.
    pub(crate) context: Map<String, Json>,
    /// `context.constants`: readable by name, never printed with `{{ context }}`.
    pub(crate) constants: Arc<Map<String, Json>>,
    /// Variables set before the first node: the arguments of a job.
    pub(crate) variables: Map<String, Json>,
    pub(crate) format: Format,
    /// Where the render belongs, for log entries and for what tags may do.
    pub(crate) origin: Origin,
    /// `http://127.0.0.1:3000`, for absolute URLs.
    pub(crate) base_url: String,
    pub(crate) trace: String,
    pub(crate) deadline: Option<Instant>,
    pub(crate) cancelled: Option<Arc<AtomicBool>>,
}

/// Who asked for the render.
#[derive(Debug, Clone, Default)]
pub(crate) enum Origin {
    /// No app around it: `pos-cli render`.
    #[default]
    Text,
    /// `url` is host and path without scheme, `page` the page's slug: what log rows carry as `data`.
    Request { id: String, url: String, page: String },
    /// A job has no session; jobs it queues are one level deeper. `reference` is the attempt, for log entries.
    Job { id: JobId, source_name: String, depth: u32, reference: JobRef },
}

/// What came of a render.
#[derive(Debug, Default)]
pub(crate) struct Rendered {
    pub(crate) body: String,
    /// From `{% response_status %}`.
    pub(crate) status: Option<u16>,
    /// From `{% response_headers %}` and the page's front matter.
    pub(crate) headers: Vec<(String, String)>,
    /// From `{% redirect_to %}`: URL and status.
    pub(crate) redirect: Option<(String, u16)>,
    /// Session fields set (`Some`) or deleted (`None`), in order.
    pub(crate) session: Vec<(String, Option<Json>)>,
    /// Jobs to queue once the request or job has ended well.
    pub(crate) jobs: Vec<NewJob>,
}

/// Liquid source that is not a whole file, and its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Block<'a> {
    pub(crate) source: &'a str,
    pub(crate) path: &'a str,
    /// One-based line of `path` on which `source` begins.
    pub(crate) line: u32,
}

/// Files a thread compiles at least: fewer, and starting it costs more than it saves.
const FILES_PER_THREAD: usize = 32;

impl Engine {
    /// Compiles every template of `app`. A file that does not parse keeps the version of `previous`, if it has one there,
    /// and is reported; without one, rendering it answers its syntax error. A file whose text has not changed is not
    /// parsed again.
    pub(crate) fn compile(app: Arc<App>, previous: Option<&Self>) -> (Self, Vec<Problem>) {
        let sources: Vec<&Source> = app.sources().map(AsRef::as_ref).collect();
        let mut templates: HashMap<_, _, _> = HashMap::default();
        let mut problems = Vec::new();
        for (path, compiled) in compile_all(&sources, previous) {
            let compiled = compiled.or_else(|error| {
                problems.push(error.to_problem());
                previous.and_then(|engine| engine.good(&path)).ok_or(error)
            });
            templates.insert(path, compiled);
        }
        (Self { app, templates, printing: Printing::Platform }, problems)
    }

    /// The same templates, printed in another way.
    #[must_use]
    pub(crate) fn printing_as(self, printing: Printing) -> Self {
        Self { printing, ..self }
    }

    pub(crate) fn app(&self) -> &Arc<App> {
        &self.app
    }

    pub(crate) fn printing(&self) -> Printing {
        self.printing
    }

    /// The file at `path` as it compiled; `None` if the app has no such template.
    pub(super) fn template(&self, path: &str) -> Option<&Compiled> {
        self.templates.get(path)
    }

    /// Every file that compiled.
    pub(super) fn templates(&self) -> impl Iterator<Item = &Template> {
        self.templates.values().filter_map(|compiled| compiled.as_deref().ok())
    }

    fn good(&self, path: &str) -> Option<Arc<Template>> {
        self.template(path)?.as_ref().ok().map(Arc::clone)
    }
}

/// In parallel where there are enough files.
fn compile_all(sources: &[&Source], previous: Option<&Engine>) -> Vec<(Arc<str>, Compiled)> {
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let threads = cores.min(sources.len() / FILES_PER_THREAD).max(1);
    let compile_share = |share: &[&Source]| -> Vec<(Arc<str>, Compiled)> {
        share.iter().map(|source| (Arc::clone(&source.path), compile(source, previous))).collect()
    };
    if threads == 1 {
        return compile_share(sources);
    }
    let share = sources.len().div_ceil(threads);
    std::thread::scope(|scope| {
        let workers: Vec<_> =
            sources.chunks(share).map(|share| scope.spawn(move || compile_share(share))).collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

fn compile(source: &Source, previous: Option<&Engine>) -> Compiled {
    let unchanged = previous.and_then(|engine| engine.good(&source.path));
    if let Some(template) = unchanged.filter(|template| template.source == source.text) {
        return Ok(template);
    }
    let (path, text) = (Arc::clone(&source.path), Arc::clone(&source.text));
    super::syntax::compile(path, text, source.body, 1).map(Arc::new)
}
