//! Writing to `x`, `x.k`, `x["k"]`, `x[0]`, and appending with `<<`. Containers on the way must exist.

use std::sync::Arc;

use super::{Render, over};
use crate::liquid::error::{Error, Result};
use crate::liquid::syntax::ast::{Expression, Literal, Path, Segment, Target, Write};
use crate::liquid::value::{Array, Hash, Value, position};

/// What an entry of a hash takes besides its key's text.
const ENTRY: usize = 4 * size_of::<Value>();

impl Render<'_> {
    pub(crate) fn assign(&mut self, target: &Target, value: Value) -> Result<()> {
        let path = &target.path;
        match target.write {
            Write::Append => {
                let list = self.container(path, path.segments.len())?;
                match list {
                    Value::Array(items) => self.push(&items, value),
                    other => Err(unexpected(path, path.segments.len(), &other, "Array")),
                }
            }
            Write::Set => match path.segments.split_last() {
                None => {
                    self.frames.set(&path.root, value);
                    Ok(())
                }
                Some((last, _)) => {
                    let depth = path.segments.len() - 1;
                    let container = self.container(path, depth)?;
                    let key = self.segment(last)?;
                    self.put(path, &container, &key, value)
                }
            },
        }
    }

    fn push(&mut self, items: &Array, value: Value) -> Result<()> {
        self.limits.grow(size_of::<Value>()).map_err(over)?;
        self.cycles.note(items, &value);
        items.borrow_mut().push(value);
        Ok(())
    }

    fn put(&mut self, path: &Path, container: &Value, key: &Value, value: Value) -> Result<()> {
        match (container, key) {
            (Value::Hash(entries), _) => self.insert(entries, key, value),
            (Value::Array(items), Value::Int(index)) => self.put_at(items, *index, value),
            (Value::Array(_), _) => {
                let name = text_of(path, path.segments.len() - 1);
                let text = format!("{name} is an Array, expected index, key was provided");
                Err(Error::runtime(text).with_hint(format!("write {name}[0] = …, or append: {name} << …")))
            }
            (other, _) => Err(unexpected(path, path.segments.len() - 1, other, "Hash or Array")),
        }
    }

    /// Keys are strings: a number becomes its digits.
    fn insert(&mut self, entries: &Hash, key: &Value, value: Value) -> Result<()> {
        let key = key.to_text();
        self.limits.grow(ENTRY + key.len()).map_err(over)?;
        self.cycles.note(entries, &value);
        let mut map = entries.borrow_mut();
        let replaced = match map.get_mut(&key) {
            Some(slot) => Some(std::mem::replace(slot, value)),
            None => map.insert(Arc::from(key), value),
        };
        drop(map);
        // Dropped after the borrow: it may hold the hash itself.
        drop(replaced);
        Ok(())
    }

    /// Behind the end, the gap fills with nil.
    fn put_at(&mut self, items: &Array, index: i64, value: Value) -> Result<()> {
        let len = items.borrow().len();
        let Some(at) = position(index, len) else {
            let text = format!("index {index} too small for array; minimum: -{len}");
            return Err(Error::runtime(text));
        };
        let missing = at.saturating_add(1).saturating_sub(len);
        self.limits.grow(missing.saturating_mul(size_of::<Value>())).map_err(over)?;
        self.cycles.note(items, &value);
        let mut items = items.borrow_mut();
        if at >= items.len() {
            items.resize(at.saturating_add(1), Value::Nil);
        }
        if let Some(slot) = items.get_mut(at) {
            *slot = value;
        }
        Ok(())
    }

    /// The value of the first `depth` segments of `path`.
    fn container(&mut self, path: &Path, depth: usize) -> Result<Value> {
        let mut value = match self.variable(&path.root) {
            Some(value) => value,
            None if &*path.root == "context" => Value::Hash(self.context.hash().clone()),
            None => Value::Nil,
        };
        for (at, segment) in path.segments.iter().take(depth).enumerate() {
            if !matches!(value, Value::Hash(_) | Value::Array(_)) {
                return Err(unexpected(path, at, &value, "Hash or Array"));
            }
            let key = self.segment(segment)?;
            value = value.index(&key);
        }
        Ok(value)
    }

    fn segment(&mut self, segment: &Segment) -> Result<Value> {
        match segment {
            Segment::Key(name) => Ok(Value::str(Arc::clone(name))),
            Segment::Index(expression) => self.value(expression),
        }
    }
}

/// `h is 0, expected Hash or Array`
fn unexpected(path: &Path, depth: usize, value: &Value, expected: &str) -> Error {
    let mut text = text_of(path, depth);
    text.push_str(" is ");
    text.push_str(&value.inspect());
    text.push_str(", expected ");
    text.push_str(expected);
    let name = text_of(path, depth);
    Error::runtime(text).with_hint(match (expected, value) {
        ("Array", _) => format!("start with an array: {{% assign {name} = [] %}}"),
        (_, Value::Nil) => format!("assign it first: {{% assign {name} = {{}} %}}"),
        _ => format!("{name} holds something else: take another name, or assign {{}} to it first"),
    })
}

/// The first `depth` segments as they would be written.
fn text_of(path: &Path, depth: usize) -> String {
    let mut text = path.root.to_string();
    for segment in path.segments.iter().take(depth) {
        match segment {
            Segment::Key(name) => {
                text.push('.');
                text.push_str(name);
            }
            Segment::Index(Expression::Literal(Literal::Str(key))) => {
                text.push('[');
                text.push_str(key);
                text.push(']');
            }
            Segment::Index(Expression::Literal(Literal::Int(index))) => {
                text.push_str(&format!("[{index}]"));
            }
            Segment::Index(_) => text.push_str("[…]"),
        }
    }
    text
}
