//! `{% context language: 'de' %}` changes the language for the rest of the render.

use crate::liquid::error::Result;
use crate::liquid::render::{Flow, Render};
use crate::liquid::syntax::ast::{Argument, Tag, Use, Visitor};
use crate::liquid::syntax::{Markup, Parser, TagStart};

#[derive(Debug)]
struct Context(Vec<Argument>);

pub(super) fn parse<'s>(
    _: &mut Parser<'s>,
    _: TagStart<'s>,
    markup: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    let arguments = markup.arguments()?;
    markup.finish()?;
    Ok(Box::new(Context(arguments)))
}

impl Tag for Context {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        for argument in &self.0 {
            let value = render.value(&argument.value)?;
            match &*argument.name {
                "language" if !value.is_blank() => render.context.set_language(&value.to_text()),
                "language" => {}
                other => render.warn(format!("context: '{other}' cannot be set")),
            }
        }
        Ok(Flow::Next)
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        self.0.iter().for_each(|argument| visitor.expression(&argument.value, Use::Read));
    }
}
