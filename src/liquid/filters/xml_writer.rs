//! Hashes to XML text, by the rules of Ruby's XmlSimple and thus the inverse of `parse_xml`: what is a scalar becomes an
//! attribute, an array one element for each item, `content` the text of its element.

use std::borrow::Cow;

use super::arguments::Arguments;
use super::xml::{ATTRIBUTE_PREFIX, CONTENT};
use super::{Filter, Filtered, Rejection, Surroundings};
use crate::liquid::value::{Map, Value};

pub(super) const ROWS: &[Filter] =
    &[Filter::new("to_xml", 0..=1, to_xml), Filter::new("to_xml_rc", 0..=1, to_xml)];

/// The root element, where the input does not name one.
const ROOT: &str = "opt";

/// The elements of an array within an array.
const ANONYMOUS: &str = "anon";

const INDENT: &str = "  ";

/// Elements within elements; what contains itself ends here.
const MAX_DEPTH: usize = 100;

/// `to_xml: attr_prefix: '@'`: the only key of the input is the root. Without the prefix every scalar is an attribute,
/// with it only a key that has it.
fn to_xml(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let attributes = match arguments.option("attr_prefix") {
        Some(prefix) if prefix.is_truthy() => Attributes::Prefixed,
        _ => Attributes::Scalars,
    };
    let mut writer = Writer { surroundings, attributes, xml: String::new() };
    match input {
        Value::Hash(hash) => {
            let entries = hash.borrow().clone();
            match entries.first() {
                Some((root, value)) if entries.len() == 1 => writer.element(root, value, 0)?,
                _ => writer.element(ROOT, input, 0)?,
            }
        }
        Value::Array(_) => {
            writer.element(
                ROOT,
                &Value::hash([(ANONYMOUS.into(), input.clone())].into_iter().collect()),
                0,
            )?;
        }
        other => return Err(Rejection::argument(format!("expected a hash, got {}", other.type_name()))),
    }
    let xml = writer.xml;
    Ok(Value::str(xml))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Attributes {
    Scalars,
    Prefixed,
}

struct Writer<'w, 'r> {
    surroundings: &'w Surroundings<'r>,
    attributes: Attributes,
    xml: String,
}

impl Writer<'_, '_> {
    fn element(&mut self, name: &str, value: &Value, depth: usize) -> Result<(), Rejection> {
        self.surroundings.limits.step()?;
        if depth > MAX_DEPTH {
            return Err(Rejection::Argument(format!(
                "cannot write XML: over {MAX_DEPTH} elements within each other"
            )));
        }
        check_name(name)?;
        match value {
            Value::Hash(hash) => {
                let entries = hash.borrow().clone();
                self.hash(name, &entries, depth)
            }
            Value::Array(items) => {
                let items = items.borrow().clone();
                items.iter().try_for_each(|item| match item {
                    Value::Array(_) => {
                        self.push_line(depth, &format!("<{name}>"))?;
                        self.element(ANONYMOUS, item, depth + 1)?;
                        self.push_line(depth, &format!("</{name}>"))
                    }
                    // An item that is missing is an empty element.
                    Value::Nil => self.hash(name, &Map::default(), depth),
                    item => self.element(name, item, depth),
                })
            }
            scalar => self.push_line(depth, &format!("<{name}>{}</{name}>", escaped(&scalar.to_text()))),
        }
    }

    fn hash(&mut self, name: &str, entries: &Map, depth: usize) -> Result<(), Rejection> {
        let mut tag = format!("<{name}");
        let mut content = None;
        let mut children = Vec::new();
        for (key, value) in entries {
            if &**key == CONTENT && !value.is_container() {
                content = Some(escaped(&value.to_text()).into_owned());
            } else if let Some(attribute) = self.attribute(key, value) {
                check_name(attribute)?;
                tag.extend([" ", attribute, "=\"", &escaped(&value.to_text()), "\""]);
            } else {
                children.push((key, value));
            }
        }
        if children.is_empty() {
            return match content {
                Some(text) => self.push_line(depth, &format!("{tag}>{text}</{name}>")),
                None if entries.is_empty() => self.push_line(depth, &format!("{tag}></{name}>")),
                None => self.push_line(depth, &format!("{tag} />")),
            };
        }
        self.push_line(depth, &format!("{tag}>{}", content.unwrap_or_default()))?;
        for (key, value) in children {
            let value = if value.is_nil() { &Value::hash(Map::default()) } else { value };
            self.element(key, value, depth + 1)?;
        }
        self.push_line(depth, &format!("</{name}>"))
    }

    /// The name under which the entry is an attribute, if it is one.
    fn attribute<'k>(&self, key: &'k str, value: &Value) -> Option<&'k str> {
        match self.attributes {
            _ if value.is_container() || value.is_nil() => None,
            Attributes::Scalars => Some(key),
            Attributes::Prefixed => key.strip_prefix(ATTRIBUTE_PREFIX),
        }
    }

    fn push_line(&mut self, depth: usize, line: &str) -> Result<(), Rejection> {
        let length = depth * INDENT.len() + line.len() + 1;
        self.surroundings.grow_text(length, self.xml.len() + length)?;
        self.xml.extend(std::iter::repeat_n(INDENT, depth));
        self.xml.push_str(line);
        self.xml.push('\n');
        Ok(())
    }
}

