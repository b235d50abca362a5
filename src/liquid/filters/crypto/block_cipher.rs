//! AES in the modes that do not authenticate: what is shared by `encrypt` and `jwe_encode`.

use ::aes::cipher::block_padding::{NoPadding, Pkcs7};
use ::aes::cipher::{
    BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt as _, BlockModeEncrypt as _, BlockSizeUser,
    KeyInit, KeyIvInit as _, StreamCipher as _, consts::U16,
};
use ::aes::{Aes128, Aes192, Aes256};

/// Bytes of a block, and so of the vector of the modes that need one.
pub(super) const BLOCK: usize = 16;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Cbc,
    Ctr,
    Ecb,
}

/// How a message comes to whole blocks. A stream (CTR) needs none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Filling {
    Pkcs7,
    /// It has whole blocks already.
    None,
}

impl Mode {
    /// Bytes of the initialization vector.
    pub(super) fn vector_length(self) -> usize {
        match self {
            Self::Cbc | Self::Ctr => BLOCK,
            Self::Ecb => 0,
        }
    }

    /// `None` if the key has not 16, 24 or 32 bytes, the vector is of the wrong length, or blocks are missing.
    pub(super) fn encrypt(
        self,
        key: &[u8],
        vector: &[u8],
        filling: Filling,
        message: &[u8],
    ) -> Option<Vec<u8>> {
        match key.len() {
            16 => self.encrypt_with::<Aes128>(key, vector, filling, message),
            24 => self.encrypt_with::<Aes192>(key, vector, filling, message),
            32 => self.encrypt_with::<Aes256>(key, vector, filling, message),
            _ => None,
        }
    }

    /// `None` as well if the padding is damaged. The other modes than CTR notice a wrong key by that, mostly.
    pub(super) fn decrypt(
        self,
        key: &[u8],
        vector: &[u8],
        filling: Filling,
        secret: &[u8],
    ) -> Option<Vec<u8>> {
        match key.len() {
            16 => self.decrypt_with::<Aes128>(key, vector, filling, secret),
            24 => self.decrypt_with::<Aes192>(key, vector, filling, secret),
            32 => self.decrypt_with::<Aes256>(key, vector, filling, secret),
            _ => None,
        }
    }

    fn encrypt_with<C>(self, key: &[u8], vector: &[u8], filling: Filling, message: &[u8]) -> Option<Vec<u8>>
    where
        C: BlockCipherEncrypt + BlockSizeUser<BlockSize = U16> + KeyInit,
    {
        if self != Self::Ctr && filling == Filling::None && !message.len().is_multiple_of(BLOCK) {
            return None;
        }
        match (self, filling) {
            (Self::Cbc, Filling::Pkcs7) => Some(
                cbc::Encryptor::<C>::new_from_slices(key, vector).ok()?.encrypt_padded_vec::<Pkcs7>(message),
            ),
            (Self::Cbc, Filling::None) => Some(
                cbc::Encryptor::<C>::new_from_slices(key, vector)
                    .ok()?
                    .encrypt_padded_vec::<NoPadding>(message),
            ),
            (Self::Ecb, Filling::Pkcs7) => {
                Some(ecb::Encryptor::<C>::new_from_slice(key).ok()?.encrypt_padded_vec::<Pkcs7>(message))
            }
            (Self::Ecb, Filling::None) => {
                Some(ecb::Encryptor::<C>::new_from_slice(key).ok()?.encrypt_padded_vec::<NoPadding>(message))
            }
            (Self::Ctr, _) => apply_stream::<C>(key, vector, message),
        }
    }

