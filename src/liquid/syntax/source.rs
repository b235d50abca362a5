//! The file being compiled, as the lexer, the expressions and the parser share it: its text, the strings its tree
//! will hold, and how an offset in it becomes an error with a place.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use super::ast::Span;
use super::interner::Interner;
use crate::liquid::error::Error;
use crate::liquid::place::Place;

/// How deep blocks may stand in blocks, and literals in literals. The parser, the renderer and dropping a tree recurse
/// this deep, on a stack of 2 MiB.
pub(super) const MAX_DEPTH: u32 = 100;

/// What `{{ }}` in a double-quoted string means; a flag of the instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Interpolation {
    /// A value to put there.
    On,
    /// Four braces.
    Off,
}

#[derive(Debug)]
pub(super) struct Source<'s> {
    pub(super) path: Arc<str>,
    pub(super) text: &'s str,
    pub(super) interpolation: Interpolation,
    names: RefCell<Interner>,
    /// An offset and its line, to count on from: the next one asked for is near.
    counted: Cell<(usize, u32)>,
    /// Bytes looked at so far, for the tests that compilation takes linear time.
    #[cfg(test)]
    pub(super) looked_at: Cell<usize>,
}

impl<'s> Source<'s> {
    pub(super) fn new(path: Arc<str>, text: &'s str, first_line: u32, interpolation: Interpolation) -> Self {
        let names = RefCell::new(Interner::new());
        let counted = Cell::new((0, first_line));
        Self {
            path,
            text,
            interpolation,
            names,
            counted,
            #[cfg(test)]
            looked_at: Cell::default(),
        }
    }

    /// The text of a span of this file.
    pub(super) fn slice(&self, span: Span) -> &'s str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        self.look_at(1);
        self.text.as_bytes().get(at).copied()
    }

    /// The end of the run of bytes from `from` on that are as wanted; at most `end`.
    pub(super) fn run(&self, from: usize, end: usize, wanted: impl Fn(u8) -> bool) -> usize {
        let bytes = self.text.as_bytes().get(from..end).unwrap_or_default();
        let length = bytes.iter().take_while(|byte| wanted(**byte)).count();
        self.look_at(length);
        from + length
    }

    /// Where `byte` comes next in `from..end`.
    pub(super) fn find_byte(&self, from: usize, end: usize, byte: u8) -> Option<usize> {
        let bytes = self.text.as_bytes().get(from..end).unwrap_or_default();
        let found = memchr::memchr(byte, bytes);
        self.look_at(found.unwrap_or(bytes.len()));
        found.map(|at| from + at)
    }

    /// Where `pair` comes next in `from..end`.
    pub(super) fn find_pair(&self, from: usize, end: usize, pair: [u8; 2]) -> Option<usize> {
        let [first, second] = pair;
        let mut at = from;
        loop {
            at = self.find_byte(at, end, first)? + 1;
            if at < end && self.byte(at) == Some(second) {
                return Some(at - 1);
            }
        }
    }

    /// The first offset from `from` on whose byte is not whitespace.
    pub(super) fn skip_whitespace(&self, from: usize) -> usize {
        self.run(from, self.text.len(), is_space)
    }

    /// Where the whitespace begins that `start..end` ends with.
    pub(super) fn trim_end(&self, start: usize, end: usize) -> usize {
        let bytes = self.text.as_bytes().get(start..end).unwrap_or_default();
        let length = bytes.iter().rev().take_while(|byte| is_space(**byte)).count();
        self.look_at(length);
        end - length
    }

    /// The end of the word (letters, digits, `_`) that begins at `from`.
    pub(super) fn skip_word(&self, from: usize) -> usize {
        self.run(from, self.text.len(), is_word)
    }

    /// `text`, in one copy with the rest of the tree if it comes often.
    pub(super) fn intern(&self, text: &str) -> Arc<str> {
        self.names.borrow_mut().share(text)
    }

    /// Whether a string of this content, in double quotes, is put together from pieces.
    pub(super) fn interpolates(&self, content: Span) -> bool {
        self.interpolation == Interpolation::On && self.slice(content).contains("{{")
    }

    /// One-based line of a byte offset.
    pub(super) fn line(&self, offset: u32) -> u32 {
        let offset = (offset as usize).min(self.text.len());
        let (from, line) = self.counted.get();
        let passed = self.text.as_bytes().get(from.min(offset)..from.max(offset)).unwrap_or_default();
        self.look_at(passed.len());
        // A file has at most as many lines as bytes, and those fit.
        let breaks = memchr::memchr_iter(b'\n', passed).count() as u32;
        let line = if from <= offset { line.saturating_add(breaks) } else { line.saturating_sub(breaks) };
        self.counted.set((offset, line));
        line
    }

    #[cfg(test)]
    fn look_at(&self, bytes: usize) {
        self.looked_at.update(|seen| seen + bytes);
    }

    #[cfg(not(test))]
    fn look_at(&self, _bytes: usize) {}

    /// A syntax error at a byte offset.
    pub(super) fn error(&self, offset: u32, text: impl Into<String>) -> Error {
        Error::syntax(text).at(|| Place::on_line(&self.path, self.text, self.line(offset), offset))
    }
}

/// What Ruby's `strip` and `\s` take for whitespace.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | 0x0b | 0x0c | b'\r' | 0)
}

pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// What a variable's name is made of, once it has begun.
pub(super) fn is_name_byte(byte: u8) -> bool {
    is_word(byte) || byte == b'-'
}

impl Span {
    /// Offsets fit: a file over 4 GB is refused before it is read.
    pub(super) fn of(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end.max(start) as u32 }
    }

    pub(super) fn is_empty(self) -> bool {
        self.start >= self.end
    }
}
