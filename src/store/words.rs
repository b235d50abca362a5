//! Full-text search: a text is taken as its words, and each word that is searched for must be one of these, or a part of
//! one. The rule is a function of its own, not an index, because the properties that are searched are the app's: an index
//! of all words of all records would be paid for by every write, and knows no ends of words. What people type is never
//! the syntax of anything.

use super::functions::fold;

/// Which part of a word of the text must be what is searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WordPart {
    Whole,
    Start,
    End,
    Anywhere,
}

impl WordPart {
    pub(super) const ALL: [Self; 4] = [Self::Whole, Self::Start, Self::End, Self::Anywhere];

    /// The function of statements that is [`Self::is_in`]; of NULL it is NULL.
    pub(crate) fn function(self) -> &'static str {
        match self {
            Self::Whole => "has_word",
            Self::Start => "has_word_start",
            Self::End => "has_word_end",
            Self::Anywhere => "has_word_part",
        }
    }

    /// `word` is one of [`words`].
    pub(crate) fn is_in(self, text: &str, word: &str) -> bool {
        words(text).any(|found| match self {
            Self::Whole => found == word,
            Self::Start => found.starts_with(word),
            Self::End => found.ends_with(word),
            Self::Anywhere => found.contains(word),
        })
    }
}

/// Runs of letters and digits, whatever their case. A text may have none.
pub(crate) fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(fold)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_taken_as_its_words() {
        for (text, expected) in [
            ("Red, GREEN-blue!", "red green blue"),
            ("ŻÓŁW №5 日本", "żółw 5 日本"),
            ("", ""),
            (" \u{0}\"*'()- ", ""),
            ("NEAR(a OR b)", "near a or b"),
        ] {
            assert_eq!(words(text).collect::<Vec<_>>().join(" "), expected, "{text:?}");
        }
    }

    #[test]
    fn word_is_in_a_text_by_its_part() {
        for (part, word, expected) in [
            (WordPart::Whole, "forest", true),
            (WordPart::Whole, "rain", false),
            (WordPart::Start, "rain", true),
            (WordPart::Start, "bow", false),
            (WordPart::End, "bow", true),
            (WordPart::End, "rain", false),
            (WordPart::Anywhere, "inb", true),
            (WordPart::Anywhere, "wf", false),
        ] {
            assert_eq!(part.is_in("Rainbow-Forest", word), expected, "{part:?} {word}");
        }
    }
}
