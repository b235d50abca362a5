//! Tokens that stand for a user for a while: temporary ones, which only we can read, and JSON Web Tokens. Both are signed
//! with a key made from the installation's secret and the hash of the password, so that a new password voids them all
//! without any being stored. Pure.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::{Value as Json, json};
use sha2::{Sha256, Sha384, Sha512};

use crate::records::rows::{User, UserId};
use crate::records::secret::Secret;

/// The algorithms of JSON Web Tokens that need no key pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JwtAlgorithm {
    Hs256,
    Hs384,
    Hs512,
}

/// `<user>.<expiry>.<signature>`
pub(super) fn temporary(secret: Secret, user: &User, expires_at: Timestamp) -> String {
    let claim = format!("{}.{}", user.id, expires_at.as_millisecond());
    let signature = JwtAlgorithm::Hs256.sign(&key(secret, "temporary token", user), &claim);
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

pub(super) fn jwt(
    secret: Secret,
    user: &User,
    algorithm: JwtAlgorithm,
    issued_at: Timestamp,
    expires_at: Timestamp,
) -> String {
    let header = json!({"alg": algorithm.name(), "typ": "JWT"});
    let claims = json!({
        "sub": user.id.to_string(), "iat": issued_at.as_second(), "exp": expires_at.as_second(),
    });
    let [header, claims] = [header, claims].map(|part| BASE64.encode(part.to_string()));
    let signed = format!("{header}.{claims}");
    let signature = algorithm.sign(&key(secret, "jwt", user), &signed);
    format!("{signed}.{signature}")
}

/// The token is this user's, signed in just this way, and its time is not over.
pub(super) fn is_jwt(
    secret: Secret,
    user: &User,
    algorithm: JwtAlgorithm,
    token: &str,
    now: Timestamp,
) -> bool {
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
    header.get("alg").and_then(Json::as_str) == Some(algorithm.name())
        && claims.get("sub").and_then(Json::as_str) == Some(&*user.id.to_string())
        && claims.get("exp").and_then(Json::as_i64).is_some_and(|expiry| now.as_second() < expiry)
        && algorithm.verifies(&key(secret, "jwt", user), signed, signature)
}

fn key(secret: Secret, purpose: &str, user: &User) -> [u8; 32] {
    let password = user.encrypted_password.as_deref().unwrap_or_default();
    secret.key_for(&format!(
        "{purpose} of {} {} {password}",
        user.id,
        user.tokens_valid_after.as_millisecond()
    ))
}

impl JwtAlgorithm {
    /// The name in a token's header.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::Hs384 => "HS384",
            Self::Hs512 => "HS512",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::Hs256, Self::Hs384, Self::Hs512].into_iter().find(|algorithm| algorithm.name() == name)
    }

    fn sign(self, key: &[u8], text: &str) -> String {
        let text = text.as_bytes();
        match self {
            Self::Hs256 => BASE64.encode(mac::<Hmac<Sha256>>(key, text).finalize().into_bytes()),
            Self::Hs384 => BASE64.encode(mac::<Hmac<Sha384>>(key, text).finalize().into_bytes()),
            Self::Hs512 => BASE64.encode(mac::<Hmac<Sha512>>(key, text).finalize().into_bytes()),
        }
    }

    /// In a time that does not tell how much of the signature is right.
    fn verifies(self, key: &[u8], text: &str, signature: &str) -> bool {
        let Ok(signature) = BASE64.decode(signature) else { return false };
        let text = text.as_bytes();
        match self {
            Self::Hs256 => mac::<Hmac<Sha256>>(key, text).verify_slice(&signature),
            Self::Hs384 => mac::<Hmac<Sha384>>(key, text).verify_slice(&signature),
            Self::Hs512 => mac::<Hmac<Sha512>>(key, text).verify_slice(&signature),
        }
        .is_ok()
    }
}

fn mac<M: Mac + KeyInit>(key: &[u8], text: &[u8]) -> M {
    let mut mac = <M as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(text);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;
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

    #[test]
    fn web_token_says_who_and_until_when() {
        let (ann, secret) = (user(1), Secret::of(7));
        for algorithm in [JwtAlgorithm::Hs256, JwtAlgorithm::Hs384, JwtAlgorithm::Hs512] {
            let token = jwt(secret, &ann, algorithm, at(0), at(60));
            assert!(is_jwt(secret, &ann, algorithm, &token, at(59)), "{token}");
            assert!(!is_jwt(secret, &ann, algorithm, &token, at(60)));
            assert!(!is_jwt(secret, &user(2), algorithm, &token, at(0)));
        }
        let token = jwt(secret, &ann, JwtAlgorithm::Hs512, at(0), at(60));
        assert!(!is_jwt(secret, &ann, JwtAlgorithm::Hs256, &token, at(0)), "signed in another way");
        let unsigned =
            format!("{}.{}.", BASE64.encode(r#"{"alg":"none"}"#), BASE64.encode(r#"{"sub":"1","exp":99}"#));
        assert!(!is_jwt(secret, &ann, JwtAlgorithm::Hs256, &unsigned, at(0)));
        assert!(!is_jwt(secret, &ann, JwtAlgorithm::Hs256, "…", at(0)));
    }
}
