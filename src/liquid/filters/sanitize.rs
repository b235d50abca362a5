//! HTML from people: only the elements and attributes of a list survive. Markdown goes through the same sieve. The output
//! is built anew from what was recognised, so that nothing half-understood gets through.

use serde_json::Value as Json;

use super::allowlist::Allowlist;
use super::arguments::Arguments;
use super::html::{escape, unescape};
use super::{Filter, Filtered, Surroundings};
use crate::liquid::value::Value;

pub(super) const ROWS: &[Filter] = &[
    Filter::new("markdown", 0..=2, markdown),
    Filter::new("markdownify", 0..=2, markdown),
    Filter::new("sanitize", 0..=2, sanitize_filter),
];

/// Elements that are dropped with everything in them, unless they are allowed.
const DROPPED: [&str; 6] = ["script", "style", "iframe", "object", "noscript", "template"];

/// `sanitize: options`, or the older `sanitize: attributes, elements` with arrays.
fn sanitize_filter(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    if input.is_nil() {
        return Ok(Value::Nil);
    }
    let elements = match arguments.get(1) {
        Some(elements @ Value::Array(_)) => Some(surroundings.limits.to_json(elements)?),
        _ => None,
    };
    let allowed = match (arguments.get(0), elements) {
        (Some(attributes @ Value::Array(_)), elements) => {
            Allowlist::of_arrays(surroundings.limits.to_json(attributes)?, elements)
        }
        (None | Some(Value::Nil), Some(elements)) => Allowlist::of_arrays(Json::Null, Some(elements)),
        _ => Allowlist::of(arguments, surroundings.limits)?,
    };
    let clean = sanitize(&input.to_text(), &allowed);
    surroundings.limits.grow(clean.len())?;
    Ok(Value::safe(clean))
}

/// `markdown: options, extra_options`: CommonMark with tables and strikethrough, as HTML that is safe to print.
fn markdown(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let allowed = Allowlist::of(arguments, surroundings.limits)?;
    let text = input.to_text();
    // Nested block quotes and lists repeat their tags on every level.
    surroundings.limits.grow(text.len().saturating_mul(4))?;
    let options = pulldown_cmark::Options::ENABLE_TABLES | pulldown_cmark::Options::ENABLE_STRIKETHROUGH;
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, pulldown_cmark::Parser::new_ext(&text, options));
    let clean = sanitize(&html, &allowed);
    surroundings.limits.grow(clean.len())?;
    Ok(Value::safe(clean))
}

