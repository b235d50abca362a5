//! Ruby's `sprintf` for one value: `%[flags][width][.precision]type`.

use std::iter::Peekable;
use std::str::Chars;

use num_bigint::BigInt;

use super::arguments::Arguments;
use super::decimal::Decimal;
use super::number::Number;
use super::{Filter, Filtered, Rejection, Surroundings};
use crate::liquid::value::Value;

pub(super) const ROWS: &[Filter] = &[Filter::new("advanced_format", 1..=1, advanced_format)];

/// Wider fields and longer fractions are cut to it.
const MAX_WIDTH: usize = 200;

/// What stands between the percent sign and the type.
#[derive(Default)]
struct Spec {
    is_left: bool,
    has_plus: bool,
    has_space: bool,
    has_zeros: bool,
    has_prefix: bool,
    width: usize,
    precision: Option<usize>,
}

impl Spec {
    fn read(chars: &mut Peekable<Chars<'_>>) -> Self {
        let mut spec = Self::default();
        while let Some(flag) = chars.next_if(|c| "-+ 0#".contains(*c)) {
            match flag {
                '-' => spec.is_left = true,
                '+' => spec.has_plus = true,
                ' ' => spec.has_space = true,
                '0' => spec.has_zeros = true,
                _ => spec.has_prefix = true,
            }
        }
        spec.width = read_number(chars);
        if chars.next_if_eq(&'.').is_some() {
            spec.precision = Some(read_number(chars));
        }
        spec
    }

    /// Text in its field; zeros are for numbers.
    fn text(&self, text: &str) -> String {
        let text: String = text.chars().take(self.precision.unwrap_or(usize::MAX)).collect();
        let missing = self.width.saturating_sub(text.chars().count());
        let fill = " ".repeat(missing);
        if self.is_left { text + &fill } else { fill + &text }
    }

    /// Digits in their field, with sign and prefix before zeros and behind spaces.
    fn digits(&self, is_negative: bool, prefix: &str, digits: &str) -> String {
        let sign = match (is_negative, self.has_plus, self.has_space) {
            (true, ..) => "-",
            (false, true, _) => "+",
            (false, false, true) => " ",
            _ => "",
        };
        let prefix = if self.has_prefix { prefix } else { "" };
        let missing = self.width.saturating_sub(sign.len() + prefix.len() + digits.len());
        match (self.is_left, self.has_zeros) {
            (true, _) => format!("{sign}{prefix}{digits}{}", " ".repeat(missing)),
            (false, true) => format!("{sign}{prefix}{}{digits}", "0".repeat(missing)),
            (false, false) => format!("{}{sign}{prefix}{digits}", " ".repeat(missing)),
        }
    }

    fn integer(&self, number: &BigInt, radix: u32, prefix: &str) -> String {
        let digits = number.magnitude().to_str_radix(radix);
        let digits = format!("{digits:0>width$}", width = self.precision.unwrap_or(0));
        self.digits(number.sign() == num_bigint::Sign::Minus, prefix, &digits)
    }

    /// Decimals without exponent, rounded exactly.
    fn fixed(&self, number: &Decimal) -> String {
        let places = self.precision.unwrap_or(6);
        let rounded = number.round(places as i32);
        let plain = rounded.abs().to_plain();
        let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
        let point = if places > 0 || self.has_prefix { "." } else { "" };
        self.digits(rounded.is_negative(), "", &format!("{whole}{point}{fraction:0<places$}"))
    }

    /// `1.5e+02`
    fn scientific(&self, number: f64) -> String {
        let places = self.precision.unwrap_or(6);
        let text = format!("{:.places$e}", number.abs());
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let exponent: i32 = exponent.parse().unwrap_or(0);
        let sign = if exponent < 0 { '-' } else { '+' };
        self.digits(number < 0.0, "", &format!("{mantissa}e{sign}{:02}", exponent.abs()))
    }

    /// The shorter of both ways, without zeros at the end.
    fn general(&self, number: &Decimal) -> String {
        let significant = self.precision.unwrap_or(6).max(1) as i32;
        let float = number.to_float();
        let exponent = if float == 0.0 { 0 } else { float.abs().log10().floor() as i32 };
        let bare = Self { precision: Some((significant - 1).max(0) as usize), ..Self::default() };
        let text = if exponent < -4 || exponent >= significant {
            let text = bare.scientific(float.abs());
            let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "+00"));
            format!("{}e{exponent}", without_zeros(mantissa))
        } else {
            let places = (significant - 1 - exponent).max(0) as usize;
            let fixed = Self { precision: Some(places), ..Self::default() }.fixed(&number.abs());
            without_zeros(&fixed).to_owned()
        };
        self.digits(number.is_negative(), "", &text)
    }
}

