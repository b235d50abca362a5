//! Values nobody can guess.

use rand::RngExt as _;
use rand::distr::Alphanumeric;

use super::arguments::{Arguments, integer};
use super::{Filter, Filtered, Surroundings};
use crate::liquid::value::Value;

pub(super) const ROWS: &[Filter] =
    &[Filter::new("random_string", 0..=0, random_string), Filter::new("uuid", 0..=0, uuid)];

/// What `{{ '' | random_string }}` is long.
const DEFAULT_LENGTH: usize = 12;

/// Letters and digits; the input is the length.
fn random_string(surroundings: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    let length = match integer(input) {
        Ok(length) => usize::try_from(length).unwrap_or(0),
        Err(_) => DEFAULT_LENGTH,
    };
    surroundings.limits.grow(length)?;
    let text: String = rand::rng().sample_iter(Alphanumeric).take(length).map(char::from).collect();
    Ok(Value::str(text))
}

/// A random (version 4) one; the input does not matter.
fn uuid(_: &mut Surroundings<'_>, _: &Value, _: &Arguments) -> Filtered {
    Ok(Value::str(::uuid::Uuid::new_v4().to_string()))
}
