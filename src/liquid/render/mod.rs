//! One render: the output, what tags asked for, and the loop over nodes. Values come from `evaluate`, names from `scope`,
//! other files through `call`. All text, captured or not, grows at the end of one buffer; whoever captures cuts it off
//! again, so nothing is copied twice.

mod assign;
mod call;
mod condition;
mod escape;
mod evaluate;
mod jobs;
mod query;
mod report;
mod scope;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use jiff::{Timestamp, ZonedDateTime};

use super::bindings::Bindings;
use super::context::Context;
use super::engine::{Engine, Printing, Rendered, Scope};
use super::error::{Error, Kind, Result};
use super::filters::Arguments;
use super::limits::{Limit, Limits, MAX_STRING};
use super::place::Place;
use super::syntax::ast::{Node, Span, Template};
use super::value::{Cycles, Value};
use crate::app::Format;
use crate::records::Data;

pub(crate) use escape::html as escape_html;
pub(crate) use evaluate::leading_integer;
pub(crate) use jobs::JobRequest;
pub(crate) use scope::{Frames, Sharing};

/// How the enclosing block goes on after a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    Next,
    /// Leaves the loop; outside a loop, the rest of the page, function or render.
    Break,
    Continue,
    /// Ends the partial; the value is in the render.
    Return,
    /// Leaves the `{% transaction %}`, through loops and partials.
    Rollback,
}

/// The state of one render.
#[derive(Debug)]
pub(crate) struct Render<'r> {
    pub(crate) out: String,
    pub(crate) engine: &'r Engine,
    pub(crate) bindings: &'r Bindings,
    pub(crate) scope: &'r Scope,
    pub(crate) limits: Limits,
    pub(crate) frames: Frames,
    /// Told of every container that is written into another one.
    pub(crate) cycles: Cycles,
    pub(crate) context: Context<'r>,
    /// What queries work on; dropped with an open transaction, it has changed nothing. `None` where there is none.
    pub(crate) data: Option<Data>,
    /// The file whose nodes run now.
    pub(crate) template: Arc<Template>,
    /// What tags asked for: status, headers, redirect, session, jobs. Its body is filled in at the end.
    pub(crate) effects: Rendered,
    /// `{% content_for %}` blocks by name, for the layout's `{% yield %}`.
    pub(crate) content: BTreeMap<String, String>,
    /// The value of the `{% return %}` that ends the partial.
    pub(crate) returned: Value,
    /// `{% transaction %}`s around this place; inside one, errors travel too, to undo it.
    pub(crate) transactions: u32,
    /// `{% try %}`s around this place; inside one, errors travel even where raise mode is off.
    pub(crate) tries: u32,
    escaping: Escaping,
    now: ZonedDateTime,
    /// Texts already warned of or reported.
    reported: HashSet<String>,
    spare_arguments: Vec<Arguments>,
}

/// What happens to text on its way out of `{{ }}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escaping {
    Html,
    /// But not what the `json` filter made.
    HtmlButJson,
    None,
}

impl<'r> Render<'r> {
    /// A render that begins in `template`, as a file of `format`.
    pub(crate) fn new(
        engine: &'r Engine,
        scope: &'r Scope,
        bindings: &'r Bindings,
        template: Arc<Template>,
        format: Format,
    ) -> Self {
        let escapes = engine.app().config().escape_output_instead_of_sanitize;
        let html = format == Format::Html && engine.printing() == Printing::Platform;
        Self {
            out: String::new(),
            engine,
            bindings,
            scope,
            limits: Limits::new(scope.deadline, scope.cancelled.clone()),
            frames: Frames::default(),
            cycles: Cycles::default(),
            context: Context::new(scope),
            data: bindings.graph.as_ref().map(|graph| graph.records.data(scope.deadline)),
            template,
            effects: Rendered::default(),
            content: BTreeMap::new(),
            returned: Value::Nil,
            transactions: 0,
            tries: 0,
            escaping: if html && escapes { Escaping::Html } else { Escaping::None },
            now: Timestamp::now().to_zoned_datetime(jiff::tz::TimeZone::UTC),
            reported: HashSet::new(),
            spare_arguments: Vec::new(),
        }
    }

    /// Renders a block in the scope it stands in.
    pub(crate) fn run(&mut self, nodes: &[Node]) -> Result<Flow> {
        self.limits.enter_block().map_err(over)?;
        let flow = self.run_each(nodes);
        self.limits.leave_block();
        flow
    }

