//! `default_payload` of a form configuration: Liquid in the front matter that prints the JSON a form begins with. Its
//! errors point to its lines.

use std::sync::Arc;

use serde_json::{Map as JsonMap, Value as Json};

use crate::liquid::error::{Error, Result};
use crate::liquid::place::Place;
use crate::liquid::render::Render;
use crate::liquid::syntax::ast::{Span, Template};
use crate::liquid::syntax::{Input, compile};
use crate::liquid::value::Map;

#[derive(Debug)]
pub(super) struct Payload<'f> {
    pub(super) source: &'f str,
    /// The file of the form.
    pub(super) template: &'f Template,
    /// The tag that shows the form.
    pub(super) from: Span,
}

impl Payload<'_> {
    pub(super) fn render(self, variables: Map, render: &mut Render<'_>) -> Result<JsonMap<String, Json>> {
        let Template { path, source: file, .. } = self.template;
        let (offset, line) = place_in(file);
        let template = compile(Input {
            path: Arc::clone(path),
            source: Arc::from(self.source),
            body: 0,
            first_line: line,
            interpolation: render.engine.interpolation(),
        })?;
        let text = render.render_aside(template, variables, self.from)?;
        match serde_json::from_str(&text) {
            Ok(Json::Object(payload)) => Ok(payload),
            _ => Err(Error::runtime("default_payload is no JSON object")
                .at(|| Place::of(path, file, 1, offset))
                .called_from(&render.template.path, render.place(self.from).line)),
        }
    }
}

/// Where the front matter names the payload, and the line on which it begins: behind the key, or below it where YAML keeps
/// the lines of a longer text.
fn place_in(file: &str) -> (u32, u32) {
    let mut offset = 0;
    for (number, line) in (1..).zip(file.split_inclusive('\n')) {
        if let Some(value) = line.strip_prefix("default_payload") {
            let is_below = value.trim_start_matches([':', ' ']).starts_with(['|', '>']);
            return (offset, number + u32::from(is_below));
        }
        offset += u32::try_from(line.len()).unwrap_or(0);
    }
    (0, 1)
}
