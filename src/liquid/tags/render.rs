//! `{% render 'path', k: v %}`: a partial that sees its arguments and `context` alone. The path is a literal string.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use super::include::{Handed, Operand, items};
use crate::liquid::error::Result;
use crate::liquid::render::{Flow, Render, Sharing, over};
use crate::liquid::syntax::ast::{Argument, Call, Expression, Literal, Span, Tag, Visitor};
use crate::liquid::syntax::{Markup, Parser, TagStart};
use crate::liquid::value::{Loop, Map, Value, pair};

#[derive(Debug)]
struct RenderTag {
    span: Span,
    name: Expression,
    handed: Handed,
    arguments: Vec<Argument>,
    forloop: Arc<str>,
}

pub(super) fn parse<'s>(
    _: &mut Parser<'s>,
    start: TagStart<'s>,
    markup: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    let begin = *markup;
    let Expression::Literal(literal @ Literal::Str(_)) = markup.expression()? else {
        return Err(begin
            .error("render takes the path of a partial as a string")
            .with_hint("'include' and 'function' take a variable"));
    };
    let name = Expression::Literal(literal);
    let handed = Handed::parse(markup)?;
    let arguments = markup.arguments()?;
    markup.finish()?;
    Ok(Box::new(RenderTag { span: start.span, name, handed, arguments, forloop: markup.intern("forloop") }))
}

impl Tag for RenderTag {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        match &self.handed.operand {
            Operand::None => {
                let variables = render.arguments(&self.arguments)?;
                self.partial(variables, render)
            }
            Operand::With(value) => {
                let value = render.value(value)?;
                self.partial_with(value, render)
            }
            Operand::For(list) => {
                let list = match render.value(list)? {
                    Value::Hash(entries) => entries.borrow().iter().map(|(k, v)| pair(k, v)).collect(),
                    list => items(&list, render)?,
                };
                self.partial_for_each(list, render)
            }
        }
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        self.handed.visit(visitor);
        visitor.calls(Call { tag: "render", name: &self.name, arguments: &self.arguments, span: self.span });
    }
}

impl RenderTag {
    /// `break` and `return` end the partial and nothing else.
    fn partial(&self, variables: Map, render: &mut Render<'_>) -> Result<Flow> {
        let template = render.partial(&self.name)?;
        let flow = render.call(template, variables, Sharing::Isolated, self.span)?;
        Ok(if flow == Flow::Rollback { flow } else { Flow::Next })
    }

    fn partial_with(&self, value: Value, render: &mut Render<'_>) -> Result<Flow> {
        let name = self.handed.name(&self.name, render)?;
        let mut variables = render.arguments(&self.arguments)?;
        variables.insert(name, value);
        self.partial(variables, render)
    }

    fn partial_for_each(&self, list: Vec<Value>, render: &mut Render<'_>) -> Result<Flow> {
        let name = self.handed.name(&self.name, render)?;
        let counters = Rc::new(Loop {
            name: Arc::clone(&name),
            length: list.len(),
            index: Cell::new(0),
            columns: None,
            parent: None,
        });
        for (index, item) in list.into_iter().enumerate() {
            render.limits.step().map_err(over)?;
            counters.index.set(index);
            let mut variables = render.arguments(&self.arguments)?;
            variables.insert(Arc::clone(&self.forloop), Value::Loop(Rc::clone(&counters)));
            variables.insert(Arc::clone(&name), item);
            match self.partial(variables, render)? {
                Flow::Next => {}
                flow => return Ok(flow),
            }
        }
        Ok(Flow::Next)
    }
}
