//! `POST /_uploads`: the one file of a signed form, and what the form says of it.

use std::collections::BTreeMap;
use std::future::Future;

use axum::body::BodyDataStream;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use jiff::Timestamp;
use multer::{Constraints, Field, Multipart, SizeLimit};
use tokio::time::timeout;

use super::super::request::Request;
use super::super::state::State;
use super::super::{assets, body};
use super::arriving::{Arriving, signer_and_draft};
use super::received::{Received, Way};
use super::xml::Refusal;
use crate::records::{Acl, Breach, Key, Permission, Policy, Signer, Upload};

/// Fields before the file, and the bytes of each. S3's own bound is 20 kB for all of them.
const MAX_FIELDS: usize = 100;
const MAX_FIELD: u64 = 20 * 1024;

/// Reads the form up to the end of its file. Fields behind it are ignored, as S3 does.
pub(super) async fn receive(
    state: &State,
    request: &Request,
    stream: &mut BodyDataStream,
) -> Result<Received, Refusal> {
    if request.path != "/_uploads" {
        return Err(Refusal::invalid("InvalidArgument", "a form posts its file to /_uploads"));
    }
    let content_type = request.header(CONTENT_TYPE.as_str()).unwrap_or_default();
    let boundary = multer::parse_boundary(content_type).map_err(malformed)?;
    let sizes = SizeLimit::new().per_field(MAX_FIELD).for_field("file", u64::MAX);
    let mut form = Multipart::with_constraints(stream, boundary, Constraints::new().size_limit(sizes));
    let mut fields = Fields::of_query(&request.query);
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
    let (signer, draft) = signer_and_draft(state).await?;
    let policy = fields.policy(signer)?;
    let file_name = field.file_name().unwrap_or_default();
    let key = policy.admit(fields.text("key"), file_name, Timestamp::now()).map_err(broken)?;
    let content_type = fields.content_type(field.content_type(), &key);

    let mut arriving = Arriving::begin(draft, policy.largest).await?;
    while let Some(piece) = in_time(field.chunk()).await? {
        arriving.add(&piece).await?;
    }
    if arriving.size() < policy.smallest {
        let message = format!("the file has {} bytes and must have {}", arriving.size(), policy.smallest);
        return Err(Refusal::invalid("EntityTooSmall", message));
    }
    let draft = arriving.finish().await?;
    let Policy { acl, content_disposition, cache_control, .. } = policy;
    let upload = Upload { key, acl, content_type, content_disposition, cache_control };
    Ok(Received { draft, upload, way: Way::Form })
}

/// What the form says before its file. Of a field that is given twice the last value counts.
#[derive(Debug, Default)]
struct Fields(BTreeMap<String, String>);

impl Fields {
    /// The permission of a form may be in its URL: some clients send no field of the form but its key.
    fn of_query(query: &str) -> Self {
        let pairs = form_urlencoded::parse(query.as_bytes());
        let pairs = pairs.filter(|(name, _)| name == "policy" || name == "signature");
        Self(pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

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
        Err(_) => Err(Refusal::too_slow()),
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
