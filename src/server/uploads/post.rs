//! `POST /_uploads`: the one file of a signed form, streamed to disk. Nothing of it can be found before it is there as a
//! whole; whatever goes wrong on the way leaves nothing.

use std::collections::BTreeMap;
use std::future::Future;

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use jiff::Timestamp;
use multer::{Constraints, Field, Multipart, SizeLimit};
use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::super::answer::Answer;
use super::super::request::Request;
use super::super::state::State;
use super::super::{assets, body};
use super::data;
use super::xml::{self, Refusal};
use crate::records::{Acl, Breach, Draft, Key, Permission, Policy, Signer, Upload};

/// Fields before the file, and the bytes of each. S3's own bound is 20 kB for all of them.
const MAX_FIELDS: usize = 100;
const MAX_FIELD: u64 = 20 * 1024;

/// A file on disk, not yet stored.
#[derive(Debug)]
pub(in crate::server) struct Received {
    draft: Draft,
    upload: Upload,
}

/// Reads the form up to the end of its file.
pub(in crate::server) async fn receive(
    state: &State,
    request: &Request,
    body: Body,
) -> Result<Received, Refusal> {
    let mut stream = body.into_data_stream();
    let received = form(state, request, &mut stream).await;
    // Fields behind the file are ignored, as S3 does.
    body::drop_rest(&mut stream).await;
    received
}

/// The file is there from now on. Writes to the store: runs on a blocking thread.
pub(in crate::server) fn store(
    state: &State,
    request: &Request,
    received: Result<Received, Refusal>,
) -> Answer {
    let stored = received.and_then(|Received { draft, upload }| {
        let mut data = data(state);
        data.store_upload(draft, &upload, Timestamp::now())?;
        let stored = data.upload(&upload.key)?.ok_or_else(|| Refusal::no_file(upload.key.as_str()))?;
        let location = format!("{}{}", request.base_url(), upload.key.url_path());
        Ok(xml::created(&upload.key, &location, &stored.tag))
    });
    stored.unwrap_or_else(Answer::from)
}

async fn form(
    state: &State,
    request: &Request,
    stream: &mut axum::body::BodyDataStream,
) -> Result<Received, Refusal> {
    if request.path != "/_uploads" {
        return Err(Refusal::invalid("InvalidArgument", "a form posts its file to /_uploads"));
    }
    let content_type = request.header(CONTENT_TYPE.as_str()).unwrap_or_default();
    let boundary = multer::parse_boundary(content_type).map_err(malformed)?;
    let sizes = SizeLimit::new().per_field(MAX_FIELD).for_field("file", u64::MAX);
    let mut form = Multipart::with_constraints(stream, boundary, Constraints::new().size_limit(sizes));
    let mut fields = Fields::default();
    for _ in 0..=MAX_FIELDS {
        let Some(field) = in_time(form.next_field()).await? else {
            return Err(Refusal::invalid("InvalidArgument", Breach::NoFile.to_string()));
        };
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            return file(state, &fields, field).await;
        }
        let text = in_time(field.text()).await?;
        fields.add(name, text);
    }
    let message = format!("more than {MAX_FIELDS} fields before the file");
    Err(Refusal::invalid("MaxPostPreDataLengthExceeded", message))
}

async fn file(state: &State, fields: &Fields, mut field: Field<'_>) -> Result<Received, Refusal> {
    let desk = state.clone();
    let opened = spawn_blocking(move || {
        let mut data = data(&desk);
        Ok::<_, Refusal>((data.upload_signer()?, data.draft_upload()?))
    });
    let (signer, draft) = opened.await.map_err(|_| Refusal::failed("internal error"))??;
    let policy = fields.policy(signer)?;
    let file_name = field.file_name().unwrap_or_default();
    let key = policy.admit(fields.text("key"), file_name, Timestamp::now()).map_err(broken)?;
    let content_type = fields.content_type(field.content_type(), &key);

    let failed = |error: std::io::Error| Refusal::failed(format!("cannot write the file: {error}"));
    let mut file = File::create(draft.path()).await.map_err(failed)?;
    let mut size: u64 = 0;
    while let Some(piece) = in_time(field.chunk()).await? {
        size += piece.len() as u64;
        if size > policy.largest {
            let message = format!("the file is larger than {} bytes", policy.largest);
            return Err(Refusal::invalid("EntityTooLarge", message));
        }
        file.write_all(&piece).await.map_err(failed)?;
    }
    if size < policy.smallest {
        let message = format!("the file has {size} bytes and must have {}", policy.smallest);
        return Err(Refusal::invalid("EntityTooSmall", message));
    }
    file.flush().await.map_err(failed)?;
    file.sync_all().await.map_err(failed)?;
    let Policy { acl, content_disposition, cache_control, .. } = policy;
    Ok(Received { draft, upload: Upload { key, acl, content_type, content_disposition, cache_control } })
}

/// What the form says before its file. Of a field that is given twice the last value counts.
#[derive(Debug, Default)]
struct Fields(BTreeMap<String, String>);

impl Fields {
    /// Names differ in case from script to script.
    fn add(&mut self, name: String, value: String) {
        self.0.insert(name.to_ascii_lowercase(), value);
    }

    fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// What the form may post, if it is one of ours.
    fn policy(&self, signer: Signer) -> Result<Policy, Refusal> {
        let text = self.text("policy");
        if !signer.verifies(Permission::Post, text, self.text("signature")) {
            return Err(Refusal::denied(
                "`policy` and `signature` of the form are not ours; ask for a new form",
            ));
        }
        let policy = Policy::parse(text);
        let policy =
            policy.ok_or_else(|| Refusal::denied("the form is of another version; ask for a new one"))?;
        let is_as_signed = match self.text("acl") {
            "" => true,
            "private" => policy.acl == Acl::Private,
            "public" | "public-read" => policy.acl == Acl::Public,
            _ => false,
        };
        if !is_as_signed {
            return Err(Refusal::denied("`acl` must be the one the form was given"));
        }
        Ok(policy)
    }

    /// As the form says, as the browser says of the file, or by its name.
    fn content_type(&self, of_file: Option<&impl ToString>, key: &Key) -> String {
        let said = Some(self.text("content-type").trim().to_owned()).filter(|said| !said.is_empty());
        let said = said.or_else(|| of_file.map(ToString::to_string));
        let said = said.filter(|said| HeaderValue::from_str(said).is_ok());
        said.unwrap_or_else(|| {
            let guessed = assets::content_type(key.file_name());
            guessed.to_str().unwrap_or("application/octet-stream").to_owned()
        })
    }
}

/// The next piece of the form; clients that send none are not waited for.
async fn in_time<T>(read: impl Future<Output = multer::Result<T>>) -> Result<T, Refusal> {
    match timeout(body::PATIENCE, read).await {
        Ok(read) => read.map_err(malformed),
        Err(_) => {
            let message = format!("the file stopped coming: nothing for {} s", body::PATIENCE.as_secs());
            Err(Refusal { status: StatusCode::REQUEST_TIMEOUT, code: "RequestTimeout", message })
        }
    }
}

fn malformed(error: multer::Error) -> Refusal {
    Refusal::invalid(
        "MalformedPOSTRequest",
        format!("the request body is not a valid multipart form: {error}"),
    )
}

fn broken(breach: Breach) -> Refusal {
    match breach {
        Breach::Expired | Breach::Key => Refusal::denied(breach.to_string()),
        Breach::NoFile | Breach::Name(_) => Refusal::invalid("InvalidArgument", breach.to_string()),
    }
}
