//! `POST /api/app_builder/liquid_exec`.

use serde::{Deserialize, Serialize};

/// A template to render.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LiquidExec {
    pub(crate) content: String,
}

/// What it printed, or why it did not. A client writes `result` as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LiquidResult {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) result: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) error: Option<String>,
}
