//! The evaluated arguments of one call, and how a filter reads them. On the platform all named arguments arrive as one
//! trailing hash, so a hash in last position and named arguments are the same thing to a filter that takes options.

use std::borrow::Cow;

use num_traits::ToPrimitive;

use super::Rejection;
use crate::liquid::value::{Map, Value};

/// The evaluated arguments of one call.
#[derive(Debug, Default)]
pub(crate) struct Arguments {
    pub(crate) positional: Vec<Value>,
    pub(crate) named: Map,
}

impl Arguments {
    /// Number of arguments as the platform counts them, without the piped value.
    pub(super) fn count(&self) -> usize {
        self.positional.len() + usize::from(!self.named.is_empty())
    }

    pub(super) fn get(&self, at: usize) -> Option<&Value> {
        self.positional.get(at)
    }

    /// The argument at `at`, or nil.
    pub(super) fn value(&self, at: usize) -> Value {
        self.get(at).cloned().unwrap_or_default()
    }

    /// The argument at `at` as text; empty if it is nil or missing.
    pub(super) fn text(&self, at: usize) -> Cow<'_, str> {
        self.text_or(at, "")
    }

    /// The argument at `at` as text; `default` only if it is missing: an explicit nil is the empty text.
    pub(super) fn text_or<'a>(&'a self, at: usize, default: &'a str) -> Cow<'a, str> {
        self.get(at).map_or(Cow::Borrowed(default), Value::to_text)
    }

    /// The argument at `at` as an integer, if given.
    pub(super) fn integer(&self, at: usize) -> Result<Option<i64>, Rejection> {
        self.get(at).map(integer).transpose()
    }

    /// Named argument `name`, or that key of a hash in last position.
    pub(super) fn option(&self, name: &str) -> Option<Value> {
        if let Some(value) = self.named.get(name) {
            return Some(value.clone());
        }
        match self.positional.last() {
            Some(Value::Hash(options)) => options.borrow().get(name).cloned(),
            _ => None,
        }
    }

    /// Whether the flag `name` is on, if it is given; the text `false` counts as off.
    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        self.option(name).map(|value| value.is_truthy() && &*value.to_text() != "false")
    }

    /// The hash at `at`, or the named arguments if they stand there.
    pub(super) fn hash(&self, at: usize) -> Option<Map> {
        self.borrowed_hash(at).map(Cow::into_owned)
    }

    /// The same without a copy of named arguments.
    pub(super) fn borrowed_hash(&self, at: usize) -> Option<Cow<'_, Map>> {
        match self.get(at) {
            Some(Value::Hash(hash)) => Some(Cow::Owned(hash.borrow().clone())),
            None if at == self.positional.len() && !self.named.is_empty() => Some(Cow::Borrowed(&self.named)),
            _ => None,
        }
    }
}

/// Ruby's strict `Integer()`: an integer, or text that is one and nothing else. Values beyond 64 bits are cut to
/// the nearest bound, where they mean the same to every filter that takes a position or a length.
pub(super) fn integer(value: &Value) -> Result<i64, Rejection> {
    match value {
        Value::Int(i) => Ok(*i),
        Value::BigInt(i) => Ok(i.to_i64().unwrap_or(match i.sign() {
            num_bigint::Sign::Minus => i64::MIN,
            _ => i64::MAX,
        })),
        other => other.to_text().trim().parse().map_err(|_| Rejection::argument("invalid integer")),
    }
}
