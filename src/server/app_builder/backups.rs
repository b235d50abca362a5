//! Backups: the files that are served, or those of one module, as an archive to fetch. It is a private file, as an export is.

use std::fs;
use std::io::{Cursor, Write};
use std::sync::Arc;

use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::json;
use zip::result::ZipResult;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::releases::status;
use super::{missing, parameter, refused, signed_url, unprocessable};
use crate::app::App;
use crate::protocol::{ErrorDetails, ReleaseError, ReleaseStatus, ZipFile};
use crate::releases::Releases;
use crate::server::answer::Answer;
use crate::server::request::Request;
use crate::server::state::State;
use crate::server::transfers::{Kind, Product, Progress};

pub(super) fn begin(state: &State, request: &Request) -> Answer {
    let app = Arc::clone(state.live.engine().app());
    let module = parameter(request, "module_name");
    if let Some(name) = &module
        && !app.modules().any(|module| module.scope_name == *name)
    {
        return unprocessable(&format!("no module `{name}` is deployed here"));
    }
    let folder = module.map(|name| format!("modules/{name}/")).unwrap_or_default();
    let releases = state.site.releases.clone();
    let records = state.graph.records.clone();
    let begun = state.transfers.begin(Kind::Backup, move || {
        let zip = match releases {
            Some(releases) => of_release(&releases, &folder)?,
            None => of_folder(&app, &folder)?,
        };
        let kept = records.data(None).keep_backup(&zip, Timestamp::now());
        kept.map(Product::File).map_err(|error| error.to_string())
    });
    match begun {
        Ok(id) => Answer::json(StatusCode::OK, &json!({ "id": id })),
        Err(busy) => refused(&busy),
    }
}

pub(super) fn show(state: &State, request: &Request, id: &str) -> Answer {
    let Some(progress) = state.transfers.progress(Kind::Backup, id) else {
        return missing(Kind::Comparison, id);
    };
    let shown = match progress {
        Progress::Pending => status(id, "ready_for_export"),
        Progress::Failed(error) => ReleaseStatus {
            error: Some(ReleaseError { error, details: ErrorDetails::default() }),
            ..status(id, "error")
        },
        Progress::Done(Product::File(key)) => match signed_url(state, request, &key) {
            Ok(url) => ReleaseStatus { zip_file: Some(ZipFile { url }), ..status(id, "success") },
            Err(error) => return Answer::failed(&error.to_string()),
        },
        Progress::Done(_) => return missing(Kind::Backup, id),
    };
    Answer::json(StatusCode::OK, &shown)
}

fn of_release(releases: &Releases, folder: &str) -> Result<Vec<u8>, String> {
    let mut archive = Archive::new();
    let read = releases.read_current(folder, |path, content| archive.add(path, content));
    read.map_err(|error| error.to_string())?;
    archive.finish().map_err(|error| error.to_string())
}

fn of_folder(app: &App, folder: &str) -> Result<Vec<u8>, String> {
    let manifests = app.modules().map(|module| format!("modules/{}/pos-module.json", module.scope_name));
    let manifests = manifests.filter(|path| app.root().join(path).is_file());
    let paths = app.paths().map(str::to_owned).chain(manifests);
    let mut archive = Archive::new();
    for path in paths.filter(|path| path.starts_with(folder)) {
        let file = app.root().join(&path);
        let content = fs::read(&file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
        archive.add(&path, &content);
    }
    archive.finish().map_err(|error| error.to_string())
}

/// A zip archive in memory. What goes wrong is told at its end.
struct Archive {
    zip: ZipWriter<Cursor<Vec<u8>>>,
    added: ZipResult<()>,
}

impl Archive {
    fn new() -> Self {
        Self { zip: ZipWriter::new(Cursor::new(Vec::new())), added: Ok(()) }
    }

    fn add(&mut self, path: &str, content: &[u8]) {
        if self.added.is_ok() {
            self.added = self.write(path, content);
        }
    }

    fn write(&mut self, path: &str, content: &[u8]) -> ZipResult<()> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644);
        self.zip.start_file(path, options)?;
        Ok(self.zip.write_all(content)?)
    }

    fn finish(self) -> ZipResult<Vec<u8>> {
        self.added?;
        Ok(self.zip.finish()?.into_inner())
    }
}
