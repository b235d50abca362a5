//! What becomes of calls of APIs, in the words of a setting or a flag.

/// Who answers
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ApiCalls {
    /// Whoever is called
    Live,
    /// The rules of a file
    Stub,
    /// As live, and each exchange is kept in the state folder
    Record,
    /// What was recorded
    Replay,
    /// Nobody
    Off,
}

/// What becomes of a call that no rule matches
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Unmatched {
    /// It is made
    Live,
    /// Nobody answers it
    Error,
    /// It is answered with status 404
    #[value(name = "404")]
    NotFound,
}

/// What a call does that nobody answers
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ApiFailure {
    /// It fails a job, which is then tried again; a page goes on
    Auto,
    /// The caller goes on and finds `errors`
    Return,
    /// The caller fails
    Raise,
}
