//! Why a call has no answer.

use std::time::Duration;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CallError {
    #[error("outgoing calls are off")]
    Off,
    #[error("no answer within {}", seconds(*within))]
    Timeout { within: Duration },
    /// Nobody there, a connection that breaks, an answer that is no HTTP, a certificate nobody knows.
    #[error("{reason}")]
    NoAnswer { reason: String },
    #[error("over {most} redirects")]
    Redirects { most: u32 },
    #[error("the answer is larger than {} MB", most >> 20)]
    TooLarge { most: u64 },
    /// A body of `*_multipart` that names no files, or a file of it that cannot be had.
    #[error("{reason}")]
    Multipart { reason: String },
    #[error("no rule of the stubs matches")]
    Unmatched,
    #[error("no recording of this call; make one with `--api-calls record`")]
    NotRecorded,
    #[error("cannot read the recording {path}: {reason}")]
    Recording { path: String, reason: String },
    #[error("the page calls itself, directly or through others: {depth} deep")]
    Loop { depth: u32 },
    #[error("cancelled")]
    Cancelled,
}

fn seconds(time: Duration) -> String {
    match time.as_secs_f64() {
        1.0 => "1 second".to_owned(),
        whole if whole.fract() == 0.0 => format!("{whole} seconds"),
        _ => format!("{:.1} seconds", time.as_secs_f64()),
    }
}
