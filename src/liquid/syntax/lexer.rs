//! Template text to Text, Output and Tag with byte ranges, one token at a time, in one pass. What stands inside
//! `{{ }}` and `{% %}` is left to the expressions; bodies that are not Liquid (`raw`, `comment`, `doc`, inline
//! GraphQL) are skipped here, because only the lexer knows where a tag ends.

use super::ast::Span;
use super::source::{Source, is_word};
use crate::liquid::error::Result;

#[derive(Debug, Clone, Copy)]
pub(super) enum Token<'s> {
    /// Literal text without what a neighbour's `-` trims; never empty.
    Text(Span),
    /// `{{ … }}`: what stands between the braces and dashes.
    Output(Span),
    /// `{% name markup %}`, or a statement of `{% liquid %}`. The name of an inline comment is `#`.
    Tag { span: Span, name: &'s str, markup: Span },
}

/// Which inner tags a skipped body respects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nesting {
    /// The first closing tag ends the body, even inside an unfinished tag.
    Flat,
    /// Tags are read as tags: those of the same name are counted, and a `raw` body hides them.
    Counted,
}

#[derive(Debug)]
pub(super) struct Lexer {
    at: usize,
    /// The tag before ended with `-`: the text that follows loses its leading whitespace.
    trims: bool,
}

/// A `{% … %}` read as far as its name.
struct RawTag<'s> {
    name: &'s str,
    /// Behind `%}`.
    end: usize,
    /// Behind the name up to `%}` or `-%}`.
    markup: Span,
    trims: bool,
}

impl Lexer {
    pub(super) fn new(at: usize) -> Self {
        Self { at, trims: false }
    }

    pub(super) fn next<'s>(&mut self, source: &Source<'s>) -> Result<Option<Token<'s>>> {
        let start = self.at;
        let end = next_delimiter(source, start);
        if start < end {
            self.at = end;
            let text = self.trimmed(source, start, end);
            self.trims = false;
            if !text.is_empty() {
                return Ok(Some(Token::Text(text)));
            }
        }
        match source.byte(end + 1) {
            Some(b'{') => self.output(source, end).map(Some),
            Some(_) => self.tag(source, end).map(Some),
            None => Ok(None),
        }
    }

    /// Text between two tags without what their dashes trim.
    fn trimmed(&self, source: &Source<'_>, start: usize, end: usize) -> Span {
        let start = if self.trims { source.skip_whitespace(start).min(end) } else { start };
        let is_trimmed = source.byte(end + 2) == Some(b'-');
        Span::of(start, if is_trimmed { source.trim_end(start, end) } else { end })
    }

    /// As on the platform, the first `}` ends the output, even inside a string; a second one must follow it.
    fn output<'s>(&mut self, source: &Source<'s>, start: usize) -> Result<Token<'s>> {
        let close = source.find_byte(start, source.text.len(), b'}');
        let Some(close) = close.filter(|close| source.byte(close + 1) == Some(b'}')) else {
            let error =
                source.error(start as u32, "Variable '{{' was not properly terminated: '}}' expected");
            return Err(match close {
                Some(_) => {
                    error.with_hint("a single '}' ends '{{', even inside a string: assign the value first")
                }
                None => error.with_hint("close it with '}}'"),
            });
        };
        let inner = Span::of(start + 2, close);
        let (markup, trims) = without_dashes(source, inner);
        self.at = close + 2;
        self.trims = trims;
        Ok(Token::Output(markup))
    }

    fn tag<'s>(&mut self, source: &Source<'s>, start: usize) -> Result<Token<'s>> {
        let unterminated = || {
            let text = "Tag '{%' was not properly terminated: '%}' expected";
            source.error(start as u32, text).with_hint("close it with '%}'")
        };
        let tag = raw_tag(source, start).ok_or_else(unterminated)?;
        self.at = tag.end;
        self.trims = tag.trims;
        Ok(Token::Tag { span: Span::of(start, tag.end), name: tag.name, markup: tag.markup })
    }

    /// Skips to behind the tag `end` and gives back the text before it, untrimmed; `None` if it never comes.
    pub(super) fn skip_body(
        &mut self,
        source: &Source<'_>,
        opening: &str,
        end: &str,
        nesting: Nesting,
    ) -> Option<Span> {
        let start = self.at;
        let (body_end, closing) = match nesting {
            Nesting::Flat => find_tag(source, start, end),
            Nesting::Counted => find_counted(source, start, opening, end),
        }?;
        self.at = closing.end;
        self.trims = closing.trims;
        Some(Span::of(start, body_end))
    }
}

