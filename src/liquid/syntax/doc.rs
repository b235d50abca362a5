//! What `{% doc %}` declares: `@param {type} name - text`, one a line. The tag prints nothing; the parameters are for
//! the checks that compare them with the calls of a partial. The rest of the body (`@description`, `@example`, prose)
//! is for people and is not kept.

use std::sync::Arc;

use super::ast::Span;
use super::markup::Markup;
use super::source::{Source, is_space, is_word};

/// What the `{% doc %}` tags of one file say.
#[derive(Debug, Default)]
pub(crate) struct Doc {
    /// In the order they are written; a name that is declared twice is here twice.
    pub(crate) params: Vec<Param>,
}

/// One declared argument of a partial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Param {
    pub(crate) name: Arc<str>,
    /// What stands in the braces, as written; `None` without braces or with nothing in them.
    pub(crate) kind: Option<Arc<str>>,
    pub(crate) presence: Presence,
    /// The name alone, without its brackets.
    pub(crate) span: Span,
}

/// Whether a call may leave the argument out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    Required,
    /// `[name]`
    Optional,
}

impl Doc {
    /// Adds the parameters in `body`, what stands between `{% doc %}` and `{% enddoc %}`. A `@param` without a name
    /// declares nothing.
    pub(super) fn read(&mut self, source: &Source<'_>, body: Span) {
        let (mut at, end) = (body.start as usize, body.end as usize);
        while at < end {
            let line_end = source.find_byte(at, end, b'\n').unwrap_or(end);
            self.params.extend(param(Markup::new(source, Span::of(at, line_end))));
            at = line_end + 1;
        }
    }
}

fn param(mut line: Markup<'_>) -> Option<Param> {
    if !line.eat("@param") || !line.byte_at(line.at).is_some_and(|byte| is_space(byte) || byte == b'{') {
        return None;
    }
    let kind = kind(&mut line)?;
    let presence = if line.eat_byte(b'[') { Presence::Optional } else { Presence::Required };
    let start = line.peek().filter(|byte| is_word(*byte)).map(|_| line.at)?;
    let span = Span::of(start, line.name_end(start));
    Some(Param { name: line.intern(line.source.slice(span)), kind, presence, span })
}

/// `{type}`, if it comes next; the outer `None` if its brace is never closed.
fn kind(line: &mut Markup<'_>) -> Option<Option<Arc<str>>> {
    if !line.eat_byte(b'{') {
        return Some(None);
    }
    let close = line.source.find_byte(line.at, line.end, b'}')?;
    let written = line.source.slice(Span::of(line.at, close)).trim();
    line.at = close + 1;
    Some((!written.is_empty()).then(|| line.intern(written)))
}
