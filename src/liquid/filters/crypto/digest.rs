//! Hashes of a string, with a secret (HMAC) or without. Old and broken functions are here because the services that
//! templates talk to still ask for them.

use ::base64::Engine as _;
use ::base64::prelude::BASE64_STANDARD;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use md4::Md4;
use md5::Md5;
use ripemd::Ripemd160;
use sha1::Sha1;
use sha2::digest::Digest;
use sha2::{Sha224, Sha256, Sha384, Sha512};

use super::hex;
use crate::liquid::filters::arguments::Arguments;
use crate::liquid::filters::{Filter, Filtered, Rejection, Surroundings};
use crate::liquid::value::Value;

pub(super) const ROWS: &[Filter] = &[
    Filter::new("compute_hmac", 1..=3, compute_hmac),
    Filter::new("digest", 0..=2, digest),
    Filter::new("sha1", 0..=0, sha1),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    Md4,
    Md5,
    Ripemd160,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

impl Algorithm {
    /// What OpenSSL calls it, in either case, with or without a hyphen. Of the names the platform lists, `SHA` (SHA-0)
    /// and `MDC2` are gone from OpenSSL as well. The refused name is not repeated: it may be the secret, put in the
    /// wrong place.
    pub(super) fn parse(name: &str) -> Result<Self, Rejection> {
        match name.to_ascii_lowercase().replace(['-', '_'], "").as_str() {
            "md4" => Ok(Self::Md4),
            "md5" => Ok(Self::Md5),
            "ripemd160" | "rmd160" => Ok(Self::Ripemd160),
            "sha1" | "dss1" => Ok(Self::Sha1),
            "sha224" => Ok(Self::Sha224),
            "sha256" => Ok(Self::Sha256),
            "sha384" => Ok(Self::Sha384),
            "sha512" => Ok(Self::Sha512),
            _ => Err(Rejection::argument(
                "unsupported digest algorithm: known are md4, md5, ripemd160, sha1, sha224, sha256, sha384, sha512",
            )),
        }
    }

    pub(super) fn digest(self, data: &[u8]) -> Vec<u8> {
        match self {
            Self::Md4 => Md4::digest(data).to_vec(),
            Self::Md5 => Md5::digest(data).to_vec(),
            Self::Ripemd160 => Ripemd160::digest(data).to_vec(),
            Self::Sha1 => Sha1::digest(data).to_vec(),
            Self::Sha224 => Sha224::digest(data).to_vec(),
            Self::Sha256 => Sha256::digest(data).to_vec(),
            Self::Sha384 => Sha384::digest(data).to_vec(),
            Self::Sha512 => Sha512::digest(data).to_vec(),
        }
    }

    /// The HMAC of `data`; any secret will do, an empty one too.
    pub(super) fn authenticate(self, secret: &[u8], data: &[u8]) -> Vec<u8> {
        match self {
            Self::Md4 => authenticate::<Hmac<Md4>>(secret, data),
            Self::Md5 => authenticate::<Hmac<Md5>>(secret, data),
            Self::Ripemd160 => authenticate::<Hmac<Ripemd160>>(secret, data),
            Self::Sha1 => authenticate::<Hmac<Sha1>>(secret, data),
            Self::Sha224 => authenticate::<Hmac<Sha224>>(secret, data),
            Self::Sha256 => authenticate::<Hmac<Sha256>>(secret, data),
            Self::Sha384 => authenticate::<Hmac<Sha384>>(secret, data),
            Self::Sha512 => authenticate::<Hmac<Sha512>>(secret, data),
        }
    }

    /// HKDF (RFC 5869); `None` if more than 255 hashes of output are asked for.
    pub(super) fn derive(self, key: &[u8], salt: &[u8], info: &[u8], length: usize) -> Option<Vec<u8>> {
        let mut derived = vec![0; length];
        match self {
            Self::Md4 => Hkdf::<Md4>::new(Some(salt), key).expand(info, &mut derived),
            Self::Md5 => Hkdf::<Md5>::new(Some(salt), key).expand(info, &mut derived),
            Self::Ripemd160 => Hkdf::<Ripemd160>::new(Some(salt), key).expand(info, &mut derived),
            Self::Sha1 => Hkdf::<Sha1>::new(Some(salt), key).expand(info, &mut derived),
            Self::Sha224 => Hkdf::<Sha224>::new(Some(salt), key).expand(info, &mut derived),
            Self::Sha256 => Hkdf::<Sha256>::new(Some(salt), key).expand(info, &mut derived),
            Self::Sha384 => Hkdf::<Sha384>::new(Some(salt), key).expand(info, &mut derived),
            Self::Sha512 => Hkdf::<Sha512>::new(Some(salt), key).expand(info, &mut derived),
        }
        .ok()?;
        Some(derived)
    }
}

fn authenticate<M: Mac + KeyInit>(secret: &[u8], data: &[u8]) -> Vec<u8> {
    let mac = <M as KeyInit>::new_from_slice(secret).expect("HMAC takes a secret of any length");
    mac.chain_update(data).finalize().into_bytes().to_vec()
}

/// `compute_hmac: secret, algorithm, format`: SHA-256 in hex unless said otherwise.
fn compute_hmac(_: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let algorithm = Algorithm::parse(&arguments.text_or(1, "sha256"))?;
    let code = algorithm.authenticate(&arguments.value(0).to_bytes(), &input.to_bytes());
    write(code, &arguments.text_or(2, "hex"))
}

/// `digest: algorithm, format`: SHA-1 in hex unless said otherwise.
fn digest(_: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let algorithm = Algorithm::parse(&arguments.text_or(0, "sha1"))?;
    write(algorithm.digest(&input.to_bytes()), &arguments.text_or(1, "hex"))
}

fn sha1(_: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    Ok(Value::str(hex::encode(&Algorithm::Sha1.digest(&input.to_bytes()))))
}

/// `none` stands for the bytes themselves.
fn write(bytes: Vec<u8>, format: &str) -> Filtered {
    match format {
        "hex" | "" => Ok(Value::str(hex::encode(&bytes))),
        "base64" => Ok(Value::str(BASE64_STANDARD.encode(bytes))),
        "none" => Ok(Value::bytes(bytes)),
        _ => Err(Rejection::argument("unknown format: known are hex, base64, none")),
    }
}
