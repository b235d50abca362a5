//! Passwords: only their bcrypt hashes are kept. As bcrypt does everywhere, what follows the 72nd byte does not count.

use std::sync::LazyLock;

/// What a new hash costs: about 50 ms, on purpose.
#[cfg(not(test))]
const COST: u32 = 10;
#[cfg(test)]
const COST: u32 = 4;

/// A hash from elsewhere that costs more than this (about 3 s) never matches: a sign-in must not keep a processor busy
/// for an hour.
const MAX_COST: u32 = 16;

/// Compared with where there is no hash, so that a guess takes as long for an address nobody has.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash("").unwrap_or_default());

#[derive(Debug, thiserror::Error)]
#[error("cannot hash the password")]
pub(crate) struct HashError(#[from] bcrypt::BcryptError);

/// # Errors
/// The system has no random bytes.
pub(crate) fn hash(password: &str) -> Result<String, HashError> {
    Ok(bcrypt::hash(password, COST)?)
}

/// The password is the one that was hashed. False, after as long a time, where there is no hash or a foreign one.
pub(crate) fn is_password(password: &str, hash: Option<&str>) -> bool {
    let known = hash.filter(|hash| cost(hash).is_some_and(|cost| cost <= MAX_COST));
    let matches = bcrypt::verify(password, known.unwrap_or(&NOBODY)).unwrap_or(false);
    matches && known.is_some()
}

/// The `10` of `$2b$10$…`.
fn cost(hash: &str) -> Option<u32> {
    let mut parts = hash.strip_prefix("$2")?.split('$');
    parts.nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_hashed_password_matches() {
        let hashed = hash("Secret12").unwrap();
        assert!(hashed.starts_with("$2"), "{hashed}");
        let imported = "$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
        let of_openbsd = format!("$2a{imported}");
        let of_php = format!("$2y{imported}");
        let costly = of_openbsd.replace("$05$", "$31$");
        for (password, hash, expected) in [
            ("Secret12", Some(&*hashed), true),
            ("secret12", Some(&*hashed), false),
            ("", Some(&*hashed), false),
            ("\0", Some(&*hashed), false),
            ("", None, false),
            ("Secret12", None, false),
            ("Secret12", Some("5f4dcc3b5aa765d61d8327deb882cf99"), false),
            ("U*U", Some(&*of_openbsd), true),
            ("U*U", Some(&*of_php), true),
            ("U*V", Some(&*of_openbsd), false),
            ("U*U", Some(&*costly), false),
        ] {
            assert_eq!(is_password(password, hash), expected, "{password:?} {hash:?}");
        }
    }
}
