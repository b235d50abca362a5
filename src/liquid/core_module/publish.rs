//! `function event = 'modules/core/commands/events/publish', type: 'order_created', object: order`: gives back the event,
//! or nil where its type or object is missing. Older callers pass `delay` and `max_attempts`, which count for consumers
//! that say nothing themselves.

use super::argument;
use super::event::{Event, Terms};
use crate::liquid::error::Result;
use crate::liquid::render::{Flow, Render, over};
use crate::liquid::syntax::ast::{Span, Tag, Visitor};
use crate::liquid::value::Value;

pub(super) const NAME: &str = "modules/core/commands/events/publish";

/// Log types, as the module has them.
const REFUSED_CALL: &str = "ERROR: modules/core/commands/events publish";
const REFUSED_EVENT: &str = "ERROR: modules/core/commands/events invalid";
const DEPRECATED: &str = "DEPRECATION";

#[derive(Debug)]
pub(super) struct Publish;

impl Tag for Publish {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        render.returned = Value::Nil;
        let (name, object) = (argument(render, "type"), argument(render, "object"));
        if name.is_blank() {
            render.log(REFUSED_CALL, "type is required");
        }
        let payload = match &object {
            Value::Nil => {
                render.log(REFUSED_CALL, "object is required");
                return Ok(Flow::Return);
            }
            Value::Hash(_) => render.limits.deep_clone(&object).map_err(over)?,
            other => {
                render.log(REFUSED_CALL, &format!("object is not a hash but {}", other.type_name()));
                return Ok(Flow::Return);
            }
        };
        if name.is_blank() {
            return Ok(Flow::Return);
        }
        let terms =
            Terms { delay: argument(render, "delay"), max_attempts: argument(render, "max_attempts") };
        for (option, value) in [("delay", &terms.delay), ("max_attempts", &terms.max_attempts)] {
            if !value.is_nil() {
                let text = format!("events/publish: {option} belongs in the metadata of each consumer");
                render.log(DEPRECATED, &text);
            }
        }
        let name = name.to_text().into_owned();
        let event = Event { name: &name, payload, terms, refused_as: REFUSED_EVENT };
        let (event, flow) = event.publish(Span::default(), render)?;
        render.returned = Value::Hash(event);
        Ok(if flow == Flow::Next { Flow::Return } else { flow })
    }

    /// The names it reads are arguments, not expressions of a file.
    fn visit(&self, _: &mut dyn Visitor) {}
}
