//! Filters that pick items out of a list, in two manners of speaking: Shopify's `where: 'key', value`, and the
//! platform's `array_select: key: value, other: value`.

use super::arguments::Arguments;
use super::items::{Selected, array_items, has_pairs, items, select, unselectable};
use super::{Filter, Filtered, Rejection, Surroundings};
use crate::liquid::value::{Map, Value};

pub(super) const ROWS: &[Filter] = &[
    Filter::question("any", 0..=1, array_any),
    Filter::question("array_any", 0..=1, array_any),
    Filter::new("array_detect", 0..=1, array_detect),
    Filter::new("array_find_index", 1..=1, array_find_index),
    Filter::question("array_include", 1..=1, array_include),
    Filter::new("array_reject", 0..=2, reject),
    Filter::new("array_select", 0..=2, array_select),
    Filter::new("detect", 0..=1, array_detect),
    Filter::new("find", 1..=2, find),
    Filter::new("find_index", 1..=2, find_index),
    Filter::new("has", 1..=2, has),
    Filter::question("is_included_in_array", 1..=1, array_include),
    // Without conditions it is a mistake to Shopify, whose name this is too.
    Filter::new("reject", 1..=2, reject),
    Filter::new("select", 0..=2, array_select),
    Filter::new("where", 1..=2, where_filter),
];

/// What Shopify's filters find out about one item.
enum Verdict {
    Match,
    Miss,
    /// The item has no properties; the whole filter then answers nil.
    Bare,
}

/// Without a wanted value, any truthy property is a match.
fn judge(surroundings: &Surroundings<'_>, item: &Value, arguments: &Arguments) -> Result<Verdict, Rejection> {
    let property = arguments.value(0);
    let is_match = match (select(item, &property), arguments.get(1)) {
        (Selected::Value(value), None | Some(Value::Nil)) => value.is_truthy(),
        (Selected::Value(value), Some(wanted)) => surroundings.limits.equal(&value, wanted)?,
        (Selected::Unselectable, _) => return Err(unselectable(&property)),
        (Selected::Bare, _) => return Ok(Verdict::Bare),
    };
    Ok(if is_match { Verdict::Match } else { Verdict::Miss })
}

fn where_filter(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let mut kept = Vec::new();
    for item in items(surroundings, input)? {
        match judge(surroundings, &item, arguments)? {
            Verdict::Match => kept.push(item),
            Verdict::Miss => {}
            Verdict::Bare => return Ok(Value::Nil),
        }
    }
    Ok(Value::array(kept))
}

/// By pairs if called with names: the items for which at least one pair differs.
fn reject(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    if let Some(pairs) = pairs_or_none(arguments) {
        return having(surroundings, input, &pairs, Keep::Others);
    }
    let mut kept = Vec::new();
    for item in items(surroundings, input)? {
        match judge(surroundings, &item, arguments)? {
            Verdict::Match => {}
            Verdict::Miss => kept.push(item),
            Verdict::Bare => return Ok(Value::Nil),
        }
    }
    Ok(Value::array(kept))
}

fn find(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    for item in items(surroundings, input)? {
        match judge(surroundings, &item, arguments)? {
            Verdict::Match => return Ok(item),
            Verdict::Miss => {}
            Verdict::Bare => break,
        }
    }
    Ok(Value::Nil)
}

fn find_index(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    for (at, item) in items(surroundings, input)?.iter().enumerate() {
        match judge(surroundings, item, arguments)? {
            Verdict::Match => return Ok(Value::Int(at as i64)),
            Verdict::Miss => {}
            Verdict::Bare => break,
        }
    }
    Ok(Value::Nil)
}

fn has(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    for item in items(surroundings, input)? {
        match judge(surroundings, &item, arguments)? {
            Verdict::Match => return Ok(Value::Bool(true)),
            Verdict::Miss => {}
            Verdict::Bare => return Ok(Value::Nil),
        }
    }
    Ok(Value::Bool(false))
}

fn array_select(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let Some(pairs) = pairs_or_none(arguments) else {
        return where_filter(surroundings, input, arguments);
    };
    having(surroundings, input, &pairs, Keep::Matches)
}

/// Which of the items stay.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keep {
    Matches,
    Others,
}

/// The items of an array that have all pairs, or the others.
fn having(surroundings: &Surroundings<'_>, input: &Value, pairs: &Map, keep: Keep) -> Filtered {
    let mut kept = Vec::new();
    for item in array_items(surroundings, input)? {
        if has_pairs(surroundings, &item, pairs)? == (keep == Keep::Matches) {
            kept.push(item);
        }
    }
    Ok(Value::array(kept))
}

fn array_detect(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let pairs = pairs(arguments)?;
    for item in array_items(surroundings, input)? {
        if has_pairs(surroundings, &item, &pairs)? {
            return Ok(item);
        }
    }
    Ok(Value::Nil)
}

/// The positions of all matches.
fn array_find_index(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let pairs = pairs(arguments)?;
    let mut found = Vec::new();
    for (at, item) in array_items(surroundings, input)?.iter().enumerate() {
        if has_pairs(surroundings, item, &pairs)? {
            found.push(Value::Int(at as i64));
        }
    }
    Ok(Value::array(found))
}

/// The conditions; none at all are met by every hash.
fn pairs_or_none(arguments: &Arguments) -> Option<Map> {
    if arguments.count() == 0 { Some(Map::default()) } else { arguments.hash(0) }
}

fn pairs(arguments: &Arguments) -> Result<Map, Rejection> {
    pairs_or_none(arguments).ok_or_else(|| Rejection::argument("expected the conditions as `key: value`"))
}

/// Whether one item is the argument, or one of the arguments if it is an array; without argument, whether one is true.
fn array_any(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let items = array_items(surroundings, input)?;
    let limits = surroundings.limits;
    let found = match arguments.get(0) {
        None => items.iter().any(is_true),
        Some(Value::Array(wanted)) => {
            let mut found = false;
            for wanted in wanted.borrow().iter() {
                found = found || limits.any_equal(&items, wanted)?;
            }
            found
        }
        Some(wanted) => limits.any_equal(&items, wanted)?,
    };
    Ok(Value::Bool(found))
}

/// `true`, or the text of it.
fn is_true(value: &Value) -> bool {
    match value {
        Value::Bool(is_true) => *is_true,
        Value::Str(text) => &*text.text == "true",
        _ => false,
    }
}

fn array_include(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let items = array_items(surroundings, input)?;
    Ok(Value::Bool(surroundings.limits.any_equal(&items, &arguments.value(0))?))
}
