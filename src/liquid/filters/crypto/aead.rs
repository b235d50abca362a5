//! Authenticated encryption: what is shared by `encrypt` and `jwe_encode`.

use aes::{Aes128, Aes192, Aes256};
use aes_gcm::AesGcm;
use aes_gcm::aead::consts::U12;
use aes_gcm::aead::{Aead, KeyInit, Nonce, Payload};
use chacha20poly1305::ChaCha20Poly1305;

/// Bytes of a nonce.
pub(super) const NONCE: usize = 12;

/// Bytes of the tag that follows the ciphertext.
pub(super) const TAG: usize = 16;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    Aes128Gcm,
    Aes192Gcm,
    Aes256Gcm,
    ChaCha20Poly1305,
}

impl Algorithm {
    /// Bytes of a key.
    pub(super) fn key_length(self) -> usize {
        match self {
            Self::Aes128Gcm => 16,
            Self::Aes192Gcm => 24,
            Self::Aes256Gcm | Self::ChaCha20Poly1305 => 32,
        }
    }

    /// Ciphertext and tag; `aad` is authenticated with them. `None` if key or nonce are of the wrong length.
    pub(super) fn seal(self, key: &[u8], nonce: &[u8], aad: &[u8], plaintext: &[u8]) -> Option<Vec<u8>> {
        let message = Payload { msg: plaintext, aad };
        match self {
            Self::Aes128Gcm => seal::<AesGcm<Aes128, U12>>(key, nonce, message),
            Self::Aes192Gcm => seal::<AesGcm<Aes192, U12>>(key, nonce, message),
            Self::Aes256Gcm => seal::<AesGcm<Aes256, U12>>(key, nonce, message),
            Self::ChaCha20Poly1305 => seal::<ChaCha20Poly1305>(key, nonce, message),
        }
    }

    /// The plaintext; `None` as well if the tag does not match.
    pub(super) fn open(self, key: &[u8], nonce: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Aes128Gcm => open::<AesGcm<Aes128, U12>>(key, nonce, sealed),
            Self::Aes192Gcm => open::<AesGcm<Aes192, U12>>(key, nonce, sealed),
            Self::Aes256Gcm => open::<AesGcm<Aes256, U12>>(key, nonce, sealed),
            Self::ChaCha20Poly1305 => open::<ChaCha20Poly1305>(key, nonce, sealed),
        }
    }
}

fn seal<A: Aead + KeyInit>(key: &[u8], nonce: &[u8], message: Payload<'_, '_>) -> Option<Vec<u8>> {
    let nonce = <&Nonce<A>>::try_from(nonce).ok()?;
    A::new_from_slice(key).ok()?.encrypt(nonce, message).ok()
}

fn open<A: Aead + KeyInit>(key: &[u8], nonce: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let nonce = <&Nonce<A>>::try_from(nonce).ok()?;
    A::new_from_slice(key).ok()?.decrypt(nonce, sealed).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::liquid::filters::crypto::hex;

    fn bytes(text: &str) -> Vec<u8> {
        hex::decode(&text.replace(' ', "")).unwrap()
    }

    /// Test cases 4, 10 and 16 of the GCM specification as submitted to NIST.
    #[test]
    fn gcm_gives_the_published_results() {
        let key = "feffe9928665731c6d6a8f9467308308 feffe9928665731c 6d6a8f9467308308";
        let nonce = bytes("cafebabefacedbaddecaf888");
        let message = bytes(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72\
             1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        );
        let aad = bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2");
        let rows = [
            (Algorithm::Aes128Gcm, "42831ec2217774244b7221b784d0d49c", "5bc94fbc3221a5db94fae95ae7121a47"),
            (Algorithm::Aes192Gcm, "3980ca0b3c00e841eb06fac4872a2757", "2519498e80f1478f37ba55bd6d27618c"),
            (Algorithm::Aes256Gcm, "522dc1f099567d07f47f37a32a84427d", "76fc6ece0f4e1768cddf8853bb2d551b"),
        ];
        for (algorithm, begins, tag) in rows {
            let key = &bytes(key)[..algorithm.key_length()];
            let sealed = algorithm.seal(key, &nonce, &aad, &message).unwrap();
            assert!(sealed.starts_with(&bytes(begins)), "{algorithm:?}");
            assert!(sealed.ends_with(&bytes(tag)), "{algorithm:?}");
        }
    }

    /// RFC 8439, section 2.8.2.
    #[test]
    fn chacha_gives_the_published_result() {
        let key = bytes("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
        let message =
            b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, \
            sunscreen would be it.";
        let (nonce, aad) = (bytes("070000004041424344454647"), bytes("50515253c0c1c2c3c4c5c6c7"));
        let sealed = Algorithm::ChaCha20Poly1305.seal(&key, &nonce, &aad, message).unwrap();
        assert!(sealed.starts_with(&bytes("d31a8d34648e60db7b86afbc53ef7ec2")));
        assert!(sealed.ends_with(&bytes("1ae10b594f09e26a7e902ecbd0600691")));
    }

    #[test]
    fn nothing_opens_with_another_key_or_a_changed_byte() {
        let algorithm = Algorithm::Aes128Gcm;
        let (key, nonce) = ([7; 16], [1; NONCE]);
        let mut sealed = algorithm.seal(&key, &nonce, b"", b"text").unwrap();

        assert_eq!(sealed.len(), 4 + TAG);
        assert_eq!(algorithm.open(&key, &nonce, &sealed).unwrap(), b"text");
        assert_eq!(algorithm.open(&[8; 16], &nonce, &sealed), None);
        assert_eq!(algorithm.open(&key, &[1; 11], &sealed), None);
        assert_eq!(algorithm.open(&key, &nonce, &[]), None);
        sealed[0] ^= 1;
        assert_eq!(algorithm.open(&key, &nonce, &sealed), None);
    }
}
