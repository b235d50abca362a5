//! The cursor over one tag's markup: whitespace, words, punctuation, and errors at the place it has reached. Values
//! and what is built of them are read by the methods in `expression`, `filter_chain`, `condition` and `arguments`.

use std::sync::Arc;

use super::ast::Span;
use super::source::{MAX_DEPTH, Source, is_name_byte, is_space, is_word};
use crate::liquid::error::{Error, Result};

/// The markup of one tag, read from left to right. All positions in it are positions in the file. A copy looks
/// ahead without moving the original.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Markup<'s> {
    pub(super) source: &'s Source<'s>,
    pub(super) at: usize,
    pub(super) end: usize,
    comments: Comments,
    pub(super) literals: Literals,
    /// Literals and brackets around the cursor.
    depth: u32,
}

/// What `#` means between two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comments {
    /// Nothing: a mistake.
    None,
    /// The rest of the line is skipped, as in a statement of `{% liquid %}` that spans lines.
    Skipped,
}

/// Whether the values inside an array or hash literal may have filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Literals {
    Filtered,
    /// The literal is an argument of a tag or a filter.
    Plain,
}

impl<'s> Markup<'s> {
    pub(super) fn new(source: &'s Source<'s>, span: Span) -> Self {
        let (at, end) = (span.start as usize, span.end as usize);
        Self { source, at, end, comments: Comments::None, literals: Literals::Filtered, depth: 0 }
    }

    /// The markup of a statement of `{% liquid %}`.
    pub(super) fn of_statement(source: &'s Source<'s>, span: Span) -> Self {
        Self { comments: Comments::Skipped, ..Self::new(source, span) }
    }

    /// A part of this markup read on its own, as deep as this one: what stands between `{{` and `}}` in a string.
    pub(super) fn within(&self, span: Span) -> Self {
        Self { depth: self.depth, ..Self::new(self.source, span) }
    }

    /// The span of what is still unread.
    pub(crate) fn span(&self) -> Span {
        Span::of(self.at, self.end)
    }

