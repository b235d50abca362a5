//! `{% graphql g = 'file', k: v | dig: 'a' %}` and the block `{% graphql g, k: v %}query …{% endgraphql %}`, with the
//! file form's older names `execute_query` and `query_graph`. They parse whole, so that the rest of a file works and
//! can be checked; one that is reached says that it is not supported, and where.

use std::sync::Arc;

use super::assign::visit_target;
use crate::liquid::error::{Error, Result};
use crate::liquid::render::{Flow, Render};
use crate::liquid::syntax::ast::{
    Argument, Call, Expression, FilterCall, Literal, Path, Span, Tag, Target, Use, Visitor, Write,
};
use crate::liquid::syntax::{Markup, Parser, TagStart};

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

fn unsupported(name: &str) -> Error {
    Error::runtime(format!("{name} is not yet supported"))
}

impl Tag for QueryFile {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        let file = render.value(&self.file)?;
        Err(unsupported(&format!("graphql '{}'", file.to_text())))
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
        Err(unsupported("graphql").at(|| render.place(self.query)))
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        self.arguments.iter().for_each(|argument| visitor.expression(&argument.value, Use::Passed));
        visitor.assigns(&self.variable);
    }
}
