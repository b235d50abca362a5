//! Arithmetic, money, words.

use serde_json::json;

use super::{call, check, check_rejections};
use crate::liquid::filters::Rejection;
use crate::liquid::value::Value;

#[test]
fn arithmetic_coerces_and_never_overflows() {
    check(&[
        (json!(1.1), "plus", json!([2.2]), json!(3.3)),
        (json!("3"), "plus", json!([1]), json!(4)),
        (json!("12abc"), "plus", json!(["1.5kg"]), json!(13)),
        (json!(null), "plus", json!([true]), json!(0)),
        (json!(i64::MAX), "plus", json!([1]), json!(9_223_372_036_854_775_808_u64)),
        (json!(i64::MIN), "divided_by", json!([-1]), json!(9_223_372_036_854_775_808_u64)),
        (json!(i64::MIN), "abs", json!([]), json!(9_223_372_036_854_775_808_u64)),
        (json!("99999999999999999999"), "times", json!([10]), json!("999999999999999999990")),
        (json!(-7), "divided_by", json!([2]), json!(-4)),
        (json!(-7), "modulo", json!([3]), json!(2)),
        (json!(7), "modulo", json!([-3]), json!(-2)),
        (json!(90), "divided_by", json!([60.0]), json!(1.5)),
        (json!(2.5), "round", json!([]), json!(3)),
        (json!(-2.5), "round", json!([]), json!(-3)),
        (json!(1234), "round", json!([-2]), json!(1200)),
        (json!(1.005), "round", json!([2]), json!(1.01)),
        (json!(1e300), "ceil", json!([]), json!(format!("1{}", "0".repeat(300)))),
        (json!("7"), "to_positive_integer", json!([1]), json!(7)),
        (json!("x"), "to_positive_integer", json!([1]), json!(1)),
        (json!(-1), "to_positive_integer", json!([1]), json!(1)),
        (json!(0), "to_positive_integer", json!([2]), json!(2)),
        (json!(null), "to_positive_integer", json!([3]), json!(3)),
    ]);
    check_rejections(&[
        (json!(1), "divided_by", json!([0]), "divided by 0"),
        (json!(1.5), "modulo", json!([0.0]), "divided by 0"),
        (json!(1), "modulo", json!(["x"]), "divided by 0"),
        (json!("9".repeat(20_000)), "plus", json!([1]), "number too large"),
    ]);
}

#[test]
fn squaring_again_and_again_is_refused_in_the_end() {
    let mut number = Value::Int(10);
    let refused = (0..100).find_map(|_| match call(&number, "times", vec![number.clone()], &json!({})) {
        Ok(product) => {
            number = product;
            None
        }
        Err(rejection) => Some(rejection),
    });
    assert_eq!(refused, Some(Rejection::argument("number too large")));
}

#[test]
fn infinities_pass_through_or_are_refused() {
    let infinity = Value::Float(f64::INFINITY);
    let sum = call(&infinity, "plus", vec![Value::Int(1)], &json!({})).unwrap();
    assert_eq!(sum.to_text(), "Infinity");
    assert_eq!(call(&infinity, "ceil", vec![], &json!({})).unwrap_err(), Rejection::argument("Infinity"));
    let least = call(&Value::Int(1), "at_most", vec![infinity], &json!({})).unwrap();
    assert!(least.equals(&Value::Int(1)));
}

#[test]
fn words_and_money() {
    check(&[
        (json!("first_name"), "humanize", json!([]), json!("First name")),
        (json!("author_id"), "humanize", json!([]), json!("Author")),
        (json!("TheManWithout_a_past"), "titleize", json!([]), json!("The Man Without A Past")),
        (json!("Red Big_hat"), "slugify", json!([]), json!("red-big-hat")),
        (json!("Red Big_hat"), "parameterize", json!([]), json!("red-big_hat")),
        (json!("cat"), "pluralize", json!([2]), json!("cats")),
        (json!("cat"), "pluralize", json!([1]), json!("cat")),
        (json!(12345), "pricify_cents", json!([]), json!("$123.45")),
        (json!(100), "pricify_cents", json!([]), json!("$1")),
        (json!(100), "pricify_cents", json!(["PLN"]), json!("1 zł")),
        (json!(1_234_567.5), "pricify", json!([]), json!("$1,234,567.50")),
        (json!(10), "pricify", json!(["EUR", false]), json!("€10.00")),
        (json!(-10), "pricify", json!([]), json!("-$10")),
        (json!("10.5"), "amount_to_fractional", json!([]), json!(1050)),
        (json!(500), "amount_to_fractional", json!(["JPY"]), json!(500)),
        (json!(1050), "fractional_to_amount", json!([]), json!(10.5)),
        (json!(1.23456), "format_number", json!([]), json!("1.235")),
        (
            json!(-1234.5),
            "format_number",
            json!([{"named": {"precision": 2, "delimiter": ","}}]),
            json!("-1,234.50"),
        ),
        (json!(1.5), "format_number", json!([{"named": {"strip_insignificant_zeros": true}}]), json!("1.5")),
        (json!("x"), "format_number", json!([{"named": {"precision": 0}}]), json!("0")),
    ]);
    check_rejections(&[(json!(1), "pricify", json!(["XXX"]), "unknown currency 'XXX'")]);
}
