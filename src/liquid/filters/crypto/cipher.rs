//! `encrypt` and `decrypt`: symmetric ciphers by their OpenSSL names, and RSA.
//!
//! The initialization vector stands in front of the ciphertext, the tag of an authenticated cipher behind it, and the
//! whole is URL-safe Base64, or upper-case hexadecimal on demand.

use ::base64::Engine as _;
use ::base64::prelude::BASE64_URL_SAFE;
use sha1::Sha1;

use super::block_cipher::{Filling, Mode};
use super::{aead, hex, keys};
use crate::liquid::filters::arguments::Arguments;
use crate::liquid::filters::{Filter, Filtered, Rejection, Surroundings, base64};
use crate::liquid::value::Value;

pub(super) const ROWS: &[Filter] =
    &[Filter::new("decrypt", 2..=5, decrypt), Filter::new("encrypt", 2..=6, encrypt)];

/// The payload of `encrypt` is filled up to a multiple of at most this many bytes.
const MAX_MULTIPLE: usize = 1024;

/// Says no more: what exactly is wrong would help whoever tries keys or payloads.
const CANNOT_DECRYPT: &str =
    "cannot decrypt: the key or the algorithm is another one, or the payload is damaged";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    /// AES with a key of so many bytes.
    Aes(Mode, usize),
    Aead(aead::Algorithm),
    /// With PKCS #1 v1.5 padding.
    Rsa,
    /// With SHA-1, as OpenSSL does unless told otherwise.
    RsaOaep,
}

impl Algorithm {
    /// An unknown name is not repeated: it may be the key, put in the wrong place.
    fn parse(name: &str) -> Result<Self, Rejection> {
        Ok(match name.to_ascii_lowercase().as_str() {
            "aes-128-cbc" => Self::Aes(Mode::Cbc, 16),
            "aes-192-cbc" => Self::Aes(Mode::Cbc, 24),
            "aes-256-cbc" => Self::Aes(Mode::Cbc, 32),
            "aes-128-ctr" => Self::Aes(Mode::Ctr, 16),
            "aes-192-ctr" => Self::Aes(Mode::Ctr, 24),
            "aes-256-ctr" => Self::Aes(Mode::Ctr, 32),
            "aes-128-ecb" => Self::Aes(Mode::Ecb, 16),
            "aes-192-ecb" => Self::Aes(Mode::Ecb, 24),
            "aes-256-ecb" => Self::Aes(Mode::Ecb, 32),
            "aes-128-gcm" => Self::Aead(aead::Algorithm::Aes128Gcm),
            "aes-192-gcm" => Self::Aead(aead::Algorithm::Aes192Gcm),
            "aes-256-gcm" => Self::Aead(aead::Algorithm::Aes256Gcm),
            "chacha20-poly1305" => Self::Aead(aead::Algorithm::ChaCha20Poly1305),
            "rsa" => Self::Rsa,
            "rsa-oaep" => Self::RsaOaep,
            _ => {
                return Err(Rejection::argument(
                    "unsupported cipher algorithm: known are aes-128, aes-192 and aes-256 with -cbc, -ctr, -ecb or \
                     -gcm, chacha20-poly1305, rsa, rsa-oaep",
                ));
            }
        })
    }

    /// Bytes of the initialization vector.
    fn vector_length(self) -> usize {
        match self {
            Self::Aes(mode, _) => mode.vector_length(),
            Self::Aead(_) => aead::NONCE,
            Self::Rsa | Self::RsaOaep => 0,
        }
    }

    fn check_key(self, key: &[u8]) -> Result<(), Rejection> {
        let length = match self {
            Self::Aes(_, length) => length,
            Self::Aead(algorithm) => algorithm.key_length(),
            Self::Rsa | Self::RsaOaep => return Ok(()),
        };
        if key.len() == length {
            Ok(())
        } else {
            Err(Rejection::argument(format!("key must be {length} bytes")))
        }
    }

    /// The vector that was given, or a random one.
    fn vector(self, given: &Value) -> Result<Vec<u8>, Rejection> {
        let length = self.vector_length();
        if given.is_nil() {
            let mut vector = vec![0; length];
            rand::fill(&mut vector);
            return Ok(vector);
        }
        let vector = given.to_bytes().into_owned();
        match length {
            0 => Err(Rejection::argument("the algorithm takes no iv")),
            _ if vector.len() == length => Ok(vector),
            _ => Err(Rejection::argument(format!("iv must be {length} bytes"))),
        }
    }

    fn encrypt(
        self,
        key: &[u8],
        vector: &[u8],
        filling: Filling,
        payload: &[u8],
    ) -> Result<Vec<u8>, Rejection> {
        match self {
            Self::Aes(mode, _) => mode
                .encrypt(key, vector, filling, payload)
                .ok_or_else(|| Rejection::argument("the payload is not filled to whole blocks of 16 bytes")),
            Self::Aead(algorithm) => algorithm.seal(key, vector, b"", payload).ok_or_else(too_long),
            Self::Rsa => public(key)?.pkcs1v15_encrypt(payload).map_err(|_| too_long()),
            Self::RsaOaep => public(key)?.oaep_encrypt::<Sha1>(payload).map_err(|_| too_long()),
        }
    }

