//! One request as it goes out: what is sent, and how long the answer may take.

use std::time::Duration;

use ureq::http::header::{AUTHORIZATION, CONTENT_TYPE, FROM};
use ureq::http::{Method, Request, StatusCode};
use ureq::{Agent, AsSendBody};

use super::{Error, Identity, MAX_ANSWER};

pub(super) struct Outgoing<'a> {
    pub(super) method: &'a Method,
    pub(super) url: String,
    pub(super) content: Content<'a>,
    pub(super) timeout: Duration,
    pub(super) headers: Vec<(&'static str, String)>,
}

#[derive(Clone, Copy)]
pub(super) enum Content<'a> {
    Nothing,
    Json(&'a [u8]),
    Zip(&'a [u8]),
    Form { content_type: &'a str, body: &'a [u8] },
}

impl Outgoing<'_> {
    /// Sends it once; the status and the body of the answer.
    pub(super) fn send(
        &self,
        agent: &Agent,
        identity: Option<&Identity>,
    ) -> Result<(StatusCode, Vec<u8>), Error> {
        match self.content {
            Content::Nothing => self.send_body((), None, agent, identity),
            Content::Json(bytes) => self.send_body(bytes, Some("application/json"), agent, identity),
            Content::Zip(bytes) => self.send_body(bytes, Some("application/zip"), agent, identity),
            Content::Form { content_type, body } => self.send_body(body, Some(content_type), agent, identity),
        }
    }

    fn send_body(
        &self,
        body: impl AsSendBody,
        content_type: Option<&str>,
        agent: &Agent,
        identity: Option<&Identity>,
    ) -> Result<(StatusCode, Vec<u8>), Error> {
        let failed = |error| Error::of(error, &self.url, self.timeout);
        let mut request = Request::builder().method(self.method.clone()).uri(&self.url);
        if let Some(content_type) = content_type {
            request = request.header(CONTENT_TYPE, content_type);
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if let Some(Identity { authorization, email }) = identity {
            request = request.header(AUTHORIZATION, authorization);
            if let Some(email) = email {
                request = request.header(FROM, email);
            }
        }
        let request = request.body(body).map_err(|error| failed(error.into()))?;
        let request = agent.configure_request(request).timeout_global(Some(self.timeout)).build();
        let (head, mut body) = agent.run(request).map_err(failed)?.into_parts();
        let body = body.with_config().limit(MAX_ANSWER).read_to_vec().map_err(failed)?;
        Ok((head.status, body))
    }
}
