//! How the content of a JSON Web Encryption is encrypted and authenticated (RFC 7518, section 5).

use super::block_cipher::{BLOCK, Filling, Mode};
use super::{aead, digest};
use crate::liquid::filters::Rejection;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ContentEncryption {
    /// AES in CBC mode, then an HMAC.
    A128CbcHs256,
    A192CbcHs384,
    A256CbcHs512,
    A128Gcm,
    A192Gcm,
    A256Gcm,
}

const ALL: [ContentEncryption; 6] = [
    ContentEncryption::A128CbcHs256,
    ContentEncryption::A192CbcHs384,
    ContentEncryption::A256CbcHs512,
    ContentEncryption::A128Gcm,
    ContentEncryption::A192Gcm,
    ContentEncryption::A256Gcm,
];

impl ContentEncryption {
    pub(super) fn parse(name: &str) -> Result<Self, Rejection> {
        ALL.into_iter().find(|encryption| encryption.name() == name).ok_or_else(|| {
            let names = ALL.map(Self::name).join(", ");
            Rejection::argument(format!("unsupported content encryption: known are {names}"))
        })
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::A128CbcHs256 => "A128CBC-HS256",
            Self::A192CbcHs384 => "A192CBC-HS384",
            Self::A256CbcHs512 => "A256CBC-HS512",
            Self::A128Gcm => "A128GCM",
            Self::A192Gcm => "A192GCM",
            Self::A256Gcm => "A256GCM",
        }
    }

    /// Bytes of a content key.
    pub(super) fn key_length(self) -> usize {
        match self {
            Self::A128Gcm => 16,
            Self::A192Gcm => 24,
            Self::A128CbcHs256 | Self::A256Gcm => 32,
            Self::A192CbcHs384 => 48,
            Self::A256CbcHs512 => 64,
        }
    }

    /// Bytes of the initialization vector.
    pub(super) fn vector_length(self) -> usize {
        match self {
            Self::A128CbcHs256 | Self::A192CbcHs384 | Self::A256CbcHs512 => BLOCK,
            Self::A128Gcm | Self::A192Gcm | Self::A256Gcm => aead::NONCE,
        }
    }

    /// Ciphertext and tag. `aad` is authenticated with them; `None` if key or vector are of the wrong length.
    pub(super) fn seal(
        self,
        key: &[u8],
        vector: &[u8],
        aad: &[u8],
        plaintext: &[u8],
    ) -> Option<(Vec<u8>, Vec<u8>)> {
        if key.len() != self.key_length() {
            return None;
        }
        match self {
            Self::A128CbcHs256 => seal_cbc(digest::Algorithm::Sha256, key, vector, aad, plaintext),
            Self::A192CbcHs384 => seal_cbc(digest::Algorithm::Sha384, key, vector, aad, plaintext),
            Self::A256CbcHs512 => seal_cbc(digest::Algorithm::Sha512, key, vector, aad, plaintext),
            Self::A128Gcm => seal_gcm(aead::Algorithm::Aes128Gcm, key, vector, aad, plaintext),
            Self::A192Gcm => seal_gcm(aead::Algorithm::Aes192Gcm, key, vector, aad, plaintext),
            Self::A256Gcm => seal_gcm(aead::Algorithm::Aes256Gcm, key, vector, aad, plaintext),
        }
    }
}

fn seal_gcm(
    algorithm: aead::Algorithm,
    key: &[u8],
    vector: &[u8],
    aad: &[u8],
    plaintext: &[u8],
) -> Option<(Vec<u8>, Vec<u8>)> {
    let mut ciphertext = algorithm.seal(key, vector, aad, plaintext)?;
    let tag = ciphertext.split_off(ciphertext.len().checked_sub(aead::TAG)?);
    Some((ciphertext, tag))
}

/// The first half of the key authenticates, the second encrypts; the tag is the first half of the HMAC.
fn seal_cbc(
    hash: digest::Algorithm,
    key: &[u8],
    vector: &[u8],
    aad: &[u8],
    plaintext: &[u8],
) -> Option<(Vec<u8>, Vec<u8>)> {
    let (mac_key, key) = key.split_at(key.len() / 2);
    let ciphertext = Mode::Cbc.encrypt(key, vector, Filling::Pkcs7, plaintext)?;
    let bits = (aad.len() as u64) * 8;
    let mut tag = hash.authenticate(mac_key, &[aad, vector, &ciphertext, &bits.to_be_bytes()].concat());
    tag.truncate(tag.len() / 2);
    Some((ciphertext, tag))
}

