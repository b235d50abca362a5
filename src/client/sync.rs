//! Single files of an app: text to the instance itself, assets by a form that it names. Each is sent once: whoever syncs
//! has newer files, and so a say in what is tried again, and when.

use std::time::Duration;

use serde_json::Value as Json;
use ureq::http::Method;

use super::multipart::Form;
use super::request::{Content, Outgoing, Sender};
use super::{Client, Error, LONGEST_SEND};
use crate::protocol::{Instance, PresignedForm};

const SYNC: &str = "/api/app_builder/marketplace_releases/sync";
/// A hosted instance compiles the file, and whatever uses it.
const LONGEST_PUT: Duration = Duration::from_secs(60);

/// What a server says of a file it took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    Whole,
    /// The file is a table whose records must be indexed again before queries see the change.
    NeedsIndex,
}

impl Client {
    /// `path` as the platform names files: without the leading `app/`.
    pub(crate) fn put_file(&self, path: &str, content: &[u8]) -> Result<Taken, Error> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let form = Form::new().text("path", path).file("marketplace_builder_file_body", name, content);
        let answer = self.send_form(&Method::PUT, form)?;
        // A server may say nothing, or something else than JSON.
        let answer: Json = serde_json::from_slice(&answer).unwrap_or_default();
        let needs_index = answer.get("refresh_index").and_then(Json::as_bool).unwrap_or_default();
        Ok(if needs_index { Taken::NeedsIndex } else { Taken::Whole })
    }

    pub(crate) fn delete_file(&self, path: &str) -> Result<(), Error> {
        let form = Form::new().text("path", path).text("primary_key", path);
        self.send_form(&Method::DELETE, form).map(drop)
    }

    /// Where the assets of an instance are posted to.
    pub(crate) fn presigned_form(&self, instance: &Instance) -> Result<PresignedForm, Error> {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("directory", &format!("instances/{}/assets", instance.id));
        self.presign("presign-directory", &mut query)
    }

    /// Posts an asset by a presigned form, into a folder (empty: none) below that of the assets. Who asks is in the form.
    pub(crate) fn post_asset(
        &self,
        presigned: &PresignedForm,
        folder: &str,
        name: &str,
        content: &[u8],
    ) -> Result<(), Error> {
        const PLACE: &str = "assets/${filename}";
        let place =
            if folder.is_empty() { PLACE.to_owned() } else { format!("assets/{folder}/${{filename}}") };
        let mut form = Form::new();
        for (field, value) in &presigned.fields {
            let value = if field == "key" { value.replace(PLACE, &place) } else { value.clone() };
            form = form.text(field, &value);
        }
        let mime = mime_guess::from_path(name).first_or_octet_stream();
        let form = form.text("Content-Type", mime.as_ref()).file("file", name, content).closed();
        let outgoing = Outgoing {
            method: &Method::POST,
            url: presigned.url.clone(),
            content: Content::Form { form: &form, sent: &|_| () },
            timeout: LONGEST_SEND,
        };
        self.exchange_once(&outgoing, Sender::Nobody).map(drop)
    }

    fn send_form(&self, method: &Method, form: Form) -> Result<Vec<u8>, Error> {
        let form = form.closed();
        let content = Content::Form { form: &form, sent: &|_| () };
        self.exchange_once(&self.outgoing(method, SYNC, content, LONGEST_PUT), self.sender())
    }
}
