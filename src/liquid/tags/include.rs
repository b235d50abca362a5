//! `{% include 'path' with x as name, k: v %}`: a partial in the caller's scope. `with` hands a value over under the
//! partial's own name; an array, and all that `for` goes through, runs it once an item.

use std::sync::Arc;

use crate::liquid::error::Result;
use crate::liquid::render::{Flow, Render, Sharing, over};
use crate::liquid::syntax::ast::{Argument, Call, Expression, Literal, Span, Tag, Use, Visitor};
use crate::liquid::syntax::{Markup, Parser, TagStart};
use crate::liquid::value::Value;

/// Items of a range that `for` goes through: it is expanded, and nobody prints a partial more often.
const MAX_ITEMS: usize = 1_000_000;

#[derive(Debug)]
struct Include {
    span: Span,
    name: Expression,
    handed: Handed,
    arguments: Vec<Argument>,
}

/// What stands behind the path before the named arguments.
#[derive(Debug)]
pub(super) struct Handed {
    pub(super) operand: Operand,
    /// `as name`
    alias: Option<Arc<str>>,
}

#[derive(Debug)]
pub(super) enum Operand {
    None,
    With(Expression),
    For(Expression),
}

pub(super) fn parse<'s>(
    _: &mut Parser<'s>,
    start: TagStart<'s>,
    markup: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    let name = markup.argument()?;
    let handed = Handed::parse(markup)?;
    let arguments = markup.arguments()?;
    markup.finish()?;
    Ok(Box::new(Include { span: start.span, name, handed, arguments }))
}

impl Tag for Include {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        let template = render.partial(&self.name)?;
        let items = match &self.handed.operand {
            Operand::None => {
                let variables = render.arguments(&self.arguments)?;
                let flow = render.call(template, variables, Sharing::Caller, self.span)?;
                return Ok(ended(flow));
            }
            Operand::With(value) => match render.value(value)? {
                list @ Value::Array(_) => items(&list, render)?,
                value => vec![value],
            },
            Operand::For(list) => {
                let list = render.value(list)?;
                items(&list, render)?
            }
        };
        let name = self.handed.name(&self.name, render)?;
        for item in items {
            render.limits.step().map_err(over)?;
            let mut variables = render.arguments(&self.arguments)?;
            variables.insert(Arc::clone(&name), item);
            match ended(render.call(Arc::clone(&template), variables, Sharing::Caller, self.span)?) {
                Flow::Next => {}
                flow => return Ok(flow),
            }
        }
        Ok(Flow::Next)
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        self.handed.visit(visitor);
        visitor.calls(Call { tag: "include", name: &self.name, arguments: &self.arguments, span: self.span });
    }
}

/// `return` ends the partial, `break` whatever includes it as well.
fn ended(flow: Flow) -> Flow {
    if flow == Flow::Return { Flow::Next } else { flow }
}

impl Handed {
    pub(super) fn parse(markup: &mut Markup<'_>) -> Result<Self> {
        let operand = if markup.eat("with") {
            Operand::With(markup.expression()?)
        } else if markup.eat("for") {
            Operand::For(markup.expression()?)
        } else {
            Operand::None
        };
        let mut alias = None;
        if markup.eat("as") {
            let name = markup.name();
            let name = name.ok_or_else(|| markup.error("expected a name after 'as'"))?;
            alias = Some(markup.intern(name));
        }
        Ok(Self { operand, alias })
    }

    /// The variable the value arrives in: the alias, else the last part of the partial's path.
    pub(super) fn name(&self, path: &Expression, render: &mut Render<'_>) -> Result<Arc<str>> {
        if let Some(alias) = &self.alias {
            return Ok(Arc::clone(alias));
        }
        let path = match path {
            Expression::Literal(Literal::Str(path)) => Arc::clone(path),
            other => render.value(other)?.to_text().into(),
        };
        Ok(Arc::from(path.rsplit('/').next().unwrap_or(&path)))
    }

    pub(super) fn visit(&self, visitor: &mut dyn Visitor) {
        match &self.operand {
            Operand::None => {}
            Operand::With(value) | Operand::For(value) => {
                visitor.expression(value, Use::Passed);
                visitor.hands(self.alias.as_deref());
            }
        }
    }
}

/// What `for` goes through: an array's items; anything else is one item, nil included.
pub(super) fn items(list: &Value, render: &Render<'_>) -> Result<Vec<Value>> {
    let items = match list {
        Value::Array(items) => items.borrow().clone(),
        Value::Range(first, last) => (*first..=*last).take(MAX_ITEMS).map(Value::Int).collect(),
        other => vec![other.clone()],
    };
    // Calls within each other each hold their own.
    render.limits.grow(items.len() * size_of::<Value>()).map_err(over)?;
    Ok(items)
}
