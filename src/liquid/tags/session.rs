//! `{% session key = value | filters %}`: kept for the visitor's next request, readable at once as `context.session.key`.
//! A blank value deletes the field.

use std::sync::Arc;

use crate::graphql::SessionChange;
use crate::liquid::engine::Origin;
use crate::liquid::error::{Error, Result};
use crate::liquid::render::{Flow, Render, over};
use crate::liquid::syntax::ast::{Filtered, Tag, Use, Visitor};
use crate::liquid::syntax::{Markup, Parser, TagStart};
use crate::liquid::value::Value;

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
        render.limits.grow(self.field.len() + size_of::<Value>()).map_err(over)?;
        let session = render.context.section("session");
        let field = self.field.to_string();
        let replaced = if value.is_blank() {
            render.effects.session.push(SessionChange::Delete(field));
            session.borrow_mut().shift_remove(&self.field)
        } else {
            let kept = render.limits.deep_clone(&value).map_err(over)?;
            let stored = render.limits.to_json(&kept).map_err(over)?;
            render.effects.session.push(SessionChange::Set(field, stored));
            session.borrow_mut().insert(Arc::clone(&self.field), kept)
        };
        drop(replaced);
        Ok(Flow::Next)
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        visitor.filtered(&self.value, Use::Passed);
    }
}
