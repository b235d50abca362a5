//! The platform's filters on arrays, most of them under an older name too. Other than Shopify's they want an array
//! (nil is an empty one), keep nested arrays, and answer a new array: the one piped in is never changed.

use rand::seq::SliceRandom as _;

use super::arguments::{Arguments, integer};
use super::items::{Seen, array_items, items, not_an_array, select_or_nil};
use super::{Filter, Filtered, Rejection, Surroundings};
use crate::liquid::value::{Map, Value};

pub(super) const ROWS: &[Filter] = &[
    Filter::new("add_to_array", 1..=1, array_add),
    Filter::new("array_add", 1..=1, array_add),
    Filter::new("array_delete", 1..=1, array_delete),
    Filter::new("array_delete_at", 1..=1, array_delete_at),
    Filter::new("array_flatten", 0..=0, array_flatten),
    Filter::new("array_group_by", 1..=1, array_group_by),
    Filter::new("array_in_groups_of", 1..=1, array_in_groups_of),
    Filter::new("array_index_of", 1..=1, array_index_of),
    Filter::new("array_intersect", 1..=1, array_intersect),
    Filter::new("array_limit", 1..=1, array_limit),
    Filter::new("array_map", 1..=usize::MAX, array_map),
    Filter::new("array_prepend", 1..=1, array_prepend),
    Filter::new("array_rotate", 0..=1, array_rotate),
    Filter::new("array_shuffle", 0..=0, array_shuffle),
    Filter::new("array_subtract", 1..=1, array_subtract),
    Filter::new("flatten", 0..=0, array_flatten),
    Filter::new("group_by", 1..=1, array_group_by),
    Filter::new("in_groups_of", 1..=1, array_in_groups_of),
    Filter::new("intersection", 1..=1, array_intersect),
    Filter::new("limit", 1..=1, array_limit),
    Filter::new("map_attributes", 1..=usize::MAX, array_map),
    Filter::new("prepend_to_array", 1..=1, array_prepend),
    Filter::new("rotate", 0..=1, array_rotate),
    Filter::new("shuffle_array", 0..=0, array_shuffle),
    Filter::new("subtract_array", 1..=1, array_subtract),
];

fn array_add(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let mut items = given_items(surroundings, input)?;
    items.push(item(arguments));
    Ok(Value::array(items))
}

fn array_prepend(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let mut items = given_items(surroundings, input)?;
    items.insert(0, item(arguments));
    Ok(Value::array(items))
}

/// [`array_items`], but nil is a mistake: something that is to grow has to be there.
fn given_items(surroundings: &Surroundings<'_>, input: &Value) -> Result<Vec<Value>, Rejection> {
    if input.is_nil() { Err(not_an_array(input)) } else { array_items(surroundings, input) }
}

/// The item to add: the argument, or the hash that named arguments make.
fn item(arguments: &Arguments) -> Value {
    match arguments.get(0) {
        Some(item) => item.clone(),
        None => arguments.hash(0).map_or(Value::Nil, Value::hash),
    }
}

/// Without the items equal to the argument.
fn array_delete(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let items = array_items(surroundings, input)?;
    let unwanted = item(arguments);
    let mut kept = Vec::new();
    for item in items {
        if !surroundings.limits.equal(&item, &unwanted)? {
            kept.push(item);
        }
    }
    Ok(Value::array(kept))
}

/// Without the item at a position, counted from the end if negative; unchanged if there is none.
fn array_delete_at(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let mut items = array_items(surroundings, input)?;
    let at = integer(&arguments.value(0))?;
    let at = if at < 0 { at.saturating_add_unsigned(items.len() as u64) } else { at };
    if let Ok(at) = usize::try_from(at)
        && at < items.len()
    {
        items.remove(at);
    }
    Ok(Value::array(items))
}

fn array_flatten(surroundings: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    match input {
        Value::Array(_) | Value::Nil => Ok(Value::array(items(surroundings, input)?)),
        other => Err(not_an_array(other)),
    }
}

/// A hash from the text of a property to the items that have it.
fn array_group_by(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let property = arguments.value(0);
    let mut groups = Map::default();
    for item in array_items(surroundings, input)? {
        let key = surroundings.text_of(&select_or_nil(&item, &property)?)?.into();
        if let Value::Array(group) = groups.get_or_insert_with(key, || Value::array(Vec::new())) {
            group.borrow_mut().push(item);
        }
    }
    Ok(Value::hash(groups))
}

/// Arrays of that many items; the last is filled up with nil.
fn array_in_groups_of(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let size = integer(&arguments.value(0))?;
    let Some(size) = usize::try_from(size).ok().filter(|size| *size > 0) else {
        return Err(Rejection::argument("group size must be a positive integer"));
    };
    let items = array_items(surroundings, input)?;
    surroundings.limits.grow(size.saturating_mul(size_of::<Value>()))?;
    let groups = items.chunks(size).map(|chunk| {
        let mut group = chunk.to_vec();
        group.resize(size, Value::Nil);
        Value::array(group)
    });
    Ok(Value::array(groups.collect()))
}

fn array_index_of(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let wanted = item(arguments);
    for (at, item) in array_items(surroundings, input)?.iter().enumerate() {
        if surroundings.limits.equal(item, &wanted)? {
            return Ok(Value::Int(at as i64));
        }
    }
    Ok(Value::Nil)
}

fn array_intersect(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let items = array_items(surroundings, input)?;
    let others = Seen::of(&array_items(surroundings, &arguments.value(0))?, surroundings)?;
    let mut taken = Seen::new();
    let mut common = Vec::new();
    for item in items {
        if others.contains(&item, surroundings)? && taken.insert(&item, surroundings)? {
            common.push(item);
        }
    }
    Ok(Value::array(common))
}

fn array_subtract(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let items = array_items(surroundings, input)?;
    let others = Seen::of(&array_items(surroundings, &arguments.value(0))?, surroundings)?;
    let mut left = Vec::new();
    for item in items {
        if !others.contains(&item, surroundings)? {
            left.push(item);
        }
    }
    Ok(Value::array(left))
}

fn array_limit(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let mut items = array_items(surroundings, input)?;
    items.truncate(usize::try_from(integer(&arguments.value(0))?).unwrap_or(0));
    Ok(Value::array(items))
}

/// One key: the values. Several, or an array of keys: an array of values for every item.
fn array_map(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let items = array_items(surroundings, input)?;
    let keys = match arguments.positional.as_slice() {
        [Value::Array(keys)] => keys.borrow().clone(),
        [key] => {
            let values: Result<_, _> = items.iter().map(|item| select_or_nil(item, key)).collect();
            return Ok(Value::array(values?));
        }
        keys => keys.to_vec(),
    };
    let bytes = items.len().saturating_mul(keys.len()).saturating_mul(size_of::<Value>());
    surroundings.limits.grow(bytes)?;
    let rows: Result<_, _> = items
        .iter()
        .map(|item| {
            keys.iter().map(|key| select_or_nil(item, key)).collect::<Result<_, _>>().map(Value::array)
        })
        .collect();
    Ok(Value::array(rows?))
}

/// The item at that position comes first, what stood before it last.
fn array_rotate(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let mut items = array_items(surroundings, input)?;
    let by = arguments.integer(0)?.unwrap_or(1);
    if let Some(by) = by.checked_rem_euclid(items.len() as i64) {
        items.rotate_left(by as usize);
    }
    Ok(Value::array(items))
}

fn array_shuffle(surroundings: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    let mut items = array_items(surroundings, input)?;
    items.shuffle(&mut rand::rng());
    Ok(Value::array(items))
}
