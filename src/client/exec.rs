//! What a server is given to run: a template, or a GraphQL document whose whole answer is wanted.

use std::time::Duration;

use serde_json::{Map, Value as Json, json};

use super::{Client, Error};
use crate::protocol::{LiquidExec, LiquidResult};

/// It runs while its client waits; a server ends one that takes too long before this.
const LONGEST_RUN: Duration = Duration::from_secs(10 * 60);

impl Client {
    /// What the template printed, or the error in it.
    pub(crate) fn exec_liquid(&self, content: String) -> Result<LiquidResult, Error> {
        let asked = json!(LiquidExec { content });
        self.post_json("/api/app_builder/liquid_exec", &asked, LONGEST_RUN)
    }

    /// `data` and `errors`, as they came.
    pub(crate) fn exec_graph(&self, document: &str, variables: &Map<String, Json>) -> Result<Json, Error> {
        let asked = json!({ "query": document, "variables": variables });
        self.post_json("/api/graph", &asked, LONGEST_RUN)
    }
}
