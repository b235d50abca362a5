//! What a signed form may post: which name, to whom it will be readable, how large, until when. It travels in the form
//! itself, as S3's does, so that nothing has to be kept of a form that may never come back. Pure.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Acl;
use super::key::{Key, KeyError};

/// In a form's key it stands for the name that the browser says.
const FILE_NAME: &str = "${filename}";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Policy {
    /// The key up to the file's name, with the slash.
    pub(crate) prefix: String,
    pub(crate) reach: Reach,
    pub(crate) acl: Acl,
    /// In bytes, both included.
    pub(crate) smallest: u64,
    pub(crate) largest: u64,
    pub(crate) content_disposition: Option<String>,
    pub(crate) cache_control: Option<String>,
    pub(crate) expires_at: Timestamp,
}

/// How far below its prefix a form posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Reach {
    /// One name.
    Folder,
    /// A path of names.
    Tree,
}

/// Why a form does not keep to its policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Breach {
    #[error("this form has expired; load the page again")]
    Expired,
    #[error("`key` must be the one the form was given, with the name of the file at its end")]
    Key,
    #[error("no file was chosen")]
    NoFile,
    #[error("the file's name cannot be used: {0}")]
    Name(#[from] KeyError),
}

impl Policy {
    /// As a field of the form.
    pub(crate) fn to_text(&self) -> String {
        BASE64.encode(serde_json::to_vec(self).expect("texts, numbers and a time can be written as JSON"))
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        serde_json::from_slice(&BASE64.decode(text).ok()?).ok()
    }

    /// `key` of the form.
    pub(crate) fn key(&self) -> String {
        format!("{}{FILE_NAME}", self.prefix)
    }

    /// The key of a file that the browser calls `file_name`; scripts may have put the name into `key` themselves.
    pub(crate) fn admit(&self, key: &str, file_name: &str, now: Timestamp) -> Result<Key, Breach> {
        if self.expires_at <= now {
            return Err(Breach::Expired);
        }
        let name =
            key.strip_prefix(&self.prefix).ok_or(Breach::Key)?.replace(FILE_NAME, base_name(file_name));
        if name.is_empty() {
            return Err(Breach::NoFile);
        }
        if self.reach == Reach::Folder && name.contains('/') {
            return Err(Breach::Key);
        }
        Ok(Key::parse(&format!("{}{name}", self.prefix))?)
    }
}

/// Some clients send the whole path they read the file from.
pub(crate) fn base_name(file_name: &str) -> &str {
    file_name.rsplit(['/', '\\']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> Policy {
        Policy {
            prefix: "order/scan/1/".into(),
            reach: Reach::Folder,
            acl: Acl::Private,
            smallest: 0,
            largest: 10,
            content_disposition: Some("attachment".into()),
            cache_control: None,
            expires_at: Timestamp::from_second(60).unwrap(),
        }
    }

    #[test]
    fn form_posts_one_name_below_its_prefix() {
        let template = "order/scan/1/${filename}";
        for (key, file_name, expected) in [
            (template, "Cat.PNG", Ok("order/scan/1/Cat.PNG")),
            (template, "C:\\My Cats\\Käse.png", Ok("order/scan/1/Käse.png")),
            (template, "../../etc/passwd", Ok("order/scan/1/passwd")),
            ("order/scan/1/own.txt", "Cat.PNG", Ok("order/scan/1/own.txt")),
            ("order/scan/1/cat-${filename}", "a.png", Ok("order/scan/1/cat-a.png")),
            (template, "", Err(Breach::NoFile)),
            (template, "..", Err(Breach::Name(KeyError::Dots))),
            (template, "a\nb", Err(Breach::Name(KeyError::Character))),
            ("order/scan/1/../2/x", "x", Err(Breach::Key)),
            ("order/scan/1/a/x", "x", Err(Breach::Key)),
            ("order/scan/2/${filename}", "x", Err(Breach::Key)),
            ("", "x", Err(Breach::Key)),
        ] {
            let admitted = policy().admit(key, file_name, Timestamp::UNIX_EPOCH);
            assert_eq!(
                admitted.as_ref().map(Key::as_str).map_err(|breach| *breach),
                expected,
                "{key} {file_name}"
            );
        }
        assert_eq!(policy().key(), template);
        assert_eq!(policy().admit(template, "a", policy().expires_at), Err(Breach::Expired));
    }

    #[test]
    fn form_of_a_tree_posts_below_its_folders_too() {
        let policy = Policy { reach: Reach::Tree, ..policy() };
        for (key, expected) in [
            ("order/scan/1/${filename}", Ok("order/scan/1/a.css")),
            ("order/scan/1/b/c/${filename}", Ok("order/scan/1/b/c/a.css")),
            ("order/scan/1/../2/${filename}", Err(Breach::Name(KeyError::Dots))),
            ("order/scan/1//${filename}", Err(Breach::Name(KeyError::Empty))),
            ("order/scan/2/${filename}", Err(Breach::Key)),
        ] {
            let admitted = policy.admit(key, "x/a.css", Timestamp::UNIX_EPOCH);
            assert_eq!(admitted.as_ref().map(Key::as_str).map_err(|breach| *breach), expected, "{key}");
        }
    }

    #[test]
    fn policy_travels_as_text() {
        assert_eq!(Policy::parse(&policy().to_text()), Some(policy()));
        for text in ["", "e30=", "not base64", &BASE64.encode("[")] {
            assert_eq!(Policy::parse(text), None, "{text}");
        }
    }
}
