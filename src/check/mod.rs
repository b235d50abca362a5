//! A whole app -> everything that is wrong with it: what the files say of themselves, and what only shows between them
//! (a partial nobody wrote, a page's layout or policy that is not there). The same list for `check`, `deploy` and every
//! reload.

mod calls;
mod front_matter;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::app::{App, Problem};
use crate::liquid::Engine;

/// Compiles every template of `app` and looks for what is wrong in and between its files; what loading the app found
/// comes on top. Sorted by place.
pub(crate) fn check(app: &Arc<App>) -> Vec<Problem> {
    let (engine, mut problems) = Engine::compile(Arc::clone(app), None);
    problems.extend(between(&engine));
    sort(&mut problems);
    problems
}

/// What only shows between the files of an app that is compiled already, and warnings about its templates. Sorted by
/// place.
pub(crate) fn between(engine: &Engine) -> Vec<Problem> {
    let lint = engine.lint();
    let mut problems = lint.warnings;
    problems.extend(lint.calls.iter().filter_map(|call| calls::check(engine.app(), call)));
    problems.extend(front_matter::check(engine.app()));
    sort(&mut problems);
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
