//! Questions about text that came from outside: is it an address, is it JSON, is it a token.

use std::sync::LazyLock;

use ::regex::Regex;

use super::arguments::Arguments;
use super::{Filter, Filtered, Surroundings};
use crate::liquid::value::Value;

pub(super) const ROWS: &[Filter] = &[
    Filter::question("hcaptcha", 0..=0, hcaptcha),
    Filter::question("is_email_valid", 0..=0, is_email_valid),
    Filter::question("is_gpg_valid", 0..=0, is_gpg_valid),
    Filter::question("is_json_valid", 0..=0, is_json_valid),
    Filter::question("is_token_valid", 1..=2, is_token_valid),
];

/// Practical rather than complete: a local part without spaces or quotes, and a domain with at least one dot.
static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\A[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z]{2,63}\z")
        .expect("the expression is a constant that compiles")
});

fn is_email_valid(_: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    let address = input.to_text();
    let is_dotted_well = !address.starts_with('.')
        && !address.contains("..")
        && !address.contains(".@")
        && address.len() <= 254;
    Ok(Value::Bool(is_dotted_well && EMAIL.is_match(&address)))
}

fn is_json_valid(_: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    Ok(Value::Bool(serde_json::from_str::<serde::de::IgnoredAny>(&input.to_text()).is_ok()))
}

/// Whether the text is armoured as a public key; what is inside is not verified.
fn is_gpg_valid(_: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    let text = input.to_text();
    let armoured = text.trim().strip_prefix("-----BEGIN PGP PUBLIC KEY BLOCK-----");
    Ok(Value::Bool(armoured.is_some_and(|rest| rest.ends_with("-----END PGP PUBLIC KEY BLOCK-----"))))
}

/// Tokens are signed by the platform; none of them can be valid on a laptop.
fn is_token_valid(_: &mut Surroundings<'_>, _: &Value, _: &Arguments) -> Filtered {
    Ok(Value::Bool(false))
}

/// Everyone counts as human on a laptop.
fn hcaptcha(_: &mut Surroundings<'_>, _: &Value, _: &Arguments) -> Filtered {
    Ok(Value::Bool(true))
}
