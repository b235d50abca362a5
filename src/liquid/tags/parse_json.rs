//! `{% parse_json x %}…{% endparse_json %}`: the block's text, its HTML entities decoded, as a value.

use crate::liquid::error::Result;
use crate::liquid::filters;
use crate::liquid::render::{Flow, Render};
use crate::liquid::syntax::ast::Path;
use crate::liquid::syntax::ast::{Block, FilterCall, Tag, Target, Use, Visitor, Write};
use crate::liquid::syntax::{Markup, Parser, TagStart};
use crate::liquid::value::Value;

#[derive(Debug)]
struct ParseJson {
    target: Target,
    /// The filter of the same name, with the tag's arguments (`raw_text: true`).
    filter: FilterCall,
    body: Block,
}

pub(super) fn parse<'s>(
    parser: &mut Parser<'s>,
    start: TagStart<'s>,
    markup: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    let name = markup.quoted().or_else(|| markup.name());
    let name = name.ok_or_else(|| markup.error("parse_json needs the name of a variable"))?;
    let root = markup.intern(name);
    let arguments = markup.arguments()?;
    markup.finish()?;
    let named = arguments.into_iter().map(|argument| (argument.name, argument.value)).collect();
    let filter = filters::find("parse_json").expect("the filter is in the table");
    let filter = FilterCall { span: start.span, filter, positional: Vec::new(), named };
    let (body, _) = parser.block(start, &["endparse_json"])?;
    let path = Path { root, segments: Vec::new() };
    Ok(Box::new(ParseJson { target: Target { path, write: Write::Set }, filter, body }))
}

impl Tag for ParseJson {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        let (text, flow) = render.capture(&self.body)?;
        let value = render.filter(&self.filter, &Value::str(text))?;
        render.assign(&self.target, value)?;
        Ok(flow)
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        for (_, argument) in &self.filter.named {
            visitor.expression(argument, Use::Read);
        }
        visitor.block(&self.body, &[]);
        visitor.assigns(&self.target.path.root);
    }
}
