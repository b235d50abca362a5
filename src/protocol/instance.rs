//! `GET /api/app_builder/instance`.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// Who the server is. Uploads go below `instances/ID`, searches of the log below `/api/UUID`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Instance {
    /// A number or a text.
    pub(crate) id: Json,
    pub(crate) uuid: String,
}
