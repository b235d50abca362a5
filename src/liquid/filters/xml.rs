//! XML text to hashes, in the shape that Ruby's XmlSimple gives them: an element with nothing but text is its text, any
//! other a hash of its attributes and children; names lose their prefix, and every child is an array, since there may
//! be another one of its name.

use std::sync::Arc;

use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;

use super::arguments::Arguments;
use super::{Filter, Filtered, Rejection, Surroundings};
use crate::liquid::value::{Map, Value};

pub(super) const ROWS: &[Filter] =
    &[Filter::new("parse_xml", 0..=1, parse_xml), Filter::new("xml_to_hash", 0..=1, parse_xml)];

/// The key of an element's text where it has attributes or children too.
pub(super) const CONTENT: &str = "content";

/// What goes before the name of an attribute with `attr_prefix`, to tell it from a child.
pub(super) const ATTRIBUTE_PREFIX: &str = "@";

/// Elements within elements.
const MAX_DEPTH: usize = 100;

/// What an element takes in memory beside its text: a hash, its place in another, and the array around it.
const ELEMENT_BYTES: usize = 256;

/// An element that has not been closed yet.
struct Element {
    name: Arc<str>,
    /// Attributes, and the children closed so far.
    entries: Map,
    has_attributes: bool,
    has_children: bool,
    /// Its own text, one piece between two children.
    texts: Vec<String>,
}

#[derive(Clone, Copy)]
struct Options {
    attribute_prefix: &'static str,
    /// Whether a child that is alone is an array too.
    force_array: bool,
}

/// `parse_xml: attr_prefix: '@', force_array: false`; nil stays nil.
fn parse_xml(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    if input.is_nil() {
        return Ok(Value::Nil);
    }
    let has_prefix = arguments.option("attr_prefix").is_some_and(|prefix| prefix.is_truthy());
    let options = Options {
        attribute_prefix: if has_prefix { ATTRIBUTE_PREFIX } else { "" },
        force_array: arguments.flag("force_array").unwrap_or(true),
    };
    let text = input.to_text();
    surroundings.limits.grow(text.len())?;
    read(surroundings, &text, options)
}

fn read(surroundings: &Surroundings<'_>, text: &str, options: Options) -> Filtered {
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        surroundings.limits.step()?;
        let event = reader.read_event();
        let malformed = |reason: &dyn std::fmt::Display| {
            Rejection::Argument(format!("invalid XML: {reason} at byte {}", reader.error_position()))
        };
        match event.map_err(|error| malformed(&error))? {
            Event::Start(_) if open.len() >= MAX_DEPTH => {
                return Err(Rejection::Argument(format!(
                    "invalid XML: over {MAX_DEPTH} elements within each other"
                )));
            }
            Event::Start(_) | Event::Empty(_) if open.is_empty() && root.is_some() => {
                return Err(malformed(&"more than one root element"));
            }
            Event::Start(start) => open.push(Element::open(surroundings, &start, options)?),
            Event::Empty(start) => {
                let element = Element::open(surroundings, &start, options)?;
                close(element, &mut open, &mut root, options);
            }
            // The reader has checked that it is the innermost one.
            Event::End(_) => {
                if let Some(element) = open.pop() {
                    close(element, &mut open, &mut root, options);
                }
            }
            Event::Text(text) => {
                push_text(&mut open, &text.xml10_content()).map_err(|error| malformed(&error))?;
            }
            Event::CData(text) => {
                push_text(&mut open, &text.xml10_content()).map_err(|error| malformed(&error))?;
            }
            Event::GeneralRef(entity) => {
                let text =
                    resolve(&entity).ok_or_else(|| malformed(&format!("unknown entity `&{};`", &*entity)))?;
                push_text(&mut open, &text).map_err(|error| malformed(&error))?;
            }
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            Event::Eof => break,
        }
    }
    match (root, open.last()) {
        (_, Some(element)) => {
            Err(Rejection::Argument(format!("invalid XML: the element `{}` is not closed", element.name)))
        }
        (Some(root), None) => Ok(Value::hash(root)),
        (None, None) => Err(Rejection::argument("invalid XML: there is no element")),
    }
}

/// Text outside the root may be nothing but whitespace.
fn push_text(open: &mut [Element], text: &str) -> Result<(), &'static str> {
    match open.last_mut() {
        Some(element) => {
            match element.texts.last_mut() {
                Some(piece) => piece.push_str(text),
                None => element.texts.push(text.to_owned()),
            }
            Ok(())
        }
        None if text.trim().is_empty() => Ok(()),
        None => Err("text outside the root element"),
    }
}

/// Entities that a document declares itself are not resolved: they can be made to grow without end.
fn resolve(entity: &BytesRef<'_>) -> Option<String> {
    match entity.resolve_char_ref() {
        Ok(Some(c)) => Some(c.to_string()),
        Ok(None) => resolve_predefined_entity(entity).map(str::to_owned),
        Err(_) => None,
    }
}

/// Adds the element to the one around it, or makes it the root.
fn close(element: Element, open: &mut [Element], root: &mut Option<Map>, options: Options) {
    let name = element.name.clone();
    let value = element.into_value();
    match open.last_mut() {
        Some(parent) => {
            parent.has_children = true;
            // Text behind the child is another piece.
            if parent.texts.last().is_some_and(|piece| !piece.is_empty()) {
                parent.texts.push(String::new());
            }
            merge(&mut parent.entries, name, value, options);
        }
        None => merge(root.get_or_insert_default(), name, value, options),
    }
}

