//! Answers and log lines: one write and one flush each, so that `| grep`, `| head -1` and `> file` see a line when it
//! happens. Whoever waits for more to print learns here, too, that nobody reads any longer.

use std::io::{self, ErrorKind, IsTerminal, Write};
use std::os::fd::BorrowedFd;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::color::Stream;
use super::{Closed, Ui};
use crate::cli::{Error, Exit, Kind};
use crate::logs::{Paint, escape};

/// Why a wait is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wake {
    /// The descriptor is readable.
    Alarm,
    Timeout,
}

impl Ui {
    /// One line of the answer on stdout: one write, one flush.
    pub(crate) fn line(&self, line: &str) -> Result<(), Closed> {
        let mut out = io::stdout().lock();
        out.write_all(format!("{line}\n").as_bytes()).and_then(|()| out.flush()).map_err(Closed)
    }

    /// The answer byte for byte, without a line end of ours.
    pub(crate) fn text(&self, text: &str) -> Result<(), Closed> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(Closed)
    }

    /// A text that others wrote: byte for byte into a pipe or a file; on a terminal without what would steer it.
    pub(crate) fn foreign_text(&self, text: &str) -> Result<(), Closed> {
        if io::stdout().is_terminal() { self.text(&escaped_by_line(text)) } else { self.text(text) }
    }

    /// Whether stdout is coloured.
    pub(crate) fn paint(&self) -> Paint {
        let stream = if io::stdout().is_terminal() { Stream::Terminal } else { Stream::Other };
        self.paint_of(stream)
    }

    /// Waits until `alarm` is readable, at most `timeout`; ends at once when the reader of stdout goes, or has gone.
    pub(crate) fn wait(&self, alarm: BorrowedFd<'_>, timeout: Duration) -> Result<Wake, Closed> {
        let stdout = io::stdout();
        // No event is asked of stdout: an error or a hang-up is reported all the same, on a file never.
        let mut fds = [PollFd::new(&stdout, PollFlags::empty()), PollFd::new(&alarm, PollFlags::IN)];
        let timeout = Timespec::try_from(timeout).ok();
        match poll(&mut fds, timeout.as_ref()) {
            Ok(0) => return Ok(Wake::Timeout),
            // A signal, such as a stopped process going on.
            Err(rustix::io::Errno::INTR) => return Ok(Wake::Timeout),
            Err(error) => return Err(Closed(error.into())),
            Ok(_) => {}
        }
        let [stdout, _] = fds;
        if stdout.revents().is_empty() { Ok(Wake::Alarm) } else { Err(Closed(ErrorKind::BrokenPipe.into())) }
    }
}

impl Closed {
    /// How the command ends: quietly if the reader has gone; a full disk is an error.
    pub(crate) fn outcome(self) -> Result<Exit, Error> {
        match self.0.kind() {
            ErrorKind::BrokenPipe => Ok(Exit::Done),
            _ => Err(Error::new(Kind::User, "cannot write to stdout").because(&self.0)),
        }
    }
}

fn escaped_by_line(text: &str) -> String {
    text.lines().map(|line| format!("{}\n", escape(line))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_others_keeps_its_lines_and_steers_no_terminal() {
        for (text, expected) in [
            ("", ""),
            ("a\r\nb", "a\nb\n"),
            ("<p>\u{1b}]0;title\u{7}</p>\n\nż\n", "<p>\\x1b]0;title\\x07</p>\n\nż\n"),
            ("a\rb\u{9b}2J", "a\\rb\\u{9b}2J\n"),
        ] {
            assert_eq!(escaped_by_line(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_closed_pipe_is_no_error_and_a_full_disk_is_one() {
        assert_eq!(Closed(ErrorKind::BrokenPipe.into()).outcome().unwrap(), Exit::Done);
        let error = Closed(ErrorKind::StorageFull.into()).outcome().unwrap_err();
        assert_eq!((error.message.as_str(), error.exit()), ("cannot write to stdout", 1));
    }
}
