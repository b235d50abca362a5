//! How the content key of a JSON Web Encryption reaches its reader (RFC 7518, section 4): encrypted with the reader's
//! key, derived together with it, or known to both.

use ::base64::Engine as _;
use ::base64::prelude::BASE64_URL_SAFE_NO_PAD;
use p256::NistP256;
use p256::elliptic_curve::pkcs8::AssociatedOid;
use p256::elliptic_curve::sec1::{FromSec1Point, ModulusSize, ToSec1Point, ValidatePublicKey};
use p256::elliptic_curve::{AffinePoint, CurveArithmetic, FieldBytesSize, Generate as _, SecretKey};
use p384::NistP384;
use p521::NistP521;
use serde_json::{Map, Value as Json, json};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::content_encryption::ContentEncryption;
use super::key_wrap::Wrap;
use super::{aead, keys};
use crate::liquid::filters::Rejection;

/// Rounds that turn a password into a key, as many as JOSE libraries make unless told otherwise.
const PASSWORD_ROUNDS: u32 = 4096;

/// Bytes of salt of a password.
const SALT: usize = 16;

/// `apu` and `apv`, which name producer and consumer of a message, are left out.
const NO_PARTIES: [&[u8]; 2] = [b"", b""];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyManagement {
    RsaPkcs1,
    RsaOaep,
    RsaOaep256,
    /// Both sides know the content key.
    Direct,
    /// Both sides know a key that wraps it.
    AesKw(Wrap),
    AesGcmKw(Wrap),
    /// The agreed key is the content key, or wraps it.
    EcdhEs(Option<Wrap>),
    /// Both sides know a password.
    Pbes2(Wrap),
}

/// What makes a message readable to one recipient.
#[derive(Debug)]
pub(super) struct Recipient {
    pub(super) content_key: Vec<u8>,
    /// Empty if the recipient knows the content key or derives it.
    pub(super) encrypted_key: Vec<u8>,
    /// Fields that the protected header needs besides `alg` and `enc`.
    pub(super) header: Map<String, Json>,
}

const ALL: [KeyManagement; 17] = [
    KeyManagement::RsaPkcs1,
    KeyManagement::RsaOaep,
    KeyManagement::RsaOaep256,
    KeyManagement::EcdhEs(None),
    KeyManagement::EcdhEs(Some(Wrap::A128)),
    KeyManagement::EcdhEs(Some(Wrap::A192)),
    KeyManagement::EcdhEs(Some(Wrap::A256)),
    KeyManagement::Pbes2(Wrap::A128),
    KeyManagement::Pbes2(Wrap::A192),
    KeyManagement::Pbes2(Wrap::A256),
    KeyManagement::AesGcmKw(Wrap::A128),
    KeyManagement::AesGcmKw(Wrap::A192),
    KeyManagement::AesGcmKw(Wrap::A256),
    KeyManagement::AesKw(Wrap::A128),
    KeyManagement::AesKw(Wrap::A192),
    KeyManagement::AesKw(Wrap::A256),
    KeyManagement::Direct,
];

