//! The templates in which a module's files are written until they are deployed: mustache, between `<%=` and `=%>`. What
//! a name stands for, what counts as false and which characters are escaped are those of the JavaScript implementation,
//! by which the platform's own client fills them in. Pure.

use std::fmt::Write as _;

use serde_json::Value as Json;

const OPEN: &str = "<%=";
const CLOSE: &str = "=%>";

/// Sections in sections: more is a mistake, and would be recursion without an end in sight.
const MAX_DEPTH: usize = 64;

/// Nodes rendered for one file: lists in lists grow fast.
const MAX_STEPS: usize = 1_000_000;

/// A text understood.
#[derive(Debug)]
pub(super) struct Template<'t>(Vec<Node<'t>>);

/// Why a text is no template, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mistake {
    pub(super) message: String,
    /// Bytes from the start of the text.
    pub(super) at: usize,
}

#[derive(Debug)]
enum Node<'t> {
    Text(&'t str),
    Value {
        name: &'t str,
        escape: Escape,
    },
    /// Rendered once, or once for each item of a list.
    Section {
        name: &'t str,
        nodes: Vec<Node<'t>>,
        at: usize,
    },
    /// Rendered where the section of the name would not be.
    Inverted {
        name: &'t str,
        nodes: Vec<Node<'t>>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Escape {
    Html,
    Nothing,
}

/// A piece of the text: what lies between tags, never beyond the end of a line, or what a tag says.
#[derive(Debug, Clone, Copy)]
enum Token<'t> {
    Text(&'t str),
    Value {
        name: &'t str,
        escape: Escape,
    },
    Open {
        name: &'t str,
        is_inverted: bool,
        at: usize,
    },
    Close {
        name: &'t str,
        at: usize,
    },
    /// A comment, or the name of a partial, of which a module has none.
    Nothing,
}

/// A section that is not closed yet.
struct Unclosed<'t> {
    name: &'t str,
    is_inverted: bool,
    at: usize,
    /// What stands before it.
    before: Vec<Node<'t>>,
}

impl<'t> Template<'t> {
    pub(super) fn parse(text: &'t str) -> Result<Self, Mistake> {
        let mut nodes = Vec::new();
        let mut unclosed: Vec<Unclosed<'t>> = Vec::new();
        for token in without_lines_of_tags(tokens(text)?) {
            match token {
                Token::Text(text) => nodes.push(Node::Text(text)),
                Token::Value { name, escape } => nodes.push(Node::Value { name, escape }),
                Token::Nothing => {}
                Token::Open { name, is_inverted, at } => {
                    if unclosed.len() == MAX_DEPTH {
                        return Err(Mistake::new(at, "too many sections in sections"));
                    }
                    unclosed.push(Unclosed { name, is_inverted, at, before: std::mem::take(&mut nodes) });
                }
                Token::Close { name, at } => {
                    let Some(section) = unclosed.pop().filter(|section| section.name == name) else {
                        return Err(Mistake::new(at, format!("no section `{name}` is open here")));
                    };
                    nodes = section.close(nodes);
                }
            }
        }
        match unclosed.pop() {
            Some(Unclosed { name, at, .. }) => {
                Err(Mistake::new(at, format!("section `{name}` is not closed")))
            }
            None => Ok(Self(nodes)),
        }
    }

    pub(super) fn render(&self, values: &Json) -> Result<String, Mistake> {
        let mut rendering = Rendering { out: String::new(), scopes: vec![values], steps: 0 };
        rendering.nodes(&self.0, 0)?;
        Ok(rendering.out)
    }
}

impl Mistake {
    fn new(at: usize, message: impl Into<String>) -> Self {
        Self { message: message.into(), at }
    }
}

impl<'t> Unclosed<'t> {
    fn close(self, nodes: Vec<Node<'t>>) -> Vec<Node<'t>> {
        let Self { name, is_inverted, at, mut before } = self;
        before.push(if is_inverted {
            Node::Inverted { name, nodes }
        } else {
            Node::Section { name, nodes, at }
        });
        before
    }
}

fn tokens(text: &str) -> Result<Vec<Token<'_>>, Mistake> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(OPEN) {
        tokens.extend(before.split_inclusive('\n').map(Token::Text));
        let at = text.len() - after.len() - OPEN.len();
        let Some((tag, after)) = after.split_once(CLOSE) else {
            return Err(Mistake::new(at, format!("`{OPEN}` without `{CLOSE}`")));
        };
        tokens.push(token(tag.trim(), at)?);
        rest = after;
    }
    tokens.extend(rest.split_inclusive('\n').map(Token::Text));
    Ok(tokens)
}

