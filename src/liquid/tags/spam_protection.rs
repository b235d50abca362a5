//! `{% spam_protection 'recaptcha' %}`: nothing to protect from on a laptop, so a comment says where it would stand.

use crate::liquid::error::Result;
use crate::liquid::render::{Flow, Render};
use crate::liquid::syntax::ast::{Tag, Visitor};
use crate::liquid::syntax::{Markup, Parser, TagStart};

#[derive(Debug)]
struct SpamProtection;

pub(super) fn parse<'s>(_: &mut Parser<'s>, _: TagStart<'s>, _: &mut Markup<'s>) -> Result<Box<dyn Tag>> {
    Ok(Box::new(SpamProtection))
}

impl Tag for SpamProtection {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        render.out.push_str("<!-- spam_protection -->");
        Ok(Flow::Next)
    }

    fn visit(&self, _: &mut dyn Visitor) {}
}
