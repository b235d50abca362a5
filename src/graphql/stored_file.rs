//! What a property of type `upload` holds: `{path, file_name, extension, versions}`. The path is the key of a file of ours,
//! which also says who may read it, or the URL of one elsewhere. Pure.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value as Json, json};

use crate::download::has_web_scheme;
use crate::records::{Acl, Key};

/// Where a file is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place {
    Ours(Key),
    /// A URL.
    Elsewhere(String),
}

/// A stored value that makes sense.
#[derive(Debug)]
pub(super) struct StoredFile<'v> {
    pub(super) place: Place,
    pub(super) file_name: String,
    /// In lower case, without the dot.
    pub(super) extension: Option<String>,
    /// `None` where the value does not say.
    pub(super) acl: Option<Acl>,
    /// Where versions of it are, by their names.
    pub(super) versions: Option<&'v Map<String, Json>>,
}

impl<'v> StoredFile<'v> {
    /// `None` for a value that names no file: it was stored when the property was of another type.
    pub(super) fn parse(value: &'v Json) -> Option<Self> {
        let (path, value) = match value {
            Json::String(url) => (url.as_str(), None),
            Json::Object(value) => (value.get("path")?.as_str()?, Some(value)),
            _ => return None,
        };
        let place = place(path).filter(|place| value.is_some() || matches!(place, Place::Elsewhere(_)))?;
        let text = |name: &str| value?.get(name)?.as_str().filter(|text| !text.is_empty());
        let file_name = text("file_name").map_or_else(|| place.file_name(), str::to_owned);
        let extension = text("extension").map(|extension| extension.trim_start_matches('.').to_lowercase());
        Some(Self {
            extension: extension.or_else(|| extension_of(&file_name)),
            file_name,
            acl: text("acl").and_then(Acl::named),
            versions: value.and_then(|value| value.get("versions")?.as_object()),
            place,
        })
    }
}

impl Place {
    fn file_name(&self) -> String {
        match self {
            Self::Ours(key) => key.file_name().to_owned(),
            Self::Elsewhere(url) => {
                let path = url.split(['?', '#']).next().unwrap_or_default();
                let (_, path) = path.split_once("://").unwrap_or_default();
                let (_, name) = path.rsplit_once('/').unwrap_or_default();
                percent_decode_str(name).decode_utf8_lossy().into_owned()
            }
        }
    }
}

/// What a path in a stored value means.
pub(super) fn place(path: &str) -> Option<Place> {
    match path.split_once("://") {
        Some((_, rest)) => {
            (has_web_scheme(path) && !rest.is_empty()).then(|| Place::Elsewhere(path.to_owned()))
        }
        None => Key::parse(path).ok().map(Place::Ours),
    }
}

/// The value for a file of ours.
pub(super) fn of_key(key: &Key, acl: Acl) -> Json {
    let name = key.file_name();
    json!({
        "path": key.as_str(), "file_name": name, "extension": extension_of(name), "versions": {}, "acl": acl.name(),
    })
}

/// The value for a file elsewhere; `None` if the text is no URL.
pub(super) fn of_url(url: &str) -> Option<Json> {
    let place @ Place::Elsewhere(_) = place(url.trim())? else { return None };
    let name = place.file_name();
    Some(json!({ "path": url.trim(), "file_name": name, "extension": extension_of(&name), "versions": {} }))
}

/// In lower case, without the dot.
pub(super) fn extension_of(file_name: &str) -> Option<String> {
    let (stem, extension) = file_name.rsplit_once('.')?;
    (!stem.is_empty() && !extension.is_empty()).then(|| extension.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn url_becomes_a_value_and_is_read_again() {
        for (url, name, extension) in [
            ("https://cdn.test/a/Cat.PNG?v=1#x", "Cat.PNG", Some("png")),
            ("http://cdn.test/K%C3%A4se.tar.gz", "Käse.tar.gz", Some("gz")),
            (" http://cdn.test/a/.env ", ".env", None),
            ("http://cdn.test/a/", "", None),
            ("http://cdn.test", "", None),
        ] {
            let value = of_url(url).unwrap();
            assert_eq!(value["path"], url.trim());
            let file = StoredFile::parse(&value).unwrap();
            assert_eq!((file.file_name.as_str(), file.extension.as_deref()), (name, extension), "{url}");
        }
        for url in ["", "cat.png", "/_uploads/a", "javascript://x", "ftp://x/y", "http://"] {
            assert_eq!(of_url(url), None, "{url}");
        }
    }

    #[test]
    fn values_of_old_are_files_or_nothing() {
        let csv = json!({"path": "uploads/1/a.jpg", "file_name": "A.jpg", "extension": ".JPG", "versions": {"t": "x"}});
        let file = StoredFile::parse(&csv).unwrap();
        assert_eq!(file.place, Place::Ours(Key::parse("uploads/1/a.jpg").unwrap()));
        assert_eq!(
            (file.file_name.as_str(), file.extension.as_deref(), file.acl),
            ("A.jpg", Some("jpg"), None)
        );
        assert!(StoredFile::parse(&json!("https://x.test/a.png")).is_some());
        for value in [
            json!(null),
            json!(7),
            json!("cat.png"),
            json!(["a"]),
            json!({}),
            json!({"path": 1}),
            json!({"path": "../data.sqlite3"}),
            json!({"path": ""}),
        ] {
            assert!(StoredFile::parse(&value).is_none(), "{value}");
        }
    }
}
