//! HTTP out. The caller waits for it, so every wait has an end, and what comes back has a size. One connection for each
//! call: they are few, and one that was kept may be dead.

use std::io::{ErrorKind, Read as _};
use std::time::{Duration, Instant};

use ureq::http::{self, Uri};
use ureq::tls::TlsConfig;
use ureq::{Agent, Body};

use super::caller::{CallOrigin, Caller};
use super::error::CallError;
use super::multipart;
use super::request::Request;
use super::response::Response;
use crate::download::{self, Bounds, File};
use crate::notifications::Locate;

/// Followed for requests that only read; whoever sends something wants to know where it went.
const MAX_REDIRECTS: u32 = 5;

/// What is kept of an answer, and what the files of a form may take together.
pub(super) const MAX_BODY: u64 = 50 << 20;

/// Bytes between two looks at the cancel flag.
const CHUNK: u64 = 64 << 10;

/// How many of our own pages are waiting for a request. They hold a thread each while they wait; the server must not make
/// the request they wait for queue behind them.
pub(crate) const DEPTH_HEADER: &str = "x-pos-cli-depth";
const MAX_DEPTH: u32 = 8;

/// Our own server may be called by any of these.
const LOOPBACK: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// One call, with the time it has.
pub(super) struct Transport<'t> {
    caller: &'t Caller,
    timeout: Duration,
    until: Instant,
    verifies_certificates: bool,
}

/// What goes over the wire.
pub(super) struct Outgoing<'o> {
    pub(super) verb: &'static str,
    pub(super) url: &'o str,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<Vec<u8>>,
}

/// What came back.
pub(super) struct Incoming {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

/// Sends the request and reads the answer to its end.
pub(super) fn send(
    request: &Request,
    caller: &Caller,
    timeout: Duration,
    locate: &mut Locate<'_>,
) -> Result<Response, CallError> {
    let transport = Transport {
        caller,
        timeout,
        until: Instant::now() + timeout,
        verifies_certificates: !request.options.skip_ssl_verification,
    };
    let mut headers = request.headers.clone();
    let body = if request.method.is_multipart {
        let form = multipart::form(&request.body, &transport, locate)?;
        headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
        headers.push(("content-type".to_owned(), form.content_type));
        Some(form.body)
    } else {
        let content_type = request.default_content_type();
        headers.extend(content_type.map(|value| ("content-type".to_owned(), value.to_owned())));
        body_of(request)
    };
    let outgoing = Outgoing { verb: request.method.verb, url: &request.url, headers, body };
    let Incoming { status, headers, body } = transport.exchange(outgoing)?;
    let body = String::from_utf8(body)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    Ok(Response { status, headers, body })
}

/// Byte for byte; a method that carries a body sends an empty one rather than none.
fn body_of(request: &Request) -> Option<Vec<u8>> {
    if request.has_body() {
        return Some(request.body.clone().into_bytes());
    }
    matches!(request.method.verb, "POST" | "PUT" | "PATCH").then(Vec::new)
}

impl Transport<'_> {
    /// A file that goes with the call, within the time of the call.
    pub(super) fn download(&self, url: &str) -> Result<File, CallError> {
        let bounds = Bounds { size: MAX_BODY, time: self.left()? };
        let go_on = |_| if self.caller.is_cancelled() { Err(CallError::Cancelled) } else { Ok(()) };
        download::download(url, bounds, go_on).map_err(|error| match error {
            download::Error::Stopped(error) => error,
            download::Error::Slow { .. } => CallError::Timeout { within: self.timeout },
            other => CallError::NoAnswer { reason: other.to_string() },
        })
    }

