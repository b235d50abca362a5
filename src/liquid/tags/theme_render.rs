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
        let path = search(&name, render)?.ok_or_else(|| render.engine.missing_partial(&name))?;
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

/// The first candidate that exists. Without search paths there is one, the plain name.
fn search(name: &str, render: &mut Render<'_>) -> Result<Option<String>> {
    let engine = render.engine;
    let prefixes = &engine.app().config().theme_search_paths;
    if prefixes.is_empty() {
        return Ok(Some(name.to_owned()));
    }
    for prefix in prefixes {
        let has_liquid = prefix.contains("{{") || prefix.contains("{%");
        let prefix = if has_liquid { render.render_text(prefix)? } else { prefix.clone() };
        let candidate = match prefix.trim().trim_matches('/') {
            "" => name.to_owned(),
            prefix => format!("{prefix}/{name}"),
        };
        if matches!(engine.partial_named(&candidate), Lookup::Found(_) | Lookup::Broken(_)) {
            return Ok(Some(candidate));
        }
    }
    Ok(None)
}
