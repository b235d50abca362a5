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
fn judge(item: &Value, arguments: &Arguments) -> Result<Verdict, Rejection> {
    let property = arguments.value(0);
    let is_match = match (select(item, &property), arguments.get(1)) {
        (Selected::Value(value), None | Some(Value::Nil)) => value.is_truthy(),
        (Selected::Value(value), Some(wanted)) => value.equals(wanted),
        (Selected::Unselectable, _) => return Err(unselectable(&property)),
        (Selected::Bare, _) => return Ok(Verdict::Bare),
    };
    Ok(if is_match { Verdict::Match } else { Verdict::Miss })
}

fn where_filter(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let mut kept = Vec::new();
    for item in items(surroundings, input)? {
        match judge(&item, arguments)? {
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
        let mut kept = array_items(surroundings, input)?;
        kept.retain(|item| !has_pairs(item, &pairs));
        return Ok(Value::array(kept));
    }
    let mut kept = Vec::new();
    for item in items(surroundings, input)? {
        match judge(&item, arguments)? {
            Verdict::Match => {}
            Verdict::Miss => kept.push(item),
            Verdict::Bare => return Ok(Value::Nil),
        }
    }
    Ok(Value::array(kept))
}

fn find(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    for item in items(surroundings, input)? {
        match judge(&item, arguments)? {
            Verdict::Match => return Ok(item),
            Verdict::Miss => {}
            Verdict::Bare => break,
        }
    }
    Ok(Value::Nil)
}

fn find_index(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    for (at, item) in items(surroundings, input)?.iter().enumerate() {
        match judge(item, arguments)? {
            Verdict::Match => return Ok(Value::Int(at as i64)),
            Verdict::Miss => {}
            Verdict::Bare => break,
        }
    }
    Ok(Value::Nil)
}

fn has(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    for item in items(surroundings, input)? {
        match judge(&item, arguments)? {
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
    let mut kept = array_items(surroundings, input)?;
    kept.retain(|item| has_pairs(item, &pairs));
    Ok(Value::array(kept))
}

fn array_detect(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let pairs = pairs(arguments)?;
    Ok(array_items(surroundings, input)?.into_iter().find(|item| has_pairs(item, &pairs)).unwrap_or_default())
}

/// The positions of all matches.
fn array_find_index(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let pairs = pairs(arguments)?;
    let items = array_items(surroundings, input)?;
    let found = items.iter().enumerate().filter(|(_, item)| has_pairs(item, &pairs));
    Ok(Value::array(found.map(|(at, _)| Value::Int(at as i64)).collect()))
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
    let found = match arguments.get(0) {
        None => items.iter().any(|item| &*item.to_text() == "true"),
        Some(Value::Array(wanted)) => {
            wanted.borrow().iter().any(|wanted| items.iter().any(|item| item.equals(wanted)))
        }
        Some(wanted) => items.iter().any(|item| item.equals(wanted)),
    };
    Ok(Value::Bool(found))
}

fn array_include(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let wanted = arguments.value(0);
    Ok(Value::Bool(array_items(surroundings, input)?.iter().any(|item| item.equals(&wanted))))
}
