//! The line that something is said about, with a caret below the spot: cut to what a screen holds, harmless to a
//! terminal, and straight below tabs and wide characters. The one place that draws it, for terminal, browser, log and
//! jobs.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthChar;

/// Characters shown at most: a minified file is one line.
const LENGTH: usize = 160;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Excerpt {
    text: Box<str>,
    /// Characters of `text` before the spot; `None` where the whole line is meant. Small, like the boxed text: results
    /// carry it.
    before: Option<u16>,
}

impl Excerpt {
    /// Of `line` the part around the one-based column `col`, in characters; 0 means the whole line. A column behind the
    /// end stands for the end.
    pub(crate) fn around(line: &str, col: u32) -> Self {
        let Some(before) = usize::try_from(col).ok().and_then(|col| col.checked_sub(1)) else {
            return Self { text: line.chars().take(LENGTH).collect(), before: None };
        };
        // Half goes to what leads up to the spot, the other half and what is left over to the rest.
        let before = line.chars().take(before).count();
        let skipped = before.saturating_sub(LENGTH / 2);
        let text = line.chars().skip(skipped).take(LENGTH).collect();
        Self { text, before: u16::try_from(before - skipped).ok() }
    }

    /// As it stands in the file.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Behind a gutter with the number of the line, and the caret. Two lines or three, without a line break at the end.
    pub(crate) fn drawn(&self, line: u32) -> String {
        let number = line.to_string();
        let width = number.len();
        let shown: String = self.text.chars().map(harmless).collect();
        let mut drawn = format!("{:width$} |\n{number} | {}", "", shown.trim_end());
        if let Some(before) = self.before {
            write!(drawn, "\n{:width$} | ", "").expect("writing to a String cannot fail");
            shown.chars().take(before.into()).for_each(|c| match c {
                // Its width depends on the terminal, and is the same in both lines.
                '\t' => drawn.push('\t'),
                c => drawn.extend(std::iter::repeat_n(' ', c.width().unwrap_or(1))),
            });
            drawn.push('^');
        }
        drawn
    }
}

/// Character for character, or the caret would stand below another one.
fn harmless(c: char) -> char {
    if c.is_control() && c != '\t' { char::REPLACEMENT_CHARACTER } else { c }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(line: &str, col: u32) -> String {
        Excerpt::around(line, col).drawn(12)
    }

    #[test]
    fn the_caret_stands_below_the_spot() {
        insta::assert_snapshot!(drawn("\t\t{{ ä | capitalise }}", 10), @r"
           |
        12 | 		{{ ä | capitalise }}
           | 		       ^
        ");
        // Two cells for each of the wide characters, none for the accent of its own.
        assert_eq!(drawn("日本 e\u{301}x", 6), "   |\n12 | 日本 e\u{301}x\n   |       ^");
        assert_eq!(drawn("", 1), "   |\n12 | \n   | ^");
    }

    #[test]
    fn a_long_line_is_cut_around_the_spot() {
        let line = format!("{}X{}", "a".repeat(10_000), "b".repeat(10_000));
        let excerpt = Excerpt::around(&line, 10_001);

        assert_eq!(excerpt.text().chars().count(), LENGTH);
        assert_eq!(excerpt.text().chars().nth(excerpt.before.unwrap().into()), Some('X'));
        assert_eq!(Excerpt::around(&line, 0).text().chars().count(), LENGTH);
    }

    #[test]
    fn whole_lines_have_no_caret_and_a_spot_behind_the_end_is_at_the_end() {
        assert!(!drawn("abc", 0).contains('^'));
        assert!(drawn("abc", u32::MAX).ends_with(" |    ^"), "{}", drawn("abc", u32::MAX));
    }

    #[test]
    fn control_characters_move_nothing() {
        let drawn = drawn("\u{1b}[2J\0x", 6);
        assert!(!drawn.contains('\u{1b}') && !drawn.contains('\0'), "{drawn}");
        assert!(drawn.ends_with("|      ^"), "{drawn}");
    }
}
