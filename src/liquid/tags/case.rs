//! `{% case v %}{% when a, b or c %}…{% else %}…{% endcase %}`. By Ruby's rules every value that matches renders its block,
//! so one block may come twice, and an `else` renders where nothing before it has matched.

use crate::liquid::error::Result;
use crate::liquid::render::{Flow, Render, over};
use crate::liquid::syntax::ast::{Block, Expression, Tag, Use, Visitor};
use crate::liquid::syntax::{Markup, Parser, TagStart};

#[derive(Debug)]
struct Case {
    value: Expression,
    branches: Vec<Branch>,
    blank: bool,
}

#[derive(Debug)]
struct Branch {
    /// `None` in an `else`.
    values: Option<Vec<Expression>>,
    body: Block,
}

pub(super) fn parse<'s>(
    parser: &mut Parser<'s>,
    start: TagStart<'s>,
    markup: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    // Whatever follows is ignored, as in Ruby.
    let value = markup.argument()?;
    let ends = ["when", "else", "endcase"];
    // What stands before the first `when` belongs to no branch and is never rendered, but may keep the rest from being blank.
    let (mut before, mut closed) = parser.block(start, &ends)?;
    let mut branches = Vec::new();
    while closed.name != "endcase" {
        let values = if closed.name == "when" { Some(values(&mut closed.markup)?) } else { None };
        let (body, next) = parser.block(start, &ends)?;
        branches.push(Branch { values, body });
        closed = next;
    }
    let mut bodies: Vec<&mut Block> = branches.iter_mut().map(|branch| &mut branch.body).collect();
    bodies.push(&mut before);
    let blank = parser.drop_blank(&mut bodies);
    Ok(Box::new(Case { value, branches, blank }))
}

/// Values separated by commas or `or`; whatever else follows is ignored, as in Ruby.
fn values(markup: &mut Markup<'_>) -> Result<Vec<Expression>> {
    let mut values = vec![markup.argument()?];
    while markup.eat(",") || markup.eat("or") {
        if markup.is_end() {
            break;
        }
        values.push(markup.argument()?);
    }
    Ok(values)
}

impl Tag for Case {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        let value = render.value(&self.value)?;
        let mut matched = false;
        for branch in &self.branches {
            let times = match &branch.values {
                None => usize::from(!matched),
                Some(candidates) => {
                    let mut times = 0;
                    for candidate in candidates {
                        let candidate = render.value(candidate)?;
                        times += usize::from(render.limits.equal(&candidate, &value).map_err(over)?);
                    }
                    matched |= times > 0;
                    times
                }
            };
            for _ in 0..times {
                match render.run(&branch.body)? {
                    Flow::Next => {}
                    flow => return Ok(flow),
                }
            }
        }
        Ok(Flow::Next)
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        visitor.expression(&self.value, Use::Read);
        for branch in &self.branches {
            for value in branch.values.iter().flatten() {
                visitor.expression(value, Use::Read);
            }
            visitor.block(&branch.body, &[]);
        }
    }

    fn is_blank(&self) -> bool {
        self.blank
    }
}
