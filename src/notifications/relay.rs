//! Hands e-mails on to a mail server, where one is named: by default nothing leaves the machine.

use std::fmt;
use std::time::Duration;

use lettre::address::Envelope;
use lettre::transport::smtp::{self, SmtpTransport};
use lettre::{Address, Transport};
use regex::Regex;

use super::email::Mime;

/// For connecting, and for each answer of the server.
const TIMEOUT: Duration = Duration::from_secs(30);

/// `smtp://user:password@host:port`; shown without the password.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct SmtpUrl(String);

/// One mail server.
#[derive(Debug, Clone)]
pub(crate) struct Relay {
    transport: SmtpTransport,
    /// Only to these addresses.
    only_to: Option<Regex>,
}

/// What the server or the way to it refuses.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RelayError {
    #[error("cannot use the mail server {url}: {reason}")]
    Url { url: SmtpUrl, reason: String },
    #[error("the mail server did not take it: {reason}")]
    Refused { reason: String },
}

impl Relay {
    /// Nothing is sent yet, and no connection is made.
    ///
    /// # Errors
    /// The URL names no mail server.
    pub(crate) fn new(url: &SmtpUrl, only_to: Option<Regex>) -> Result<Self, RelayError> {
        let builder = SmtpTransport::from_url(&url.0)
            .map_err(|error| RelayError::Url { url: url.clone(), reason: reason(&error) })?;
        Ok(Self { transport: builder.timeout(Some(TIMEOUT)).build(), only_to })
    }

    /// Whether it went to anybody: only those recipients receive it that the relay may send to.
    ///
    /// # Errors
    /// The server does not take it.
    pub(crate) fn send(&self, message: &Mime) -> Result<bool, RelayError> {
        let envelope = message.envelope();
        let may_receive = |address: &&Address| {
            self.only_to.as_ref().is_none_or(|pattern| pattern.is_match(address.as_ref()))
        };
        let recipients: Vec<Address> = envelope.to().iter().filter(may_receive).cloned().collect();
        if recipients.is_empty() {
            return Ok(false);
        }
        let refused = |reason: String| RelayError::Refused { reason };
        let envelope = Envelope::new(envelope.from().cloned(), recipients)
            .map_err(|error| refused(error.to_string()))?;
        let sent = self.transport.send_raw(&envelope, &message.sent());
        sent.map(|_| true).map_err(|error| refused(reason(&error)))
    }
}

impl SmtpUrl {
    pub(crate) fn new(url: impl Into<String>) -> Self {
        Self(url.into())
    }
}

impl fmt::Display for SmtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Whatever stands before the last `@` may hold the password, also in a URL that is none.
        let (scheme, rest) = self.0.split_once("://").unwrap_or(("", &self.0));
        let host = rest.rsplit_once('@').map(|(_, host)| host);
        match (scheme, host) {
            ("", None) => f.write_str(rest),
            ("", Some(host)) => write!(f, "***@{host}"),
            (scheme, None) => write!(f, "{scheme}://{rest}"),
            (scheme, Some(host)) => write!(f, "{scheme}://***@{host}"),
        }
    }
}

impl fmt::Debug for SmtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SmtpUrl({self})")
    }
}

/// On one line.
fn reason(error: &smtp::Error) -> String {
    super::one_line(&error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn password_is_never_shown() {
        for (url, shown) in [
            ("smtp://ann:s3cret@mail.x.test:1025", "smtp://***@mail.x.test:1025"),
            ("smtp://ann:s3c@ret@mail.x.test", "smtp://***@mail.x.test"),
            ("ann:s3cret@mail.x.test", "***@mail.x.test"),
            ("smtp://localhost", "smtp://localhost"),
        ] {
            let url = SmtpUrl::new(url);
            assert_eq!(url.to_string(), shown);
            assert_eq!(format!("{url:?}"), format!("SmtpUrl({shown})"));
        }
        let relay = Relay::new(&SmtpUrl::new("smtp://ann:s3cret@mail.x.test"), None).unwrap();
        assert!(!format!("{relay:?}").contains("s3cret"));
        let refused = Relay::new(&SmtpUrl::new("http://ann:s3cret@mail.x.test"), None).unwrap_err();
        assert!(refused.to_string().starts_with("cannot use the mail server http://***@mail.x.test: "));
        assert!(!refused.to_string().contains("s3cret"));
    }
}
