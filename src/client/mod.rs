//! HTTP out, to the server of this machine or to a platform. One method per call of the protocol; synchronous, with a
//! limit for every wait. What fails in passing (a server that restarts, a busy one) is tried again where that cannot do
//! a thing twice.

mod data;
mod error;
mod form;
mod graph;
mod jobs;
mod logs;
mod mail;
mod migrations;
mod refusal;
mod request;
mod retry;
mod sync;

use std::fmt::{self, Display};
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use ureq::Agent;
use ureq::config::ConfigBuilder;
use ureq::http::Method;
use ureq::typestate::AgentScope;

use crate::protocol::AppIdentity;
use crate::settings::Environment;

pub(crate) use data::{FileIds, History};
pub(crate) use error::Error;
pub(crate) use jobs::Finished;
pub(crate) use mail::MailQuery;
use request::{Content, Outgoing};
pub(crate) use sync::Taken;

/// How long an answer may take that the server has no reason to hold back.
const TIMEOUT: Duration = Duration::from_secs(10);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
const REMOTE_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of one answer.
const MAX_ANSWER: u64 = 256 * 1024 * 1024;

/// Speaks to one server. Clone = same connections.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    agent: Agent,
    /// Without a slash at its end.
    url: String,
    /// Of a platform: what it is told of who asks.
    identity: Option<Identity>,
}

/// Headers of the platform's protocol.
#[derive(Clone)]
struct Identity {
    authorization: String,
    email: Option<String>,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({:?}, token ***)", self.email)
    }
}

impl Client {
    /// The developer routes of a server on this machine; `url` as it announced itself.
    pub(crate) fn local(url: &str) -> Self {
        // A proxy of the environment cannot reach our loopback address.
        let config = config().proxy(None).timeout_connect(Some(CONNECT_TIMEOUT)).build();
        Self { agent: config.into(), url: url.trim_end_matches('/').to_owned(), identity: None }
    }

    /// A platform, with its token.
    pub(crate) fn of_environment(environment: &Environment) -> Self {
        let config = config().timeout_connect(Some(REMOTE_CONNECT_TIMEOUT)).build();
        let identity = Identity {
            authorization: format!("Token {}", environment.token.secret()),
            email: environment.email.clone(),
        };
        Self { agent: config.into(), url: environment.url.clone(), identity: Some(identity) }
    }

    /// Not a server of this machine.
    pub(crate) fn is_platform(&self) -> bool {
        self.identity.is_some()
    }

    /// Which tree the server serves.
    pub(crate) fn app(&self) -> Result<AppIdentity, Error> {
        self.get("/_dev/app", TIMEOUT)
    }

    fn get<T: DeserializeOwned>(&self, path: impl Display, timeout: Duration) -> Result<T, Error> {
        self.call(&self.outgoing(&Method::GET, path, Content::Nothing, timeout))
    }

    fn post<T: DeserializeOwned>(&self, path: impl Display) -> Result<T, Error> {
        self.call(&self.outgoing(&Method::POST, path, Content::Nothing, TIMEOUT))
    }

    fn post_json<T: DeserializeOwned>(
        &self,
        path: impl Display,
        body: &Json,
        timeout: Duration,
    ) -> Result<T, Error> {
        let body = body.to_string();
        self.call(&self.outgoing(&Method::POST, path, Content::Json(body.as_bytes()), timeout))
    }

    /// The bytes at a URL that a server has named. Nobody there is told who asks, unless it is the server itself.
    fn download(&self, url: String, timeout: Duration) -> Result<Vec<u8>, Error> {
        let is_own = url.strip_prefix(&self.url).is_some_and(|path| path.starts_with('/'));
        let outgoing =
            Outgoing { method: &Method::GET, url, content: Content::Nothing, timeout, headers: Vec::new() };
        let (status, body) = outgoing.send(&self.agent, self.identity.as_ref().filter(|_| is_own))?;
        if status.is_success() { Ok(body) } else { Err(refusal::read(&outgoing.url, status, &body)) }
    }

    fn outgoing<'a>(
        &self,
        method: &'a Method,
        path: impl Display,
        content: Content<'a>,
        timeout: Duration,
    ) -> Outgoing<'a> {
        Outgoing { method, url: format!("{}{path}", self.url), content, timeout, headers: Vec::new() }
    }

    fn call<T: DeserializeOwned>(&self, outgoing: &Outgoing<'_>) -> Result<T, Error> {
        let body = self.fetch(outgoing)?;
        serde_json::from_slice(&body).map_err(|source| Error::Malformed { url: outgoing.url.clone(), source })
    }

    /// Calls, and calls again after failures in passing; the body of the answer, whatever it is.
    fn fetch(&self, outgoing: &Outgoing<'_>) -> Result<Vec<u8>, Error> {
        let Outgoing { method, url, .. } = outgoing;
        let mut failures = 0;
        loop {
            tracing::debug!(%method, url, "request");
            let error = match self.call_once(outgoing) {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            failures += 1;
            let Some(pause) = retry::pause(method, &error, failures) else { return Err(error) };
            tracing::debug!(%method, url, ?error, ?pause, "trying again");
            std::thread::sleep(pause);
        }
    }

    fn call_once(&self, outgoing: &Outgoing<'_>) -> Result<Vec<u8>, Error> {
        let (status, body) = outgoing.send(&self.agent, self.identity.as_ref())?;
        if status.is_success() { Ok(body) } else { Err(refusal::read(&outgoing.url, status, &body)) }
    }
}

fn config() -> ConfigBuilder<AgentScope> {
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .accept("application/json")
        .user_agent(concat!("pos-cli/", env!("CARGO_PKG_VERSION")))
}

#[cfg(test)]
mod tests;
