//! A call as it is to be made: what a template printed, or what the mutation says itself, read and checked before anything
//! is sent.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};
use ureq::http::{HeaderName, HeaderValue, Uri};

use crate::download::has_web_scheme;

/// Longest piece of the app's text shown in a message.
const SHOWN: usize = 200;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    /// `None` where the mutation says itself what to send.
    pub(crate) template: Option<String>,
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
    pub(super) options: CallOptions,
}

/// What the caller says of the call besides its content.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct CallOptions {
    /// In seconds, as asked for.
    pub(crate) timeout: Option<i64>,
    /// The call is for our own pages: a path alone is enough.
    pub(crate) is_internal: bool,
    pub(crate) skip_ssl_verification: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Method {
    pub(super) verb: &'static str,
    /// The body names files, which are fetched and sent as a form.
    pub(super) is_multipart: bool,
}

/// By the word of a template, in lower case.
const METHODS: [(&str, Method); 9] = [
    ("get", Method::plain("GET")),
    ("post", Method::plain("POST")),
    ("put", Method::plain("PUT")),
    ("patch", Method::plain("PATCH")),
    ("delete", Method::plain("DELETE")),
    ("head", Method::plain("HEAD")),
    ("post_multipart", Method::multipart("POST")),
    ("put_multipart", Method::multipart("PUT")),
    ("patch_multipart", Method::multipart("PATCH")),
];

/// A call that cannot be made, whoever would answer it: a mistake in the app.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RequestError {
    #[error("`request_type` is missing; it is one of {}", method_names())]
    NoMethod,
    #[error("`request_type` is `{method}`, which is none of {}", method_names())]
    Method { method: String },
    #[error("`to` is blank: there is no URL to call")]
    NoUrl,
    #[error("cannot call `{url}`: the address must begin with http:// or https://")]
    Scheme { url: String },
    #[error("cannot call `{url}`: {reason}")]
    Url { url: String, reason: String },
    /// The text itself is not shown: it may hold a token.
    #[error("`request_headers` must be a JSON object of names and values: {reason}")]
    Headers { reason: String },
    #[error(
        "`{name}` cannot be sent as a header: its name or value holds a character that HTTP does not allow"
    )]
    Header { name: String },
}

impl Request {
    /// What a template has printed: the values of its head by key, and its body.
    pub(crate) fn of_message(
        template: &str,
        head: &BTreeMap<String, String>,
        body: String,
        options: CallOptions,
    ) -> Result<Self, RequestError> {
        let field = |key: &str| head.get(key).map_or("", |text| text.trim());
        let headers = headers_of_text(field("request_headers"))?;
        let request = Self::new(field("request_type"), field("to"), &headers, body, options)?;
        Ok(Self { template: Some(template.to_owned()), ..request })
    }

    /// What a mutation says itself. A header that is null is not sent.
    pub(crate) fn new(
        method: &str,
        url: &str,
        headers: &Map<String, Json>,
        body: String,
        options: CallOptions,
    ) -> Result<Self, RequestError> {
        let (method, url) = (Method::parse(method)?, url.trim().to_owned());
        check_url(&url, options)?;
        let headers = headers.iter().filter(|(_, value)| !value.is_null()).map(header);
        Ok(Self { template: None, method, url, headers: headers.collect::<Result<_, _>>()?, body, options })
    }

    /// The first header of that name, in any case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// A template whose body is only the line end of its file sends none.
    pub(super) fn has_body(&self) -> bool {
        !self.body.trim().is_empty()
    }

    /// What the body is called where the app does not say it.
    pub(super) fn default_content_type(&self) -> Option<&'static str> {
        let is_alone = matches!(self.method.verb, "GET" | "HEAD" | "DELETE") || !self.has_body();
        if is_alone || self.header("content-type").is_some() {
            return None;
        }
        let is_json = serde_json::from_str::<Json>(&self.body).is_ok();
        Some(if is_json { "application/json" } else { "text/plain" })
    }
}

impl CallOptions {
    /// `{timeout, internal, skip_ssl_verification}`; what is not given is as always.
    pub(crate) fn of_json(options: &Json) -> Self {
        let flag = |key: &str| options.get(key).and_then(Json::as_bool).unwrap_or(false);
        Self {
            timeout: options.get("timeout").and_then(Json::as_i64),
            is_internal: flag("internal"),
            skip_ssl_verification: flag("skip_ssl_verification"),
        }
    }
}

impl Method {
    const fn plain(verb: &'static str) -> Self {
        Self { verb, is_multipart: false }
    }

    const fn multipart(verb: &'static str) -> Self {
        Self { verb, is_multipart: true }
    }

    fn parse(word: &str) -> Result<Self, RequestError> {
        let word = word.trim();
        if word.is_empty() {
            return Err(RequestError::NoMethod);
        }
        let known = METHODS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word));
        known.map(|(_, method)| *method).ok_or_else(|| RequestError::Method { method: shown(word) })
    }
}

fn check_url(url: &str, options: CallOptions) -> Result<(), RequestError> {
    if url.is_empty() {
        return Err(RequestError::NoUrl);
    }
    if options.is_internal && is_path(url) {
        return Ok(());
    }
    if !has_web_scheme(url) {
        return Err(RequestError::Scheme { url: shown_address(url) });
    }
    match url.parse::<Uri>() {
        Ok(uri) if uri.host().is_some_and(|host| !host.is_empty()) => Ok(()),
        Ok(_) => Err(RequestError::Url { url: shown_address(url), reason: "it names no host".to_owned() }),
        Err(error) => Err(RequestError::Url { url: shown_address(url), reason: error.to_string() }),
    }
}

/// An address on our own server. Two slashes begin the name of another host.
pub(super) fn is_path(url: &str) -> bool {
    url.starts_with('/') && !url.starts_with("//")
}

/// Blank and null are no headers.
fn headers_of_text(text: &str) -> Result<Map<String, Json>, RequestError> {
    if text.is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_str(text) {
        Ok(Json::Object(headers)) => Ok(headers),
        Ok(Json::Null) => Ok(Map::new()),
        Ok(_) => Err(RequestError::Headers { reason: "it is no object".to_owned() }),
        Err(error) => Err(RequestError::Headers { reason: error.to_string() }),
    }
}

fn header((name, value): (&String, &Json)) -> Result<(String, String), RequestError> {
    let value = match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    let is_fine = HeaderName::from_bytes(name.as_bytes()).is_ok() && HeaderValue::from_str(&value).is_ok();
    if is_fine { Ok((name.clone(), value)) } else { Err(RequestError::Header { name: shown(name) }) }
}

/// Scheme and host of a URL, or a path alone: a user, a path on another host and a query may hold a token.
fn shown_address(url: &str) -> String {
    let address = url.split(['?', '#']).next().unwrap_or_default();
    if address.starts_with('/') {
        return shown(address);
    }
    let (scheme, rest) = match address.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), address),
    };
    let authority = rest.split('/').next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    shown(&format!("{scheme}{host}"))
}

fn shown(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}

fn method_names() -> String {
    METHODS.map(|(name, method)| if method.is_multipart { name } else { method.verb }).join(", ")
}

#[cfg(test)]
mod tests;
