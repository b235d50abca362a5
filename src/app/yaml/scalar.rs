//! What a plain scalar means. The platform reads YAML with Ruby's Psych, which follows YAML 1.1 with habits of its own:
//! `yes` is true, `010` is eight, `1,000` is a thousand, `1:30` is 5400 and `1e3` is text.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Number, Value as Json};

static DECIMAL: LazyLock<Regex> = LazyLock::new(|| compile(r"^[-+]?(?:0|[1-9](?:[0-9]|,[0-9]|_[0-9])*)$"));
static OCTAL: LazyLock<Regex> = LazyLock::new(|| compile(r"^[-+]?0[0-7_,]+$"));
static BINARY: LazyLock<Regex> = LazyLock::new(|| compile(r"^[-+]?0b[01_,]+$"));
static HEXADECIMAL: LazyLock<Regex> = LazyLock::new(|| compile(r"^[-+]?0x[0-9a-fA-F_,]+$"));
static FLOAT: LazyLock<Regex> =
    LazyLock::new(|| compile(r"^[-+]?(?:[0-9][0-9_,]*)?\.[0-9]*(?:[eE][-+][0-9]+)?$"));
static SEXAGESIMAL: LazyLock<Regex> = LazyLock::new(|| compile(r"^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9]){1,2}$"));

fn compile(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a constant and compiles")
}

/// The value of an unquoted scalar. Dates and times stay text, for JSON has none; so do infinities, and integers too
/// large for 64 bits, which would otherwise lose digits.
pub(super) fn resolve(text: &str) -> Json {
    match text.to_ascii_lowercase().as_str() {
        "" | "~" | "null" => return Json::Null,
        "yes" | "true" | "on" => return Json::Bool(true),
        "no" | "false" | "off" => return Json::Bool(false),
        _ => {}
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) {
        return Json::String(text.to_owned());
    }
    integer(text)
        .map(Number::from)
        .or_else(|| float(text).and_then(Number::from_f64))
        .map_or_else(|| Json::String(text.to_owned()), Json::Number)
}

fn integer(text: &str) -> Option<i64> {
    let digits = || text.chars().filter(|c| !matches!(c, ',' | '_')).collect::<String>();
    let radix = |radix, prefix: &str| i64::from_str_radix(&digits().replacen(prefix, "", 1), radix).ok();
    if DECIMAL.is_match(text) {
        return radix(10, "+");
    }
    if BINARY.is_match(text) {
        return radix(2, "0b");
    }
    if HEXADECIMAL.is_match(text) {
        return radix(16, "0x");
    }
    if OCTAL.is_match(text) {
        return radix(8, "0");
    }
    if SEXAGESIMAL.is_match(text) {
        return sexagesimal(text);
    }
    None
}

/// Psych takes the first part for hours whether or not seconds follow.
fn sexagesimal(text: &str) -> Option<i64> {
    text.split(':').zip([3600, 60, 1]).try_fold(0_i64, |sum, (part, weight)| {
        let part: i64 = part.replace('_', "").parse().ok()?;
        sum.checked_add(part.checked_mul(weight)?)
    })
}

fn float(text: &str) -> Option<f64> {
    let has_digit = text.contains(|c: char| c.is_ascii_digit());
    if !has_digit || !FLOAT.is_match(text) {
        return None;
    }
    text.chars().filter(|c| !matches!(c, ',' | '_')).collect::<String>().parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn plain_scalars_follow_psych() {
        let cases = [
            ("", json!(null)),
            ("~", json!(null)),
            ("NULL", json!(null)),
            ("yes", json!(true)),
            ("On", json!(true)),
            ("TRUE", json!(true)),
            ("no", json!(false)),
            ("Off", json!(false)),
            ("y", json!("y")),
            ("N", json!("N")),
            ("nullify", json!("nullify")),
            ("0", json!(0)),
            ("42", json!(42)),
            ("-7", json!(-7)),
            ("+7", json!(7)),
            ("1_000", json!(1000)),
            ("1,000", json!(1000)),
            ("010", json!(8)),
            ("-010", json!(-8)),
            ("08", json!("08")),
            ("0b101", json!(5)),
            ("0x1F", json!(31)),
            ("+0x1F", json!(31)),
            ("1.5", json!(1.5)),
            ("-.5", json!(-0.5)),
            ("1.", json!(1.0)),
            ("1.5e+3", json!(1500.0)),
            ("1e3", json!("1e3")),
            (".", json!(".")),
            ("-", json!("-")),
            (".inf", json!(".inf")),
            ("1:30", json!(5400)),
            ("12:30:45", json!(45045)),
            ("1:75", json!("1:75")),
            ("2024-05-01", json!("2024-05-01")),
            ("1.2.3", json!("1.2.3")),
            ("12 apples", json!("12 apples")),
            (":id", json!(":id")),
            ("99999999999999999999", json!("99999999999999999999")),
        ];
        for (text, expected) in cases {
            assert_eq!(resolve(text), expected, "{text:?}");
        }
    }
}
