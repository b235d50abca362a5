//! Sorting. Ruby raises when two items cannot be compared; here that is found out before the sort, so that the sort
//! itself always has a total order (Rust's may panic without one).

use std::cmp::Ordering;

use super::arguments::Arguments;
use super::items::{Selected, items, select, unselectable};
use super::number::Number;
use super::{Filter, Filtered, Rejection, Surroundings};
use crate::liquid::value::Value;

pub(super) const ROWS: &[Filter] = &[
    Filter::new("array_sort_by", 1..=1, sort),
    Filter::new("sort", 0..=1, sort),
    Filter::new("sort_by", 1..=1, sort),
    Filter::new("sort_natural", 0..=1, sort_natural),
];

/// By the items themselves or a property of them; nil comes last, equals keep their order.
fn sort(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let Some(mut keyed) = keyed_items(surroundings, input, arguments)? else {
        return Ok(Value::Nil);
    };
    check_comparable(keyed.iter().map(|(key, _)| key))?;
    keyed.sort_by(|(a, _), (b, _)| nil_last(a, b, compare));
    Ok(Value::array(keyed.into_iter().map(|(_, item)| item).collect()))
}

/// As text, upper and lower case alike.
fn sort_natural(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let Some(keyed) = keyed_items(surroundings, input, arguments)? else {
        return Ok(Value::Nil);
    };
    let mut folded = Vec::with_capacity(keyed.len());
    for (key, item) in keyed {
        let text = if key.is_nil() { None } else { Some(surroundings.text_of(&key)?.to_ascii_lowercase()) };
        surroundings.limits.grow(text.as_ref().map_or(0, String::len))?;
        folded.push((text, item));
    }
    folded.sort_by(|(a, _), (b, _)| match (a, b) {
        (Some(a), Some(b)) => a.cmp(b),
        // A missing key comes last.
        _ => b.is_some().cmp(&a.is_some()),
    });
    Ok(Value::array(folded.into_iter().map(|(_, item)| item).collect()))
}

/// Items with their sort keys; `None` if a property is asked for that some item cannot have.
fn keyed_items(
    surroundings: &Surroundings<'_>,
    input: &Value,
    arguments: &Arguments,
) -> Result<Option<Vec<(Value, Value)>>, Rejection> {
    let mut keyed = Vec::new();
    for item in items(surroundings, input)? {
        let key = match arguments.get(0) {
            None | Some(Value::Nil) => item.clone(),
            Some(property) => match select(&item, property) {
                Selected::Value(value) => value,
                Selected::Bare => return Ok(None),
                Selected::Unselectable => return Err(unselectable(property)),
            },
        };
        keyed.push((key, item));
    }
    Ok(Some(keyed))
}

/// Values of one kind have an order among each other.
#[derive(PartialEq, Eq)]
enum Kind {
    Number,
    Text,
    Date,
    Time,
}

impl Kind {
    fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Int(_) | Value::BigInt(_) => Some(Self::Number),
            Value::Float(f) if !f.is_nan() => Some(Self::Number),
            Value::Str(_) | Value::Bytes(_) => Some(Self::Text),
            Value::Date(_) => Some(Self::Date),
            Value::Time(_) => Some(Self::Time),
            _ => None,
        }
    }
}

/// All keys but nil are of one kind; a single one may be anything.
pub(super) fn check_comparable<'v>(keys: impl Iterator<Item = &'v Value>) -> Result<(), Rejection> {
    let mut keys = keys.filter(|key| !key.is_nil());
    let (Some(first), Some(second)) = (keys.next(), keys.next()) else {
        return Ok(());
    };
    let kind = Kind::of(first);
    if kind.is_some() && [second].into_iter().chain(keys).all(|key| Kind::of(key) == kind) {
        return Ok(());
    }
    Err(Rejection::argument("cannot sort values of incompatible types"))
}

fn nil_last(a: &Value, b: &Value, compare: impl Fn(&Value, &Value) -> Ordering) -> Ordering {
    match (a.is_nil(), b.is_nil()) {
        (false, false) => compare(a, b),
        (a, b) => a.cmp(&b),
    }
}

/// Two values of one kind. Integers and floats are compared exactly: by way of floats, three of them could disagree.
fn compare(a: &Value, b: &Value) -> Ordering {
    let order = match (a, b) {
        (Value::Float(_), Value::Float(_)) => a.compare(b),
        (Value::Float(_), _) | (_, Value::Float(_)) => match (Number::of(a), Number::of(b)) {
            (Ok(a), Ok(b)) => a.compare(&b),
            _ => None,
        },
        _ => a.compare(b),
    };
    order.unwrap_or(Ordering::Equal)
}
