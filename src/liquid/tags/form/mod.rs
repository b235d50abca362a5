//! The forms of old apps: `{% include_form 'name', id: 7 %}` shows a form configuration, in which `{% form html-class: 'wide'
//! %}…{% endform %}` writes the HTML element with the hidden fields that belong to it. What both know of the form lies
//! in the variable `form`, which [`builder`] makes.

mod builder;
mod element;
mod payload;

use std::sync::Arc;

use crate::app::UnknownForm;
use crate::liquid::error::{Error, Result};
use crate::liquid::render::{Flow, Render, Sharing, over};
use crate::liquid::syntax::ast::{Argument, Block, Expression, Path, Span, Tag, Template, Use, Visitor};
use crate::liquid::syntax::{Markup, Parser, TagStart};
use crate::liquid::value::{Map, Value};
use element::Element;
use payload::Payload;

/// The variable that holds the form, and the name it had before.
const NAMES: [&str; 2] = ["form", "form_builder"];

/// `{% include_form 'name', k: v %}`
#[derive(Debug)]
struct IncludeForm {
    span: Span,
    name: Name,
    arguments: Vec<Argument>,
}

#[derive(Debug)]
enum Name {
    Value(Expression),
    /// `{% render_form edit_user %}`: without quotes, unless a variable is called so.
    Bare(Arc<str>),
}

/// `{% form %}…{% endform %}`
#[derive(Debug)]
struct Form {
    arguments: Vec<Argument>,
    body: Block,
}

pub(in crate::liquid::tags) fn parse<'s>(
    parser: &mut Parser<'s>,
    start: TagStart<'s>,
    markup: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    let arguments = markup.arguments()?;
    markup.finish().map_err(|error| error.with_hint("write 'form html-class: \"wide\"'"))?;
    let (body, _) = parser.block(start, &["endform"])?;
    Ok(Box::new(Form { arguments, body }))
}

pub(in crate::liquid::tags) fn parse_include<'s>(
    _: &mut Parser<'s>,
    start: TagStart<'s>,
    markup: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    let (name, arguments) = markup.call()?;
    Ok(Box::new(IncludeForm { span: start.span, name: Name::Value(name), arguments }))
}

/// The tag before `include_form`: `{% render_form edit_user, id: @user.id %}`.
pub(in crate::liquid::tags) fn parse_render<'s>(
    _: &mut Parser<'s>,
    start: TagStart<'s>,
    markup: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    let name = match markup.argument()? {
        Expression::Path(Path { root, segments }) if segments.is_empty() => Name::Bare(root),
        name => Name::Value(name),
    };
    let mut arguments = Vec::new();
    loop {
        while markup.eat(",") {}
        let Some(name) = markup.name() else { break };
        if !markup.eat(":") {
            return Err(markup.error("render_form takes 'name: value' behind the form's name"));
        }
        let name = markup.intern(name);
        markup.eat("@");
        arguments.push(Argument { name, value: markup.argument()? });
    }
    markup.finish()?;
    Ok(Box::new(IncludeForm { span: start.span, name, arguments }))
}

impl Tag for IncludeForm {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        let name = self.name(render)?;
        let engine = render.engine;
        let form = engine.app().form(&name).map_err(missing)?;
        let template = engine.compiled(&form.source)?;
        let mut variables = render.arguments(&self.arguments)?;
        let object = builder::object(form, &variables, render);
        for name in NAMES {
            variables.insert(Arc::from(name), object.clone());
        }
        // A form that was refused shows what was sent.
        let is_refused = render.scope.refused_form.as_ref().is_some_and(|refused| refused.name == form.name);
        if let Some(source) = form.default_payload.as_ref().filter(|_| !is_refused) {
            let payload = Payload { source, template: &template, from: self.span };
            let payload = payload.render(variables.clone(), render)?;
            builder::fill(&object, form, &payload);
        }
        self.call(template, variables, render)
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        if let Name::Value(name) = &self.name {
            visitor.expression(name, Use::Passed);
        }
        self.arguments.iter().for_each(|argument| visitor.expression(&argument.value, Use::Passed));
    }
}

impl IncludeForm {
    fn name(&self, render: &mut Render<'_>) -> Result<String> {
        Ok(match &self.name {
            Name::Value(name) => render.value(name)?.to_text().into_owned(),
            Name::Bare(name) => match render.variable(name) {
                Some(value) => value.to_text().into_owned(),
                None => name.to_string(),
            },
        })
    }

    /// `break` and `return` end the form and nothing else.
    fn call(&self, template: Arc<Template>, variables: Map, render: &mut Render<'_>) -> Result<Flow> {
        let flow = render.call(template, variables, Sharing::Isolated, self.span)?;
        Ok(if flow == Flow::Rollback { flow } else { Flow::Next })
    }
}

fn missing(unknown: UnknownForm) -> Error {
    let error = Error::runtime(format!("can't find form '{}'", unknown.name));
    match unknown.nearest {
        Some(near) => error.with_hint(format!("did you mean '{near}'?")),
        None => error,
    }
}

impl Tag for Form {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        let form = match render.variable(&Arc::from("form")) {
            Some(form @ Value::Hash(_)) => form,
            _ => {
                render.warn("form stands outside of a form configuration; platformOS needs one around it");
                builder::without_configuration(render)
            }
        };
        let mut element = Element::of(&form);
        let mut prefix = None;
        for argument in &self.arguments {
            let value = render.value(&argument.value)?;
            match &*argument.name {
                "as" if !value.is_blank() => prefix = Some(value.to_text().into_owned()),
                name => element.set(name, &value)?,
            }
        }
        if let Some(prefix) = &prefix {
            element.name_prefix(prefix);
        }
        element.open(&mut render.out);
        let flow = match prefix {
            None => render.run(&self.body),
            Some(prefix) => {
                let copy = render.limits.deep_clone(&form).map_err(over)?;
                self.run_renamed(&builder::renamed(copy, &prefix), render)
            }
        };
        render.out.push_str("</form>");
        flow
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        self.arguments.iter().for_each(|argument| visitor.expression(&argument.value, Use::Read));
        visitor.block(&self.body, &[]);
    }
}

impl Form {
    /// The body, with fields named otherwise than the configuration says.
    fn run_renamed(&self, form: &Value, render: &mut Render<'_>) -> Result<Flow> {
        for name in NAMES {
            render.frames.bind(&Arc::from(name), form.clone());
        }
        let flow = render.run(&self.body);
        for _ in NAMES {
            render.frames.unbind();
        }
        flow
    }
}
