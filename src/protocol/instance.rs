//! `GET /api/app_builder/instance`.

use serde::{Deserialize, Serialize};

use super::id::Id;

/// Who the server is. Uploads go below `instances/ID`, searches of the log below `/api/UUID`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Instance {
    pub(crate) id: Id,
    pub(crate) uuid: String,
}
