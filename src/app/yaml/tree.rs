//! What a YAML document is to us: values that know where they stand.

use indexmap::IndexMap;
use serde_json::Value as Json;

/// A value and where it begins.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) mark: Mark,
    pub(crate) value: Value,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Scalar(Json),
    Sequence(Vec<Node>),
    Mapping(Mapping),
}

/// In the order of the file. A key given twice has its last value.
pub(crate) type Mapping = IndexMap<String, Entry>;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key_mark: Mark,
    pub(crate) node: Node,
    /// Where the same key stood before in the same mapping; its value is lost.
    pub(crate) repeats: Option<Mark>,
}

/// A place in the file, one-based.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mark {
    pub(crate) line: u32,
    pub(crate) col: u32,
}

impl Node {
    pub(super) fn null(mark: Mark) -> Self {
        Self { mark, value: Value::Scalar(Json::Null) }
    }

    /// The mapping, empty for a document without content; `None` for any other value.
    pub(crate) fn into_mapping(self) -> Option<Mapping> {
        match self.value {
            Value::Mapping(mapping) => Some(mapping),
            Value::Scalar(Json::Null) => Some(Mapping::new()),
            _ => None,
        }
    }

    pub(crate) fn to_json(&self) -> Json {
        match &self.value {
            Value::Scalar(value) => value.clone(),
            Value::Sequence(items) => items.iter().map(Self::to_json).collect(),
            Value::Mapping(entries) => {
                entries.iter().map(|(key, entry)| (key.clone(), entry.node.to_json())).collect()
            }
        }
    }

    /// How many values this is, and how deep they lie.
    pub(super) fn measure(&self) -> (usize, usize) {
        let inner = |sum: (usize, usize), node: &Self| {
            let (nodes, depth) = node.measure();
            (sum.0 + nodes, sum.1.max(depth + 1))
        };
        match &self.value {
            Value::Scalar(_) => (1, 0),
            Value::Sequence(items) => items.iter().fold((1, 1), inner),
            Value::Mapping(entries) => entries.values().map(|entry| &entry.node).fold((1, 1), inner),
        }
    }
}

impl Mark {
    /// From the parser's count: lines from 1, columns from 0.
    pub(super) fn new(first_line: u32, line: usize, col: usize) -> Self {
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self {
            line: first_line.saturating_add(number(line).saturating_sub(1)),
            col: number(col).saturating_add(1),
        }
    }
}

/// A scalar where only text can stand.
pub(crate) fn text_of(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Null => String::new(),
        other => other.to_string(),
    }
}
