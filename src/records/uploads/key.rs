//! The name of a stored file: `order/scan/0f1e…/Cat.PNG`. It is looked up in a table and never becomes a path on disk, so
//! there is nothing to escape from; what would not survive a URL is refused all the same. Pure.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Where files are on this server.
const PREFIX: &str = "/_uploads/";

/// In bytes; S3's own bound.
const LONGEST: usize = 1024;

/// What stays as it is in a URL.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key(pub(super) String);

/// Why a text names no file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KeyError {
    #[error("it is empty, or one of its parts is")]
    Empty,
    #[error("it is longer than {LONGEST} bytes")]
    TooLong,
    #[error("`.` and `..` are no names")]
    Dots,
    #[error("it holds a backslash or a control character")]
    Character,
}

impl Key {
    /// A slash before it is dropped.
    pub(crate) fn parse(text: &str) -> Result<Self, KeyError> {
        let text = text.strip_prefix('/').unwrap_or(text);
        if text.len() > LONGEST {
            return Err(KeyError::TooLong);
        }
        if text.chars().any(|c| c == '\\' || c.is_control()) {
            return Err(KeyError::Character);
        }
        for part in text.split('/') {
            match part.trim() {
                "" => return Err(KeyError::Empty),
                "." | ".." => return Err(KeyError::Dots),
                _ => {}
            }
        }
        Ok(Self(text.to_owned()))
    }

    /// The file that a URL of this server may name; whose server it is, is not asked.
    pub(crate) fn of_url(url: &str) -> Option<Self> {
        let path = match url.split_once("://") {
            Some((scheme, rest)) if matches!(&*scheme.to_ascii_lowercase(), "http" | "https") => {
                rest.get(rest.find('/')?..)?
            }
            Some(_) => return None,
            None => url,
        };
        let path = path.split(['?', '#']).next()?;
        let key = percent_decode_str(path.strip_prefix(PREFIX)?).decode_utf8().ok()?;
        Self::parse(&key).ok()
    }

    /// Where the file is, from the root of this server.
    pub(crate) fn url_path(&self) -> String {
        format!("{PREFIX}{}", utf8_percent_encode(&self.0, ESCAPED))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The last part.
    pub(crate) fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_a_list_of_names() {
        for (text, expected) in [
            ("a", Ok("a")),
            ("order/scan/1/Cat.PNG", Ok("order/scan/1/Cat.PNG")),
            ("/a/b", Ok("a/b")),
            ("a/Käse & Brot.pdf", Ok("a/Käse & Brot.pdf")),
            ("a/...", Ok("a/...")),
            ("", Err(KeyError::Empty)),
            ("/", Err(KeyError::Empty)),
            ("//a", Err(KeyError::Empty)),
            ("a//b", Err(KeyError::Empty)),
            ("a/ /b", Err(KeyError::Empty)),
            ("a/", Err(KeyError::Empty)),
            ("a/../b", Err(KeyError::Dots)),
            ("..", Err(KeyError::Dots)),
            ("a/./b", Err(KeyError::Dots)),
            ("a\\b", Err(KeyError::Character)),
            ("a\0b", Err(KeyError::Character)),
            ("a\nb", Err(KeyError::Character)),
        ] {
            assert_eq!(
                Key::parse(text).as_ref().map(Key::as_str).map_err(|error| *error),
                expected,
                "{text:?}"
            );
        }
        assert!(Key::parse(&"x".repeat(LONGEST)).is_ok());
        assert_eq!(Key::parse(&"x".repeat(LONGEST + 1)), Err(KeyError::TooLong));
    }

    #[test]
    fn url_names_a_file_of_this_server_or_none() {
        for (url, expected) in [
            ("http://localhost:3000/_uploads/a/b.png", Some("a/b.png")),
            ("HTTPS://x.test/_uploads/a/b.png?expires=1&sig=x#top", Some("a/b.png")),
            ("/_uploads/a/K%C3%A4se.png", Some("a/Käse.png")),
            ("http://localhost:3000/assets/_uploads/a", None),
            ("http://localhost:3000", None),
            ("/_uploads/", None),
            ("/_uploads/..%2F..%2Fdata.sqlite3", None),
            ("/_uploads/%ff", None),
            ("ftp://x/_uploads/a", None),
            ("javascript:alert(1)", None),
            ("", None),
        ] {
            assert_eq!(Key::of_url(url).as_ref().map(Key::as_str), expected, "{url}");
        }
    }

    proptest::proptest! {
        #[test]
        fn url_of_a_key_names_it_again(text in "(\\PC|[/.%?#+ ]){1,40}") {
            if let Ok(key) = Key::parse(&text) {
                assert!(key.url_path().is_ascii());
                assert_eq!(Key::of_url(&key.url_path()), Some(key));
            }
        }
    }
}
