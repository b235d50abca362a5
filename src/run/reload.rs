//! A save becomes the app that is served: changes → new snapshot → new engine → swap. A request that has begun keeps
//! the snapshot it began with. A file that does not load keeps its last good version and is reported.

use std::path::{Path, PathBuf};

use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use super::news::{self, News};
use super::shutdown::Stopped;
use super::swap::{Compiled, Swap, compile};
use crate::app::{App, Problem, Severity};
use crate::logs::{Log, LoggedError, NewEntry};
use crate::protocol::StackFrame;
use crate::watch::{Change, Watcher};

/// Keeps `live` up to date.
#[derive(Debug)]
pub(super) struct Reload {
    root: PathBuf,
    swap: Swap,
    /// What was wrong after the last load: a mistake is told once, not at every save of another file.
    known: Vec<Problem>,
}

impl Reload {
    pub(super) fn new(root: PathBuf, swap: Swap, known: Vec<Problem>) -> Self {
        Self { root, swap, known }
    }

    /// Loads the app again after changes, and serves it. Nothing happens if no content differs. Blocks. Returns what the
    /// developer has to be told.
    pub(super) fn reload(&mut self, changes: &[Change]) -> Vec<Problem> {
        let previous = self.swap.engine();
        let (app, mut problems) = match App::load(&self.root, Some(previous.app())) {
            Ok(loaded) => loaded,
            Err(error) => {
                self.swap.log_failure("reload", &error.to_string());
                return Vec::new();
            }
        };
        let is_same = app.digest() == previous.app().digest();
        let Compiled { engine, problems: found, between } = compile(app, &previous);
        problems.extend(found);
        problems.extend(between);
        problems.extend(self.swap.adopt_tables(engine.app()));
        let mut news = self.news(&problems, changes);
        self.known = problems;
        if is_same && news.is_empty() {
            return news;
        }
        self.swap.serve(engine);
        if let Some(summary) = summary(changes, &news) {
            self.swap.log().append(NewEntry::system(&summary));
        }
        for problem in &news {
            self.swap.log().append(entry("reload", problem));
        }
        news.extend(self.swap.migrate_corrected());
        news
    }

    /// Problems that are new, and those of files that have just been saved.
    fn news(&self, problems: &[Problem], changes: &[Change]) -> Vec<Problem> {
        let was_saved =
            |problem: &Problem| changes.iter().any(|change| change.path == Path::new(&problem.path));
        problems
            .iter()
            .filter(|problem| was_saved(problem) || !self.known.contains(problem))
            .cloned()
            .collect()
    }
}

/// Reloads the app at every batch of changes.
pub(super) async fn follow(
    mut watcher: Watcher,
    mut reload: Reload,
    log: Log,
    news: mpsc::Sender<News>,
    stopped: Stopped,
) {
    let mut heard = std::pin::pin!(stopped.heard());
    loop {
        let changes = tokio::select! {
            () = &mut heard => return,
            changes = watcher.next() => changes,
        };
        let changes = match changes {
            Ok(changes) => changes,
            Err(error) => {
                log.append(NewEntry::log("warning", &format!("changes may go unnoticed: {error}"), None));
                continue;
            }
        };
        let done = spawn_blocking(move || {
            let problems = reload.reload(&changes);
            (reload, problems)
        });
        // A panic while loading ends live reload, not the server: its message is on stderr.
        let Ok((next, problems)) = done.await else { return };
        reload = next;
        for problem in problems {
            // A terminal that has stopped reading must not keep us from stopping.
            tokio::select! {
                () = &mut heard => return,
                () = news::tell(&news, News::Problem(problem)) => {}
            }
        }
    }
}

/// The line of a file that does not load; a warning is a warning.
pub(super) fn entry(while_doing: &str, problem: &Problem) -> NewEntry {
    match problem.severity {
        Severity::Error => NewEntry::system(while_doing).failed(LoggedError {
            message: place(problem) + &problem.message,
            stack: vec![StackFrame {
                path: problem.path.clone(),
                line: problem.line,
                source: problem.excerpt.as_ref().map(|excerpt| excerpt.text().to_owned()),
            }],
        }),
        Severity::Warning | Severity::Note => {
            NewEntry::log("warning", &(place(problem) + &problem.message), None)
        }
    }
}

fn place(problem: &Problem) -> String {
    match (problem.line, problem.col) {
        (0, _) => format!("{}: ", problem.path),
        (line, 0) => format!("{}:{line}: ", problem.path),
        (line, col) => format!("{}:{line}:{col}: ", problem.path),
    }
}

/// `reloaded app/lib/pay.liquid`, `reloaded 3 files`: those that load. `None` if none does.
fn summary(changes: &[Change], problems: &[Problem]) -> Option<String> {
    let fails = |change: &Change| {
        problems
            .iter()
            .any(|problem| problem.severity == Severity::Error && change.path == Path::new(&problem.path))
    };
    let loaded: Vec<&Change> = changes.iter().filter(|change| !fails(change)).collect();
    match loaded.as_slice() {
        [] => None,
        // The root itself: too much changed at once to be told one by one.
        [one] if one.path.as_os_str().is_empty() => Some("reloaded".to_owned()),
        [one] => Some(format!("reloaded {}", one.path.display())),
        many => Some(format!("reloaded {} files", many.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::ChangeKind;

    #[test]
    fn only_files_that_load_are_called_reloaded() {
        let changes = |paths: &[&str]| -> Vec<Change> {
            paths.iter().map(|path| Change { path: path.into(), kind: ChangeKind::Modified }).collect()
        };
        let broken = [Problem::error("b", "x"), Problem::warning("a", "y")];
        for (paths, expected) in [
            (&["a"][..], Some("reloaded a")),
            (&["b"], None),
            (&["a", "b"], Some("reloaded a")),
            (&["a", "c"], Some("reloaded 2 files")),
            (&[""], Some("reloaded")),
        ] {
            assert_eq!(summary(&changes(paths), &broken).as_deref(), expected, "{paths:?}");
        }
    }
}
