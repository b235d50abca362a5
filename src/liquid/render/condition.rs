//! Conditions, by the rules of Ruby's Liquid.

use std::cmp::Ordering;

use super::Render;
use crate::liquid::error::{Error, Result};
use crate::liquid::syntax::ast::{Comparison, Condition};
use crate::liquid::value::Value;

impl Render<'_> {
    pub(crate) fn condition(&mut self, condition: &Condition) -> Result<bool> {
        match condition {
            Condition::Value(expression) => Ok(self.value(expression)?.is_truthy()),
            Condition::Compare(left, comparison, right) => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                compare(&left, *comparison, &right)
            }
            Condition::And(both) => Ok(self.condition(&both.0)? && self.condition(&both.1)?),
            Condition::Or(both) => Ok(self.condition(&both.0)? || self.condition(&both.1)?),
        }
    }
}

fn compare(left: &Value, comparison: Comparison, right: &Value) -> Result<bool> {
    let holds: fn(Ordering) -> bool = match comparison {
        Comparison::Equal => return Ok(left.equals(right)),
        Comparison::NotEqual => return Ok(!left.equals(right)),
        Comparison::Contains => return Ok(contains(left, right)),
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
            Err(Error::runtime(text))
        }
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
fn contains(left: &Value, right: &Value) -> bool {
    if !right.is_truthy() {
        return false;
    }
    match left {
        Value::Str(text) => text.text.contains(&*right.to_text()),
        Value::Array(items) => items.borrow().iter().any(|item| item.equals(right)),
        Value::Hash(entries) => matches!(right, Value::Str(key) if entries.borrow().contains_key(&*key.text)),
        Value::Range(start, end) => match right {
            Value::Int(i) => (start..=end).contains(&i),
            Value::Float(f) => *f >= *start as f64 && *f <= *end as f64,
            _ => false,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_between_types_is_an_error_only_where_both_have_one() {
        let (one, text) = (Value::Int(1), Value::str("a"));
        let error = |left: &Value, right: &Value| {
            compare(left, Comparison::Less, right).map_err(|e| e.text().to_owned())
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
            assert_eq!(contains(&left, &right), expected, "{left:?} contains {right:?}");
        }
    }
}
