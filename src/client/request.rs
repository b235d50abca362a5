//! One request as it goes out: what is sent, and how long the answer may take.

use std::io::{self, Read};
use std::time::Duration;

use ureq::http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, FROM};
use ureq::http::{Method, Request, StatusCode, Uri};
use ureq::{Agent, AsSendBody, SendBody};

use super::multipart::Form;
use super::{Error, Identity, MAX_ANSWER};

pub(super) struct Outgoing<'a> {
    pub(super) method: &'a Method,
    pub(super) url: String,
    pub(super) content: Content<'a>,
    pub(super) timeout: Duration,
}

#[derive(Clone, Copy)]
pub(super) enum Content<'a> {
    Nothing,
    Json(&'a [u8]),
    Zip(&'a [u8]),
    /// `sent` hears how many bytes have left so far.
    Form {
        form: &'a Form,
        sent: &'a dyn Fn(usize),
    },
}

/// Bytes on their way out.
struct Counted<'a> {
    bytes: &'a [u8],
    taken: usize,
    sent: &'a dyn Fn(usize),
}

/// What whoever is asked is told of who asks.
#[derive(Clone, Copy)]
pub(super) enum Sender<'a> {
    Nobody,
    /// Calls of an instance.
    User(&'a Identity),
    /// Calls of the storage in front of it, which has headers of its own.
    Depositor(&'a Identity),
}

impl Outgoing<'_> {
    /// Sends it once; the status and the body of the answer.
    pub(super) fn send(&self, agent: &Agent, sender: Sender<'_>) -> Result<(StatusCode, Vec<u8>), Error> {
        match self.content {
            Content::Nothing => self.send_body((), None, agent, sender),
            Content::Json(bytes) => self.send_body(bytes, Some("application/json"), agent, sender),
            Content::Zip(bytes) => self.send_body(bytes, Some("application/zip"), agent, sender),
            Content::Form { form, sent } => {
                let mut body = Counted { bytes: form.body(), taken: 0, sent };
                self.send_body(SendBody::from_reader(&mut body), Some(&form.content_type()), agent, sender)
            }
        }
    }

    fn send_body(
        &self,
        body: impl AsSendBody,
        content_type: Option<&str>,
        agent: &Agent,
        sender: Sender<'_>,
    ) -> Result<(StatusCode, Vec<u8>), Error> {
        let failed = |error| Error::of(error, &self.url, self.timeout);
        let mut request = Request::builder().method(self.method.clone()).uri(&self.url);
        if let Some(content_type) = content_type {
            request = request.header(CONTENT_TYPE, content_type);
        }
        if let Content::Form { form, .. } = self.content {
            // Of a reader nobody knows the length, and a body in chunks is not taken everywhere.
            request = request.header(CONTENT_LENGTH, form.body().len());
        }
        request = match sender {
            Sender::Nobody => request,
            Sender::User(Identity { token, email, url }) => {
                request =
                    request.header(AUTHORIZATION, format!("Token {token}")).header("InstanceDomain", url);
                match email {
                    Some(email) => request.header(FROM, email),
                    None => request,
                }
            }
            Sender::Depositor(Identity { token, url, .. }) => {
                request.header("token", token).header("marketplace_domain", host(url))
            }
        };
        let request = request.body(body).map_err(|error| failed(error.into()))?;
        let request = agent.configure_request(request).timeout_global(Some(self.timeout)).build();
        let (head, mut body) = agent.run(request).map_err(failed)?.into_parts();
        let body = body.with_config().limit(MAX_ANSWER).read_to_vec().map_err(failed)?;
        Ok((head.status, body))
    }
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.bytes.read(buffer)?;
        self.taken += read;
        (self.sent)(self.taken);
        Ok(read)
    }
}

/// The name in an address, without its port.
fn host(url: &str) -> String {
    let uri: Option<Uri> = url.parse().ok();
    uri.as_ref().and_then(Uri::host).unwrap_or_default().to_owned()
}