    fn decrypt(
        self,
        key: &[u8],
        vector: &[u8],
        filling: Filling,
        secret: &[u8],
    ) -> Result<Vec<u8>, Rejection> {
        match self {
            Self::Aes(mode, _) => mode.decrypt(key, vector, filling, secret),
            Self::Aead(algorithm) => algorithm.open(key, vector, secret),
            Self::Rsa => private(key)?.pkcs1v15_decrypt(secret).ok(),
            Self::RsaOaep => private(key)?.oaep_decrypt::<Sha1>(secret).ok(),
        }
        .ok_or_else(|| Rejection::argument(CANNOT_DECRYPT))
    }
}

/// `payload | encrypt: algorithm, key, iv, transform_key_to_hex, return_hex, fill_to`; the two flags by name as well.
/// The key is public for RSA. With `fill_to`, spaces fill the payload up to a multiple of that many bytes instead of
/// the cipher's own padding.
fn encrypt(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let algorithm = Algorithm::parse(&arguments.text(0))?;
    let key = key(arguments, 3)?;
    let vector = match arguments.get(2) {
        Some(given) if !is_options(given) => algorithm.vector(given)?,
        _ => algorithm.vector(&Value::Nil)?,
    };
    algorithm.check_key(&key)?;
    let mut payload = input.to_bytes();
    surroundings.limits.grow(payload.len().saturating_mul(3))?;
    let mut filling = Filling::Pkcs7;
    if let Some(multiple) = arguments.integer(5)? {
        fill_with_spaces(payload.to_mut(), multiple)?;
        filling = Filling::None;
    }
    let ciphertext = algorithm.encrypt(&key, &vector, filling, &payload)?;
    let bytes = [vector, ciphertext].concat();
    let in_hex = is_on(arguments, 4, "return_hex");
    Ok(Value::str(if in_hex {
        hex::encode(&bytes).to_ascii_uppercase()
    } else {
        BASE64_URL_SAFE.encode(bytes)
    }))
}

/// `payload | decrypt: algorithm, key, transform_key_to_hex, from_hex, is_filled`; the first two flags by name as
/// well. The key is private for RSA. `is_filled` undoes what `fill_to` of `encrypt` does.
fn decrypt(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let algorithm = Algorithm::parse(&arguments.text(0))?;
    let key = key(arguments, 2)?;
    algorithm.check_key(&key)?;
    let text = input.to_text();
    surroundings.limits.grow(text.len().saturating_mul(2))?;
    let bytes = if is_on(arguments, 3, "from_hex") {
        hex::decode(text.trim()).ok_or_else(|| Rejection::argument("the payload is not hexadecimal"))?
    } else {
        base64::decode_lenient(text.trim().as_bytes())
            .ok_or_else(|| Rejection::argument("the payload is not Base64"))?
    };
    let (vector, secret) = bytes
        .split_at_checked(algorithm.vector_length())
        .ok_or_else(|| Rejection::argument(CANNOT_DECRYPT))?;
    if arguments.get(4).is_some_and(Value::is_truthy) {
        let mut payload = algorithm.decrypt(&key, vector, Filling::None, secret)?;
        payload.truncate(payload.trim_ascii_end().len());
        return Ok(Value::bytes(payload));
    }
    algorithm.decrypt(&key, vector, Filling::Pkcs7, secret).map(Value::bytes)
}

/// The key; its text is hexadecimal if the flag at `at` is on.
fn key(arguments: &Arguments, at: usize) -> Result<Vec<u8>, Rejection> {
    let key = arguments.value(1);
    if is_on(arguments, at, "transform_key_to_hex") {
        hex::decode(key.to_text().trim()).ok_or_else(|| Rejection::argument("the key is not hexadecimal"))
    } else {
        Ok(key.to_bytes().into_owned())
    }
}

/// The flag at position `at`, or the one called `name`.
fn is_on(arguments: &Arguments, at: usize, name: &str) -> bool {
    match arguments.get(at) {
        Some(value) if !is_options(value) => value.is_truthy(),
        _ => arguments.flag(name) == Some(true),
    }
}

/// A hash in a flag's place holds the flags by name.
fn is_options(value: &Value) -> bool {
    matches!(value, Value::Hash(_))
}

fn fill_with_spaces(payload: &mut Vec<u8>, multiple: i64) -> Result<(), Rejection> {
    let multiple = usize::try_from(multiple).ok().filter(|multiple| (1..=MAX_MULTIPLE).contains(multiple));
    let multiple = multiple.ok_or_else(|| {
        Rejection::argument(format!("the payload can be filled to a multiple of 1 to {MAX_MULTIPLE} bytes"))
    })?;
    payload.resize(payload.len().next_multiple_of(multiple), b' ');
    Ok(())
}

fn public(key: &[u8]) -> Result<rsa::PublicKey, Rejection> {
    keys::rsa_public(&String::from_utf8_lossy(key))
}

fn private(key: &[u8]) -> Result<rsa::PrivateKey, Rejection> {
    keys::rsa_private(&String::from_utf8_lossy(key))
}

fn too_long() -> Rejection {
    Rejection::argument("the payload is too long for the key")
}
