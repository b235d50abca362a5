//! Text into HTML.

/// Appends `text` with the five characters that mean something in HTML written as entities.
pub(crate) fn html(text: &str, out: &mut String) {
    let mut plain_from = 0;
    for (at, byte) in text.bytes().enumerate() {
        if is_special(byte) {
            out.push_str(text.get(plain_from..at).unwrap_or_default());
            out.push_str(entity(byte).unwrap_or_default());
            plain_from = at + 1;
        }
    }
    out.push_str(text.get(plain_from..).unwrap_or_default());
}

fn is_special(byte: u8) -> bool {
    matches!(byte, b'&' | b'<' | b'>' | b'"' | b'\'')
}

fn entity(byte: u8) -> Option<&'static str> {
    match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'"' => Some("&quot;"),
        b'\'' => Some("&#39;"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_characters_become_entities_and_nothing_else_changes() {
        let cases = [
            ("", ""),
            ("plain äö", "plain äö"),
            ("<b>&", "&lt;b&gt;&amp;"),
            ("\"it's\"", "&quot;it&#39;s&quot;"),
            ("&amp;", "&amp;amp;"),
        ];
        for (text, escaped) in cases {
            let mut out = String::from("> ");
            html(text, &mut out);
            assert_eq!(out, format!("> {escaped}"));
        }
    }
}
