//! Wrapping a content key of a JSON Web Encryption with another key.

use aes::cipher::consts::U16;
use aes::cipher::{BlockCipherEncrypt, KeyInit};
use aes::{Aes128, Aes192, Aes256};
use aes_kw::AesKw;
use pbkdf2::pbkdf2_hmac;
use sha2::{Sha256, Sha384, Sha512};

use super::aead;

/// The length of the key that wraps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrap {
    A128,
    A192,
    A256,
}

impl Wrap {
    /// Bytes of the key that wraps.
    pub(super) fn key_length(self) -> usize {
        match self {
            Self::A128 => 16,
            Self::A192 => 24,
            Self::A256 => 32,
        }
    }

    /// AES Key Wrap (RFC 3394).
    ///
    /// # Panics
    /// If the key has not [`Self::key_length`] bytes, or the content key no whole blocks of eight.
    pub(super) fn wrap(self, key: &[u8], content_key: &[u8]) -> Vec<u8> {
        match self {
            Self::A128 => wrap_with::<Aes128>(key, content_key),
            Self::A192 => wrap_with::<Aes192>(key, content_key),
            Self::A256 => wrap_with::<Aes256>(key, content_key),
        }
        .expect("the caller sees to the lengths")
    }

    /// AES GCM: the wrapped key and its tag.
    ///
    /// # Panics
    /// If the key has not [`Self::key_length`] bytes.
    pub(super) fn seal(
        self,
        key: &[u8],
        nonce: &[u8; aead::NONCE],
        content_key: &[u8],
    ) -> (Vec<u8>, Vec<u8>) {
        let algorithm = match self {
            Self::A128 => aead::Algorithm::Aes128Gcm,
            Self::A192 => aead::Algorithm::Aes192Gcm,
            Self::A256 => aead::Algorithm::Aes256Gcm,
        };
        let mut wrapped =
            algorithm.seal(key, nonce, b"", content_key).expect("the caller sees to the length");
        let tag = wrapped.split_off(content_key.len());
        (wrapped, tag)
    }

    /// A key that wraps from a password (PBKDF2).
    pub(super) fn stretch(self, password: &[u8], salt: &[u8], rounds: u32) -> Vec<u8> {
        let mut key = vec![0; self.key_length()];
        match self {
            Self::A128 => pbkdf2_hmac::<Sha256>(password, salt, rounds, &mut key),
            Self::A192 => pbkdf2_hmac::<Sha384>(password, salt, rounds, &mut key),
            Self::A256 => pbkdf2_hmac::<Sha512>(password, salt, rounds, &mut key),
        }
        key
    }
}

fn wrap_with<C>(key: &[u8], content_key: &[u8]) -> Option<Vec<u8>>
where
    C: BlockCipherEncrypt<BlockSize = U16> + KeyInit,
{
    let mut wrapped = vec![0; content_key.len() + aes_kw::IV_LEN];
    AesKw::<C>::new_from_slice(key).ok()?.wrap_key(content_key, &mut wrapped).ok()?;
    Some(wrapped)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::liquid::filters::crypto::hex;

    /// RFC 3394, sections 4.1, 4.4 and 4.6.
    #[test]
    fn wrapped_keys_are_the_published_ones() {
        let key = hex::decode("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F").unwrap();
        let content =
            hex::decode("00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F").unwrap();
        let rows = [
            (Wrap::A128, 16, "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5"),
            (Wrap::A192, 24, "031d33264e15d33268f24ec260743edce1c6c7ddee725a936ba814915c6762d2"),
            (
                Wrap::A256,
                32,
                "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21",
            ),
        ];
        for (wrap, length, wrapped) in rows {
            let found = wrap.wrap(&key[..wrap.key_length()], &content[..length]);
            assert_eq!(hex::encode(&found), wrapped, "{wrap:?}");
        }
    }

    /// RFC 7517, appendix C.4.
    #[test]
    fn password_becomes_the_published_key() {
        let salt = [
            "PBES2-HS256+A128KW".as_bytes(),
            &[0, 217, 96, 147, 112, 150, 117, 70, 247, 127, 8, 155, 137, 174, 42, 80, 215],
        ];
        let key = Wrap::A128.stretch(b"Thus from my lips, by yours, my sin is purged.", &salt.concat(), 4096);
        assert_eq!(key, [110, 171, 169, 92, 129, 92, 109, 117, 233, 242, 116, 233, 170, 14, 24, 75]);
    }
}
