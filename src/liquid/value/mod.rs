//! The value a template works with. Containers are shared by reference within one render, as on the platform:
//! `assign e = c.errors` and then `hash_assign e['k'] = 1` changes `c`. Values cross a render's border only as JSON
//! copies (jobs, session, log). A render is single-threaded, hence `Rc`.

mod compare;
mod container;
mod cycles;
mod digits;
mod forloop;
mod json;
mod map;
mod text;

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use jiff::ZonedDateTime;
use jiff::civil::Date;
use num_bigint::BigInt;
use num_traits::ToPrimitive;
use smol_str::SmolStr;

pub(crate) use container::{Array, Hash};
pub(crate) use cycles::Cycles;
pub(crate) use digits::shortest_decimal;
pub(crate) use forloop::Loop;
pub(crate) use json::json_size;
pub(crate) use map::Map;

/// How deep printing, comparing and copying follow containers, so that one that contains itself ends.
const MAX_DEPTH: usize = 100;

/// How many values one printing, comparing or copying visits, so that a hash that contains another one twice, a hundred
/// levels deep, ends too. Long strings count for more. What lies beyond reads as nil.
const MAX_VISITS: usize = 2_000_000;

/// Bytes of text that count as one visit: at most 64 MB are printed.
const BYTES_PER_VISIT: usize = 32;

/// Counts a visit; false once there have been too many.
fn may_visit(value: &Value, visits: &Cell<usize>) -> bool {
    let text = match value {
        Value::Str(s) => s.text.len(),
        Value::Bytes(bytes) => bytes.len(),
        _ => 0,
    };
    may_visit_bytes(text, visits)
}

/// The same for text alone, such as a key.
fn may_visit_text(text: &str, visits: &Cell<usize>) -> bool {
    may_visit_bytes(text.len(), visits)
}

fn may_visit_bytes(length: usize, visits: &Cell<usize>) -> bool {
    let cost = 1 + length / BYTES_PER_VISIT;
    let left = visits.get().checked_sub(cost);
    visits.set(left.unwrap_or(0));
    left.is_some()
}

#[derive(Debug, Clone, Default)]
pub(crate) enum Value {
    #[default]
    Nil,
    Bool(bool),
    Int(i64),
    /// Beyond 64 bits.
    BigInt(Rc<BigInt>),
    Float(f64),
    Str(Str),
    /// A string that is not valid UTF-8, such as a digest or a derived key; see [`Value::bytes`].
    Bytes(Rc<[u8]>),
    Array(Array),
    Hash(Hash),
    /// `(a..b)`, both ends included; never expanded before it is iterated.
    Range(i64, i64),
    Date(Date),
    Time(Rc<ZonedDateTime>),
    /// The `forloop` (or `tablerowloop`) object of a running loop.
    Loop(Rc<Loop>),
    /// The literal `empty`: equal to `""`, `[]`, `{}`.
    Empty,
    /// The literal `blank`: equal to whatever is empty, nil, false or only whitespace.
    Blank,
}

/// Text, and whether it may be printed into HTML as it is. Most texts of a page are short: up to 23 bytes lie in the
/// value itself, longer ones are shared, so that a copy never allocates.
#[derive(Debug, Clone)]
pub(crate) struct Str {
    pub(crate) text: SmolStr,
    pub(crate) safe: bool,
}

impl Str {
    /// The text takes memory of its own, which nobody else holds yet.
    pub(crate) fn is_new(&self) -> bool {
        // The copy that is asked is a holder too.
        self.text.is_heap_allocated() && Arc::strong_count(&Arc::<str>::from(self.text.clone())) == 2
    }
}

impl Value {
    pub(crate) fn str(text: impl Into<SmolStr>) -> Self {
        Self::Str(Str { text: text.into(), safe: false })
    }

    /// Text that is printed into HTML without escaping.
    pub(crate) fn safe(text: impl Into<SmolStr>) -> Self {
        Self::Str(Str { text: text.into(), safe: true })
    }

