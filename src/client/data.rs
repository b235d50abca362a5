//! Data of a server, in and out. The server works while its client asks how it is getting on.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use ureq::http::Method;

use super::request::Content;
use super::{Client, Error, LONGEST_SEND, TIMEOUT};
use crate::protocol::{Begun, IMPORT_LIMIT, ImportedRows, Transfer};

const PREFIX: &str = "/api/app_builder";
/// What a server is given to end what it has begun: a platform works through gigabytes.
const LONGEST_WORK: Duration = Duration::from_secs(2 * 60 * 60);
/// Between two questions, growing from the first to the last.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LAST_PAUSE: Duration = Duration::from_secs(1);

/// What the ids in a JSON file mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileIds {
    External,
    Raw,
}

/// Whether a clean forgets the history of the tables and migrations too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum History {
    Kept,
    Forgotten,
}

impl Client {
    /// What was written, where the server says so. Returns when it is stored.
    pub(crate) fn import_json(&self, file: &Json, ids: FileIds) -> Result<Option<ImportedRows>, Error> {
        let asked = json!({ "import": { "data": file }, "raw_ids": ids == FileIds::Raw }).to_string();
        self.import(Content::Json(asked.as_bytes()))
    }

    /// The same of a CSV archive, for a server of ours.
    pub(crate) fn import_archive(&self, zip: &[u8]) -> Result<Option<ImportedRows>, Error> {
        self.import(Content::Zip(zip))
    }

    fn import(&self, file: Content<'_>) -> Result<Option<ImportedRows>, Error> {
        if let Content::Json(bytes) | Content::Zip(bytes) = file {
            self.check_size(bytes)?;
        }
        let path = format_args!("{PREFIX}/imports");
        let begun: Begun = self.call(&self.outgoing(&Method::POST, path, file, LONGEST_SEND))?;
        Ok(self.finish("imports", &begun)?.imported)
    }

    pub(crate) fn export_json(&self, ids: FileIds) -> Result<Json, Error> {
        let asked = json!({ "export_internal": (ids == FileIds::Raw).to_string() });
        let begun: Begun = self.post_json(format_args!("{PREFIX}/exports"), &asked, TIMEOUT)?;
        Ok(self.finish("exports", &begun)?.data)
    }

    /// The bytes of the archive.
    pub(crate) fn export_archive(&self) -> Result<Vec<u8>, Error> {
        let begun: Begun =
            self.post_json(format_args!("{PREFIX}/exports?csv_export=true"), &json!({}), TIMEOUT)?;
        let done = self.finish("exports", &begun)?;
        let url = done.zip_file_url.ok_or_else(|| Error::Failed {
            message: "the server says nothing of where the archive is".to_owned(),
        })?;
        self.download(url, LONGEST_SEND)
    }

    pub(crate) fn clean_data(&self, confirmation: &str, history: History) -> Result<(), Error> {
        let asked = json!({ "confirmation": confirmation, "include_schema": history == History::Forgotten });
        let begun: Begun = self.post_json(format_args!("{PREFIX}/data_clean"), &asked, TIMEOUT)?;
        self.finish("data_clean", &begun).map(drop)
    }

    fn finish(&self, resource: &str, begun: &Begun) -> Result<Transfer, Error> {
        self.finish_within(LONGEST_WORK, resource, begun)
    }

    /// Waits until it is over.
    ///
    /// # Errors
    /// It failed, it is under way longer than that, or the server says something of it that is not known.
    pub(super) fn finish_within(
        &self,
        limit: Duration,
        resource: &str,
        begun: &Begun,
    ) -> Result<Transfer, Error> {
        let id = match &begun.id {
            Json::String(id) => id.clone(),
            other => other.to_string(),
        };
        let end = Instant::now() + limit;
        let mut pause = FIRST_PAUSE;
        loop {
            let transfer: Transfer = self.get(format_args!("{PREFIX}/{resource}/{id}"), LONGEST_SEND)?;
            match transfer.status.name() {
                "done" | "success" => return Ok(transfer),
                "failed" | "error" => {
                    let message = match transfer.error {
                        Json::String(message) => message,
                        Json::Null => "the server does not say why it failed".to_owned(),
                        other => other.to_string(),
                    };
                    return Err(Error::Failed { message });
                }
                "pending" | "processing" | "scheduled" => {}
                other => {
                    let message =
                        format!("the server says that it is `{other}`, which is neither done nor pending");
                    return Err(Error::Failed { message });
                }
            }
            if Instant::now() >= end {
                let message = format!("the server has not ended it within {limit:?}; it may still do so");
                return Err(Error::Failed { message });
            }
            thread::sleep(pause);
            pause = (pause * 2).min(LAST_PAUSE);
        }
    }

    /// A server of ours would break the connection while it is sent.
    fn check_size(&self, body: &[u8]) -> Result<(), Error> {
        if !self.is_platform() && body.len() > IMPORT_LIMIT {
            return Err(Error::TooLarge { bytes: body.len(), limit: IMPORT_LIMIT });
        }
        Ok(())
    }
}
