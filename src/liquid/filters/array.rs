//! Shopify's filters on lists. They take anything for a list: nested arrays are flattened, a scalar is a list of one,
//! nil is empty.

use super::arguments::Arguments;
use super::items::{Seen, items, select_or_nil};
use super::number::{Number, Operation};
use super::{Filter, Filtered, Rejection, Surroundings};
use crate::liquid::value::{Value, pair};

pub(super) const ROWS: &[Filter] = &[
    Filter::new("array_compact", 0..=1, compact),
    Filter::new("array_sum", 0..=1, sum),
    Filter::new("array_uniq", 0..=1, uniq),
    Filter::new("compact", 0..=1, compact),
    Filter::new("concat", 1..=1, concat),
    Filter::new("first", 0..=0, first),
    Filter::new("join", 0..=1, join),
    Filter::new("last", 0..=0, last),
    Filter::new("map", 1..=1, map),
    Filter::new("reverse", 0..=0, reverse),
    Filter::new("sum", 0..=1, sum),
    Filter::new("uniq", 0..=1, uniq),
];

fn first(_: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    Ok(match input {
        Value::Hash(hash) => hash.borrow().first().map_or(Value::Nil, |(key, value)| pair(key, value)),
        Value::Array(_) | Value::Range(..) => input.property("first"),
        _ => Value::Nil,
    })
}

fn last(_: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    Ok(match input {
        Value::Array(_) | Value::Range(..) => input.property("last"),
        _ => Value::Nil,
    })
}

fn join(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let glue = arguments.text_or(0, " ");
    if let Value::Array(array) = input
        && !array.borrow().iter().any(|item| matches!(item, Value::Array(_)))
    {
        return joined(surroundings, &array.borrow(), &glue);
    }
    joined(surroundings, &items(surroundings, input)?, &glue)
}

fn joined(surroundings: &Surroundings<'_>, items: &[Value], glue: &str) -> Filtered {
    let mut joined = String::new();
    for (at, item) in items.iter().enumerate() {
        let before = joined.len();
        if at > 0 {
            joined.push_str(glue);
        }
        if surroundings.plain {
            item.write_plain(&mut joined);
        } else {
            item.write_text(&mut joined);
        }
        surroundings.grow_text(joined.len() - before, joined.len())?;
    }
    Ok(Value::str(joined))
}

fn reverse(surroundings: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    let mut items = items(surroundings, input)?;
    items.reverse();
    Ok(Value::array(items))
}

/// Drops blank items; in plain mode, and of a property, only nil ones. Nested arrays stay.
fn compact(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let mut kept = match input {
        Value::Array(array) => array.borrow().clone(),
        other => items(surroundings, other)?,
    };
    surroundings.limits.grow(kept.len() * size_of::<Value>())?;
    match arguments.get(0) {
        None | Some(Value::Nil) if surroundings.plain => kept.retain(|item| !item.is_nil()),
        None | Some(Value::Nil) => kept.retain(|item| !item.is_blank()),
        Some(property) => {
            let mut with_property = Vec::new();
            for item in kept {
                if !select_or_nil(&item, property)?.is_nil() {
                    with_property.push(item);
                }
            }
            kept = with_property;
        }
    }
    Ok(Value::array(kept))
}

/// Keeps the first of equal items, or of items with equal properties.
fn uniq(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let mut seen = Seen::new();
    let mut kept = Vec::new();
    for item in items(surroundings, input)? {
        let key = match arguments.get(0) {
            None | Some(Value::Nil) => item.clone(),
            Some(property) => select_or_nil(&item, property)?,
        };
        if seen.insert(&key, surroundings)? {
            kept.push(item);
        }
    }
    Ok(Value::array(kept))
}

fn concat(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let Some(Value::Array(more)) = arguments.get(0) else {
        return Err(Rejection::argument("concat filter requires an array argument"));
    };
    let mut all = items(surroundings, input)?;
    surroundings.limits.grow(more.borrow().len() * size_of::<Value>())?;
    all.extend(more.borrow().iter().cloned());
    Ok(Value::array(all))
}

/// The property of every item; a dotted path leads into nested hashes.
fn map(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let property = arguments.value(0);
    let values: Result<_, _> =
        items(surroundings, input)?.iter().map(|item| select_or_nil(item, &property)).collect();
    Ok(Value::array(values?))
}

/// Of the items, or of a property of each; what is not a number counts zero.
fn sum(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let mut total = Number::zero();
    for item in items(surroundings, input)? {
        let value = match arguments.get(0) {
            None | Some(Value::Nil) => item,
            Some(property) => select_or_nil(&item, property)?,
        };
        total = total.calculate(Operation::Add, &Number::of(&value)?)?;
    }
    total.into_value()
}
