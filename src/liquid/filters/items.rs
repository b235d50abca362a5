//! The piped value as a list of items, and a property of an item, by the rules the list filters share.

use foldhash::{HashSet, HashSetExt as _};
use smol_str::SmolStr;

use super::{Rejection, Surroundings};
use crate::liquid::value::{Array, Map, Value, range_len};

/// How deep nested arrays are flattened.
const MAX_DEPTH: usize = 100;

/// The items of `input`: nested arrays flattened, a hash or a scalar as the only item, nil as none.
pub(super) fn items(surroundings: &Surroundings<'_>, input: &Value) -> Result<Vec<Value>, Rejection> {
    match input {
        Value::Array(array) => {
            let mut found = Vec::new();
            flatten(surroundings, array, &mut Vec::new(), &mut found)?;
            Ok(found)
        }
        Value::Range(from, to) => {
            let bytes = range_len(*from, *to).saturating_mul(size_of::<Value>() as u64);
            surroundings.limits.grow(usize::try_from(bytes).unwrap_or(usize::MAX))?;
            Ok((*from..=*to).map(Value::Int).collect())
        }
        Value::Nil => Ok(Vec::new()),
        // As values, the two literals are the empty text.
        Value::Empty | Value::Blank => Ok(vec![Value::str("")]),
        other => Ok(vec![other.clone()]),
    }
}

/// `within` are the arrays around this one.
fn flatten(
    surroundings: &Surroundings<'_>,
    array: &Array,
    within: &mut Vec<Array>,
    found: &mut Vec<Value>,
) -> Result<(), Rejection> {
    if within.len() > MAX_DEPTH || within.iter().any(|outer| outer.is(array)) {
        return Err(Rejection::argument("tried to flatten recursive array"));
    }
    let items = array.borrow();
    surroundings.limits.grow(items.len() * size_of::<Value>())?;
    within.push(array.clone());
    for item in items.iter() {
        match item {
            Value::Array(inner) => {
                // Arrays that hold the same empty one twice, level upon level, yield nothing but take long.
                surroundings.limits.step()?;
                flatten(surroundings, inner, within, found)?;
            }
            other => found.push(other.clone()),
        }
    }
    within.pop();
    Ok(())
}

/// The items of an array as they are, nested ones kept; for the filters that take arrays only.
pub(super) fn array_items(surroundings: &Surroundings<'_>, input: &Value) -> Result<Vec<Value>, Rejection> {
    match input {
        Value::Array(array) => {
            let items = array.borrow();
            surroundings.limits.grow(items.len() * size_of::<Value>())?;
            Ok(items.clone())
        }
        Value::Nil | Value::Range(..) => items(surroundings, input),
        other => Err(not_an_array(other)),
    }
}

pub(super) fn not_an_array(value: &Value) -> Rejection {
    Rejection::argument(format!("expected an array, got {}", value.type_name()))
}

/// What `item[property]` gives in Ruby.
#[derive(Debug)]
pub(super) enum Selected {
    Value(Value),
    /// The item has properties, but none by such a key: a mistake of the template.
    Unselectable,
    /// The item has no properties at all (nil, a boolean, a float).
    Bare,
}

/// A key of a hash (or a path of keys, `a.b`), a part of text that may be found in it, a character, or a bit.
pub(super) fn select(item: &Value, property: &Value) -> Selected {
    Selected::Value(match (item, property) {
        (Value::Hash(_) | Value::Loop(_), Value::Str(key)) => property_at(item, &key.text),
        (Value::Hash(_) | Value::Loop(_), _) => Value::Nil,
        (Value::Str(text), Value::Str(part)) if text.text.contains(&*part.text) => property.clone(),
        (Value::Str(_), Value::Str(_)) => Value::Nil,
        // The empty text is found in every text.
        (Value::Str(_), Value::Nil) => Value::str(""),
        (Value::Str(text), Value::Int(at)) => character(&text.text, *at),
        (Value::Int(bits), Value::Int(at)) => bit(*bits, *at),
        (Value::Array(_), Value::Int(_)) => item.index(property),
        (Value::Str(_) | Value::Int(_) | Value::BigInt(_) | Value::Array(_), _) => {
            return Selected::Unselectable;
        }
        _ => return Selected::Bare,
    })
}

