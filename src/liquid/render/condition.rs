//! Conditions, by the rules of Ruby's Liquid.

use std::cmp::Ordering;

use super::{Limit, Limits, Render, over};
use crate::liquid::error::{Error, Result};
use crate::liquid::syntax::ast::{Comparison, Condition};
use crate::liquid::value::Value;

impl Render<'_> {
    pub(crate) fn condition(&mut self, condition: &Condition) -> Result<bool> {
        match condition {
            Condition::Value(expression) => Ok(self.value(expression)?.is_truthy()),
            Condition::Compare(left, comparison, right) => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                compare(&left, *comparison, &right, &self.limits)
            }
            Condition::And(both) => Ok(self.condition(&both.0)? && self.condition(&both.1)?),
            Condition::Or(both) => Ok(self.condition(&both.0)? || self.condition(&both.1)?),
        }
    }
}

fn compare(left: &Value, comparison: Comparison, right: &Value, limits: &Limits) -> Result<bool> {
    let holds: fn(Ordering) -> bool = match comparison {
        Comparison::Equal => return limits.equal(left, right).map_err(over),
        Comparison::NotEqual => return Ok(!limits.equal(left, right).map_err(over)?),
        Comparison::Contains => return contains(left, right, limits).map_err(over),
        Comparison::Less => Ordering::is_lt,
        Comparison::LessOrEqual => Ordering::is_le,
        Comparison::Greater => Ordering::is_gt,
        Comparison::GreaterOrEqual => Ordering::is_ge,
    };
    if !(is_ordered(left) && is_ordered(right)) {
        return Ok(false);
    }
    match left.compare(right) {
        Some(ordering) => Ok(holds(ordering)),
        None if is_nan(left) || is_nan(right) => Ok(false),
        None => {
            let text = format!("comparison of {} with {} failed", left.type_name(), operand(right));
            Err(Error::argument(text).with_hint(same_kind(left, right)))
        }
    }
}

/// What makes two values comparable.
fn same_kind(left: &Value, right: &Value) -> &'static str {
    let is_number = |value: &Value| matches!(value, Value::Int(_) | Value::BigInt(_) | Value::Float(_));
    let is_time = |value: &Value| matches!(value, Value::Date(_) | Value::Time(_));
    match (left, right) {
        _ if is_number(left) || is_number(right) => "make a number of the other value first, with plus: 0",
        _ if is_time(left) || is_time(right) => "make a time of the other value first, with to_time",
        _ => "only numbers, texts and times have an order",
    }
}

/// What has an order in Ruby; comparing anything else by it is simply false.
fn is_ordered(value: &Value) -> bool {
    use Value::{BigInt, Date, Float, Int, Str, Time};
    matches!(value, Int(_) | BigInt(_) | Float(_) | Str(_) | Date(_) | Time(_))
}

fn is_nan(value: &Value) -> bool {
    matches!(value, Value::Float(f) if f.is_nan())
}

/// Ruby shows numbers themselves, and of everything else the class.
fn operand(value: &Value) -> String {
    match value {
        Value::Int(_) | Value::Float(_) => value.to_text().into_owned(),
        _ => value.type_name().to_owned(),
    }
}

/// A string holds a part, an array an item, a hash a key, a range a number. Nil and false are in nothing.
fn contains(left: &Value, right: &Value, limits: &Limits) -> std::result::Result<bool, Limit> {
    if !right.is_truthy() {
        return Ok(false);
    }
    limits.handled(left)?;
    Ok(match left {
        Value::Str(text) => {
            limits.handled(right)?;
            text.text.contains(&*right.to_text())
        }
        Value::Array(items) => return limits.any_equal(&items.borrow(), right),
        Value::Hash(entries) => matches!(right, Value::Str(key) if entries.borrow().contains_key(&key.text)),
        Value::Range(start, end) => match right {
            Value::Int(i) => (start..=end).contains(&i),
            Value::Float(f) => *f >= *start as f64 && *f <= *end as f64,
            _ => false,
        },
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_between_types_is_an_error_only_where_both_have_one() {
        let (one, text) = (Value::Int(1), Value::str("a"));
        let error = |left: &Value, right: &Value| {
            compare(left, Comparison::Less, right, &Limits::new(None, None)).map_err(|e| e.text().to_owned())
        };
        assert_eq!(error(&text, &one), Err("comparison of String with 1 failed".into()));
        assert_eq!(error(&one, &text), Err("comparison of Integer with String failed".into()));
        for other in [Value::Nil, Value::Bool(true), Value::array(Vec::new()), Value::Blank] {
            assert_eq!(error(&other, &one), Ok(false), "{other:?}");
            assert_eq!(error(&one, &other), Ok(false), "{other:?}");
        }
    }

    #[test]
    fn contains_looks_into_strings_arrays_hashes_and_ranges() {
        let list = Value::array(vec![Value::Int(1), Value::Bool(false), Value::Nil]);
        let cases = [
            (Value::str("hel9lo"), Value::Int(9), true),
            (Value::str("hello"), Value::Nil, false),
            (list.clone(), Value::Float(1.0), true),
            (list.clone(), Value::Bool(false), false),
            (list, Value::Nil, false),
            (Value::Range(1, 3), Value::Int(3), true),
            (Value::Nil, Value::str("a"), false),
        ];
        for (left, right, expected) in cases {
            assert_eq!(
                contains(&left, &right, &Limits::new(None, None)),
                Ok(expected),
                "{left:?} contains {right:?}"
            );
        }
    }
}
