//! The lines of `{% liquid %}` as tags. One statement is one line, unless a string, `[` or `{` is still open at its
//! end, or it ends with a comma and the next line goes on with `name:`. A `#` at the start of a line or after
//! whitespace begins a comment.

use super::ast::Span;
use super::lexer::{Nesting, Token};
use super::source::{Source, is_name_byte, is_space, is_word};

#[derive(Debug)]
pub(super) struct Statements {
    at: usize,
    end: usize,
}

impl Statements {
    /// Reads the statements in `markup`, what stands behind the word `liquid`.
    pub(super) fn new(markup: Span) -> Self {
        Self { at: markup.start as usize, end: markup.end as usize }
    }

    pub(super) fn next<'s>(&mut self, source: &Source<'s>) -> Option<Token<'s>> {
        let start = self.skip_blank(source, self.at);
        if start >= self.end {
            self.at = self.end;
            return None;
        }
        let word = source.skip_word(start);
        // A line that begins with no word is named by its first character, which no tag is.
        let name_end = if word > start { word } else { source.text.ceil_char_boundary(start + 1) };
        let name_end = name_end.min(self.end);
        let name = source.slice(Span::of(start, name_end));
        let markup_end;
        (markup_end, self.at) = if ignores_markup(name) {
            let end = self.line_end(source, name_end);
            (end, end)
        } else {
            self.statement_end(source, name_end)
        };
        Some(Token::Tag { span: Span::of(start, markup_end), name, markup: Span::of(name_end, markup_end) })
    }

    /// Skips to behind the line that begins with `end` and gives back the text before that line.
    pub(super) fn skip_body(
        &mut self,
        source: &Source<'_>,
        opening: &str,
        end: &str,
        nesting: Nesting,
    ) -> Option<Span> {
        let start = self.at;
        let mut line = start;
        let mut open = 1_usize;
        while line < self.end {
            let from = source.skip_whitespace(line).min(self.end);
            let word = source.slice(Span::of(from, source.skip_word(from).min(self.end)));
            let next = self.line_end(source, from) + 1;
            if word == end {
                open -= 1;
            } else if word == opening && nesting == Nesting::Counted {
                open += 1;
            }
            if open == 0 {
                self.at = next.min(self.end);
                return Some(Span::of(start, from));
            }
            line = next;
        }
        None
    }

    /// The start of the next statement: past whitespace, empty lines, `;` and comments.
    fn skip_blank(&self, source: &Source<'_>, from: usize) -> usize {
        let mut at = from;
        loop {
            at = source.skip_whitespace(at);
            match source.byte(at) {
                Some(b'#') if at < self.end => at = self.line_end(source, at),
                Some(b';') if at < self.end => at += 1,
                _ => return at,
            }
        }
    }

    /// Where the markup of the statement ends, and where the next one may begin.
    fn statement_end(&self, source: &Source<'_>, from: usize) -> (usize, usize) {
        let mut at = from;
        // The end of the statement so far, without comments and whitespace.
        let mut end = from;
        let mut brackets = 0_usize;
        while at < self.end {
            let Some(byte) = source.byte(at) else { break };
            match byte {
                b'\n' if brackets == 0 && !self.continues(source, end, at + 1) => break,
                b'#' if source.byte(at - 1).is_some_and(is_space) => {
                    at = self.line_end(source, at);
                    continue;
                }
                // An apostrophe, as in `it's`, begins no string.
                b'"' | b'\'' if at > from && source.byte(at - 1).is_some_and(is_word) => {}
                b'"' if brackets > 0 => at = self.json_string_end(source, at),
                b'"' | b'\'' => at = self.string_end(source, at, byte),
                b'{' | b'[' => brackets += 1,
                b'}' | b']' => brackets = brackets.saturating_sub(1),
                _ => {}
            }
            at += 1;
            if !is_space(byte) {
                end = at;
            }
        }
        let next = at;
        if end > from && source.byte(end - 1) == Some(b';') {
            end -= 1;
        }
        (end.min(self.end), next)
    }

    /// The offset of the quote that closes the string opened at `at`; `at` itself if none does: an apostrophe without a
    /// partner must not swallow the lines that follow.
    fn string_end(&self, source: &Source<'_>, at: usize, quote: u8) -> usize {
        source.find_byte(at + 1, self.end, quote).unwrap_or(at)
    }

    /// The same inside an array or hash literal, whose strings have escapes. Unclosed, it takes the rest: the literal is
    /// not closed then either.
    fn json_string_end(&self, source: &Source<'_>, at: usize) -> usize {
        let mut at = at + 1;
        while at < self.end {
            match source.byte(at) {
                Some(b'"') => return at,
                Some(b'\\') => at += 2,
                _ => at += 1,
            }
        }
        self.end
    }

    /// Whether the statement that ends at `end` goes on in the line that begins at `line`.
    fn continues(&self, source: &Source<'_>, end: usize, line: usize) -> bool {
        if source.byte(end - 1) != Some(b',') {
            return false;
        }
        let name = self.skip_blank(source, line);
        let name_end = source.run(name, self.end, is_name_byte);
        name_end > name && source.byte(source.skip_whitespace(name_end)) == Some(b':')
    }

    /// The offset of the line break at or after `from`, or the end.
    fn line_end(&self, source: &Source<'_>, from: usize) -> usize {
        source.find_byte(from, self.end, b'\n').unwrap_or(self.end)
    }
}

/// Tags whose markup is prose or nothing: quotes and brackets in it mean nothing, so it ends with its line.
fn ignores_markup(name: &str) -> bool {
    matches!(name, "comment" | "doc" | "raw" | "else" | "break" | "continue" | "rollback")
        || name.starts_with("end")
}
