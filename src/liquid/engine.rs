//! The door's types: compiled templates of one app snapshot, what a render is given and what it gives back.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use serde_json::{Map, Value as Json};

use super::core_module::CoreModule;
use super::error::Error;
use super::syntax::ast::Template;
use super::syntax::{Input, Interpolation};
use crate::app::{App, CheckMode, Format, Problem, Severity, Source, map_on_cores};
use crate::graphql::SessionChange;
use crate::jobs::{JobId, NewJob};
use crate::logs::JobRef;
use crate::notifications::{CallOrigin, Caller};

/// The compiled templates of one [`App`]. Immutable, cheap to share, safe on any thread.
#[derive(Debug)]
pub(crate) struct Engine {
    app: Arc<App>,
    /// By path from the project root.
    templates: HashMap<Arc<str>, Compiled, foldhash::fast::RandomState>,
    /// For an app without the module.
    core_module: CoreModule,
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
    /// What `context.session` tells by name and does not print: what in it is not the app's.
    pub(crate) hidden_session: Map<String, Json>,
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
    /// How many pages of this app are waiting for this render.
    pub(crate) call_depth: u32,
    pub(crate) deadline: Option<Instant>,
    pub(crate) cancelled: Option<Arc<AtomicBool>>,
    /// The form that brought the visitor here again.
    pub(crate) refused_form: Option<RefusedForm>,
}

/// A form that was sent and not stored: what its page shows again.
#[derive(Debug, Clone, Default)]
pub(crate) struct RefusedForm {
    pub(crate) name: String,
    /// As they were sent, nested.
    pub(crate) values: Map<String, Json>,
    /// Messages by field.
    pub(crate) errors: Map<String, Json>,
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
    /// A migration of the app: no session either, and jobs it queues are nobody's children.
    Migration,
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
    /// What became of the visitor's session, in order.
    pub(crate) session: Vec<SessionChange>,
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

/// Files a thread compiles or walks at least.
pub(super) const FILES_PER_THREAD: NonZeroUsize = NonZeroUsize::new(32).expect("it is not zero");

impl Scope {
    /// The render, as what calls an API. `place` is where it does.
    pub(crate) fn caller(&self, place: Option<String>) -> Caller {
        let origin = match &self.origin {
            Origin::Text | Origin::Migration => CallOrigin::default(),
            Origin::Request { id, .. } => CallOrigin::Page { request: id.clone() },
            Origin::Job { source_name, reference, .. } => {
                CallOrigin::Job { name: source_name.clone(), reference: reference.clone() }
            }
        };
        Caller {
            origin,
            trace: self.trace.clone(),
            place,
            base_url: self.base_url.clone(),
            deadline: self.deadline,
            cancelled: self.cancelled.clone(),
            constants: Arc::clone(&self.constants),
            depth: self.call_depth,
        }
    }
}

impl Engine {
    /// Compiles every template of `app`. A file that does not parse keeps the version of `previous`, if it has one there,
    /// and is reported, as severely as `liquid_check_mode` wants; without one, rendering it answers its syntax error. A
    /// file whose text has not changed is not parsed again, unless the flags it was read by have.
    pub(crate) fn compile(app: Arc<App>, previous: Option<&Self>) -> (Self, Vec<Problem>) {
        let sources: Vec<&Source> = app.sources().map(AsRef::as_ref).collect();
        let severity = match app.config().liquid_check_mode {
            CheckMode::Error => Severity::Error,
            CheckMode::Warning => Severity::Warning,
        };
        let mut templates: HashMap<_, _, _> = HashMap::default();
        let mut problems = Vec::new();
        let interpolation = interpolation(&app);
        let compiled =
            map_on_cores(&sources, FILES_PER_THREAD, |source| compile(source, interpolation, previous));
        for (source, compiled) in sources.into_iter().zip(compiled) {
            let path = Arc::clone(&source.path);
            let compiled = compiled.or_else(|error| {
                problems.push(Problem { severity, ..error.to_problem() });
                previous.and_then(|engine| engine.good(&path)).ok_or(error)
            });
            templates.insert(path, compiled);
        }
        let core_module = CoreModule::behind(&app);
        (Self { app, templates, core_module, printing: Printing::Platform }, problems)
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

    /// How the strings of this app are read.
    pub(super) fn interpolation(&self) -> Interpolation {
        interpolation(&self.app)
    }

    /// The file at `path` as it compiled; `None` if the app has no such template.
    pub(super) fn template(&self, path: &str) -> Option<&Compiled> {
        self.templates.get(path)
    }

    /// What stands in for a missing partial of the core module.
    pub(super) fn core_command(&self, name: &str) -> Option<&Arc<Template>> {
        self.core_module.command(name)
    }

    /// Every file that compiled.
    pub(super) fn templates(&self) -> impl Iterator<Item = &Arc<Template>> {
        self.templates.values().filter_map(|compiled| compiled.as_ref().ok())
    }

    fn good(&self, path: &str) -> Option<Arc<Template>> {
        self.template(path)?.as_ref().ok().map(Arc::clone)
    }
}

pub(super) fn interpolation(app: &App) -> Interpolation {
    if app.config().string_interpolation { Interpolation::On } else { Interpolation::Off }
}

/// The file as it is, or, if it is unchanged, as it was compiled before.
pub(super) fn compile(source: &Source, interpolation: Interpolation, previous: Option<&Engine>) -> Compiled {
    let alike = previous.filter(|engine| engine.interpolation() == interpolation);
    let unchanged = alike.and_then(|engine| engine.good(&source.path));
    if let Some(template) = unchanged.filter(|template| template.source == source.text) {
        return Ok(template);
    }
    let input = Input {
        path: Arc::clone(&source.path),
        source: Arc::clone(&source.text),
        body: source.body,
        first_line: 1,
        interpolation,
    };
    super::syntax::compile(input).map(Arc::new)
}
