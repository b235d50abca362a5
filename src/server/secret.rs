//! What somebody sent against what only we know.

use sha2::{Digest, Sha256};

/// Takes as long for a secret that is nearly right as for any other: what is compared are hashes, and where those part says
/// nothing of the texts.
pub(super) fn is_same(sent: &str, secret: &str) -> bool {
    Sha256::digest(sent) == Sha256::digest(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_secret_is_the_secret() {
        for (sent, is_right) in
            [("secret", true), ("secre", false), ("secret ", false), ("Secret", false), ("", false)]
        {
            assert_eq!(is_same(sent, "secret"), is_right, "{sent:?}");
        }
    }
}
