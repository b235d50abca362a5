//! HTML from people: only harmless elements and attributes survive. Markdown goes through the same sieve, and its links
//! are marked as not endorsed. The output is built anew from what was recognised, so that nothing half-understood gets
//! through.

use super::arguments::Arguments;
use super::html::{escape, unescape};
use super::{Filter, Filtered, Surroundings};
use crate::liquid::value::Value;

pub(super) const ROWS: &[Filter] = &[
    Filter::new("markdown", 0..=1, markdown),
    Filter::new("markdownify", 0..=1, markdown),
    Filter::new("sanitize", 0..=2, sanitize_filter),
];

const ELEMENTS: [&str; 54] = [
    "a",
    "abbr",
    "b",
    "bdo",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
];

/// Elements that are dropped with everything in them.
const DROPPED: [&str; 6] = ["script", "style", "iframe", "object", "noscript", "template"];

const ATTRIBUTES: [&str; 12] =
    ["href", "src", "alt", "title", "class", "id", "width", "height", "align", "colspan", "rowspan", "cite"];

/// Attributes that hold an address, and the schemes it may have.
const ADDRESSES: [&str; 3] = ["href", "src", "cite"];
const SCHEMES: [&str; 5] = ["http", "https", "mailto", "ftp", "tel"];

/// What links carry.
#[derive(Debug, Clone, Copy)]
enum Links {
    Plain,
    NoFollow,
}

fn sanitize_filter(surroundings: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    if input.is_nil() {
        return Ok(Value::Nil);
    }
    let clean = sanitize(&input.to_text(), Links::Plain);
    surroundings.limits.grow(clean.len())?;
    Ok(Value::safe(clean))
}

/// CommonMark with tables and strikethrough, as HTML that is safe to print.
fn markdown(surroundings: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    let text = input.to_text();
    // Nested block quotes and lists repeat their tags on every level.
    surroundings.limits.grow(text.len().saturating_mul(4))?;
    let options = pulldown_cmark::Options::ENABLE_TABLES | pulldown_cmark::Options::ENABLE_STRIKETHROUGH;
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, pulldown_cmark::Parser::new_ext(&text, options));
    let clean = sanitize(&html, Links::NoFollow);
    surroundings.limits.grow(clean.len())?;
    Ok(Value::safe(clean))
}

fn sanitize(html: &str, links: Links) -> String {
    let mut clean = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((text, markup)) = rest.split_once('<') {
        push_text(&mut clean, text);
        if let Some(comment) = markup.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let Some((tag, after)) = split_tag(markup) else {
            // Not a tag: a lone "less than".
            clean.push_str("&lt;");
            rest = markup;
            continue;
        };
        rest = after;
        let name = tag.name.to_ascii_lowercase();
        if DROPPED.contains(&name.as_str()) {
            if !tag.is_end {
                rest = behind_end_tag(after, &name);
            }
        } else if ELEMENTS.contains(&name.as_str()) {
            write_tag(&mut clean, &name, &tag, links);
        }
    }
    push_text(&mut clean, rest);
    clean
}

/// Text keeps its entities; what would begin a tag has been taken out before.
fn push_text(clean: &mut String, text: &str) {
    clean.push_str(&text.replace('>', "&gt;"));
}

struct Tag<'h> {
    name: &'h str,
    attributes: &'h str,
    is_end: bool,
}

/// Splits `a href="x>y">text` into the tag and what follows; `None` if it is not a tag.
fn split_tag(markup: &str) -> Option<(Tag<'_>, &str)> {
    let (is_end, inside) = match markup.strip_prefix('/') {
        Some(inside) => (true, inside),
        None => (false, markup),
    };
    let name_end = inside.find(|c: char| !c.is_ascii_alphanumeric() && c != '-')?;
    let (name, behind) = inside.split_at(name_end);
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let mut quote = None;
    let end = behind.char_indices().find_map(|(at, c)| match (quote, c) {
        (None, '>') => Some(at),
        (None, '"' | '\'') => {
            quote = Some(c);
            None
        }
        (Some(open), c) if c == open => {
            quote = None;
            None
        }
        _ => None,
    });
    // An unclosed quote or tag: everything to the end belongs to it.
    let end = end.unwrap_or(behind.len());
    let tag = Tag { name, attributes: behind.get(..end)?, is_end };
    Some((tag, behind.get(end + 1..).unwrap_or_default()))
}

