//! The app's migrations: `/api/app_builder/migrations`.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// `GET migrations`, in the order in which they run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct MigrationList {
    pub(crate) migrations: Vec<MigrationRecord>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct MigrationRecord {
    /// A number or a text.
    pub(crate) id: Json,
    /// With its timestamp: `20240131120000_fill_in_slugs`.
    pub(crate) name: String,
    /// `pending`, `done`, `error`
    pub(crate) state: String,
    /// A text, or several.
    #[serde(skip_serializing_if = "Json::is_null", default)]
    pub(crate) error_messages: Json,
}

/// Answer of `POST migrations`: a file to be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NewMigration {
    pub(crate) name: String,
    pub(crate) body: String,
}

/// Answer of `POST migrations/run`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RanMigration {
    pub(crate) name: String,
}
