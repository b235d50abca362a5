//! `{% redirect_to url, status: 301 %}`: the answer becomes a redirect. Rendering goes on; the last redirect wins.

use crate::liquid::error::{Error, Result};
use crate::liquid::render::{Flow, Render};
use crate::liquid::syntax::ast::{Argument, Expression, Tag, Use, Visitor};
use crate::liquid::syntax::{Markup, Parser, TagStart};
use crate::liquid::value::Value;

#[derive(Debug)]
struct RedirectTo {
    url: Expression,
    arguments: Vec<Argument>,
}

pub(super) fn parse<'s>(
    _: &mut Parser<'s>,
    _: TagStart<'s>,
    markup: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    let (url, arguments) = markup.call()?;
    Ok(Box::new(RedirectTo { url, arguments }))
}

impl Tag for RedirectTo {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        let url = render.value(&self.url)?.to_text().trim().to_owned();
        if url.is_empty() {
            return Err(Error::runtime("redirect_to needs a URL"));
        }
        let mut status = 302;
        for argument in self.arguments.iter().filter(|argument| &*argument.name == "status") {
            let value = render.value(&argument.value)?;
            if !value.is_nil() {
                status = redirect_status(&value)?;
            }
        }
        render.effects.redirect = Some((url, status));
        Ok(Flow::Next)
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        visitor.expression(&self.url, Use::Read);
        self.arguments.iter().for_each(|argument| visitor.expression(&argument.value, Use::Read));
    }
}

fn redirect_status(value: &Value) -> Result<u16> {
    let text = value.to_text();
    let status = text.trim().parse().ok().filter(|status| (300..400).contains(status));
    status.ok_or_else(|| Error::runtime(format!("redirect_to: '{text}' is not the status of a redirect")))
}
