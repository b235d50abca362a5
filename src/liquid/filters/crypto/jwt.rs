//! JSON Web Tokens (RFC 7519): signed claims, made and read.

use ::base64::Engine as _;
use ::base64::prelude::BASE64_URL_SAFE_NO_PAD;
use rsa::BoxedUint;

use super::jws::{Algorithm, Verification};
use crate::liquid::filters::arguments::Arguments;
use crate::liquid::filters::{Filter, Filtered, Rejection, Surroundings, base64};
use crate::liquid::value::{Map, Value};

pub(super) const ROWS: &[Filter] =
    &[Filter::new("jwt_decode", 1..=4, jwt_decode), Filter::new("jwt_encode", 1..=3, jwt_encode)];

/// Said of a token whose parts are not Base64 of a JSON object.
const BAD_SEGMENT: &str = "Invalid segment encoding";

/// `payload | jwt_encode: algorithm, secret, header_fields`. The fields join `typ` and `alg` in the header; `alg` is
/// always what signs.
fn jwt_encode(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let algorithm = Algorithm::parse(&arguments.text(0))?;
    if !matches!(input, Value::Hash(_)) {
        return Err(Rejection::argument(format!("expected a hash, got {}", input.type_name())));
    }
    let alg = Value::str(algorithm.name());
    let mut header: Map =
        [("typ".into(), Value::str("JWT")), ("alg".into(), alg.clone())].into_iter().collect();
    header.extend(arguments.hash(2).unwrap_or_default());
    header.insert("alg".into(), alg);

    let (header, payload) = (Value::hash(header).to_json_text(), input.to_json_text());
    surroundings.limits.grow((header.len() + payload.len()).saturating_mul(4))?;
    let mut token =
        format!("{}.{}", BASE64_URL_SAFE_NO_PAD.encode(header), BASE64_URL_SAFE_NO_PAD.encode(payload));
    let signature = algorithm.sign(&arguments.value(1).to_bytes(), token.as_bytes())?;
    token.push('.');
    BASE64_URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    Ok(Value::str(token))
}

/// `token | jwt_decode: algorithm, secret, verify_signature, jwks`: an array of the payload and the header.
///
/// The algorithm is the one the app names; a token that says it is signed in another way is refused. With `none`, and
/// with `verify_signature` false, the token is read and nothing in it verified, not even when it expires.
fn jwt_decode(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let algorithm = Algorithm::parse(&arguments.text(0))?;
    let token = input.to_text();
    surroundings.limits.grow(token.len().saturating_mul(2))?;
    let token = Token::parse(token.trim())?;
    let is_verified = algorithm != Algorithm::None && arguments.get(2).is_none_or(is_flag_on);
    if is_verified {
        verify(algorithm, &token, arguments)?;
        check_times(&token.payload, surroundings.now.timestamp().as_second())?;
    }
    Ok(Value::array(vec![token.payload, token.header]))
}

/// A hash in the flag's place is the key set, and nil is a flag not given.
fn is_flag_on(value: &Value) -> bool {
    value.is_nil() || value.is_truthy()
}

/// A token taken apart; nothing in it is trusted yet.
#[derive(Debug)]
struct Token<'t> {
    header: Value,
    payload: Value,
    /// Header and payload as they were signed.
    signed: &'t str,
    signature: Vec<u8>,
}

impl<'t> Token<'t> {
    fn parse(token: &'t str) -> Result<Self, Rejection> {
        let segments = || Rejection::argument("Not enough or too many segments");
        let (signed, signature) = token.rsplit_once('.').ok_or_else(segments)?;
        let (header, payload) = signed.split_once('.').ok_or_else(segments)?;
        if payload.contains('.') {
            return Err(segments());
        }
        let signature = base64::decode_lenient(signature.as_bytes());
        Ok(Self {
            header: object(header)?,
            payload: object(payload)?,
            signed,
            signature: signature.ok_or_else(|| Rejection::argument(BAD_SEGMENT))?,
        })
    }

