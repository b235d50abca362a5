//! liquidjs in a node process: installed once, told what to render, and asked how long it took. It measures itself, so
//! that no pipe is in the figure.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde_json::{Map, Value as Json, json};

use crate::case::Case;

const PACKAGE: &str = "liquidjs@10";

#[derive(Debug, Clone, Copy)]
pub(crate) enum Work {
    Parse,
    Render,
}

/// The folder liquidjs is installed in, or why it is not.
pub(crate) fn install() -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("liquidjs");
    if folder.join("node_modules/liquidjs/package.json").exists() {
        return Ok(folder);
    }
    let answers =
        |program: &str| Command::new(program).arg("--version").output().is_ok_and(|run| run.status.success());
    for program in ["node", "npm"] {
        if !answers(program) {
            return Err(format!("there is no {program} here"));
        }
    }
    let install = Command::new("npm")
        .args(["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"])
        .arg(&folder)
        .arg(PACKAGE)
        .stdin(Stdio::null())
        .status();
    match install {
        Ok(status) if status.success() => Ok(folder),
        _ => Err("npm cannot install it".into()),
    }
}

/// A node process with one case compiled.
pub(crate) struct LiquidJs {
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl LiquidJs {
    pub(crate) fn start(package: &Path, case: &Case) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/liquid/liquidjs.mjs");
        let mut process = Command::new("node")
            .arg(script)
            .arg(package)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node ran when the package was installed");
        let questions = process.stdin.take().expect("it is piped");
        let answers = BufReader::new(process.stdout.take().expect("it is piped"));
        let mut liquidjs = Self { process, questions, answers };
        let templates = case.for_peers.expect("only cases that liquidjs can render get here");
        let partials: Map<String, Json> =
            templates.partials.iter().map(|(name, source)| ((*name).to_owned(), json!(source))).collect();
        liquidjs.ask(&json!({
            "page": templates.page, "partials": partials, "data": case.data, "texts": case.texts,
        }));
        liquidjs
    }

    /// What it prints.
    pub(crate) fn output(&mut self) -> String {
        self.ask(&json!({ "output": true })).as_str().map(str::to_owned).expect("the output is text")
    }

    pub(crate) fn time(&mut self, work: Work, times: u64) -> Duration {
        let question = match work {
            Work::Parse => json!({ "parse": times }),
            Work::Render => json!({ "render": times }),
        };
        Duration::from_nanos(self.ask(&question).as_u64().expect("the answer is in nanoseconds"))
    }

    fn ask(&mut self, question: &Json) -> Json {
        writeln!(self.questions, "{question}").expect("node reads until its input ends");
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("node answers in text");
        serde_json::from_str(&answer).expect("node answers in JSON")
    }
}

impl Drop for LiquidJs {
    fn drop(&mut self) {
        // An error says that it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
