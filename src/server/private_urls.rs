//! `/api/private/urls/…`: where a client of the platform sends the bytes of a file. Nothing is kept of what is asked for: the
//! permission is in the URL or in the form. Both lead to this server, by the name the client called it.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use form_urlencoded::Serializer;
use jiff::Timestamp;
use serde_json::Value as Json;

use super::answer::Answer;
use super::request::{Request, Unreadable};
use super::state::State;
use super::uploads::{self, Destination, Refusal};
use crate::protocol::{PresignedForm, PresignedUrl};
use crate::records::{Acl, Key, Permission, Policy, PresignedPut, Reach};

pub(super) const PREFIX: &str = "/api/private/urls";

/// How long a client may take to begin sending; forms of `sync` are used as long as it runs, and asked for again after a 403.
const LIFETIME: Duration = Duration::from_secs(60 * 60);
/// How long what was sent can be read at its URL, if it needs a permission at all.
const READABLE: Duration = Duration::from_secs(24 * 60 * 60);

pub(super) fn answer(state: &State, request: &Request, read: Result<(), Unreadable>) -> Answer {
    if let Err(error) = read {
        return Answer::json_error(error.status(), &error.to_string());
    }
    let name = request.path.strip_prefix(PREFIX).unwrap_or_default().trim_matches('/');
    let is_get = request.method == Method::GET || request.method == Method::HEAD;
    let answered = match name {
        "presign-url" if is_get => url(state, request).map(|url| Answer::json(StatusCode::OK, &url)),
        "presign-directory" if is_get => {
            directory(state, request).map(|form| Answer::json(StatusCode::OK, &form))
        }
        "presign-url" | "presign-directory" => {
            let message = format!("{} does not answer {}", request.path, request.method);
            return Answer::json_error(StatusCode::METHOD_NOT_ALLOWED, &message);
        }
        _ => return Answer::json_error(StatusCode::NOT_FOUND, &format!("there is no {}", request.path)),
    };
    answered.unwrap_or_else(|problem| match problem {
        Problem::Asked(message) => Answer::json_error(StatusCode::UNPROCESSABLE_ENTITY, &message),
        Problem::Ours(refusal) => refusal.into(),
    })
}

/// Why there is no URL.
enum Problem {
    /// What a user can put right.
    Asked(String),
    Ours(Refusal),
}

fn url(state: &State, request: &Request) -> Result<PresignedUrl, Problem> {
    let key = key(request, "fileName")?;
    let destination = Destination::of(&key);
    if destination == Destination::File && !key.as_str().starts_with("uploads/") {
        return Err(Problem::Asked(format!(
            "`fileName` begins with `instances/ID/assets/`, `instances/ID/data_imports/` or `uploads/`, which `{key}` \
             does not"
        )));
    }
    if let Some(text) = parameter(request, "contentLength") {
        let length = text.parse::<u64>();
        let length = length
            .map_err(|_| Problem::Asked(format!("`contentLength` is a number of bytes, not `{text}`")))?;
        if length > destination.largest() {
            return Err(Problem::Asked(format!(
                "`{}` has {length} bytes, and at most {} are taken",
                key.file_name(),
                destination.largest()
            )));
        }
    }
    let (now, acl) = (Timestamp::now(), destination.acl());
    let put = PresignedPut {
        content_type: parameter(request, "contentType").map(str::to_owned),
        expires_at: after(now, LIFETIME),
        key,
    };
    let signer = uploads::data(state).upload_signer().map_err(|error| Problem::Ours(error.into()))?;
    let place = format!("{}{}", request.base_url(), put.key.url_path());
    let access_url = match acl {
        Acl::Public => place.clone(),
        Acl::Private => {
            format!("{place}?{}", signer.query(Permission::Get, &put.key, after(now, READABLE)))
        }
    };
    Ok(PresignedUrl { url: format!("{place}?{}", put.to_query(signer)), access_url })
}

/// A form for all assets below a folder, in the words of S3; its permission is in the URL, whatever fields are sent along.
fn directory(state: &State, request: &Request) -> Result<PresignedForm, Problem> {
    let directory = key(request, "directory")?;
    let probe = Key::parse(&format!("{directory}/x"));
    let destination = probe.as_ref().map(Destination::of);
    if destination != Ok(Destination::Asset("x")) {
        return Err(Problem::Asked(format!("`directory` is `instances/ID/assets`, not `{directory}`")));
    }
    let policy = Policy {
        prefix: format!("{directory}/"),
        reach: Reach::Tree,
        acl: Acl::Public,
        smallest: 0,
        largest: Destination::Asset("x").largest(),
        content_disposition: None,
        cache_control: None,
        expires_at: after(Timestamp::now(), LIFETIME),
    };
    let signer = uploads::data(state).upload_signer().map_err(|error| Problem::Ours(error.into()))?;
    let text = policy.to_text();
    let fields = [
        ("key", policy.key()),
        ("acl", "public-read".to_owned()),
        ("success_action_status", "201".to_owned()),
    ];
    let permission = Serializer::new(String::new())
        .append_pair("policy", &text)
        .append_pair("signature", &signer.sign(Permission::Post, &text))
        .finish();
    Ok(PresignedForm {
        url: format!("{}/_uploads?{permission}", request.base_url()),
        fields: fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
    })
}

fn key(request: &Request, name: &str) -> Result<Key, Problem> {
    let Some(text) = parameter(request, name) else {
        return Err(Problem::Asked(format!("`{name}` says which file is meant")));
    };
    Key::parse(text).map_err(|error| Problem::Asked(format!("`{name}` names no file: {error}")))
}

/// Nothing for an empty one.
fn parameter<'r>(request: &'r Request, name: &str) -> Option<&'r str> {
    request.params.get(name).and_then(Json::as_str).filter(|text| !text.is_empty())
}

fn after(now: Timestamp, lifetime: Duration) -> Timestamp {
    now.saturating_add(lifetime).unwrap_or(now)
}
