//! `{% background %}`: work for after the request. The path form `background id = 'path', k: v` runs a partial and gives
//! the job's id; the block form runs its own text, kept as a slice of the file with its place, so that an error in a job
//! points into the file. Arguments are copied when the tag renders, never shared with the page.

mod options;

use std::sync::Arc;

use serde_json::{Map as JsonMap, Value as Json};

use super::assign::visit_target;
use crate::jobs::Body;
use crate::liquid::error::{Error, Result};
use crate::liquid::lint::captured_implicitly;
use crate::liquid::render::{Flow, JobRequest, Render, over};
use crate::liquid::syntax::ast::{
    Argument, Block, Call, Capture, Expression, Literal, Span, Tag, Target, Use, Visitor,
};
use crate::liquid::syntax::{Markup, Parser, TagStart, captured};
use crate::liquid::value::Value;

pub(crate) use options::Options;

/// `{% background id = 'path', k: v %}`
#[derive(Debug)]
struct Partial {
    span: Span,
    target: Target,
    name: Expression,
    arguments: Vec<Argument>,
}

/// `{% background k: v %}…{% endbackground %}`
#[derive(Debug)]
struct Inline {
    span: Span,
    /// A string before the arguments, which the platform skips; it names the job where `source_name` does not.
    label: Option<Arc<str>>,
    arguments: Vec<Argument>,
    body: Block,
    /// The text between the tags, and the line of the file it begins on.
    source: String,
    first_line: u32,
    /// Line of the tag.
    line: u32,
    /// Names the body takes from around it if the tag has no arguments of its own.
    captured: Vec<Arc<str>>,
}

/// With `=` a partial, without a block.
pub(super) fn parse<'s>(
    parser: &mut Parser<'s>,
    start: TagStart<'s>,
    markup: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    if markup.is_target() {
        let target = markup.target()?;
        let (name, arguments) = markup.call()?;
        return Ok(Box::new(Partial { span: start.span, target, name, arguments }));
    }
    let label = markup.quoted().map(|label| markup.intern(label));
    let arguments = markup.arguments()?;
    markup.finish()?;
    let (body, end) = parser.block(start, &["endbackground"])?;
    let (source, first_line) = parser.block_source(start, &end);
    let line = parser.line(start.span.start);
    let captured = if arguments.iter().all(|argument| Options::is_option(&argument.name)) {
        captured(&body).iter().map(|name| markup.intern(name)).collect()
    } else {
        Vec::new()
    };
    Ok(Box::new(Inline { span: start.span, label, arguments, body, source, first_line, line, captured }))
}

impl Tag for Partial {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        let name = render.value(&self.name)?;
        if name.is_blank() {
            return Err(Error::runtime("background needs the path of a partial"));
        }
        let name = name.to_text().into_owned();
        let (options, args) = evaluate(&self.arguments, render)?;
        let source_name = options.source_name.clone().unwrap_or_else(|| name.clone());
        let id = render.enqueue(options.request(source_name, Body::Partial(name), args))?;
        render.assign(&self.target, Value::str(id.to_string()))?;
        Ok(Flow::Next)
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        visitor.calls(Call {
            tag: "background",
            name: &self.name,
            arguments: &self.arguments,
            span: self.span,
        });
        visit_target(&self.target, visitor);
    }
}

impl Tag for Inline {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        let (options, mut args) = evaluate(&self.arguments, render)?;
        let label = || match &self.label {
            Some(label) => label.to_string(),
            None => format!("{}:{}", render.file(), self.line),
        };
        let source_name = options.source_name.clone().unwrap_or_else(label);
        if args.is_empty() && !render.bindings.strict_scope {
            args = self.capture(&source_name, render)?;
        }
        let path = render.template.path.to_string();
        let body = Body::Block { source: self.source.clone(), path, line: self.first_line };
        render.enqueue(options.request(source_name, body, args))?;
        Ok(Flow::Next)
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        self.arguments.iter().for_each(|argument| visitor.expression(&argument.value, Use::Passed));
        visitor.block(&self.body, &[]);
        visitor.captures(Capture {
            arguments: &self.arguments,
            names: &self.captured,
            label: self.literal_label(),
            span: self.span,
        });
    }
}

impl Inline {
    /// The job's name as far as it is known without rendering.
    fn literal_label(&self) -> Option<&str> {
        let named = self.arguments.iter().rfind(|argument| &*argument.name == "source_name");
        match named.map(|argument| &argument.value) {
            Some(Expression::Literal(Literal::Str(label))) => Some(label),
            Some(_) => None,
            None => self.label.as_deref(),
        }
    }

    /// What the block uses of the page although nobody passed it: the platform would leave it nil.
    fn capture(&self, source_name: &str, render: &mut Render<'_>) -> Result<JsonMap<String, Json>> {
        let mut args = JsonMap::new();
        for name in &self.captured {
            let Some(value) = render.variable(name) else { continue };
            args.insert(name.to_string(), render.limits.to_json(&value).map_err(over)?);
            render.warn(captured_implicitly(source_name, name));
        }
        Ok(args)
    }
}

/// Options and the arguments that become the job's variables; the last of a name wins.
fn evaluate(arguments: &[Argument], render: &mut Render<'_>) -> Result<(Options, JsonMap<String, Json>)> {
    let mut options = Options::default();
    let mut args = JsonMap::new();
    for argument in arguments {
        let value = render.value(&argument.value)?;
        if !options.set(&argument.name, &value) {
            args.insert(argument.name.to_string(), render.limits.to_json(&value).map_err(over)?);
        }
    }
    Ok((options, args))
}

impl Options {
    fn request(self, source_name: String, body: Body, args: JsonMap<String, Json>) -> JobRequest {
        let Self { delay, priority, max_attempts, warnings, .. } = self;
        JobRequest { source_name, body, args, priority, delay, max_attempts, warnings }
    }
}
