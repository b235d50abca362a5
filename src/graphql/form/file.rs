//! The validations `file_size`, `file_extension` and `file_content_type` of a file that was sent: in the form itself, or
//! before it, then by the URL of an upload. What is blank is no file; whether one must be there is for `presence`.

use std::path::Path;

use serde_json::{Map, Value as Json};

use super::rule::{Bound, bounds, is_blank, texts};
use super::upload::Part;
use crate::graphql::World;
use crate::graphql::cast;
use crate::graphql::error::Error;
use crate::graphql::stored_file::{self, Place, StoredFile};
use crate::records::{DataError, Key};

const UNITS: [(&str, u64); 4] = [("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10), ("B", 1)];

#[derive(Debug)]
pub(super) enum Demand {
    /// In bytes.
    Size(Vec<Bound>),
    /// In lower case, without the dot.
    Extension(Listed),
    ContentType(Listed),
}

#[derive(Debug)]
pub(super) enum Listed {
    Only(Vec<String>),
    NoneOf(Vec<String>),
}

/// What is known of a file that was sent.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct SentFile {
    size: Option<u64>,
    extension: Option<String>,
    content_type: Option<String>,
}

impl Demand {
    /// The demand called `name`; `None` if it is not about files.
    ///
    /// # Errors
    /// Its options make no sense.
    pub(super) fn parse(name: &str, options: &Map<String, Json>) -> Result<Option<Self>, Error> {
        let listed = || {
            Listed::parse(options).ok_or_else(|| {
                Error::new(format!("the validation `{name}` needs a list, as in `in: [a, b]`"))
            })
        };
        Ok(Some(match name {
            "file_size" => match bounds(options, size_of)? {
                bounds if bounds.is_empty() => {
                    let hint = "as in `less_than: 5 MB`";
                    return Err(Error::new(format!("the validation `file_size` needs a bound, {hint}")));
                }
                bounds => Self::Size(bounds),
            },
            "file_extension" => Self::Extension(listed()?),
            "file_content_type" => Self::ContentType(listed()?),
            _ => return Ok(None),
        }))
    }

    /// What is wrong with the file. What is not known of it, as of one elsewhere, is not as demanded.
    pub(super) fn broken(&self, file: &SentFile) -> Option<String> {
        match self {
            Self::Size(bounds) => match file.size {
                None => Some("is not an uploaded file".to_owned()),
                Some(size) => bounds
                    .iter()
                    .find_map(|bound| bound.broken(size as f64, human_size))
                    .map(|said| format!("file size {said}")),
            },
            Self::Extension(listed) => listed.broken(file.extension.as_deref()),
            Self::ContentType(listed) => listed.broken(file.content_type.as_deref()),
        }
    }
}

impl Listed {
    fn parse(options: &Map<String, Json>) -> Option<Self> {
        let list = |key: &str| {
            let list = options.get(key).map(|list| match list {
                Json::Array(_) => texts(Some(list)),
                one => cast::text_of(one).into_iter().collect(),
            })?;
            let plain = |text: String| text.trim().trim_start_matches('.').to_lowercase();
            Some(list.into_iter().map(plain).collect::<Vec<_>>()).filter(|list| !list.is_empty())
        };
        ["in", "allow"]
            .into_iter()
            .find_map(list)
            .map(Self::Only)
            .or_else(|| ["not_in", "exclude"].into_iter().find_map(list).map(Self::NoneOf))
    }

    fn broken(&self, known: Option<&str>) -> Option<String> {
        let is_in = |list: &[String]| known.is_some_and(|known| list.iter().any(|listed| listed == known));
        match self {
            Self::Only(list) => (!is_in(list)).then(|| format!("file should be one of {}", list.join(", "))),
            Self::NoneOf(list) => {
                (known.is_none() || is_in(list)).then(|| format!("file cannot be {}", list.join(", ")))
            }
        }
    }
}

impl SentFile {
    /// `None` for what is blank.
    pub(super) fn of(value: &Json, world: &World<'_>) -> Result<Option<Self>, DataError> {
        if is_blank(value) {
            return Ok(None);
        }
        if let Some(file) = Self::in_form(value) {
            return Ok(Some(file));
        }
        let known = value.as_str().map(str::trim).and_then(Key::of_url);
        if let Some(key) = known
            && let Some(file) = Self::uploaded(&key, world)?
        {
            return Ok(Some(file));
        }
        let Some(stored) = StoredFile::parse(value) else { return Ok(Some(Self::default())) };
        if let Place::Ours(key) = &stored.place
            && let Some(file) = Self::uploaded(key, world)?
        {
            return Ok(Some(file));
        }
        Ok(Some(Self { extension: stored.extension, ..Self::default() }))
    }

    /// A part of a multipart form. Its bytes are believed before what it says of its size, which a client may have written
    /// itself.
    fn in_form(value: &Json) -> Option<Self> {
        let part = Part::of(value)?;
        let size = part.bytes().map(|bytes| bytes.len() as u64);
        Some(Self {
            size: size.or_else(|| value.get("size").and_then(Json::as_u64)),
            extension: stored_file::extension_of(part.file_name),
            content_type: part.content_type().map(essence),
        })
    }

    fn uploaded(key: &Key, world: &World<'_>) -> Result<Option<Self>, DataError> {
        Ok(world.data.upload(key)?.map(|stored| Self {
            size: size_on_disk(&stored.path),
            extension: stored_file::extension_of(key.file_name()),
            content_type: Some(essence(&stored.upload.content_type)),
        }))
    }
}

fn size_on_disk(path: &Path) -> Option<u64> {
    path.metadata().ok().map(|metadata| metadata.len())
}

/// A content type without its parameters.
fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_lowercase()
}

