//! Data in and out, and taking it away: `/api/app_builder/imports`, `exports` and `data_clean`. Each is begun by a POST,
//! which answers an id, and asked about until it is `done` or `failed`.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::id::Id;

/// Bytes of one import that a server of ours takes.
pub(crate) const IMPORT_LIMIT: usize = 64 * 1024 * 1024;

/// Answer of the POST.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Begun {
    pub(crate) id: Id,
}

/// `pending`, `done` or `failed`, bare or as `{"name": …}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Status {
    Name(String),
    Object { name: String },
}

impl Status {
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Name(name) | Self::Object { name } => name,
        }
    }
}

/// How an import, an export or a clean is getting on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Transfer {
    pub(crate) status: Status,
    /// Why it failed: a text, or more than one.
    #[serde(skip_serializing_if = "Json::is_null", default)]
    pub(crate) error: Json,
    /// Of an export in JSON.
    #[serde(skip_serializing_if = "Json::is_null", default)]
    pub(crate) data: Json,
    /// Of an export as an archive.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) zip_file_url: Option<String>,
    /// Of an import; ours alone.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) imported: Option<ImportedRows>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ImportedRows {
    pub(crate) records: u64,
    pub(crate) users: u64,
    pub(crate) activities: u64,
    /// What was left out.
    pub(crate) warnings: Vec<String>,
}