/// The key as it stands, else as a path of keys and positions.
fn property_at(item: &Value, key: &str) -> Value {
    let whole = item.entry(key);
    if !whole.is_nil() || !key.contains('.') {
        return whole;
    }
    key.split('.').fold(item.clone(), |value, part| match (&value, part.parse()) {
        (Value::Array(_), Ok(at)) => value.index(&Value::Int(at)),
        _ => value.property(part),
    })
}

fn character(text: &str, at: i64) -> Value {
    let found = match usize::try_from(at) {
        Ok(at) => text.chars().nth(at),
        Err(_) => usize::try_from(at.unsigned_abs() - 1).ok().and_then(|back| text.chars().rev().nth(back)),
    };
    found.map_or(Value::Nil, |c| Value::str(c.to_string()))
}

fn bit(bits: i64, at: i64) -> Value {
    match u32::try_from(at) {
        Ok(at) => Value::Int((bits >> at.min(63)) & 1),
        Err(_) => Value::Int(0),
    }
}

/// [`select`], where an item without properties counts as one whose property is nil.
pub(super) fn select_or_nil(item: &Value, property: &Value) -> Result<Value, Rejection> {
    Ok(select_or_bare(item, property)?.unwrap_or_default())
}

/// [`select`]; `None` for an item without properties.
pub(super) fn select_or_bare(item: &Value, property: &Value) -> Result<Option<Value>, Rejection> {
    match select(item, property) {
        Selected::Value(value) => Ok(Some(value)),
        Selected::Bare => Ok(None),
        Selected::Unselectable => Err(unselectable(property)),
    }
}

pub(super) fn unselectable(property: &Value) -> Rejection {
    Rejection::argument(format!("cannot select the property '{}'", property.to_text()))
}

/// Whether every pair of `pairs` is found in the hash `item`.
pub(super) fn has_pairs(
    surroundings: &Surroundings<'_>,
    item: &Value,
    pairs: &Map,
) -> Result<bool, Rejection> {
    for (key, value) in pairs {
        if !surroundings.limits.equal(&property_at(item, key), value)? {
            return Ok(false);
        }
    }
    Ok(matches!(item, Value::Hash(_)))
}

/// A set of values by Ruby's equality; quick for texts and integers, a list for the rest.
#[derive(Debug)]
pub(super) struct Seen {
    texts: HashSet<SmolStr>,
    integers: HashSet<i64>,
    others: Vec<Value>,
}

impl Seen {
    pub(super) fn new() -> Self {
        Self { texts: HashSet::new(), integers: HashSet::new(), others: Vec::new() }
    }

    pub(super) fn of(values: &[Value], surroundings: &Surroundings<'_>) -> Result<Self, Rejection> {
        let mut seen = Self::new();
        for value in values {
            seen.insert(value, surroundings)?;
        }
        Ok(seen)
    }

    pub(super) fn contains(&self, value: &Value, surroundings: &Surroundings<'_>) -> Result<bool, Rejection> {
        match value {
            Value::Str(s) => Ok(self.texts.contains(&s.text)),
            Value::Int(i) => Ok(self.integers.contains(i)),
            other => {
                for seen in &self.others {
                    surroundings.limits.step()?;
                    if surroundings.limits.equal(seen, other)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
        }
    }

    /// False if the value was there already.
    pub(super) fn insert(
        &mut self,
        value: &Value,
        surroundings: &Surroundings<'_>,
    ) -> Result<bool, Rejection> {
        match value {
            Value::Str(s) => Ok(self.texts.insert(s.text.clone())),
            Value::Int(i) => Ok(self.integers.insert(*i)),
            other => {
                let is_new = !self.contains(other, surroundings)?;
                if is_new {
                    self.others.push(other.clone());
                }
                Ok(is_new)
            }
        }
    }
}
