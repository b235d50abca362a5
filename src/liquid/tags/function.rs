//! `{% function x = 'path', k: v %}`: runs a partial isolated and takes what it returns; what it prints is dropped.

use super::assign::visit_target;
use crate::liquid::error::Result;
use crate::liquid::render::{Flow, Render};
use crate::liquid::syntax::ast::{Argument, Call, Expression, Span, Tag, Target, Visitor};
use crate::liquid::syntax::{Markup, Parser, TagStart};

#[derive(Debug)]
struct Function {
    span: Span,
    target: Target,
    name: Expression,
    arguments: Vec<Argument>,
}

pub(super) fn parse<'s>(
    _: &mut Parser<'s>,
    start: TagStart<'s>,
    markup: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    let target = markup.target()?;
    let (name, arguments) = markup.call()?;
    Ok(Box::new(Function { span: start.span, target, name, arguments }))
}

impl Tag for Function {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        let template = render.partial(&self.name)?;
        let variables = render.arguments(&self.arguments)?;
        let (value, flow) = render.evaluate_file(template, variables, self.span)?;
        render.assign(&self.target, value)?;
        Ok(flow)
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        visitor.calls(Call {
            tag: "function",
            name: &self.name,
            arguments: &self.arguments,
            span: self.span,
        });
        visit_target(&self.target, visitor);
    }
}
