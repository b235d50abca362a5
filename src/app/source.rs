//! A Liquid file as text with its front matter taken apart: what the engine compiles.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::front_matter::FrontMatter;
use super::problem::Problem;

/// What a Liquid file is used as; each has its own space of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum TemplateKind {
    Page,
    Layout,
    Partial,
    Policy,
    Form,
    Notification,
    Migration,
}

/// A Liquid file: its whole text, and where the body begins behind the front matter. While a file does not change, all
/// snapshots share one `Arc` of it. `path` identifies it; `kind` and `name` do not, for a layout may have several formats.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) kind: TemplateKind,
    /// Reference name: `ui/card`, `modules/core/x`.
    pub(crate) name: Arc<str>,
    /// From the project root.
    pub(crate) path: Arc<str>,
    pub(crate) text: Arc<str>,
    /// Byte offset in `text` at which the Liquid body begins.
    pub(crate) body: usize,
    /// The front matter; empty if there is none.
    pub(crate) front_matter: Map<String, Json>,
}

impl Source {
    pub(super) fn new(
        kind: TemplateKind,
        name: &str,
        path: &Arc<str>,
        text: &Arc<str>,
        head: &FrontMatter<'_>,
    ) -> Self {
        Self {
            kind,
            name: name.into(),
            path: path.clone(),
            text: text.clone(),
            body: head.body,
            front_matter: head.keys.to_json(),
        }
    }

    /// A file of no app, with its front matter.
    pub(crate) fn standalone(path: &str, text: &str) -> Result<Self, Problem> {
        let (path, text): (Arc<str>, Arc<str>) = (path.into(), text.into());
        let head = FrontMatter::parse(&path, &text)?;
        Ok(Self::new(TemplateKind::Page, &path, &path, &text, &head))
    }

    /// Text that is in no file; all of it is the body.
    pub(crate) fn of_text(path: &str, text: &str) -> Self {
        let kind = TemplateKind::Page;
        Self {
            kind,
            name: path.into(),
            path: path.into(),
            text: text.into(),
            body: 0,
            front_matter: Map::new(),
        }
    }

    /// A partial that is in no file.
    pub(super) fn of_partial(name: &str, text: &str) -> Self {
        let path: Arc<str> = format!("app/views/partials/{name}.liquid").into();
        let text: Arc<str> = text.into();
        match FrontMatter::parse(&path, &text) {
            Ok(head) => Self::new(TemplateKind::Partial, name, &path, &text, &head),
            Err(_) => Self { kind: TemplateKind::Partial, name: name.into(), ..Self::of_text(&path, &text) },
        }
    }
}