    fn left(&self) -> Result<Duration, CallError> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(CallError::Timeout { within: self.timeout }) } else { Ok(left) }
    }

    pub(super) fn exchange(&self, outgoing: Outgoing<'_>) -> Result<Incoming, CallError> {
        let (url, is_own) = resolve(outgoing.url, &self.caller.base_url);
        let mut builder = http::Request::builder().method(outgoing.verb).uri(url);
        for (name, value) in outgoing.headers {
            builder = builder.header(name, value);
        }
        if is_own && matches!(self.caller.origin, CallOrigin::Page { .. }) {
            let depth = self.caller.depth + 1;
            if depth > MAX_DEPTH {
                return Err(CallError::Loop { depth });
            }
            builder = builder.header(DEPTH_HEADER, depth);
        }
        let agent = self.agent(outgoing.verb, is_own)?;
        let answered = match outgoing.body {
            Some(body) => builder.body(body).map(|request| agent.run(request)),
            None => builder.body(()).map(|request| agent.run(request)),
        };
        let answer = answered
            .map_err(|error| CallError::NoAnswer { reason: error.to_string() })?
            .map_err(|error| self.told(error))?;
        let (head, mut body) = answer.into_parts();
        let headers = head.headers.iter().map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        });
        let headers = headers.collect();
        Ok(Incoming { status: head.status.as_u16(), headers, body: self.read(&mut body)? })
    }

    fn agent(&self, verb: &str, is_own: bool) -> Result<Agent, CallError> {
        let left = self.left()?;
        let follows = matches!(verb, "GET" | "HEAD");
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(if follows { MAX_REDIRECTS } else { 0 })
            .max_redirects_will_error(follows)
            .timeout_global(Some(left))
            .user_agent(concat!("pos-cli/", env!("CARGO_PKG_VERSION")))
            .tls_config(TlsConfig::builder().disable_verification(!self.verifies_certificates).build());
        let config = if is_own { config.proxy(None) } else { config };
        Ok(Agent::new_with_config(config.build()))
    }

    fn read(&self, body: &mut Body) -> Result<Vec<u8>, CallError> {
        let too_large = CallError::TooLarge { most: MAX_BODY };
        if body.content_length().is_some_and(|length| length > MAX_BODY) {
            return Err(too_large);
        }
        let mut reader = body.as_reader();
        let mut bytes = Vec::new();
        loop {
            let read = reader.by_ref().take(CHUNK).read_to_end(&mut bytes);
            if read.map_err(|error| self.told(ureq::Error::from(error)))? == 0 {
                return Ok(bytes);
            }
            if bytes.len() as u64 > MAX_BODY {
                return Err(too_large);
            }
            if self.caller.is_cancelled() {
                return Err(CallError::Cancelled);
            }
        }
    }

    fn told(&self, error: ureq::Error) -> CallError {
        let timeout = CallError::Timeout { within: self.timeout };
        let reason = match error {
            ureq::Error::Timeout(_) => return timeout,
            ureq::Error::TooManyRedirects => return CallError::Redirects { most: MAX_REDIRECTS },
            ureq::Error::Io(error) => match error.kind() {
                ErrorKind::TimedOut => return timeout,
                ErrorKind::ConnectionRefused => "connection refused".to_owned(),
                ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => {
                    "the connection was closed before the answer was complete".to_owned()
                }
                _ => error.to_string(),
            },
            ureq::Error::HostNotFound => "the host is not known".to_owned(),
            other => other.to_string(),
        };
        CallError::NoAnswer { reason }
    }
}

/// The address to call, and whether it is our own server: a path alone is. Ours speaks no TLS, so `https` to it, which is
/// right on the platform, is spoken as `http`.
pub(crate) fn resolve(url: &str, base_url: &str) -> (String, bool) {
    if url.starts_with('/') {
        return (format!("{base_url}{url}"), true);
    }
    if !is_own(url, base_url) {
        return (url.to_owned(), false);
    }
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    (format!("http://{rest}"), true)
}

fn is_own(url: &str, base_url: &str) -> bool {
    let (Ok(url), Ok(base)) = (url.parse::<Uri>(), base_url.parse::<Uri>()) else { return false };
    let port = |uri: &Uri| {
        uri.port_u16().or(match uri.scheme_str() {
            Some("http") => Some(80),
            Some("https") => Some(443),
            _ => None,
        })
    };
    let (Some(host), Some(own)) = (url.host(), base.host()) else { return false };
    let is_loopback = |host: &str| LOOPBACK.iter().any(|name| host.eq_ignore_ascii_case(name));
    port(&url) == port(&base) && (host.eq_ignore_ascii_case(own) || is_loopback(host) && is_loopback(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_server_is_known_by_its_address() {
        let base = "http://127.0.0.1:3000";
        for (url, expected, is_own) in [
            ("/api/x?a=1", "http://127.0.0.1:3000/api/x?a=1", true),
            ("https://localhost:3000/x", "http://localhost:3000/x", true),
            ("http://[::1]:3000", "http://[::1]:3000", true),
            ("HTTP://127.0.0.1:3000/x", "http://127.0.0.1:3000/x", true),
            ("http://127.0.0.1:3001/x", "http://127.0.0.1:3001/x", false),
            ("https://127.0.0.1/x", "https://127.0.0.1/x", false),
            ("http://shop.test:3000/x", "http://shop.test:3000/x", false),
        ] {
            assert_eq!(resolve(url, base), (expected.to_owned(), is_own), "{url}");
        }
        assert!(resolve("http://shop.test/x", "http://shop.test").1);
        assert!(!resolve("http://shop.test/x", "").1);
    }
}
