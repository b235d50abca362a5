//! Questions to a person. They are written to stderr, so that an answer in a pipe holds none of them.

use std::io::{self, IsTerminal, Write};

use super::{Ui, hidden_line};
use crate::logs::escape;

impl Ui {
    /// Whether there is somebody to ask.
    pub(crate) fn can_ask(&self) -> bool {
        io::stdin().is_terminal() && self.has_terminal()
    }

    /// `y` or `yes`; anything else, and nothing, is no.
    pub(crate) fn confirm(&self, question: &str) -> io::Result<bool> {
        Self::ask(&format!("{question} [y/N] "))?;
        let mut answer = String::new();
        io::stdin().read_line(&mut answer)?;
        Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
    }

    /// One line that is not shown while it is typed.
    pub(crate) fn ask_hidden(&self, question: &str) -> io::Result<String> {
        Self::ask(&format!("{question} "))?;
        let typed = hidden_line::read();
        // The end of the line was not shown either.
        Self::ask("\n")?;
        typed?.line()
    }

    /// What somebody has to do before the command goes on; printed with `--quiet` too.
    pub(crate) fn instruct(&self, line: &str) {
        // Nobody is there to do it, where stderr is closed.
        let _ = Self::ask(&format!("{}\n", escape(line)));
    }

    fn ask(question: &str) -> io::Result<()> {
        let mut err = io::stderr().lock();
        err.write_all(question.as_bytes()).and_then(|()| err.flush())
    }
}
