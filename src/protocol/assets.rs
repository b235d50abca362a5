//! Assets on their way to an instance: `/api/private/urls/*` says where their bytes go, `/api/app_builder/assets_manifest`
//! which of them there are then.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::id::Id;

/// Bytes of one archive of assets that a server of ours takes.
pub(crate) const ASSETS_LIMIT: usize = 256 * 1024 * 1024;

/// Answer of `presign-url`: where one file is put, and where it is then. Both are absolute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PresignedUrl {
    pub(crate) url: String,
    pub(crate) access_url: String,
}

/// Answer of `presign-directory`: the form that files are posted with. `fields.key` ends in `assets/${filename}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PresignedForm {
    pub(crate) url: String,
    pub(crate) fields: BTreeMap<String, String>,
}

/// Body of `POST assets_manifest`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct AssetsManifest {
    /// By the path a page asks for: `images/a.png`, `modules/core/m.js`.
    pub(crate) manifest: BTreeMap<String, AssetEntry>,
    /// Of a deploy: these are all its assets.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) marketplace_release_id: Option<Id>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AssetEntry {
    /// `assets/images/a.png`, `modules/core/public/assets/m.js`
    pub(crate) physical_file_path: String,
    /// Seconds since 1970.
    pub(crate) updated_at: i64,
    /// Bytes.
    pub(crate) file_size: u64,
}
