//! Text into HTML.

/// Appends `text` with the five characters that mean something in HTML written as entities.
pub(crate) fn html(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| entity(byte).is_some()) {
        let (plain, special) = rest.split_at(at);
        out.push_str(plain);
        out.push_str(special.bytes().next().and_then(entity).unwrap_or_default());
        rest = special.get(1..).unwrap_or_default();
    }
    out.push_str(rest);
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
