//! The engines of this process: ours, the stock `liquid` crate, and minijinja with the filters it lacks.

use std::hint::black_box;

use liquid::partials::{EagerCompiler, InMemorySource};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Serde, Value};
use minijinja::{AutoEscape, Environment};
use pos_cli::{Library, Standalone};
use serde_json::Value as Json;

use crate::Render;
use crate::case::{Case, Templates};

pub(crate) fn ours(case: &Case) -> Render<'_> {
    let translations = [("en", case.texts.clone())];
    let library = Library { partials: case.ours.partials, translations: &translations };
    let template = Standalone::compile(case.ours.page, &library).expect("the case parses");
    Box::new(move || template.render(&case.data).expect("the case renders"))
}

pub(crate) fn parse_ours(case: &Case) {
    for source in sources(&case.ours) {
        Standalone::check(source).expect("the case parses");
    }
}

pub(crate) fn stock(case: &Case) -> Option<Render<'_>> {
    let templates = case.for_peers.filter(|_| !translates(case))?;
    let mut partials = EagerCompiler::<InMemorySource>::empty();
    for (name, source) in templates.partials {
        partials.add(*name, for_stock(source));
    }
    let parser = liquid::ParserBuilder::with_stdlib().partials(partials).build().expect("the partials parse");
    let template = parser.parse(&for_stock(templates.page)).expect("the case parses");
    Some(Box::new(move || {
        let data = liquid::to_object(&case.data).expect("JSON is data");
        template.render(&data).expect("the case renders")
    }))
}

pub(crate) fn stock_parser() -> liquid::Parser {
    liquid::ParserBuilder::with_stdlib().build().expect("the standard library has no partials")
}

pub(crate) fn parse_stock(parser: &liquid::Parser, sources: &[String]) {
    for source in sources {
        black_box(parser.parse(source).expect("the case parses"));
    }
}

pub(crate) fn sources_for_stock(case: &Case) -> Vec<String> {
    sources(&case.ours).map(for_stock).collect()
}

/// The stock crate escapes nothing by itself, so its templates say `escape` wherever they print; and it takes no comma
/// behind the name of an included file.
fn for_stock(source: &str) -> String {
    source.replace(" }}", " | escape }}").replace("include 'product',", "include 'product'")
}

pub(crate) fn minijinja(case: &Case) -> Option<Render<'_>> {
    let environment = case.jinja.map(|_| minijinja_environment(case))?;
    Some(Box::new(move || rendered(&environment, Value::from(Serde(&case.data)))))
}

/// With the data as minijinja's own values, made once.
pub(crate) fn minijinja_ready(case: &Case) -> Option<Render<'_>> {
    let environment = case.jinja.map(|_| minijinja_environment(case))?;
    let data = Value::from(Serde(&case.data));
    Some(Box::new(move || rendered(&environment, data.clone())))
}

fn rendered(environment: &Environment<'_>, data: Value) -> String {
    let page = environment.get_template("page").expect("every case has a page");
    page.render(data).expect("the case renders")
}

pub(crate) fn minijinja_environment(case: &Case) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let syntax = SyntaxConfig::builder().keep_trailing_newline(true).build();
    environment.set_syntax(syntax.expect("the delimiters are the default ones"));
    environment.add_filter("strip_html", strip_html);
    environment.add_filter("truncate", truncate);
    environment.add_filter("at_most", |number: i64, most: i64| number.min(most));
    let texts = case.texts.clone();
    environment.add_filter("t", move |key: &str, values: Kwargs| translate(&texts, key, &values));
    if let Some(templates) = case.jinja {
        environment.add_template("page", templates.page).expect("the case parses");
        for (name, source) in templates.partials {
            environment.add_template(name, source).expect("the case parses");
        }
    }
    environment
}

pub(crate) fn parse_minijinja(environment: &Environment<'static>, case: &Case) {
    for source in case.jinja.iter().flat_map(sources) {
        black_box(environment.template_from_str(source).expect("the case parses"));
    }
}

fn sources(templates: &Templates) -> impl Iterator<Item = &'static str> + use<> {
    std::iter::once(templates.page).chain(templates.partials.iter().map(|(_, source)| *source))
}

fn translates(case: &Case) -> bool {
    case.texts.as_object().is_some_and(|texts| !texts.is_empty())
}

/// Tags alone, which is all the data has.
fn strip_html(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, tag)) = rest.split_once('<') {
        plain.push_str(before);
        rest = tag.split_once('>').map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    plain
}

fn truncate(text: &str, length: usize) -> String {
    if text.chars().nth(length).is_none() {
        return text.to_owned();
    }
    let end = text.char_indices().nth(length.saturating_sub(3)).map_or(text.len(), |(at, _)| at);
    let mut kept = text.get(..end).unwrap_or_default().to_owned();
    kept.push_str("...");
    kept
}

/// The text of a key, or the default, with its `%{names}` filled in and escaped; `count` picks a form.
fn translate(texts: &Json, key: &str, values: &Kwargs) -> Value {
    let found = key.split('.').try_fold(texts, |branch, part| branch.get(part));
    let found = match (found, values.get::<i64>("count")) {
        (Some(forms @ Json::Object(_)), Ok(count)) => forms.get(if count == 1 { "one" } else { "other" }),
        (found, _) => found,
    };
    let default = values.get::<&str>("default").unwrap_or(key);
    let mut rest = found.and_then(Json::as_str).unwrap_or(default);
    let mut text = String::with_capacity(rest.len());
    while let Some((before, behind)) = rest.split_once("%{") {
        text.push_str(before);
        let (name, after) = behind.split_once('}').unwrap_or((behind, ""));
        if let Ok(value) = values.get::<Value>(name) {
            match value.as_str() {
                Some(value) => value.chars().for_each(|c| match c {
                    '<' => text.push_str("&lt;"),
                    '>' => text.push_str("&gt;"),
                    '&' => text.push_str("&amp;"),
                    '"' => text.push_str("&quot;"),
                    c => text.push(c),
                }),
                None => text.push_str(&value.to_string()),
            }
        }
        rest = after;
    }
    text.push_str(rest);
    Value::from_safe_string(text)
}
