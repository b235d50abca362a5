//! `pos-cli check`: what `deploy` checks first, alone. Errors end with exit code 1; warnings and notes alone with 0, for
//! they are no reason to stop a build.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;

use super::ui::problem_report;
use super::{Context, Error, Exit, Kind};
use crate::app::{App, Excerpt, LoadError, Problem, Severity};
use crate::check;

const EXAMPLES: &str = "\
Examples:
  pos-cli check                              the app in this folder
  pos-cli check app/views/pages              what is wrong in these files
  pos-cli check --json | jq -r .message      for programs: one object per problem
";

/// Checks every file of the app: path:line:col, message, what to do
///
/// Errors end with exit code 1; warnings and notes alone with 0. The problems go to stdout, their number to stderr.
/// A note that many files share is shown once; with `--json`, for each file.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(crate) struct Args {
    /// A project, or a file or folder of the project here
    path: Option<PathBuf>,
}

/// What PATH means.
#[derive(Debug, PartialEq, Eq)]
struct Scope {
    /// The project.
    root: PathBuf,
    /// Of its problems, those of files below this path; empty: all.
    below: PathBuf,
}

pub(crate) fn execute(args: Args, context: &Context) -> Result<Exit, Error> {
    let scope = Scope::of(args.path.as_deref())?;
    let problems = scope.problems()?;
    let lines: Vec<String> = if context.global.json {
        problems.iter().map(json_line).collect()
    } else {
        folded(&problems).iter().map(|problem| problem_report(problem, context.ui.paint())).collect()
    };
    for line in &lines {
        if let Err(closed) = context.ui.line(line) {
            return closed.outcome();
        }
    }
    context.ui.note(&summary(&problems));
    let failed = problems.iter().any(|problem| problem.severity == Severity::Error);
    Ok(if failed { Exit::Failed } else { Exit::Done })
}

/// Of notes that say the same the first, with the number of the others: what is old about an app is all over it, and
/// would hide its mistakes.
fn folded(problems: &[Problem]) -> Vec<Problem> {
    let mut shown: Vec<Problem> = Vec::new();
    let mut others: BTreeMap<&str, usize> = BTreeMap::new();
    for problem in problems {
        if problem.severity == Severity::Note {
            let seen = others.entry(&problem.message).or_insert(0);
            *seen += 1;
            if *seen > 1 {
                continue;
            }
        }
        shown.push(problem.clone());
    }
    for note in shown.iter_mut().filter(|problem| problem.severity == Severity::Note) {
        let more = others.get(note.message.as_str()).map_or(0, |seen| seen - 1);
        if more > 0 {
            let more = format!("{}; `--json` lists them", counted(more, "more file"));
            note.hint =
                Some(note.hint.as_ref().map_or_else(|| more.clone(), |hint| format!("{hint}; {more}")));
        }
    }
    shown
}

impl Scope {
    fn of(path: Option<&Path>) -> Result<Self, Error> {
        let Some(path) = path else { return Ok(Self { root: PathBuf::from("."), below: PathBuf::new() }) };
        let metadata = path.metadata().map_err(|error| {
            Error::new(Kind::User, format!("cannot check {}", path.display())).because(&error)
        })?;
        if metadata.is_dir() && ["app", "marketplace_builder"].iter().any(|name| path.join(name).is_dir()) {
            return Ok(Self { root: path.to_owned(), below: PathBuf::new() });
        }
        let here = Path::new(".").canonicalize();
        let below = here.and_then(|here| Ok(path.canonicalize()?.strip_prefix(here).map(Path::to_owned)));
        match below {
            Ok(Ok(below)) => Ok(Self { root: PathBuf::from("."), below }),
            _ => Err(Error::new(Kind::User, format!("{} is not part of the project here", path.display()))
                .hint("`-C DIR` changes to the project's folder first")),
        }
    }

    fn problems(&self) -> Result<Vec<Problem>, Error> {
        let (app, mut problems) = App::load(&self.root, None)?;
        problems.extend(check::review(&Arc::new(app)));
        problems.retain(|problem| Path::new(&problem.path).starts_with(&self.below));
        problems.sort_by(|a, b| (&a.path, a.line, a.col).cmp(&(&b.path, b.line, b.col)));
        Ok(problems)
    }
}

impl From<LoadError> for Error {
    fn from(error: LoadError) -> Self {
        Self::of(Kind::User, &error)
    }
}

fn json_line(problem: &Problem) -> String {
    json!({
        "severity": problem.severity.to_string(),
        "path": problem.path,
        "line": problem.line,
        "col": problem.col,
        "message": problem.message,
        "excerpt": problem.excerpt.as_ref().map(Excerpt::text),
        "hint": problem.hint,
    })
    .to_string()
}

fn summary(problems: &[Problem]) -> String {
    let number = |severity| problems.iter().filter(|problem| problem.severity == severity).count();
    let counts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .map(|severity| (number(severity), severity.to_string()))
        .filter(|(number, _)| *number > 0)
        .map(|(number, noun)| counted(number, &noun))
        .collect();
    if counts.is_empty() { "no problems".to_owned() } else { counts.join(", ") }
}

fn counted(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
