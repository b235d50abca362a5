//! Deploys: an archive is handed to the installer, and its client asks how that is getting on.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value as Json, json};

use super::{backups, missing, unprocessable, working_tree};
use crate::protocol::{ErrorDetails, Id, Paths, ReleaseError, ReleaseStatus};
use crate::releases::{NewRelease, Origin, Progress, ReleaseId, Report, Run, Status, Wanted};
use crate::server::answer::Answer;
use crate::server::request::Request;
use crate::server::state::State;
use crate::server::transfers::{Kind, Product, Progress as Transfer};

/// How long an answer waits for the end: most deploys are over by then, and their clients ask only once.
const PATIENCE: Duration = Duration::from_millis(500);

/// The category of assets in a report.
const ASSET: &str = "Asset";

pub(super) fn begin(state: &State, request: &Request) -> Answer {
    let Some(zip) = request.file("marketplace_builder[zip_file]") else {
        return unprocessable("`marketplace_builder[zip_file]` is the archive: there is none");
    };
    let origin = if is_set(request, "partial_deploy") { Origin::Partial } else { Origin::Deploy };
    let Some(releases) = &state.site.releases else {
        return working_tree::deploy(state, zip, origin);
    };
    let run = if is_set(request, "dry_run") { Run::Dry } else { Run::ForReal };
    let release = NewRelease { origin, wanted: Wanted::Archive(zip.to_vec()), run };
    match releases.submit(release) {
        Ok(id) => {
            // However it ends, and whether it has ended, the client asks by the id.
            let _ = releases.wait(id, PATIENCE);
            Answer::json(StatusCode::OK, &json!({ "id": id.number() }))
        }
        Err(busy) => unprocessable(&busy.to_string()),
    }
}

/// Of a release or of a backup: clients ask at one address for both.
pub(super) fn show(state: &State, request: &Request, id: &str) -> Answer {
    if let (Some(releases), Ok(number)) = (&state.site.releases, id.parse::<ReleaseId>()) {
        return match releases.status(number) {
            Ok(Some(status)) => Answer::json(StatusCode::OK, &on_the_wire(number, status)),
            Ok(None) => missing(Kind::Comparison, id),
            Err(error) => Answer::failed(&error.to_string()),
        };
    }
    match state.transfers.progress(Kind::Comparison, id) {
        Some(compared) => Answer::json(StatusCode::OK, &of_comparison(id, compared)),
        None => backups::show(state, request, id),
    }
}

/// A status without anything optional.
pub(super) fn status(id: impl Into<Id>, status: &str) -> ReleaseStatus {
    ReleaseStatus {
        id: Some(id.into()),
        status: status.to_owned(),
        warning: None,
        report: None,
        error: None,
        asset_status: None,
        asset_report: None,
        asset_error: None,
        zip_file: None,
    }
}

fn on_the_wire(id: ReleaseId, Status { progress, assets }: Status) -> ReleaseStatus {
    let number = id.number();
    let mut shown = match progress {
        Progress::Waiting => status(number, "ready_for_import"),
        Progress::Working => status(number, "in_progress"),
        Progress::Failed(error) => ReleaseStatus { error: Some(error), ..status(number, "error") },
        Progress::Done(report) => {
            ReleaseStatus { warning: report.warning, report: Some(report.rows), ..status(number, "success") }
        }
    };
    match assets {
        Some(Progress::Waiting | Progress::Working) => shown.asset_status = Some("in_progress".to_owned()),
        Some(Progress::Failed(error)) => {
            shown.asset_status = Some("error".to_owned());
            shown.asset_error = Some(error);
        }
        Some(Progress::Done(mut report)) => {
            shown.asset_status = Some("success".to_owned());
            shown.asset_report = Some(report.rows.remove(ASSET).unwrap_or_default());
        }
        None => {}
    }
    shown
}

fn of_comparison(id: &str, compared: Transfer) -> ReleaseStatus {
    match compared {
        Transfer::Done(Product::Compared(rows)) => {
            ReleaseStatus { report: Some(rows), ..status(id, "success") }
        }
        Transfer::Pending => status(id, "in_progress"),
        Transfer::Failed(error) => ReleaseStatus {
            error: Some(ReleaseError { error, details: ErrorDetails::default() }),
            ..status(id, "error")
        },
        Transfer::Done(_) => status(id, "success"),
    }
}

/// Whether a report says that a file of this category has changed.
pub(super) fn has_changed(report: &Report, category: &str) -> bool {
    let is_listed = |paths: &Paths| !matches!(paths, Paths::Listed(paths) if paths.is_empty());
    report.rows.get(category).is_some_and(|row| is_listed(&row.upserted) || is_listed(&row.deleted))
}

/// A member of `marketplace_builder` that is `true`.
fn is_set(request: &Request, name: &str) -> bool {
    let value = request.params.get("marketplace_builder").and_then(|form| form.get(name));
    value.and_then(Json::as_str).is_some_and(|value| value == "true" || value == "1")
}
