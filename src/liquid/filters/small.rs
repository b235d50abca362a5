//! Arithmetic on numbers that fit a machine word: the answers of [`Number`](super::number::Number), digit for digit,
//! without its big integers. `None` means "go the long way": the operand is no such number, the result would be none, or
//! the call is a mistake that the long way words.

use super::number::Operation;
use crate::liquid::value::{Value, shortest_decimal};

/// An integer, or `units / 10^scale` with `|units| < 10^15`.
#[derive(Debug, Clone, Copy)]
pub(super) enum Small {
    Int(i64),
    Decimal { units: i64, scale: usize },
}

/// Integers up to here are floats, too.
const MAX_EXACT: i128 = 1 << 53;

/// The powers of ten that are floats exactly: a quotient of two exact floats is correctly rounded.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
];

impl Small {
    pub(super) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Int(i) => Some(Self::Int(*i)),
            // Its sign is the long way's business.
            Value::Float(f) if *f == 0.0 => None,
            Value::Float(f) => shortest_decimal(*f).map(|(units, scale)| Self::Decimal { units, scale }),
            _ => None,
        }
    }

    /// The value of two numbers; a float if either has a point.
    pub(super) fn calculate(self, operation: Operation, other: Self) -> Option<Value> {
        if let (Self::Int(a), Self::Int(b)) = (self, other) {
            return whole(a, operation, b).map(Value::Int);
        }
        let ((a, scale_a), (b, scale_b)) = (self.parts(), other.parts());
        let scale = scale_a.max(scale_b);
        let float = match operation {
            Operation::Multiply => float(a.checked_mul(b)?, scale_a + scale_b)?,
            _ => {
                let a = a.checked_mul(power(scale - scale_a)?)?;
                let b = b.checked_mul(power(scale - scale_b)?)?;
                match operation {
                    Operation::Add => float(a.checked_add(b)?, scale)?,
                    Operation::Subtract => float(a.checked_sub(b)?, scale)?,
                    Operation::Modulo => float(floored(a, b)?.1, scale)?,
                    Operation::Divide if b != 0 => exact(a)? / exact(b)?,
                    _ => return None,
                }
            }
        };
        (float != 0.0).then_some(Value::Float(float))
    }

    /// To `places` behind the point, halves away from zero; an integer if `places` is zero. An integer stays.
    pub(super) fn round(self, places: usize) -> Option<Value> {
        let (units, scale) = match self {
            Self::Int(i) => return Some(Value::Int(i)),
            Self::Decimal { units, scale } => (i128::from(units), scale),
        };
        let unit = power(scale.saturating_sub(places))?;
        let rounded = (units + units.signum() * (unit / 2)) / unit;
        match places {
            0 => i64::try_from(rounded).ok().map(Value::Int),
            _ => float(rounded, scale.min(places)).map(Value::Float),
        }
    }

    /// The largest integer that is not above it.
    pub(super) fn floor(self) -> Option<i64> {
        let (units, scale) = self.parts();
        i64::try_from(floored(units, power(scale)?)?.0).ok()
    }

    /// The smallest integer that is not below it.
    pub(super) fn ceil(self) -> Option<i64> {
        let (units, scale) = self.parts();
        i64::try_from(-floored(-units, power(scale)?)?.0).ok()
    }

    fn parts(self) -> (i128, usize) {
        match self {
            Self::Int(units) => (units.into(), 0),
            Self::Decimal { units, scale } => (units.into(), scale),
        }
    }
}

fn whole(a: i64, operation: Operation, b: i64) -> Option<i64> {
    match operation {
        Operation::Add => a.checked_add(b),
        Operation::Subtract => a.checked_sub(b),
        Operation::Multiply => a.checked_mul(b),
        Operation::Divide => i64::try_from(floored(a.into(), b.into())?.0).ok(),
        Operation::Modulo => i64::try_from(floored(a.into(), b.into())?.1).ok(),
    }
}

/// Quotient rounded down and the rest, which has the sign of `b`; `None` if `b` is zero.
fn floored(a: i128, b: i128) -> Option<(i128, i128)> {
    let (quotient, rest) = (a.checked_div(b)?, a.checked_rem(b)?);
    if rest != 0 && (rest < 0) != (b < 0) { Some((quotient - 1, rest + b)) } else { Some((quotient, rest)) }
}

fn power(exponent: usize) -> Option<i128> {
    10_i128.checked_pow(u32::try_from(exponent).ok()?)
}

/// The float nearest to `units / 10^scale`.
fn float(units: i128, scale: usize) -> Option<f64> {
    Some(exact(units)? / POWERS.get(scale)?)
}

fn exact(units: i128) -> Option<f64> {
    (units.abs() <= MAX_EXACT).then_some(units as f64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::number::Number;
    use super::*;

    /// Numbers as templates have them, and some that have none of our decimals.
    fn numbers() -> impl Strategy<Value = Value> {
        prop_oneof![
            (-1000..1000_i64).prop_map(Value::Int),
            any::<i64>().prop_map(Value::Int),
            (-1_000_000..1_000_000_i64, 0..7_i32)
                .prop_map(|(units, scale)| Value::Float(units as f64 / 10_f64.powi(scale))),
            (-1e18..1e18).prop_map(Value::Float),
            any::<f64>().prop_map(Value::Float),
        ]
    }

    const OPERATIONS: [Operation; 5] =
        [Operation::Add, Operation::Subtract, Operation::Multiply, Operation::Divide, Operation::Modulo];

    fn shown(value: &Value) -> String {
        format!("{value:?}")
    }

    proptest! {
        #[test]
        fn answers_are_those_of_the_long_way(a in numbers(), b in numbers(), places in 0..6_usize) {
            let (Some(small_a), Some(small_b)) = (Small::of(&a), Small::of(&b)) else { return Ok(()) };
            let (long_a, long_b) = (Number::of(&a).unwrap(), Number::of(&b).unwrap());

            for operation in OPERATIONS {
                if let Some(quick) = small_a.calculate(operation, small_b) {
                    let long = long_a.calculate(operation, &long_b).unwrap().into_value().unwrap();
                    prop_assert_eq!(shown(&quick), shown(&long), "{:?} {:?} {:?}", a, operation, b);
                }
            }
            let Number::Decimal(long) = long_a else { return Ok(()) };
            if let Some(quick) = small_a.round(places) {
                let long = long.round(places as i32);
                let long = if places == 0 { Value::big(long.floor()) } else { Value::Float(long.to_float()) };
                prop_assert_eq!(shown(&quick), shown(&long), "{:?} to {}", a, places);
            }
            prop_assert_eq!(small_a.floor().map(|floor| floor.into()), Some(long.floor()));
            prop_assert_eq!(small_a.ceil().map(|ceil| ceil.into()), Some(long.ceil()));
        }
    }

    #[test]
    fn prices_take_the_short_way() {
        let calculate = |a: f64, operation, b: f64| {
            let (a, b) = (Small::of(&Value::Float(a))?, Small::of(&Value::Float(b))?);
            Some(shown(&a.calculate(operation, b)?))
        };
        assert_eq!(calculate(1.1, Operation::Add, 2.2).as_deref(), Some("Float(3.3)"));
        assert_eq!(calculate(19.99, Operation::Multiply, 1.23).as_deref(), Some("Float(24.5877)"));
        assert_eq!(calculate(0.3, Operation::Divide, 0.1).as_deref(), Some("Float(3.0)"));
        assert_eq!(calculate(1.0, Operation::Divide, 0.0), None);
        assert_eq!(shown(&Small::of(&Value::Float(2.675)).unwrap().round(2).unwrap()), "Float(2.68)");
    }
}
