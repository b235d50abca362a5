//! The algorithms of JSON Web Tokens (RFC 7518, section 3): which key each of them signs with, and how. `none` is not among
//! them: a token that nobody has signed proves nothing. Pure.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use p256::ecdsa::signature::{Signer as _, Verifier as _};
use rsa::pkcs8::DecodePrivateKey as _;
use sha2::{Sha256, Sha384, Sha512};

use super::key_pair::KeyPair;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JwtAlgorithm {
    Es256,
    Es384,
    Es512,
    Hs256,
    Hs384,
    Hs512,
    Ps256,
    Ps384,
    Ps512,
    Rs256,
    Rs384,
    Rs512,
}

impl JwtAlgorithm {
    pub(super) const ALL: [Self; 12] = [
        Self::Es256,
        Self::Es384,
        Self::Es512,
        Self::Hs256,
        Self::Hs384,
        Self::Hs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
    ];

    /// The name in a token's header.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Es512 => "ES512",
            Self::Hs256 => "HS256",
            Self::Hs384 => "HS384",
            Self::Hs512 => "HS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// What it signs with; `None` for those that share a secret.
    pub(super) fn key_pair(self) -> Option<KeyPair> {
        match self {
            Self::Hs256 | Self::Hs384 | Self::Hs512 => None,
            Self::Ps256 | Self::Ps384 | Self::Ps512 | Self::Rs256 | Self::Rs384 | Self::Rs512 => {
                Some(KeyPair::Rsa)
            }
            Self::Es256 => Some(KeyPair::P256),
            Self::Es384 => Some(KeyPair::P384),
            Self::Es512 => Some(KeyPair::P521),
        }
    }

    /// `key` is a shared secret, or the private key as a key pair is kept; `None` if it is none.
    pub(super) fn sign(self, key: &[u8], text: &str) -> Option<String> {
        let text = text.as_bytes();
        Some(match self {
            Self::Hs256 => BASE64.encode(mac::<Hmac<Sha256>>(key, text).finalize().into_bytes()),
            Self::Hs384 => BASE64.encode(mac::<Hmac<Sha384>>(key, text).finalize().into_bytes()),
            Self::Hs512 => BASE64.encode(mac::<Hmac<Sha512>>(key, text).finalize().into_bytes()),
            Self::Ps256 => BASE64.encode(rsa_key(key)?.pss_sign::<Sha256>(text).ok()?),
            Self::Ps384 => BASE64.encode(rsa_key(key)?.pss_sign::<Sha384>(text).ok()?),
            Self::Ps512 => BASE64.encode(rsa_key(key)?.pss_sign::<Sha512>(text).ok()?),
            Self::Rs256 => BASE64.encode(rsa_key(key)?.pkcs1v15_sign::<Sha256>(text).ok()?),
            Self::Rs384 => BASE64.encode(rsa_key(key)?.pkcs1v15_sign::<Sha384>(text).ok()?),
            Self::Rs512 => BASE64.encode(rsa_key(key)?.pkcs1v15_sign::<Sha512>(text).ok()?),
            Self::Es256 => {
                let signature: p256::ecdsa::Signature =
                    p256::ecdsa::SigningKey::from_slice(key).ok()?.try_sign(text).ok()?;
                BASE64.encode(signature.to_bytes())
            }
            Self::Es384 => {
                let signature: p384::ecdsa::Signature =
                    p384::ecdsa::SigningKey::from_slice(key).ok()?.try_sign(text).ok()?;
                BASE64.encode(signature.to_bytes())
            }
            Self::Es512 => {
                let signature: p521::ecdsa::Signature =
                    p521::ecdsa::SigningKey::from_slice(key).ok()?.try_sign(text).ok()?;
                BASE64.encode(signature.to_bytes())
            }
        })
    }

    /// The same key has signed `text`. Of a shared secret in a time that does not tell how much of the signature is right.
    pub(super) fn verifies(self, key: &[u8], text: &str, signature: &str) -> bool {
        BASE64
            .decode(signature)
            .is_ok_and(|signature| self.accepts(key, text.as_bytes(), &signature).is_some())
    }

    /// `None`: not signed so, or there is no such key.
    fn accepts(self, key: &[u8], text: &[u8], signature: &[u8]) -> Option<()> {
        match self {
            Self::Hs256 => mac::<Hmac<Sha256>>(key, text).verify_slice(signature).ok(),
            Self::Hs384 => mac::<Hmac<Sha384>>(key, text).verify_slice(signature).ok(),
            Self::Hs512 => mac::<Hmac<Sha512>>(key, text).verify_slice(signature).ok(),
            Self::Ps256 => rsa_key(key)?.to_public_key().pss_verify::<Sha256>(text, signature).ok(),
            Self::Ps384 => rsa_key(key)?.to_public_key().pss_verify::<Sha384>(text, signature).ok(),
            Self::Ps512 => rsa_key(key)?.to_public_key().pss_verify::<Sha512>(text, signature).ok(),
            Self::Rs256 => rsa_key(key)?.to_public_key().pkcs1v15_verify::<Sha256>(text, signature).ok(),
            Self::Rs384 => rsa_key(key)?.to_public_key().pkcs1v15_verify::<Sha384>(text, signature).ok(),
            Self::Rs512 => rsa_key(key)?.to_public_key().pkcs1v15_verify::<Sha512>(text, signature).ok(),
            Self::Es256 => {
                let signature = p256::ecdsa::Signature::from_slice(signature).ok()?;
                p256::ecdsa::SigningKey::from_slice(key).ok()?.verifying_key().verify(text, &signature).ok()
            }
            Self::Es384 => {
                let signature = p384::ecdsa::Signature::from_slice(signature).ok()?;
                p384::ecdsa::SigningKey::from_slice(key).ok()?.verifying_key().verify(text, &signature).ok()
            }
            Self::Es512 => {
                let signature = p521::ecdsa::Signature::from_slice(signature).ok()?;
                p521::ecdsa::SigningKey::from_slice(key).ok()?.verifying_key().verify(text, &signature).ok()
            }
        }
    }
}

fn rsa_key(key: &[u8]) -> Option<rsa::PrivateKey> {
    rsa::PrivateKey::from_pkcs8_der(key).ok()
}

fn mac<M: Mac + KeyInit>(key: &[u8], text: &[u8]) -> M {
    let mut mac = <M as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(text);
    mac
}
