//! `{% session key = value | filters %}`: kept for the visitor's next request, readable at once as `context.session.key`.
//! A blank value deletes the field.

use std::sync::Arc;

use crate::graphql::SessionChange;
use crate::liquid::engine::Origin;
use crate::liquid::error::{Error, Result};
use crate::liquid::render::{Flow, Render, over};
use crate::liquid::syntax::ast::{Filtered, Tag, Use, Visitor};
use crate::liquid::syntax::{Markup, Parser, TagStart};

#[derive(Debug)]
struct Session {
    field: Arc<str>,
    value: Filtered,
}

pub(super) fn parse<'s>(
    _: &mut Parser<'s>,
    _: TagStart<'s>,
    markup: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    let begin = *markup;
    let malformed =
        || begin.error("session needs a field and a value").with_hint("write 'session name = value'");
    let field = markup.quoted().or_else(|| markup.name()).ok_or_else(malformed)?;
    let field = markup.intern(field);
    if !markup.eat("=") {
        return Err(malformed());
    }
    let value = markup.filtered()?;
    markup.finish()?;
    Ok(Box::new(Session { field, value }))
}

impl Tag for Session {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        let without = match render.scope.origin {
            Origin::Job { .. } => Some("background job"),
            Origin::Migration => Some("migration"),
            Origin::Text | Origin::Request { .. } => None,
        };
        if let Some(without) = without {
            return Err(Error::runtime(format!("there is no session in a {without}")));
        }
        let value = render.filtered(&self.value)?;
        let field = self.field.to_string();
        let change = if value.is_blank() {
            SessionChange::Delete(field)
        } else {
            SessionChange::Set(field, render.limits.to_json(&value).map_err(over)?)
        };
        render.change_session(change)?;
        Ok(Flow::Next)
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        visitor.filtered(&self.value, Use::Passed);
    }
}