    fn decrypt_with<C>(self, key: &[u8], vector: &[u8], filling: Filling, secret: &[u8]) -> Option<Vec<u8>>
    where
        C: BlockCipherEncrypt + BlockCipherDecrypt + BlockSizeUser<BlockSize = U16> + KeyInit,
    {
        match (self, filling) {
            (Self::Cbc, Filling::Pkcs7) => cbc::Decryptor::<C>::new_from_slices(key, vector)
                .ok()?
                .decrypt_padded_vec::<Pkcs7>(secret)
                .ok(),
            (Self::Cbc, Filling::None) => cbc::Decryptor::<C>::new_from_slices(key, vector)
                .ok()?
                .decrypt_padded_vec::<NoPadding>(secret)
                .ok(),
            (Self::Ecb, Filling::Pkcs7) => {
                ecb::Decryptor::<C>::new_from_slice(key).ok()?.decrypt_padded_vec::<Pkcs7>(secret).ok()
            }
            (Self::Ecb, Filling::None) => {
                ecb::Decryptor::<C>::new_from_slice(key).ok()?.decrypt_padded_vec::<NoPadding>(secret).ok()
            }
            (Self::Ctr, _) => apply_stream::<C>(key, vector, secret),
        }
    }
}

/// Encrypts and decrypts: the same for a stream.
fn apply_stream<C>(key: &[u8], vector: &[u8], message: &[u8]) -> Option<Vec<u8>>
where
    C: BlockCipherEncrypt + BlockSizeUser<BlockSize = U16> + KeyInit,
{
    let mut bytes = message.to_vec();
    ctr::Ctr128BE::<C>::new_from_slices(key, vector).ok()?.try_apply_keystream(&mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::liquid::filters::crypto::hex;

    /// NIST SP 800-38A, appendix F: the first block of each.
    #[test]
    fn modes_give_the_published_results() {
        let keys = [
            "2b7e151628aed2a6abf7158809cf4f3c",
            "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
            "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
        ];
        let message = hex::decode("6bc1bee22e409f96e93d7e117393172a").unwrap();
        let counting = "000102030405060708090a0b0c0d0e0f";
        let counter = "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff";
        let rows = [
            (Mode::Ecb, 0, "", "3ad77bb40d7a3660a89ecaf32466ef97"),
            (Mode::Ecb, 1, "", "bd334f1d6e45f25ff712a214571fa5cc"),
            (Mode::Ecb, 2, "", "f3eed1bdb5d2a03c064b5a7e3db181f8"),
            (Mode::Cbc, 0, counting, "7649abac8119b246cee98e9b12e9197d"),
            (Mode::Cbc, 1, counting, "4f021db243bc633d7178183a9fa071e8"),
            (Mode::Cbc, 2, counting, "f58c4c04d6e5f1ba779eabfb5f7bfbd6"),
            (Mode::Ctr, 0, counter, "874d6191b620e3261bef6864990db6ce"),
            (Mode::Ctr, 1, counter, "1abc932417521ca24f2b0459fe7e6e0b"),
            (Mode::Ctr, 2, counter, "601ec313775789a5b7a7f504bbf3d228"),
        ];
        for (mode, at, vector, secret) in rows {
            let (key, vector) = (hex::decode(keys[at]).unwrap(), hex::decode(vector).unwrap());
            let encrypted = mode.encrypt(&key, &vector, Filling::None, &message).unwrap();
            assert_eq!(hex::encode(&encrypted), secret, "{mode:?} {at}");
            assert_eq!(mode.decrypt(&key, &vector, Filling::None, &encrypted), Some(message.clone()));
        }
    }

    #[test]
    fn wrong_lengths_are_refused() {
        let (key, vector) = ([0; 16], [0; 16]);
        assert_eq!(Mode::Cbc.encrypt(&key[..15], &vector, Filling::Pkcs7, b"a"), None);
        assert_eq!(Mode::Cbc.encrypt(&key, &vector[..15], Filling::Pkcs7, b"a"), None);
        assert_eq!(Mode::Cbc.encrypt(&key, &vector, Filling::None, b"a"), None);
        assert_eq!(Mode::Ecb.encrypt(&key, &[], Filling::None, b"a"), None);
        assert_eq!(Mode::Ctr.encrypt(&key, &vector, Filling::None, b"a").map(|bytes| bytes.len()), Some(1));
        assert_eq!(Mode::Cbc.decrypt(&key, &vector, Filling::Pkcs7, b"a"), None);
        assert_eq!(Mode::Cbc.decrypt(&key, &vector, Filling::Pkcs7, b""), None);
        assert_eq!(Mode::Ecb.decrypt(&key, &[], Filling::None, b"a"), None);
    }
}
