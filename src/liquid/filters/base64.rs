//! Base64 in its two alphabets.

use ::base64::Engine as _;
use ::base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use ::base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};

use super::arguments::Arguments;
use super::{Filter, Filtered, Rejection, Surroundings};
use crate::liquid::value::Value;

pub(super) const ROWS: &[Filter] = &[
    Filter::text("base64_decode", 0..=0, base64_decode),
    Filter::text("base64_encode", 0..=0, base64_encode),
    Filter::text("base64_url_safe_decode", 0..=0, base64_url_safe_decode),
    Filter::text("base64_url_safe_encode", 0..=0, base64_url_safe_encode),
];

/// The URL-safe alphabet; padding may be missing.
const URL_SAFE_LENIENT: GeneralPurpose = GeneralPurpose::new(
    &::base64::alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Reads either alphabet, padded or not, as Ruby's `urlsafe_decode64` does.
pub(super) fn decode_lenient(text: &[u8]) -> Option<Vec<u8>> {
    let url_safe: Vec<u8> = text
        .iter()
        .map(|byte| match byte {
            b'+' => b'-',
            b'/' => b'_',
            other => *other,
        })
        .collect();
    URL_SAFE_LENIENT.decode(url_safe).ok()
}

fn base64_encode(surroundings: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    encode(surroundings, input, &BASE64_STANDARD)
}

fn base64_url_safe_encode(surroundings: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    encode(surroundings, input, &BASE64_URL_SAFE)
}

fn encode(surroundings: &Surroundings<'_>, input: &Value, engine: &GeneralPurpose) -> Filtered {
    let bytes = input.to_bytes();
    surroundings.limits.grow(bytes.len().saturating_mul(2))?;
    Ok(Value::str(engine.encode(bytes)))
}

/// The standard alphabet with its padding, and no line breaks.
fn base64_decode(surroundings: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    decoded(surroundings, BASE64_STANDARD.decode(&*input.to_bytes()).ok(), "base64_decode")
}

fn base64_url_safe_decode(surroundings: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    decoded(surroundings, decode_lenient(&input.to_bytes()), "base64_url_safe_decode")
}

fn decoded(surroundings: &Surroundings<'_>, bytes: Option<Vec<u8>>, filter: &str) -> Filtered {
    let bytes = bytes.ok_or_else(|| Rejection::Argument(format!("invalid base64 provided to {filter}")))?;
    surroundings.limits.grow(bytes.len())?;
    Ok(Value::bytes(bytes))
}
