//! Everything that is not the answer itself: news, problems, errors, progress. Nothing here fails: where stderr is closed
//! there is nobody to tell.

use std::io::{self, IsTerminal, Write};

use colored::Color as Hue;

use super::color::Stream;
use super::progress::Progress;
use super::{Ui, diagnostics, problem, tint};
use crate::app::Problem;
use crate::cli::Error;
use crate::logs::{Paint, escape};

impl Ui {
    /// One line of news; not printed with `--quiet`.
    pub(crate) fn note(&self, line: &str) {
        if !self.quiet {
            Self::print(line);
        }
    }

    /// One line of what went wrong, while the command goes on; printed with `--quiet` too.
    pub(crate) fn failure(&self, line: &str) {
        Self::print(&tint(line, Hue::Red, self.stderr_paint()));
    }

    /// A problem of the app, with its excerpt; warnings are not printed with `--quiet`.
    pub(crate) fn problem(&self, problem: &Problem) {
        if !self.quiet || problem.severity == crate::app::Severity::Error {
            Self::print(&problem::report(problem, self.stderr_paint()));
        }
    }

    /// `error: …`, `cause: …`, `hint: …`.
    pub(crate) fn error(&self, error: &Error) {
        let paint = self.stderr_paint();
        let mut text = format!("{} {}", tint("error:", Hue::Red, paint), escape(&error.message));
        for cause in &error.causes {
            text.push_str(&format!("\n  cause: {}", escape(cause)));
        }
        if let Some(hint) = &error.hint {
            text.push_str(&format!("\n  hint: {}", escape(hint)));
        }
        Self::print(&text);
    }

    /// A bar that is full at `total` bytes; on a terminal only.
    pub(crate) fn bar(&self, title: &str, total: usize) -> Progress {
        if self.quiet { Progress::hidden() } else { Progress::bar(title, total) }
    }

    /// Something that goes on for an unknown time; on a terminal only.
    pub(crate) fn spinner(&self, title: &str) -> Progress {
        if self.quiet { Progress::hidden() } else { Progress::spinner(title) }
    }

    /// `-v`, `-vv`, `-vvv`
    pub(crate) fn show_diagnostics(&self, verbose: u8) {
        diagnostics::show(verbose);
    }

    /// Whether news are read by a person, not by a program or from a file.
    pub(crate) fn has_terminal(&self) -> bool {
        io::stderr().is_terminal()
    }

    /// Whether stderr is coloured.
    fn stderr_paint(&self) -> Paint {
        self.paint_of(if self.has_terminal() { Stream::Terminal } else { Stream::Other })
    }

    /// One write, so that lines of several threads do not mix.
    fn print(text: &str) {
        let _ = io::stderr().lock().write_all(format!("{text}\n").as_bytes());
    }
}
