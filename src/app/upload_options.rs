//! What a schema file says of a property of type `upload`: who may read its files, how large they may be, which versions of
//! an image there are, and headers that files are served with.

use serde_json::{Map, Value as Json};

/// A kilobyte, in bytes, as `content_length` counts.
const KILOBYTE: u64 = 1024;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct UploadOptions {
    pub(crate) is_private: bool,
    /// In bytes, both included; `None` where nothing is said.
    pub(crate) smallest: Option<u64>,
    pub(crate) largest: Option<u64>,
    /// Names of versions of an image.
    pub(crate) versions: Vec<String>,
    pub(crate) cache_control: Option<String>,
    pub(crate) content_disposition: Option<String>,
}

impl UploadOptions {
    pub(super) const KEYS: [&str; 5] =
        ["acl", "content_length", "versions", "cache_control", "content_disposition"];

    /// What is said, and one sentence for each thing that makes no sense; that counts as not said. An unknown ACL counts as
    /// private.
    pub(super) fn parse(options: &Map<String, Json>) -> (Self, Vec<String>) {
        let mut complaints = Vec::new();
        let is_private = match options.get("acl") {
            None | Some(Json::Null) => false,
            Some(Json::String(acl)) if acl == "public" => false,
            Some(Json::String(acl)) if acl == "private" => true,
            Some(_) => {
                complaints.push("`acl` must be `public` or `private`".to_owned());
                true
            }
        };
        let length = options.get("content_length");
        if length.is_some_and(|length| !length.is_object() && !length.is_null()) {
            complaints.push("`content_length` must have the keys `gte` and `lte`".to_owned());
        }
        let mut bound = |name: &str| {
            let bound = length.and_then(|length| length.get(name)).filter(|bound| !bound.is_null())?;
            let kilobytes = bound.as_u64().or_else(|| bound.as_str()?.trim().parse().ok());
            if kilobytes.is_none() {
                complaints.push(format!("`content_length` `{name}` must be a number of kilobytes"));
            }
            kilobytes.map(|kilobytes| kilobytes.saturating_mul(KILOBYTE))
        };
        let (smallest, largest) = (bound("gte"), bound("lte"));
        let text = |name: &str| options.get(name).and_then(Json::as_str).map(str::to_owned);
        let options = Self {
            is_private,
            smallest,
            largest,
            versions: versions(options.get("versions")),
            cache_control: text("cache_control"),
            content_disposition: text("content_disposition"),
        };
        (options, complaints)
    }
}

/// A list of hashes with a `name`, or a hash by name.
fn versions(versions: Option<&Json>) -> Vec<String> {
    match versions {
        Some(Json::Object(versions)) => versions.keys().cloned().collect(),
        Some(Json::Array(versions)) => versions
            .iter()
            .filter_map(|version| version.get("name").unwrap_or(version).as_str())
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parsed(options: Json) -> (UploadOptions, Vec<String>) {
        let Json::Object(options) = options else { panic!("options are an object") };
        UploadOptions::parse(&options)
    }

    #[test]
    fn options_as_apps_write_them() {
        let (options, complaints) = parsed(json!({
            "acl": "private", "content_length": {"gte": 1, "lte": "2048"}, "cache_control": "max-age=60",
            "content_disposition": "attachment", "versions": [{"name": "thumb", "output": {"width": 9}}, {"name": "big"}],
        }));
        assert_eq!(complaints, [""; 0]);
        assert_eq!(
            options,
            UploadOptions {
                is_private: true,
                smallest: Some(1024),
                largest: Some(2_097_152),
                versions: vec!["thumb".into(), "big".into()],
                cache_control: Some("max-age=60".into()),
                content_disposition: Some("attachment".into()),
            }
        );
        assert_eq!(parsed(json!({})), (UploadOptions::default(), Vec::new()));
        assert_eq!(parsed(json!({"acl": "public", "content_length": null})).0, UploadOptions::default());
        assert_eq!(parsed(json!({"versions": {"thumb": {}}})).0.versions, ["thumb"]);
    }

    #[test]
    fn what_makes_no_sense_is_said_and_counts_as_not_said() {
        for (options, complaint) in [
            (json!({"acl": "secret"}), "`acl` must be `public` or `private`"),
            (json!({"content_length": 5}), "`content_length` must have the keys `gte` and `lte`"),
            (
                json!({"content_length": {"lte": "big"}}),
                "`content_length` `lte` must be a number of kilobytes",
            ),
            (json!({"content_length": {"gte": -1}}), "`content_length` `gte` must be a number of kilobytes"),
        ] {
            let (parsed, complaints) = parsed(options);
            assert_eq!(complaints, [complaint]);
            assert_eq!((parsed.smallest, parsed.largest), (None, None));
        }
        assert!(parsed(json!({"acl": "secret"})).0.is_private);
    }
}