/// What follows the end tag of a dropped element, in any case of letters; nothing if it is never closed.
fn behind_end_tag<'h>(html: &'h str, name: &str) -> &'h str {
    let mut rest = html;
    while let Some((_, end)) = rest.split_once("</") {
        rest = end;
        if end.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name)) {
            return end.split_once('>').map_or("", |(_, after)| after);
        }
    }
    ""
}

fn write_tag(clean: &mut String, name: &str, tag: &Tag<'_>, links: Links) {
    clean.push('<');
    if tag.is_end {
        clean.push('/');
    }
    clean.push_str(name);
    if !tag.is_end {
        for (attribute, value) in attributes(tag.attributes) {
            let attribute = attribute.to_ascii_lowercase();
            let value = unescape(value);
            let is_address = ADDRESSES.contains(&attribute.as_str());
            if ATTRIBUTES.contains(&attribute.as_str()) && (!is_address || is_harmless_address(&value)) {
                clean.extend([" ", &attribute, "=\"", &escape(&value), "\""]);
            }
        }
        if name == "a" && matches!(links, Links::NoFollow) {
            clean.push_str(" rel=\"nofollow\"");
        }
        if tag.attributes.trim_end().ends_with('/') {
            clean.push_str(" /");
        }
    }
    clean.push('>');
}

/// Name and raw value of each attribute; the value is empty where there is none.
fn attributes(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/' || c == '=');
        let end = rest.find(|c: char| c.is_whitespace() || c == '=' || c == '/').unwrap_or(rest.len());
        let (name, behind) = rest.split_at(end);
        if name.is_empty() {
            return None;
        }
        let Some(value) = behind.trim_start().strip_prefix('=') else {
            rest = behind;
            return Some((name, ""));
        };
        let value = value.trim_start();
        let (value, after) = if let Some(quoted) = value.strip_prefix('"') {
            quoted.split_once('"').unwrap_or((quoted, ""))
        } else if let Some(quoted) = value.strip_prefix('\'') {
            quoted.split_once('\'').unwrap_or((quoted, ""))
        } else {
            value.split_at(value.find(char::is_whitespace).unwrap_or(value.len()))
        };
        rest = after;
        Some((name, value))
    })
}

/// Relative, or of a known scheme. Browsers skip control characters and spaces in a scheme, so they are skipped here.
fn is_harmless_address(address: &str) -> bool {
    let seen: String = address.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect();
    match seen.split_once(':') {
        Some((scheme, _)) if !scheme.contains(['/', '?', '#']) => {
            SCHEMES.contains(&scheme.to_ascii_lowercase().as_str())
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::{Links, sanitize};

    #[test]
    fn only_harmless_markup_survives() {
        let cases = [
            ("<b>x</b> & <i>y", "<b>x</b> & <i>y"),
            ("a < b > c", "a &lt; b &gt; c"),
            ("<script>alert(1)</script>x", "x"),
            ("<SCRIPT src=x>alert(1)</ScRiPt >x", "x"),
            ("<scr<script>ipt>alert(1)</script>x", "ipt&gt;alert(1)x"),
            ("<img src=x onerror=alert(1)>", "<img src=\"x\">"),
            ("<a href='javascript:alert(1)'>x</a>", "<a>x</a>"),
            ("<a href='java&#10;script:alert(1)'>x</a>", "<a>x</a>"),
            ("<a href=\"/a?b=1&amp;c=2\">x</a>", "<a href=\"/a?b=1&amp;c=2\">x</a>"),
            ("<a title='\"><script>'>x</a>", "<a title=\"&quot;&gt;&lt;script&gt;\">x</a>"),
            ("<form><input></form>", ""),
            ("<!-- x --><br/>", "<br />"),
            ("<script>", ""),
            ("<a href=\"x", "<a href=\"x\">"),
            ("<", "&lt;"),
        ];
        for (html, expected) in cases {
            assert_eq!(sanitize(html, Links::Plain), expected, "{html}");
        }
    }
}
