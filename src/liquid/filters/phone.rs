//! Telephone numbers in the one form that gateways take (E.164): a plus sign, the code of the country, the number.

use super::arguments::Arguments;
use super::countries::{self, Country};
use super::{Filter, Filtered, Rejection, Surroundings};
use crate::liquid::value::Value;

pub(super) const ROWS: &[Filter] = &[Filter::new("to_mobile_number", 0..=1, to_mobile_number)];

/// Digits of the longest number.
const LONGEST: usize = 15;

/// `to_mobile_number: country`: a number that is written for abroad already, with `+` or `00`, keeps its country. Nil and
/// blank text are nil: there is no number to send to.
fn to_mobile_number(_: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    if input.is_blank() {
        return Ok(Value::Nil);
    }
    let text = input.to_text();
    let country = match &*arguments.text(0) {
        "" => None,
        name => Some(
            countries::find(name)
                .ok_or_else(|| Rejection::Argument(format!("unknown country '{}'", first_chars(name))))?,
        ),
    };
    match international(&text, country) {
        Some(number) => Ok(Value::str(number)),
        None => {
            Err(Rejection::Argument(format!("cannot read '{}' as a telephone number", first_chars(&text))))
        }
    }
}

fn first_chars(text: &str) -> String {
    text.chars().take(50).collect()
}

/// `None` for letters, and for more or fewer digits than a number has.
fn international(text: &str, country: Option<Country>) -> Option<String> {
    let text = text.trim();
    let is_mark =
        |c: char| c.is_whitespace() || matches!(c, '-' | '.' | '/' | '(' | ')' | '\u{2010}'..='\u{2015}');
    let (has_plus, number) = text.strip_prefix('+').map_or((false, text), |number| (true, number));
    // `+44 (0)20` is how some write both forms at once.
    let number = if has_plus { number.replace("(0)", "") } else { number.to_owned() };
    let digits: String = number.chars().filter(|c| !is_mark(*c)).collect();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = match (has_plus, digits.strip_prefix("00"), country) {
        (true, ..) => digits,
        (false, Some(abroad), _) => abroad.to_owned(),
        (false, None, Some(country)) => format!("{}{}", country.calling_code, national(&digits, country)),
        (false, None, None) => digits,
    };
    if number.len() <= LONGEST && !number.is_empty() { Some(format!("+{number}")) } else { None }
}

/// The number as it is dialled from abroad.
fn national(digits: &str, country: Country) -> &str {
    match (country.trunk_prefix, digits.len()) {
        ("", _) => digits,
        // Numbers there may begin with an eight themselves; with the prefix they have one digit more than ten.
        ("8", length) if length != 11 => digits,
        (prefix, _) => digits.strip_prefix(prefix).unwrap_or(digits),
    }
}

#[cfg(test)]
mod tests {
    use crate::liquid::filters::tests::{check, check_rejections};
    use serde_json::json;

    #[test]
    fn numbers_get_the_code_of_their_country() {
        let rows = [
            ("500 123 999", "PL", "+48500123999"),
            ("500-123-999", "Poland", "+48500123999"),
            ("(555) 123-4567", "US", "+15551234567"),
            ("1 555 123 4567", "USA", "+15551234567"),
            ("07700 900123", "gb", "+447700900123"),
            ("+44 (0)7700 900123", "PL", "+447700900123"),
            ("0048 500 123 999", "US", "+48500123999"),
            ("8 916 123-45-67", "RU", "+79161234567"),
            ("916 123-45-67", "RU", "+79161234567"),
            ("06 20 123 4567", "HU", "+36201234567"),
            ("06 1234 5678", "Italy", "+390612345678"),
        ];
        for (number, country, expected) in rows {
            check(&[(json!(number), "to_mobile_number", json!([country]), json!(expected))]);
        }
        check(&[
            (json!(500123999), "to_mobile_number", json!(["PL"]), json!("+48500123999")),
            (json!("48500123999"), "to_mobile_number", json!([]), json!("+48500123999")),
            (json!(null), "to_mobile_number", json!(["PL"]), json!(null)),
            (json!(" "), "to_mobile_number", json!(["PL"]), json!(null)),
        ]);
    }

    #[test]
    fn what_is_no_number_is_refused() {
        check_rejections(&[
            (
                json!("call me"),
                "to_mobile_number",
                json!(["PL"]),
                "cannot read 'call me' as a telephone number",
            ),
            (json!("1"), "to_mobile_number", json!(["Atlantis"]), "unknown country 'Atlantis'"),
            (json!("+"), "to_mobile_number", json!([]), "cannot read '+' as a telephone number"),
            (json!("٣٤"), "to_mobile_number", json!([]), "cannot read '٣٤' as a telephone number"),
            (
                json!("12345678901234"),
                "to_mobile_number",
                json!(["PL"]),
                "cannot read '12345678901234' as a telephone number",
            ),
        ]);
    }
}