    /// What is still unread, trimmed; does not move.
    pub(crate) fn rest(&self) -> &'s str {
        self.source.slice(self.span()).trim()
    }

    pub(crate) fn is_end(&self) -> bool {
        self.byte_at(self.next_at()).is_none()
    }

    /// Moves past the next word, whole however long, or another character.
    pub(crate) fn skip(&mut self) {
        if self.name().is_none() {
            self.at = self.source.text.ceil_char_boundary(self.at + 1).min(self.end);
        }
    }

    /// An error if anything but whitespace is left.
    pub(crate) fn finish(&self) -> Result<()> {
        if self.is_end() { Ok(()) } else { Err(self.unexpected()) }
    }

    /// Takes `token` (a word or punctuation) if it comes next. A word only matches whole.
    pub(crate) fn eat(&mut self, token: &str) -> bool {
        if self.peek().is_none() || !self.source.slice(self.span()).starts_with(token) {
            return false;
        }
        let after = self.at + token.len();
        if token.bytes().all(is_word) && self.byte_at(after).is_some_and(is_name_byte) {
            return false;
        }
        self.at = after;
        true
    }

    /// Moves to where `byte` comes next, or to the end.
    pub(crate) fn skip_to(&mut self, byte: u8) {
        self.at = self.source.find_byte(self.at, self.end, byte).unwrap_or(self.end);
    }

    /// A bare name (letters, digits, `_`, `-`, one `?` at the end), if one comes next.
    pub(crate) fn name(&mut self) -> Option<&'s str> {
        if !self.peek().is_some_and(is_word) {
            return None;
        }
        let start = self.at;
        self.at = self.name_end(start);
        if self.byte_at(self.at) == Some(b'?') {
            self.at += 1;
        }
        Some(self.source.slice(Span::of(start, self.at)))
    }

    /// The name that must come next, shared.
    pub(super) fn shared_name(&mut self) -> Result<Arc<str>> {
        match self.name() {
            Some(name) => Ok(self.intern(name)),
            None => Err(self.unexpected()),
        }
    }

    /// A quoted string without interpolation, if one comes next.
    pub(crate) fn quoted(&mut self) -> Option<&'s str> {
        let quote = self.peek().filter(|byte| matches!(byte, b'"' | b'\''))?;
        let content = self.string_content(quote)?;
        if quote == b'"' && self.source.interpolates(content) {
            return None;
        }
        self.at = content.end as usize + 1;
        Some(self.source.slice(content))
    }

    /// A syntax error at what comes next.
    pub(crate) fn error(&self, text: impl Into<String>) -> Error {
        self.error_at(self.next_at(), text)
    }

    /// Shares one copy of `text` with the rest of the template.
    pub(crate) fn intern(&self, text: &str) -> Arc<str> {
        self.source.intern(text)
    }

    pub(super) fn error_at(&self, offset: usize, text: impl Into<String>) -> Error {
        self.source.error(offset as u32, text)
    }

    /// What comes next cannot stand here.
    pub(super) fn unexpected(&self) -> Error {
        match self.next_piece() {
            "" => self
                .error_at(self.next_at(), "Unexpected end of markup")
                .with_hint("a value or a name is missing here"),
            piece => self.error_at(self.next_at(), format!("Unexpected '{piece}'")),
        }
    }

    /// The word, operator or other character at the cursor, short enough for a message.
    pub(super) fn next_piece(&self) -> &'s str {
        // Not trimmed by the wider notion of whitespace that `str` has: what is left is never empty before the end.
        let rest = self.source.slice(Span::of(self.next_at(), self.end));
        let is_wordy = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '?');
        let is_operator = |c: char| "=!<>&|.+*/%".contains(c);
        let length = match rest.chars().next() {
            Some(first) if is_wordy(first) => length_of(rest, is_wordy),
            Some(first) if is_operator(first) => length_of(rest, is_operator),
            other => other.map_or(0, char::len_utf8),
        };
        rest.get(..length).unwrap_or(rest)
    }

    /// Moves past whitespace and comments and looks at the byte that follows.
    pub(super) fn peek(&mut self) -> Option<u8> {
        self.at = self.next_at();
        self.byte_at(self.at)
    }

    /// Where whatever comes next begins.
    fn next_at(&self) -> usize {
        let mut at = self.at;
        loop {
            match self.byte_at(at) {
                Some(byte) if is_space(byte) => at += 1,
                Some(b'#') if self.comments == Comments::Skipped => {
                    at = self.source.find_byte(at, self.end, b'\n').unwrap_or(self.end);
                }
                _ => return at,
            }
        }
    }

    /// The byte at `at`, if it still belongs to this markup.
    pub(super) fn byte_at(&self, at: usize) -> Option<u8> {
        if at < self.end { self.source.byte(at) } else { None }
    }

    /// Takes one byte of punctuation if it comes next.
    pub(super) fn eat_byte(&mut self, wanted: u8) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    /// Whether `name:` comes next; does not move.
    pub(super) fn is_named(&mut self) -> bool {
        if !self.peek().is_some_and(is_word) {
            return false;
        }
        let colon = self.source.skip_whitespace(self.name_end(self.at));
        self.byte_at(colon) == Some(b':')
    }

    /// The end of the letters, digits, `_` and `-` that begin at `start`.
    pub(super) fn name_end(&self, start: usize) -> usize {
        self.source.run(start, self.end, is_name_byte)
    }

    /// What stands between the quote at the cursor and the next one like it. There are no escapes.
    pub(super) fn string_content(&self, quote: u8) -> Option<Span> {
        let start = self.at + 1;
        self.source.find_byte(start, self.end, quote).map(|end| Span::of(start, end))
    }

    /// Runs `read` one level deeper.
    pub(super) fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth >= MAX_DEPTH {
            return Err(
                self.error(format!("Nesting too deep: literals and brackets end at {MAX_DEPTH} levels"))
            );
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }
}

/// Bytes of the characters that `text` begins with and that are as wanted; a message shows 40 of them at most.
fn length_of(text: &str, wanted: impl Fn(char) -> bool) -> usize {
    text.chars().take_while(|c| wanted(*c)).take(40).map(char::len_utf8).sum()
}
