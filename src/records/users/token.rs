//! Tokens that stand for a user for a while: temporary ones, which only we can read, and JSON Web Tokens. Both hold what is
//! made from the installation's secret and the hash of the password, as the key that signs them or, where a key pair does,
//! as one of the claims; so a new password voids them all without any being stored. Pure.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::jwt_algorithm::JwtAlgorithm;
use crate::records::rows::{User, UserId};
use crate::records::secret::Secret;

/// `<user>.<expiry>.<signature>`
pub(super) fn temporary(secret: Secret, user: &User, expires_at: Timestamp) -> String {
    let claim = format!("{}.{}", user.id, expires_at.as_millisecond());
    let signature = JwtAlgorithm::Hs256
        .sign(&key(secret, "temporary token", user), &claim)
        .expect("any bytes are a shared secret");
    format!("{claim}.{signature}")
}

/// Whose the token says it is.
pub(super) fn user_of_temporary(token: &str) -> Option<UserId> {
    let (id, _) = token.trim().split_once('.')?;
    id.parse().ok().map(UserId)
}

/// The token is this user's, and its time is not over.
pub(super) fn is_temporary(secret: Secret, user: &User, token: &str, now: Timestamp) -> bool {
    let Some((claim, signature)) = token.trim().rsplit_once('.') else { return false };
    let Some((id, expiry)) = claim.split_once('.') else { return false };
    let is_current = expiry.parse::<i64>().is_ok_and(|expiry| now.as_millisecond() < expiry);
    let key = key(secret, "temporary token", user);
    id == user.id.to_string() && is_current && JwtAlgorithm::Hs256.verifies(&key, claim, signature)
}

/// What signs the JSON Web Tokens of one user, and proves them.
#[derive(Debug)]
pub(super) struct JwtKey {
    algorithm: JwtAlgorithm,
    key: Vec<u8>,
    /// A claim; only where the key is not made of the password itself.
    stamp: Option<String>,
}

impl JwtKey {
    /// `private_key` is that of the pair which the algorithm needs, if it needs one.
    pub(super) fn new(
        secret: Secret,
        user: &User,
        algorithm: JwtAlgorithm,
        private_key: Option<Vec<u8>>,
    ) -> Self {
        match private_key {
            Some(private_key) => {
                let stamp = BASE64.encode(key(secret, "stamp of a jwt", user));
                Self { algorithm, key: private_key, stamp: Some(stamp) }
            }
            None => Self { algorithm, key: key(secret, "jwt", user).to_vec(), stamp: None },
        }
    }

    /// `None` if the private key is damaged.
    pub(super) fn sign(&self, user: &User, issued_at: Timestamp, expires_at: Timestamp) -> Option<String> {
        let header = json!({"alg": self.algorithm.name(), "typ": "JWT"});
        let mut claims = json!({
            "sub": user.id.to_string(), "iat": issued_at.as_second(), "exp": expires_at.as_second(),
        });
        if let (Some(stamp), Some(claims)) = (&self.stamp, claims.as_object_mut()) {
            claims.insert("stamp".to_owned(), json!(stamp));
        }
        let [header, claims] = [header, claims].map(|part| BASE64.encode(part.to_string()));
        let signed = format!("{header}.{claims}");
        let signature = self.algorithm.sign(&self.key, &signed)?;
        Some(format!("{signed}.{signature}"))
    }

    /// The token is this user's, signed in just this way, and its time is not over.
    pub(super) fn accepts(&self, user: &User, token: &str, now: Timestamp) -> bool {
        let Some((signed, signature)) = token.trim().rsplit_once('.') else { return false };
        let Some((header, claims)) = signed.split_once('.') else { return false };
        let decode = |part: &str| {
            BASE64
                .decode(part)
                .ok()
                .and_then(|bytes| serde_json::from_slice::<Json>(&bytes).ok())
                .unwrap_or_default()
        };
        let (header, claims) = (decode(header), decode(claims));
        header.get("alg").and_then(Json::as_str) == Some(self.algorithm.name())
            && claims.get("sub").and_then(Json::as_str) == Some(&*user.id.to_string())
            && claims.get("exp").and_then(Json::as_i64).is_some_and(|expiry| now.as_second() < expiry)
            && self.algorithm.verifies(&self.key, signed, signature)
            && claims.get("stamp").and_then(Json::as_str) == self.stamp.as_deref()
    }
}

fn key(secret: Secret, purpose: &str, user: &User) -> [u8; 32] {
    let password = user.encrypted_password.as_deref().unwrap_or_default();
    secret.key_for(&format!(
        "{purpose} of {} {} {password}",
        user.id,
        user.tokens_valid_after.as_millisecond()
    ))
}

