//! HTTP out, to the server of this machine. One method per call of the protocol; synchronous, with a limit for every
//! wait. What fails in passing (a server that restarts, a busy one) is tried again where that cannot do a thing twice.

mod error;
mod jobs;
mod mail;
mod retry;

use std::fmt::Display;
use std::time::Duration;

use serde::de::DeserializeOwned;
use ureq::Agent;
use ureq::http::{Method, Request, StatusCode};

use crate::protocol::{AppIdentity, Refusal};

pub(crate) use error::Error;
pub(crate) use jobs::Finished;
pub(crate) use mail::MailQuery;

/// How long an answer may take that the server has no reason to hold back.
const TIMEOUT: Duration = Duration::from_secs(10);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// Bytes of one answer.
const MAX_ANSWER: u64 = 256 * 1024 * 1024;

/// Speaks to one server. Clone = same connections.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    agent: Agent,
    /// Without a slash at its end.
    url: String,
}

impl Client {
    /// The developer routes of a server on this machine; `url` as it announced itself.
    pub(crate) fn local(url: &str) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            // A proxy of the environment cannot reach our loopback address.
            .proxy(None)
            .accept("application/json")
            .user_agent(concat!("pos-cli/", env!("CARGO_PKG_VERSION")))
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .build();
        Self { agent: config.into(), url: url.trim_end_matches('/').to_owned() }
    }

    /// Which tree the server serves.
    pub(crate) fn app(&self) -> Result<AppIdentity, Error> {
        self.get("/_dev/app", TIMEOUT)
    }

    fn get<T: DeserializeOwned>(&self, path: impl Display, timeout: Duration) -> Result<T, Error> {
        self.call(&Method::GET, &format!("{}{path}", self.url), timeout)
    }

    fn post<T: DeserializeOwned>(&self, path: impl Display) -> Result<T, Error> {
        self.call(&Method::POST, &format!("{}{path}", self.url), TIMEOUT)
    }

    /// Calls, and calls again after failures in passing.
    fn call<T: DeserializeOwned>(&self, method: &Method, url: &str, timeout: Duration) -> Result<T, Error> {
        let mut failures = 0;
        loop {
            tracing::debug!(%method, url, "request");
            let error = match self.call_once(method, url, timeout) {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            failures += 1;
            let Some(pause) = retry::pause(method, &error, failures) else { return Err(error) };
            tracing::debug!(%method, url, ?error, ?pause, "trying again");
            std::thread::sleep(pause);
        }
    }

    fn call_once<T: DeserializeOwned>(
        &self,
        method: &Method,
        url: &str,
        timeout: Duration,
    ) -> Result<T, Error> {
        let failed = |error| Error::of(error, url, timeout);
        let request = Request::builder().method(method.clone()).uri(url).body(());
        let request = request.map_err(|error| failed(error.into()))?;
        let request = self.agent.configure_request(request).timeout_global(Some(timeout)).build();
        let (head, mut body) = self.agent.run(request).map_err(failed)?.into_parts();
        let body = body.with_config().limit(MAX_ANSWER).read_to_vec().map_err(failed)?;
        if head.status.is_success() {
            serde_json::from_slice(&body).map_err(|source| Error::Malformed { url: url.to_owned(), source })
        } else {
            Err(refusal(url, head.status, &body))
        }
    }
}

/// The server's own words, if it has any.
fn refusal(url: &str, status: StatusCode, body: &[u8]) -> Error {
    let status = status.as_u16();
    match serde_json::from_slice(body) {
        Ok(Refusal { error }) => Error::Refused { status, message: error },
        Err(_) => Error::Status { url: url.to_owned(), status },
    }
}

#[cfg(test)]
mod tests;