/// Where `{{` or `{%` comes next, or the end of the text.
fn next_delimiter(source: &Source<'_>, from: usize) -> usize {
    let end = source.text.len();
    let mut at = from;
    while let Some(brace) = source.find_byte(at, end, b'{') {
        if matches!(source.byte(brace + 1), Some(b'{' | b'%')) {
            return brace;
        }
        at = brace + 1;
    }
    end
}

/// Where the tag that begins at `start` ends.
fn tag_end(source: &Source<'_>, start: usize) -> Option<usize> {
    source.find_pair(start + 2, source.text.len(), *b"%}")
}

/// What stands between a token's delimiters without its dashes, and whether there is a closing one.
fn without_dashes(source: &Source<'_>, inner: Span) -> (Span, bool) {
    let (mut start, mut end) = (inner.start as usize, inner.end as usize);
    let trims = start < end && source.byte(end - 1) == Some(b'-');
    if trims {
        end -= 1;
    }
    if start < end && source.byte(start) == Some(b'-') {
        start += 1;
    }
    (Span::of(start, end), trims)
}

/// The tag at `start`, up to the first `%}`; `None` if there is none.
fn raw_tag<'s>(source: &Source<'s>, start: usize) -> Option<RawTag<'s>> {
    let close = tag_end(source, start)?;
    let (inner, trims) = without_dashes(source, Span::of(start + 2, close));
    let from = source.skip_whitespace(inner.start as usize).min(inner.end as usize);
    let to = match source.byte(from) {
        Some(b'#') => from + 1,
        _ => source.skip_word(from),
    };
    let to = to.min(inner.end as usize);
    let name = source.slice(Span::of(from, to));
    Some(RawTag { name, end: close + 2, markup: Span::of(to, inner.end as usize), trims })
}

/// The first tag called `name`, found by its own text alone: what stands before it may be anything.
fn find_tag<'s>(source: &Source<'s>, from: usize, name: &str) -> Option<(usize, RawTag<'s>)> {
    let mut at = from;
    loop {
        let start = source.find_pair(at, source.text.len(), *b"{%")?;
        if is_tag(source, start, name) {
            return Some((start, raw_tag(source, start)?));
        }
        at = start + 2;
    }
}

/// Whether the tag at `start` is called `name`, without looking for its end.
fn is_tag(source: &Source<'_>, start: usize, name: &str) -> bool {
    let dash = usize::from(source.byte(start + 2) == Some(b'-'));
    let from = source.skip_whitespace(start + 2 + dash);
    let to = from + name.len();
    source.text.get(from..to) == Some(name) && !source.byte(to).is_some_and(is_word)
}

/// The tag `end` that closes as many `opening` tags as come before it.
fn find_counted<'s>(
    source: &Source<'s>,
    from: usize,
    opening: &str,
    end: &str,
) -> Option<(usize, RawTag<'s>)> {
    let mut at = from;
    let mut open = 1_usize;
    loop {
        let start = source.find_pair(at, source.text.len(), *b"{%")?;
        let tag = raw_tag(source, start)?;
        at = tag.end;
        if tag.name == end {
            open -= 1;
            if open == 0 {
                return Some((start, tag));
            }
        } else if tag.name == opening {
            open += 1;
        } else if tag.name == "raw" {
            at = find_tag(source, at, "endraw")?.1.end;
        }
    }
}
