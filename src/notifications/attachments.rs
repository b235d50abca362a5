//! Attachments: named in the head of an e-mail with the URL of each, fetched when it is sent.

use std::convert::Infallible;
use std::time::Instant;

use serde_json::{Map, Value as Json};

use super::file_place::{FilePlace, LocalFileError, Locate};
use crate::download::{self, Bounds, File, TIMEOUT};
use crate::protocol::MailAttachment;

/// As on the platform.
const MOST: usize = 9;
/// Of all together, in bytes.
const LARGEST: u64 = 20 << 20;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attachment {
    pub(crate) name: String,
    pub(crate) content_type: String,
    pub(crate) content: Vec<u8>,
    /// Shown in the HTML, as `cid:NAME`.
    pub(crate) is_inline: bool,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum BadAttachment {
    #[error("expected a JSON object of names and `{{\"url\": …}}`")]
    NotAnObject,
    #[error("{found} attachments; at most {MOST} are sent")]
    TooMany { found: usize },
    #[error("attachments take over {} MB together", LARGEST >> 20)]
    TooLarge,
    #[error("`{name}` has no `url`")]
    NoUrl { name: String },
    #[error("cannot fetch `{name}` from {url}: {reason}")]
    Unreachable { name: String, url: String, reason: String },
}

/// What the text of the head means, with the content of each; an empty text is none. Waits at most until `deadline`.
///
/// # Errors
/// The text makes no sense, or one cannot be had: an e-mail without one of its attachments is not the one that was meant.
pub(crate) fn fetch(
    text: &str,
    locate: &mut Locate<'_>,
    deadline: Instant,
) -> Result<Vec<Attachment>, BadAttachment> {
    let text = text.trim();
    if text.is_empty() || text == "null" {
        return Ok(Vec::new());
    }
    let sources: Map<String, Json> = serde_json::from_str(text).map_err(|_| BadAttachment::NotAnObject)?;
    if sources.len() > MOST {
        return Err(BadAttachment::TooMany { found: sources.len() });
    }
    let mut left = LARGEST;
    let mut attachments = Vec::with_capacity(sources.len());
    for (name, source) in sources {
        let name = super::one_line(&name);
        let url = source.as_str().or_else(|| source.get("url")?.as_str()).map(str::trim);
        let url =
            url.filter(|url| !url.is_empty()).ok_or_else(|| BadAttachment::NoUrl { name: name.clone() })?;
        let unreachable = |reason: String| BadAttachment::Unreachable {
            name: name.clone(),
            url: super::one_line(url),
            reason,
        };
        let File { bytes: content, content_type } = match locate(url) {
            FilePlace::Here(file) => {
                let bytes = file.read(left).map_err(|error| match error {
                    LocalFileError::TooLarge => BadAttachment::TooLarge,
                    LocalFileError::Unreadable(_) => unreachable(error.to_string()),
                })?;
                File { bytes, content_type: file.content_type }
            }
            FilePlace::OffLimits(reason) => return Err(unreachable(reason.to_owned())),
            FilePlace::Page(url) | FilePlace::Elsewhere(url) => {
                let time = deadline.saturating_duration_since(Instant::now()).min(TIMEOUT);
                if time.is_zero() {
                    return Err(unreachable("no answer in time".to_owned()));
                }
                let file = download::download(&url, Bounds { size: left, time }, |_| Ok::<_, Infallible>(()));
                file.map_err(|error| match error {
                    download::Error::TooLarge { .. } => BadAttachment::TooLarge,
                    other => unreachable(other.to_string()),
                })?
            }
        };
        left = left.checked_sub(content.len() as u64).ok_or(BadAttachment::TooLarge)?;
        let guessed = mime_guess::from_path(&name).first_raw().map(str::to_owned);
        let content_type = guessed.or(content_type).unwrap_or_else(|| "application/octet-stream".to_owned());
        let is_inline = source.get("inline").is_some_and(|inline| match inline {
            Json::Bool(flag) => *flag,
            other => other.as_str() == Some("true"),
        });
        attachments.push(Attachment { name, content_type, content, is_inline });
    }
    Ok(attachments)
}

impl Attachment {
    /// As the inbox lists it.
    pub(crate) fn record(&self) -> MailAttachment {
        MailAttachment {
            name: self.name.clone(),
            content_type: self.content_type.clone(),
            size: self.content.len(),
            inline: self.is_inline,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notifications::LocalFile;

    fn fetched(text: &str) -> Result<Vec<Attachment>, String> {
        let folder = tempfile::tempdir().unwrap();
        let mut locate = |url: &str| match url.strip_prefix("/assets/") {
            Some("gone") => {
                FilePlace::Here(LocalFile { path: folder.path().join("gone"), content_type: None })
            }
            Some(size) => {
                let path = folder.path().join(size);
                std::fs::File::create(&path).unwrap().set_len(size.parse().unwrap()).unwrap();
                FilePlace::Here(LocalFile { path, content_type: None })
            }
            None => FilePlace::Elsewhere(url.to_owned()),
        };
        fetch(text, &mut locate, Instant::now()).map_err(|error| error.to_string())
    }

    #[test]
    fn attachments_are_an_object_of_names_and_urls() {
        assert_eq!(fetched("").unwrap(), []);
        assert_eq!(fetched(" null\n").unwrap(), []);
        let found = fetched(
            r#"{"a.pdf": {"url": "/assets/3"}, "b.png": {"url": "/assets/1", "inline": "true"}, "c": "/assets/1"}"#,
        )
        .unwrap();
        let shown: Vec<_> = found
            .iter()
            .map(|found| (&*found.name, &*found.content_type, found.content.len(), found.is_inline))
            .collect();
        assert_eq!(
            shown,
            [
                ("a.pdf", "application/pdf", 3, false),
                ("b.png", "image/png", 1, true),
                ("c", "application/octet-stream", 1, false),
            ]
        );
    }

    #[test]
    fn what_cannot_be_attached_is_told() {
        let ten: Map<String, Json> = (0..10).map(|n| (n.to_string(), "/assets/1".into())).collect();
        let large = r#"{"a": "/assets/11000000", "b": "/assets/11000000"}"#;
        for (text, expected) in [
            ("[]", "expected a JSON object of names and `{\"url\": …}`"),
            ("{", "expected a JSON object of names and `{\"url\": …}`"),
            (r#"{"a.pdf": {}}"#, "`a.pdf` has no `url`"),
            (r#"{"a\nb": {"url": " "}}"#, "`a b` has no `url`"),
            (&Json::Object(ten).to_string(), "10 attachments; at most 9 are sent"),
            (large, "attachments take over 20 MB together"),
            (r#"{"a": "/assets/1099511627776"}"#, "attachments take over 20 MB together"),
            (r#"{"a": "/assets/gone"}"#, "cannot fetch `a` from /assets/gone: there is no such file here"),
            (
                r#"{"a": "http://127.0.0.1:9/"}"#,
                "cannot fetch `a` from http://127.0.0.1:9/: no answer in time",
            ),
        ] {
            assert_eq!(fetched(text).unwrap_err(), expected, "{text}");
        }
    }
}
