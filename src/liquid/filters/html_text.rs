//! The text of an HTML document, as a reader sees it.

use super::arguments::Arguments;
use super::html::unescape;
use super::{Filter, Filtered, Surroundings};
use crate::liquid::value::Value;

pub(super) const ROWS: &[Filter] = &[Filter::new("html_to_text", 0..=1, html_to_text)];

/// Elements that begin on a line of their own.
const BLOCKS: [&str; 22] = [
    "address",
    "article",
    "blockquote",
    "br",
    "dd",
    "div",
    "dt",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "tr",
    "ul",
];

/// Elements whose content nobody reads.
const REMOVED: &str = "script, link, style";

/// Elements that have no end tag.
const VOID: [&str; 10] = ["area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source"];

/// Options `root_element` (the first of that name, instead of the whole document), `remove_nodes` (names of elements, with
/// commas between) and `replace_newline` (a space): what stands where a line ends. Entities are decoded, runs of white
/// space are one space.
fn html_to_text(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let html = input.to_text();
    let option = |name, default: &str| arguments.option(name).unwrap_or_else(|| Value::str(default));
    let (newline, removed) = (option("replace_newline", " "), option("remove_nodes", REMOVED));
    let (newline, removed) = (newline.to_text(), removed.to_text().to_ascii_lowercase());
    surroundings.limits.grow(html.len().saturating_mul(newline.len().max(1)))?;
    let removed: Vec<_> = removed.split(',').map(str::trim).collect();
    let root = option("root_element", "").to_text().trim().to_ascii_lowercase();
    let inside = if root.is_empty() { &*html } else { content_of(&html, &root) };
    Ok(Value::str(lines(&visible(inside, &removed, Links::Dropped), &newline)))
}

/// What an e-mail says to readers without HTML: every block on a line of its own, and behind a link where it leads.
pub(crate) fn plain_text(html: &str) -> String {
    let removed: Vec<_> = REMOVED.split(',').chain(["head"]).map(str::trim).collect();
    lines(&visible(html, &removed, Links::Shown), "\n")
}

/// Without empty lines and runs of spaces, entities decoded.
fn lines(text: &str, newline: &str) -> String {
    let lines = text.lines().map(|line| line.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>());
    let lines: Vec<_> = lines.map(|words| words.join(" ")).filter(|line| !line.is_empty()).collect();
    unescape(&lines.join(newline)).into_owned()
}

/// The next tag: what stands before it, its name in small letters (with a slash if it is an end tag), what stands behind.
fn next_tag(html: &str) -> Option<(&str, String, &str)> {
    // Any other "less than" is one.
    let is_tag = |at: &usize| {
        html.get(at + 1..)
            .is_some_and(|tag| tag.starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c)))
    };
    let at = html.match_indices('<').map(|(at, _)| at).find(is_tag)?;
    let (before, tag) = (html.get(..at)?, html.get(at + 1..)?);
    if let Some(comment) = tag.strip_prefix("!--") {
        return Some((before, String::new(), comment.split_once("-->").map_or("", |(_, after)| after)));
    }
    let (inside, after) = tag.split_once('>')?;
    let is_part = |c: &char| c.is_ascii_alphanumeric() || *c == '/' || *c == '-';
    let name: String = inside.chars().take_while(is_part).take(30).collect();
    Some((before, name.to_ascii_lowercase(), after))
}

/// What stands in the first element of that name; nothing if there is none.
fn content_of<'h>(html: &'h str, name: &str) -> &'h str {
    let mut rest = html;
    while let Some((_, tag, after)) = next_tag(rest) {
        if tag == name {
            return after.get(..after.len() - behind(after, name).1.len()).unwrap_or_default();
        }
        rest = after;
    }
    ""
}

