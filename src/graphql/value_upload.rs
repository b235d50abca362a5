//! Files that the inputs of a mutation bring: `value_upload` writes one, and the URL of a file of ours becomes the value
//! that names it. All of it happens before the mutation locks anything, so that a slow server keeps nobody from writing
//! (inside `{% transaction %}` it does: the block has begun by then); what is written counts once the mutation is stored.

use std::borrow::Cow;
use std::convert::Infallible;

use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::World;
use super::error::Error;
use super::input::Input;
use super::stored_file;
use crate::app::{PropertyType, Table};
use crate::download::{self, Bounds};
use crate::notifications::resolve;
use crate::records::{Acl, DataError, Draft, Key, Upload};

/// Largest file that is fetched: 50 MiB.
const LARGEST: u64 = 50 << 20;

const HTML: &str = "text/html; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";
const BYTES: &str = "application/octet-stream";

/// Files on disk that do not count yet.
#[derive(Debug, Default)]
pub(super) struct Files(Vec<(Draft, Upload)>);

impl Files {
    /// One more.
    pub(super) fn add(&mut self, draft: Draft, upload: Upload) {
        self.0.push((draft, upload));
    }

    pub(super) fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// Stores them together with what `work` stores, or neither.
    pub(super) fn store_with<'w, T, E: From<DataError>>(
        self,
        world: &mut World<'w>,
        work: impl FnOnce(&mut World<'w>) -> Result<T, E>,
    ) -> Result<T, E> {
        world.atomically(|world| {
            for (draft, upload) in self.0 {
                world.data.store_upload(draft, &upload, world.now)?;
            }
            work(world)
        })
    }
}

/// Whether an input may bring a file: only then must its table be known beforehand.
pub(super) fn is_brought_by(inputs: &Json) -> bool {
    let brings = |input: &Json| {
        input.get("value_upload").is_some_and(Json::is_object)
            || input.get("value").and_then(key_in).is_some()
    };
    inputs.as_array().is_some_and(|inputs| inputs.iter().any(brings))
}

/// The property inputs with the value of each file in the place of what brings it.
///
/// # Errors
/// A file cannot be fetched or written.
pub(super) fn of_inputs<'i>(
    inputs: &'i Json,
    table: &Table,
    world: &World<'_>,
) -> Result<(Cow<'i, Json>, Files), Error> {
    let mut files = Files::default();
    if !is_brought_by(inputs) {
        return Ok((Cow::Borrowed(inputs), files));
    }
    let mut inputs = inputs.clone();
    for input in inputs.as_array_mut().into_iter().flatten().filter_map(Json::as_object_mut) {
        let name = input.get("name").and_then(Json::as_str).unwrap_or_default().to_owned();
        // What is not declared is refused when the inputs are applied.
        let Some(property) = table.properties.get(&*name) else { continue };
        if property.kind == PropertyType::Upload
            && let Some(value) = input.get_mut("value")
        {
            locate(value, world)?;
        }
        let Some(value) = input.get_mut("value_upload") else { continue };
        let Json::Object(wanted) = value else { continue };
        let refused = |error: String| Error::new(format!("value_upload of `{name}`: {error}"));
        if property.kind != PropertyType::Upload {
            return Err(refused("the property is not of type `upload`".to_owned()));
        }
        let wanted = Wanted::parse(wanted, &format!("{}/{name}", table.folder()), &name).map_err(refused)?;
        let (draft, upload) = wanted.write(world, refused)?;
        *value = stored_file::of_key(&upload.key, upload.acl);
        files.add(draft, upload);
    }
    Ok((Cow::Owned(inputs), files))
}

/// The same for a hash of values, which can only name files.
pub(super) fn of_hash<'i>(
    values: &'i Json,
    table: &Table,
    world: &World<'_>,
) -> Result<Cow<'i, Json>, Error> {
    if !values.as_object().is_some_and(|values| values.values().any(|value| key_in(value).is_some())) {
        return Ok(Cow::Borrowed(values));
    }
    let mut values = values.clone();
    for (name, value) in values.as_object_mut().into_iter().flatten() {
        if table.properties.get(&**name).is_some_and(|property| property.kind == PropertyType::Upload) {
            locate(value, world)?;
        }
    }
    Ok(Cow::Owned(values))
}

