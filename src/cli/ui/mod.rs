//! The only writer to the terminal. Answers and log lines go to stdout, one line each, flushed at once; everything else
//! to stderr. A closed pipe is the end of the work, not an error.

mod color;
mod diagnostics;
mod hidden_line;
mod problem;
mod progress;
mod prompt;
mod stderr;
mod stdout;
mod table;

use std::io;

use colored::Color as Hue;

use crate::logs::Paint;

pub(crate) use color::Color;
pub(crate) use problem::report as problem_report;
pub(crate) use progress::Progress;
pub(crate) use stdout::Wake;
pub(crate) use table::Table;

#[derive(Debug)]
pub(crate) struct Ui {
    color: Color,
    quiet: bool,
}

/// Nothing more can be written to stdout: whoever reads it has gone, or the disk is full. Stop, and end as
/// [`Closed::outcome`] says.
#[derive(Debug)]
pub(crate) struct Closed(io::Error);

impl Ui {
    pub(crate) fn new(color: Color, quiet: bool) -> Self {
        Self { color, quiet }
    }

    /// Whether such a stream is coloured.
    fn paint_of(&self, stream: color::Stream) -> Paint {
        if self.color.is_on(|name| std::env::var(name).ok(), stream) { Paint::Colored } else { Paint::Plain }
    }
}

/// Colour that means something: red failed, yellow look here, dim is context.
fn tint(text: &str, hue: Hue, paint: Paint) -> String {
    match paint {
        Paint::Colored => format!("\u{1b}[{}m{text}\u{1b}[0m", hue.to_fg_str()),
        Paint::Plain => text.to_owned(),
    }
}
