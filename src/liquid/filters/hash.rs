//! Filters on hashes. Two of them change the hash they are given, as templates rely on: `hash_add_key` and
//! `hash_delete_key`. All others answer a new one.

use std::sync::Arc;

use foldhash::HashSet;

use super::arguments::Arguments;
use super::{Filter, Filtered, Rejection, Surroundings};
use crate::liquid::value::{Hash, Map, Value};

pub(super) const ROWS: &[Filter] = &[
    Filter::new("add_hash_key", 2..=2, hash_add_key),
    Filter::new("assign_to_hash_key", 2..=2, hash_add_key),
    Filter::new("delete_hash_key", 1..=1, hash_delete_key),
    Filter::new("dig", 1..=usize::MAX, hash_dig),
    Filter::new("fetch", 1..=1, hash_fetch),
    Filter::new("hash_add_key", 2..=2, hash_add_key),
    Filter::new("hash_delete_key", 1..=1, hash_delete_key),
    Filter::new("hash_dig", 1..=usize::MAX, hash_dig),
    Filter::new("hash_except", 1..=1, hash_except),
    Filter::new("hash_fetch", 1..=1, hash_fetch),
    Filter::new("hash_keys", 0..=0, hash_keys),
    Filter::new("hash_merge", 1..=1, hash_merge),
    Filter::new("hash_sort", 0..=0, hash_sort),
    Filter::new("hash_values", 0..=0, hash_values),
    Filter::new("remove_hash_key", 1..=1, hash_delete_key),
];

/// Rough size of an entry: key, value, and their place in the index.
const ENTRY_BYTES: usize = 64;

fn hash(value: &Value) -> Result<&Hash, Rejection> {
    match value {
        Value::Hash(hash) => Ok(hash),
        other => Err(not_a_hash(other)),
    }
}

fn not_a_hash(value: &Value) -> Rejection {
    Rejection::argument(format!("expected a hash, got {}", value.type_name()))
}

/// A copy of the entries of `value`; nil has none.
pub(super) fn entries(surroundings: &Surroundings<'_>, value: &Value) -> Result<Map, Rejection> {
    if value.is_nil() {
        return Ok(Map::default());
    }
    let map = hash(value)?.borrow();
    surroundings.limits.grow(map.len() * ENTRY_BYTES)?;
    Ok(map.clone())
}

/// Keys of the argument win; keys that were there keep their place.
fn hash_merge(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let mut merged = entries(surroundings, input)?;
    let more = arguments.hash(0).ok_or_else(|| not_a_hash(&arguments.value(0)))?;
    surroundings.limits.grow(more.len() * ENTRY_BYTES)?;
    merged.extend(more);
    Ok(Value::hash(merged))
}

/// Follows keys and positions; nil as soon as one leads nowhere.
fn hash_dig(_: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    Ok(arguments.positional.iter().fold(input.clone(), |value, key| entry(&value, key)))
}

fn hash_fetch(_: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    Ok(entry(input, &arguments.value(0)))
}

/// A true entry only: the `size` of a hash is none.
fn entry(value: &Value, key: &Value) -> Value {
    match value {
        Value::Hash(hash) => hash.borrow().get(&key.to_text()).cloned().unwrap_or_default(),
        Value::Array(_) if matches!(key, Value::Int(_)) => value.index(key),
        _ => Value::Nil,
    }
}

/// Sets the key in place and answers the same hash.
fn hash_add_key(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let hash = hash(input)?;
    surroundings.limits.grow(ENTRY_BYTES)?;
    let value = match arguments.get(1) {
        Some(value) => value.clone(),
        None => arguments.hash(1).map_or(Value::Nil, Value::hash),
    };
    surroundings.cycles.note(hash, &value);
    // Read before the hash is borrowed: the key may be the hash itself.
    let key = arguments.text(0).into();
    let replaced = hash.borrow_mut().insert(key, value);
    drop(replaced);
    Ok(input.clone())
}

/// Removes the key in place and answers what stood there.
fn hash_delete_key(_: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let key = arguments.text(0);
    Ok(hash(input)?.borrow_mut().shift_remove(&key).unwrap_or_default())
}

fn hash_keys(surroundings: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    Ok(Value::array(entries(surroundings, input)?.into_keys().map(Value::str).collect()))
}

fn hash_values(surroundings: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    Ok(Value::array(entries(surroundings, input)?.into_values().collect()))
}

/// Without the keys of an array, or one key.
fn hash_except(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let mut left = entries(surroundings, input)?;
    let mut unwanted: HashSet<Arc<str>> = HashSet::default();
    match arguments.value(0) {
        Value::Array(keys) => {
            for key in keys.borrow().iter() {
                unwanted.insert(surroundings.text_of(key)?.into());
            }
        }
        key => {
            unwanted.insert(surroundings.text_of(&key)?.into());
        }
    }
    left.retain(|key, _| !unwanted.contains(key));
    Ok(Value::hash(left))
}

/// By key.
fn hash_sort(surroundings: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    let mut sorted = entries(surroundings, input)?;
    sorted.sort_keys();
    Ok(Value::hash(sorted))
}
