//! How an entry is shown: a line for people, coloured or not, or a JSON object for programs.

use crate::cli::Ui;
use crate::cli::ui::Closed;
use crate::logs::{Clock, Entry, LineFormat, Paint};

#[derive(Debug)]
pub(super) struct Output<'a> {
    pub(super) ui: &'a Ui,
    shape: Shape,
    shown: LineFormat,
    plain: LineFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Text,
    Json,
}

impl<'a> Output<'a> {
    pub(super) fn new(ui: &'a Ui, shape: Shape, clock: &Clock) -> Self {
        let format = |paint| LineFormat::new(clock.clone(), paint);
        Self { ui, shape, shown: format(ui.paint()), plain: format(Paint::Plain) }
    }

    /// `json` is the entry's object.
    pub(super) fn show(&self, entry: &Entry, json: impl FnOnce() -> String) -> Result<(), Closed> {
        match self.shape {
            Shape::Text => self.ui.line(&self.shown.line(entry)),
            Shape::Json => self.ui.line(&json()),
        }
    }

    /// What patterns are matched against, with `--json` too.
    pub(super) fn plain(&self, entry: &Entry) -> String {
        self.plain.line(entry)
    }
}
