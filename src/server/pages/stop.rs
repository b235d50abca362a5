//! What is sent when a request does not get its page: a redirect, the app's own page for the status, or ours.

use std::sync::Arc;
use std::time::Instant;

use axum::http::header::{ALLOW, LOCATION};
use axum::http::{HeaderValue, Method as HttpMethod, StatusCode};

use super::{TIME_LIMIT, Visit};
use crate::app::Format;
use crate::server::failure::Failure;
use crate::server::location;
use crate::server::reply::Reply;

/// Why there is no page to send.
pub(super) enum Stop {
    Redirect {
        url: String,
        code: u16,
    },
    /// A status with its sentence, shown where the app has no page for the status.
    Refused(StatusCode, String),
    /// The methods that this path does answer.
    WrongMethod {
        allowed: String,
    },
    Failed(Failure),
}

impl Visit<'_> {
    /// What is sent when there is no page: a redirect, the app's page for the status, else our own.
    pub(super) fn stopped(&mut self, stop: Stop) -> Reply {
        match stop {
            Stop::Redirect { url, code } => redirect(&url, code),
            Stop::WrongMethod { allowed } => {
                let mut reply = if self.request.method == HttpMethod::OPTIONS {
                    Reply::new(StatusCode::NO_CONTENT, Format::Text.content_type(), Vec::new())
                } else {
                    let message = format!("{} answers only {allowed}", self.request.path);
                    self.error_page(&Failure::refused(StatusCode::NOT_FOUND, message))
                };
                reply.headers.extend(HeaderValue::from_str(&allowed).ok().map(|allowed| (ALLOW, allowed)));
                reply
            }
            Stop::Refused(status, message) => self.error_page(&Failure::refused(status, message)),
            Stop::Failed(failure) => {
                self.jobs.clear();
                self.error_page(&failure)
            }
        }
    }

    /// The app's page named by the status, in the format asked for. One that fails itself is replaced by ours, which
    /// then shows the first failure: the one to mend first.
    fn error_page(&mut self, failure: &Failure) -> Reply {
        let format = self.request.format();
        let app = Arc::clone(self.engine.app());
        let own = app.error_page(failure.status().as_u16(), format).map(|page| {
            self.page = Some(Arc::clone(page));
            // The first render may have used up the time; the error page has its own.
            self.deadline = Instant::now() + TIME_LIMIT;
            self.render(page, failure.status())
        });
        let mut reply = match own {
            Some(Ok(reply)) => reply,
            Some(Err(_)) => {
                self.jobs.clear();
                failure.built_in(format)
            }
            None => failure.built_in(format),
        };
        reply.failure = failure.logged();
        reply
    }
}

/// A redirect without a body. The URL is sent as the app wrote it; a code that is none of a redirect becomes 302.
pub(super) fn redirect(url: &str, code: u16) -> Reply {
    let status =
        StatusCode::from_u16(code).ok().filter(StatusCode::is_redirection).unwrap_or(StatusCode::FOUND);
    let mut reply = Reply::new(status, Format::Html.content_type(), Vec::new());
    if let Ok(url) = HeaderValue::from_str(&location::encoded(url.trim())) {
        reply.headers.insert(LOCATION, url);
    }
    reply
}
