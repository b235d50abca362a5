//! Releases of an app: `/api/app_builder/marketplace_releases`, and the kept ones of a server of ours, `/_dev/releases`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::id::Id;

/// Bytes of one archive; the platform's own limit.
pub(crate) const ARCHIVE_LIMIT: usize = 50 * 1024 * 1024;

/// How a release, or a backup, is getting on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ReleaseStatus {
    /// Clients wait for the assets of a release only if it is told.
    #[serde(default)]
    pub(crate) id: Option<Id>,
    /// `ready_for_import`, `in_progress`, `success`, `error`; of a backup `ready_for_export`, `success`.
    pub(crate) status: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) warning: Option<String>,
    /// By category (`Page`, `Partial`, …).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) report: Option<BTreeMap<String, ReportRow>>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) error: Option<ReleaseError>,
    /// `in_progress` until the manifest of the assets has been worked.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) asset_status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) asset_report: Option<ReportRow>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) asset_error: Option<ReleaseError>,
    /// Of a backup.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) zip_file: Option<ZipFile>,
}

/// What became of the files of one category.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReportRow {
    #[serde(default)]
    pub(crate) upserted: Paths,
    #[serde(default)]
    pub(crate) deleted: Paths,
    #[serde(default)]
    pub(crate) skipped: Paths,
}

/// Paths from the project's root, or only how many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Paths {
    Listed(Vec<String>),
    Counted(u64),
}

impl Default for Paths {
    fn default() -> Self {
        Self::Listed(Vec::new())
    }
}

/// Why a release was refused. The official client reads the nested text, and fails without `details`; a server may say it
/// in a bare text all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "SaidError")]
pub(crate) struct ReleaseError {
    pub(crate) error: String,
    pub(crate) details: ErrorDetails,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum SaidError {
    Text(String),
    Object {
        error: String,
        #[serde(default)]
        details: Option<ErrorDetails>,
    },
    Other(Json),
}

impl From<SaidError> for ReleaseError {
    fn from(said: SaidError) -> Self {
        match said {
            SaidError::Text(error) => Self { error, details: ErrorDetails::default() },
            SaidError::Object { error, details } => Self { error, details: details.unwrap_or_default() },
            SaidError::Other(said) => Self { error: said.to_string(), details: ErrorDetails::default() },
        }
    }
}

/// Where it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ErrorDetails {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) file_path: Option<String>,
}

/// An archive to fetch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ZipFile {
    pub(crate) url: String,
}

/// `GET /_dev/releases`, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeptReleases {
    pub(crate) releases: Vec<KeptRelease>,
}

/// A release that can be served again: `POST /_dev/releases/ID/activate`, which answers the [`KeptRelease`] it is then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeptRelease {
    pub(crate) id: u64,
    /// RFC 3339 in UTC with milliseconds.
    pub(crate) created_at: String,
    /// What it came by: `deploy`, `partial`, `sync`, `assets`, `module`.
    pub(crate) origin: String,
    pub(crate) files: u64,
    pub(crate) bytes: u64,
    /// The one that is served.
    pub(crate) is_current: bool,
}

#[cfg(test)]
mod tests {
    use super::ReleaseStatus;

    #[test]
    fn an_error_is_read_however_it_is_said() {
        for (error, expected) in [
            (r#""bad tag""#, ("bad tag", None)),
            (r#"{"error": "bad tag"}"#, ("bad tag", None)),
            (r#"{"error": "bad tag", "details": null}"#, ("bad tag", None)),
            (r#"{"error": "bad tag", "details": {"file_path": "a.liquid"}}"#, ("bad tag", Some("a.liquid"))),
            (r#"{"base": ["odd"]}"#, (r#"{"base":["odd"]}"#, None)),
        ] {
            let status = format!(r#"{{"status": "error", "error": {error}}}"#);
            let error = serde_json::from_str::<ReleaseStatus>(&status).unwrap().error.unwrap();
            assert_eq!((error.error.as_str(), error.details.file_path.as_deref()), expected);
        }
    }
}
