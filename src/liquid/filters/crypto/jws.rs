//! The signatures of JSON Web Tokens (RFC 7518, section 3): an algorithm by its registered name, and what it does with
//! a key in the form people have it.

use hmac::{Hmac, KeyInit, Mac};
use p256::ecdsa::signature::{Signer as _, Verifier as _};
use sha2::{Sha256, Sha384, Sha512};

use super::keys;
use crate::liquid::filters::Rejection;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    None,
    Hs256,
    Hs384,
    Hs512,
    Rs256,
    Rs384,
    Rs512,
    Es256,
    Es384,
    Es512,
}

const ALL: [Algorithm; 10] = [
    Algorithm::None,
    Algorithm::Hs256,
    Algorithm::Hs384,
    Algorithm::Hs512,
    Algorithm::Rs256,
    Algorithm::Rs384,
    Algorithm::Rs512,
    Algorithm::Es256,
    Algorithm::Es384,
    Algorithm::Es512,
];

/// What a signature is verified with.
#[derive(Debug, Clone, Copy)]
pub(super) enum Verification<'k> {
    /// A shared secret, or a public key in PEM format.
    Text(&'k [u8]),
    /// A public key out of a key set.
    Rsa(&'k rsa::PublicKey),
}

impl Algorithm {
    /// An unknown name is not repeated: it may be the secret, put in the wrong place.
    pub(super) fn parse(name: &str) -> Result<Self, Rejection> {
        ALL.into_iter().find(|algorithm| algorithm.name() == name).ok_or_else(|| {
            let names = ALL.map(Self::name).join(", ");
            Rejection::argument(format!("second argument must be one of following algorithms: {names}"))
        })
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Hs256 => "HS256",
            Self::Hs384 => "HS384",
            Self::Hs512 => "HS512",
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Es512 => "ES512",
        }
    }

    /// The signature of `input`. The key is a shared secret or a private key.
    pub(super) fn sign(self, key: &[u8], input: &[u8]) -> Result<Vec<u8>, Rejection> {
        let text = String::from_utf8_lossy(key);
        Ok(match self {
            Self::None => Vec::new(),
            Self::Hs256 => mac::<Hmac<Sha256>>(key, input)?.finalize().into_bytes().to_vec(),
            Self::Hs384 => mac::<Hmac<Sha384>>(key, input)?.finalize().into_bytes().to_vec(),
            Self::Hs512 => mac::<Hmac<Sha512>>(key, input)?.finalize().into_bytes().to_vec(),
            Self::Rs256 => keys::rsa_private(&text)?.pkcs1v15_sign::<Sha256>(input).map_err(too_short)?,
            Self::Rs384 => keys::rsa_private(&text)?.pkcs1v15_sign::<Sha384>(input).map_err(too_short)?,
            Self::Rs512 => keys::rsa_private(&text)?.pkcs1v15_sign::<Sha512>(input).map_err(too_short)?,
            Self::Es256 => {
                let key = keys::ec_private(&text).ok_or_else(|| self.no_private_key())?;
                let signature: p256::ecdsa::Signature = p256::ecdsa::SigningKey::from(key).sign(input);
                signature.to_vec()
            }
            Self::Es384 => {
                let key = keys::ec_private(&text).ok_or_else(|| self.no_private_key())?;
                let signature: p384::ecdsa::Signature = p384::ecdsa::SigningKey::from(key).sign(input);
                signature.to_vec()
            }
            Self::Es512 => {
                let key = keys::ec_private(&text).ok_or_else(|| self.no_private_key())?;
                let signature: p521::ecdsa::Signature = p521::ecdsa::SigningKey::from(key).sign(input);
                signature.to_vec()
            }
        })
    }

    /// Whether `signature` is one of `input`; with [`Self::None`], whether there is none.
    pub(super) fn verifies(
        self,
        key: Verification<'_>,
        input: &[u8],
        signature: &[u8],
    ) -> Result<bool, Rejection> {
        let is_rsa = matches!(self, Self::Rs256 | Self::Rs384 | Self::Rs512);
        let secret = match key {
            Verification::Text(text) => text,
            Verification::Rsa(key) if is_rsa => return Ok(self.verifies_rsa(key, input, signature)),
            Verification::Rsa(_) => return Ok(false),
        };
        let text = String::from_utf8_lossy(secret);
        Ok(match self {
            Self::None => signature.is_empty(),
            Self::Hs256 => mac::<Hmac<Sha256>>(secret, input)?.verify_slice(signature).is_ok(),
            Self::Hs384 => mac::<Hmac<Sha384>>(secret, input)?.verify_slice(signature).is_ok(),
            Self::Hs512 => mac::<Hmac<Sha512>>(secret, input)?.verify_slice(signature).is_ok(),
            Self::Rs256 | Self::Rs384 | Self::Rs512 => {
                self.verifies_rsa(&keys::rsa_public(&text)?, input, signature)
            }
            Self::Es256 => {
                let key = keys::ec_public(&text).ok_or_else(|| self.no_public_key())?;
                p256::ecdsa::Signature::from_slice(signature).is_ok_and(|signature| {
                    p256::ecdsa::VerifyingKey::from(key).verify(input, &signature).is_ok()
                })
            }
            Self::Es384 => {
                let key = keys::ec_public(&text).ok_or_else(|| self.no_public_key())?;
                p384::ecdsa::Signature::from_slice(signature).is_ok_and(|signature| {
                    p384::ecdsa::VerifyingKey::from(key).verify(input, &signature).is_ok()
                })
            }
            Self::Es512 => {
                let key = keys::ec_public(&text).ok_or_else(|| self.no_public_key())?;
                p521::ecdsa::Signature::from_slice(signature).is_ok_and(|signature| {
                    p521::ecdsa::VerifyingKey::from(key).verify(input, &signature).is_ok()
                })
            }
        })
    }

    fn verifies_rsa(self, key: &rsa::PublicKey, input: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Rs256 => key.pkcs1v15_verify::<Sha256>(input, signature).is_ok(),
            Self::Rs384 => key.pkcs1v15_verify::<Sha384>(input, signature).is_ok(),
            Self::Rs512 => key.pkcs1v15_verify::<Sha512>(input, signature).is_ok(),
            _ => false,
        }
    }

    fn no_private_key(self) -> Rejection {
        Rejection::argument(format!("the key is not an EC private key for {}", self.name()))
    }

    fn no_public_key(self) -> Rejection {
        Rejection::argument(format!("the key is not an EC public key for {}", self.name()))
    }
}

/// An empty secret is refused: a constant that is not set must not sign what everybody can then forge.
fn mac<M: Mac + KeyInit>(secret: &[u8], input: &[u8]) -> Result<M, Rejection> {
    if secret.is_empty() {
        return Err(Rejection::argument("the secret is empty"));
    }
    let mac = <M as KeyInit>::new_from_slice(secret).expect("HMAC takes a secret of any length");
    Ok(mac.chain_update(input))
}

fn too_short(_: rsa::Error) -> Rejection {
    Rejection::argument("the key is too short for the algorithm")
}
