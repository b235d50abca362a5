//! `{% break %}` and `{% continue %}`. Outside a loop, `break` ends the page or the function, through includes: the usual
//! way to stop early.

use crate::liquid::error::Result;
use crate::liquid::render::{Flow, Render};
use crate::liquid::syntax::ast::{Tag, Visitor};
use crate::liquid::syntax::{Markup, Parser, TagStart};

#[derive(Debug)]
struct Interrupt(Flow);

/// Whatever follows the name is ignored.
pub(super) fn parse<'s>(_: &mut Parser<'s>, start: TagStart<'s>, _: &mut Markup<'s>) -> Result<Box<dyn Tag>> {
    Ok(Box::new(Interrupt(if start.name == "break" { Flow::Break } else { Flow::Continue })))
}

impl Tag for Interrupt {
    fn render(&self, _: &mut Render<'_>) -> Result<Flow> {
        Ok(self.0)
    }

    fn visit(&self, _: &mut dyn Visitor) {}
}
