//! `{% return v | filters %}` ends the partial; `{% function %}` gets the value.

use crate::liquid::error::Result;
use crate::liquid::render::{Flow, Render};
use crate::liquid::syntax::ast::{Filtered, Tag, Use, Visitor};
use crate::liquid::syntax::{Markup, Parser, TagStart};
use crate::liquid::value::Value;

#[derive(Debug)]
struct Return(Option<Filtered>);

pub(super) fn parse<'s>(
    _: &mut Parser<'s>,
    _: TagStart<'s>,
    markup: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    if markup.is_end() {
        return Ok(Box::new(Return(None)));
    }
    let value = markup.filtered()?;
    markup.finish()?;
    Ok(Box::new(Return(Some(value))))
}

impl Tag for Return {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        render.returned = match &self.0 {
            Some(value) => render.filtered(value)?,
            None => Value::Nil,
        };
        Ok(Flow::Return)
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        if let Some(value) = &self.0 {
            visitor.filtered(value, Use::Read);
        }
    }
}