/// A second value of a name makes the first an array.
fn merge(entries: &mut Map, name: Arc<str>, value: Value, options: Options) {
    match entries.get_mut(&name) {
        Some(Value::Array(values)) => values.borrow_mut().push(value),
        Some(first) => {
            let values = vec![std::mem::take(first), value];
            *first = Value::array(values);
        }
        None => {
            let is_forced = options.force_array && &*name != CONTENT;
            entries.insert(name, if is_forced { Value::array(vec![value]) } else { value });
        }
    }
}

impl Element {
    fn open(
        surroundings: &Surroundings<'_>,
        start: &BytesStart<'_>,
        options: Options,
    ) -> Result<Self, Rejection> {
        surroundings.limits.grow(ELEMENT_BYTES)?;
        let mut entries = Map::default();
        for attribute in start.attributes() {
            let malformed = |error: &dyn std::fmt::Display| {
                Rejection::Argument(format!("invalid XML: attribute of `{}`: {error}", start.name().as_ref()))
            };
            let attribute = attribute.map_err(|error| malformed(&error))?;
            let value =
                attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| malformed(&error))?;
            surroundings.limits.grow(ELEMENT_BYTES)?;
            let name = format!("{}{}", options.attribute_prefix, attribute.key.as_ref());
            entries.insert(name.into(), Value::str(&*value));
        }
        Ok(Self {
            name: start.local_name().as_ref().into(),
            has_attributes: !entries.is_empty(),
            entries,
            has_children: false,
            texts: Vec::new(),
        })
    }

    /// Blank text does not count where there is anything else.
    fn into_value(mut self) -> Value {
        self.texts.retain(|piece| !piece.is_empty());
        let is_blank = self.texts.iter().all(|piece| piece.trim().is_empty());
        if self.has_children {
            let mut texts = self.texts.into_iter().map(Value::str);
            let content = match (is_blank, texts.len()) {
                (true, _) => None,
                (false, 1) => texts.next(),
                (false, _) => Some(Value::array(texts.collect())),
            };
            self.entries.extend(content.map(|content| (CONTENT.into(), content)));
            return Value::hash(self.entries);
        }
        let text = self.texts.concat();
        match (self.has_attributes, is_blank) {
            (false, true) => Value::hash(Map::default()),
            (false, false) => Value::str(text),
            (true, _) if text.is_empty() => Value::hash(self.entries),
            (true, _) => {
                self.entries.insert(CONTENT.into(), Value::str(text));
                Value::hash(self.entries)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::liquid::filters::tests::{call, check, check_rejections};
    use crate::liquid::value::Value;
    use serde_json::json;

    #[test]
    fn elements_become_hashes_as_xml_simple_makes_them() {
        let rows = [
            (
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?><letter><title maxlength=\"10\"> Quote Letter </title></letter>",
                json!({"letter": [{"title": [{"maxlength": "10", "content": " Quote Letter "}]}]}),
            ),
            ("<a><b>1</b><b>2</b></a>", json!({"a": [{"b": ["1", "2"]}]})),
            ("<a/>", json!({"a": [{}]})),
            ("<a> </a>", json!({"a": [{}]})),
            ("<a x='1' y='&lt;&#65;'/>", json!({"a": [{"x": "1", "y": "<A"}]})),
            ("<a>\n <b>x</b>\n</a>", json!({"a": [{"b": ["x"]}]})),
            ("<a>one<b/>two</a>", json!({"a": [{"b": [{}], "content": ["one", "two"]}]})),
            ("<a>one<b/></a>", json!({"a": [{"b": [{}], "content": "one"}]})),
            ("<s:a xmlns:s='u'><s:b>1</s:b></s:a>", json!({"a": [{"xmlns:s": "u", "b": ["1"]}]})),
            ("<a><![CDATA[<b>]]> &amp;<!-- c --> ż</a>", json!({"a": ["<b> & ż"]})),
            ("\u{feff}<!DOCTYPE a>\n<a>1</a>\n", json!({"a": ["1"]})),
        ];
        for (xml, expected) in rows {
            check(&[(json!(xml), "parse_xml", json!([]), expected)]);
        }
    }

    #[test]
    fn options_tell_attributes_and_single_children() {
        let xml = json!("<a x='1'><b>2</b><c>3</c><c>4</c></a>");
        check(&[
            (
                xml.clone(),
                "xml_to_hash",
                json!([{"named": {"attr_prefix": "@"}}]),
                json!({"a": [{"@x": "1", "b": ["2"], "c": ["3", "4"]}]}),
            ),
            (
                xml,
                "parse_xml",
                json!([{"force_array": false}]),
                json!({"a": {"x": "1", "b": "2", "c": ["3", "4"]}}),
            ),
            (json!(null), "parse_xml", json!([]), json!(null)),
        ]);
    }

    #[test]
    fn what_is_no_xml_is_refused_with_the_place() {
        let rows = [
            ("", "invalid XML: there is no element"),
            ("plain", "invalid XML: text outside the root element at byte 0"),
            ("<a>", "invalid XML: the element `a` is not closed"),
            ("<a/><b/>", "invalid XML: more than one root element at byte 0"),
            ("<a>&bomb;</a>", "invalid XML: unknown entity `&bomb;` at byte 0"),
        ];
        for (xml, message) in rows {
            check_rejections(&[(json!(xml), "parse_xml", json!([]), message)]);
        }
        let deep = format!("{}{}", "<a>".repeat(101), "</a>".repeat(101));
        for xml in ["<a></b>", "<a x=1/>", "<a x='1' x='2'/>", "<a", "<a>&#0;</a>", "<a b='&x;'/>", &deep] {
            assert!(call(&Value::str(xml), "parse_xml", vec![], &json!({})).is_err(), "{xml}");
        }
    }
}