impl KeyManagement {
    /// An unknown name is not repeated: it may be the key, put in the wrong place.
    pub(super) fn parse(name: &str) -> Result<Self, Rejection> {
        ALL.into_iter().find(|management| management.name() == name).ok_or_else(|| {
            let names = ALL.map(Self::name).join(", ");
            Rejection::argument(format!("unsupported key management: known are {names}"))
        })
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::RsaPkcs1 => "RSA1_5",
            Self::RsaOaep => "RSA-OAEP",
            Self::RsaOaep256 => "RSA-OAEP-256",
            Self::Direct => "dir",
            Self::AesKw(Wrap::A128) => "A128KW",
            Self::AesKw(Wrap::A192) => "A192KW",
            Self::AesKw(Wrap::A256) => "A256KW",
            Self::AesGcmKw(Wrap::A128) => "A128GCMKW",
            Self::AesGcmKw(Wrap::A192) => "A192GCMKW",
            Self::AesGcmKw(Wrap::A256) => "A256GCMKW",
            Self::EcdhEs(None) => "ECDH-ES",
            Self::EcdhEs(Some(Wrap::A128)) => "ECDH-ES+A128KW",
            Self::EcdhEs(Some(Wrap::A192)) => "ECDH-ES+A192KW",
            Self::EcdhEs(Some(Wrap::A256)) => "ECDH-ES+A256KW",
            Self::Pbes2(Wrap::A128) => "PBES2-HS256+A128KW",
            Self::Pbes2(Wrap::A192) => "PBES2-HS384+A192KW",
            Self::Pbes2(Wrap::A256) => "PBES2-HS512+A256KW",
        }
    }

    /// A content key for `encryption`, random where the method leaves it free, for the owner of `key`: a public key
    /// in PEM format, the bytes of a shared key, or a password.
    pub(super) fn address(self, key: &[u8], encryption: ContentEncryption) -> Result<Recipient, Rejection> {
        let content_key = match self {
            Self::Direct => checked(key, encryption.key_length())?.to_vec(),
            Self::EcdhEs(None) => {
                let Agreement { secret, header } = agree(key)?;
                let content_key = concat_kdf(&secret, encryption.name(), NO_PARTIES, encryption.key_length());
                return Ok(Recipient { content_key, encrypted_key: Vec::new(), header });
            }
            _ => {
                let mut content_key = vec![0; encryption.key_length()];
                rand::fill(&mut content_key);
                content_key
            }
        };
        let mut header = Map::new();
        let encrypted_key = match self {
            Self::Direct | Self::EcdhEs(None) => Vec::new(),
            Self::RsaPkcs1 => rsa(key)?.pkcs1v15_encrypt(&content_key).map_err(too_short)?,
            Self::RsaOaep => rsa(key)?.oaep_encrypt::<Sha1>(&content_key).map_err(too_short)?,
            Self::RsaOaep256 => rsa(key)?.oaep_encrypt::<Sha256>(&content_key).map_err(too_short)?,
            Self::AesKw(wrap) => wrap.wrap(checked(key, wrap.key_length())?, &content_key),
            Self::AesGcmKw(wrap) => {
                let mut nonce = [0; aead::NONCE];
                rand::fill(&mut nonce);
                let (encrypted, tag) = wrap.seal(checked(key, wrap.key_length())?, &nonce, &content_key);
                header.insert("iv".to_owned(), base64url(&nonce));
                header.insert("tag".to_owned(), base64url(&tag));
                encrypted
            }
            Self::EcdhEs(Some(wrap)) => {
                let Agreement { secret, header: epk } = agree(key)?;
                header.extend(epk);
                wrap.wrap(&concat_kdf(&secret, self.name(), NO_PARTIES, wrap.key_length()), &content_key)
            }
            Self::Pbes2(wrap) => {
                let mut salt = [0; SALT];
                rand::fill(&mut salt);
                header.insert("p2s".to_owned(), base64url(&salt));
                header.insert("p2c".to_owned(), PASSWORD_ROUNDS.into());
                wrap.wrap(&wrap.stretch(key, &self.salted(&salt), PASSWORD_ROUNDS), &content_key)
            }
        };
        Ok(Recipient { content_key, encrypted_key, header })
    }

    /// The salt of a password is bound to the method it is for.
    fn salted(self, salt: &[u8]) -> Vec<u8> {
        [self.name().as_bytes(), &[0], salt].concat()
    }
}

/// What a throw-away key pair and the reader's public key agree on.
struct Agreement {
    secret: Vec<u8>,
    /// `epk`, the public half of the pair.
    header: Map<String, Json>,
}

fn agree(key: &[u8]) -> Result<Agreement, Rejection> {
    let text = String::from_utf8_lossy(key);
    agree_on::<NistP256>(&text, "P-256")
        .or_else(|| agree_on::<NistP384>(&text, "P-384"))
        .or_else(|| agree_on::<NistP521>(&text, "P-521"))
        .ok_or_else(|| Rejection::argument("the key is not an EC public key on P-256, P-384 or P-521"))
}

