//! An error for people: what could not be done, why, and what to do next. Only `ui` prints it, only `main` exits.

use std::process::ExitCode;

use crate::{client, jobs, logs, settings, store};

#[derive(Debug)]
pub(crate) struct Error {
    pub(crate) kind: Kind,
    /// One line, lower case, no full stop: `cannot load app/schema/order.yml`.
    pub(crate) message: String,
    /// Outermost first; each printed as `cause: …`.
    pub(crate) causes: Vec<String>,
    pub(crate) hint: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// What was typed cannot mean anything: exit 2.
    Usage,
    /// The app, the files or the state: exit 1.
    User,
    /// A server did not answer as it should: exit 1.
    Network,
    /// A fault of ours: exit 1.
    Internal,
}

/// How a command ended that has already said what there is to say. One that is interrupted ends by the signal, which
/// shells report as 130.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0
    Done,
    /// 1: what was asked about is false.
    Failed,
}

impl Error {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), causes: Vec::new(), hint: None }
    }

    /// The error of a room: its words, and its sources as causes.
    pub(crate) fn of(kind: Kind, error: &dyn std::error::Error) -> Self {
        let shown = Self::new(kind, error.to_string());
        match error.source() {
            Some(source) => shown.because(source),
            None => shown,
        }
    }

    /// Adds `error` and its sources as causes.
    #[must_use]
    pub(crate) fn because(mut self, error: &dyn std::error::Error) -> Self {
        let mut next = Some(error);
        while let Some(cause) = next {
            self.causes.push(cause.to_string());
            next = cause.source();
        }
        self
    }

    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn exit(&self) -> u8 {
        if self.kind == Kind::Usage { 2 } else { 1 }
    }
}

impl From<settings::Error> for Error {
    fn from(error: settings::Error) -> Self {
        Self { hint: error.hint(), ..Self::of(Kind::User, &error) }
    }
}

impl From<client::Error> for Error {
    fn from(error: client::Error) -> Self {
        use client::Error::{Failed, Refused, TooLarge};
        // A refusal is the answer to what was asked, not a fault of the network.
        let is_answer = matches!(error, Refused { .. } | Failed { .. } | TooLarge { .. });
        let kind = if is_answer { Kind::User } else { Kind::Network };
        let hint = match &error {
            Refused { status, .. } | client::Error::Status { status, .. } => next_step(*status),
            _ => None,
        };
        Self { hint: hint.map(str::to_owned), ..Self::of(kind, &error) }
    }
}

/// What to do about a refusal of an instance.
fn next_step(status: u16) -> Option<&'static str> {
    match status {
        301 | 302 | 307 | 308 => Some("it has another address now; correct the `url` of the environment"),
        401 => Some("the token does not count there; put a new one into `.pos`, or MPKIT_TOKEN"),
        413 => Some("an archive may have 50 MB; `.posignore` keeps files out"),
        429 => Some("it is asked too often; wait a minute"),
        500..=599 => Some("nothing is wrong here; try again in a while"),
        _ => None,
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Self::of(Kind::User, &error)
    }
}

impl From<jobs::Error> for Error {
    fn from(error: jobs::Error) -> Self {
        Self::of(Kind::User, &error)
    }
}

impl From<logs::Error> for Error {
    fn from(error: logs::Error) -> Self {
        Self::of(Kind::User, &error)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
        })
    }
}