fn without_zeros(number: &str) -> &str {
    if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number }
}

fn read_number(chars: &mut Peekable<Chars<'_>>) -> usize {
    let mut number = 0;
    while let Some(digit) = chars.peek().and_then(|c| c.to_digit(10)) {
        number = (number * 10 + digit as usize).min(MAX_WIDTH);
        chars.next();
    }
    number
}

/// Every directive of the format prints the same value.
fn advanced_format(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let format = arguments.text(0);
    let mut written = String::new();
    let mut chars = format.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '%' {
            written.push(c);
            continue;
        }
        let spec = Spec::read(&mut chars);
        let before = written.len();
        match chars.next() {
            Some('%') => written.push('%'),
            Some(letter) => written.push_str(&field(&spec, letter, input)?),
            None => {
                return Err(Rejection::argument("incomplete format specifier; use %% (double %) instead"));
            }
        }
        surroundings.grow_text(written.len() - before, written.len())?;
    }
    Ok(Value::str(written))
}

fn field(spec: &Spec, letter: char, input: &Value) -> Result<String, Rejection> {
    if matches!(letter, 's' | 'p' | 'c') {
        return Ok(spec.text(&input.to_text()));
    }
    let Some(number) = Number::of(input)?.to_decimal() else {
        return Ok(spec.text(&input.to_text()));
    };
    Ok(match letter {
        // Towards zero, as an integer is made of a float.
        'd' | 'i' | 'u' => spec.integer(&number.truncate(), 10, ""),
        'x' => spec.integer(&number.truncate(), 16, "0x"),
        'X' => spec.integer(&number.truncate(), 16, "0X").to_uppercase(),
        'o' => spec.integer(&number.truncate(), 8, "0"),
        'b' => spec.integer(&number.truncate(), 2, "0b"),
        'B' => spec.integer(&number.truncate(), 2, "0B"),
        'f' => spec.fixed(&number),
        'e' => spec.scientific(number.to_float()),
        'E' => spec.scientific(number.to_float()).to_uppercase(),
        'g' => spec.general(&number),
        'G' => spec.general(&number).to_uppercase(),
        other => return Err(Rejection::argument(format!("malformed format string - %{other}"))),
    })
}

#[cfg(test)]
mod tests {
    use std::iter::Peekable;
    use std::str::Chars;

    use super::{Spec, field};
    use crate::liquid::value::Value;

    fn print(format: &str, value: &Value) -> String {
        let mut chars: Peekable<Chars<'_>> = format.trim_start_matches('%').chars().peekable();
        let spec = Spec::read(&mut chars);
        field(&spec, chars.next().expect("a type"), value).expect("a known type")
    }

    #[test]
    fn prints_as_ruby_does() {
        let cases = [
            ("%05d", Value::Int(-42), "-0042"),
            ("%+d", Value::Int(42), "+42"),
            ("%-5d", Value::Int(42), "42   "),
            ("%.3d", Value::Int(7), "007"),
            ("%d", Value::Float(-1.9), "-1"),
            ("%.2f", Value::Float(9.8765), "9.88"),
            ("%8.1f", Value::Float(-0.25), "    -0.3"),
            ("%f", Value::str("1.5"), "1.500000"),
            ("%.0f", Value::Float(0.4), "0"),
            ("%#x", Value::Int(255), "0xff"),
            ("%b", Value::Int(5), "101"),
            ("%e", Value::Int(150), "1.500000e+02"),
            ("%.1E", Value::Float(0.00015), "1.5E-04"),
            ("%g", Value::Float(0.0001), "0.0001"),
            ("%g", Value::Int(1_000_000), "1e+06"),
            ("%g", Value::Float(-1.5), "-1.5"),
            ("%6s", Value::str("żó"), "    żó"),
            ("%-4.1s", Value::str("żó"), "ż   "),
            ("%f", Value::Float(f64::INFINITY), "Infinity"),
        ];
        for (format, value, expected) in cases {
            assert_eq!(print(format, &value), expected, "{format} of {value:?}");
        }
    }
}