#[cfg(test)]
mod tests {
    use ::base64::Engine as _;
    use ::base64::prelude::BASE64_URL_SAFE_NO_PAD;

    use super::*;
    use crate::liquid::filters::base64::decode_lenient;
    use crate::liquid::filters::crypto::hex;

    #[track_caller]
    fn check(sealed: Option<(Vec<u8>, Vec<u8>)>, ciphertext: &str, tag: &str) {
        let (found, found_tag) = sealed.unwrap();
        assert_eq!(BASE64_URL_SAFE_NO_PAD.encode(found), ciphertext);
        assert_eq!(BASE64_URL_SAFE_NO_PAD.encode(found_tag), tag);
    }

    /// RFC 7516, appendix A.1.
    #[test]
    fn gcm_gives_the_published_result() {
        let key = [
            177, 161, 244, 128, 84, 143, 225, 115, 63, 180, 3, 255, 107, 154, 212, 246, 138, 7, 110, 91, 112,
            46, 34, 105, 47, 130, 203, 46, 122, 234, 64, 252,
        ];
        let sealed = ContentEncryption::A256Gcm.seal(
            &key,
            &decode_lenient(b"48V1_ALb6US04U3b").unwrap(),
            b"eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ",
            b"The true sign of intelligence is not knowledge but imagination.",
        );
        check(
            sealed,
            "5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9tX_EFShS8iB7j6jiSdiwkIr3ajwQzaBtQD_A",
            "XFBoMYUZodetZdvTiFvSkQ",
        );
    }

    /// RFC 7516, appendix A.2.
    #[test]
    fn cbc_with_hmac_gives_the_published_result() {
        let key = [
            4, 211, 31, 197, 84, 157, 252, 254, 11, 100, 157, 250, 63, 170, 106, 206, 107, 124, 212, 45, 111,
            107, 9, 219, 200, 177, 0, 240, 143, 156, 44, 207,
        ];
        let sealed = ContentEncryption::A128CbcHs256.seal(
            &key,
            &decode_lenient(b"AxY8DCtDaGlsbGljb3RoZQ").unwrap(),
            b"eyJhbGciOiJSU0ExXzUiLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0",
            b"Live long and prosper.",
        );
        check(sealed, "KDlTtXchhZTGufMYmOYGS4HffxPSUrfmqCHXaI9wOGY", "9hH0vgRfYgPnAHOd8stkvw");
    }

    /// RFC 7518, appendices B.2 and B.3.
    #[test]
    fn longer_cbc_with_hmac_gives_the_published_tags() {
        let key: Vec<u8> = (0..64).collect();
        let vector = hex::decode("1af38c2dc2b96ffdd86694092341bc04").unwrap();
        let message =
            b"A cipher system must not be required to be secret, and it must be able to fall into the hands \
            of the enemy without inconvenience";
        let aad = b"The second principle of Auguste Kerckhoffs";
        let rows = [
            (ContentEncryption::A192CbcHs384, "8490ac0e58949bfe51875d733f93ac2075168039ccc733d7"),
            (
                ContentEncryption::A256CbcHs512,
                "4dd3b4c088a7f45c216839645b2012bf2e6269a8c56a816dbc1b267761955bc5",
            ),
        ];
        for (encryption, tag) in rows {
            let key = &key[..encryption.key_length()];
            let (_, found) = encryption.seal(key, &vector, aad, message).unwrap();
            assert_eq!(hex::encode(&found), tag, "{encryption:?}");
        }
    }

    #[test]
    fn wrong_lengths_are_refused() {
        for encryption in ALL {
            assert_eq!(ContentEncryption::parse(encryption.name()), Ok(encryption));
            let (key, vector) = (vec![0; encryption.key_length()], vec![0; encryption.vector_length()]);
            assert!(encryption.seal(&key, &vector, b"", b"").is_some());
            assert!(encryption.seal(&key[1..], &vector, b"", b"").is_none());
            assert!(encryption.seal(&key, &vector[1..], b"", b"").is_none());
        }
        assert!(ContentEncryption::parse("a128gcm").is_err());
    }
}
