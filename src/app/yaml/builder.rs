//! From the parser's events to a tree: keys and values, anchors and aliases, merges. Holds the limits that keep a small
//! file from standing for a huge one.

use std::collections::HashMap;

use saphyr_parser::{Event, ScalarStyle, Span, Tag};
use serde_json::Value as Json;

use super::tree::{Entry, Mapping, Mark, Node, Value, text_of};
use super::{Error, scalar};

/// Nesting beyond this is refused: the tree is walked by recursion.
pub(super) const MAX_DEPTH: usize = 64;

/// Values in one document, aliases expanded: a short file can otherwise stand for billions.
const MAX_NODES: usize = 200_000;

/// Puts events together to a tree, innermost collection last.
pub(super) struct Builder {
    first_line: u32,
    open: Vec<Open>,
    anchors: HashMap<usize, Anchored>,
    nodes: usize,
}

/// A collection whose end has not come yet. `anchor` 0 is none.
enum Open {
    Sequence { mark: Mark, anchor: usize, items: Vec<Node> },
    Mapping { mark: Mark, anchor: usize, entries: Mapping, key: Option<Key> },
}

struct Key {
    text: String,
    mark: Mark,
    /// An unquoted `<<`: the value's keys become keys of this mapping.
    merges: bool,
}

/// A node that an alias can stand for, with what expanding it costs.
struct Anchored {
    node: Node,
    nodes: usize,
    depth: usize,
}

impl Builder {
    pub(super) fn new(first_line: u32) -> Self {
        Self { first_line, open: Vec::new(), anchors: HashMap::new(), nodes: 0 }
    }

    /// The finished tree once the event that ends it has come.
    pub(super) fn take(&mut self, event: Event<'_>, span: Span) -> Result<Option<Node>, Error> {
        let mark = Mark::new(self.first_line, span.start.line(), span.start.col());
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_text = style != ScalarStyle::Plain || tag.as_deref().is_some_and(names_text);
                let value = if is_text { Json::String(text.to_string()) } else { scalar::resolve(&text) };
                let node = Node { mark, value: Value::Scalar(value) };
                let Some(key) = self.awaited_key() else { return self.finish(node, anchor) };
                // A key is the text as written: `on` and `1` are no booleans or numbers there.
                *key = Some(Key { merges: !is_text && text == "<<", text: text.into_owned(), mark });
                self.remember(&node, anchor)?;
                Ok(None)
            }
            Event::SequenceStart(anchor, _) => {
                self.open(mark, Open::Sequence { mark, anchor, items: Vec::new() })
            }
            Event::MappingStart(anchor, _) => {
                self.open(mark, Open::Mapping { mark, anchor, entries: Mapping::new(), key: None })
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open::Sequence { mark, anchor, items }) => {
                    self.finish(Node { mark, value: Value::Sequence(items) }, anchor)
                }
                Some(Open::Mapping { mark, anchor, entries, .. }) => {
                    self.finish(Node { mark, value: Value::Mapping(entries) }, anchor)
                }
                None => Ok(None),
            },
            Event::Alias(anchor) => self.expand(anchor, mark),
            _ => Ok(None),
        }
    }

    /// The slot for the key that comes next, if one does.
    fn awaited_key(&mut self) -> Option<&mut Option<Key>> {
        match self.open.last_mut() {
            Some(Open::Mapping { key, .. }) if key.is_none() => Some(key),
            _ => None,
        }
    }

    fn open(&mut self, mark: Mark, open: Open) -> Result<Option<Node>, Error> {
        if self.awaited_key().is_some() {
            return Err(collection_as_key(mark));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(too_deep(mark));
        }
        self.open.push(open);
        Ok(None)
    }

    fn expand(&mut self, anchor: usize, mark: Mark) -> Result<Option<Node>, Error> {
        let Some(anchored) = self.anchors.get(&anchor) else {
            return Err(Error::new(mark, "this alias stands inside the value it is an alias of".to_owned()));
        };
        let (node, nodes, depth) = (anchored.node.clone(), anchored.nodes, anchored.depth);
        if self.open.len() + depth > MAX_DEPTH {
            return Err(too_deep(mark));
        }
        if let Some(key) = self.awaited_key() {
            let Value::Scalar(value) = node.value else { return Err(collection_as_key(mark)) };
            *key = Some(Key { text: text_of(&value), mark, merges: false });
            return Ok(None);
        }
        self.count(nodes, mark)?;
        self.attach(node)
    }

    /// A node is complete: remembers it under its anchor and hands it to the collection around it.
    fn finish(&mut self, node: Node, anchor: usize) -> Result<Option<Node>, Error> {
        self.count(1, node.mark)?;
        self.remember(&node, anchor)?;
        self.attach(node)
    }

    fn remember(&mut self, node: &Node, anchor: usize) -> Result<(), Error> {
        if anchor > 0 {
            let (nodes, depth) = node.measure();
            self.count(nodes, node.mark)?;
            self.anchors.insert(anchor, Anchored { node: node.clone(), nodes, depth });
        }
        Ok(())
    }

    fn attach(&mut self, node: Node) -> Result<Option<Node>, Error> {
        match self.open.last_mut() {
            None => return Ok(Some(node)),
            Some(Open::Sequence { items, .. }) => items.push(node),
            Some(Open::Mapping { entries, key, mark: start, .. }) => match key.take() {
                Some(Key { merges: true, mark, .. }) => merge(entries, node, mark)?,
                Some(Key { text, mark, .. }) => {
                    // What a merge brought stands elsewhere in the file, and is there to be replaced.
                    let earlier = entries.get(&text).map(|entry| entry.key_mark);
                    let repeats = earlier.filter(|earlier| *earlier >= *start);
                    entries.insert(text, Entry { key_mark: mark, node, repeats });
                }
                None => return Err(collection_as_key(node.mark)),
            },
        }
        Ok(None)
    }

    fn count(&mut self, nodes: usize, mark: Mark) -> Result<(), Error> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > MAX_NODES {
            return Err(Error::new(mark, format!("this file stands for more than {MAX_NODES} values")));
        }
        Ok(())
    }
}

/// `<<: *defaults`, or a list of such. As in Psych the place decides: keys that follow win over merged ones.
fn merge(entries: &mut Mapping, node: Node, mark: Mark) -> Result<(), Error> {
    match node.value {
        Value::Mapping(merged) => entries.extend(merged),
        Value::Sequence(items) => {
            for item in items {
                merge(entries, item, mark)?;
            }
        }
        Value::Scalar(_) => return Err(Error::new(mark, "`<<` merges mappings only".to_owned())),
    }
    Ok(())
}

fn names_text(tag: &Tag) -> bool {
    tag.suffix == "str" || (tag.handle.is_empty() && tag.suffix == "!")
}

fn too_deep(mark: Mark) -> Error {
    Error::new(mark, format!("values lie more than {MAX_DEPTH} levels deep"))
}

/// Usually Liquid that was not quoted: YAML takes `{{ x }}` for mappings.
fn collection_as_key(mark: Mark) -> Error {
    Error {
        hint: Some("put a value with Liquid in quotes: '{{ … }}'"),
        ..Error::new(mark, "a key must be text, not a list or a mapping".to_owned())
    }
}
