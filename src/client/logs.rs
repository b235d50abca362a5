//! The log of a platform, a page at a time.

use serde::Deserialize;
use serde_json::Value as Json;

use super::{Client, Error, TIMEOUT};

/// Rows stay JSON: those of a hosted instance may be odd, and one odd row must not hide the others.
#[derive(Debug, Deserialize)]
struct Page {
    #[serde(default)]
    logs: Vec<Json>,
}

impl Client {
    /// The rows after the one with this id, in their order, as many as the server sends at once; `0`: its last ones.
    pub(crate) fn logs(&self, last_id: &str) -> Result<Vec<Json>, Error> {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("last_id", last_id);
        let page: Page = self.get(format_args!("/api/app_builder/logs?{}", query.finish()), TIMEOUT)?;
        Ok(page.logs)
    }
}
