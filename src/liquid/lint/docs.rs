//! What a partial's `{% doc %}` declares against what its callers pass and what its body uses. A doc without a
//! `@param` is prose, and promises nothing.

use std::sync::Arc;

use super::{LiteralCall, Site};
use crate::app::{Problem, Severity, nearest};
use crate::liquid::engine::Engine;
use crate::liquid::partials::Lookup;
use crate::liquid::syntax::ast::Template;
use crate::liquid::syntax::{Param, Presence};

/// Declared arguments of the file.
pub(super) fn params(template: &Template) -> &[Param] {
    template.doc.as_ref().map_or(&[], |doc| &doc.params)
}

/// What is wrong with what one call passes.
pub(super) fn check_call(engine: &Engine, call: &LiteralCall) -> Vec<Problem> {
    // A query's arguments are its own matter; which file a theme has is known at a request.
    if matches!(&*call.tag, "graphql" | "theme_render_rc") {
        return Vec::new();
    }
    let (Lookup::Found(partial) | Lookup::WithoutLib(partial)) = engine.partial_named(&call.name) else {
        return Vec::new();
    };
    let params = params(partial);
    if params.is_empty() {
        return Vec::new();
    }
    let mut problems = Vec::new();
    let mut passed = call.passed.clone();
    for name in call.passed.iter().filter(|name| params.iter().all(|param| param.name != **name)) {
        let free = params.iter().filter(|param| !passed.contains(&param.name)).map(|param| &*param.name);
        let meant = nearest(name, free);
        problems.push(not_declared(call, name, params, meant));
        passed.extend(meant.map(Arc::from));
    }
    // What `include` does not pass, the partial reads from the variables of its caller.
    if call.tag != "include" {
        problems.extend(not_passed(call, &passed, params, &partial.path));
    }
    problems
}

fn not_declared(call: &LiteralCall, name: &str, params: &[Param], meant: Option<&str>) -> Problem {
    let message = format!("'{}' documents no argument '{name}'", call.name);
    let hint = meant.map_or_else(
        || {
            let known: Vec<&str> = params.iter().map(|param| &*param.name).collect();
            format!("it documents {}", known.join(", "))
        },
        |meant| format!("did you mean '{meant}'?"),
    );
    let place = call.site.at(argument_offset(&call.site, name)).place();
    place.problem(Severity::Warning, message).with_hint(hint)
}

/// One problem for all arguments that are missing; `passed` are those that are there, or meant to be.
fn not_passed(call: &LiteralCall, passed: &[Arc<str>], params: &[Param], path: &str) -> Option<Problem> {
    let missing: Vec<&str> = params
        .iter()
        .filter(|param| param.presence == Presence::Required && !passed.contains(&param.name))
        .map(|param| &*param.name)
        .collect();
    let first = missing.first()?;
    let message = format!("'{}' is called without {}, which it documents", call.name, missing.join(", "));
    let hint = format!("pass {first}: …, or write [{first}] in {path} if it may be left out");
    Some(call.place().problem(Severity::Warning, message).with_hint(hint))
}

/// Where `name:` stands in the tag; the tag itself where it does not, as for the value of `with`.
fn argument_offset(site: &Site, name: &str) -> u32 {
    let text = site.text();
    let is_argument = |at: usize| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let is_start =
            before.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '.' | '\'' | '"'));
        let after = text.get(at + name.len()..).unwrap_or_default();
        is_start && after.trim_start().starts_with(':')
    };
    let found = text.match_indices(name).map(|(at, _)| at).find(|at| is_argument(*at));
    site.span.start.saturating_add(found.and_then(|at| u32::try_from(at).ok()).unwrap_or(0))
}

/// A declared argument that the body never reads.
pub(super) fn never_used(template: &Arc<Template>, param: &Param) -> Problem {
    let site = Site { template: Arc::clone(template), span: param.span };
    let message = format!("the doc names '{}', which the file never uses", param.name);
    site.place().problem(Severity::Warning, message).with_hint("take it out of the doc".to_owned())
}
