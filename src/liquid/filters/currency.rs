//! Money and formatted numbers: amounts in major units (`pricify`) or in cents (`pricify_cents`), written the way each
//! currency is written, and numbers with a fixed precision.

use super::arguments::{Arguments, integer};
use super::decimal::Decimal;
use super::html::escape;
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
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Position {
    Before,
    /// With a space between.
    After,
}

const fn currency(code: &'static str, symbol: &'static str, places: u8, position: Position) -> Currency {
    Currency { code, symbol, places, position }
}

const CURRENCIES: &[Currency] = &[
    currency("USD", "$", 2, Position::Before),
    currency("AED", "د.إ", 2, Position::After),
    currency("ARS", "$", 2, Position::Before),
    currency("AUD", "$", 2, Position::Before),
    currency("BHD", "ب.د", 3, Position::Before),
    currency("BRL", "R$", 2, Position::Before),
    currency("CAD", "$", 2, Position::Before),
    currency("CHF", "CHF", 2, Position::Before),
    currency("CLP", "$", 0, Position::Before),
    currency("CNY", "¥", 2, Position::Before),
    currency("CZK", "Kč", 2, Position::After),
    currency("DKK", "kr.", 2, Position::After),
    currency("EUR", "€", 2, Position::Before),
    currency("GBP", "£", 2, Position::Before),
    currency("HKD", "$", 2, Position::Before),
    currency("HUF", "Ft", 2, Position::After),
    currency("ILS", "₪", 2, Position::Before),
    currency("INR", "₹", 2, Position::Before),
    currency("JPY", "¥", 0, Position::Before),
    currency("KRW", "₩", 0, Position::Before),
    currency("KWD", "د.ك", 3, Position::Before),
    currency("MXN", "$", 2, Position::Before),
    currency("NOK", "kr", 2, Position::After),
    currency("NZD", "$", 2, Position::Before),
    currency("PLN", "zł", 2, Position::After),
    currency("RON", "Lei", 2, Position::Before),
    currency("SEK", "kr", 2, Position::After),
    currency("SGD", "$", 2, Position::Before),
    currency("THB", "฿", 2, Position::Before),
    currency("TRY", "₺", 2, Position::Before),
    currency("UAH", "₴", 2, Position::After),
    currency("ZAR", "R", 2, Position::Before),
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
        // Of the language, not of the currency: the platform writes all of them as English does.
        let number = grouped(&rounded, places, ",", ".");
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
    /// By the option `no_cents_if_whole`, which is on; or the second argument, where it is not a hash.
    fn of(arguments: &Arguments) -> Self {
        let flag = match arguments.get(1) {
            Some(Value::Hash(_)) | None => arguments.flag("no_cents_if_whole").unwrap_or(true),
            Some(flag) => flag.is_truthy(),
        };
        if flag { Self::UnlessWhole } else { Self::Always }
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
    // The result is safe to print.
    let (separator, delimiter) = (escape(&separator), escape(&delimiter));
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
    Ok(Value::safe(format!("{sign}{written}")))
}
