//! `{% increment n %}` prints and then adds one, from 0; `{% decrement n %}` takes one off and then prints. Counters are
//! no variables, but are read as one where nothing has been assigned to their name.

use std::sync::Arc;

use crate::liquid::error::Result;
use crate::liquid::render::{Flow, Render};
use crate::liquid::syntax::ast::{Tag, Visitor};
use crate::liquid::syntax::{Markup, Parser, TagStart};
use crate::liquid::value::Value;

#[derive(Debug)]
struct Counter {
    name: Arc<str>,
    change: Change,
}

#[derive(Debug, Clone, Copy)]
enum Change {
    Increment,
    Decrement,
}

pub(super) fn parse<'s>(
    _: &mut Parser<'s>,
    start: TagStart<'s>,
    markup: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    // As in Ruby, whatever is written is the name, so that `increment a.b` counts too.
    let name = match markup.rest() {
        "" => return Err(markup.error(format!("{} needs the name of a counter", start.name))),
        name => markup.intern(name),
    };
    let change = if start.name == "increment" { Change::Increment } else { Change::Decrement };
    Ok(Box::new(Counter { name, change }))
}

impl Tag for Counter {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        let counters = &mut render.frames.registers_mut().counters;
        let value = match counters.get(&self.name) {
            Some(Value::Int(value)) => *value,
            _ => 0,
        };
        let (printed, next) = match self.change {
            Change::Increment => (value, value.saturating_add(1)),
            Change::Decrement => (value.saturating_sub(1), value.saturating_sub(1)),
        };
        counters.insert(Arc::clone(&self.name), Value::Int(next));
        Ok(render.print(&Value::Int(printed)))
    }

    fn visit(&self, _: &mut dyn Visitor) {}
}
