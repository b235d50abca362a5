//! A request as plain data, read to its end: all that the synchronous side of the server needs to answer it.

use std::net::SocketAddr;

use axum::body::Bytes;
use axum::http::header::{ACCEPT, CONTENT_TYPE, HOST};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value as Json};

use super::{body, forms, params};
use crate::app::Format;
use crate::notifications::DEPTH_HEADER;

/// One request. Never changed; what the answer needs besides is kept beside it.
#[derive(Debug)]
pub(super) struct Request {
    /// Also the trace of everything this request causes.
    pub(super) id: String,
    pub(super) method: Method,
    /// Decoded, with one leading slash.
    pub(super) path: String,
    /// Without `?`, as sent.
    pub(super) query: String,
    pub(super) headers: HeaderMap,
    pub(super) peer: SocketAddr,
    /// Of the query and the body; the body wins. The route's come on top.
    pub(super) params: Map<String, Json>,
    pub(super) body: Bytes,
    /// The files of a multipart form, by the name of the field.
    pub(super) files: Vec<(String, Bytes)>,
}

/// A request that cannot be read; it is answered with this status and sentence.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unreadable {
    #[error(transparent)]
    Body(#[from] body::Error),
    #[error(transparent)]
    Form(#[from] forms::Error),
    #[error(transparent)]
    Query(#[from] params::Error),
    #[error("the path is not valid UTF-8")]
    Path,
}

impl Unreadable {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::Body(body::Error::TooLarge { .. }) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Body(body::Error::TooSlow) => StatusCode::REQUEST_TIMEOUT,
            Self::Body(body::Error::Broken) | Self::Form(_) | Self::Query(_) | Self::Path => {
                StatusCode::BAD_REQUEST
            }
        }
    }
}

impl Request {
    /// The head of a request, before its body has been read. The path of one that is not UTF-8 is kept undecoded, for the log.
    pub(super) fn begin(id: String, method: Method, uri: &Uri, headers: HeaderMap, peer: SocketAddr) -> Self {
        let path = single_slash(uri.path());
        Self {
            id,
            method,
            path: percent_decode_str(path)
                .decode_utf8()
                .map_or_else(|_| path.to_owned(), |path| path.into_owned()),
            query: uri.query().unwrap_or_default().to_owned(),
            headers,
            peer,
            params: Map::new(),
            body: Bytes::new(),
            files: Vec::new(),
        }
    }

    /// Reads the body and takes nothing out of it.
    pub(super) async fn read_body(&mut self, body: axum::body::Body) -> Result<(), Unreadable> {
        self.body = body::read(body::LIMIT, &self.headers, body).await?;
        Ok(())
    }

    /// Reads query and body into `params`.
    pub(super) async fn read(&mut self, uri: &Uri, body: axum::body::Body) -> Result<(), Unreadable> {
        self.read_up_to(body::LIMIT, uri, body).await
    }

    /// The same, of a body of up to `limit` bytes.
    pub(super) async fn read_up_to(
        &mut self,
        limit: usize,
        uri: &Uri,
        body: axum::body::Body,
    ) -> Result<(), Unreadable> {
        self.body = body::read(limit, &self.headers, body).await?;
        percent_decode_str(uri.path()).decode_utf8().map_err(|_| Unreadable::Path)?;
        self.params = params::nest(params::pairs(self.query.as_bytes()))?;
        let content_type = self.header(CONTENT_TYPE.as_str()).unwrap_or_default().to_owned();
        let form = forms::parse(&content_type, &self.body).await?;
        self.params.extend(form.params);
        self.files = form.files;
        Ok(())
    }

    /// The value of a header, if it is text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The file that was sent as this field.
    pub(super) fn file(&self, field: &str) -> Option<&Bytes> {
        self.files.iter().find(|(name, _)| name == field).map(|(_, bytes)| bytes)
    }

    /// `localhost:3000`
    pub(super) fn host(&self) -> &str {
        self.header(HOST.as_str()).unwrap_or_default()
    }

    /// `http://localhost:3000`
    pub(super) fn base_url(&self) -> String {
        format!("http://{}", self.host())
    }

    /// How many pages of ours wait for this request, each with a turn of its own. Only this machine is believed.
    pub(super) fn call_depth(&self) -> u32 {
        let told = self.header(DEPTH_HEADER).filter(|_| self.peer.ip().to_canonical().is_loopback());
        told.and_then(|depth| depth.parse().ok()).unwrap_or(0)
    }

    /// `?a=1`, or nothing.
    pub(super) fn search(&self) -> String {
        if self.query.is_empty() { String::new() } else { format!("?{}", self.query) }
    }

    /// Host, path and query, without the scheme.
    pub(super) fn url(&self) -> String {
        format!("{}{}{}", self.host(), self.path, self.search())
    }

    /// The path with the extension of the format that `Accept` names, where the path has none of its own: a client
    /// that wants JSON of `/orders` means `/orders.json`, if there is such a page.
    pub(super) fn path_in_wanted_format(&self) -> Option<String> {
        let wanted = self.format();
        let is_plain = wanted != Format::Html && extension(&self.path).is_none() && !self.path.ends_with('/');
        is_plain.then(|| format!("{}.{}", self.path, wanted.name()))
    }

    /// What a client wants that gets no page: by the extension of the path, else by `Accept`, else html.
    pub(super) fn format(&self) -> Format {
        wanted_format(&self.path, self.header(ACCEPT.as_str()).unwrap_or_default())
    }
}

/// A link to `//host/path` leads to another site, and clients join a base URL and a path with one slash too many.
fn single_slash(path: &str) -> &str {
    let rest = path.trim_start_matches('/');
    let slashes = path.len() - rest.len();
    path.get(slashes.saturating_sub(1)..).unwrap_or(path)
}

fn wanted_format(path: &str, accept: &str) -> Format {
    extension(path).or_else(|| Format::from_accept(accept)).unwrap_or_default()
}

/// The format that the last segment of a path names.
fn extension(path: &str) -> Option<Format> {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.').and_then(|(_, extension)| Format::from_extension(extension))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_slashes_become_one() {
        for (path, expected) in
            [("/", "/"), ("//", "/"), ("///api/graph", "/api/graph"), ("/a//b", "/a//b"), ("*", "*")]
        {
            assert_eq!(single_slash(path), expected);
        }
    }

    #[test]
    fn the_extension_wins_over_accept() {
        for (path, accept, expected) in [
            ("/none", "", Format::Html),
            ("/none.json", "text/html", Format::Json),
            ("/none", "application/json, text/plain, */*", Format::Json),
            ("/none", "*/*", Format::Html),
            ("/none", "text/plain;q=0.5", Format::Text),
            ("/a.json/none", "image/png", Format::Html),
            ("/v1.2", "application/json", Format::Json),
        ] {
            assert_eq!(wanted_format(path, accept), expected, "{path} {accept}");
        }
    }
}