fn sanitize(html: &str, allowed: &Allowlist) -> String {
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
        if allowed.has_element(&name) {
            write_tag(&mut clean, &name, &tag, allowed);
        } else if DROPPED.contains(&name.as_str()) && !tag.is_end {
            rest = behind_end_tag(after, &name);
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

fn write_tag(clean: &mut String, name: &str, tag: &Tag<'_>, allowed: &Allowlist) {
    clean.push('<');
    if tag.is_end {
        clean.push('/');
    }
    clean.push_str(name);
    if !tag.is_end {
        for (attribute, value) in attributes(tag.attributes) {
            let attribute = attribute.to_ascii_lowercase();
            let value = unescape(value);
            let is_added = allowed.added(name).any(|(added, _)| added == attribute);
            if !is_added && allowed.has_attribute(name, &attribute, &value) {
                clean.extend([" ", &attribute, "=\"", &escape(&value), "\""]);
            }
        }
        for (attribute, value) in allowed.added(name) {
            clean.extend([" ", &escape(attribute), "=\"", &escape(value), "\""]);
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

#[cfg(test)]
mod tests {
    use super::{Allowlist, sanitize};
    use crate::liquid::filters::Arguments;
    use crate::liquid::filters::tests::{check, check_rejections};
    use crate::liquid::limits::Limits;
    use serde_json::json;

    #[test]
    fn only_harmless_markup_survives() {
        let cases = [
            ("<b>x</b> & <i>y", "<b>x</b> & <i>y"),
            ("a < b > c", "a &lt; b &gt; c"),
            ("<script>alert(1)</script>x", "x"),
            ("<SCRIPT src=x>alert(1)</ScRiPt >x", "x"),
            ("<scr<script>ipt>alert(1)</script>x", "ipt&gt;alert(1)x"),
            ("<img src=x onerror=alert(1)>", "<img src=\"x\">"),
            ("<a href='javascript:alert(1)'>x</a>", "<a rel=\"nofollow\">x</a>"),
            ("<a href='java&#10;script:alert(1)'>x</a>", "<a rel=\"nofollow\">x</a>"),
            ("<a rel=x href=\"/a?b=1&amp;c=2\">x</a>", "<a href=\"/a?b=1&amp;c=2\" rel=\"nofollow\">x</a>"),
            ("<abbr title='\"><script>'>x</abbr>", "<abbr title=\"&quot;&gt;&lt;script&gt;\">x</abbr>"),
            ("<div class=\"x\" style=\"y\">x</div>", "x"),
            ("<form><input></form>", ""),
            ("<!-- x --><br/>", "<br />"),
            ("<script>", ""),
            ("<q cite=\"x", "<q cite=\"x\">"),
            ("<", "&lt;"),
        ];
        let standard = Allowlist::of(&Arguments::default(), &Limits::new(None, None)).unwrap();
        for (html, expected) in cases {
            assert_eq!(sanitize(html, &standard), expected, "{html}");
        }
    }

    #[test]
    fn templates_bring_lists_of_their_own() {
        let link = "[Foo link](https://example.com)";
        let linked =
            |attributes| json!(format!("<p><a href=\"https://example.com\"{attributes}>Foo link</a></p>\n"));
        let div = json!("<div class=\"hello\">Foo</div>");
        check(&[
            (div.clone(), "sanitize", json!(["{ \"elements\": [\"div\"] }"]), json!("<div>Foo</div>")),
            (
                div.clone(),
                "sanitize",
                json!([{"elements": ["div"], "attributes": {"all": ["class"]}}]),
                json!("<div class=\"hello\">Foo</div>"),
            ),
            (div, "sanitize", json!([["class"], ["div"]]), json!("<div class=\"hello\">Foo</div>")),
            (
                json!("<a href=\"javascript:x\" target=\"_blank\">x</a>"),
                "sanitize",
                json!([["target"]]),
                json!("<a target=\"_blank\" rel=\"nofollow\">x</a>"),
            ),
            (json!(link), "markdown", json!([]), linked(" rel=\"nofollow\"")),
            (
                json!(link),
                "markdown",
                json!([
                    null,
                    "{\"add_attributes\": {\"a\": {\"custom_attr\": \"custom_value\", \"rel\": null}}}"
                ]),
                linked(" custom_attr=\"custom_value\""),
            ),
            (json!(link), "markdownify", json!([null, {"add_attributes": {"a": {}}}]), linked("")),
            (
                json!(link),
                "markdown",
                json!([null, {"add_attributes": {"a": {"custom_attr": "custom_value"}}}]),
                linked(" rel=\"nofollow\" custom_attr=\"custom_value\""),
            ),
            (
                json!("<a href=\"javascript:x\" formaction=\"data:x\">x</a>"),
                "sanitize",
                json!([{
                    "elements": ["a"],
                    "attributes": {"a": ["href", "formaction"]},
                    "protocols": {"a": {"href": ["javascript"]}},
                }]),
                json!("<a>x</a>"),
            ),
        ]);
        check_rejections(&[
            (json!("x"), "markdown", json!(["[1]"]), "the options of the sanitizer must be a hash"),
            (
                json!("x"),
                "sanitize",
                json!(["{"]),
                "invalid JSON in the options of the sanitizer: EOF while parsing an object at line 1 column 1",
            ),
        ]);
    }
}