/// What stands before and behind the end tag of an element that has been opened. The end tag itself counts to neither.
fn behind<'h>(html: &'h str, name: &str) -> (&'h str, &'h str) {
    let mut depth = 1;
    let mut rest = html;
    while let Some((_, tag, after)) = next_tag(rest) {
        match tag.strip_prefix('/') {
            Some(end) if end == name => depth -= 1,
            None if tag == name => depth += 1,
            _ => {}
        }
        if depth == 0 {
            let end = html.len() - after.len();
            return (html.get(..end).unwrap_or_default(), after);
        }
        rest = after;
    }
    (html, "")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Links {
    Dropped,
    Shown,
}

/// Text without tags, with a line end for every block.
fn visible(html: &str, removed: &[&str], links: Links) -> String {
    let mut text = String::with_capacity(html.len());
    let mut link = None;
    let push = |text: &mut String, part: &str| {
        text.extend(part.chars().map(|c| if c.is_whitespace() { ' ' } else { c }));
    };
    let mut rest = html;
    while let Some((before, tag, after)) = next_tag(rest) {
        push(&mut text, before);
        let markup = rest.get(before.len()..rest.len() - after.len()).unwrap_or_default();
        rest = after;
        if tag == "a" && links == Links::Shown {
            link = target(markup).map(|target| (target, text.len()));
        } else if tag == "/a"
            && let Some((target, start)) = link.take()
            && text.get(start..).is_none_or(|label| label.trim() != target)
        {
            push(&mut text, &format!(" ({target})"));
        }
        let name = tag.trim_matches('/');
        if BLOCKS.contains(&name) {
            text.push('\n');
        }
        if !tag.starts_with('/') && removed.contains(&name) && !VOID.contains(&name) {
            rest = behind(after, name).1;
        }
    }
    push(&mut text, rest);
    text
}

/// Where a link leads, unless that is a place in the same text.
fn target(markup: &str) -> Option<&str> {
    let at = markup.to_ascii_lowercase().find("href=")?;
    let value = markup.get(at + "href=".len()..)?;
    let target = match value.chars().next()? {
        quote @ ('"' | '\'') => value.get(1..)?.split(quote).next()?,
        _ => value.split(|c: char| c.is_whitespace() || c == '>').next()?,
    };
    Some(target.trim()).filter(|target| !target.is_empty() && !target.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::plain_text;
    use crate::liquid::filters::tests::check;
    use serde_json::json;

    #[test]
    fn readers_see_no_tags() {
        let page = json!("<head><style>x</style></head><div>a <p>b</p></div><Script>1</sCript><p>c");
        check(&[
            (
                json!("<h1>Hello <a href=\"#\">world</a></h1>"),
                "html_to_text",
                json!([]),
                json!("Hello world"),
            ),
            (json!("<p>a  b</p><p>c&amp;d<br>e</p>"), "html_to_text", json!([]), json!("a b c&d e")),
            (
                json!("<p>a  b</p>\n<p>c<br/>d</p>"),
                "html_to_text",
                json!([{"named": {"replace_newline": "\n"}}]),
                json!("a b\nc\nd"),
            ),
            (page.clone(), "html_to_text", json!([]), json!("a b c")),
            (page.clone(), "html_to_text", json!([{"root_element": "div"}]), json!("a b")),
            (page.clone(), "html_to_text", json!([{"root_element": "nav"}]), json!("")),
            (page, "html_to_text", json!([{"remove_nodes": "P, style, script"}]), json!("a")),
            (json!("1 < 2<!-- <b> --> <3"), "html_to_text", json!([]), json!("1 < 2 <3")),
            (json!(null), "html_to_text", json!([]), json!("")),
        ]);
    }
    #[test]
    fn plain_text_keeps_lines_and_links() {
        for (html, expected) in [
            (
                "<html><head><title>T</title></head><body><p>Hi &amp; bye</p><p>Ann</p></body>",
                "Hi & bye\nAnn",
            ),
            (
                "<p>Go <a class=b href='https://x.test/?a=1&amp;b=2'>here</a>.</p>",
                "Go here (https://x.test/?a=1&b=2).",
            ),
            ("<A HREF=https://x.test/>https://x.test/</A> <a href=\"#top\">up</a>", "https://x.test/ up"),
            ("no markup", "no markup"),
            ("<a href=", "<a href="),
            ("", ""),
        ] {
            assert_eq!(plain_text(html), expected, "{html}");
        }
    }
}
