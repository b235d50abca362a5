//! `{% for x in xs %}…{% else %}…{% endfor %}`.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use super::iteration::{Items, Iteration, Looping};
use crate::liquid::error::Result;
use crate::liquid::render::{Flow, Render, over};
use crate::liquid::syntax::ast::{Block, Tag, Visitor};
use crate::liquid::syntax::{Markup, Parser, TagStart};
use crate::liquid::value::{Loop, Value};

#[derive(Debug)]
struct For {
    iteration: Iteration,
    body: Block,
    otherwise: Block,
    /// The name `forloop`, shared by all uses in this file.
    forloop: Arc<str>,
    blank: bool,
}

pub(super) fn parse<'s>(
    parser: &mut Parser<'s>,
    start: TagStart<'s>,
    markup: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    let iteration = Iteration::parse(Looping::For, parser, markup)?;
    let (mut body, mut closed) = parser.block(start, &["else", "endfor"])?;
    let mut otherwise = Block::new();
    while closed.name == "else" {
        let (body, next) = parser.block(start, &["else", "endfor"])?;
        otherwise = body;
        closed = next;
    }
    let blank = parser.drop_blank(&mut [&mut body, &mut otherwise]);
    Ok(Box::new(For { iteration, body, otherwise, forloop: markup.intern("forloop"), blank }))
}

impl Tag for For {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        let items = self.iteration.items(render)?.filter(|items| items.len > 0);
        let Some(items) = items else { return render.run(&self.otherwise) };
        let counters = Rc::new(Loop {
            name: Arc::clone(&self.iteration.name),
            length: items.len,
            index: Cell::new(0),
            columns: None,
            parent: render.frames.parent_loop().cloned(),
        });
        render.frames.bind(&self.forloop, Value::Loop(Rc::clone(&counters)));
        render.frames.bind(&self.iteration.variable, Value::Nil);
        render.frames.push_loop(Rc::clone(&counters));
        let flow = self.iterate(items, &counters, render);
        render.frames.pop_loop();
        render.frames.unbind();
        render.frames.unbind();
        flow
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        self.iteration.visit(visitor);
        visitor.block(&self.body, &[&self.iteration.variable, "forloop"]);
        visitor.block(&self.otherwise, &[]);
    }

    fn is_blank(&self) -> bool {
        self.blank
    }
}

impl For {
    fn iterate(&self, mut items: Items, counters: &Loop, render: &mut Render<'_>) -> Result<Flow> {
        for index in 0..items.len {
            render.limits.step().map_err(over)?;
            counters.index.set(index);
            render.frames.rebind(items.next());
            match render.run(&self.body)? {
                Flow::Next | Flow::Continue => {}
                Flow::Break => break,
                flow @ (Flow::Return | Flow::Rollback) => return Ok(flow),
            }
        }
        Ok(Flow::Next)
    }
}
