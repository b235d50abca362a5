//! A whole app -> everything that is wrong with it: what the files say of themselves, and what only shows between them
//! (a partial or query nobody wrote, a page's layout or policy that is not there, a text that wants a value nobody
//! passes). The same list for `check`, `deploy` and every reload.

mod calls;
mod forms;
mod front_matter;
mod notifications;
mod queries;
#[cfg(test)]
mod tests;
mod translations;

use std::sync::Arc;

use crate::app::{App, Problem};
use crate::liquid::{Engine, Lint};

/// Compiles every template of `app` and looks for what is wrong in and between its files; what loading the app found
/// comes on top. Sorted by place.
pub(crate) fn check(app: &Arc<App>) -> Vec<Problem> {
    let (engine, mut problems) = Engine::compile(Arc::clone(app), None);
    problems.extend(between(&engine));
    sort(&mut problems);
    problems
}

/// The same, and notes on what works and has a newer form. Only for who asks: an app of some age has hundreds.
pub(crate) fn review(app: &Arc<App>) -> Vec<Problem> {
    let (engine, mut problems) = Engine::compile(Arc::clone(app), None);
    let mut lint = engine.lint();
    problems.append(&mut lint.notes);
    problems.extend(found(&engine, lint));
    sort(&mut problems);
    problems
}

/// What only shows between the files of an app that is compiled already, and warnings about its templates. Sorted by
/// place.
pub(crate) fn between(engine: &Engine) -> Vec<Problem> {
    let mut problems = found(engine, engine.lint());
    sort(&mut problems);
    problems
}

fn found(engine: &Engine, lint: Lint) -> Vec<Problem> {
    let app = engine.app();
    let mut problems = lint.warnings;
    problems.extend(lint.calls.iter().filter_map(|call| calls::check(app, call)));
    problems.extend(translations::check(app, &lint.translations));
    problems.extend(front_matter::check(app));
    problems.extend(notifications::check(app));
    problems.extend(queries::check(app));
    problems.extend(forms::check(app));
    problems
}

/// By path, line and column, errors before warnings; one place says the same thing once.
fn sort(problems: &mut Vec<Problem>) {
    problems.sort_by(|a, b| {
        let place = |problem: &Problem| (problem.line, problem.col, problem.severity);
        a.path.cmp(&b.path).then_with(|| place(a).cmp(&place(b))).then_with(|| a.message.cmp(&b.message))
    });
    problems.dedup();
}
