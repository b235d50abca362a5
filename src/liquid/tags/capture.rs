//! `{% capture x %}…{% endcapture %}`: the block's text as a plain string, escaped again when it is printed.

use std::sync::Arc;

use crate::liquid::error::Result;
use crate::liquid::render::{Flow, Render};
use crate::liquid::syntax::ast::{Block, Tag, Visitor};
use crate::liquid::syntax::{Markup, Parser, TagStart};
use crate::liquid::value::Value;

#[derive(Debug)]
struct Capture {
    name: Arc<str>,
    body: Block,
}

pub(super) fn parse<'s>(
    parser: &mut Parser<'s>,
    start: TagStart<'s>,
    markup: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    let name = markup.quoted().or_else(|| markup.name());
    let name = name.ok_or_else(|| markup.error("capture needs the name of a variable"))?;
    let name = markup.intern(name);
    markup.finish()?;
    let (body, _) = parser.block(start, &["endcapture"])?;
    Ok(Box::new(Capture { name, body }))
}

impl Tag for Capture {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        let (text, flow) = render.capture(&self.body)?;
        render.frames.set(&self.name, Value::str(text));
        Ok(flow)
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        visitor.block(&self.body, &[]);
        visitor.assigns(&self.name);
    }

    fn is_blank(&self) -> bool {
        true
    }
}
