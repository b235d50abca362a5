//! Shopify's filters on lists. They take anything for a list: nested arrays are flattened, a scalar is a list of one,
//! nil is empty.

use super::arguments::Arguments;
use super::items::{Seen, array_items, items, select_or_bare, select_or_nil};
use super::number::{Number, Operation};
use super::{Filter, Filtered, Rejection, Surroundings};
use crate::liquid::value::{Value, pair};

pub(super) const ROWS: &[Filter] = &[
    Filter::new("array_compact", 0..=1, compact),
    Filter::new("array_sum", 0..=0, sum),
    Filter::new("array_uniq", 0..=1, array_uniq),
    Filter::new("compact", 0..=1, compact),
    Filter::new("concat", 1..=1, concat),
    Filter::new("first", 0..=0, first),
    Filter::new("join", 0..=1, join),
    Filter::new("last", 0..=0, last),
    Filter::new("map", 1..=1, map),
    Filter::new("reverse", 0..=0, reverse),
    Filter::new("sum", 0..=1, sum),
    Filter::new("sum_array", 0..=0, sum),
    Filter::new("uniq", 0..=1, uniq),
];

fn first(_: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    Ok(match input {
        Value::Hash(hash) => hash.borrow().first().map_or(Value::Nil, |(key, value)| pair(key, value)),
        Value::Array(_) | Value::Range(..) | Value::Str(_) => input.property("first"),
        _ => Value::Nil,
    })
}

fn last(_: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    Ok(match input {
        Value::Array(_) | Value::Range(..) | Value::Str(_) => input.property("last"),
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

/// Drops blank items, or those whose property is blank; in plain mode only nil ones. Nested arrays stay.
fn compact(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let mut kept = match input {
        Value::Array(array) => array.borrow().clone(),
        other => items(surroundings, other)?,
    };
    surroundings.limits.grow(kept.len() * size_of::<Value>())?;
    let is_missing = if surroundings.plain { Value::is_nil } else { Value::is_blank };
    match arguments.get(0) {
        None | Some(Value::Nil) => kept.retain(|item| !is_missing(item)),
        Some(property) => {
            let mut with_property = Vec::new();
            for item in kept {
                let Some(value) = select_or_bare(&item, property)? else { return Ok(Value::Nil) };
                if !is_missing(&value) {
                    with_property.push(item);
                }
            }
            kept = with_property;
        }
    }
    Ok(Value::array(kept))
}

/// Keeps the first of equal items, or of items with equal properties; nothing if an item has none at all.
fn uniq(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    unique(surroundings, items(surroundings, input)?, arguments)
}

/// The platform's, which keeps nested arrays.
fn array_uniq(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    unique(surroundings, array_items(surroundings, input)?, arguments)
}

/// Keeps the first of equal items, or of items with equal properties.
fn unique(surroundings: &Surroundings<'_>, items: Vec<Value>, arguments: &Arguments) -> Filtered {
    let mut seen = Seen::new();
    let mut kept = Vec::new();
    for item in items {
        let key = match arguments.get(0) {
            None | Some(Value::Nil) => item.clone(),
            Some(property) => match select_or_bare(&item, property)? {
                Some(value) => value,
                None => return Ok(Value::Nil),
            },
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
