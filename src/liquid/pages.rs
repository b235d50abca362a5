//! Whole renders: a page in its layout, a policy, a partial or block as a job runs it.

use std::sync::Arc;

use serde_json::Value as Json;

use super::bindings::Bindings;
use super::engine::{Block, Engine, Rendered, Scope};
use super::error::{Error, Result};
use super::partials::Lookup;
use super::place::Place;
use super::render::{Flow, Render, Sharing, over};
use super::syntax::ast::Template;
use super::syntax::{Input, Interpolation, compile};
use super::value::{Map, Value};
use crate::app::{Format, Layout, Page, Policy, Source, TemplateKind, nearest_path};

/// Headers that are the server's own.
const RESERVED_HEADERS: [&str; 5] =
    ["cache-control", "etag", "set-cookie", "x-request-id", "x-xss-protection"];

impl Engine {
    /// The page's body, then its layout around it. `{% break %}` ends the body, not the page; a redirect has no body.
    pub(crate) fn page(&self, page: &Page, scope: Scope, bindings: &Bindings) -> Result<Rendered> {
        let template = self.compiled(&page.source)?;
        let layout = self.layout_of(page)?;
        let mut render = Render::new(self, &scope, bindings, Arc::clone(&template), page.format);
        render.run_file(template, Map::from_json(&scope.variables))?;
        if let Some(headers) = &page.response_headers {
            let tags = std::mem::take(&mut render.effects.headers);
            let text = render.render_text(headers)?;
            render.response_headers(&text)?;
            render.effects.headers.extend(tags);
        }
        if render.effects.redirect.is_some() {
            render.out.clear();
            return Ok(render.finish());
        }
        if page.markdown {
            render.out = markdown(&render.out);
        }
        if let Some(layout) = layout {
            let body = Value::safe(std::mem::take(&mut render.out));
            let variables = std::iter::once((Arc::from("content_for_layout"), body)).collect();
            render.run_file(layout, variables)?;
        }
        Ok(render.finish())
    }

    /// The trimmed text of an authorization policy; `true` lets the request pass.
    pub(crate) fn policy(&self, policy: &Policy, scope: Scope, bindings: &Bindings) -> Result<Rendered> {
        let template = self.compiled(&policy.source)?;
        let mut rendered = self.template_alone(template, &scope, bindings, Format::Text)?;
        rendered.body = rendered.body.trim().to_owned();
        Ok(rendered)
    }

    /// A partial as a job runs it: isolated, its arguments in `scope.variables`.
    pub(crate) fn partial(&self, name: &str, scope: Scope, bindings: &Bindings) -> Result<Rendered> {
        let template = match self.partial_named(name) {
            Lookup::Found(template) | Lookup::WithoutLib(template) => Arc::clone(template),
            Lookup::Broken(error) => return Err(error.clone()),
            Lookup::Missing => return Err(self.missing_partial(name)),
        };
        self.template_alone(template, &scope, bindings, scope.format)
    }

    /// The body of a `{% background %}` block. `path` and `line` say where `source` stands in the app, for errors.
    pub(crate) fn block(&self, block: &Block<'_>, scope: Scope, bindings: &Bindings) -> Result<Rendered> {
        self.template_alone(block.compile(self.interpolation())?, &scope, bindings, scope.format)
    }

    /// Text that is no file of its own: a front matter value with Liquid in it, or a template typed by hand.
    pub(crate) fn text(&self, block: &Block<'_>, scope: Scope, bindings: &Bindings) -> Result<Rendered> {
        self.block(block, scope, bindings)
    }

    fn template_alone(
        &self,
        template: Arc<Template>,
        scope: &Scope,
        bindings: &Bindings,
        format: Format,
    ) -> Result<Rendered> {
        self.run_alone(template, Map::from_json(&scope.variables), scope, bindings, format)
    }

