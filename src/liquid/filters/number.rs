//! What the number filters take for a number, and the rules by which anything becomes one: numbers are themselves,
//! text counts as far as it begins with digits, all else is zero.

use std::cmp::Ordering;

use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive};

use super::Rejection;
use super::decimal::{Decimal, floored};
use crate::liquid::value::Value;

/// Numbers with more digits are refused: multiplying a number by itself in a loop must not eat the machine.
const MAX_DIGITS: usize = 10_000;
const MAX_BITS: u64 = 33_220;

#[derive(Debug, Clone)]
pub(super) enum Number {
    Int(BigInt),
    Decimal(Decimal),
    /// An infinity, NaN or negative zero, which no decimal can hold.
    Unbounded(f64),
}

/// The four operations whose rules differ between integers, decimals and unbounded floats.
#[derive(Debug, Clone, Copy)]
pub(super) enum Operation {
    Add,
    Subtract,
    Multiply,
    /// Rounded down between integers.
    Divide,
    /// Of the floored division: the result has the sign of the divisor.
    Modulo,
}

impl Number {
    pub(super) fn of(value: &Value) -> Result<Self, Rejection> {
        match value {
            Value::Int(i) => Ok(Self::Int(BigInt::from(*i))),
            Value::BigInt(i) => Ok(Self::Int((**i).clone())),
            Value::Float(f) => Ok(Self::of_float(*f)),
            Value::Str(s) => Self::of_text(s.text.trim()),
            _ => Ok(Self::zero()),
        }
    }

    fn of_float(float: f64) -> Self {
        if is_negative_zero(float) {
            return Self::Unbounded(float);
        }
        Decimal::from_float(float).map_or(Self::Unbounded(float), Self::Decimal)
    }

    /// `-1.5` is a decimal; otherwise the leading integer counts, however the text goes on.
    fn of_text(text: &str) -> Result<Self, Rejection> {
        let (sign, unsigned) = match text.strip_prefix('-') {
            Some(unsigned) => ("-", unsigned),
            None => ("", text.strip_prefix('+').unwrap_or(text)),
        };
        let whole = leading_digits(unsigned);
        let rest = unsigned.get(whole.len()..).unwrap_or_default();
        let fraction = rest.strip_prefix('.').filter(|f| !f.is_empty() && leading_digits(f).len() == f.len());
        if whole.is_empty() {
            return Ok(Self::zero());
        }
        if whole.len() + fraction.map_or(0, str::len) > MAX_DIGITS {
            return Err(too_large());
        }
        let number = match fraction {
            Some(fraction) if !text.starts_with('+') => {
                Decimal::parse(&format!("{sign}{whole}.{fraction}")).map(Self::Decimal)
            }
            _ => format!("{sign}{whole}").parse().ok().map(Self::Int),
        };
        Ok(number.unwrap_or_else(Self::zero))
    }

    pub(super) fn zero() -> Self {
        Self::Int(BigInt::ZERO)
    }

    /// Integers stay integers; everything with a point becomes a float.
    pub(super) fn into_value(self) -> Result<Value, Rejection> {
        match self {
            Self::Int(i) if i.bits() > MAX_BITS => Err(too_large()),
            Self::Int(i) => Ok(Value::big(i)),
            Self::Decimal(d) => Ok(Value::Float(d.to_float())),
            Self::Unbounded(f) => Ok(Value::Float(f)),
        }
    }

    pub(super) fn abs(self) -> Self {
        match self {
            Self::Int(i) => Self::Int(i.abs()),
            Self::Decimal(d) => Self::Decimal(d.abs()),
            Self::Unbounded(f) => Self::Unbounded(f.abs()),
        }
    }

    pub(super) fn is_zero(&self) -> bool {
        match self {
            Self::Int(i) => *i == BigInt::ZERO,
            Self::Decimal(d) => d.is_zero(),
            Self::Unbounded(f) => *f == 0.0,
        }
    }

    fn is_negative(&self) -> bool {
        match self {
            Self::Int(i) => i.is_negative(),
            Self::Decimal(d) => d.is_negative(),
            Self::Unbounded(f) => f.is_sign_negative(),
        }
    }

    pub(super) fn to_float(&self) -> f64 {
        match self {
            Self::Int(i) => i.to_f64().unwrap_or(f64::NAN),
            Self::Decimal(d) => d.to_float(),
            Self::Unbounded(f) => *f,
        }
    }

    /// `None` for infinities and NaN; a negative zero is a zero.
    pub(super) fn to_decimal(&self) -> Option<Decimal> {
        match self {
            Self::Int(i) => Some(Decimal::from(i.clone())),
            Self::Decimal(d) => Some(d.clone()),
            Self::Unbounded(f) if *f == 0.0 => Some(Decimal::from(BigInt::ZERO)),
            Self::Unbounded(_) => None,
        }
    }

    /// Exact, whatever the two kinds; `None` if one is NaN.
    pub(super) fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => Some(a.cmp(b)),
            _ => match (self.to_decimal(), other.to_decimal()) {
                (Some(a), Some(b)) => Some(a.cmp(&b)),
                _ => self.unbounded_or_zero().partial_cmp(&other.unbounded_or_zero()),
            },
        }
    }

    /// Any finite number stands on the same side of an infinity as zero.
    fn unbounded_or_zero(&self) -> f64 {
        if let Self::Unbounded(f) = self { *f } else { 0.0 }
    }

    pub(super) fn calculate(&self, operation: Operation, other: &Self) -> Result<Self, Rejection> {
        let by_zero = || Rejection::argument("divided by 0");
        if other.is_zero() {
            match (operation, self, other) {
                // Between decimals the quotient is an infinity, or NaN of zero itself.
                (Operation::Divide, Self::Int(_), Self::Int(_)) | (Operation::Modulo, ..) => {
                    return Err(by_zero());
                }
                (Operation::Divide, ..) => return Ok(Self::Unbounded(self.to_float() / other.to_float())),
                _ => {}
            }
        }
        if let (Self::Int(a), Self::Int(b)) = (self, other) {
            let result = match operation {
                Operation::Add => a + b,
                Operation::Subtract => a - b,
                Operation::Multiply => a * b,
                Operation::Divide => floored(a, b).ok_or_else(by_zero)?.0,
                Operation::Modulo => floored(a, b).ok_or_else(by_zero)?.1,
            };
            return Ok(Self::Int(result));
        }
        if let (Some(a), Some(b)) = (self.to_decimal(), other.to_decimal()) {
            let result = match operation {
                Operation::Add => a.add(&b),
                Operation::Subtract => a.subtract(&b),
                Operation::Multiply => a.multiply(&b),
                Operation::Divide => a.divide(&b).ok_or_else(by_zero)?,
                Operation::Modulo => a.modulo(&b).ok_or_else(by_zero)?,
            };
            let keeps_sign = matches!(operation, Operation::Multiply | Operation::Divide);
            if keeps_sign && result.is_zero() && self.is_negative() != other.is_negative() {
                return Ok(Self::Unbounded(-0.0));
            }
            return Ok(Self::Decimal(result));
        }
        let (a, b) = (self.to_float(), other.to_float());
        Ok(Self::Unbounded(match operation {
            Operation::Add => a + b,
            Operation::Subtract => a - b,
            Operation::Multiply => a * b,
            Operation::Divide => a / b,
            Operation::Modulo => a.rem_euclid(b),
        }))
    }
}

fn is_negative_zero(float: f64) -> bool {
    float == 0.0 && float.is_sign_negative()
}

/// The ASCII digits `text` begins with.
fn leading_digits(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

fn too_large() -> Rejection {
    Rejection::argument("number too large")
}
