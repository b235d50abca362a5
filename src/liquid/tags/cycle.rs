//! `{% cycle 'a', 'b' %}` prints the next of its values each time; `{% cycle name: 'a', 'b' %}` shares its turn with the
//! cycles of that name, one without a name with those of the same literals. With a variable among its values, it shares
//! its turn with none.

use std::sync::Arc;

use crate::liquid::error::Result;
use crate::liquid::render::{Flow, Render, over};
use crate::liquid::syntax::ast::{Expression, Literal, Tag, Use, Visitor};
use crate::liquid::syntax::{Markup, Parser, TagStart};
use crate::liquid::value::Value;

#[derive(Debug)]
struct Cycle {
    group: Group,
    values: Vec<Expression>,
}

#[derive(Debug)]
enum Group {
    Named(Expression),
    /// The values as written, and where if one of them is a variable.
    Values(Arc<str>),
}

pub(super) fn parse<'s>(
    _: &mut Parser<'s>,
    start: TagStart<'s>,
    markup: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    let written = markup.rest();
    let mut ahead = *markup;
    let first = ahead.expression()?;
    let name = ahead.eat(":").then_some(first);
    if name.is_some() {
        *markup = ahead;
    }
    let values = values(markup)?;
    let is_literal = |value: &Expression| matches!(value, Expression::Literal(_));
    let group = match name {
        Some(name) => Group::Named(name),
        None if values.iter().all(is_literal) => Group::Values(Arc::from(format!("values {written}"))),
        None => Group::Values(Arc::from(format!("values at {} {written}", start.span.start))),
    };
    Ok(Box::new(Cycle { group, values }))
}

/// What stands between commas. As in Ruby, only the first value there counts, and a literal nil is none.
fn values(markup: &mut Markup<'_>) -> Result<Vec<Expression>> {
    let mut values = Vec::new();
    loop {
        while markup.eat(",") {}
        if markup.is_end() {
            return Ok(values);
        }
        match markup.expression()? {
            Expression::Literal(Literal::Nil) => {}
            value => values.push(value),
        }
        markup.skip_to(b',');
    }
}

impl Tag for Cycle {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        let group = match &self.group {
            Group::Values(written) => Arc::clone(written),
            Group::Named(name) => Arc::from(format!("name {}", render.value(name)?.to_text())),
        };
        let turn = match render.frames.registers_mut().cycles.get(&group) {
            Some(Value::Int(turn)) => usize::try_from(*turn).unwrap_or(0),
            _ => 0,
        };
        let value = match self.values.get(turn) {
            Some(value) => render.value(value)?,
            None => Value::Nil,
        };
        render.print(&value);
        render.limits.grow(group.len()).map_err(over)?;
        let next = if turn + 1 < self.values.len() { turn as i64 + 1 } else { 0 };
        render.frames.registers_mut().cycles.insert(group, Value::Int(next));
        Ok(Flow::Next)
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        if let Group::Named(name) = &self.group {
            visitor.expression(name, Use::Read);
        }
        self.values.iter().for_each(|value| visitor.expression(value, Use::Read));
    }
}