fn token(tag: &str, at: usize) -> Result<Token<'_>, Mistake> {
    let mut chars = tag.chars();
    let sign = chars.next();
    let name = chars.as_str().trim();
    Ok(match sign {
        Some('#') => Token::Open { name, is_inverted: false, at },
        Some('^') => Token::Open { name, is_inverted: true, at },
        Some('/') => Token::Close { name, at },
        Some('!' | '>') => Token::Nothing,
        Some('&') => Token::Value { name, escape: Escape::Nothing },
        Some('{') => {
            Token::Value { name: name.strip_suffix('}').unwrap_or(name).trim(), escape: Escape::Nothing }
        }
        Some('=') => return Err(Mistake::new(at, "the signs around tags cannot be changed")),
        _ => Token::Value { name: tag, escape: Escape::Html },
    })
}

/// A line on which nothing stands but tags that show nothing themselves leaves no empty line behind.
fn without_lines_of_tags(tokens: Vec<Token<'_>>) -> Vec<Token<'_>> {
    let mut kept = Vec::with_capacity(tokens.len());
    for line in tokens.split_inclusive(|token| matches!(token, Token::Text(text) if text.ends_with('\n'))) {
        let has_tag = line.iter().any(|token| !matches!(token, Token::Text(_)));
        let shows_something = line.iter().any(|token| match token {
            Token::Text(text) => !text.trim().is_empty(),
            Token::Value { .. } => true,
            _ => false,
        });
        let is_text = |token: &Token<'_>| matches!(token, Token::Text(_));
        kept.extend(line.iter().copied().filter(|token| !has_tag || shows_something || !is_text(token)));
    }
    kept
}

struct Rendering<'v> {
    out: String,
    /// Innermost last.
    scopes: Vec<&'v Json>,
    steps: usize,
}

impl<'v> Rendering<'v> {
    fn nodes(&mut self, nodes: &[Node<'_>], at: usize) -> Result<(), Mistake> {
        for node in nodes {
            self.steps += 1;
            if self.steps > MAX_STEPS {
                return Err(Mistake::new(at, "the lists in this section grow beyond all bounds"));
            }
            match node {
                Node::Text(text) => self.out.push_str(text),
                Node::Value { name, escape } => {
                    let shown = self.find(name).map(shown).unwrap_or_default();
                    match escape {
                        Escape::Html => push_escaped(&mut self.out, &shown),
                        Escape::Nothing => self.out.push_str(&shown),
                    }
                }
                Node::Section { name, nodes, at } => self.section(self.find(name), nodes, *at)?,
                Node::Inverted { name, nodes } => {
                    let is_shown = self
                        .find(name)
                        .is_none_or(|value| is_false(value) || value.as_array().is_some_and(Vec::is_empty));
                    if is_shown {
                        self.nodes(nodes, at)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn section(&mut self, value: Option<&'v Json>, nodes: &[Node<'_>], at: usize) -> Result<(), Mistake> {
        let Some(value) = value.filter(|value| !is_false(value)) else { return Ok(()) };
        let items = match value {
            Json::Bool(_) => return self.nodes(nodes, at),
            Json::Array(items) => items.as_slice(),
            one => std::slice::from_ref(one),
        };
        for item in items {
            self.scopes.push(item);
            self.nodes(nodes, at)?;
            self.scopes.pop();
        }
        Ok(())
    }

    /// From the innermost scope outwards; `a.b` is `b` of the first scope's `a` that has one, `.` the scope itself.
    fn find(&self, name: &str) -> Option<&'v Json> {
        if name == "." {
            return self.scopes.last().copied();
        }
        self.scopes
            .iter()
            .rev()
            .find_map(|scope| name.split('.').try_fold(*scope, |value, key| value.as_object()?.get(key)))
    }
}

fn is_false(value: &Json) -> bool {
    match value {
        Json::Null | Json::Bool(false) => true,
        Json::Number(number) => number.as_f64() == Some(0.0),
        Json::String(text) => text.is_empty(),
        _ => false,
    }
}

/// As JavaScript turns it into a text.
fn shown(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Number(number) => {
            let text = number.to_string();
            text.strip_suffix(".0").unwrap_or(&text).to_owned()
        }
        Json::Bool(value) => value.to_string(),
        Json::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(","),
        Json::Object(_) => "[object Object]".to_owned(),
    }
}

fn push_escaped(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' | '/' | '`' | '=' => {
                // Writing to a `String` cannot fail. The apostrophe alone is written in decimal.
                let _ = match character {
                    '\'' => write!(out, "&#39;"),
                    other => write!(out, "&#x{:X};", u32::from(other)),
                };
            }
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{MAX_DEPTH, Template};

    fn render(text: &str) -> Result<String, String> {
        let values = json!({
            "name": "Shop", "html": "<a href='/x?a=1&b=`'>\"", "n": 3, "f": 2.0, "half": 0.5, "zero": 0, "empty": "",
            "yes": true, "no": false, "nothing": null, "list": [1, 2], "none": [],
            "people": [{"name": "Ann", "tags": ["a", "b"]}, {"name": "Bo", "tags": []}],
            "deep": {"er": {"name": "x"}},
        });
        Template::parse(text)
            .and_then(|template| template.render(&values))
            .map_err(|mistake| format!("{}: {}", mistake.at, mistake.message))
    }

