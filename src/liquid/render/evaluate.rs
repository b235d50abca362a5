//! Expressions and filters to values. Reading a variable costs a lookup and a reference count, never a copy.

use std::sync::Arc;

use smol_str::SmolStr;

use super::{Escaping, Render, over};
use crate::liquid::context::Context;
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
            Expression::Range(bounds) => Ok(Value::Range(self.bound(&bounds.0)?, self.bound(&bounds.1)?)),
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
                    self.limits.check_length(text.len()).map_err(over)?;
                }
                self.limits.grow(text.len()).map_err(over)?;
                Ok(Value::str(text))
            }
            Expression::Condition(condition) => self.condition(condition).map(Value::Bool),
            Expression::Filtered(filtered) => self.filtered(filtered),
        }
    }

    /// A bound of a range: an integer, or what a string begins with. A float that is written down is cut off, any other
    /// is a mistake, as whatever is no number at all.
    fn bound(&mut self, expression: &Expression) -> Result<i64> {
        match self.value(expression)? {
            Value::Int(i) => Ok(i),
            Value::Nil => Ok(0),
            Value::Str(text) => Ok(leading_integer(&text.text)),
            Value::BigInt(i) => Ok(if i.sign() == num_bigint::Sign::Minus { i64::MIN } else { i64::MAX }),
            Value::Float(f) if matches!(expression, Expression::Literal(_)) => Ok(f as i64),
            _ if matches!(expression, Expression::Literal(_)) => Ok(0),
            _ => Err(Error::runtime("invalid integer")),
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
        let mut surroundings = Surroundings {
            app: self.engine.app(),
            language: self.context.language(),
            base_url: &self.scope.base_url,
            now: &self.now,
            keeps_json: self.escaping == Escaping::HtmlButJson,
            offline: self.bindings.offline,
            limits: &self.limits,
            cycles: &self.cycles,
            plain: self.engine.printing() == Printing::Plain,
            data: self.data.as_mut(),
        };
        let result = call.filter.call(&mut surroundings, input, &arguments);
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
            Rejection::Argument(text) => Error::argument(text).at(|| self.place(call.span)),
        };
        let is_arity = call.filter.arity_error(call.given()).is_some();
        let error = if is_arity { error.with_hint(call.filter.takes()) } else { error };
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
                if value.is_nil() && Context::may_hide(name) {
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
                Segment::Key(name) => self.found(value.property(name), &value, name),
                Segment::Index(expression) => {
                    let index = self.value(expression)?;
                    let name = if let Value::Str(name) = &index { &*name.text } else { "" };
                    self.found(value.index(&index), &value, name)
                }
            };
        }
        Ok(value)
    }

    /// What was found under `name` in `value`, or what the context tells without having it as an entry.
    fn found(&mut self, found: Value, value: &Value, name: &str) -> Value {
        match found {
            Value::Nil if Context::may_hide(name) => self.context.hidden(value, name, self.data.as_ref()),
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
        match counter {
            Some(counter) => self.walk(counter, &path.segments),
            None => self.former_global(path).unwrap_or(Ok(Value::Nil)),
        }
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
