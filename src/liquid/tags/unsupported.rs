//! Tags that need GraphQL or users. They parse, so that the rest of a file works; one that is reached says that it
//! is not supported, and where.

use std::sync::Arc;

use super::assign::visit_target;
use crate::liquid::error::{Error, Result};
use crate::liquid::render::{Flow, Render};
use crate::liquid::syntax::ast::{Argument, Call, Expression, Span, Tag, Target, Use, Visitor};
use crate::liquid::syntax::{Markup, Parser, TagStart};

/// A tag without parts worth looking into.
#[derive(Debug)]
struct Unsupported {
    name: Arc<str>,
}

/// `{% graphql g = 'file', k: v %}`
#[derive(Debug)]
struct GraphqlFile {
    span: Span,
    target: Target,
    file: Expression,
    arguments: Vec<Argument>,
}

/// `{% graphql g, k: v %}query …{% endgraphql %}`
#[derive(Debug)]
struct GraphqlBlock {
    variable: Arc<str>,
    arguments: Vec<Argument>,
}

pub(super) fn parse<'s>(
    _: &mut Parser<'s>,
    start: TagStart<'s>,
    markup: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    Ok(Box::new(Unsupported { name: markup.intern(start.name) }))
}

/// With `=` a file, without a block.
pub(super) fn parse_graphql<'s>(
    parser: &mut Parser<'s>,
    start: TagStart<'s>,
    markup: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    if markup.is_target() {
        let target = markup.target()?;
        let (file, arguments) = markup.call()?;
        return Ok(Box::new(GraphqlFile { span: start.span, target, file, arguments }));
    }
    let missing = markup.error("graphql needs the name of a variable");
    let variable = markup.name().ok_or(missing)?;
    let variable = markup.intern(variable);
    let arguments = markup.arguments()?;
    parser.raw(start, "endgraphql")?;
    Ok(Box::new(GraphqlBlock { variable, arguments }))
}

fn unsupported(name: &str) -> Error {
    Error::runtime(format!("{name} is not yet supported"))
}

impl Tag for Unsupported {
    fn render(&self, _: &mut Render<'_>) -> Result<Flow> {
        Err(unsupported(&self.name))
    }

    fn visit(&self, _: &mut dyn Visitor) {}
}

impl Tag for GraphqlFile {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        let file = render.value(&self.file)?;
        Err(unsupported(&format!("graphql '{}'", file.to_text())))
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        visitor.calls(Call { tag: "graphql", name: &self.file, arguments: &self.arguments, span: self.span });
        visit_target(&self.target, visitor);
    }
}

impl Tag for GraphqlBlock {
    fn render(&self, _: &mut Render<'_>) -> Result<Flow> {
        Err(unsupported("graphql"))
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        self.arguments.iter().for_each(|argument| visitor.expression(&argument.value, Use::Passed));
        visitor.assigns(&self.variable);
    }
}
