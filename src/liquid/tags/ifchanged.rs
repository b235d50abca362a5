//! `{% ifchanged %}…{% endifchanged %}` prints its text unless it printed the same the last time.

use crate::liquid::error::Result;
use crate::liquid::render::{Flow, Render};
use crate::liquid::syntax::ast::{Block, Tag, Visitor};
use crate::liquid::syntax::{Markup, Parser, TagStart};

#[derive(Debug)]
struct IfChanged {
    body: Block,
    blank: bool,
}

pub(super) fn parse<'s>(
    parser: &mut Parser<'s>,
    start: TagStart<'s>,
    _: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    let (body, _) = parser.block(start, &["endifchanged"])?;
    let blank = parser.is_blank(&body);
    Ok(Box::new(IfChanged { body, blank }))
}

impl Tag for IfChanged {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        let (text, flow) = render.capture(&self.body)?;
        let last = &mut render.frames.registers_mut().changed;
        if last.as_ref() != Some(&text) {
            render.out.push_str(&text);
            *last = Some(text);
        }
        Ok(flow)
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        visitor.block(&self.body, &[]);
    }

    /// As in Ruby, around nothing but whitespace it is blank, though it prints that.
    fn is_blank(&self) -> bool {
        self.blank
    }
}
