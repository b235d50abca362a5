//! Why a server did not do what it was asked.

use std::io;
use std::time::Duration;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// Nobody listens there, or the name is unknown: the request was never sent.
    #[error("cannot reach {url}")]
    Unreachable { url: String, source: ureq::Error },
    #[error("no answer from {url} within {timeout:?}")]
    Timeout { url: String, timeout: Duration },
    /// The connection broke, or what came back is no HTTP.
    #[error("the connection to {url} failed")]
    Connection { url: String, source: ureq::Error },
    /// The server says why not.
    #[error("{message}")]
    Refused { status: u16, message: String },
    /// The server began, and then could not.
    #[error("{message}")]
    Failed { message: String },
    /// It was not sent: a server of ours takes no more.
    #[error("an import may have {limit} bytes, this one has {bytes}")]
    TooLarge { bytes: usize, limit: usize },
    /// The server does not say why not; it may not be ours.
    #[error("{url} answered with status {status}")]
    Status { url: String, status: u16 },
    #[error("{url} did not answer as pos-cli does")]
    Malformed { url: String, source: serde_json::Error },
}

impl Error {
    /// The server does not know who asks.
    pub(crate) fn is_unauthorized(&self) -> bool {
        matches!(self, Self::Refused { status: 401, .. } | Self::Status { status: 401, .. })
    }

    /// Nothing is at that address.
    pub(crate) fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused { status: 404, .. } | Self::Status { status: 404, .. })
    }

    /// It may well be otherwise a moment later: nobody answered, or the server is busy or broken for now.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            Self::Refused { status, .. } | Self::Status { status, .. } => {
                matches!(status, 408 | 429 | 500 | 502..=504)
            }
            other => other.is_silence(),
        }
    }

    /// Nothing was answered: the server is away, or the way to it is.
    pub(crate) fn is_silence(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Timeout { .. } | Self::Connection { .. })
    }

    /// The presigned form is no longer good.
    pub(crate) fn is_forbidden(&self) -> bool {
        matches!(self, Self::Refused { status: 403, .. } | Self::Status { status: 403, .. })
    }

    pub(super) fn of(error: ureq::Error, url: &str, timeout: Duration) -> Self {
        let url = url.to_owned();
        match error {
            ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve)
            | ureq::Error::HostNotFound
            | ureq::Error::ConnectionFailed
            | ureq::Error::BadUri(_) => Self::Unreachable { url, source: error },
            ureq::Error::Io(ref source) if was_not_reached(source) => {
                Self::Unreachable { url, source: error }
            }
            ureq::Error::Timeout(_) => Self::Timeout { url, timeout },
            _ => Self::Connection { url, source: error },
        }
    }
}

/// There was no connection to begin with: a name that nobody knows has no kind of its own among errors.
fn was_not_reached(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused | io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable
    ) || error.to_string().starts_with("failed to lookup address information")
}

#[cfg(test)]
mod tests {
    use std::net::ToSocketAddrs as _;

    use super::{Duration, Error};

    #[test]
    fn a_host_that_nobody_knows_is_not_reached() {
        let error = "nobody.invalid:80".to_socket_addrs().unwrap_err();
        let error = Error::of(ureq::Error::Io(error), "http://nobody.invalid", Duration::from_secs(1));

        assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
    }
}
