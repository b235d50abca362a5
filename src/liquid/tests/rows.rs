//! One line a case: a page, what it is given, and what it prints or fails with.

use super::*;

/// A page, given some variables, with partials beside it.
pub(super) struct Row {
    /// `html` escapes, `txt` does not.
    format: &'static str,
    page: &'static str,
    given: Json,
    /// Files by their path below `app/`.
    files: &'static [(&'static str, &'static str)],
    expected: Expected,
}

pub(super) enum Expected {
    Body(&'static str),
    /// Part of the message.
    Error(&'static str),
}

pub(super) fn html(page: &'static str, body: &'static str) -> Row {
    Row { format: "html", page, given: json!({}), files: &[], expected: Expected::Body(body) }
}

pub(super) fn txt(page: &'static str, body: &'static str) -> Row {
    Row { format: "txt", ..html(page, body) }
}

pub(super) fn fails(page: &'static str, part: &'static str) -> Row {
    Row { expected: Expected::Error(part), ..html(page, "") }
}

impl Row {
    pub(super) fn given(self, given: Json) -> Self {
        Self { given, ..self }
    }

    pub(super) fn with(self, files: &'static [(&'static str, &'static str)]) -> Self {
        Self { files, ..self }
    }

    /// What came of it instead of what was expected.
    fn wrong(&self) -> Option<String> {
        let name = format!("views/pages/index.{}.liquid", self.format);
        let files: Vec<_> =
            std::iter::once((name.as_str(), self.page)).chain(self.files.iter().copied()).collect();
        let app = Fixture::of(&files);
        let page = Arc::clone(&app.engine.app().pages()[0]);
        let origin = Origin::Request { id: "r".into(), url: "h/".into(), page: "/".into() };
        let variables = self.given.as_object().cloned().unwrap();
        let scope = Scope { variables, origin, ..Scope::default() };
        let rendered = app.engine.page(&page, scope, &app.bindings).map(|rendered| rendered.body);
        let right = match (&self.expected, &rendered) {
            (Expected::Body(body), Ok(rendered)) => rendered == body,
            (Expected::Error(part), Err(error)) => error.message().contains(part),
            _ => false,
        };
        let expected = match self.expected {
            Expected::Body(body) => body,
            Expected::Error(part) => part,
        };
        (!right).then(|| format!("{}\n  expected: {expected}\n  actual:   {rendered:?}", self.page))
    }
}

#[track_caller]
pub(super) fn check(rows: &[Row]) {
    let wrong: Vec<String> = rows.iter().filter_map(Row::wrong).collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
