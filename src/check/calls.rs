//! Calls of partials by a literal name: the file must be there. The platform finds out when the page is rendered.

use crate::app::{App, Problem, Severity, nearest};
use crate::liquid::LiteralCall;

/// What is wrong with one call, if anything.
pub(super) fn check(app: &App, call: &LiteralCall) -> Option<Problem> {
    let name = &*call.name;
    match &*call.tag {
        "theme_render_rc" => return (!is_in_a_theme(app, name)).then(|| missing(app, call)),
        // Names a query, not a partial.
        "graphql" => return None,
        _ => {}
    }
    match app.partial(name) {
        Some((_, false)) => None,
        Some((_, true)) => {
            let message = format!("'{name}' is found only here: platformOS does not drop the leading 'lib/'");
            let short = name.strip_prefix("lib/").unwrap_or(name);
            Some(call.place.problem(Severity::Warning, message).with_hint(format!("write '{short}'")))
        }
        None => Some(missing(app, call)),
    }
}

fn missing(app: &App, call: &LiteralCall) -> Problem {
    let problem = call.place.problem(Severity::Error, format!("can't find partial '{}'", call.name));
    let known = nearest(&call.name, app.partial_names());
    problem.with_hint(known.map(|known| format!("did you mean '{known}'?")))
}

/// Whether the partial is there by its plain name or in a folder of `theme_search_paths`. A folder named by Liquid is
/// known only at a request.
fn is_in_a_theme(app: &App, name: &str) -> bool {
    let has = |folder: &str| app.partial(&format!("{}/{name}", folder.trim_matches('/'))).is_some();
    app.partial(name).is_some()
        || app.config().theme_search_paths.iter().any(|folder| folder.contains("{{") || has(folder))
}
