//! Exact decimal numbers. The platform does its arithmetic on decimals, so `1.1 | plus: 2.2` prints `3.3`; binary
//! floats would print `3.3000000000000003`. Just enough of a decimal type for the number filters.

use std::cmp::Ordering;

use num_bigint::{BigInt, Sign};
use num_traits::{Signed, Zero};

/// Significant digits of a quotient that does not end; twice what a float can tell apart.
const QUOTIENT_DIGITS: u32 = 34;

/// `units / 10^scale`.
#[derive(Debug, Clone)]
pub(super) struct Decimal {
    units: BigInt,
    scale: u32,
}

impl Decimal {
    /// Reads `-12.50`: an optional sign, digits, and at most one point with digits around it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let scale = u32::try_from(fraction.len()).ok()?;
        let units = format!("{whole}{fraction}").parse().ok()?;
        Some(Self { units, scale })
    }

    /// The shortest decimal that reads back as `float`; `None` for infinities and NaN.
    pub(super) fn from_float(float: f64) -> Option<Self> {
        if float.is_finite() { Self::parse(&float.to_string()) } else { None }
    }

    pub(super) fn to_float(&self) -> f64 {
        format!("{}e-{}", self.units, self.scale).parse().unwrap_or(f64::NAN)
    }

    pub(super) fn is_zero(&self) -> bool {
        self.units.is_zero()
    }

    pub(super) fn is_negative(&self) -> bool {
        self.units.is_negative()
    }

    pub(super) fn abs(&self) -> Self {
        Self { units: self.units.abs(), scale: self.scale }
    }

    pub(super) fn add(&self, other: &Self) -> Self {
        let (a, b, scale) = self.align(other);
        Self { units: a + b, scale }
    }

    pub(super) fn subtract(&self, other: &Self) -> Self {
        let (a, b, scale) = self.align(other);
        Self { units: a - b, scale }
    }

    pub(super) fn multiply(&self, other: &Self) -> Self {
        Self { units: &self.units * &other.units, scale: self.scale + other.scale }
    }

    /// `None` if `other` is zero.
    pub(super) fn divide(&self, other: &Self) -> Option<Self> {
        if other.is_zero() {
            return None;
        }
        let (a, b, _) = self.align(other);
        let missing = digits(&b).saturating_sub(digits(&a));
        let scale = missing + QUOTIENT_DIGITS;
        Some(Self { units: a * power_of_ten(scale) / b, scale })
    }

    /// What is left of a floored division; it has the sign of `other`. `None` if `other` is zero.
    pub(super) fn modulo(&self, other: &Self) -> Option<Self> {
        let (a, b, scale) = self.align(other);
        Some(Self { units: floored(&a, &b)?.1, scale })
    }

    pub(super) fn floor(&self) -> BigInt {
        let one = power_of_ten(self.scale);
        floored(&self.units, &one).map_or_else(BigInt::zero, |(quotient, _)| quotient)
    }

    pub(super) fn ceil(&self) -> BigInt {
        -Self { units: -&self.units, scale: self.scale }.floor()
    }

    /// The integer part: rounded towards zero.
    pub(super) fn truncate(&self) -> BigInt {
        &self.units / power_of_ten(self.scale)
    }

    /// To `places` behind the point (before it if negative), halves away from zero.
    pub(super) fn round(&self, places: i32) -> Self {
        let drop = i64::from(self.scale) - i64::from(places);
        let Some(drop) = u32::try_from(drop).ok().filter(|drop| *drop > 0) else {
            return self.clone();
        };
        // More digits dropped than there are: below half a unit whatever they are.
        if drop > digits(&self.units) {
            return Self { units: BigInt::zero(), scale: 0 };
        }
        let unit = power_of_ten(drop);
        let half: BigInt = &unit / 2;
        let away = if self.units.sign() == Sign::Minus { -half } else { half };
        let units = (&self.units + away) / unit;
        match u32::try_from(places) {
            Ok(scale) => Self { units, scale },
            Err(_) => Self { units: units * power_of_ten(places.unsigned_abs()), scale: 0 },
        }
    }

    /// Digits before and behind the point, exactly `scale` behind it; without exponent.
    pub(super) fn to_plain(&self) -> String {
        let digits = format!("{:0>width$}", self.units.abs(), width = self.scale as usize + 1);
        let (whole, fraction) = digits.split_at(digits.len() - self.scale as usize);
        let sign = if self.units.is_negative() { "-" } else { "" };
        let point = if fraction.is_empty() { "" } else { "." };
        format!("{sign}{whole}{point}{fraction}")
    }

    fn align(&self, other: &Self) -> (BigInt, BigInt, u32) {
        let scale = self.scale.max(other.scale);
        let raise = |d: &Self| &d.units * power_of_ten(scale - d.scale);
        (raise(self), raise(other), scale)
    }
}

