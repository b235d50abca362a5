//! A line that is not shown while it is typed. The terminal hands over each key as it is, ctrl-c too: if it made a signal
//! of that, the command would end there and leave a terminal behind that shows nothing of what is typed.

use std::io::{self, Read as _};
use std::os::fd::BorrowedFd;

use rustix::process::{Signal, getpid, kill_process};
use rustix::stdio::stdin;
use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};

const CTRL_C: u8 = 0x03;
const CTRL_D: u8 = 0x04;
const CTRL_U: u8 = 0x15;
const BACKSPACES: [u8; 2] = [0x08, 0x7f];

/// How a line ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Typed {
    Line(Vec<u8>),
    Interrupted,
}

/// The terminal while it shows nothing; as it was before when dropped.
struct Silence<'a> {
    terminal: BorrowedFd<'a>,
    before: Termios,
}

/// From standard input, which is a terminal.
pub(super) fn read() -> io::Result<Typed> {
    let _silence = Silence::begin(stdin())?;
    line(&mut io::stdin().lock().bytes())
}

impl Typed {
    /// The line. Ctrl-c ends the process by its signal, as it does everywhere else.
    pub(super) fn line(self) -> io::Result<String> {
        match self {
            Self::Line(bytes) => String::from_utf8(bytes)
                .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is no UTF-8 text")),
            Self::Interrupted => {
                kill_process(getpid(), Signal::INT)?;
                // Whoever started us may have had the signal ignored.
                Err(io::ErrorKind::Interrupted.into())
            }
        }
    }
}

impl<'a> Silence<'a> {
    fn begin(terminal: BorrowedFd<'a>) -> io::Result<Self> {
        let before = tcgetattr(terminal)?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG);
        silent.special_codes[SpecialCodeIndex::VMIN] = 1;
        silent.special_codes[SpecialCodeIndex::VTIME] = 0;
        tcsetattr(terminal, OptionalActions::Flush, &silent)?;
        Ok(Self { terminal, before })
    }
}

impl Drop for Silence<'_> {
    fn drop(&mut self) {
        // A terminal that has gone needs no echo.
        let _ = tcsetattr(self.terminal, OptionalActions::Flush, &self.before);
    }
}

/// Up to Enter, ctrl-d or the end; with the keys that edit a line.
fn line(keys: &mut impl Iterator<Item = io::Result<u8>>) -> io::Result<Typed> {
    let mut line = Vec::new();
    for key in keys {
        match key? {
            b'\n' | b'\r' | CTRL_D => break,
            CTRL_C => return Ok(Typed::Interrupted),
            CTRL_U => line.clear(),
            key if BACKSPACES.contains(&key) => {
                // All bytes of the last character.
                while line.pop().is_some_and(|byte| (0x80..0xc0).contains(&byte)) {}
            }
            key => line.push(key),
        }
    }
    Ok(Typed::Line(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_edit_a_line_do_so() {
        for (keys, expected) in [
            ("pa:ss\nrest", Some("pa:ss")),
            ("pass\r", Some("pass")),
            ("paß\u{7f}ss\n", Some("pass")),
            ("x\u{8}\u{8}pass\u{4}", Some("pass")),
            ("wrong\u{15}pass", Some("pass")),
            ("", Some("")),
            ("pass\u{3}\n", None),
        ] {
            let typed = line(&mut keys.bytes().map(Ok)).unwrap();
            let line = expected.map_or(Typed::Interrupted, |line| Typed::Line(line.as_bytes().to_vec()));
            assert_eq!(typed, line, "{keys:?}");
        }
    }
}
