//! What every route answers where it cannot do what was asked.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Refusal {
    /// One sentence for people.
    pub(crate) error: String,
}