/// A name that would end its tag, or begin another, is no name.
fn check_name(name: &str) -> Result<(), Rejection> {
    let is_first = |c: char| c.is_alphabetic() || matches!(c, '_' | ':');
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':' | '-' | '.');
    if name.starts_with(is_first) && name.chars().all(is_part) {
        return Ok(());
    }
    let shown: String = name.chars().take(50).collect();
    Err(Rejection::Argument(format!("cannot write XML: `{shown}` is no name of an element")))
}

/// Characters that XML cannot hold in any spelling are left out.
fn escaped(text: &str) -> Cow<'_, str> {
    let is_allowed = |c: char| !c.is_control() || matches!(c, '\t' | '\n' | '\r') || c >= '\u{7f}';
    if text.chars().all(is_allowed) {
        return quick_xml::escape::escape(text);
    }
    let allowed: String = text.chars().filter(|c| is_allowed(*c)).collect();
    Cow::Owned(quick_xml::escape::escape(allowed).into_owned())
}

#[cfg(test)]
mod tests {
    use crate::liquid::filters::tests::{call, check, check_rejections};
    use crate::liquid::value::Value;
    use serde_json::json;

    #[test]
    fn hashes_become_elements_as_xml_simple_makes_them() {
        let rows = [
            (
                json!({"letter": [{"title": [{"maxlength": "10", "content": " Quote Letter "}]}]}),
                "<letter>\n  <title maxlength=\"10\"> Quote Letter </title>\n</letter>\n",
            ),
            (json!({"a": {"x": 1, "y": "<&\"'"}}), "<a x=\"1\" y=\"&lt;&amp;&quot;&apos;\" />\n"),
            (json!({"a": {"b": ["1", "2"]}}), "<a>\n  <b>1</b>\n  <b>2</b>\n</a>\n"),
            (json!({"a": {}}), "<a></a>\n"),
            (json!({"a": "text\u{0}"}), "<a>text</a>\n"),
            (json!({"a": {"b": null}}), "<a>\n  <b></b>\n</a>\n"),
            (json!({"a": 1, "b": 2}), "<opt a=\"1\" b=\"2\" />\n"),
            (json!([1, 2]), "<opt>\n  <anon>1</anon>\n  <anon>2</anon>\n</opt>\n"),
            (json!({"a": [[1]]}), "<a>\n  <anon>1</anon>\n</a>\n"),
        ];
        for (hash, expected) in rows {
            check(&[(hash, "to_xml", json!([]), json!(expected))]);
        }
        check(&[(
            json!({"a": {"@x": 1, "y": 2}}),
            "to_xml_rc",
            json!([{"named": {"attr_prefix": "@"}}]),
            json!("<a x=\"1\">\n  <y>2</y>\n</a>\n"),
        )]);
    }

    #[test]
    fn what_was_read_is_written_back() {
        let xml = "<a x=\"1\">\n  <b>&lt;ż&gt;</b>\n  <b y=\"2\">t</b>\n</a>\n";
        let hash = call(&Value::str(xml), "parse_xml", vec![], &json!({})).unwrap();
        assert_eq!(call(&hash, "to_xml", vec![], &json!({})).unwrap().to_text(), xml);
    }

    #[test]
    fn names_that_are_none_and_cycles_are_refused() {
        check_rejections(&[
            (json!("x"), "to_xml", json!([]), "expected a hash, got String"),
            (json!({"a><b": {}}), "to_xml", json!([]), "cannot write XML: `a><b` is no name of an element"),
            (json!({"a": {"": []}}), "to_xml", json!([]), "cannot write XML: `` is no name of an element"),
        ]);
        let hash = Value::from_json(&json!({"a": {}}));
        let Value::Hash(entries) = &hash else { panic!("it is a hash") };
        entries.borrow_mut().insert("a".into(), hash.clone());
        assert!(call(&hash, "to_xml", vec![], &json!({})).is_err());
        entries.borrow_mut().clear();
    }
}
