//! A server of a test: the real binary, `run --port 0` on a project of its own, ready before the test goes on, gone
//! when the test ends.

use std::fmt::Display;
use std::io::{BufRead, BufReader, Read};
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value as Json;

use super::command::{Cli, Running};
use super::project::Project;
use super::wait::{Condition, DEADLINE, wait_within};
use super::{Browser, Response};

#[derive(Debug)]
pub(crate) struct TestApp {
    pub(crate) project: Project,
    args: Vec<String>,
    shell: Option<String>,
    server: Server,
    /// The visitor behind [`TestApp::get`] and [`TestApp::post`].
    browser: Browser,
}

/// One process of the server.
#[derive(Debug)]
struct Server {
    running: Running,
    stdout: Lines,
    stderr: Lines,
    url: String,
}

/// What a stream has printed so far.
#[derive(Debug, Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

impl TestApp {
    /// Serves `project` with further arguments of `run`, behind shell commands such as `ulimit`.
    pub(crate) fn of(project: Project, shell: Option<&str>, args: &[&str]) -> Self {
        let args: Vec<String> = args.iter().map(|&arg| arg.to_owned()).collect();
        let server = Server::start(&project, shell, &args);
        let browser = Browser::new(&server.url);
        Self { project, args, shell: shell.map(str::to_owned), server, browser }
    }

    /// `http://127.0.0.1:PORT`
    pub(crate) fn url(&self) -> &str {
        &self.server.url
    }

    pub(crate) fn pid(&self) -> u32 {
        self.server.running.0.id()
    }

    pub(crate) fn get(&self, path: &str) -> Response {
        self.browser.get(path)
    }

    pub(crate) fn post(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        self.browser.post(path, fields)
    }

    pub(crate) fn browser(&self) -> &Browser {
        &self.browser
    }

    /// A second visitor, without cookies.
    pub(crate) fn new_browser(&self) -> Browser {
        Browser::new(self.url())
    }

    /// The log lines printed so far by this process of the server.
    pub(crate) fn logs(&self) -> Vec<String> {
        self.server.stdout.all()
    }

    /// What this process of the server has said on stderr so far.
    pub(crate) fn stderr(&self) -> Vec<String> {
        self.server.stderr.all()
    }

    /// A command in the project of this server, not yet run.
    pub(crate) fn cli<S: AsRef<str>>(&self, args: impl IntoIterator<Item = S>) -> Cli {
        self.project.cli(args)
    }

    /// As [`super::wait_for`]; prints the server's log on failure.
    pub(crate) fn wait_for<C: Condition>(
        &self,
        what: impl Display,
        condition: impl FnMut() -> C,
    ) -> C::Found {
        wait_within(DEADLINE, what, condition, || report(&self.server.stdout, &self.server.stderr))
    }

    /// Waits for a log line that contains `text`, and gives it back.
    pub(crate) fn wait_for_log(&self, text: &str) -> String {
        self.wait_for(format!("a log line with {text:?}"), || {
            self.logs().into_iter().find(|line| line.contains(text))
        })
    }

    /// Waits until nothing is queued, running or retrying; the answer of `/_dev/idle`.
    pub(crate) fn wait_until_idle(&self) -> Json {
        self.wait_for("the jobs to end", || {
            let answer = self.get("/_dev/idle?timeout=10").has_status(200).json();
            if answer.get("idle") == Some(&Json::Bool(true)) { Ok(answer) } else { Err(answer) }
        })
    }

    /// `kill -9`, as a power cut would: returns when the process is gone.
    pub(crate) fn kill(&mut self) {
        self.server.running.0.kill().unwrap();
        self.server.running.0.wait().unwrap();
    }

    /// ctrl-c.
    pub(crate) fn interrupt(&self) {
        self.signal(Signal::INT);
    }

    pub(crate) fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// Waits for the process to end.
    pub(crate) fn wait_for_exit(&mut self) -> ExitStatus {
        let Server { running, stdout, stderr, .. } = &mut self.server;
        let ended = || running.0.try_wait().unwrap();
        wait_within(DEADLINE, "the server to end", ended, || report(stdout, stderr))
    }

    /// Starts the server again on the same project, with the same arguments, after it has ended or was killed. The
    /// port is a new one; the visitor starts anew.
    pub(crate) fn restart(&mut self) {
        self.server = Server::start(&self.project, self.shell.as_deref(), &self.args);
        self.browser = Browser::new(&self.server.url);
    }

    fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.pid()).unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }
}

impl Server {
    fn start(project: &Project, shell: Option<&str>, args: &[String]) -> Self {
        let line = ["run", "--port", "0"].into_iter().chain(args.iter().map(String::as_str));
        let mut child = project.cli(line).behind(shell).command().stdin(Stdio::null()).spawn().unwrap();
        let stdout = Lines::of(child.stdout.take().unwrap());
        let stderr = Lines::of(child.stderr.take().unwrap());
        let mut server = Self { running: Running(child), stdout, stderr, url: String::new() };
        let ready = || ready_url(&mut server.running.0, &server.stderr);
        let outcome =
            wait_within(DEADLINE, "`pos-cli: ready`", ready, || report(&server.stdout, &server.stderr));
        server.url = outcome.unwrap_or_else(|status| {
            panic!("ended before it was ready: {status}\n{}", report(&server.stdout, &server.stderr))
        });
        server
    }
}

fn report(stdout: &Lines, stderr: &Lines) -> String {
    format!("--- stdout\n{}\n--- stderr\n{}", stdout.text(), stderr.text())
}

/// The URL of the ready line; the status of a process that ended before it.
fn ready_url(child: &mut std::process::Child, stderr: &Lines) -> Option<Result<String, ExitStatus>> {
    let lines = stderr.all();
    let ready = lines.iter().find_map(|line| line.strip_prefix("pos-cli: ready "));
    let url = ready.and_then(|fields| fields.split(' ').find_map(|field| field.strip_prefix("url=")));
    match url {
        Some(url) => Some(Ok(url.trim_end_matches('/').to_owned())),
        None => child.try_wait().unwrap().map(Err),
    }
}

impl Lines {
    /// Reads the stream to its end on a thread of its own, so that the child never waits for us.
    fn of(stream: impl Read + Send + 'static) -> Self {
        let lines = Self::default();
        let kept = lines.clone();
        thread::spawn(move || {
            for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
                kept.0.lock().unwrap().push(String::from_utf8_lossy(&line).into_owned());
            }
        });
        lines
    }

    fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    fn text(&self) -> String {
        self.all().join("\n")
    }
}
