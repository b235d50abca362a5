//! The table of tags: name to parse function, one file a tag (or a family that shares its node).

mod assign;
mod background;
mod cache;
mod capture;
mod case;
mod conditional;
mod content_for;
mod context;
mod counter;
mod cycle;
mod export;
mod for_loop;
mod form;
mod function;
mod graphql;
mod ifchanged;
mod include;
mod interrupt;
mod iteration;
mod log;
mod parse_json;
mod print;
mod redirect_to;
mod render;
mod response;
mod return_value;
mod session;
mod sign_in;
mod spam_protection;
mod tablerow;
mod theme_render;
mod transaction;
mod trigger_event;
mod try_catch;

use std::collections::HashMap;
use std::sync::LazyLock;

use foldhash::fast::FixedState;

use crate::liquid::error::Result;
use crate::liquid::syntax::ast::Tag;
use crate::liquid::syntax::{Markup, Parser, TagStart};

pub(crate) use background::Options as JobOptions;

/// Reads a tag's markup, and its block if it has one.
pub(crate) type Parse = for<'s> fn(&mut Parser<'s>, TagStart<'s>, &mut Markup<'s>) -> Result<Box<dyn Tag>>;

/// Sorted by name. `liquid`, `raw`, `comment`, `doc` and `#` concern the text itself; the parser knows them.
const TAGS: [(&str, Parse); 50] = [
    ("assign", assign::parse),
    ("background", background::parse),
    ("break", interrupt::parse),
    ("cache", cache::parse),
    ("capture", capture::parse),
    ("case", case::parse),
    ("content_for", content_for::parse),
    ("context", context::parse),
    ("context_rc", context::parse),
    ("continue", interrupt::parse),
    ("cycle", cycle::parse),
    ("decrement", counter::parse),
    ("echo", print::parse),
    ("execute_query", graphql::parse_execute_query),
    ("export", export::parse),
    ("for", for_loop::parse),
    ("form", form::parse),
    ("function", function::parse),
    ("function_rc", function::parse),
    ("graphql", graphql::parse),
    ("hash_assign", assign::parse_hash_assign),
    ("if", conditional::parse),
    ("ifchanged", ifchanged::parse),
    ("include", include::parse),
    ("include_form", form::parse_include),
    ("increment", counter::parse),
    ("log", log::parse),
    ("parse_json", parse_json::parse),
    ("print", print::parse),
    ("query_graph", graphql::parse_execute_query),
    ("redirect_to", redirect_to::parse),
    ("render", render::parse),
    ("render_form", form::parse_render),
    ("response_headers", response::parse_headers),
    ("response_status", response::parse_status),
    ("return", return_value::parse),
    ("return_rc", return_value::parse),
    ("rollback", transaction::parse_rollback),
    ("session", session::parse),
    ("sign_in", sign_in::parse),
    ("sign_in_rc", sign_in::parse),
    ("spam_protection", spam_protection::parse),
    ("tablerow", tablerow::parse),
    ("theme_render_rc", theme_render::parse),
    ("transaction", transaction::parse),
    ("trigger_event", trigger_event::parse),
    ("try", try_catch::parse),
    ("try_rc", try_catch::parse),
    ("unless", conditional::parse),
    ("yield", content_for::parse_yield),
];

/// Hashed: a template asks once for every tag in it.
static BY_NAME: LazyLock<HashMap<&'static str, Parse, FixedState>> =
    LazyLock::new(|| TAGS.into_iter().collect());

/// The parse function of tag `name`.
pub(crate) fn find(name: &str) -> Option<Parse> {
    BY_NAME.get(name).copied()
}

/// Whether an argument of `{% background %}` is an option, and no variable of the job.
pub(crate) fn is_job_option(name: &str) -> bool {
    background::Options::is_option(name)
}

/// Every name, sorted: for "did you mean".
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    TAGS.iter().map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tag_of_the_table_is_found_by_its_name() {
        assert!(TAGS.is_sorted_by_key(|(name, _)| *name));
        assert!(names().all(|name| find(name).is_some()));
        assert!(find("section").is_none());
    }
}
