//! `{% assign x = v %}`, with `x.k`, `x["k"]`, `x[0]` and `<<` as targets, and its older form `{% hash_assign h["k"] = v %}`.

use crate::liquid::error::Result;
use crate::liquid::render::{Flow, Render};
use crate::liquid::syntax::ast::{Expression, Filtered, Path, Segment, Tag, Target, Use, Visitor, Write};
use crate::liquid::syntax::{Markup, Parser, TagStart};

#[derive(Debug)]
struct Assign {
    target: Target,
    value: Filtered,
}

pub(super) fn parse<'s>(
    _: &mut Parser<'s>,
    _: TagStart<'s>,
    markup: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    let target = markup.target()?;
    let value = markup.filtered()?;
    markup.finish()?;
    Ok(Box::new(Assign { target, value }))
}

/// The last lookup must be a bracket.
pub(super) fn parse_hash_assign<'s>(
    _: &mut Parser<'s>,
    _: TagStart<'s>,
    markup: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    let begin = *markup;
    let target = markup.target()?;
    if !matches!(target.path.segments.last(), Some(Segment::Index(_))) {
        let error = begin.error("hash_assign needs a key in brackets");
        return Err(error.with_hint("write 'h[\"key\"] = value'"));
    }
    let value = markup.filtered()?;
    markup.finish()?;
    Ok(Box::new(Assign { target, value }))
}

impl Tag for Assign {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        let value = render.filtered(&self.value)?;
        render.assign(&self.target, value)?;
        Ok(Flow::Next)
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        visitor.filtered(&self.value, Use::Passed);
        visit_target(&self.target, visitor);
    }

    fn is_blank(&self) -> bool {
        true
    }
}

/// A plain name becomes the file's own; a key or `<<` alters what the name already holds.
pub(super) fn visit_target(target: &Target, visitor: &mut dyn Visitor) {
    if target.path.segments.is_empty() && target.write == Write::Set {
        visitor.assigns(&target.path.root);
        return;
    }
    let root = Path { segments: Vec::new(), ..target.path.clone() };
    visitor.expression(&Expression::Path(root), Use::Passed);
    for segment in &target.path.segments {
        if let Segment::Index(index) = segment {
            visitor.expression(index, Use::Passed);
        }
    }
}
