//! Calls of other files by a literal name: the file must be there. The platform finds out when the page is rendered.

use crate::app::{App, Problem, Severity, nearest_path};
use crate::liquid::{LiteralCall, is_core_command};

/// What is wrong with one call, if anything.
pub(super) fn check(app: &App, call: &LiteralCall) -> Option<Problem> {
    match &*call.tag {
        "graphql" => app.query(&call.name).is_none().then(|| missing_query(app, call)),
        "theme_render_rc" => (!is_in_a_theme(app, &call.name)).then(|| missing_partial(app, call)),
        _ => partial(app, call),
    }
}

fn partial(app: &App, call: &LiteralCall) -> Option<Problem> {
    let name = &*call.name;
    match app.partial(name) {
        Some((_, false)) => None,
        Some((_, true)) => {
            let message = format!("'{name}' is found only here: platformOS does not drop the leading 'lib/'");
            let short = name.strip_prefix("lib/").unwrap_or(name);
            Some(call.place().problem(Severity::Warning, message).with_hint(format!("write '{short}'")))
        }
        None if is_core_command(app, name) => None,
        None => Some(missing_partial(app, call)),
    }
}

fn missing_partial(app: &App, call: &LiteralCall) -> Problem {
    let problem = call.place().problem(Severity::Error, format!("can't find partial '{}'", call.name));
    problem.with_hint(did_you_mean(&call.name, app.partial_names()))
}

fn missing_query(app: &App, call: &LiteralCall) -> Problem {
    let problem = call.place().problem(Severity::Error, format!("can't find query '{}'", call.name));
    problem.with_hint(did_you_mean(&call.name, app.queries().map(|query| &*query.name)))
}

fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest_path(name, known).map(|known| format!("did you mean '{known}'?"))
}

/// Whether the partial is there by its plain name or in a folder of `theme_search_paths`. A folder named by Liquid is
/// known only at a request.
fn is_in_a_theme(app: &App, name: &str) -> bool {
    let has = |folder: &str| app.partial(&format!("{}/{name}", folder.trim_matches('/'))).is_some();
    app.partial(name).is_some()
        || app.config().theme_search_paths.iter().any(|folder| folder.contains("{{") || has(folder))
}