#[cfg(test)]
mod tests {
    use rsa::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _};

    use super::*;
    use crate::records::users::key_pair::KeyPair;
    use crate::records::users::tests::user;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn temporary_token_is_valid_for_its_user_until_its_end() {
        let (ann, secret) = (user(1), Secret::of(7));
        let token = temporary(secret, &ann, at(60));
        let valid = |secret, user: &User, token: &str, now| is_temporary(secret, user, token, at(now));

        assert!(valid(secret, &ann, &token, 59));
        assert!(!valid(secret, &ann, &token, 60), "expired");
        assert!(!valid(secret, &user(2), &token, 0), "another user");
        assert!(!valid(Secret::of(8), &ann, &token, 0), "another installation");
        assert!(!valid(secret, &User { encrypted_password: Some("new".into()), ..ann.clone() }, &token, 0));
        for forged in ["", ".", "..", "1.99999999999999.x", &token.replacen("60000", "90000", 1)] {
            assert!(!valid(secret, &ann, forged, 0), "{forged}");
        }
    }

    /// Private keys that nothing else uses.
    fn private_key(algorithm: JwtAlgorithm) -> Option<Vec<u8>> {
        const RSA: &str = include_str!("../../liquid/filters/crypto/tests/keys/rsa_private_pkcs8.pem");
        Some(match algorithm.key_pair()? {
            KeyPair::Rsa => {
                rsa::PrivateKey::from_pkcs8_pem(RSA).unwrap().to_pkcs8_der().unwrap().as_bytes().to_vec()
            }
            KeyPair::P256 => vec![7; 32],
            KeyPair::P384 => vec![7; 48],
            KeyPair::P521 => [&[0; 33][..], &[7; 33]].concat(),
        })
    }

    fn jwt_key(secret: Secret, user: &User, algorithm: JwtAlgorithm) -> JwtKey {
        JwtKey::new(secret, user, algorithm, private_key(algorithm))
    }

    #[test]
    fn web_token_says_who_and_until_when() {
        let (ann, secret) = (user(1), Secret::of(7));
        let changed = User { encrypted_password: Some("new".into()), ..ann.clone() };
        for algorithm in JwtAlgorithm::ALL {
            assert_eq!(JwtAlgorithm::named(algorithm.name()), Some(algorithm));
            let key = jwt_key(secret, &ann, algorithm);
            let token = key.sign(&ann, at(0), at(60)).unwrap();
            assert!(key.accepts(&ann, &token, at(59)), "{token}");
            assert!(!key.accepts(&ann, &token, at(60)), "{algorithm:?}: expired");
            let bob = jwt_key(secret, &user(2), algorithm);
            assert!(!bob.accepts(&user(2), &token, at(0)), "{algorithm:?}: another user");
            let key = jwt_key(secret, &changed, algorithm);
            assert!(!key.accepts(&changed, &token, at(0)), "{algorithm:?}: another password");
            let key = jwt_key(Secret::of(8), &ann, algorithm);
            assert!(!key.accepts(&ann, &token, at(0)), "{algorithm:?}: another installation");
            for other in JwtAlgorithm::ALL.into_iter().filter(|other| *other != algorithm) {
                let key = jwt_key(secret, &ann, other);
                assert!(!key.accepts(&ann, &token, at(0)), "{algorithm:?} is not {other:?}");
            }
        }
    }

    #[test]
    fn nobody_else_can_make_a_web_token() {
        let (ann, secret) = (user(1), Secret::of(7));
        for algorithm in JwtAlgorithm::ALL {
            let key = jwt_key(secret, &ann, algorithm);
            let token = key.sign(&ann, at(0), at(60)).unwrap();
            let (signed, _) = token.rsplit_once('.').unwrap();
            let unsigned = format!(
                "{}.{}.",
                BASE64.encode(r#"{"alg":"none"}"#),
                BASE64.encode(r#"{"sub":"1","exp":99}"#)
            );
            for forged in
                [unsigned, format!("{signed}."), format!("{signed}.AAAA"), "…".to_owned(), String::new()]
            {
                assert!(!key.accepts(&ann, &forged, at(0)), "{algorithm:?}: {forged}");
            }
        }
        let damaged = JwtKey::new(secret, &ann, JwtAlgorithm::Es256, Some(vec![0; 32]));
        assert_eq!(damaged.sign(&ann, at(0), at(60)), None);
    }
}
