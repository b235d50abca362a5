//! Questions about text that came from outside: is it an address, is it JSON, is it a key.

use std::sync::LazyLock;

use ::regex::Regex;

use super::arguments::Arguments;
use super::{Filter, Filtered, Rejection, Surroundings, crypto};
use crate::liquid::value::Value;
use crate::records::{DataError, UserId};

pub(super) const ROWS: &[Filter] = &[
    Filter::question("hcaptcha", 0..=0, hcaptcha),
    Filter::question("is_email_valid", 0..=0, is_email_valid),
    Filter::question("is_gpg_valid", 0..=0, is_gpg_valid),
    Filter::question("is_json_valid", 0..=0, is_json_valid),
    Filter::question("is_token_valid", 1..=1, is_token_valid),
    Filter::question("verify_access_key", 0..=0, verify_access_key),
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

/// Whether the text is an armoured OpenPGP public key.
fn is_gpg_valid(_: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    Ok(Value::Bool(crypto::is_public_key(&input.to_text())))
}

/// `token | is_token_valid: user_id`: the temporary token was issued to that user, and is neither over nor void by a new
/// password. Where there are no users no token belongs to anyone.
fn is_token_valid(around: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let now = around.now.timestamp();
    let (Some(data), Ok(id)) = (&mut around.data, arguments.text(0).trim().parse()) else {
        return Ok(Value::Bool(false));
    };
    let unreadable = |error: DataError| Rejection::Argument(format!("is_token_valid: {error}"));
    let Some(user) = data.user(UserId(id)).map_err(unreadable)? else { return Ok(Value::Bool(false)) };
    data.accepts_temporary_token(&user, &input.to_text(), now).map(Value::Bool).map_err(unreadable)
}

/// Access keys are issued and checked by the Partner Portal, which a laptop does not ask: none is known to be valid.
fn verify_access_key(_: &mut Surroundings<'_>, _: &Value, _: &Arguments) -> Filtered {
    Ok(Value::Bool(false))
}

/// Everyone counts as human on a laptop.
fn hcaptcha(_: &mut Surroundings<'_>, _: &Value, _: &Arguments) -> Filtered {
    Ok(Value::Bool(true))
}
