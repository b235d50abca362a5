//! What pages and policies say in their front matter of other files, and the Liquid in it. A request for such a page
//! would fail.

use serde_json::Value as Json;

use crate::app::{App, Layout, Page, Problem, Source, TemplateKind, nearest_path};
use crate::liquid::text_error;

/// Values that are rendered with the request.
const LIQUID_KEYS: [&str; 4] = ["redirect_to", "redirect_url", "response_headers", "flash_alert"];

pub(super) fn check(app: &App) -> Vec<Problem> {
    let references = app.pages().iter().flat_map(|page| references(app, page));
    references.chain(app.sources().flat_map(|source| liquid(app, source))).collect()
}

/// Layouts and policies that are not there.
fn references(app: &App, page: &Page) -> Vec<Problem> {
    let mut problems = Vec::new();
    if let Layout::Named(name) = &page.layout
        && app.layout(name, page.format).is_none()
    {
        let message = format!("can't find layout '{name}'");
        problems.push(missing(app, &page.source, TemplateKind::Layout, name, message));
    }
    for name in page.policies.iter().filter(|name| app.policy(name).is_none()) {
        let message = format!("can't find authorization policy '{name}'");
        problems.push(missing(app, &page.source, TemplateKind::Policy, name, message));
    }
    problems
}

/// `name`, of which there is no file of `kind`, stands in the front matter of `page`.
fn missing(app: &App, page: &Source, kind: TemplateKind, name: &str, message: String) -> Problem {
    let known = app.sources().filter(|source| source.kind == kind).map(|source| &*source.name);
    let hint = nearest_path(name, known).map(|known| format!("did you mean '{known}'?"));
    let says_name = |line: &str| {
        let value = line.split_once(':').map_or(line, |(_, value)| value);
        let is_name = value.trim_matches(|c: char| c.is_whitespace() || "-\"'[],".contains(c)) == name;
        if is_name { line.rfind(name) } else { None }
    };
    on_line(Problem::error(&*page.path, message).with_hint(hint), page, says_name)
}

/// Values with Liquid in them that does not parse.
fn liquid(app: &App, source: &Source) -> Vec<Problem> {
    let has_liquid = matches!(source.kind, TemplateKind::Page | TemplateKind::Policy);
    let keys = LIQUID_KEYS.iter().filter(|_| has_liquid);
    keys.filter_map(|key| {
        let Json::String(text) = source.front_matter.get(*key)? else { return None };
        let error = text_error(app, text)?;
        let problem = Problem::error(&*source.path, format!("{key}: {}", error.message));
        // The very spot, unless YAML writes the text in another way than Liquid reads it.
        let spot = |line: &str| {
            let key_at =
                line.find(key).filter(|at| line.get(..*at).is_some_and(|lead| lead.trim().is_empty()))?;
            let text_at = line.find(text.as_str()).filter(|_| error.line == 1);
            let inside: usize = text.chars().zip(1..error.col).map(|(c, _)| c.len_utf8()).sum();
            Some(text_at.map_or(key_at, |at| at + inside))
        };
        Some(on_line(problem.with_hint(error.hint), source, spot))
    })
    .collect()
}

/// Puts the problem on the first line of the front matter in which `spot` finds a byte offset; on the file as a whole if
/// there is none.
fn on_line(problem: Problem, source: &Source, spot: impl Fn(&str) -> Option<usize>) -> Problem {
    let head = source.text.get(..source.body).unwrap_or_default();
    let found = (1..).zip(head.lines()).find_map(|(number, line)| Some((number, line, spot(line)?)));
    let Some((number, line, at)) = found else { return problem };
    let before = line.get(..at).unwrap_or_default().chars().count();
    problem.at(number, u32::try_from(before + 1).unwrap_or(u32::MAX)).with_excerpt_of(head)
}
