//! Base64, digests, message authentication codes, and random text.

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};
use hmac::{Hmac, KeyInit, Mac};
use rand::RngExt as _;
use rand::distr::Alphanumeric;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

use super::arguments::{Arguments, integer};
use super::{Filter, Filtered, Rejection, Surroundings};
use crate::liquid::value::Value;

pub(super) const ROWS: &[Filter] = &[
    Filter::new("base64_decode", 0..=0, base64_decode),
    Filter::new("base64_encode", 0..=0, base64_encode),
    Filter::new("base64_url_safe_decode", 0..=0, base64_url_safe_decode),
    Filter::new("base64_url_safe_encode", 0..=0, base64_url_safe_encode),
    Filter::new("compute_hmac", 1..=3, compute_hmac),
    Filter::new("digest", 1..=2, digest),
    Filter::new("random_string", 0..=0, random_string),
    Filter::new("uuid", 0..=0, uuid),
];

/// The URL-safe alphabet; padding may be missing.
const URL_SAFE_LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

fn base64_encode(surroundings: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    encode(surroundings, input, &BASE64_STANDARD)
}

fn base64_url_safe_encode(surroundings: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    encode(surroundings, input, &BASE64_URL_SAFE)
}

fn encode(surroundings: &Surroundings<'_>, input: &Value, engine: &GeneralPurpose) -> Filtered {
    let text = input.to_text();
    surroundings.limits.grow(text.len().saturating_mul(2))?;
    Ok(Value::str(engine.encode(text.as_bytes())))
}

fn base64_decode(_: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    decode(input, &BASE64_STANDARD, "base64_decode")
}

fn base64_url_safe_decode(_: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    decode(input, &URL_SAFE_LENIENT, "base64_url_safe_decode")
}

/// Bytes that are no text come out as U+FFFD.
fn decode(input: &Value, engine: &GeneralPurpose, filter: &str) -> Filtered {
    let bytes = engine
        .decode(input.to_text().as_bytes())
        .map_err(|_| Rejection::Argument(format!("invalid base64 provided to {filter}")))?;
    Ok(Value::str(&*String::from_utf8_lossy(&bytes)))
}

/// The SHA-2 family; what it is called is not always spelled the same.
#[derive(Debug, Clone, Copy)]
enum Algorithm {
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

impl Algorithm {
    fn parse(name: &str) -> Result<Self, Rejection> {
        match name.to_ascii_lowercase().replace(['-', '_'], "").as_str() {
            "sha224" => Ok(Self::Sha224),
            "sha256" => Ok(Self::Sha256),
            "sha384" => Ok(Self::Sha384),
            "sha512" => Ok(Self::Sha512),
            _ => Err(Rejection::argument(format!(
                "unsupported digest algorithm '{name}': known are sha224, sha256, sha384, sha512"
            ))),
        }
    }

    fn digest(self, data: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha224 => Sha224::digest(data).to_vec(),
            Self::Sha256 => Sha256::digest(data).to_vec(),
            Self::Sha384 => Sha384::digest(data).to_vec(),
            Self::Sha512 => Sha512::digest(data).to_vec(),
        }
    }

    fn authenticate(self, secret: &[u8], data: &[u8]) -> Result<Vec<u8>, Rejection> {
        match self {
            Self::Sha224 => authenticate::<Hmac<Sha224>>(secret, data),
            Self::Sha256 => authenticate::<Hmac<Sha256>>(secret, data),
            Self::Sha384 => authenticate::<Hmac<Sha384>>(secret, data),
            Self::Sha512 => authenticate::<Hmac<Sha512>>(secret, data),
        }
    }
}

fn authenticate<M: Mac + KeyInit>(secret: &[u8], data: &[u8]) -> Result<Vec<u8>, Rejection> {
    let mac = <M as KeyInit>::new_from_slice(secret).map_err(|_| Rejection::argument("invalid secret"))?;
    Ok(mac.chain_update(data).finalize().into_bytes().to_vec())
}

/// `compute_hmac: secret, algorithm, format`: SHA-256 in hex unless said otherwise.
fn compute_hmac(_: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let algorithm = Algorithm::parse(&arguments.text_or(1, "sha256"))?;
    let code = algorithm.authenticate(arguments.text(0).as_bytes(), input.to_text().as_bytes())?;
    write_bytes(&code, &arguments.text_or(2, "hex"))
}

fn digest(_: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let algorithm = Algorithm::parse(&arguments.text(0))?;
    write_bytes(&algorithm.digest(input.to_text().as_bytes()), &arguments.text_or(1, "hex"))
}

/// `none` stands for the bytes themselves, of which only those that are text survive here.
fn write_bytes(bytes: &[u8], format: &str) -> Filtered {
    Ok(match format {
        "hex" | "" => Value::str(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>()),
        "base64" => Value::str(BASE64_STANDARD.encode(bytes)),
        "none" => Value::str(&*String::from_utf8_lossy(bytes)),
        other => {
            return Err(Rejection::argument(format!(
                "unknown format '{other}': known are hex, base64, none"
            )));
        }
    })
}

/// Letters and digits; the input is the length.
fn random_string(surroundings: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    let length = match integer(input) {
        Ok(length) => usize::try_from(length).unwrap_or(0),
        Err(_) => 12,
    };
    surroundings.limits.grow(length)?;
    let text: String = rand::rng().sample_iter(Alphanumeric).take(length).map(char::from).collect();
    Ok(Value::str(text))
}

/// A random (version 4) one; the input does not matter.
fn uuid(_: &mut Surroundings<'_>, _: &Value, _: &Arguments) -> Filtered {
    Ok(Value::str(uuid::Uuid::new_v4().to_string()))
}
