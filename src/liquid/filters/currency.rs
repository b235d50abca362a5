//! Money and formatted numbers: amounts in major units (`pricify`) or in cents (`pricify_cents`), written the way each
//! currency is written, and numbers with a fixed precision.

use super::arguments::{Arguments, integer};
use super::decimal::Decimal;
use super::number::Number;
use super::{Filter, Filtered, Rejection, Surroundings};
use crate::liquid::value::Value;

pub(super) const ROWS: &[Filter] = &[
    Filter::new("amount_to_fractional", 0..=1, amount_to_fractional),
    Filter::new("format_number", 0..=1, format_number),
    Filter::new("fractional_to_amount", 0..=1, fractional_to_amount),
    Filter::new("pricify", 0..=2, pricify),
    Filter::new("pricify_cents", 0..=2, pricify_cents),
];

/// How a currency is written.
struct Currency {
    code: &'static str,
    symbol: &'static str,
    /// Digits of the fractional unit: 2 for cents.
    places: u8,
    position: Position,
    thousands: &'static str,
    point: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Position {
    Before,
    /// With a space between.
    After,
}

const fn currency(
    code: &'static str,
    symbol: &'static str,
    places: u8,
    position: Position,
    marks: (&'static str, &'static str),
) -> Currency {
    Currency { code, symbol, places, position, thousands: marks.0, point: marks.1 }
}

const ENGLISH: (&str, &str) = (",", ".");
const CONTINENTAL: (&str, &str) = (".", ",");
const SPACED: (&str, &str) = (" ", ",");

const CURRENCIES: &[Currency] = &[
    currency("USD", "$", 2, Position::Before, ENGLISH),
    currency("AED", "د.إ", 2, Position::After, ENGLISH),
    currency("ARS", "$", 2, Position::Before, CONTINENTAL),
    currency("AUD", "$", 2, Position::Before, ENGLISH),
    currency("BHD", "ب.د", 3, Position::Before, ENGLISH),
    currency("BRL", "R$", 2, Position::Before, CONTINENTAL),
    currency("CAD", "$", 2, Position::Before, ENGLISH),
    currency("CHF", "CHF", 2, Position::Before, ENGLISH),
    currency("CLP", "$", 0, Position::Before, CONTINENTAL),
    currency("CNY", "¥", 2, Position::Before, ENGLISH),
    currency("CZK", "Kč", 2, Position::After, SPACED),
    currency("DKK", "kr.", 2, Position::After, CONTINENTAL),
    currency("EUR", "€", 2, Position::Before, CONTINENTAL),
    currency("GBP", "£", 2, Position::Before, ENGLISH),
    currency("HKD", "$", 2, Position::Before, ENGLISH),
    currency("HUF", "Ft", 2, Position::After, SPACED),
    currency("ILS", "₪", 2, Position::Before, ENGLISH),
    currency("INR", "₹", 2, Position::Before, ENGLISH),
    currency("JPY", "¥", 0, Position::Before, ENGLISH),
    currency("KRW", "₩", 0, Position::Before, ENGLISH),
    currency("KWD", "د.ك", 3, Position::Before, ENGLISH),
    currency("MXN", "$", 2, Position::Before, ENGLISH),
    currency("NOK", "kr", 2, Position::After, CONTINENTAL),
    currency("NZD", "$", 2, Position::Before, ENGLISH),
    currency("PLN", "zł", 2, Position::After, SPACED),
    currency("RON", "Lei", 2, Position::Before, CONTINENTAL),
    currency("SEK", "kr", 2, Position::After, SPACED),
    currency("SGD", "$", 2, Position::Before, ENGLISH),
    currency("THB", "฿", 2, Position::Before, ENGLISH),
    currency("TRY", "₺", 2, Position::Before, CONTINENTAL),
    currency("UAH", "₴", 2, Position::After, ENGLISH),
    currency("ZAR", "R", 2, Position::Before, ENGLISH),
];

impl Currency {
    /// The currency named by argument `at`; US dollars if none is.
    fn named(arguments: &Arguments, at: usize) -> Result<&'static Self, Rejection> {
        let code = arguments.text(at);
        let code = if code.is_empty() { "USD" } else { &*code };
        CURRENCIES
            .iter()
            .find(|currency| currency.code.eq_ignore_ascii_case(code))
            .ok_or_else(|| Rejection::argument(format!("unknown currency '{code}'")))
    }