    /// Bytes that may or may not be text. Those that are become a [`Value::Str`], so that a string has one shape and
    /// equal strings compare equal; the others keep every byte for a filter that asks for [`Value::to_bytes`], and
    /// read as text with U+FFFD in place of what is none.
    pub(crate) fn bytes(bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(text) => Self::str(text),
            Err(error) => Self::Bytes(error.into_bytes().into()),
        }
    }

    pub(crate) fn array(items: Vec<Self>) -> Self {
        Self::Array(Array::new(items))
    }

    pub(crate) fn hash(map: Map) -> Self {
        Self::Hash(Hash::new(map))
    }

    /// A hash with these names, each of them given once.
    pub(crate) fn hash_of<'n>(entries: impl IntoIterator<Item = (&'n str, Self)>) -> Self {
        Self::hash(entries.into_iter().map(|(name, value)| (Arc::from(name), value)).collect())
    }

    pub(crate) fn time(time: ZonedDateTime) -> Self {
        Self::Time(Rc::new(time))
    }

    /// The smallest number type that holds it.
    pub(crate) fn big(number: BigInt) -> Self {
        number.to_i64().map_or_else(|| Self::BigInt(Rc::new(number)), Self::Int)
    }

    /// Only `nil` and `false` are falsy.
    pub(crate) fn is_truthy(&self) -> bool {
        !matches!(self, Self::Nil | Self::Bool(false))
    }

    pub(crate) fn is_nil(&self) -> bool {
        matches!(self, Self::Nil)
    }

    pub(crate) fn is_container(&self) -> bool {
        matches!(self, Self::Array(_) | Self::Hash(_))
    }

    /// `""`, `[]`, `{}`.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Str(s) => s.text.is_empty(),
            Self::Array(a) => a.borrow().is_empty(),
            Self::Hash(h) => h.borrow().is_empty(),
            Self::Empty | Self::Blank => true,
            _ => false,
        }
    }

    /// Empty, nil, false, or only whitespace.
    pub(crate) fn is_blank(&self) -> bool {
        match self {
            Self::Nil | Self::Bool(false) => true,
            Self::Str(s) => s.text.trim().is_empty(),
            other => other.is_empty(),
        }
    }

    /// The name of the Ruby class the platform would show.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::Nil | Self::Empty | Self::Blank => "NilClass",
            Self::Bool(true) => "TrueClass",
            Self::Bool(false) => "FalseClass",
            Self::Int(_) | Self::BigInt(_) => "Integer",
            Self::Float(_) => "Float",
            Self::Str(_) | Self::Bytes(_) => "String",
            Self::Array(_) => "Array",
            Self::Hash(_) | Self::Loop(_) => "Hash",
            Self::Range(..) => "Range",
            Self::Date(_) => "Date",
            Self::Time(_) => "Time",
        }
    }

    /// The property `name`, or nil: a key of a hash, or `size`, `first`, `last`. A key named `size` wins.
    pub(crate) fn property(&self, name: &str) -> Self {
        match self {
            Self::Hash(h) => {
                let map = h.borrow();
                if let Some(value) = map.get(name) {
                    return value.clone();
                }
                match name {
                    "size" => Self::Int(map.len() as i64),
                    "first" => map.first().map_or(Self::Nil, |(k, v)| pair(k, v)),
                    _ => Self::Nil,
                }
            }
            Self::Array(a) => {
                let items = a.borrow();
                match name {
                    "size" => Self::Int(items.len() as i64),
                    "first" => items.first().cloned().unwrap_or_default(),
                    "last" => items.last().cloned().unwrap_or_default(),
                    _ => Self::Nil,
                }
            }
            Self::Bytes(bytes) if name == "size" => Self::Int(bytes.len() as i64),
            Self::Str(s) => match name {
                "size" => Self::Int(s.text.chars().count() as i64),
                "first" => s.text.chars().next().map_or(Self::Nil, character),
                "last" => s.text.chars().next_back().map_or(Self::Nil, character),
                _ => Self::Nil,
            },
            Self::Range(a, b) => match name {
                "size" => i64::try_from(range_len(*a, *b)).map_or(Self::Int(i64::MAX), Self::Int),
                "first" => Self::Int(*a),
                "last" => Self::Int(*b),
                _ => Self::Nil,
            },
            Self::Loop(l) => l.property(name),
            _ => Self::Nil,
        }
    }

    /// `self[key]`: an integer counts into an array (from the end if negative), anything else is the key of a hash.
    /// Other than after a dot, `size`, `first` and `last` mean nothing here unless they are keys.
    pub(crate) fn index(&self, key: &Self) -> Self {
        match (self, key) {
            (Self::Array(a), Self::Int(i)) => {
                let items = a.borrow();
                position(*i, items.len()).and_then(|at| items.get(at)).cloned().unwrap_or_default()
            }
            (Self::Array(_) | Self::Str(_), _) => Self::Nil,
            (_, key) => self.entry(&key.to_text()),
        }
    }

    /// The entry `key` of a hash, or nil.
    pub(crate) fn entry(&self, key: &str) -> Self {
        match self {
            Self::Hash(h) => h.borrow().get(key).cloned().unwrap_or_default(),
            Self::Loop(l) => l.property(key),
            _ => Self::Nil,
        }
    }
}

fn character(c: char) -> Value {
    Value::str(c.encode_utf8(&mut [0; 4]) as &str)
}

/// Where index `i` points in `len` items; negative ones count from the end. The position may lie behind the end.
pub(crate) fn position(i: i64, len: usize) -> Option<usize> {
    let at = if i < 0 { i.checked_add(i64::try_from(len).ok()?)? } else { i };
    usize::try_from(at).ok()
}

/// Number of integers in `(a..b)`.
pub(crate) fn range_len(a: i64, b: i64) -> u64 {
    if b < a { 0 } else { b.abs_diff(a).saturating_add(1) }
}

/// A hash entry as a two-item array, the shape a `for` over a hash sees.
pub(crate) fn pair(key: &Arc<str>, value: &Value) -> Value {
    Value::array(vec![Value::str(key.clone()), value.clone()])
}

#[cfg(test)]
mod tests;
