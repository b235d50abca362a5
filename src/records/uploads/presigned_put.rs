//! The permission to put one file where a URL says, as S3 gives it: which file, of which type, until when. All of it travels
//! in the query of the URL and is signed, so that nothing has to be kept of a file that may never come. How long the file is
//! said to be is no part of it: clients announce it before they have made the archive. Pure.

use form_urlencoded::{Serializer, parse};
use jiff::Timestamp;

use super::key::Key;
use super::signature::{Permission, Signer};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PresignedPut {
    pub(crate) key: Key,
    /// Without it any type.
    pub(crate) content_type: Option<String>,
    pub(crate) expires_at: Timestamp,
}

/// Why a file is not taken at such a URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PutBreach {
    #[error("the URL is not one of ours; ask for a new one")]
    Signature,
    #[error("the URL has expired; ask for a new one")]
    Expired,
    #[error("the URL was asked for a file of type `{wanted}`, and one of type `{given}` comes")]
    ContentType { wanted: String, given: String },
}

impl PresignedPut {
    /// `expires=<seconds since the epoch>&type=…&sig=…`
    pub(crate) fn to_query(&self, signer: Signer) -> String {
        let signature = signer.sign(Permission::Put, &self.claim());
        let mut query = Serializer::new(String::new());
        query.append_pair("expires", &self.expires_at.as_second().to_string());
        if let Some(content_type) = &self.content_type {
            query.append_pair("type", content_type);
        }
        query.append_pair("sig", &signature).finish()
    }

    /// What the query of such a URL for `key` permits.
    pub(crate) fn read(key: Key, query: &str, signer: Signer, now: Timestamp) -> Result<Self, PutBreach> {
        let value = |wanted: &str| {
            let mut pairs = parse(query.as_bytes());
            pairs.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
        };
        let expires = value("expires").and_then(|expires| expires.parse().ok());
        let expires_at = expires.and_then(|second| Timestamp::from_second(second).ok());
        let expires_at = expires_at.ok_or(PutBreach::Signature)?;
        let put = Self { key, content_type: value("type"), expires_at };
        if !signer.verifies(Permission::Put, &put.claim(), &value("sig").unwrap_or_default()) {
            return Err(PutBreach::Signature);
        }
        if expires_at <= now {
            return Err(PutBreach::Expired);
        }
        Ok(put)
    }

    pub(crate) fn check_content_type(&self, given: &str) -> Result<(), PutBreach> {
        match &self.content_type {
            Some(wanted) if !wanted.eq_ignore_ascii_case(given.trim()) => {
                Err(PutBreach::ContentType { wanted: wanted.clone(), given: given.to_owned() })
            }
            _ => Ok(()),
        }
    }

    /// What is signed. The type alone may hold a line break; the key, which holds none, ends it.
    fn claim(&self) -> String {
        let content_type = self.content_type.as_deref().unwrap_or_default();
        format!("{}\n{content_type}\n{}", self.expires_at.as_second(), self.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::secret::Secret;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn put() -> PresignedPut {
        PresignedPut {
            key: Key::parse("instances/1/assets/7.assets_deploy.zip").unwrap(),
            content_type: Some("text/x; charset=utf-8".into()),
            expires_at: at(60),
        }
    }

    #[test]
    fn query_permits_what_was_signed_and_nothing_else() {
        let (put, signer) = (put(), Signer::new(Secret::of(7)));
        let query = put.to_query(signer);
        let read =
            |key: &Key, query: &str, signer, now| PresignedPut::read(key.clone(), query, signer, at(now));
        assert_eq!(read(&put.key, &query, signer, 59), Ok(put.clone()));
        assert_eq!(read(&put.key, &query, signer, 60), Err(PutBreach::Expired));
        let other_key = Key::parse("instances/1/assets/8.assets_deploy.zip").unwrap();
        assert_eq!(read(&other_key, &query, signer, 0), Err(PutBreach::Signature));
        assert_eq!(read(&put.key, &query, Signer::new(Secret::of(8)), 0), Err(PutBreach::Signature));
        for forged in [
            String::new(),
            query.replace("expires=60", "expires=61"),
            query.replace("expires=60", "expires=x"),
            query.replace("&type=", "&t="),
            query.replace("text%2Fx", "text%2Fy"),
            query.replace("sig=", "sig=A"),
            format!("sig={}", signer.sign(Permission::Get, &put.claim())),
        ] {
            assert_eq!(read(&put.key, &forged, signer, 0), Err(PutBreach::Signature), "{forged}");
        }
    }

    #[test]
    fn type_is_the_one_that_was_asked_for() {
        let put = put();
        assert_eq!(put.check_content_type(" Text/X; charset=UTF-8"), Ok(()));
        assert!(put.check_content_type("text/x").is_err());
        let any = PresignedPut { content_type: None, ..put };
        assert!(any.check_content_type("").is_ok());
    }
}
