//! Characters that must not reach a terminal as they are. Log text comes from the app's users: a line break would forge a
//! second line, an escape code or a direction mark could hide or repaint what stands beside it.

use std::borrow::Cow;
use std::fmt::Write;

/// `\n`, `\r`, `\t`, `\x1b`, `\u{202e}`. A backslash stays as it is: paths and patterns are to be readable.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    replace(text, |out, c| match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        c if c.is_ascii() => push(out, format_args!("\\x{:02x}", u32::from(c))),
        c => push(out, format_args!("\\u{{{:x}}}", u32::from(c))),
    })
}

/// The same for a JSON text, as JSON escapes. Serializers leave the characters beyond ASCII as they are.
pub(crate) fn escape_json(json: &str) -> Cow<'_, str> {
    replace(json, |out, c| push(out, format_args!("\\u{:04x}", u32::from(c))))
}

fn replace(text: &str, mut write: impl FnMut(&mut String, char)) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_unsafe(c) { write(&mut out, c) } else { out.push(c) }
    }
    Cow::Owned(out)
}

fn push(out: &mut String, escaped: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = out.write_fmt(escaped);
}

/// Control characters, the two Unicode line ends, and the marks that change the direction of writing.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::*;

    #[test]
    fn unsafe_characters_become_visible() {
        let cases = [
            ("", ""),
            ("plain – ünïcode 🎉 C:\\new", "plain – ünïcode 🎉 C:\\new"),
            ("a\nb\r\n\tc", "a\\nb\\r\\n\\tc"),
            ("\u{1b}[31mred\u{1b}[0m", "\\x1b[31mred\\x1b[0m"),
            ("\0\u{7f}", "\\x00\\x7f"),
            ("\u{9b}31m \u{85}", "\\u{9b}31m \\u{85}"),
            ("\u{2028}\u{202e}evil", "\\u{2028}\\u{202e}evil"),
        ];
        for (text, escaped) in cases {
            assert_eq!(escape(text), escaped);
        }
    }

    proptest! {
        #[test]
        fn escaped_text_is_one_safe_line(text in any::<String>()) {
            assert!(!escape(&text).contains(is_unsafe));
        }

        #[test]
        fn escaped_json_means_the_same(text in any::<String>()) {
            let json = serde_json::to_string(&text).unwrap();
            let escaped = escape_json(&json);
            assert!(!escaped.contains(is_unsafe));
            assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), text);
        }
    }
}
