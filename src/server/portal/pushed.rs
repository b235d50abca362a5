//! Modules that were pushed to this server: a client puts an archive to a URL it asks for, and then says which version that
//! is. Both are files among the uploads, so that they outlive the server. Pushed again, a version is replaced: this registry
//! is there to try things.

use std::fs;
use std::io::{Cursor, Read as _};
use std::path::{Component, Path};
use std::time::Duration;

use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;
use zip::ZipArchive;

use crate::protocol::ARCHIVE_LIMIT;
use crate::records::{Acl, DataError, Key, PresignedPut, Upload};
use crate::server::answer::Answer;
use crate::server::request::Request;
use crate::server::state::State;
use crate::server::uploads;

/// Where they are among the files.
const FOLDER: &str = "pos_modules";
/// How long a client may take to begin sending.
const LIFETIME: Duration = Duration::from_secs(60 * 60);
/// Characters of a name or a version.
const LONGEST: usize = 100;
/// What says on which modules a version depends; the second is of older modules.
const MANIFESTS: [&str; 2] = ["pos-module.json", "template-values.json"];
/// Bytes of such a file; a longer one says nothing.
const MAX_MANIFEST_BYTES: u64 = 64 * 1024;

/// Why a push is refused.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("`{name}` is no name of a module: letters, digits, `-` and `_`")]
    Name { name: String },
    #[error("`pos_module_version` has `name`, which is a version such as 1.2.0, and `archive`")]
    Version,
    #[error(
        "`archive` is not a URL that this server gave for the module `{name}`; ask for `presign_url` again"
    )]
    Archive { name: String },
    #[error("nothing was put where `archive` says")]
    Missing,
    #[error("the archive has {bytes} bytes, and at most {ARCHIVE_LIMIT} are taken")]
    TooLarge { bytes: usize },
    #[error("the archive is no zip archive: {reason}")]
    NotZip { reason: String },
    #[error("`{member}` in the archive is not below `{name}/`")]
    Member { name: String, member: String },
    #[error("the archive holds no files")]
    Empty,
    #[error("cannot read what was put there")]
    Read(#[source] std::io::Error),
    #[error(transparent)]
    Data(#[from] DataError),
}

/// Where a client puts the archive of a new version.
pub(super) fn presign(state: &State, request: &Request, name: &str) -> Answer {
    answer(url(state, request, name))
}

/// What was put there is a version from now on.
pub(super) fn publish(state: &State, request: &Request, name: &str) -> Answer {
    answer(accept(state, request, name))
}

/// How publishing gets on: it is over when it is answered.
pub(super) fn show(state: &State, name: &str, version: &str) -> Answer {
    match archive(state, name, version) {
        Ok(Some(_)) => Answer::json(StatusCode::OK, &json!({ "id": version, "status": "accepted" })),
        Ok(None) => Answer::json_error(
            StatusCode::NOT_FOUND,
            &format!("version {version} of the module `{name}` was not pushed"),
        ),
        Err(error) => Answer::failed(&error.to_string()),
    }
}

/// The versions that were pushed, with what each depends on.
pub(super) fn versions(state: &State, name: &str) -> Result<Map<String, Json>, DataError> {
    let mut versions = Map::new();
    if !is_word(name) {
        return Ok(versions);
    }
    for (key, _) in uploads::data(state).uploads_below(&format!("{FOLDER}/{name}/versions/"))? {
        let version = key.file_name().trim_end_matches(".zip").to_owned();
        if let Some(zip) = archive(state, name, &version)? {
            versions.insert(version, json!({ "dependencies": dependencies(&zip, name) }));
        }
    }
    Ok(versions)
}

/// The archive of a version; `None` where it was not pushed.
pub(super) fn archive(state: &State, name: &str, version: &str) -> Result<Option<Vec<u8>>, DataError> {
    let Some(key) = key(name, version) else { return Ok(None) };
    let stored = uploads::data(state).upload(&key)?;
    // One that is replaced in this moment is gone, and the new one is there when it is asked for again.
    Ok(stored.and_then(|stored| fs::read(stored.path).ok()))
}

/// Whether it can be the name of a module.
pub(super) fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= LONGEST
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn answer(done: Result<Json, Error>) -> Answer {
    match done {
        Ok(answer) => Answer::json(StatusCode::OK, &answer),
        Err(Error::Data(error)) => Answer::failed(&error.to_string()),
        Err(refused) => Answer::json_error(StatusCode::UNPROCESSABLE_ENTITY, &refused.to_string()),
    }
}

fn url(state: &State, request: &Request, name: &str) -> Result<Json, Error> {
    let now = Timestamp::now();
    let key =
        is_word(name).then(|| Key::parse(&format!("{}{}.zip", arrivals(name), Uuid::new_v4().simple())));
    let key = key.and_then(Result::ok).ok_or_else(|| Error::Name { name: name.to_owned() })?;
    let expires_at = now.saturating_add(LIFETIME).unwrap_or(now);
    let put = PresignedPut { key, content_type: None, expires_at };
    let place = format!("{}{}", request.base_url(), put.key.url_path());
    let query = put.to_query(uploads::data(state).upload_signer()?);
    Ok(json!({ "upload_url": format!("{place}?{query}"), "access_url": place }))
}

fn accept(state: &State, request: &Request, name: &str) -> Result<Json, Error> {
    let asked = request.params.get("pos_module_version");
    let text = |field: &str| asked.and_then(|asked| asked.get(field)).and_then(Json::as_str);
    let (Some(version), Some(url)) = (text("name"), text("archive")) else { return Err(Error::Version) };
    let kept = key(name, version).ok_or(Error::Version)?;
    let is_ours = url.strip_prefix(&request.base_url()).is_some_and(|path| path.starts_with('/'));
    let arrived = Key::of_url(url).filter(|key| is_ours && key.as_str().starts_with(&arrivals(name)));
    let arrived = arrived.ok_or_else(|| Error::Archive { name: name.to_owned() })?;

    let mut data = uploads::data(state);
    let stored = data.upload(&arrived)?.ok_or(Error::Missing)?;
    let zip = fs::read(&stored.path).map_err(Error::Read)?;
    check(&zip, name)?;
    let draft = data.draft_upload()?;
    draft.write(&zip).map_err(Error::Read)?;
    let upload = Upload {
        key: kept,
        acl: Acl::Private,
        content_type: "application/zip".to_owned(),
        content_disposition: None,
        cache_control: None,
    };
    data.store_upload(draft, &upload, Timestamp::now())?;
    data.delete_upload(&arrived)?;
    Ok(json!({ "id": version }))
}

/// It can be unpacked into a folder of modules and touches no other module.
fn check(zip: &[u8], name: &str) -> Result<(), Error> {
    if zip.len() > ARCHIVE_LIMIT {
        return Err(Error::TooLarge { bytes: zip.len() });
    }
    let broken = |error: zip::result::ZipError| Error::NotZip { reason: error.to_string() };
    let archive = ZipArchive::new(Cursor::new(zip)).map_err(broken)?;
    if archive.is_empty() {
        return Err(Error::Empty);
    }
    for member in archive.file_names() {
        let member = member.map_err(|error| Error::NotZip { reason: error.to_string() })?;
        let mut parts = Path::new(&*member).components();
        let is_below = parts.next() == Some(Component::Normal(name.as_ref()))
            && parts.all(|part| matches!(part, Component::Normal(_)));
        if !is_below || member.contains('\\') {
            return Err(Error::Member { name: name.to_owned(), member: member.into_owned() });
        }
    }
    Ok(())
}

/// By the names of modules; none where nothing says so.
fn dependencies(zip: &[u8], name: &str) -> Json {
    let read = |manifest: &str| {
        let mut archive = ZipArchive::new(Cursor::new(zip)).ok()?;
        let mut text = Vec::new();
        let member = archive.by_name(&format!("{name}/{manifest}")).ok()?;
        member.take(MAX_MANIFEST_BYTES).read_to_end(&mut text).ok()?;
        let manifest: Json = serde_json::from_slice(&text).ok()?;
        manifest.get("dependencies").filter(|dependencies| dependencies.is_object()).cloned()
    };
    MANIFESTS.into_iter().find_map(read).unwrap_or_else(|| json!({}))
}

/// Below it lies what is put, until it is a version.
fn arrivals(name: &str) -> String {
    format!("{FOLDER}/{name}/arrived/")
}

/// `None`: it can be no version of a module.
fn key(name: &str, version: &str) -> Option<Key> {
    let is_version = version.len() <= LONGEST
        && version.starts_with(|first: char| first.is_ascii_digit())
        && version.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'+'));
    if !is_word(name) || !is_version {
        return None;
    }
    Key::parse(&format!("{FOLDER}/{name}/versions/{version}.zip")).ok()
}
