//! The streams of the log, and the columns that their rows have on the wire.

use serde_json::{Map, Value as Json, json};

use crate::logs::{Entry, Kind};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    /// Every row.
    Logs,
    /// Those of requests.
    Requests,
}

impl Stream {
    pub(super) const ALL: [Self; 2] = [Self::Logs, Self::Requests];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Logs => "logs",
            Self::Requests => "requests",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stream| stream.name() == name)
    }

    pub(super) fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Logs => {
                &["_timestamp", "id", "type", "message", "level", "kind", "trace", "options_data_url"]
            }
            Self::Requests => &[
                "_timestamp",
                "id",
                "http_request_method",
                "http_request_path",
                "lb_status_code",
                "target_status_code",
                "target_processing_time",
                "trace",
            ],
        }
    }

    /// The row as this stream has it; `None` if it is of another one. Every column is there, null where nothing is known.
    pub(super) fn hit(self, entry: &Entry) -> Option<Map<String, Json>> {
        let data = |name: &str| entry.event.data.as_ref().and_then(|data| data.get(name)).cloned();
        let value = |column: &str| match column {
            "_timestamp" => json!(entry.created_at.as_microsecond()),
            "id" => json!(entry.id.to_string()),
            "type" => json!(entry.event.error_type),
            "message" => json!(entry.event.message),
            "level" => json!(entry.event.level.as_str()),
            "kind" => json!(entry.event.kind.as_str()),
            "trace" => json!(entry.event.trace),
            "options_data_url" => json!(data("url")),
            "http_request_method" => json!(data("method")),
            "http_request_path" => json!(data("path")),
            "lb_status_code" | "target_status_code" => json!(data("status")),
            // Seconds, as load balancers write them.
            "target_processing_time" => {
                let milliseconds = data("duration_ms").and_then(|took| took.as_f64());
                json!(milliseconds.map(|milliseconds| milliseconds / 1000.0))
            }
            _ => Json::Null,
        };
        let is_of_it = self == Self::Logs || entry.event.kind == Kind::Request;
        is_of_it.then(|| self.columns().iter().map(|&column| (column.to_owned(), value(column))).collect())
    }
}
