//! `{% response_status 404 %}` and `{% response_headers '{"name": "value"}' %}`: what the answer says besides its body.

use crate::liquid::error::{Error, Result};
use crate::liquid::render::{Flow, Render};
use crate::liquid::syntax::ast::{Expression, Tag, Use, Visitor};
use crate::liquid::syntax::{Markup, Parser, TagStart};

#[derive(Debug)]
struct ResponseStatus(Expression);

#[derive(Debug)]
struct ResponseHeaders(Expression);

pub(super) fn parse_status<'s>(
    _: &mut Parser<'s>,
    _: TagStart<'s>,
    markup: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    let status = markup.argument()?;
    markup.finish()?;
    Ok(Box::new(ResponseStatus(status)))
}

pub(super) fn parse_headers<'s>(
    _: &mut Parser<'s>,
    _: TagStart<'s>,
    markup: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    let headers = markup.argument()?;
    markup.finish()?;
    Ok(Box::new(ResponseHeaders(headers)))
}

impl Tag for ResponseStatus {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        let value = render.value(&self.0)?;
        let text = value.to_text();
        let status = text.trim().parse().ok().filter(|status| (100..600).contains(status));
        let invalid = || {
            let message = format!("response_status: '{text}' is not an HTTP status");
            Error::runtime(message).with_hint("write a number from 100 to 599, such as 404")
        };
        render.effects.status = Some(status.ok_or_else(invalid)?);
        Ok(Flow::Next)
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        visitor.expression(&self.0, Use::Read);
    }
}

impl Tag for ResponseHeaders {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        let headers = render.value(&self.0)?;
        render.response_headers(&headers.to_text())?;
        Ok(Flow::Next)
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        visitor.expression(&self.0, Use::Read);
    }
}