/// Bytes: a number, or one with a unit, `5 MB`.
fn size_of(value: &Json) -> Option<f64> {
    cast::float(value).or_else(|| {
        let text = value.as_str()?.trim().to_uppercase();
        let (unit, bytes) = UNITS.into_iter().find(|(unit, _)| text.ends_with(unit))?;
        let number: f64 = text.strip_suffix(unit)?.trim().parse().ok()?;
        Some(number * bytes as f64).filter(|bytes| bytes.is_finite())
    })
}

/// In the largest unit of which there is one, to two digits behind the point: `1.5 MB`.
pub(super) fn human_size(bytes: f64) -> String {
    let unit = UNITS.into_iter().find(|(_, size)| bytes >= *size as f64);
    let (unit, size) = unit.unwrap_or(("B", 1));
    let number = (bytes / size as f64 * 100.0).round() / 100.0;
    format!("{number} {unit}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn files_keep_what_is_demanded_of_them() {
        let file = json!({"filename": "Cat.PNG", "content_type": "image/png; a=b", "size": 2048});
        let unknown = json!({"filename": "cat"});
        for (name, options, file, expected) in [
            ("file_size", json!({"less_than": "2 kb"}), &file, Some("file size must be less than 2 KB")),
            ("file_size", json!({"less_than_or_equal_to": 2048}), &file, None),
            (
                "file_size",
                json!({"greater_than": "1.5 MB"}),
                &file,
                Some("file size must be greater than 1.5 MB"),
            ),
            ("file_size", json!({"less_than": 9}), &unknown, Some("is not an uploaded file")),
            ("file_extension", json!({"in": [".png", "jpg"]}), &file, None),
            ("file_extension", json!({"in": ["pdf", "doc"]}), &file, Some("file should be one of pdf, doc")),
            ("file_extension", json!({"in": ["pdf"]}), &unknown, Some("file should be one of pdf")),
            ("file_content_type", json!({"allow": "image/png"}), &file, None),
            ("file_content_type", json!({"exclude": ["image/png"]}), &file, Some("file cannot be image/png")),
            ("file_content_type", json!({"exclude": ["a/b"]}), &unknown, Some("file cannot be a/b")),
        ] {
            let demand = Demand::parse(name, options.as_object().unwrap()).unwrap().unwrap();
            let file = SentFile::in_form(file).unwrap();
            assert_eq!(demand.broken(&file).as_deref(), expected, "{name} {options}");
        }
    }

    #[test]
    fn demand_without_a_sense_is_refused() {
        for (name, options, said) in [
            ("file_size", json!({}), "the validation `file_size` needs a bound, as in `less_than: 5 MB`"),
            ("file_size", json!({"less_than": "much"}), "`less_than` of a validation is no number"),
            (
                "file_extension",
                json!({"in": []}),
                "the validation `file_extension` needs a list, as in `in: [a, b]`",
            ),
        ] {
            assert_eq!(Demand::parse(name, options.as_object().unwrap()).unwrap_err().message, said);
        }
        assert!(Demand::parse("presence", &Map::new()).unwrap().is_none());
    }

    #[test]
    fn size_that_comes_with_a_path_is_not_believed() {
        let forged = json!({"filename": "a.png", "size": 1, "path": "a/large.bin"});
        assert_eq!(SentFile::in_form(&forged), None);
    }
}
