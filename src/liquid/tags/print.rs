//! `{% echo v %}` prints as `{{ v }}` does, `{% print v %}` without escaping; either prints nothing if given nothing.

use crate::liquid::error::Result;
use crate::liquid::render::{Flow, Render};
use crate::liquid::syntax::ast::{Expression, Filtered, Literal, Tag, Use, Visitor};
use crate::liquid::syntax::{Markup, Parser, TagStart};

#[derive(Debug)]
struct Echo(Filtered);

#[derive(Debug)]
struct Print(Filtered);

pub(super) fn parse<'s>(
    _: &mut Parser<'s>,
    start: TagStart<'s>,
    markup: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    if markup.is_end() {
        let value = Expression::Literal(Literal::Nil);
        let nothing = Filtered { span: start.span, value, filters: Vec::new() };
        return Ok(Box::new(Echo(nothing)));
    }
    let value = markup.filtered()?;
    markup.finish()?;
    Ok(if start.name == "print" { Box::new(Print(value)) } else { Box::new(Echo(value)) })
}

impl Tag for Echo {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        let value = render.filtered(&self.0)?;
        Ok(render.print(&value))
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        visitor.filtered(&self.0, Use::Read);
    }
}

impl Tag for Print {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        let value = render.filtered(&self.0)?;
        Ok(render.print_raw(&value))
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        visitor.filtered(&self.0, Use::Read);
    }
}