    /// One file that nobody calls, without a layout around it.
    pub(super) fn run_alone(
        &self,
        template: Arc<Template>,
        variables: Map,
        scope: &Scope,
        bindings: &Bindings,
        format: Format,
    ) -> Result<Rendered> {
        let mut render = Render::new(self, scope, bindings, Arc::clone(&template), format);
        render.run_file(template, variables)?;
        Ok(render.finish())
    }

    pub(super) fn compiled(&self, source: &Source) -> Result<Arc<Template>> {
        match self.template(&source.path) {
            Some(Ok(template)) => Ok(Arc::clone(template)),
            Some(Err(error)) => Err(error.clone()),
            None => Err(Error::runtime(format!("{} is not part of this app", source.path))),
        }
    }

    /// The layout of an html page that names none is the configured one, if it exists; one that is named must.
    fn layout_of(&self, page: &Page) -> Result<Option<Arc<Template>>> {
        let app = self.app();
        let source = match &page.layout {
            Layout::None => return Ok(None),
            Layout::Default if page.format != Format::Html => return Ok(None),
            Layout::Default => app.layout(&app.config().default_layout, page.format),
            Layout::Named(name) => {
                let missing = || self.missing_layout(&page.source, name);
                Some(app.layout(name, page.format).ok_or_else(missing)?)
            }
        };
        source.map(|source| self.compiled(source)).transpose()
    }

    /// Points at the name in the front matter, and names the layout that was probably meant.
    pub(super) fn missing_layout(&self, source: &Source, name: &str) -> Error {
        let head = source.text.get(..source.body).unwrap_or_default();
        let key = head.find("layout").unwrap_or(0);
        let found = head.get(key..).and_then(|rest| rest.get("layout".len()..)?.find(name));
        let offset = found.map_or(key, |at| key + "layout".len() + at);
        let offset = u32::try_from(offset).unwrap_or(0);
        let error = Error::runtime(format!("can't find layout '{name}'"))
            .at(|| Place::of(&source.path, &source.text, 1, offset));
        let layouts = self.app().sources().filter(|source| source.kind == TemplateKind::Layout);
        match nearest_path(name, layouts.map(|layout| &*layout.name)) {
            Some(known) => error.with_hint(format!("did you mean '{known}'?")),
            None => error,
        }
    }
}

impl Block<'_> {
    pub(super) fn compile(&self, interpolation: Interpolation) -> Result<Arc<Template>> {
        let (path, source) = (Arc::from(self.path), Arc::from(self.source));
        compile(Input { path, source, body: 0, first_line: self.line, interpolation }).map(Arc::new)
    }
}

impl Render<'_> {
    /// Runs a file that nobody calls: a page, its layout, a job, a migration; how it ended.
    pub(super) fn run_file(&mut self, template: Arc<Template>, variables: Map) -> Result<Flow> {
        self.template = Arc::clone(&template);
        self.frames.enter(variables, Sharing::Isolated);
        let flow = self.run(&template.nodes);
        self.frames.leave();
        flow
    }

    fn finish(mut self) -> Rendered {
        self.effects.body = self.out;
        self.effects
    }

    /// Adds the headers of a JSON object.
    pub(crate) fn response_headers(&mut self, text: &str) -> Result<()> {
        let Ok(Json::Object(headers)) = serde_json::from_str::<Json>(text) else {
            return Err(Error::runtime("response_headers: expected a JSON object of names and values"));
        };
        self.limits.grow(text.len()).map_err(over)?;
        for (name, value) in headers {
            if RESERVED_HEADERS.contains(&name.to_ascii_lowercase().as_str()) {
                self.warn(format!("response header '{name}' cannot be set"));
                continue;
            }
            let value = match value {
                Json::String(text) => text,
                other => other.to_string(),
            };
            self.effects.headers.push((name, value));
        }
        Ok(())
    }
}

fn markdown(text: &str) -> String {
    let options = pulldown_cmark::Options::ENABLE_TABLES | pulldown_cmark::Options::ENABLE_STRIKETHROUGH;
    let mut html = String::with_capacity(text.len() * 3 / 2);
    pulldown_cmark::html::push_html(&mut html, pulldown_cmark::Parser::new_ext(text, options));
    html
}
