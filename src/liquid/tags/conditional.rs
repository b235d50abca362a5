//! `{% if %}` and `{% unless %}` with `elsif` and `else`. What comes after the first `else` is parsed and never rendered,
//! as in Ruby; `{% else if x %}` is an `else`.

use crate::liquid::error::Result;
use crate::liquid::render::{Flow, Render};
use crate::liquid::syntax::ast::{Block, Condition, Tag, Use, Visitor};
use crate::liquid::syntax::{Markup, Parser, TagStart};

#[derive(Debug)]
struct Conditional {
    /// What the first condition must come to: true in an `if`, false in an `unless`.
    first: bool,
    branches: Vec<(Condition, Block)>,
    otherwise: Block,
    blank: bool,
}

pub(super) fn parse<'s>(
    parser: &mut Parser<'s>,
    start: TagStart<'s>,
    markup: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    let ends = ["elsif", "else", if start.name == "if" { "endif" } else { "endunless" }];
    let mut branches = Vec::new();
    let mut otherwise = None;
    let mut condition = Some(markup.condition()?);
    loop {
        let (body, mut closed) = parser.block(start, &ends)?;
        match condition.take() {
            Some(condition) if otherwise.is_none() => branches.push((condition, body)),
            None if otherwise.is_none() => otherwise = Some(body),
            _ => {}
        }
        match closed.name {
            "elsif" => condition = Some(closed.markup.condition()?),
            "else" => {}
            _ => break,
        }
    }
    let mut otherwise = otherwise.unwrap_or_default();
    let mut bodies: Vec<&mut Block> = branches.iter_mut().map(|(_, body)| body).collect();
    bodies.push(&mut otherwise);
    let blank = parser.drop_blank(&mut bodies);
    Ok(Box::new(Conditional { first: start.name == "if", branches, otherwise, blank }))
}

impl Tag for Conditional {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        let mut expected = self.first;
        for (condition, body) in &self.branches {
            if render.condition(condition)? == expected {
                return render.run(body);
            }
            expected = true;
        }
        if self.otherwise.is_empty() { Ok(Flow::Next) } else { render.run(&self.otherwise) }
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        for (condition, body) in &self.branches {
            visit_condition(condition, visitor);
            visitor.block(body, &[]);
        }
        visitor.block(&self.otherwise, &[]);
    }

    fn is_blank(&self) -> bool {
        self.blank
    }
}

fn visit_condition(condition: &Condition, visitor: &mut dyn Visitor) {
    match condition {
        Condition::Value(value) => visitor.expression(value, Use::Read),
        Condition::Compare(left, _, right) => {
            visitor.expression(left, Use::Read);
            visitor.expression(right, Use::Read);
        }
        Condition::And(both) | Condition::Or(both) => {
            visit_condition(&both.0, visitor);
            visit_condition(&both.1, visitor);
        }
    }
}
