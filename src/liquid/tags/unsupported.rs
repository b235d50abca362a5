//! Tags that need users. They parse, so that the rest of a file works; one that is reached says that it is not
//! supported, and where.

use std::sync::Arc;

use crate::liquid::error::{Error, Result};
use crate::liquid::render::{Flow, Render};
use crate::liquid::syntax::ast::{Tag, Visitor};
use crate::liquid::syntax::{Markup, Parser, TagStart};

/// A tag without parts worth looking into.
#[derive(Debug)]
struct Unsupported {
    name: Arc<str>,
}

pub(super) fn parse<'s>(
    _: &mut Parser<'s>,
    start: TagStart<'s>,
    markup: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    Ok(Box::new(Unsupported { name: markup.intern(start.name) }))
}

impl Tag for Unsupported {
    fn render(&self, _: &mut Render<'_>) -> Result<Flow> {
        Err(Error::runtime(format!("{} is not yet supported", self.name)))
    }

    fn visit(&self, _: &mut dyn Visitor) {}
}
