//! Expressions and filters to values. Reading a variable costs a lookup and a reference count, never a copy.

use std::sync::Arc;

use smol_str::SmolStr;

use super::{Render, over};
use crate::liquid::engine::Printing;
use crate::liquid::error::{Error, Result};
use crate::liquid::filters::{Rejection, Surroundings};
use crate::liquid::syntax::ast::{Expression, FilterCall, Filtered, HashKey, Literal, Path, Piece, Segment};
use crate::liquid::value::{Map, Value};

impl Render<'_> {
    pub(crate) fn value(&mut self, expression: &Expression) -> Result<Value> {
        match expression {
            Expression::Literal(literal) => Ok(self::literal(literal)),
            Expression::Path(path) => self.path(path),
            Expression::Range(bounds) => {
                let (start, end) = (self.value(&bounds.0)?, self.value(&bounds.1)?);
                Ok(Value::Range(bound(&start), bound(&end)))
            }
            Expression::Array(items) => {
                self.limits.grow(literal_size(items.len())).map_err(over)?;
                let items: Result<Vec<Value>> = items.iter().map(|item| self.filtered(item)).collect();
                Ok(Value::array(items?))
            }
            Expression::Hash(entries) => {
                self.limits.grow(literal_size(entries.len())).map_err(over)?;
                let mut map = Map::default();
                for (key, value) in entries {
                    let key = self.key(key)?;
                    let value = self.filtered(value)?;
                    map.insert(key, value);
                }
                Ok(Value::hash(map))
            }
            Expression::Interpolated(pieces) => {
                let mut text = String::new();
                for piece in pieces {
                    match piece {
                        Piece::Text(plain) => text.push_str(plain),
                        Piece::Value(filtered) => self.filtered(filtered)?.write_text(&mut text),
                    }
                }
                self.limits.grow(text.len()).map_err(over)?;
                Ok(Value::str(text))
            }
            Expression::Condition(condition) => self.condition(condition).map(Value::Bool),
            Expression::Filtered(filtered) => self.filtered(filtered),
        }
    }

    /// A value, then its filters from left to right.
    pub(crate) fn filtered(&mut self, filtered: &Filtered) -> Result<Value> {
        let mut value = self.value(&filtered.value)?;
        for call in &filtered.filters {
            value = self.filter(call, &value)?;
        }
        Ok(value)
    }

    /// One filter on a value that is there already.
    pub(crate) fn filter(&mut self, call: &FilterCall, input: &Value) -> Result<Value> {
        let mut arguments = self.spare_arguments.pop().unwrap_or_default();
        for argument in &call.positional {
            arguments.positional.push(self.value(argument)?);
        }
        for (name, argument) in &call.named {
            let value = self.value(argument)?;
            arguments.named.insert(Arc::clone(name), value);
        }
        let result = call.filter.check_arity(&arguments).and_then(|()| {
            let mut surroundings = Surroundings {
                app: self.engine.app(),
                language: self.context.language(),
                base_url: &self.scope.base_url,
                now: &self.now,
                limits: &self.limits,
                plain: self.engine.printing() == Printing::Plain,
            };
            (call.filter.apply)(&mut surroundings, input, &arguments)
        });
        arguments.positional.clear();
        if !call.named.is_empty() {
            arguments.named.clear();
        }
        self.spare_arguments.push(arguments);
        result.or_else(|rejection| self.reject(rejection, call))
    }

    /// A filter that refused: an error, or, where errors are not raised, its stand-in and a line in the log.
    #[cold]
    fn reject(&mut self, rejection: Rejection, call: &FilterCall) -> Result<Value> {
        let error = match rejection {
            Rejection::Limit(limit) => return Err(over(limit).at(|| self.place(call.span))),
            Rejection::Argument(text) => Error::runtime(text).at(|| self.place(call.span)),
        };
        if self.raises() {
            return Err(error);
        }
        self.report(&error);
        Ok(call.filter.refused())
    }

    fn path(&mut self, path: &Path) -> Result<Value> {
        let Some(root) = self.frames.get(&path.root) else { return self.path_of_global(path) };
        match path.segments.split_first() {
            None => Ok(root.clone()),
            Some((Segment::Key(name), rest)) => {
                let value = root.property(name);
                if value.is_nil() && &**name == "constants" {
                    let root = root.clone();
                    return self.walk(root, &path.segments);
                }
                self.walk(value, rest)
            }
            Some(_) => {
                let root = root.clone();
                self.walk(root, &path.segments)
            }
        }
    }

    pub(crate) fn walk(&mut self, root: Value, segments: &[Segment]) -> Result<Value> {
        let mut value = root;
        for segment in segments {
            value = match segment {
                Segment::Key(name) => self.property(&value, name),
                Segment::Index(expression) => match self.value(expression)? {
                    Value::Str(name) => self.property(&value, &name.text),
                    index => value.index(&index),
                },
            };
        }
        Ok(value)
    }

    /// A property; `constants` exists on the context alone and is not one of its entries, so that it never prints.
    fn property(&mut self, value: &Value, name: &str) -> Value {
        match value.property(name) {
            Value::Nil if name == "constants" && self.context.is(value) => self.context.constants(),
            found => found,
        }
    }

    /// A name no file has assigned: `context`, a counter, or one of the names that were global before `context`.
    fn path_of_global(&mut self, path: &Path) -> Result<Value> {
        if &*path.root == "context" {
            if let Some(metadata) = self.metadata(path) {
                return metadata;
            }
            let context = Value::Hash(self.context.hash().clone());
            return self.walk(context, &path.segments);
        }
        let counter =
            self.frames.registers().and_then(|registers| registers.counters.get(&path.root).cloned());
        let root = counter.or_else(|| self.former_global(&path.root));
        root.map_or(Ok(Value::Nil), |root| self.walk(root, &path.segments))
    }

    /// A variable by name, the globals before `context` not among them: what a block may capture.
    pub(crate) fn variable(&self, name: &Arc<str>) -> Option<Value> {
        self.frames.get(name).cloned()
    }

    fn key(&mut self, key: &HashKey) -> Result<Arc<str>> {
        match key {
            HashKey::Str(text) => Ok(Arc::clone(text)),
            HashKey::Bare(path) => Ok(match self.path(path)? {
                Value::Str(text) => text.text.into(),
                number @ (Value::Int(_) | Value::BigInt(_) | Value::Float(_)) => number.to_text().into(),
                // A hash or array is no key: `{ user: user }` means the name.
                _ => Arc::clone(&path.root),
            }),
        }
    }
}

