//! A hash as templates have them: names in the order they came. Nearly all are small, so a small one is a list that is
//! searched from its start, which costs less than hashing and takes one allocation; a larger one is a hash table.

use std::slice;
use std::sync::Arc;
use std::vec;

use either::Either;
use foldhash::fast::RandomState;
use indexmap::{IndexMap, map};

use super::Value;

/// Entries up to which searching costs less than hashing.
const FEW: usize = 16;

type Entry = (Arc<str>, Value);
type Table = IndexMap<Arc<str>, Value, RandomState>;

#[derive(Debug, Clone)]
pub(crate) enum Map {
    /// At most [`FEW`].
    Few(Vec<Entry>),
    Many(Table),
}

pub(crate) type Iter<'m> = Either<
    std::iter::Map<slice::Iter<'m, Entry>, fn(&'m Entry) -> (&'m Arc<str>, &'m Value)>,
    map::Iter<'m, Arc<str>, Value>,
>;

impl Map {
    pub(crate) fn with_capacity(entries: usize) -> Self {
        if entries <= FEW {
            Self::Few(Vec::with_capacity(entries))
        } else {
            Self::Many(Table::with_capacity_and_hasher(entries, RandomState::default()))
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Few(entries) => entries.len(),
            Self::Many(table) => table.len(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Few(entries) => entries.iter().find(|(key, _)| is(key, name)).map(|(_, value)| value),
            Self::Many(table) => table.get(name),
        }
    }

    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        match self {
            Self::Few(entries) => entries.iter_mut().find(|(key, _)| is(key, name)).map(|(_, value)| value),
            Self::Many(table) => table.get_mut(name),
        }
    }

    pub(crate) fn contains_key(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub(crate) fn get_index(&self, at: usize) -> Option<(&Arc<str>, &Value)> {
        match self {
            Self::Few(entries) => entries.get(at).map(pair),
            Self::Many(table) => table.get_index(at),
        }
    }

    pub(crate) fn first(&self) -> Option<(&Arc<str>, &Value)> {
        self.get_index(0)
    }

    /// The value that stood under the name. A new name comes last, a known one keeps its place.
    pub(crate) fn insert(&mut self, name: Arc<str>, value: Value) -> Option<Value> {
        if let Self::Many(table) = self {
            return table.insert(name, value);
        }
        if let Some(slot) = self.get_mut(&name) {
            return Some(std::mem::replace(slot, value));
        }
        self.push(name, value);
        None
    }

    /// Adds a name that is not there yet.
    pub(super) fn push(&mut self, name: Arc<str>, value: Value) {
        match self {
            Self::Few(entries) if entries.len() < FEW => entries.push((name, value)),
            Self::Few(entries) => {
                let mut table: Table = std::mem::take(entries).into_iter().collect();
                table.insert(name, value);
                *self = Self::Many(table);
            }
            Self::Many(table) => drop(table.insert(name, value)),
        }
    }

    pub(crate) fn get_or_insert_with(&mut self, name: Arc<str>, make: impl FnOnce() -> Value) -> &mut Value {
        if !self.contains_key(&name) {
            self.push(Arc::clone(&name), make());
        }
        self.get_mut(&name).expect("it was put there above")
    }

    /// Takes an entry out; those behind it move up.
    pub(crate) fn shift_remove(&mut self, name: &str) -> Option<Value> {
        match self {
            Self::Few(entries) => {
                let at = entries.iter().position(|(key, _)| is(key, name))?;
                Some(entries.remove(at).1)
            }
            Self::Many(table) => table.shift_remove(name),
        }
    }

    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&Arc<str>, &mut Value) -> bool) {
        match self {
            Self::Few(entries) => entries.retain_mut(|(key, value)| keep(key, value)),
            Self::Many(table) => table.retain(keep),
        }
    }

    pub(crate) fn sort_keys(&mut self) {
        match self {
            Self::Few(entries) => entries.sort_unstable_by(|(a, _), (b, _)| a.cmp(b)),
            Self::Many(table) => table.sort_unstable_keys(),
        }
    }

    /// Keeps its memory.
    pub(crate) fn clear(&mut self) {
        match self {
            Self::Few(entries) => entries.clear(),
            Self::Many(table) => table.clear(),
        }
    }

    pub(crate) fn iter(&self) -> Iter<'_> {
        match self {
            Self::Few(entries) => Either::Left(entries.iter().map(pair)),
            Self::Many(table) => Either::Right(table.iter()),
        }
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &Arc<str>> {
        self.iter().map(|(key, _)| key)
    }

    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        match self {
            Self::Few(entries) => Either::Left(entries.iter_mut().map(|(_, value)| value)),
            Self::Many(table) => Either::Right(table.values_mut()),
        }
    }

    pub(crate) fn into_keys(self) -> impl Iterator<Item = Arc<str>> {
        self.into_iter().map(|(key, _)| key)
    }

    pub(crate) fn into_values(self) -> impl Iterator<Item = Value> {
        self.into_iter().map(|(_, value)| value)
    }
}

/// Names of one file are shared strings, so most comparisons end at the pointer, and most others at the length.
fn is(key: &Arc<str>, name: &str) -> bool {
    key.len() == name.len() && (std::ptr::eq(key.as_ptr(), name.as_ptr()) || **key == *name)
}

fn pair((key, value): &Entry) -> (&Arc<str>, &Value) {
    (key, value)
}

impl Default for Map {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl IntoIterator for Map {
    type Item = Entry;
    type IntoIter = Either<vec::IntoIter<Entry>, map::IntoIter<Arc<str>, Value>>;

    fn into_iter(self) -> Self::IntoIter {
        match self {
            Self::Few(entries) => Either::Left(entries.into_iter()),
            Self::Many(table) => Either::Right(table.into_iter()),
        }
    }
}

impl<'m> IntoIterator for &'m Map {
    type Item = (&'m Arc<str>, &'m Value);
    type IntoIter = Iter<'m>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Extend<Entry> for Map {
    fn extend<I: IntoIterator<Item = Entry>>(&mut self, entries: I) {
        for (name, value) in entries {
            self.insert(name, value);
        }
    }
}

impl FromIterator<Entry> for Map {
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Self {
        let entries = entries.into_iter();
        let mut map = Self::with_capacity(entries.size_hint().0);
        map.extend(entries);
        map
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(map: &Map) -> Vec<(String, String)> {
        map.iter().map(|(key, value)| (key.to_string(), value.to_text().into_owned())).collect()
    }

    proptest! {
        /// What is done to it, it does as the table would that a large one is.
        #[test]
        fn small_and_large_maps_are_alike(steps in prop::collection::vec((0..3_u8, 0..30_u32), 0..80)) {
            let (mut map, mut table) = (Map::default(), Table::default());
            for (at, (step, name)) in (0_i64..).zip(steps) {
                let name: Arc<str> = name.to_string().into();
                if step == 0 {
                    let (ours, theirs) = (map.shift_remove(&name), table.shift_remove(&name));
                    prop_assert_eq!(ours.is_some(), theirs.is_some());
                } else {
                    let replaced = map.insert(Arc::clone(&name), Value::Int(at)).is_some();
                    prop_assert_eq!(replaced, table.insert(name, Value::Int(at)).is_some());
                }
                prop_assert_eq!(shown(&map), shown(&Map::Many(table.clone())));
            }
            map.sort_keys();
            table.sort_unstable_keys();
            prop_assert_eq!(shown(&map), shown(&Map::Many(table)));
        }
    }
}
