//! Tags that need users or forms. They parse, so that the rest of a file works; one that is reached says that it
//! is not supported, and where.

use std::sync::Arc;

use crate::liquid::error::{Error, Result};
use crate::liquid::render::{Flow, Render};
use crate::liquid::syntax::ast::{Block, Tag, Visitor};
use crate::liquid::syntax::{Markup, Parser, TagStart};

/// A tag without parts worth looking into.
#[derive(Debug)]
struct Unsupported {
    name: Arc<str>,
}

/// `{% form %}…{% endform %}`
#[derive(Debug)]
struct Form {
    body: Block,
}

pub(super) fn parse<'s>(
    _: &mut Parser<'s>,
    start: TagStart<'s>,
    markup: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    Ok(Box::new(Unsupported { name: markup.intern(start.name) }))
}

pub(super) fn parse_form<'s>(
    parser: &mut Parser<'s>,
    start: TagStart<'s>,
    _: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    let (body, _) = parser.block(start, &["endform"])?;
    Ok(Box::new(Form { body }))
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

impl Tag for Form {
    fn render(&self, _: &mut Render<'_>) -> Result<Flow> {
        Err(unsupported("form"))
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        visitor.block(&self.body, &[]);
    }
}
