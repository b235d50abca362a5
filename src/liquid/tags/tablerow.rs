//! `{% tablerow x in xs cols: 2 %}…{% endtablerow %}`: the rows of an HTML table, a cell an item.

use std::cell::Cell;
use std::fmt::Write as _;
use std::rc::Rc;
use std::sync::Arc;

use super::iteration::{Items, Iteration, Looping};
use crate::liquid::error::Result;
use crate::liquid::render::{Flow, Render, over};
use crate::liquid::syntax::ast::{Block, Tag, Visitor};
use crate::liquid::syntax::{Markup, Parser, TagStart};
use crate::liquid::value::{Loop, Value};

#[derive(Debug)]
struct TableRow {
    iteration: Iteration,
    body: Block,
    tablerowloop: Arc<str>,
    blank: bool,
}

pub(super) fn parse<'s>(
    parser: &mut Parser<'s>,
    start: TagStart<'s>,
    markup: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    let iteration = Iteration::parse(Looping::TableRow, parser, markup)?;
    let (body, _) = parser.block(start, &["endtablerow"])?;
    let blank = parser.is_blank(&body);
    Ok(Box::new(TableRow { iteration, body, tablerowloop: markup.intern("tablerowloop"), blank }))
}

impl Tag for TableRow {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        let Some(items) = self.iteration.items(render)? else { return Ok(Flow::Next) };
        let columns = self.columns(items.len, render)?;
        let counters = Rc::new(Loop {
            name: Arc::clone(&self.iteration.name),
            length: items.len,
            index: Cell::new(0),
            columns: Some(columns),
            parent: None,
        });
        render.frames.bind(&self.tablerowloop, Value::Loop(Rc::clone(&counters)));
        render.frames.bind(&self.iteration.variable, Value::Nil);
        render.out.push_str("<tr class=\"row1\">\n");
        let flow = self.cells(items, columns, &counters, render);
        render.out.push_str("</tr>\n");
        render.frames.unbind();
        render.frames.unbind();
        flow
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        self.iteration.visit(visitor);
        visitor.block(&self.body, &[&self.iteration.variable, "tablerowloop"]);
    }

    /// As in Ruby, of empty cells it is blank, though it prints them.
    fn is_blank(&self) -> bool {
        self.blank
    }
}

impl TableRow {
    /// All in one row unless `cols` says otherwise; 0 columns never fill a row either.
    fn columns(&self, items: usize, render: &mut Render<'_>) -> Result<usize> {
        let Some(columns) = &self.iteration.columns else { return Ok(items.max(1)) };
        let columns = Looping::TableRow.integer(&render.value(columns)?)?.unwrap_or(0);
        Ok(usize::try_from(columns).ok().filter(|columns| *columns > 0).unwrap_or(usize::MAX))
    }

    fn cells(
        &self,
        mut items: Items,
        columns: usize,
        counters: &Loop,
        render: &mut Render<'_>,
    ) -> Result<Flow> {
        for index in 0..items.len {
            render.limits.step().map_err(over)?;
            // A cell without content runs no node that would look.
            render.limits.check_length(render.out.len()).map_err(over)?;
            counters.index.set(index);
            render.frames.rebind(items.next());
            write!(render.out, "<td class=\"col{}\">", index % columns + 1)
                .expect("writing to a String cannot fail");
            let flow = render.run(&self.body)?;
            render.out.push_str("</td>");
            match flow {
                Flow::Next | Flow::Continue => {}
                Flow::Break => break,
                Flow::Return | Flow::Rollback => return Ok(flow),
            }
            let next = index + 1;
            if next.is_multiple_of(columns) && next < items.len {
                write!(render.out, "</tr>\n<tr class=\"row{}\">", next / columns + 1)
                    .expect("writing to a String cannot fail");
            }
        }
        Ok(Flow::Next)
    }
}