    fn run_each(&mut self, nodes: &[Node]) -> Result<Flow> {
        for node in nodes {
            match self.node(node)? {
                Flow::Next => {}
                flow => return Ok(flow),
            }
        }
        Ok(Flow::Next)
    }

    /// Renders one node. An error gets its place here unless it already has one.
    pub(crate) fn node(&mut self, node: &Node) -> Result<Flow> {
        let (span, result) = match node {
            Node::Text(span) | Node::Raw(span) => {
                self.out.push_str(text_of(&self.template, *span));
                (*span, Ok(Flow::Next))
            }
            Node::Output(filtered) => {
                let value = self.filtered(filtered);
                (filtered.span, value.map(|value| self.print(&value)))
            }
            Node::Tag(span, tag) => (*span, tag.render(self)),
        };
        let result = match self.limits.step() {
            Ok(()) if self.out.len() <= MAX_STRING => result,
            Ok(()) => Err(over(Limit::String)),
            Err(limit) => Err(over(limit)),
        };
        result.or_else(|error| self.fail(error, span))
    }

    /// Where errors are not raised, the message stands in the page instead and rendering goes on.
    #[cold]
    fn fail(&mut self, error: Error, span: Span) -> Result<Flow> {
        let error = error.at(|| self.place(span));
        if error.kind() == Kind::Limit || self.raises() {
            return Err(error);
        }
        let message = error.message();
        self.report(&error);
        self.print(&Value::str(message));
        Ok(Flow::Next)
    }

    /// Errors end the render, or the `{% try %}` or `{% transaction %}` they happen in.
    pub(crate) fn raises(&self) -> bool {
        self.tries > 0 || self.transactions > 0 || self.engine.app().config().liquid_raise_mode
    }

    /// Writes a value as `{{ }}` does.
    pub(crate) fn print(&mut self, value: &Value) -> Flow {
        match (value, self.escaping) {
            (Value::Str(text), Escaping::Html | Escaping::HtmlButJson) if !text.safe => {
                escape::html(&text.text, &mut self.out);
            }
            (Value::Array(_) | Value::Hash(_) | Value::Bytes(_), Escaping::Html | Escaping::HtmlButJson) => {
                escape::html(&value.to_text(), &mut self.out);
            }
            _ => return self.print_raw(value),
        }
        Flow::Next
    }

    /// Writes a value without escaping.
    pub(crate) fn print_raw(&mut self, value: &Value) -> Flow {
        match self.engine.printing() {
            Printing::Platform => value.write_text(&mut self.out),
            Printing::Plain => value.write_plain(&mut self.out),
        }
        Flow::Next
    }

    /// Renders a block and takes its text back out of the output, also after an error.
    pub(crate) fn capture(&mut self, nodes: &[Node]) -> Result<(String, Flow)> {
        let start = self.out.len();
        let flow = self.run(nodes);
        let text = self.out.split_off(start);
        self.limits.grow(text.len()).map_err(over)?;
        Ok((text, flow?))
    }

    /// Renders without escaping what a file of another kind holds: metadata, a header, a URL.
    pub(crate) fn unescaped<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let escaping = std::mem::replace(&mut self.escaping, Escaping::None);
        let result = work(self);
        self.escaping = escaping;
        result
    }

    /// Renders what is sent and may be JSON in parts: those stay as they are.
    pub(crate) fn with_json_as_it_is<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let escaping = self.escaping;
        if escaping == Escaping::Html {
            self.escaping = Escaping::HtmlButJson;
        }
        let result = work(self);
        self.escaping = escaping;
        result
    }

    pub(crate) fn place(&self, span: Span) -> Place {
        let template = &self.template;
        Place::of(&template.path, &template.source, template.first_line, span.start)
    }

    /// The moment this render began.
    pub(crate) fn now(&self) -> &ZonedDateTime {
        &self.now
    }
}

/// A limit as an error, on its way to the node that gives it a place.
pub(crate) fn over(limit: Limit) -> Error {
    let error = Error::limit(limit.to_string());
    match limit.hint() {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}

fn text_of(template: &Template, span: Span) -> &str {
    template.source.get(span.start as usize..span.end as usize).unwrap_or_default()
}