impl From<BigInt> for Decimal {
    fn from(units: BigInt) -> Self {
        Self { units, scale: 0 }
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let (a, b, _) = self.align(other);
        a.cmp(&b)
    }
}

/// Quotient rounded down and the rest, which has the sign of `b`; `None` if `b` is zero.
pub(super) fn floored(a: &BigInt, b: &BigInt) -> Option<(BigInt, BigInt)> {
    if b.is_zero() {
        return None;
    }
    let (quotient, rest) = (a / b, a % b);
    if !rest.is_zero() && rest.is_negative() != b.is_negative() {
        Some((quotient - 1, rest + b))
    } else {
        Some((quotient, rest))
    }
}

fn power_of_ten(exponent: u32) -> BigInt {
    BigInt::from(10).pow(exponent)
}

/// An upper bound of the number of decimal digits, at most one too many.
fn digits(number: &BigInt) -> u32 {
    // log10(2) < 0.30103
    u32::try_from(number.bits().saturating_mul(30_103) / 100_000 + 1).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn arithmetic_is_exact() {
        assert_eq!(decimal("1.1").add(&decimal("2.2")).to_plain(), "3.3");
        assert_eq!(decimal("10.1").subtract(&decimal("2.25")).to_plain(), "7.85");
        assert_eq!(decimal("-0.5").multiply(&decimal("0.5")).to_plain(), "-0.25");
        assert_eq!(decimal("0.3").divide(&decimal("0.1")).unwrap().to_float(), 3.0);
        assert_eq!(decimal("20").divide(&decimal("7.0")).unwrap().to_float(), 20.0 / 7.0);
    }

    #[test]
    fn modulo_takes_the_sign_of_the_divisor() {
        let cases = [("10.1", "7.0", "3.1"), ("-7.5", "2", "0.5"), ("7.5", "-2", "-0.5"), ("6", "2", "0")];
        for (a, b, expected) in cases {
            assert_eq!(decimal(a).modulo(&decimal(b)).unwrap(), decimal(expected), "{a} % {b}");
        }
        assert!(decimal("1").modulo(&decimal("0")).is_none());
    }

    #[test]
    fn halves_round_away_from_zero() {
        let cases = [
            ("2.5", 0, "3"),
            ("-2.5", 0, "-3"),
            ("2.567", 2, "2.57"),
            ("5.666", -2, "0"),
            ("1550", -2, "1600"),
            ("99", -2, "100"),
            ("50", -2, "100"),
            ("49", -2, "0"),
            ("1.5", 400, "1.5"),
            ("1.5", i32::MIN, "0"),
            ("1.5", i32::MAX, "1.5"),
        ];
        for (number, places, expected) in cases {
            assert_eq!(decimal(number).round(places).to_plain(), expected, "{number} to {places}");
        }
    }

    #[test]
    fn floor_and_ceil_of_negatives() {
        assert_eq!(decimal("-5.4").floor(), BigInt::from(-6));
        assert_eq!(decimal("-5.4").ceil(), BigInt::from(-5));
        assert_eq!(decimal("5.0").ceil(), BigInt::from(5));
    }
}
