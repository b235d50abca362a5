//! JSON to value and back: the only form in which values leave a render.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use num_bigint::BigInt;
use num_traits::ToPrimitive;
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

use super::forloop::COUNTERS;
use super::{MAX_DEPTH, MAX_VISITS, Map, Value, may_visit, may_visit_text};

/// A value on its way into JSON, with what is left of depth and visits.
struct Serial<'v> {
    value: &'v Value,
    depth: usize,
    visits: &'v Cell<usize>,
}

impl Map {
    pub(crate) fn from_json(entries: &serde_json::Map<String, serde_json::Value>) -> Self {
        entries.iter().map(|(name, value)| (Arc::from(name.as_str()), Value::from_json(value))).collect()
    }
}

impl Value {
    /// A copy as JSON, and the number of values in it; long text counts as several. Dates and times become ISO 8601
    /// strings; what contains itself ends in null. A render asks through [`crate::liquid::limits::Limits::to_json`].
    pub(crate) fn to_json_counting(&self) -> (serde_json::Value, usize) {
        let visits = Cell::new(MAX_VISITS);
        let json = serde_json::to_value(Serial { value: self, depth: MAX_DEPTH, visits: &visits });
        (json.unwrap_or_default(), MAX_VISITS - visits.get())
    }

    #[cfg(test)]
    pub(crate) fn to_json(&self) -> serde_json::Value {
        self.to_json_counting().0
    }

    /// Compact JSON text, without a tree in between.
    pub(crate) fn to_json_text(&self) -> String {
        let visits = Cell::new(MAX_VISITS);
        serde_json::to_string(&Serial { value: self, depth: MAX_DEPTH, visits: &visits }).unwrap_or_default()
    }

    pub(crate) fn from_json(json: &serde_json::Value) -> Self {
        Self::from_json_like(json, None)
    }

    /// Objects of one list mostly have the same keys in the same order: a key that `sibling` has in the same place is
    /// shared with it.
    fn from_json_like(json: &serde_json::Value, sibling: Option<&Self>) -> Self {
        use serde_json::Value as Json;
        match json {
            Json::Null => Self::Nil,
            Json::Bool(b) => Self::Bool(*b),
            Json::Number(n) => match (n.as_i64(), n.as_u64()) {
                (Some(i), _) => Self::Int(i),
                (None, Some(u)) => Self::BigInt(Rc::new(BigInt::from(u))),
                (None, None) => Self::Float(n.as_f64().unwrap_or_default()),
            },
            Json::String(s) => Self::str(s.as_str()),
            Json::Array(items) => {
                let mut values: Vec<Self> = Vec::with_capacity(items.len());
                for item in items {
                    values.push(Self::from_json_like(item, values.last()));
                }
                Self::array(values)
            }
            Json::Object(entries) => {
                let sibling = match sibling {
                    Some(Self::Hash(sibling)) => Some(sibling.borrow()),
                    _ => None,
                };
                let mut map = Map::with_capacity(entries.len());
                for (at, (key, value)) in entries.iter().enumerate() {
                    let twin = sibling.as_ref().and_then(|sibling| sibling.get_index(at));
                    let twin = twin.filter(|(twin, _)| ***twin == **key);
                    let value = Self::from_json_like(value, twin.map(|(_, value)| value));
                    map.push(twin.map_or_else(|| Arc::from(key.as_str()), |(key, _)| Arc::clone(key)), value);
                }
                Self::hash(map)
            }
        }
    }

    /// A copy that shares no container with this one, and the number of values in it.
    pub(crate) fn deep_clone(&self) -> (Self, usize) {
        let visits = Cell::new(MAX_VISITS);
        let copy = self.deep_clone_within(MAX_DEPTH, &visits);
        (copy, MAX_VISITS - visits.get())
    }

    fn deep_clone_within(&self, depth: usize, visits: &Cell<usize>) -> Self {
        // Text is shared, so it costs nothing here.
        let left = visits.get().checked_sub(1);
        visits.set(left.unwrap_or(0));
        match self {
            _ if left.is_none() => Self::Nil,
            Self::Array(_) | Self::Hash(_) if depth == 0 => Self::Nil,
            Self::Array(a) => {
                Self::array(a.borrow().iter().map(|item| item.deep_clone_within(depth - 1, visits)).collect())
            }
            Self::Hash(h) => Self::hash(
                h.borrow().iter().map(|(k, v)| (k.clone(), v.deep_clone_within(depth - 1, visits))).collect(),
            ),
            other => other.clone(),
        }
    }
}

/// Bytes that `value` takes as JSON text.
pub(crate) fn json_size(value: &impl Serialize) -> usize {
    let mut size = Size(0);
    // A writer that only counts never fails.
    let _ = serde_json::to_writer(&mut size, value);
    size.0
}

struct Size(usize);

impl std::io::Write for Size {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Serial<'_> {
    fn inner<'a>(&'a self, value: &'a Value) -> Serial<'a> {
        Serial { value, depth: self.depth - 1, visits: self.visits }
    }
}

impl Serialize for Serial<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !may_visit(self.value, self.visits) {
            return serializer.serialize_unit();
        }
        match self.value {
            Value::Nil | Value::Empty | Value::Blank => serializer.serialize_unit(),
            Value::Bool(b) => serializer.serialize_bool(*b),
            Value::Int(i) => serializer.serialize_i64(*i),
            Value::BigInt(i) => match i.to_u64() {
                Some(u) => serializer.serialize_u64(u),
                None => serializer.collect_str(i),
            },
            Value::Float(f) if f.is_finite() => serializer.serialize_f64(*f),
            Value::Float(_) => serializer.serialize_unit(),
            Value::Str(s) => serializer.serialize_str(&s.text),
            Value::Bytes(bytes) => serializer.serialize_str(&String::from_utf8_lossy(bytes)),
            Value::Array(_) | Value::Hash(_) if self.depth == 0 => serializer.serialize_unit(),
            Value::Array(a) => {
                let items = a.borrow();
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items.iter() {
                    list.serialize_element(&self.inner(item))?;
                }
                list.end()
            }
            Value::Hash(h) => {
                let entries = h.borrow();
                let mut object = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries.iter() {
                    if !may_visit_text(key, self.visits) {
                        break;
                    }
                    object.serialize_entry(&**key, &self.inner(value))?;
                }
                object.end()
            }
            Value::Loop(counters) => {
                let mut object = serializer.serialize_map(Some(COUNTERS.len()))?;
                for name in COUNTERS {
                    let value = counters.property(name);
                    object.serialize_entry(name, &Serial { value: &value, depth: 1, visits: self.visits })?;
                }
                object.end()
            }
            Value::Range(a, b) => serializer.collect_str(&format_args!("{a}..{b}")),
            Value::Date(d) => serializer.collect_str(d),
            Value::Time(t) => serializer.collect_str(&t.strftime("%Y-%m-%dT%H:%M:%S%.3f%:z")),
        }
    }
}
