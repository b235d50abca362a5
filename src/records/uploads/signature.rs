//! Signatures that stand for a permission: whoever shows one needs no session. One key for all of them, made from the
//! installation's secret; the permission is signed with the rest, so that one to read is none to write. Pure.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use sha2::Sha256;

use super::key::Key;
use crate::records::secret::Secret;

#[derive(Clone, Copy)]
pub(crate) struct Signer([u8; 32]);

/// What a signature permits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Permission {
    /// To read a private file.
    Get,
    /// To post one file, as its policy says.
    Post,
    /// To put one file, as its URL says.
    Put,
}

impl Signer {
    pub(in crate::records) fn new(secret: Secret) -> Self {
        Self(secret.key_for("uploads"))
    }

    pub(crate) fn sign(self, permission: Permission, text: &str) -> String {
        BASE64.encode(self.mac(permission, text).finalize().into_bytes())
    }

    /// In a time that does not tell how much of the signature is right.
    pub(crate) fn verifies(self, permission: Permission, text: &str, signature: &str) -> bool {
        let signature = BASE64.decode(signature).unwrap_or_default();
        self.mac(permission, text).verify_slice(&signature).is_ok()
    }

    /// The query of a URL that is good until `expires_at`: `expires=<seconds since the epoch>&sig=…`
    pub(crate) fn query(self, permission: Permission, key: &Key, expires_at: Timestamp) -> String {
        let expires = expires_at.as_second();
        let signature = self.sign(permission, &claim(key, &expires.to_string()));
        format!("expires={expires}&sig={signature}")
    }

    /// `query` is of such a URL, for this file, and its time is not over.
    pub(crate) fn admits(self, permission: Permission, key: &Key, query: &str, now: Timestamp) -> bool {
        let value = |wanted: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(name, _)| *name == wanted).map_or("", |(_, value)| value)
        };
        let expires = value("expires");
        expires.parse::<i64>().is_ok_and(|expires| now.as_second() < expires)
            && self.verifies(permission, &claim(key, expires), value("sig"))
    }

    fn mac(self, permission: Permission, text: &str) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(permission.name().as_bytes());
        mac.update(b"\n");
        mac.update(text.as_bytes());
        mac
    }
}

/// No key holds a line break.
fn claim(key: &Key, expires: &str) -> String {
    format!("{expires}\n{key}")
}

impl Permission {
    fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Post => "post",
            Self::Put => "put",
        }
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn signed_url_reads_one_file_until_its_end() {
        let signer = Signer::new(Secret::of(7));
        let (cat, dog) = (Key::parse("a/cat").unwrap(), Key::parse("a/dog").unwrap());
        let query = signer.query(Permission::Get, &cat, at(60));
        let admits =
            |signer: Signer, key, query: &str, now| signer.admits(Permission::Get, key, query, at(now));

        assert!(admits(signer, &cat, &query, 59));
        assert!(admits(signer, &cat, &format!("a=1&{query}&b"), 0), "among other parameters");
        assert!(!admits(signer, &cat, &query, 60), "expired");
        assert!(!admits(signer, &dog, &query, 0), "another file");
        assert!(!admits(Signer::new(Secret::of(8)), &cat, &query, 0), "another installation");
        assert!(!signer.admits(Permission::Post, &cat, &query, at(0)), "another permission");
        let later = query.replacen("60", "99", 1);
        for forged in ["", "expires=99", "expires=99&sig=", "expires=99&sig=ä", "sig=x", &later] {
            assert!(!admits(signer, &cat, forged, 0), "{forged}");
        }
    }
}
