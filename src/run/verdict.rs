//! Which problems of an app refuse a release, and how they are told to who sent it. Pure.

use super::swap::Compiled;
use crate::app::{Problem, Severity};
use crate::protocol::{ErrorDetails, ReleaseError};
use crate::releases::{Changed, Origin, Wanted};

/// Problems that a refusal or a warning lists; the rest are counted.
const LISTED: usize = 5;

/// How right a release must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Strictness {
    /// As a whole.
    App,
    /// In the files that have come: what they call may be saved next.
    NewFiles,
    /// What was served once may be served again.
    Nothing,
}

/// The problems that refuse the release become the error; without any, the others are given back to be told.
pub(super) fn of(
    origin: Origin,
    wanted: &Wanted,
    changed: &Changed,
    loaded: Vec<Problem>,
    compiled: &mut Compiled,
) -> Result<Vec<Problem>, ReleaseError> {
    let strictness = Strictness::of(origin, wanted);
    let in_files = loaded.into_iter().chain(compiled.problems.drain(..));
    let (mut refused, mut tolerated): (Vec<_>, Vec<_>) =
        in_files.partition(|problem| strictness.refuses_in_file(problem, changed));
    let (more, others): (Vec<_>, Vec<_>) =
        compiled.between.drain(..).partition(|problem| strictness.refuses_between(problem, changed));
    refused.extend(more);
    tolerated.extend(others);
    match (listed(&refused), refused.into_iter().next()) {
        (Some(error), Some(first)) => {
            Err(ReleaseError { error, details: ErrorDetails { file_path: Some(first.path) } })
        }
        _ => Ok(tolerated),
    }
}

impl Strictness {
    fn of(origin: Origin, wanted: &Wanted) -> Self {
        match (wanted, origin) {
            (Wanted::Kept(_), _) => Self::Nothing,
            (_, Origin::Deploy | Origin::Partial) => Self::App,
            (_, Origin::Sync | Origin::Assets { .. } | Origin::Module) => Self::NewFiles,
        }
    }

    fn refuses_in_file(self, problem: &Problem, changed: &Changed) -> bool {
        let is_in_scope = match self {
            Self::App => true,
            Self::NewFiles => changed.upserted.iter().any(|path| path.as_str() == problem.path),
            Self::Nothing => false,
        };
        is_in_scope && problem.severity == Severity::Error
    }

    /// A query is right or wrong by itself; only that shows late, when all files are known.
    fn refuses_between(self, problem: &Problem, changed: &Changed) -> bool {
        let is_in_scope = self == Self::App || problem.path.ends_with(".graphql");
        is_in_scope && self.refuses_in_file(problem, changed)
    }
}

/// The first of them, one a line; `None` if there are none.
pub(super) fn listed(problems: &[Problem]) -> Option<String> {
    let line = |problem: &Problem| match &problem.hint {
        Some(hint) => format!("{problem}; {hint}"),
        None => problem.to_string(),
    };
    let mut lines: Vec<String> = problems.iter().take(LISTED).map(line).collect();
    match problems.len().saturating_sub(LISTED) {
        0 => {}
        more => lines.push(format!("and {more} more; `pos-cli check` lists them all")),
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::releases::FilePath;

    #[test]
    fn a_save_must_be_right_in_itself_and_a_deploy_as_a_whole() {
        let new = FilePath::parse("app/new.liquid").unwrap();
        let query = FilePath::parse("app/graphql/q.graphql").unwrap();
        let mut changed = Changed::default();
        changed.upserted.extend([new, query]);
        let mistake = |path: &str| Problem::error(path, "x");
        for (problem, app, new_files, between) in [
            (mistake("app/new.liquid"), true, true, false),
            (mistake("app/graphql/q.graphql"), true, true, true),
            (mistake("app/old.liquid"), true, false, false),
            (Problem::warning("app/new.liquid", "x"), false, false, false),
        ] {
            assert_eq!(Strictness::App.refuses_in_file(&problem, &changed), app, "{problem}");
            assert_eq!(Strictness::App.refuses_between(&problem, &changed), app, "{problem}");
            assert_eq!(Strictness::NewFiles.refuses_in_file(&problem, &changed), new_files, "{problem}");
            assert_eq!(Strictness::NewFiles.refuses_between(&problem, &changed), between, "{problem}");
            assert!(!Strictness::Nothing.refuses_in_file(&problem, &changed), "{problem}");
        }
    }

    #[test]
    fn the_first_problems_are_listed_and_the_rest_counted() {
        let problem = Problem::error("app/a.liquid", "x").at(1, 2).with_hint("y".to_owned());

        assert_eq!(listed(&[]), None);
        assert_eq!(listed(std::slice::from_ref(&problem)).as_deref(), Some("app/a.liquid:1:2: error: x; y"));
        let many = listed(&vec![problem; 8]).unwrap();
        assert_eq!(many.lines().count(), 6);
        assert!(many.ends_with("and 3 more; `pos-cli check` lists them all"));
    }
}
