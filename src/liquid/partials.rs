//! Partial name to compiled template. Where a name leads (overrides, modules, folders) is the app's knowledge; here it
//! meets what the compiler made of the file.

use std::sync::Arc;

use super::engine::Engine;
use super::error::Error;
use super::syntax::ast::Template;
use crate::app::nearest_path;

/// What a partial's name leads to.
#[derive(Debug)]
pub(crate) enum Lookup<'e> {
    Found(&'e Arc<Template>),
    /// Found only after dropping a leading `lib/`, which the platform does not do.
    WithoutLib(&'e Arc<Template>),
    /// The file does not parse, and never did.
    Broken(&'e Error),
    Missing,
}

impl Engine {
    pub(crate) fn partial_named(&self, name: &str) -> Lookup<'_> {
        let Some((source, without_lib)) = self.app().partial(name) else {
            return self.core_command(name).map_or(Lookup::Missing, Lookup::Found);
        };
        match self.template(&source.path) {
            Some(Ok(template)) if without_lib => Lookup::WithoutLib(template),
            Some(Ok(template)) => Lookup::Found(template),
            Some(Err(error)) => Lookup::Broken(error),
            None => Lookup::Missing,
        }
    }

    /// Names the partial that was probably meant.
    pub(crate) fn missing_partial(&self, name: &str) -> Error {
        let error = Error::runtime(format!("can't find partial '{name}'"));
        match nearest_path(name, self.app().partial_names()) {
            Some(near) => error.with_hint(format!("did you mean '{near}'?")),
            None => error,
        }
    }
}
