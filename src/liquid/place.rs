//! Byte offset to line, column and the text around it. Worked out only when something is to be shown, so that the
//! tree need not carry line numbers.

use std::sync::Arc;

use crate::app::{Excerpt, Problem, Severity};

/// A point in a file of the app, as people look it up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// From the project root.
    pub(crate) path: Arc<str>,
    /// One-based, both; `col` counts characters.
    pub(crate) line: u32,
    pub(crate) col: u32,
    pub(crate) excerpt: Excerpt,
}

impl Place {
    /// The place of byte `offset` in `source`, which begins on line `first_line` of the file. An offset past the end
    /// or inside a character means the nearest character before it.
    pub(crate) fn of(path: &Arc<str>, source: &str, first_line: u32, offset: u32) -> Self {
        let head = source.get(..source.floor_char_boundary(offset as usize)).unwrap_or(source);
        let breaks = memchr::memchr_iter(b'\n', head.as_bytes()).count();
        let line = first_line.saturating_add(u32::try_from(breaks).unwrap_or(u32::MAX));
        Self::on_line(path, source, line, offset)
    }

    /// The place at `line` and `column` of a whole file, both one-based; `column` counts characters.
    pub(crate) fn at(path: &Arc<str>, source: &str, line: usize, column: usize) -> Self {
        Self::of(path, source, 1, offset(source, line, column))
    }

    /// The same where the line's number is known already: only that line is looked at.
    pub(super) fn on_line(path: &Arc<str>, source: &str, line: u32, offset: u32) -> Self {
        let (head, tail) = source.split_at(source.floor_char_boundary(offset as usize));
        let before = head.rsplit('\n').next().unwrap_or(head);
        let after = tail.lines().next().unwrap_or("");
        let col = u32::try_from(before.chars().count() + 1).unwrap_or(u32::MAX);
        let text = source.get(head.len() - before.len()..head.len() + after.len()).unwrap_or_default();
        Self { path: Arc::clone(path), line, col, excerpt: Excerpt::around(text, col) }
    }

    /// Something wrong at this place.
    pub(crate) fn problem(&self, severity: Severity, message: impl Into<String>) -> Problem {
        let problem = match severity {
            Severity::Error => Problem::error(&*self.path, message),
            Severity::Warning => Problem::warning(&*self.path, message),
            Severity::Note => Problem::note(&*self.path, message),
        };
        Problem { excerpt: Some(self.excerpt.clone()), ..problem.at(self.line, self.col) }
    }
}

/// The byte at `line` and `column` of `text`; its end where there is no such place.
pub(super) fn offset(text: &str, line: usize, column: usize) -> u32 {
    let mut lines = text.split_inclusive('\n');
    let before: usize = lines.by_ref().take(line.saturating_sub(1)).map(str::len).sum();
    let line = lines.next().unwrap_or_default();
    let within: usize = line.chars().take(column.saturating_sub(1)).map(char::len_utf8).sum();
    u32::try_from(before + within).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(source: &str, offset: u32) -> (u32, u32, String) {
        let place = Place::of(&Arc::from("app/a.liquid"), source, 1, offset);
        (place.line, place.col, place.excerpt.text().to_owned())
    }

    #[test]
    fn columns_count_characters_from_one() {
        assert_eq!(place("", 0), (1, 1, String::new()));
        assert_eq!(place("ab\ncd", 3), (2, 1, "cd".into()));
        assert_eq!(place("äöx", 4), (1, 3, "äöx".into()));
        assert_eq!(place("a\r\nb\r\n", 3), (2, 1, "b".into()));
        assert_eq!(place("ab", 99), (1, 3, "ab".into()));
        assert_eq!(place("ä", 1), (1, 1, "ä".into()));
    }

    #[test]
    fn line_and_column_are_found_again() {
        let source = "äb\ncd\n";
        for at in [0, 2, 3, 4, 6] {
            let place = Place::of(&Arc::from("a"), source, 1, at);
            assert_eq!(offset(source, place.line as usize, place.col as usize), at);
        }
        assert_eq!(offset(source, 9, 9), 7);
    }

    #[test]
    fn first_line_shifts_the_number() {
        assert_eq!(Place::of(&Arc::from("a"), "x\ny", 40, 2).line, 41);
    }
}
