//! A template by itself: source, partials and translations from memory, compiled once and rendered with JSON as often as
//! one likes. What `pos-cli render` shows, the benches measure and fuzzers feed; an app on disk has [`Engine`] itself.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Map as JsonMap, Value as Json};

use super::bindings::Bindings;
use super::engine::{self, Engine, Printing, Scope};
use super::error::Result;
use super::syntax::Interpolation;
use super::syntax::ast::Template;
use super::value::Value;
use crate::app::{App, Format, Source};
use crate::logs::Log;

/// What errors call a template that is in no file.
const PATH: &str = "template";

/// A compiled template with the partials it may use. Prints into HTML, as a page does.
///
/// Deep templates recurse: render on a thread with a stack of 8 MiB.
#[derive(Debug)]
pub struct Standalone {
    engine: Engine,
    template: Arc<Template>,
    format: Format,
}

/// What a template by itself may refer to. Empty by default.
#[derive(Debug, Clone, Copy, Default)]
pub struct Library<'a> {
    /// Name and source. One that does not parse is an error once it is used.
    pub partials: &'a [(&'a str, &'a str)],
    /// Language and its texts, as they would stand below it in a file of `app/translations`.
    pub translations: &'a [(&'a str, Json)],
}

impl Standalone {
    /// # Errors
    /// The first syntax error of `source`.
    pub fn compile(source: &str, library: &Library<'_>) -> Result<Self> {
        Self::compile_as(&Source::of_text(PATH, source), library, Format::default(), Printing::default())
    }

    /// Parses `source` and keeps nothing.
    ///
    /// # Errors
    /// Its first syntax error.
    pub fn check(source: &str) -> Result<()> {
        engine::compile(&Source::of_text(PATH, source), Interpolation::On, None).map(drop)
    }

    pub(crate) fn compile_as(
        source: &Source,
        library: &Library<'_>,
        format: Format,
        printing: Printing,
    ) -> Result<Self> {
        let app = App::of_texts(library.partials, library.translations);
        let (engine, _) = Engine::compile(Arc::new(app), None);
        let template = engine::compile(source, engine.interpolation(), None)?;
        Ok(Self { engine: engine.printing_as(printing), template, format })
    }

    /// The text. Variables come from `data`; an object called `context` in it becomes the context object. What the
    /// template logs is dropped.
    ///
    /// # Errors
    /// What went wrong first, with its place.
    pub fn render(&self, data: &JsonMap<String, Json>) -> Result<String> {
        self.render_until(None, data, &Bindings::detached(Log::starting_after(0)))
    }

    /// The same, for at most `limit`.
    pub(crate) fn render_within(
        &self,
        limit: Duration,
        data: &JsonMap<String, Json>,
        bindings: &Bindings,
    ) -> Result<String> {
        self.render_until(Some(Instant::now() + limit), data, bindings)
    }

    fn render_until(
        &self,
        deadline: Option<Instant>,
        data: &JsonMap<String, Json>,
        bindings: &Bindings,
    ) -> Result<String> {
        let context = match data.get("context") {
            Some(Json::Object(context)) => context.clone(),
            _ => JsonMap::new(),
        };
        let is_variable = |name: &str| context.is_empty() || name != "context";
        let variables = data
            .iter()
            .filter(|(name, _)| is_variable(name))
            .map(|(name, value)| (Arc::from(name.as_str()), Value::from_json(value)))
            .collect();
        let scope = Scope { context, format: self.format, deadline, ..Scope::default() };
        let rendered =
            self.engine.run_alone(Arc::clone(&self.template), variables, &scope, bindings, self.format)?;
        Ok(rendered.body)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rendered(source: &str, library: &Library<'_>, data: &Json) -> Result<String> {
        Standalone::compile(source, library)?.render(data.as_object().expect("variables are an object"))
    }

    #[test]
    fn partials_and_translations_are_found_by_name() {
        let library = Library {
            partials: &[("ui/price", "{{ price }} €"), ("broken", "{% if %}")],
            translations: &[("en", json!({"shop": {"total": "Total %{amount}"}}))],
        };
        let source = "{{ 'shop.total' | t: amount: 3 }}{% render 'ui/price', price: n %}";

        assert_eq!(rendered(source, &library, &json!({"n": "<"})).unwrap(), "Total 3&lt; €");
    }

    #[test]
    fn object_called_context_is_the_context_and_anything_else_a_variable() {
        let source = "{{ context.params.a }}{{ b }}";
        let cases = [(json!({"context": {"params": {"a": 1}}, "b": 2}), "12"), (json!({"context": 1}), "")];
        for (data, text) in cases {
            assert_eq!(rendered(source, &Library::default(), &data).unwrap(), text, "{data}");
        }
    }

    #[test]
    fn mistakes_have_their_place() {
        let error = |source| rendered(source, &Library::default(), &json!({})).unwrap_err().to_string();

        assert_eq!(error("a\n{% nope %}"), "Liquid syntax error (template:2): Unknown tag 'nope'");
        assert_eq!(error("\n{% render 'p' %}"), "Liquid error (template:2): can't find partial 'p'");
    }
}
