//! The tests of an app, as the pages of its tests module report them. The module is the app's: what is missing, and numbers
//! written as fractions, are no error.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value as Json;

/// Answer of `GET /_tests/run_async`: which run the rows of the log tell of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StartedTests {
    pub(crate) test_name: String,
}

/// Answer of `GET /_tests/run.js`, and message of the last row of a run in the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct TestReport {
    pub(crate) success: Option<bool>,
    /// Why none was run.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) error: Option<String>,
    pub(crate) tests: Option<Vec<TestOutcome>>,
    pub(crate) duration_ms: Option<f64>,
    /// What an older module calls it.
    pub(crate) duration: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct TestOutcome {
    pub(crate) name: String,
    pub(crate) success: bool,
    #[serde(default, deserialize_with = "count")]
    pub(crate) assertions: Option<u64>,
    /// By what was looked at, or a list, or one text.
    #[serde(skip_serializing_if = "Json::is_null", default)]
    pub(crate) errors: Json,
}

/// Templates count in fractions, too: `3.0`.
fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let number: Option<f64> = Option::deserialize(deserializer)?;
    // A cast of a float ends at the limits.
    Ok(number.map(|number| number as u64))
}
