//! HTML in and out of text: escaping, unescaping, stripping, line breaks, and scripts' string literals.

use std::borrow::Cow;

use super::arguments::Arguments;
use super::{Filter, Filtered, Surroundings};
use crate::liquid::value::Value;

pub(super) const ROWS: &[Filter] = &[
    Filter::text("escape", 0..=0, escape_filter),
    Filter::new("escape_javascript", 0..=0, escape_javascript),
    Filter::text("escape_once", 0..=0, escape_once),
    Filter::text("h", 0..=0, escape_filter),
    Filter::new("html_safe", 0..=1, html_safe),
    Filter::new("new_line_to_br", 0..=0, newline_to_br),
    Filter::text("newline_to_br", 0..=0, newline_to_br),
    Filter::new("nl2br", 0..=0, newline_to_br),
    Filter::new("raw_escape_string", 0..=0, escape_filter),
    Filter::text("strip_html", 0..=0, strip_html),
    Filter::new("strip_liquid", 0..=0, strip_liquid),
    Filter::new("unescape_javascript", 0..=0, unescape_javascript),
];

/// The text with `& < > " '` as entities.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    replace_chars(text, |c, _| entity(c))
}

fn entity(c: char) -> Option<&'static str> {
    Some(match c {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '"' => "&quot;",
        '\'' => "&#39;",
        _ => return None,
    })
}

/// Replaces the characters `with` has something for; it also sees the text behind each.
fn replace_chars(text: &str, with: impl Fn(char, &str) -> Option<&'static str>) -> Cow<'_, str> {
    let mut replaced = String::new();
    let mut rest = text;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let after = chars.as_str();
        if let Some(replacement) = with(c, after) {
            let kept = rest.len() - after.len() - c.len_utf8();
            replaced.push_str(rest.get(..kept).unwrap_or_default());
            replaced.push_str(replacement);
            rest = after;
        }
    }
    if rest.len() == text.len() {
        return Cow::Borrowed(text);
    }
    replaced.push_str(rest);
    Cow::Owned(replaced)
}

/// Decodes numeric entities and the named ones that templates produce.
pub(super) fn unescape(text: &str) -> Cow<'_, str> {
    const NAMED: [(&str, &str); 6] =
        [("amp;", "&"), ("lt;", "<"), ("gt;", ">"), ("quot;", "\""), ("apos;", "'"), ("nbsp;", "\u{a0}")];
    let Some((mut before, mut rest)) = text.split_once('&') else {
        return Cow::Borrowed(text);
    };
    let mut decoded = String::with_capacity(text.len());
    loop {
        decoded.push_str(before);
        let named = NAMED.iter().find_map(|(name, c)| Some((*c, rest.strip_prefix(name)?)));
        if let Some((c, after)) = named {
            decoded.push_str(c);
            rest = after;
        } else if let Some((c, after)) = numeric_entity(rest) {
            decoded.push(c);
            rest = after;
        } else {
            decoded.push('&');
        }
        let Some((next_before, next_rest)) = rest.split_once('&') else {
            decoded.push_str(rest);
            return Cow::Owned(decoded);
        };
        (before, rest) = (next_before, next_rest);
    }
}

/// The character of `#39;` or `#x27;`, and what follows.
fn numeric_entity(text: &str) -> Option<(char, &str)> {
    let digits = text.strip_prefix('#')?;
    // Looked for in a short window, else many ampersands without semicolon would be quadratic.
    let end = digits.bytes().take(10).position(|byte| byte == b';')?;
    let (digits, after) = (digits.get(..end)?, digits.get(end + 1..)?);
    let code = match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => digits.parse().ok()?,
    };
    Some((char::from_u32(code)?, after))
}

/// The result is safe to print, and printing does not escape it a second time. Nil stays nil.
fn escape_filter(surroundings: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    if input.is_nil() {
        return Ok(Value::Nil);
    }
    let escaped = escape(&input.to_text()).into_owned();
    surroundings.limits.grow(escaped.len())?;
    Ok(Value::safe(escaped))
}

/// Leaves entities that are there alone.
fn escape_once(surroundings: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    let text = input.to_text();
    let escaped =
        replace_chars(&text, |c, after| if c == '&' && is_entity(after) { None } else { entity(c) });
    surroundings.limits.grow(escaped.len())?;
    Ok(Value::safe(&*escaped))
}

