//! Backups: the files that are served, or those of one module, as an archive to fetch.

use std::fs;
use std::io::{Cursor, Write};
use std::path::PathBuf;
use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::json;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::releases::status;
use super::{missing, parameter, refused, unprocessable};
use crate::app::App;
use crate::protocol::{ErrorDetails, ReleaseError, ReleaseStatus, ZipFile};
use crate::releases::{Manifest, Releases};
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
    let begun = state.transfers.begin(Kind::Backup, move || {
        let source = match releases {
            Some(releases) => Source::Release { manifest: current(&releases)?, releases },
            None => Source::Folder(app),
        };
        source.archive(&folder).map(|zip| Product::Archive(zip.into()))
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
        Progress::Pending => status(id.into(), "ready_for_export"),
        Progress::Failed(error) => ReleaseStatus {
            error: Some(ReleaseError { error, details: ErrorDetails::default() }),
            ..status(id.into(), "error")
        },
        Progress::Done(_) => {
            // Absolute, since clients fetch it as it stands.
            let path = format!("{}/marketplace_releases/{id}/archive.zip", super::PREFIX);
            let url = format!("{}{path}", request.base_url());
            ReleaseStatus { zip_file: Some(ZipFile { url }), ..status(id.into(), "success") }
        }
    };
    Answer::json(StatusCode::OK, &shown)
}

pub(super) fn archive(state: &State, id: &str) -> Answer {
    match state.transfers.progress(Kind::Backup, id) {
        Some(Progress::Done(Product::Archive(zip))) => Answer::new(StatusCode::OK, "application/zip", zip),
        _ => missing(Kind::Backup, id),
    }
}

fn current(releases: &Releases) -> Result<Manifest, String> {
    releases.current().map_err(|error| error.to_string())
}

/// Where the files are.
enum Source {
    Release { manifest: Manifest, releases: Releases },
    Folder(Arc<App>),
}

impl Source {
    /// All files whose path begins with `folder`.
    fn archive(&self, folder: &str) -> Result<Vec<u8>, String> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644);
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for path in self.paths().into_iter().filter(|path| path.starts_with(folder)) {
            let content = self.content(&path)?;
            zip.start_file(path.as_str(), options).map_err(|error| error.to_string())?;
            zip.write_all(&content).map_err(|error| error.to_string())?;
        }
        Ok(zip.finish().map_err(|error| error.to_string())?.into_inner())
    }

    fn paths(&self) -> Vec<String> {
        match self {
            Self::Release { manifest, .. } => manifest.files().map(|(path, _)| path.to_string()).collect(),
            Self::Folder(app) => {
                let manifests = app.modules().map(|m| format!("modules/{}/pos-module.json", m.scope_name));
                let manifests = manifests.filter(|path| app.root().join(path).is_file());
                app.paths().map(str::to_owned).chain(manifests).collect()
            }
        }
    }

    fn content(&self, path: &str) -> Result<Vec<u8>, String> {
        match self {
            Self::Release { manifest, releases } => {
                let stored = manifest.find(path).ok_or_else(|| format!("{path} is not there"))?;
                releases.content(stored.digest).map_err(|error| error.to_string())
            }
            Self::Folder(app) => {
                let file: PathBuf = app.root().join(path);
                fs::read(&file).map_err(|error| format!("cannot read {}: {error}", file.display()))
            }
        }
    }
}
