//! Which failures pass by themselves, and how long to wait for that.

use std::time::Duration;

use ureq::http::Method;

use super::Error;

/// A server that restarts is back within a second.
const PAUSES: [Duration; 3] =
    [Duration::from_millis(50), Duration::from_millis(200), Duration::from_millis(500)];

/// How long to wait before the next try after this many failures; `None`: give up. A request that may have reached the
/// server is sent again only if doing it twice is the same as once.
pub(super) fn pause(method: &Method, error: &Error, failures: usize) -> Option<Duration> {
    let is_safe = method.is_idempotent() || matches!(error, Error::Unreachable { .. });
    if is_safe { error.pause(failures) } else { None }
}

impl Error {
    /// As [`pause`], for a request that may be sent twice.
    pub(crate) fn pause(&self, failures: usize) -> Option<Duration> {
        // Who has waited so long already is told.
        let passes = self.may_pass() && !matches!(self, Self::Timeout { .. });
        passes.then(|| PAUSES.get(failures.checked_sub(1)?).copied()).flatten()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use ureq::http::Method;

    use super::{Error, pause};

    #[test]
    fn only_what_passes_and_cannot_happen_twice_is_tried_again() {
        let url = || "http://localhost".to_owned();
        let unreachable = Error::Unreachable { url: url(), source: ureq::Error::HostNotFound };
        let broken = Error::Connection { url: url(), source: ureq::Error::BodyExceedsLimit(1) };
        let busy = Error::Status { url: url(), status: 503 };
        let hurried = Error::Status { url: url(), status: 429 };
        let faulty = Error::Refused { status: 500, message: "oops".to_owned() };
        let missing = Error::Refused { status: 404, message: "no job 1".to_owned() };
        let slow = Error::Timeout { url: url(), timeout: Duration::from_secs(1) };
        for (method, error, again) in [
            (Method::GET, &unreachable, true),
            (Method::POST, &unreachable, true),
            (Method::GET, &broken, true),
            (Method::POST, &broken, false),
            (Method::GET, &busy, true),
            (Method::POST, &busy, false),
            (Method::GET, &hurried, true),
            (Method::PUT, &faulty, true),
            (Method::POST, &faulty, false),
            (Method::GET, &missing, false),
            (Method::GET, &slow, false),
        ] {
            assert_eq!(pause(&method, error, 1).is_some(), again, "{method} {error:?}");
        }
    }

    #[test]
    fn gives_up_after_three_pauses() {
        let error = Error::Unreachable { url: String::new(), source: ureq::Error::HostNotFound };
        let pauses: Vec<_> = (1..=4).map(|failures| pause(&Method::GET, &error, failures)).collect();

        assert!(pauses.iter().take(3).all(Option::is_some), "{pauses:?}");
        assert_eq!(pauses.last(), Some(&None));
    }
}
