//! Why a request did not get its page, and the plain page that says so where the app has none of its own. Never made
//! with Liquid: it has to work when Liquid is what failed.

use std::error::Error;

use axum::http::StatusCode;

use super::reply::Reply;
use crate::app::Format;
use crate::liquid;
use crate::logs::LoggedError;

#[derive(Debug)]
pub(super) struct Failure {
    status: StatusCode,
    /// One line: what happened.
    message: String,
    /// Several lines for the developer: place, excerpt, caret, trail.
    report: Option<String>,
    /// Set where something went wrong, not where a request was merely refused.
    logged: Option<LoggedError>,
}

impl Failure {
    /// The request cannot be answered; nothing is wrong with the app.
    pub(super) fn refused(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), report: None, logged: None }
    }

    /// A template failed. It is a 504 where its time was up.
    pub(super) fn in_template(error: &liquid::Error, timed_out: bool) -> Self {
        let late = timed_out && error.kind() == liquid::ErrorKind::Limit;
        Self {
            status: if late { StatusCode::GATEWAY_TIMEOUT } else { StatusCode::INTERNAL_SERVER_ERROR },
            message: error.message(),
            report: Some(error.report()),
            logged: Some(LoggedError { message: error.message(), stack: error.stack() }),
        }
    }

    /// What a file asks for cannot be done.
    pub(super) fn in_file(path: &str, message: &str) -> Self {
        let shown = path.strip_prefix("app/").unwrap_or(path);
        let message = format!("Liquid error ({shown}:1): {message}");
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            report: None,
            logged: Some(LoggedError { message: message.clone(), stack: Vec::new() }),
            message,
        }
    }

    /// The machine failed us: a full disk, a broken database.
    pub(super) fn fault(error: &dyn Error) -> Self {
        let mut message = error.to_string();
        let mut next = error.source();
        while let Some(cause) = next {
            let text = cause.to_string();
            // SQLite's causes repeat what they cause, with a number before it.
            if !message.rsplit(": ").next().is_some_and(|last| text.ends_with(last)) {
                message = format!("{message}: {text}");
            }
            next = cause.source();
        }
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            report: None,
            logged: Some(LoggedError { message: message.clone(), stack: Vec::new() }),
            message,
        }
    }

    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    pub(super) fn logged(&self) -> Option<LoggedError> {
        self.logged.clone()
    }

    /// Our own page for it: JSON and plain text for clients that ask for them, HTML for the rest.
    pub(super) fn built_in(&self, format: Format) -> Reply {
        let (format, body) = match format {
            Format::Html => (Format::Html, self.html()),
            Format::Json => (Format::Json, self.json()),
            _ => (Format::Text, self.text()),
        };
        let mut reply = Reply::new(self.status, format.content_type(), body.into_bytes());
        reply.failure = self.logged();
        reply
    }

    fn text(&self) -> String {
        format!("{}\n", self.report.as_deref().unwrap_or(&self.message))
    }

    fn json(&self) -> String {
        let mut body = serde_json::json!({ "error": self.message });
        if let (Some(report), Some(body)) = (&self.report, body.as_object_mut()) {
            body.insert("report".to_owned(), report.as_str().into());
        }
        body.to_string()
    }

    fn html(&self) -> String {
        let title = match self.status.canonical_reason() {
            Some(reason) => format!("{} {reason}", self.status.as_u16()),
            None => self.status.as_u16().to_string(),
        };
        let message = escaped(&self.message);
        let report = self
            .report
            .as_deref()
            .map_or_else(String::new, |report| format!("<pre>{}</pre>\n", escaped(report)));
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n<style>{STYLE}</style>\n\
             </head>\n<body>\n<h1>{title}</h1>\n<p>{message}</p>\n{report}</body>\n</html>\n"
        )
    }
}

const STYLE: &str = ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;\
    margin:3rem auto;padding:0 1rem}h1{font-size:1.4rem}p{overflow-wrap:anywhere}\
    pre{padding:1rem;overflow-x:auto;border:1px solid;border-radius:4px}";

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_client_is_told_in_its_format() {
        let failure = Failure::refused(StatusCode::NOT_FOUND, "no page answers /<b>\"");
        let body = |format| {
            let reply = failure.built_in(format);
            assert_eq!(reply.status, StatusCode::NOT_FOUND);
            String::from_utf8(reply.body).unwrap()
        };
        assert_eq!(body(Format::Text), "no page answers /<b>\"\n");
        assert_eq!(body(Format::Csv), "no page answers /<b>\"\n");
        assert_eq!(body(Format::Json), r#"{"error":"no page answers /<b>\""}"#);
        assert!(body(Format::Html).contains("<p>no page answers /&lt;b&gt;&quot;</p>"));
    }

    #[test]
    fn a_fault_names_all_its_causes() {
        #[derive(Debug, thiserror::Error)]
        #[error("{text}")]
        struct Layer {
            text: &'static str,
            source: Option<Box<Layer>>,
        }
        let layer = |text, source: Option<Layer>| Layer { text, source: source.map(Box::new) };
        let sqlite = layer("disk full", Some(layer("Error code 13: disk full", None)));
        let failure = Failure::fault(&layer("cannot save the session", Some(sqlite)));
        assert_eq!(failure.text(), "cannot save the session: disk full\n");
        assert_eq!(failure.logged().unwrap().message, "cannot save the session: disk full");
    }
}
