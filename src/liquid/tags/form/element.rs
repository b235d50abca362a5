//! The HTML element of a form. `html-` arguments become attributes; a browser can only get and post, so any other method
//! travels as the hidden field `_method`, as Rails reads it.

use crate::liquid::error::{Error, Result};
use crate::liquid::render::escape_html;
use crate::liquid::value::Value;

#[derive(Debug)]
pub(super) struct Element {
    action: String,
    method: Method,
    multipart: bool,
    /// `None` stands alone: `novalidate`.
    attributes: Vec<(String, Option<String>)>,
    hidden: Vec<(String, Option<String>)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Method {
    Get,
    Post,
}

impl Element {
    /// As the variable `form` describes it.
    pub(super) fn of(form: &Value) -> Self {
        let mut hidden = Vec::new();
        if let Value::Hash(fields) = form.property("system_fields") {
            for (name, value) in fields.borrow().iter() {
                let value = (!value.is_nil()).then(|| value.to_text().into_owned());
                hidden.push((name.to_string(), value));
            }
        }
        let action = form.property("action").to_text().into_owned();
        Self { action, method: Method::Post, multipart: true, attributes: Vec::new(), hidden }
    }

    /// Takes one argument of the tag.
    pub(super) fn set(&mut self, name: &str, value: &Value) -> Result<()> {
        match (name, name.strip_prefix("html-")) {
            ("method", _) if !value.is_blank() => self.set_method(&value.to_text()),
            ("url", _) if !value.is_blank() => {
                self.action = value.to_text().into_owned();
                Ok(())
            }
            (_, Some("multipart")) => {
                self.multipart = value.is_truthy();
                Ok(())
            }
            (_, Some(attribute)) => {
                let value = match value {
                    Value::Nil | Value::Bool(false) => return Ok(()),
                    Value::Bool(true) => None,
                    other => Some(other.to_text().into_owned()),
                };
                self.attributes.push((attribute.to_owned(), value));
                Ok(())
            }
            // What the platform does not know it does not read.
            _ => Ok(()),
        }
    }

    /// Says what the names of the fields begin with, for whoever takes what is sent.
    pub(super) fn name_prefix(&mut self, prefix: &str) {
        self.hidden.push(("form_prefix".to_owned(), Some(prefix.to_owned())));
    }

    fn set_method(&mut self, method: &str) -> Result<()> {
        let method = method.trim().to_ascii_lowercase();
        self.hidden.retain(|(name, _)| name != "_method");
        match method.as_str() {
            "get" => self.method = Method::Get,
            "post" => {}
            "put" | "patch" | "delete" => self.hidden.push(("_method".to_owned(), Some(method))),
            _ => return Err(Error::runtime(format!("form: '{method}' is no method of a form"))),
        }
        Ok(())
    }

    /// Writes the opening tag and the hidden fields. A form that is got shows its fields in the address: the token is not
    /// among them, and nothing that only matters to what is stored.
    pub(super) fn open(&self, out: &mut String) {
        out.push_str("<form");
        attribute("action", Some(&self.action), out);
        attribute("accept-charset", Some("UTF-8"), out);
        match self.method {
            Method::Get => attribute("method", Some("get"), out),
            Method::Post => attribute("method", Some("post"), out),
        }
        if self.multipart && self.method == Method::Post {
            attribute("enctype", Some("multipart/form-data"), out);
        }
        for (name, value) in &self.attributes {
            attribute(name, value.as_deref(), out);
        }
        out.push('>');
        if self.method == Method::Get {
            return;
        }
        for (name, value) in &self.hidden {
            out.push_str("<input type=\"hidden\"");
            attribute("name", Some(name), out);
            if value.is_some() {
                attribute("value", value.as_deref(), out);
            }
            out.push('>');
        }
    }
}

fn attribute(name: &str, value: Option<&str>, out: &mut String) {
    out.push(' ');
    out.push_str(name);
    if let Some(value) = value {
        out.push_str("=\"");
        escape_html(value, out);
        out.push('"');
    }
}
