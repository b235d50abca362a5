//! What can be said of templates without rendering them: the files they call by a literal name, and what works here
//! but not, or otherwise, on the platform. Plain data for the room `check`, which knows the app around them.

use std::sync::Arc;

use super::engine::{Engine, interpolation};
use super::place::Place;
use super::syntax::ast::{
    Argument, Call, Capture, Expression, Filtered, Literal, Node, Span, Template, Use, Visitor,
};
use super::syntax::{Input, compile};
use crate::app::{App, Problem, Severity};

/// A call of another file by a literal name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LiteralCall {
    /// `include`, `render`, `function`, `background` …
    pub(crate) tag: String,
    pub(crate) name: Arc<str>,
    pub(crate) place: Place,
}

/// What the walk over all templates found, in no order.
#[derive(Debug, Default)]
pub(crate) struct Lint {
    pub(crate) calls: Vec<LiteralCall>,
    pub(crate) warnings: Vec<Problem>,
}

impl Engine {
    /// Walks every template that compiled.
    pub(crate) fn lint(&self) -> Lint {
        let mut lint = Lint::default();
        for template in self.templates() {
            Walk { template, lint: &mut lint }.nodes(&template.nodes);
        }
        lint
    }
}

/// What is wrong with Liquid of `app` that stands in no file of its own; the place counts from the start of `text`.
pub(crate) fn text_error(app: &App, text: &str) -> Option<Problem> {
    let (path, source) = (Arc::from(""), Arc::from(text));
    let input = Input { path, source, body: 0, first_line: 1, interpolation: interpolation(app) };
    compile(input).err().map(|error| error.to_problem())
}

struct Walk<'w> {
    template: &'w Template,
    lint: &'w mut Lint,
}

impl Walk<'_> {
    fn nodes(&mut self, nodes: &[Node]) {
        for node in nodes {
            if let Node::Tag(span, _) = node
                && tag_name(self.template, *span) == "trigger_event"
            {
                self.warn(*span, "trigger_event is not a platformOS tag".to_owned(), None);
            }
            node.visit(self);
        }
    }

    fn place(&self, span: Span) -> Place {
        let Template { path, source, first_line, .. } = self.template;
        Place::of(path, source, *first_line, span.start)
    }

    fn warn(&mut self, span: Span, message: String, hint: Option<&str>) {
        let problem = self.place(span).problem(Severity::Warning, message);
        self.lint.warnings.push(problem.with_hint(hint.map(str::to_owned)));
    }

    /// A filter on an argument works here; the platform keeps it only on an array or hash literal.
    fn argument(&mut self, expression: &Expression) {
        let Expression::Filtered(filtered) = expression else { return };
        if matches!(filtered.value, Expression::Array(_) | Expression::Hash(_)) {
            return;
        }
        if let Some(first) = filtered.filters.first() {
            let message = format!("filter '{}' ignored on platformOS", first.filter.name);
            self.warn(first.span, message, Some("assign the filtered value first"));
        }
    }
}

impl Visitor for Walk<'_> {
    fn expression(&mut self, expression: &Expression, _: Use) {
        self.argument(expression);
    }

    fn filtered(&mut self, _: &Filtered, _: Use) {}

    fn assigns(&mut self, _: &str) {}

    fn block(&mut self, nodes: &[Node], _: &[&str]) {
        self.nodes(nodes);
    }

    fn calls(&mut self, call: Call<'_>) {
        self.argument(call.name);
        call.arguments.iter().for_each(|Argument { value, .. }| self.argument(value));
        if let Expression::Literal(Literal::Str(name)) = call.name {
            let place = self.place(call.span);
            self.lint.calls.push(LiteralCall { tag: call.tag.to_owned(), name: Arc::clone(name), place });
        }
    }

    fn captures(&mut self, capture: Capture<'_>) {
        let job = match capture.label {
            Some(label) => label.to_owned(),
            None => {
                let place = self.place(capture.span);
                format!("{}:{}", place.path.strip_prefix("app/").unwrap_or(&place.path), place.line)
            }
        };
        for name in capture.names {
            self.warn(capture.span, captured_implicitly(&job, name), None);
        }
    }
}

/// What is said, at check time and in the log, of a variable that a block takes along unasked.
pub(super) fn captured_implicitly(job: &str, name: &str) -> String {
    format!(
        "background job {job}: variable '{name}' captured implicitly; on platformOS pass it as {name}: {name}"
    )
}

/// The name of the tag that `span` covers: a whole `{% … %}`, or a statement of `{% liquid %}`.
fn tag_name(template: &Template, span: Span) -> &str {
    let text = template.source.get(span.start as usize..span.end as usize).unwrap_or_default();
    let text =
        text.strip_prefix("{%").map_or(text, |inner| inner.strip_prefix('-').unwrap_or(inner)).trim_start();
    text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
}