/// Makes the URL of a file that is here the value that names it. Any other URL is one of somewhere else.
fn locate(value: &mut Json, world: &World<'_>) -> Result<(), Error> {
    if let Some(key) = key_in(value)
        && let Some(stored) = world.data.upload(&key)?
    {
        *value = stored_file::of_key(&key, stored.upload.acl);
    }
    Ok(())
}

/// The key that a URL may have.
fn key_in(value: &Json) -> Option<Key> {
    value.as_str().map(str::trim).and_then(Key::of_url)
}

/// Where the bytes come from.
enum Origin {
    Content(String),
    Remote(String),
}

/// A file to be written.
struct Wanted {
    origin: Origin,
    /// As asked for, or as the kind of file demands.
    content_type: Option<String>,
    /// Without its content type, which the other side may know.
    upload: Upload,
}

impl Wanted {
    /// `place` is where files of the property are kept that do not say where themselves.
    fn parse(input: &Map<String, Json>, place: &str, property: &str) -> Result<Self, String> {
        let input = Input::from(input);
        let text = |name: &str| input.text(name).flatten();
        let header = |name: &str| match text(name).filter(|value| !value.trim().is_empty()) {
            Some(value) if value.chars().any(char::is_control) => {
                Err(format!("`{name}` holds a control character"))
            }
            value => Ok(value),
        };
        let kind = text("type").unwrap_or_default();
        let remote = text("remote_url").filter(|url| !url.trim().is_empty());
        let origin = match (text("content"), remote) {
            (Some(_), Some(_)) => return Err("give `content` or `remote_url`, not both".to_owned()),
            (None, None) => return Err("needs `content` or `remote_url`".to_owned()),
            (Some(_), None) if kind == "image" => {
                return Err("an image comes by `remote_url`, not as `content`".to_owned());
            }
            (Some(content), None) => Origin::Content(content),
            (None, Some(url)) => Origin::Remote(url),
        };
        let content_type = match (&origin, header("content_type")?) {
            // Nothing here draws pages: the file is the HTML, and says so.
            (Origin::Content(_), _) if kind == "pdf" => {
                tracing::warn!(property, "value_upload: the pdf is the HTML it would be made of");
                Some(HTML.to_owned())
            }
            (_, content_type) => content_type,
        };
        let key = match text("file_path").filter(|path| !path.trim().is_empty()) {
            Some(path) => Key::parse(path.trim()).map_err(|error| format!("`file_path`: {error}"))?,
            None => {
                let key = format!("{place}/{}/{property}", Uuid::new_v4());
                Key::parse(&key).map_err(|error| format!("`{key}`: {error}"))?
            }
        };
        let upload = Upload {
            key,
            acl: text("acl").and_then(|acl| Acl::named(&acl)).unwrap_or(Acl::Private),
            content_type: String::new(),
            content_disposition: header("content_disposition")?,
            cache_control: header("cache_control")?,
        };
        Ok(Self { origin, content_type, upload })
    }

    /// Fetches and writes the bytes.
    fn write(self, world: &World<'_>, refused: impl Fn(String) -> Error) -> Result<(Draft, Upload), Error> {
        let (bytes, known_type) = match self.origin {
            Origin::Content(content) => (content.into_bytes(), TEXT.to_owned()),
            Origin::Remote(url) => {
                let file = fetch(url.trim(), world).map_err(&refused)?;
                let is_header = |value: &String| !value.chars().any(char::is_control);
                (file.bytes, file.content_type.filter(is_header).unwrap_or_else(|| BYTES.to_owned()))
            }
        };
        let draft = world.data.draft_upload()?;
        draft.write(&bytes).map_err(|error| refused(format!("cannot write the file: {error}")))?;
        let upload = Upload { content_type: self.content_type.unwrap_or(known_type), ..self.upload };
        Ok((draft, upload))
    }
}

fn fetch(url: &str, world: &World<'_>) -> Result<download::File, String> {
    let (url, is_own) = resolve(url, &world.caller.base_url);
    if world.offline && !is_own {
        return Err(format!("cannot download `{}`: `--offline` is on", shown(&url)));
    }
    let bounds = Bounds { size: LARGEST, time: world.data.within(download::TIMEOUT) };
    download::download(&url, bounds, |_| Ok::<_, Infallible>(()))
        .map_err(|error| format!("cannot download `{}`: {error}", shown(&url)))
}

fn shown(url: &str) -> String {
    url.chars().take(200).collect()
}
