//! An authorization policy: a Liquid file asked before a page runs.

use std::sync::Arc;

use super::front_matter::FrontMatter;
use super::kind::Place;
use super::problem::Problem;
use super::source::{Source, TemplateKind};

/// An authorization policy: its body must print `true`.
#[derive(Debug)]
pub(crate) struct Policy {
    pub(crate) source: Arc<Source>,
    pub(crate) name: String,
    /// Liquid allowed.
    pub(crate) redirect_to: Option<String>,
    /// 403 or 404.
    pub(crate) http_status: u16,
    /// Liquid allowed.
    pub(crate) flash_alert: Option<String>,
}

impl Policy {
    /// The policy in the file at `place`.
    pub(super) fn parse(
        place: &Place,
        path: &Arc<str>,
        text: &Arc<str>,
        head: &FrontMatter<'_>,
    ) -> Result<Self, Problem> {
        let name = head.name(place)?;
        let http_status = match head.keys.number("http_status")? {
            None | Some(403) => 403,
            Some(404) => 404,
            Some(_) => return Err(head.keys.wrong("http_status", "must be 403 or 404")),
        };
        Ok(Self {
            source: Arc::new(Source::new(TemplateKind::Policy, &name, path, text, head)),
            name,
            redirect_to: head.keys.filled_text("redirect_to")?,
            http_status,
            flash_alert: head.keys.filled_text("flash_alert")?,
        })
    }
}
