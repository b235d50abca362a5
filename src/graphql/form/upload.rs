//! A file that is a part of the form itself, for a property of type `upload`: kept as any upload is, under the options of
//! the property. What the form stores and its templates see is the value that names the file, not its bytes.

use std::borrow::Cow;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use serde_json::Value as Json;
use uuid::Uuid;

use super::file::human_size;
use super::rule::Bound;
use crate::app::{Property, PropertyType, Table};
use crate::graphql::World;
use crate::graphql::error::Error;
use crate::graphql::stored_file;
use crate::graphql::value_upload::Files;
use crate::records::{Acl, Key, KeyError, Upload, base_name};

const BYTES: &str = "application/octet-stream";

/// What a form says of a file that no client leaves out.
const NO_FILE: &str = "is not an uploaded file";

/// A part of a multipart form, as parameters hold it. What has a path names a file that is somewhere, and is none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'v> {
    value: &'v Json,
    pub(super) file_name: &'v str,
}

impl<'v> Part<'v> {
    pub(super) fn of(value: &'v Json) -> Option<Self> {
        if value.get("path").is_some() {
            return None;
        }
        Some(Self { value, file_name: value.get("filename")?.as_str()? })
    }

    /// `None` where a client that writes JSON itself has left them out.
    pub(super) fn bytes(self) -> Option<Cow<'v, [u8]>> {
        let text = |key: &str| self.value.get(key).and_then(Json::as_str);
        match text("content") {
            Some(content) => Some(Cow::Borrowed(content.as_bytes())),
            None => BASE64.decode(text("content_base64")?).ok().map(Cow::Owned),
        }
    }

    pub(super) fn content_type(self) -> Option<&'v str> {
        let content_type = self.value.get("content_type")?.as_str()?;
        (!content_type.is_empty() && !content_type.chars().any(char::is_control)).then_some(content_type)
    }

    /// Why the property cannot hold the file.
    pub(super) fn refused(self, property: &Property) -> Option<String> {
        let Some(bytes) = self.bytes() else { return Some(NO_FILE.to_owned()) };
        if let Err(error) = self.key("") {
            return Some(format!("has a name that cannot be used: {error}"));
        }
        let (smallest, largest) = (property.upload.smallest, property.upload.largest);
        let bounds = [
            smallest.map(|bytes| Bound::AtLeast(bytes as f64)),
            largest.map(|bytes| Bound::AtMost(bytes as f64)),
        ];
        let said =
            bounds.into_iter().flatten().find_map(|bound| bound.broken(bytes.len() as f64, human_size))?;
        Some(format!("file size {said}"))
    }

    /// Each file has a folder of its own, so that none takes the place of another.
    fn key(self, folder: &str) -> Result<Key, KeyError> {
        Key::parse(&format!("{folder}/{}/{}", Uuid::new_v4(), base_name(self.file_name)))
    }

    /// Writes the bytes, which do not count yet; the value that names them.
    fn write(
        self,
        name: &str,
        property: &Property,
        table: &Table,
        files: &mut Files,
        world: &World<'_>,
    ) -> Result<Json, Error> {
        let refused = |said: &str| Error::new(format!("property `{name}`: {said}"));
        let bytes = self.bytes().ok_or_else(|| refused(NO_FILE))?;
        let folder = format!("{}/{name}", table.folder());
        let key = self.key(&folder).map_err(|error| refused(&format!("the name of the file: {error}")))?;
        let options = &property.upload;
        let upload = Upload {
            key,
            acl: if options.is_private { Acl::Private } else { Acl::Public },
            content_type: self.content_type().unwrap_or(BYTES).to_owned(),
            content_disposition: options.content_disposition.clone(),
            cache_control: options.cache_control.clone(),
        };
        let draft = world.data.draft_upload()?;
        draft.write(&bytes).map_err(|error| refused(&format!("cannot write the file: {error}")))?;
        let value = stored_file::of_key(&upload.key, upload.acl);
        files.add(draft, upload);
        Ok(value)
    }
}

/// Writes the file that `value` is, if it is one and the property holds files, and makes it the value that names it.
///
/// # Errors
/// The file cannot be written.
pub(super) fn keep(
    value: &mut Json,
    name: &str,
    table: &Table,
    files: &mut Files,
    world: &World<'_>,
) -> Result<(), Error> {
    let Some(property) = table.properties.get(name).filter(|property| property.kind == PropertyType::Upload)
    else {
        return Ok(());
    };
    if let Some(part) = Part::of(value) {
        *value = part.write(name, property, table, files, world)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn part_is_refused_where_the_property_cannot_hold_it() {
        let mut property = Property { kind: PropertyType::Upload, ..Property::default() };
        (property.upload.smallest, property.upload.largest) = (Some(2), Some(4));
        for (part, said) in [
            (json!({"filename": "a.txt", "content": "abc"}), None),
            (json!({"filename": "C:\\x\\a.txt", "content": null, "content_base64": "/wD/"}), None),
            (
                json!({"filename": "a", "content": "a"}),
                Some("file size must be greater than or equal to 2 B"),
            ),
            (
                json!({"filename": "a", "content": "abcde"}),
                Some("file size must be less than or equal to 4 B"),
            ),
            (json!({"filename": "a", "size": 3}), Some(NO_FILE)),
            (json!({"filename": "a", "content_base64": "?"}), Some(NO_FILE)),
            (
                json!({"filename": "..", "content": "abc"}),
                Some("has a name that cannot be used: `.` and `..` are no names"),
            ),
        ] {
            assert_eq!(Part::of(&part).unwrap().refused(&property).as_deref(), said, "{part}");
        }
        assert!(Part::of(&json!({"filename": "a", "content": "abc", "path": "x"})).is_none());
        assert!(Part::of(&json!("a.txt")).is_none());
    }
}
