//! Data of a server, in and out. The server works while its client asks how it is getting on.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use ureq::http::Method;
use uuid::Uuid;

use super::multipart::Form;
use super::request::Content;
use super::{Client, Error, LONGEST_SEND, TIMEOUT};
use crate::protocol::{Begun, IMPORT_LIMIT, ImportedRows, Instance, PresignedUrl, Transfer};

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

    /// The same of a CSV archive. A server of ours takes it as it is; a platform is told where it has been put.
    pub(crate) fn import_archive(&self, zip: &[u8], ids: FileIds) -> Result<Option<ImportedRows>, Error> {
        if !self.is_platform() {
            return self.import(Content::Zip(zip));
        }
        let Instance { id, .. } = self.instance()?;
        // Nobody else is to guess where it is.
        let [name, rest] = [Uuid::new_v4().simple(), Uuid::new_v4().simple()];
        let file_name = format!("instances/{id}/data_imports/{name}{rest}");
        let PresignedUrl { url, access_url } =
            self.presigned_url(&file_name, zip.len(), "application/zip")?;
        self.put_archive(&url, zip)?;
        let asked = json!({ "zip_file_url": access_url, "raw_ids": ids == FileIds::Raw }).to_string();
        let begun = self.begin_import(Content::Json(asked.as_bytes()))?;
        Ok(self.finish(&format!("imports/{}?csv_import=true", begun.id))?.imported)
    }

    /// Rows of a JSON file over those that are there.
    pub(crate) fn update_data(&self, file: &[u8]) -> Result<Option<ImportedRows>, Error> {
        self.check_size(file)?;
        let form = Form::new().file("update[data]", "data-updated.json", file).closed();
        let path = format_args!("{PREFIX}/data_updates");
        let outgoing =
            self.outgoing(&Method::POST, path, Content::Form { form: &form, sent: &|_| () }, LONGEST_WORK);
        let answer = self.exchange(&outgoing, self.sender())?;
        // A platform answers whatever it likes.
        Ok(serde_json::from_slice(&answer).ok())
    }

    fn import(&self, file: Content<'_>) -> Result<Option<ImportedRows>, Error> {
        if let Content::Json(bytes) | Content::Zip(bytes) = file {
            self.check_size(bytes)?;
        }
        let begun = self.begin_import(file)?;
        Ok(self.finish(&format!("imports/{}", begun.id))?.imported)
    }

    fn begin_import(&self, file: Content<'_>) -> Result<Begun, Error> {
        self.call(&self.outgoing(&Method::POST, format_args!("{PREFIX}/imports"), file, LONGEST_SEND))
    }

    pub(crate) fn export_json(&self, ids: FileIds) -> Result<Json, Error> {
        let form = export_form(ids);
        let begun: Begun = self.post_form(format_args!("{PREFIX}/exports"), &form, TIMEOUT)?;
        Ok(self.finish(&format!("exports/{}", begun.id))?.data)
    }

    /// The bytes of the archive.
    pub(crate) fn export_archive(&self, ids: FileIds) -> Result<Vec<u8>, Error> {
        let path = format_args!("{PREFIX}/exports?csv_export=true");
        let begun: Begun = self.post_form(path, &export_form(ids), TIMEOUT)?;
        let done = self.finish(&format!("exports/{}?csv_export=true", begun.id))?;
        let url = done.zip_file_url.ok_or_else(|| Error::Failed {
            message: "the server says nothing of where the archive is".to_owned(),
        })?;
        self.download(url, LONGEST_SEND)
    }

    pub(crate) fn clean_data(&self, confirmation: &str, history: History) -> Result<(), Error> {
        let asked = match history {
            History::Kept => json!({ "confirmation": confirmation }),
            History::Forgotten => json!({ "confirmation": confirmation, "include_schema": true }),
        };
        let begun: Begun = self.post_json(format_args!("{PREFIX}/data_clean"), &asked, TIMEOUT)?;
        self.finish(&format!("data_clean/{}", begun.id)).map(drop)
    }

    /// `transfer`: what was begun, as the server names it.
    fn finish(&self, transfer: &str) -> Result<Transfer, Error> {
        self.finish_within(LONGEST_WORK, transfer)
    }

    /// Waits until it is over.
    ///
    /// # Errors
    /// It failed, it is under way longer than that, or the server says something of it that is not known.
    pub(super) fn finish_within(&self, limit: Duration, transfer: &str) -> Result<Transfer, Error> {
        let end = Instant::now() + limit;
        let mut pause = FIRST_PAUSE;
        loop {
            let transfer: Transfer = self.get(format_args!("{PREFIX}/{transfer}"), LONGEST_SEND)?;
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
                "" | "pending" | "processing" | "scheduled" | "started" | "in_progress" => {}
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

/// Clients of the platform send it for archives, too.
fn export_form(ids: FileIds) -> Form {
    Form::new().text("export_internal", &(ids == FileIds::Raw).to_string()).closed()
}
