//! `{% content_for 'name' %}…{% endcontent_for %}` keeps text for a `{% yield 'name' %}` further on, usually the layout's:
//! the page renders first.

use crate::liquid::error::Result;
use crate::liquid::render::{Flow, Render, over};
use crate::liquid::syntax::ast::{Argument, Block, Expression, Tag, Use, Visitor};
use crate::liquid::syntax::{Markup, Parser, TagStart};

#[derive(Debug)]
struct ContentFor {
    name: Expression,
    /// `flush: true` replaces what is there instead of adding to it.
    arguments: Vec<Argument>,
    body: Block,
}

#[derive(Debug)]
struct Yield {
    name: Expression,
    /// `default: value`
    arguments: Vec<Argument>,
}

pub(super) fn parse<'s>(
    parser: &mut Parser<'s>,
    start: TagStart<'s>,
    markup: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    let (name, arguments) = markup.call()?;
    let (body, _) = parser.block(start, &["endcontent_for"])?;
    Ok(Box::new(ContentFor { name, arguments, body }))
}

pub(super) fn parse_yield<'s>(
    _: &mut Parser<'s>,
    _: TagStart<'s>,
    markup: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    let (name, arguments) = markup.call()?;
    Ok(Box::new(Yield { name, arguments }))
}

impl Tag for ContentFor {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        let name = render.value(&self.name)?.to_text().into_owned();
        let mut flush = false;
        for argument in self.arguments.iter().filter(|argument| &*argument.name == "flush") {
            flush = render.value(&argument.value)?.is_truthy();
        }
        render.limits.grow(name.len()).map_err(over)?;
        let (text, flow) = render.capture(&self.body)?;
        let content = render.content.entry(name).or_default();
        if flush {
            content.clear();
        }
        render.limits.check_length(content.len() + text.len()).map_err(over)?;
        content.push_str(&text);
        Ok(flow)
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        visitor.expression(&self.name, Use::Read);
        self.arguments.iter().for_each(|argument| visitor.expression(&argument.value, Use::Read));
        visitor.block(&self.body, &[]);
    }
}

impl Tag for Yield {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        let name = render.value(&self.name)?;
        if let Some(content) = render.content.get(&*name.to_text()) {
            render.out.push_str(content);
            return Ok(Flow::Next);
        }
        for argument in self.arguments.iter().filter(|argument| &*argument.name == "default") {
            let value = render.value(&argument.value)?;
            render.print_raw(&value);
        }
        Ok(Flow::Next)
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        visitor.expression(&self.name, Use::Read);
        self.arguments.iter().for_each(|argument| visitor.expression(&argument.value, Use::Read));
    }
}