    fn header_text(&self, name: &str) -> Option<String> {
        match self.header.property(name) {
            Value::Str(text) => Some(text.text.to_string()),
            _ => None,
        }
    }
}

fn object(segment: &str) -> Result<Value, Rejection> {
    let json = base64::decode_lenient(segment.as_bytes());
    let json: Option<serde_json::Map<_, _>> = json.and_then(|json| serde_json::from_slice(&json).ok());
    let json = json.ok_or_else(|| Rejection::argument(BAD_SEGMENT))?;
    Ok(Value::from_json(&serde_json::Value::Object(json)))
}

fn verify(algorithm: Algorithm, token: &Token<'_>, arguments: &Arguments) -> Result<(), Rejection> {
    if token.header_text("alg").as_deref() != Some(algorithm.name()) {
        return Err(Rejection::argument("Expected a different algorithm"));
    }
    let is_valid = match key_set(arguments) {
        Some(set) => {
            let key = public_key_of(token, &set)?;
            algorithm.verifies(Verification::Rsa(&key), token.signed.as_bytes(), &token.signature)
        }
        None => {
            let secret = arguments.value(1);
            let key = Verification::Text(&secret.to_bytes());
            algorithm.verifies(key, token.signed.as_bytes(), &token.signature)
        }
    };
    if is_valid? { Ok(()) } else { Err(Rejection::argument("Signature verification failed")) }
}

/// `{"keys": […]}`, in its place, by the name `jwks`, or as the last argument.
fn key_set(arguments: &Arguments) -> Option<Value> {
    let options = arguments.hash(3).or_else(|| arguments.hash(2)).or_else(|| arguments.hash(1))?;
    let set = options.get("jwks").cloned().unwrap_or_else(|| Value::hash(options));
    matches!(set.property("keys"), Value::Array(_)).then_some(set)
}

/// The key with the id that the token names. Only RSA keys are looked at, as on the platform.
fn public_key_of(token: &Token<'_>, set: &Value) -> Result<rsa::PublicKey, Rejection> {
    let id = token
        .header_text("kid")
        .ok_or_else(|| Rejection::argument("No key id (kid) found from token headers"))?;
    let Value::Array(keys) = set.property("keys") else {
        return Err(Rejection::argument("the key set has no keys"));
    };
    let keys = keys.borrow();
    let key = keys.iter().find(|key| key.property("kid").to_text() == id);
    let key = key.ok_or_else(|| Rejection::argument("Could not find public key for the token's kid"))?;
    rsa_key(key).ok_or_else(|| Rejection::argument("the token's key in the key set is not an RSA key"))
}

/// A JSON Web Key (RFC 7517) of type `RSA`.
fn rsa_key(key: &Value) -> Option<rsa::PublicKey> {
    if key.property("kty").to_text() != "RSA" {
        return None;
    }
    let number = |name| {
        let bytes = base64::decode_lenient(key.property(name).to_text().as_bytes())?;
        Some(BoxedUint::from_be_slice_vartime(&bytes))
    };
    rsa::PublicKey::new(number("n")?, number("e")?).ok()
}

/// A claim that is there but no number counts as the beginning of time, as Ruby's `to_i` reads it.
fn check_times(payload: &Value, now: i64) -> Result<(), Rejection> {
    let Value::Hash(claims) = payload else { return Ok(()) };
    let claims = claims.borrow();
    let seconds = |name| {
        claims.get(name).map(|claim: &Value| match claim {
            Value::Int(seconds) => *seconds,
            Value::BigInt(_) => i64::MAX,
            Value::Float(seconds) => *seconds as i64,
            text => text.to_text().trim().parse().unwrap_or(0),
        })
    };
    if seconds("exp").is_some_and(|expires| expires <= now) {
        return Err(Rejection::argument("Signature has expired"));
    }
    if seconds("nbf").is_some_and(|begins| begins > now) {
        return Err(Rejection::argument("Signature nbf has not been reached"));
    }
    Ok(())
}
