//! The secret of this installation: 256 random bits, made when first needed, that sign everything which must come back
//! unaltered. It lies in the data file, so that a token outlives a restart, and is void in another installation.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::data::{Data, DataError};

#[derive(Clone, Copy)]
pub(super) struct Secret([u8; 32]);

impl Secret {
    /// A key of its own for each purpose: what is signed for one is worth nothing for another.
    pub(super) fn key_for(self, purpose: &str) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(purpose.as_bytes());
        mac.finalize().into_bytes().into()
    }

    #[cfg(test)]
    pub(super) fn of(byte: u8) -> Self {
        Self([byte; 32])
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Data {
    pub(super) fn secret(&mut self) -> Result<Secret, DataError> {
        self.of_installation("secret", || Ok(rand::random::<[u8; 32]>())).map(Secret)
    }
}
