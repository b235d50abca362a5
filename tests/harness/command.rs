//! A command of the real binary, run to its end with a deadline; what it printed, and how it ended.

use std::ffi::OsString;
use std::fmt;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::Project;
use super::wait::{DEADLINE, wait_within};

/// A command line, not yet run. Environment: cleared, except for `HOME`, `TMPDIR`, `TZ=UTC` and what [`Cli::env`] adds.
#[derive(Debug)]
pub(crate) struct Cli {
    args: Vec<String>,
    folder: Option<PathBuf>,
    env: Vec<(OsString, OsString)>,
    stdin: Vec<u8>,
    /// Shell commands that run before, in the same process.
    shell: Option<String>,
    deadline: Duration,
}

/// A command that has ended.
#[derive(Debug)]
pub(crate) struct Finished {
    args: Vec<String>,
    status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Cli {
    pub(crate) fn new<S: AsRef<str>>(args: impl IntoIterator<Item = S>) -> Self {
        Self {
            args: args.into_iter().map(|arg| arg.as_ref().to_owned()).collect(),
            folder: None,
            env: vec![("TZ".into(), "UTC".into())],
            stdin: Vec::new(),
            shell: None,
            deadline: DEADLINE,
        }
    }

    /// Runs in the project's root, with its `HOME` and `TMPDIR`.
    pub(crate) fn within(self, project: &Project) -> Self {
        Self { folder: Some(project.root()), ..self }.env("HOME", project.home()).env("TMPDIR", project.tmp())
    }

    #[must_use]
    pub(crate) fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    #[must_use]
    pub(crate) fn stdin(mut self, text: impl Into<Vec<u8>>) -> Self {
        self.stdin = text.into();
        self
    }

    /// Runs `shell` first, in the process that then becomes the command: for limits that a shell can set.
    #[must_use]
    pub(crate) fn behind(mut self, shell: Option<&str>) -> Self {
        self.shell = shell.map(str::to_owned);
        self
    }

    /// Runs to the end.
    ///
    /// # Panics
    /// It has not ended within the deadline; it is killed then.
    pub(crate) fn run(self) -> Finished {
        let mut running = Running(self.command().spawn().unwrap());
        let child = &mut running.0;
        let mut stdin = child.stdin.take().unwrap();
        let input = self.stdin;
        let writer = thread::spawn(move || {
            // The command may end without reading all of it.
            let _ = stdin.write_all(&input);
        });
        let stdout = read_all(child.stdout.take().unwrap());
        let stderr = read_all(child.stderr.take().unwrap());
        let status = wait_within(
            self.deadline,
            format!("{:?} to end", self.args),
            || child.try_wait().unwrap(),
            String::new,
        );
        writer.join().unwrap();
        Finished { args: self.args, status, stdout: stdout.join().unwrap(), stderr: stderr.join().unwrap() }
    }

    /// The command with piped streams, for tests that talk to it while it runs.
    pub(crate) fn command(&self) -> Command {
        let program = env!("CARGO_BIN_EXE_pos-cli");
        let mut command = match &self.shell {
            None => Command::new(program),
            Some(shell) => {
                let mut command = Command::new("/bin/sh");
                command.args(["-c", &format!("{shell}; exec \"$0\" \"$@\""), program]);
                command
            }
        };
        command.args(&self.args).env_clear().envs(self.env.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        command
    }
}

impl Finished {
    /// `None`: killed by a signal.
    pub(crate) fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// Fails the test, showing all output, unless it exited with `code`.
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code(), Some(code), "{self}");
        self
    }

    /// The lines of stdout.
    pub(crate) fn lines(&self) -> Vec<&str> {
        self.stdout.lines().collect()
    }
}

impl fmt::Display for Finished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "pos-cli {} ended with {}", self.args.join(" "), self.status)?;
        writeln!(f, "--- stdout\n{}\n--- stderr\n{}", self.stdout, self.stderr)
    }
}

/// A child that does not outlive its test.
#[derive(Debug)]
pub(super) struct Running(pub(super) Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only where it has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn read_all(mut stream: impl Read + Send + 'static) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    })
}