fn agree_on<C>(key: &str, curve: &str) -> Option<Agreement>
where
    C: CurveArithmetic + AssociatedOid + ValidatePublicKey,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
    FieldBytesSize<C>: ModulusSize,
{
    let reader = keys::ec_public::<C>(key)?;
    let ephemeral = SecretKey::<C>::generate_from_rng(&mut rand::rng());
    let point = ephemeral.public_key().to_sec1_point(false);
    let epk = json!({"kty": "EC", "crv": curve, "x": base64url(point.x()?), "y": base64url(point.y()?)});
    let secret = ephemeral.diffie_hellman(&reader).raw_secret_bytes().to_vec();
    Some(Agreement { secret, header: Map::from_iter([("epk".to_owned(), epk)]) })
}

/// The Concat KDF with SHA-256 (RFC 7518, section 4.6.2).
fn concat_kdf(secret: &[u8], algorithm: &str, parties: [&[u8]; 2], length: usize) -> Vec<u8> {
    let [producer, consumer] = parties;
    let mut info = Vec::new();
    for part in [algorithm.as_bytes(), producer, consumer] {
        info.extend((part.len() as u32).to_be_bytes());
        info.extend(part);
    }
    info.extend((length as u32 * 8).to_be_bytes());

    let mut derived = Vec::new();
    for round in 1_u32.. {
        if derived.len() >= length {
            break;
        }
        let hash = Sha256::new().chain_update(round.to_be_bytes()).chain_update(secret).chain_update(&info);
        derived.extend(hash.finalize());
    }
    derived.truncate(length);
    derived
}

fn rsa(key: &[u8]) -> Result<rsa::PublicKey, Rejection> {
    keys::rsa_public(&String::from_utf8_lossy(key))
}

fn checked(key: &[u8], length: usize) -> Result<&[u8], Rejection> {
    if key.len() == length {
        Ok(key)
    } else {
        Err(Rejection::argument(format!("key must be {length} bytes")))
    }
}

fn too_short(_: rsa::Error) -> Rejection {
    Rejection::argument("the RSA key is too short for the content key")
}

fn base64url(bytes: &[u8]) -> Json {
    BASE64_URL_SAFE_NO_PAD.encode(bytes).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::liquid::filters::base64::decode_lenient;

    /// RFC 7518, appendix C.
    #[test]
    fn agreed_key_is_the_published_one() {
        let consumer = "VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw";
        let [x, y] =
            ["gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0", "SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps"];
        let [x, y] = [x, y].map(|part| decode_lenient(part.as_bytes()).unwrap());
        let producer = BASE64_URL_SAFE_NO_PAD.encode([vec![4], x, y].concat());

        let consumer = keys::ec_private::<NistP256>(consumer).unwrap();
        let producer = keys::ec_public::<NistP256>(&producer).unwrap();
        let secret = consumer.diffie_hellman(&producer).raw_secret_bytes().to_vec();
        let key = concat_kdf(&secret, "A128GCM", [b"Alice", b"Bob"], 16);
        assert_eq!(BASE64_URL_SAFE_NO_PAD.encode(key), "VqqN6vgjbSBcIijNcacQGg");
    }

    #[test]
    fn derived_keys_are_as_long_as_asked_for() {
        for length in [16, 32, 33, 64] {
            assert_eq!(concat_kdf(b"secret", "dir", NO_PARTIES, length).len(), length);
        }
    }

    #[test]
    fn names_are_those_of_the_registry() {
        for management in ALL {
            assert_eq!(KeyManagement::parse(management.name()), Ok(management));
        }
        assert!(KeyManagement::parse("rsa-oaep").is_err());
    }

    #[test]
    fn shared_key_of_another_length_is_refused() {
        for management in
            [KeyManagement::Direct, KeyManagement::AesKw(Wrap::A256), KeyManagement::AesGcmKw(Wrap::A256)]
        {
            let refused = management.address(&[1; 31], ContentEncryption::A256Gcm);
            assert_eq!(refused.unwrap_err(), Rejection::argument("key must be 32 bytes"));
        }
    }
}