    fn places(&self) -> i32 {
        i32::from(self.places)
    }

    /// Fractional units in one: 100 for cents.
    fn units(&self) -> Decimal {
        Decimal::from(num_bigint::BigInt::from(10).pow(u32::from(self.places)))
    }

    /// `$1,234.50`; whole amounts without decimals if asked for.
    fn write(&self, amount: &Decimal, cents: Cents) -> String {
        let rounded = amount.abs().round(self.places());
        let is_whole = rounded == Decimal::from(rounded.floor());
        let places = if is_whole && cents == Cents::UnlessWhole { 0 } else { usize::from(self.places) };
        let number = grouped(&rounded, places, self.thousands, self.point);
        let sign = if amount.is_negative() { "-" } else { "" };
        match self.position {
            Position::Before => format!("{sign}{}{number}", self.symbol),
            Position::After => format!("{sign}{number} {}", self.symbol),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Cents {
    Always,
    UnlessWhole,
}

impl Cents {
    /// The flag `no_cents_if_whole`, on unless the second argument is false.
    fn of(arguments: &Arguments) -> Self {
        if arguments.get(1).is_some_and(|flag| !flag.is_truthy()) { Self::Always } else { Self::UnlessWhole }
    }
}

/// A number that is not negative, with exactly `places` decimals and marks between thousands.
fn grouped(number: &Decimal, places: usize, thousands: &str, point: &str) -> String {
    let plain = number.to_plain();
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let mut written = String::with_capacity(plain.len() * 2);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            written.push_str(thousands);
        }
        written.push(digit);
    }
    if places > 0 {
        written.push_str(point);
        written.extend(fraction.chars().chain(std::iter::repeat('0')).take(places));
    }
    written
}

fn amount(input: &Value) -> Result<Decimal, Rejection> {
    Number::of(input)?.to_decimal().ok_or_else(|| Rejection::argument(input.to_text()))
}

fn pricify(_: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let currency = Currency::named(arguments, 0)?;
    Ok(Value::str(currency.write(&amount(input)?, Cents::of(arguments))))
}

fn pricify_cents(_: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let currency = Currency::named(arguments, 0)?;
    let amount =
        amount(input)?.divide(&currency.units()).ok_or_else(|| Rejection::argument("divided by 0"))?;
    Ok(Value::str(currency.write(&amount, Cents::of(arguments))))
}

/// `10.5` dollars are `1050` cents.
fn amount_to_fractional(_: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let currency = Currency::named(arguments, 0)?;
    let fractional = amount(input)?.multiply(&currency.units()).round(0).floor();
    Number::Int(fractional).into_value()
}

/// `1050` cents are `10.5` dollars.
fn fractional_to_amount(_: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let currency = Currency::named(arguments, 0)?;
    let amount =
        amount(input)?.divide(&currency.units()).ok_or_else(|| Rejection::argument("divided by 0"))?;
    Ok(Value::Float(amount.to_float()))
}

/// With a fixed number of decimals; options `precision` (3), `separator`, `delimiter`, `strip_insignificant_zeros`.
fn format_number(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let precision = arguments.option("precision").map_or(Ok(3), |precision| integer(&precision))?;
    let precision = precision.clamp(0, 100) as i32;
    let separator = arguments.option("separator").unwrap_or_else(|| Value::str("."));
    let delimiter = arguments.option("delimiter").unwrap_or_default();
    let (separator, delimiter) = (separator.to_text(), delimiter.to_text());
    let amount = amount(input)?;
    let rounded = amount.round(precision);
    let whole_digits = rounded.to_plain().len();
    surroundings
        .limits
        .grow(whole_digits.saturating_mul(delimiter.len() + 1).saturating_add(separator.len()))?;
    let mut written = grouped(&rounded.abs(), precision as usize, &delimiter, &separator);
    if arguments.flag("strip_insignificant_zeros").unwrap_or(false) && precision > 0 {
        let stripped = written.trim_end_matches('0');
        written = stripped.strip_suffix(&*separator).unwrap_or(stripped).to_owned();
    }
    let sign = if rounded.is_negative() { "-" } else { "" };
    Ok(Value::str(format!("{sign}{written}")))
}
