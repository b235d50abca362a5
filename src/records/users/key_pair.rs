//! The key pairs of this installation: each made when a token first needs it, and kept beside the secret in the data file,
//! so that what it signed is good after a restart.

use p256::elliptic_curve::Generate;
use rsa::pkcs8::EncodePrivateKey as _;

use crate::records::data::{Data, DataError};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyPair {
    Rsa,
    P256,
    P384,
    P521,
}

impl KeyPair {
    /// Where it lies in the data file.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Rsa => "rsa_key",
            Self::P256 => "p256_key",
            Self::P384 => "p384_key",
            Self::P521 => "p521_key",
        }
    }

    /// A new private key: of RSA as PKCS #8, of a curve the scalar. `None` if the system has no random numbers to give.
    fn generate(self) -> Option<Vec<u8>> {
        Some(match self {
            Self::Rsa => rsa::PrivateKey::try_generate().ok()?.to_pkcs8_der().ok()?.as_bytes().to_vec(),
            Self::P256 => p256::SecretKey::try_generate().ok()?.to_bytes().to_vec(),
            Self::P384 => p384::SecretKey::try_generate().ok()?.to_bytes().to_vec(),
            Self::P521 => p521::SecretKey::try_generate().ok()?.to_bytes().to_vec(),
        })
    }
}

impl Data {
    pub(super) fn private_key(&mut self, pair: KeyPair) -> Result<Vec<u8>, DataError> {
        let name = pair.name();
        self.of_installation(name, || pair.generate().ok_or(DataError::KeyPair { name }))
    }
}
