//! Data of a server, in and out. The server works while its client asks how it is getting on.

use std::thread;
use std::time::Duration;

use serde_json::{Value as Json, json};
use ureq::http::Method;

use super::request::Content;
use super::{Client, Error, TIMEOUT};
use crate::protocol::{Begun, ImportedRows, Transfer};

const PREFIX: &str = "/api/app_builder";
/// Sending or fetching a large file.
const LONGEST_SEND: Duration = Duration::from_secs(10 * 60);
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
        let asked = json!({ "import": { "data": file }, "raw_ids": ids == FileIds::Raw });
        let begun: Begun = self.post_json(format_args!("{PREFIX}/imports"), &asked, LONGEST_SEND)?;
        Ok(self.finish("imports", &begun)?.imported)
    }

    /// The same of a CSV archive, for a server of ours.
    pub(crate) fn import_archive(&self, zip: &[u8]) -> Result<Option<ImportedRows>, Error> {
        let path = format_args!("{PREFIX}/imports");
        let begun: Begun = self.call(&self.outgoing(&Method::POST, path, Content::Zip(zip), LONGEST_SEND))?;
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

    /// Waits until it is over.
    fn finish(&self, resource: &str, begun: &Begun) -> Result<Transfer, Error> {
        let id = match &begun.id {
            Json::String(id) => id.clone(),
            other => other.to_string(),
        };
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
                _ => {}
            }
            thread::sleep(pause);
            pause = (pause * 2).min(LAST_PAUSE);
        }
    }
}
