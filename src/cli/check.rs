//! `pos-cli check`: what `deploy` checks first, alone. Errors end with exit code 1; warnings alone with 0, for they are
//! no reason to stop a build.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;

use super::ui::problem_report;
use super::{Context, Error, Exit, Kind};
use crate::app::{App, LoadError, Problem, Severity};
use crate::check;

const EXAMPLES: &str = "\
Examples:
  pos-cli check                              the app in this folder
  pos-cli check app/views/pages              what is wrong in these files
  pos-cli check --json | jq -r .message      for programs: one object per problem
";

/// Checks every file of the app: path:line:col, message, what to do
///
/// Errors end with exit code 1; warnings alone with 0. The problems go to stdout, their number to stderr.
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
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    for problem in &problems {
        let text = if context.global.json {
            json_line(problem)
        } else {
            problem_report(problem, context.ui.paint())
        };
        if let Err(closed) = context.ui.line(&text) {
            return closed.outcome();
        }
    }
    context.ui.note(&count(errors, problems.len() - errors));
    Ok(if errors > 0 { Exit::Failed } else { Exit::Done })
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
        problems.extend(check::check(&Arc::new(app)));
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
        "excerpt": problem.excerpt,
        "hint": problem.hint,
    })
    .to_string()
}

fn count(errors: usize, warnings: usize) -> String {
    let of = |number, noun| if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") };
    match (errors, warnings) {
        (0, 0) => "no problems".to_owned(),
        (errors, 0) => of(errors, "error"),
        (0, warnings) => of(warnings, "warning"),
        (errors, warnings) => format!("{}, {}", of(errors, "error"), of(warnings, "warning")),
    }
}
