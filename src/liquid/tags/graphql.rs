//! `{% graphql g = 'file', k: v | dig: 'a' %}` and the block `{% graphql g, k: v %}query …{% endgraphql %}`, with the
//! file form's older names `execute_query` and `query_graph`. The result is a hash; what went wrong is an error of the
//! template, or, where errors are not raised, `errors` in the hash.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::assign::visit_target;
use crate::app::{App, nearest_path};
use crate::graphql::Answer;
use crate::liquid::error::{Error, Result};
use crate::liquid::place::offset;
use crate::liquid::render::{Flow, Render};
use crate::liquid::syntax::ast::{
    Argument, Call, Expression, FilterCall, Literal, Path, Span, Tag, Target, Use, Visitor, Write,
};
use crate::liquid::syntax::{Markup, Parser, TagStart};
use crate::liquid::value::Value;

/// A query in a file of its own.
#[derive(Debug)]
struct QueryFile {
    span: Span,
    /// Where the result goes; the older tags may throw it away.
    target: Option<Target>,
    file: Expression,
    arguments: Vec<Argument>,
    /// Applied to the result.
    filters: Vec<FilterCall>,
}

/// A query between two tags.
#[derive(Debug)]
struct QueryBlock {
    variable: Arc<str>,
    arguments: Vec<Argument>,
    /// The text between the tags: GraphQL, in which braces are no Liquid.
    query: Span,
}

/// With `=` a file, without a block.
pub(super) fn parse<'s>(
    parser: &mut Parser<'s>,
    start: TagStart<'s>,
    markup: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    if markup.is_target() {
        let target = Some(markup.target()?);
        let (file, arguments, filters) = markup.filtered_call()?;
        return Ok(Box::new(QueryFile { span: start.span, target, file, arguments, filters }));
    }
    let Some(variable) = markup.name() else {
        return Err(markup.error("graphql needs the name of a variable"));
    };
    let variable = markup.intern(variable);
    let arguments = markup.arguments()?;
    markup.finish()?;
    let query = parser.raw(start, "endgraphql")?;
    Ok(Box::new(QueryBlock { variable, arguments, query }))
}

/// `execute_query 'file', result_name: 'g', k: v`
pub(super) fn parse_execute_query<'s>(
    _: &mut Parser<'s>,
    start: TagStart<'s>,
    markup: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    let (file, mut arguments) = markup.call()?;
    let result = arguments.iter().position(|argument| &*argument.name == "result_name");
    let target = match result.map(|at| arguments.remove(at).value) {
        Some(Expression::Literal(Literal::Str(root))) => {
            Some(Target { path: Path { root, segments: Vec::new() }, write: Write::Set })
        }
        Some(_) => {
            let error = format!("{} takes the name of its result as a string", start.name);
            return Err(markup.error(error).with_hint("write 'result_name: \"g\"'"));
        }
        None => None,
    };
    Ok(Box::new(QueryFile { span: start.span, target, file, arguments, filters: Vec::new() }))
}

impl Tag for QueryFile {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        let name = render.value(&self.file)?.to_text().into_owned();
        let app = render.engine.app();
        let query = app.query(&name).ok_or_else(|| missing(app, &name))?;
        let variables = render.query_variables(&self.arguments)?;
        let answer = render.query(&query.text, variables, self.span)?;
        if let Some(error) = failure(&format!("graphql '{name}'"), &answer) {
            let error = match answer.errors.iter().find_map(|error| error.locations.first()) {
                Some(at) => error.with_hint(format!("see {}:{}:{}", query.path, at.line, at.column)),
                None => error,
            };
            fail(error.at(|| render.place(self.span)), render)?;
        }
        let mut value = value_of(answer);
        for filter in &self.filters {
            value = render.filter(filter, &value)?;
        }
        if let Some(target) = &self.target {
            render.assign(target, value)?;
        }
        Ok(Flow::Next)
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        visitor.calls(Call { tag: "graphql", name: &self.file, arguments: &self.arguments, span: self.span });
        for FilterCall { positional, named, .. } in &self.filters {
            positional.iter().for_each(|argument| visitor.expression(argument, Use::Passed));
            named.iter().for_each(|(_, argument)| visitor.expression(argument, Use::Passed));
        }
        if let Some(target) = &self.target {
            visit_target(target, visitor);
        }
    }
}

impl Tag for QueryBlock {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        let template = Arc::clone(&render.template);
        let Span { start, end } = self.query;
        let text = template.source.get(start as usize..end as usize).unwrap_or_default();
        let variables = render.query_variables(&self.arguments)?;
        let answer = render.query(text, variables, self.query)?;
        if let Some(error) = failure("graphql", &answer) {
            let at = answer.errors.iter().find_map(|error| error.locations.first());
            let within = at.map_or(0, |at| offset(text, at.line, at.column));
            let start = start.saturating_add(within);
            fail(error.at(|| render.place(Span { start, end })), render)?;
        }
        render.frames.set(&self.variable, value_of(answer));
        Ok(Flow::Next)
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        self.arguments.iter().for_each(|argument| visitor.expression(&argument.value, Use::Passed));
        visitor.assigns(&self.variable);
    }
}

/// Names the query that was probably meant.
fn missing(app: &App, name: &str) -> Error {
    let error = Error::runtime(format!("can't find query '{name}'"));
    match nearest_path(name, app.queries().map(|query| &*query.name)) {
        Some(near) => error.with_hint(format!("did you mean '{near}'?")),
        None => error,
    }
}

/// All that went wrong, in one sentence.
fn failure(what: &str, answer: &Answer) -> Option<Error> {
    let messages: Vec<&str> = answer.errors.iter().map(|error| error.message.as_str()).collect();
    (!messages.is_empty()).then(|| Error::runtime(format!("{what}: {}", messages.join("; "))))
}

/// Where errors are not raised, the template finds them in the result, and the developer in the log.
fn fail(error: Error, render: &mut Render<'_>) -> Result<()> {
    if render.raises() {
        return Err(error);
    }
    render.report(&error);
    Ok(())
}

/// The answer without its `data`; `errors` is there only where there are some.
fn value_of(answer: Answer) -> Value {
    let mut entries = answer.data.unwrap_or_default();
    if !answer.errors.is_empty() {
        entries.insert("errors".to_owned(), answer.errors.iter().map(|error| json!(error)).collect());
    }
    Value::from_json(&Json::Object(entries))
}