/// What an array or hash of `len` entries takes, roughly.
fn literal_size(len: usize) -> usize {
    64 + len * 2 * size_of::<Value>()
}

fn literal(literal: &Literal) -> Value {
    match literal {
        Literal::Nil => Value::Nil,
        Literal::True => Value::Bool(true),
        Literal::False => Value::Bool(false),
        Literal::Blank => Value::Blank,
        Literal::Empty => Value::Empty,
        Literal::Int(i) => Value::Int(*i),
        Literal::BigInt(digits) => digits.parse().map_or(Value::Nil, Value::big),
        Literal::Float(f) => Value::Float(*f),
        // A short text is copied into the value: cheaper than sharing it.
        Literal::Str(text) if text.len() <= SmolStr::INLINE_CAP => Value::str(&**text),
        Literal::Str(text) => Value::str(Arc::clone(text)),
    }
}

/// A bound of a range by Ruby's `to_i`: the digits a string begins with, a float cut off, anything else 0.
fn bound(value: &Value) -> i64 {
    match value {
        Value::Int(i) => *i,
        Value::Float(f) => *f as i64,
        Value::Str(text) => leading_integer(&text.text),
        Value::BigInt(i) if i.sign() == num_bigint::Sign::Minus => i64::MIN,
        Value::BigInt(_) => i64::MAX,
        _ => 0,
    }
}

/// Ruby's `String#to_i`.
pub(crate) fn leading_integer(text: &str) -> i64 {
    let text = text.trim_start();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let end = digits.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len());
    let signed = text.len() - digits.len() + end;
    text.get(..signed).and_then(|number| number.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integer_a_string_begins_with() {
        let cases = [("12", 12), (" -3x", -3), ("+4", 4), ("x1", 0), ("", 0), ("-", 0), ("1.9", 1)];
        for (text, number) in cases {
            assert_eq!(leading_integer(text), number, "{text:?}");
        }
    }
}
