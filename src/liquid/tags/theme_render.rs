//! `{% theme_render_rc 'path', k: v %}`: `render`, with the partial looked for below each of the configured
//! `theme_search_paths`, in their order. A search path may hold Liquid.

use crate::liquid::error::Result;
use crate::liquid::partials::Lookup;
use crate::liquid::render::{Flow, Render, Sharing};
use crate::liquid::syntax::ast::{Argument, Call, Expression, Span, Tag, Visitor};
use crate::liquid::syntax::{Markup, Parser, TagStart};

#[derive(Debug)]
struct ThemeRender {
    span: Span,
    name: Expression,
    arguments: Vec<Argument>,
}

pub(super) fn parse<'s>(
    _: &mut Parser<'s>,
    start: TagStart<'s>,
    markup: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    let (name, arguments) = markup.call()?;
    Ok(Box::new(ThemeRender { span: start.span, name, arguments }))
}

impl Tag for ThemeRender {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        let name = render.value(&self.name)?.to_text().into_owned();
        let path = search(&name, render)?;
        let template = render.partial_called(&path)?;
        let variables = render.arguments(&self.arguments)?;
        let flow = render.call(template, variables, Sharing::Isolated, self.span)?;
        Ok(if flow == Flow::Rollback { flow } else { Flow::Next })
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        visitor.calls(Call {
            tag: "theme_render_rc",
            name: &self.name,
            arguments: &self.arguments,
            span: self.span,
        });
    }
}

/// The first candidate that exists; the plain name if none does.
fn search(name: &str, render: &mut Render<'_>) -> Result<String> {
    let engine = render.engine;
    for prefix in &engine.app().config().theme_search_paths {
        let prefix = if prefix.contains("{{") { render.render_text(prefix)? } else { prefix.clone() };
        let candidate = match prefix.trim_matches('/') {
            "" => name.to_owned(),
            prefix => format!("{prefix}/{name}"),
        };
        if matches!(engine.partial_named(&candidate), Lookup::Found(_) | Lookup::Broken(_)) {
            return Ok(candidate);
        }
    }
    Ok(name.to_owned())
}