    #[test]
    fn names_become_values_and_sections_what_they_say() {
        for (text, expected) in [
            ("", ""),
            ("no tags {{ name }} <% x %>", "no tags {{ name }} <% x %>"),
            ("a <%= name =%> b", "a Shop b"),
            ("<%=name=%><%=\nname\n=%>", "ShopShop"),
            ("<%= unknown =%>|<%= nothing =%>|<%= deep.none.x =%>", "||"),
            ("<%= html =%>", "&lt;a href&#x3D;&#39;&#x2F;x?a&#x3D;1&amp;b&#x3D;&#x60;&#39;&gt;&quot;"),
            ("<%= &html =%> <%= & html =%>", "<a href='/x?a=1&b=`'>\" <a href='/x?a=1&b=`'>\""),
            ("<%={ html }=%>", "<a href='/x?a=1&b=`'>\""),
            ("<%= n =%> <%= f =%> <%= half =%> <%= yes =%> <%= no =%>", "3 2 0.5 true false"),
            ("<%= list =%> <%= deep =%> <%= deep.er.name =%>", "1,2 [object Object] x"),
            (
                "<%=# yes =%>y<%=/ yes =%><%=#no=%>n<%=/no=%><%=#zero=%>z<%=/zero=%><%=#empty=%>e<%=/empty=%>",
                "y",
            ),
            (
                "<%=^no=%>n<%=/no=%><%=^none=%>0<%=/none=%><%=^list=%>l<%=/list=%><%=^unknown=%>u<%=/unknown=%>",
                "n0u",
            ),
            ("<%=#list=%>[<%=.=%>]<%=/list=%>", "[1][2]"),
            ("<%=#people=%><%=name=%>:<%=#tags=%><%=.=%><%=n=%><%=/tags=%> <%=/people=%>", "Ann:a3b3 Bo: "),
            ("<%=#deep=%><%=#er=%><%=name=%><%=/er=%><%=name=%><%=/deep=%>", "xShop"),
            ("<%=! a comment =%><%=> partial =%>", ""),
            ("a\n  <%=# yes =%>  \n  b\n<%=/ yes =%>\nc\n", "a\n  b\nc\n"),
            ("a <%=# yes =%>\nb<%=/ yes =%>\n", "a \nb\n"),
            ("<%=# yes =%> <%= name =%>\r\n<%=/ yes =%>\r\n", " Shop\r\n"),
        ] {
            assert_eq!(render(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn mistakes_have_their_place() {
        for (text, expected) in [
            ("ab <%= name", "3: `<%=` without `=%>`"),
            ("ab <%= name %>", "3: `<%=` without `=%>`"),
            ("a<%=#yes=%>b", "1: section `yes` is not closed"),
            ("a<%=/yes=%>b", "1: no section `yes` is open here"),
            ("<%=#a=%><%=#b=%><%=/a=%>", "16: no section `a` is open here"),
            ("<%== {{ }} ==%>", "0: the signs around tags cannot be changed"),
        ] {
            assert_eq!(render(text), Err(expected.to_owned()), "{text}");
        }
    }

    #[test]
    fn neither_depth_nor_growth_is_without_end() {
        let deep = "<%=#yes=%>".repeat(MAX_DEPTH + 1);
        assert!(render(&deep).unwrap_err().ends_with("too many sections in sections"));

        let growing = format!("{}x{}", "<%=#list=%>".repeat(40), "<%=/list=%>".repeat(40));
        assert!(render(&growing).unwrap_err().ends_with("grow beyond all bounds"));
    }
}
