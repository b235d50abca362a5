//! What can be said of templates without rendering them: what they name of the app around them (partials, queries,
//! translations), and what works here but not, or otherwise, on the platform. Plain data for the room `check`, which
//! knows the app.

mod docs;
mod walk;

use std::sync::Arc;

use super::engine::{Engine, FILES_PER_THREAD, interpolation};
use super::place::Place;
use super::syntax::ast::{Span, Template};
use super::syntax::{Input, compile};
use crate::app::{App, Notification, Problem, map_on_cores};

/// A call of another file by a literal name.
#[derive(Debug, Clone)]
pub(crate) struct LiteralCall {
    /// `include`, `render`, `function`, `background` …
    pub(crate) tag: String,
    pub(crate) name: Arc<str>,
    /// Names of what is passed: the arguments, and the value of `with` or `for`. No options of the tag itself.
    passed: Vec<Arc<str>>,
    site: Site,
}

/// A translation asked for by a literal key.
#[derive(Debug, Clone)]
pub(crate) struct LiteralKey {
    pub(crate) key: Arc<str>,
    /// Names of the values for the text, if all of them are known.
    pub(crate) values: Option<Vec<Arc<str>>>,
    site: Site,
}

/// Where something stands. Line and column are worked out when they are asked for: most of it is right.
#[derive(Debug, Clone)]
struct Site {
    template: Arc<Template>,
    span: Span,
}

/// What the walk over all templates found, in no order.
#[derive(Debug, Default)]
pub(crate) struct Lint {
    pub(crate) calls: Vec<LiteralCall>,
    pub(crate) translations: Vec<LiteralKey>,
    pub(crate) warnings: Vec<Problem>,
    /// What is right as it is, and has a newer form.
    pub(crate) notes: Vec<Problem>,
}

impl Engine {
    /// Walks every template that compiled, the values in the heads of notifications included.
    pub(crate) fn lint(&self) -> Lint {
        let heads = self.heads();
        let templates: Vec<&Arc<Template>> = self.templates().chain(&heads).collect();
        let found = map_on_cores(&templates, FILES_PER_THREAD, |template| {
            let mut lint = walk::walk(template);
            for call in &lint.calls {
                lint.warnings.extend(docs::check_call(self, call));
            }
            lint
        });
        found.into_iter().fold(Lint::default(), Lint::and)
    }
}

impl Engine {
    fn heads(&self) -> Vec<Arc<Template>> {
        let of_one = |notification: &Notification| -> Vec<Arc<Template>> {
            let fields = notification.fields();
            fields.filter_map(|(_, field)| self.head(notification, field).ok()).map(Arc::new).collect()
        };
        self.app().notifications().flat_map(|notification| of_one(notification)).collect()
    }
}

impl Lint {
    fn and(mut self, other: Self) -> Self {
        self.calls.extend(other.calls);
        self.translations.extend(other.translations);
        self.warnings.extend(other.warnings);
        self.notes.extend(other.notes);
        self
    }
}

impl LiteralCall {
    pub(crate) fn place(&self) -> Place {
        self.site.place()
    }
}

impl LiteralKey {
    pub(crate) fn place(&self) -> Place {
        self.site.place()
    }
}

impl Site {
    fn place(&self) -> Place {
        let Template { path, source, first_line, .. } = &*self.template;
        Place::of(path, source, *first_line, self.span.start)
    }

    /// The same file at `start`.
    fn at(&self, start: u32) -> Self {
        Self { template: Arc::clone(&self.template), span: Span { start, ..self.span } }
    }

    fn text(&self) -> &str {
        self.template.source.get(self.span.start as usize..self.span.end as usize).unwrap_or_default()
    }
}

/// What is wrong with Liquid of `app` that stands in no file of its own; the place counts from the start of `text`.
pub(crate) fn text_error(app: &App, text: &str) -> Option<Problem> {
    let (path, source) = (Arc::from(""), Arc::from(text));
    let input = Input { path, source, body: 0, first_line: 1, interpolation: interpolation(app) };
    compile(input).err().map(|error| error.to_problem())
}

/// What is said, at check time and in the log, of a variable that a block takes along unasked.
pub(super) fn captured_implicitly(job: &str, name: &str) -> String {
    format!(
        "background job {job}: variable '{name}' captured implicitly; on platformOS pass it as {name}: {name}"
    )
}

/// The same for a job with more arguments than the platform's documentation allows.
pub(super) fn many_arguments(job: &str, count: usize) -> Option<String> {
    const MOST: usize = 20;
    (count > MOST).then(|| format!("background job {job}: {count} arguments; platformOS takes {MOST}"))
}
