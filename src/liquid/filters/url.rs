//! Text in addresses: percent encoding as forms have it, and query strings from hashes.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, utf8_percent_encode};

use super::arguments::Arguments;
use super::{Filter, Filtered, Rejection, Surroundings};
use crate::liquid::value::Value;

pub(super) const ROWS: &[Filter] = &[
    Filter::new("querify", 0..=0, querify),
    Filter::text("url_decode", 0..=0, url_decode),
    Filter::text("url_encode", 0..=0, url_encode),
    Filter::new("www_form_encode", 0..=0, www_form_encode),
    Filter::new("www_form_encode_rc", 0..=0, www_form_encode),
];

/// What Ruby's `CGI.escape` encodes; the space, which becomes a plus, apart.
const FORM: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'*').remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b' ');

/// How deep nested parameters go.
const MAX_DEPTH: usize = 20;

fn encode(text: &str) -> String {
    utf8_percent_encode(text, FORM).to_string().replace(' ', "+")
}

fn url_encode(surroundings: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    if input.is_nil() {
        return Ok(Value::Nil);
    }
    let encoded = encode(&input.to_text());
    surroundings.limits.grow(encoded.len())?;
    Ok(Value::str(encoded))
}

fn url_decode(_: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    if input.is_nil() {
        return Ok(Value::Nil);
    }
    let spaced = input.to_text().replace('+', " ");
    let decoded = percent_decode(spaced.as_bytes())
        .decode_utf8()
        .map_err(|_| Rejection::argument("invalid byte sequence in UTF-8"))?;
    Ok(Value::str(&*decoded))
}

/// A query string with sorted parameters: `a=1&b%5B%5D=2`, nested hashes as `a[b]`, arrays as `a[]`.
fn querify(surroundings: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    let Value::Hash(hash) = input else {
        return Err(Rejection::argument(format!("expected a hash, got {}", input.type_name())));
    };
    let mut parameters = Vec::new();
    for (key, value) in hash.borrow().iter() {
        push_parameters(surroundings, key, value, MAX_DEPTH, &mut parameters)?;
    }
    parameters.sort();
    joined(surroundings, &parameters)
}

fn push_parameters(
    surroundings: &Surroundings<'_>,
    name: &str,
    value: &Value,
    depth: usize,
    parameters: &mut Vec<String>,
) -> Result<(), Rejection> {
    surroundings.limits.step()?;
    match value {
        Value::Hash(hash) if depth > 0 => {
            for (key, value) in hash.borrow().iter() {
                push_parameters(surroundings, &format!("{name}[{key}]"), value, depth - 1, parameters)?;
            }
        }
        Value::Array(items) if depth > 0 => {
            for item in items.borrow().iter() {
                push_parameters(surroundings, &format!("{name}[]"), item, depth - 1, parameters)?;
            }
        }
        other => {
            let parameter = format!("{}={}", encode(name), encode(&surroundings.text_of(other)?));
            surroundings.limits.grow(parameter.len())?;
            parameters.push(parameter);
        }
    }
    Ok(())
}

/// Form data from a hash or an array of pairs, in their order; nil is a name alone. An array of scalars repeats its name,
/// what is nested has its path in brackets: `a[0][b]=1`.
fn www_form_encode(surroundings: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    let pairs: Vec<(Value, Value)> = match input {
        Value::Hash(hash) => {
            hash.borrow().iter().map(|(key, value)| (Value::str(key.clone()), value.clone())).collect()
        }
        Value::Array(items) => {
            let (key, value) = (Value::Int(0), Value::Int(1));
            items.borrow().iter().map(|item| (item.index(&key), item.index(&value))).collect()
        }
        other => {
            return Err(Rejection::argument(format!("expected a hash or pairs, got {}", other.type_name())));
        }
    };
    let mut form = Vec::new();
    for (name, value) in pairs {
        push_fields(surroundings, &encode(&surroundings.text_of(&name)?), &value, MAX_DEPTH, &mut form)?;
    }
    joined(surroundings, &form)
}

fn push_fields(
    surroundings: &Surroundings<'_>,
    name: &str,
    value: &Value,
    depth: usize,
    form: &mut Vec<String>,
) -> Result<(), Rejection> {
    surroundings.limits.step()?;
    match value {
        Value::Hash(hash) if depth > 0 => {
            for (key, value) in hash.borrow().iter() {
                push_fields(surroundings, &format!("{name}[{}]", encode(key)), value, depth - 1, form)?;
            }
        }
        Value::Array(items) if depth > 0 => {
            let items = items.borrow();
            let is_nested = items.iter().any(|item| matches!(item, Value::Hash(_) | Value::Array(_)));
            for (at, item) in items.iter().enumerate() {
                let name = if is_nested { &format!("{name}[{at}]") } else { name };
                push_fields(surroundings, name, item, depth - 1, form)?;
            }
        }
        scalar => {
            let field = match scalar {
                Value::Nil => name.to_owned(),
                scalar => format!("{name}={}", encode(&surroundings.text_of(scalar)?)),
            };
            surroundings.limits.grow(field.len())?;
            form.push(field);
        }
    }
    Ok(())
}

fn joined(surroundings: &Surroundings<'_>, fields: &[String]) -> Filtered {
    surroundings.limits.grow(fields.iter().map(|field| field.len() + 1).sum())?;
    Ok(Value::str(fields.join("&")))
}
