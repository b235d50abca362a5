//! Arithmetic on numbers and on text that looks like one. Integers beyond 64 bits are as good as small ones.

use std::cmp::Ordering;

use super::arguments::Arguments;
use super::decimal::Decimal;
use super::number::{Number, Operation};
use super::small::Small;
use super::{Filter, Filtered, Rejection, Surroundings};
use crate::liquid::value::Value;

pub(super) const ROWS: &[Filter] = &[
    Filter::new("abs", 0..=0, abs),
    Filter::new("at_least", 1..=1, at_least),
    Filter::new("at_most", 1..=1, at_most),
    Filter::new("ceil", 0..=0, ceil),
    Filter::new("divided_by", 1..=1, divided_by),
    Filter::new("floor", 0..=0, floor),
    Filter::new("minus", 1..=1, minus),
    Filter::new("modulo", 1..=1, modulo),
    Filter::new("plus", 1..=1, plus),
    Filter::new("round", 0..=1, round),
    Filter::new("times", 1..=1, times),
    Filter::new("to_positive_integer", 1..=1, to_positive_integer),
];

fn plus(_: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    calculate(input, Operation::Add, arguments)
}

fn minus(_: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    calculate(input, Operation::Subtract, arguments)
}

fn times(_: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    calculate(input, Operation::Multiply, arguments)
}

fn divided_by(_: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    calculate(input, Operation::Divide, arguments)
}

fn modulo(_: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    calculate(input, Operation::Modulo, arguments)
}

fn calculate(input: &Value, operation: Operation, arguments: &Arguments) -> Filtered {
    if let (Some(a), Some(b)) = (Small::of(input), arguments.get(0).and_then(Small::of))
        && let Some(result) = a.calculate(operation, b)
    {
        return Ok(result);
    }
    Number::of(input)?.calculate(operation, &Number::of(&arguments.value(0))?)?.into_value()
}

fn abs(_: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    Number::of(input)?.abs().into_value()
}

fn at_least(_: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    bounded_by(input, arguments, Ordering::is_gt)
}

fn at_most(_: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    bounded_by(input, arguments, Ordering::is_lt)
}

/// The argument if it is `beyond` the input, else the input; either as a number.
fn bounded_by(input: &Value, arguments: &Arguments, beyond: fn(Ordering) -> bool) -> Filtered {
    if let (Value::Int(number), Some(Value::Int(bound))) = (input, arguments.get(0)) {
        return Ok(Value::Int(if beyond(bound.cmp(number)) { *bound } else { *number }));
    }
    let (number, bound) = (Number::of(input)?, Number::of(&arguments.value(0))?);
    if bound.compare(&number).is_some_and(beyond) { bound } else { number }.into_value()
}

fn ceil(_: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    if let Some(ceil) = Small::of(input).and_then(Small::ceil) {
        return Ok(Value::Int(ceil));
    }
    match Number::of(input)? {
        Number::Int(i) => Ok(Value::big(i)),
        other => Number::Int(finite(&other)?.ceil()).into_value(),
    }
}

fn floor(_: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    if let Some(floor) = Small::of(input).and_then(Small::floor) {
        return Ok(Value::Int(floor));
    }
    match Number::of(input)? {
        Number::Int(i) => Ok(Value::big(i)),
        other => Number::Int(finite(&other)?.floor()).into_value(),
    }
}

/// To a number of places; an integer if that is zero or negative, halves away from zero.
fn round(_: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let short = match arguments.get(0) {
        None => Some(0),
        Some(Value::Int(places)) => usize::try_from(*places).ok(),
        Some(_) => None,
    };
    if let (Some(places), Some(number)) = (short, Small::of(input))
        && let Some(rounded) = number.round(places)
    {
        return Ok(rounded);
    }
    let places = Number::of(&arguments.value(0))?.to_float();
    let places = places.clamp(-1e4, 1e4) as i32;
    match Number::of(input)? {
        Number::Int(i) if places >= 0 => Ok(Value::big(i)),
        Number::Int(i) => Number::Int(Decimal::from(i).round(places).floor()).into_value(),
        other if places > 0 => Ok(Value::Float(finite(&other)?.round(places).to_float())),
        other => Number::Int(finite(&other)?.round(places).floor()).into_value(),
    }
}

/// An infinity or NaN is no integer, and is named.
fn finite(number: &Number) -> Result<Decimal, Rejection> {
    number.to_decimal().ok_or_else(|| Rejection::argument(Value::Float(number.to_float()).to_text()))
}

/// The input as an integer above zero, else the argument: for page numbers and the like that come from a request.
fn to_positive_integer(_: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    match Number::of(input)? {
        Number::Int(i) if i > num_bigint::BigInt::ZERO => Ok(Value::big(i)),
        Number::Decimal(d) if d.floor() > num_bigint::BigInt::ZERO => Ok(Value::big(d.floor())),
        _ => Ok(arguments.value(0)),
    }
}
