//! Numbers and their decimal digits, without the machinery that formats anything: every price and counter of a page
//! comes through here.

/// Decimals of at most 15 digits are told apart by floats: the first one that reads back is the shortest.
const MAX_UNITS: f64 = 1e15;

/// One, ten … as many places as a float is tried for: prices, rates, coordinates.
const POWERS: [f64; 9] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8];

/// The shortest decimal that reads back as `float`: `units / 10^places`. `None` if it has over 15 digits or over 8 places.
pub(crate) fn shortest_decimal(float: f64) -> Option<(i64, usize)> {
    POWERS.iter().enumerate().find_map(|(places, power)| {
        let units = (float * power).round();
        let reads_back = units.abs() < MAX_UNITS && units / power == float;
        reads_back.then_some((units as i64, places))
    })
}

pub(super) fn push_integer(out: &mut String, number: i64) {
    push(out, number < 0, number.unsigned_abs(), 0);
}

/// At least one digit on either side of the point; false if it takes more digits than [`shortest_decimal`] finds.
pub(super) fn push_float(out: &mut String, float: f64) -> bool {
    let Some((units, places)) = shortest_decimal(float) else { return false };
    push(out, float.is_sign_negative(), units.unsigned_abs(), places);
    if places == 0 {
        out.push_str(".0");
    }
    true
}

/// `units / 10^places`, from the last digit to the first.
fn push(out: &mut String, is_negative: bool, mut units: u64, places: usize) {
    let mut buffer = [0; 32];
    let mut digits = 0;
    let mut length = 0;
    for slot in buffer.iter_mut().rev() {
        if digits > places && units == 0 {
            if is_negative {
                *slot = b'-';
                length += 1;
            }
            break;
        }
        if places > 0 && length == places {
            *slot = b'.';
        } else {
            *slot = b'0' + (units % 10) as u8;
            units /= 10;
            digits += 1;
        }
        length += 1;
    }
    let (_, written) = buffer.split_at(buffer.len() - length);
    out.push_str(std::str::from_utf8(written).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn float(number: f64) -> Option<String> {
        let mut out = String::new();
        push_float(&mut out, number).then_some(out)
    }

    fn integer(number: i64) -> String {
        let mut out = String::new();
        push_integer(&mut out, number);
        out
    }

    #[test]
    fn few_digits_are_written_and_many_are_not() {
        let cases = [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (19.99, "19.99"),
            (-0.05, "-0.05"),
            (100.0, "100.0"),
            (1e-8, "0.00000001"),
            (999_999_999_999_999.0, "999999999999999.0"),
        ];
        for (number, text) in cases {
            assert_eq!(float(number).as_deref(), Some(text));
        }
        for number in [1e15, 0.1 + 0.2, 1e-9, f64::NAN, f64::INFINITY] {
            assert_eq!(float(number), None, "{number}");
        }
    }

    proptest! {
        #[test]
        fn digits_are_those_of_the_standard_library(whole: i64, units in -1_000_000_000..1_000_000_000_i64, places in 0..9_i32) {
            prop_assert_eq!(integer(whole), whole.to_string());
            let number = units as f64 / 10_f64.powi(places);
            if number != 0.0 && number.abs() >= 1e-4 && let Some(text) = float(number) {
                prop_assert_eq!(text, format!("{number:?}"));
            }
        }
    }
}
