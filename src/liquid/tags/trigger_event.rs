//! `{% trigger_event 'user.created', user_id: 5 %}`, or `event: 'user.created'`: publishes an event with these keys. The
//! platform has no such tag; there, the core module publishes events.

use std::sync::Arc;

use crate::liquid::core_module::{Event, Terms};
use crate::liquid::error::{Error, Result};
use crate::liquid::render::{Flow, Render, over};
use crate::liquid::syntax::ast::{Argument, Expression, Span, Tag, Use, Visitor};
use crate::liquid::syntax::{Markup, Parser, TagStart};
use crate::liquid::value::{Map, Value};

#[derive(Debug)]
struct TriggerEvent {
    span: Span,
    name: Expression,
    payload: Vec<Argument>,
}

pub(super) fn parse<'s>(
    _: &mut Parser<'s>,
    start: TagStart<'s>,
    markup: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    let begin = *markup;
    let missing = || {
        begin
            .error("trigger_event needs the name of an event")
            .with_hint("write 'trigger_event \"order.created\", order_id: order.id'")
    };
    let mut payload = markup.arguments()?;
    let name = if payload.is_empty() {
        if markup.is_end() {
            return Err(missing());
        }
        let name = markup.argument()?;
        payload = markup.arguments()?;
        name
    } else {
        let at = payload.iter().position(|argument| &*argument.name == "event").ok_or_else(missing)?;
        payload.remove(at).value
    };
    markup.finish()?;
    Ok(Box::new(TriggerEvent { span: start.span, name, payload }))
}

impl Tag for TriggerEvent {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        let name = render.value(&self.name)?;
        if name.is_blank() {
            return Err(Error::runtime("trigger_event: the name of the event is blank"));
        }
        let name = name.to_text().into_owned();
        let mut payload = Map::default();
        for argument in &self.payload {
            let value = render.value(&argument.value)?;
            let value = render.limits.deep_clone(&value).map_err(over)?;
            payload.insert(Arc::clone(&argument.name), value);
        }
        let payload = Value::hash(payload);
        let refused_as = "ERROR: trigger_event invalid";
        let event = Event { name: &name, payload, terms: Terms::default(), refused_as };
        let (_, flow) = event.publish(self.span, render)?;
        Ok(flow)
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        visitor.expression(&self.name, Use::Passed);
        self.payload.iter().for_each(|argument| visitor.expression(&argument.value, Use::Passed));
    }
}