/// Whether the text behind an ampersand makes it an entity: `amp;`, `#39;`.
fn is_entity(text: &str) -> bool {
    let (name, is_part): (&str, fn(char) -> bool) = match text.strip_prefix('#') {
        Some(digits) => (digits, |c| c.is_ascii_digit()),
        None => (text, |c| c.is_ascii_alphabetic()),
    };
    // No entity has a longer name; without the bound a long text of letters would be read over and over.
    name.char_indices().take(40).find(|(_, c)| !is_part(*c)).is_some_and(|(at, c)| at > 0 && c == ';')
}

/// Marks text as safe to print. It is unescaped first, so that text escaped on its way here is printed as markup,
/// unless `raw_text: true`.
fn html_safe(_: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    if input.is_nil() {
        return Ok(Value::Nil);
    }
    let text = input.to_text();
    if arguments.flag("raw_text").unwrap_or(false) {
        return Ok(Value::safe(&*text));
    }
    Ok(Value::safe(&*unescape(&text)))
}

fn newline_to_br(surroundings: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    let text = input.to_text();
    surroundings.limits.grow(text.len().saturating_mul(2))?;
    Ok(Value::str(text.replace("\r\n", "\n").replace('\n', "<br />\n")))
}

fn strip_html(_: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    let text = input.to_text();
    Ok(Value::str(strip_tags(&strip_blocks(&text))))
}

/// Without scripts, styles and comments, each with what is in it.
fn strip_blocks(text: &str) -> Cow<'_, str> {
    let mut blocks = [("<script", "</script>", true), ("<style", "</style>", true), ("<!--", "-->", true)];
    let begins_block = |at| text.as_bytes().get(at + 1).is_some_and(|byte| matches!(byte, b's' | b'!'));
    if !memchr::memchr_iter(b'<', text.as_bytes()).any(begins_block) {
        return Cow::Borrowed(text);
    }
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    'next: while let Some(at) = rest.find('<') {
        let (before, block) = rest.split_at(at);
        kept.push_str(before);
        for (open, close, may_close) in &mut blocks {
            if !*may_close || !block.starts_with(*open) {
                continue;
            }
            if let Some(end) = block.find(*close) {
                rest = block.get(end + close.len()..).unwrap_or_default();
                continue 'next;
            }
            // Not closed here means closed nowhere behind: do not search again.
            *may_close = false;
        }
        kept.push('<');
        rest = block.get(1..).unwrap_or_default();
    }
    kept.push_str(rest);
    Cow::Owned(kept)
}

/// Without anything between `<` and the next `>`; a `<` that is never closed stays.
fn strip_tags(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, tag)) = rest.split_once('<') {
        let Some((_, after)) = tag.split_once('>') else {
            break;
        };
        kept.push_str(before);
        rest = after;
    }
    kept.push_str(rest);
    kept
}

/// Without `{{ … }}` and `{% … %}`; what stands between two tags stays.
fn strip_liquid(_: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    let text = input.to_text();
    let mut kept = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some(at) = rest.find('{') {
        let (before, tag) = rest.split_at(at);
        kept.push_str(before);
        let close = if tag.starts_with("{{") {
            "}}"
        } else if tag.starts_with("{%") {
            "%}"
        } else {
            kept.push('{');
            rest = tag.get(1..).unwrap_or_default();
            continue;
        };
        let Some((_, after)) = tag.split_once(close) else {
            kept.push_str(tag);
            rest = "";
            break;
        };
        rest = after;
    }
    kept.push_str(rest);
    Ok(Value::str(kept))
}

/// For use between quotes of a script: no quote, line end or `</` survives. Printing must not escape it again: in a
/// script entities are not read.
fn escape_javascript(surroundings: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    let text = input.to_text().replace("\r\n", "\n");
    let escaped = replace_chars(&text, |c, after| {
        Some(match c {
            '\\' => "\\\\",
            '<' if after.starts_with('/') => "<\\",
            '\n' | '\r' => "\\n",
            '"' => "\\\"",
            '\'' => "\\'",
            '`' => "\\`",
            '$' => "\\$",
            '\u{2028}' => "&#x2028;",
            '\u{2029}' => "&#x2029;",
            _ => return None,
        })
    });
    surroundings.limits.grow(escaped.len())?;
    Ok(Value::safe(&*escaped))
}

/// The inverse of `escape_javascript`.
fn unescape_javascript(_: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    let text = input.to_text();
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, chars.clone().next()) {
            ('\\', Some(escaped)) => {
                plain.push(if escaped == 'n' { '\n' } else { escaped });
                chars.next();
            }
            _ => plain.push(c),
        }
    }
    Ok(Value::str(plain))
}
