//! URI templates (RFC 6570): filled from parameters, and the parameters read back out of an address.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::arguments::Arguments;
use super::pattern;
use super::{Filter, Filtered, Rejection, Surroundings};
use crate::liquid::value::{Map, Value};

pub(super) const ROWS: &[Filter] = &[
    Filter::new("expand_url_template", 1..=1, expand_url_template),
    Filter::new("extract_url_params", 1..=1, extract_url_params),
];

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// For `{+x}` and `{#x}`: reserved characters stay.
const RESERVED: &AsciiSet = &UNRESERVED
    .remove(b':')
    .remove(b'/')
    .remove(b'?')
    .remove(b'#')
    .remove(b'[')
    .remove(b']')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=');

/// How an expression is written out, by the sign it begins with.
struct Style {
    first: &'static str,
    separator: &'static str,
    /// `name=value` instead of the value alone.
    is_named: bool,
    /// What stands between name and an empty value.
    empty: &'static str,
    keep: &'static AsciiSet,
}

impl Style {
    /// The style of an expression, and its variables.
    fn of(expression: &str) -> (Self, &str) {
        let style =
            |first, separator, is_named, empty, keep| Self { first, separator, is_named, empty, keep };
        let mut chars = expression.chars();
        let found = match chars.next() {
            Some('+') => style("", ",", false, "", RESERVED),
            Some('#') => style("#", ",", false, "", RESERVED),
            Some('.') => style(".", ".", false, "", UNRESERVED),
            Some('/') => style("/", "/", false, "", UNRESERVED),
            Some(';') => style(";", ";", true, "", UNRESERVED),
            Some('?') => style("?", "&", true, "=", UNRESERVED),
            Some('&') => style("&", "&", true, "=", UNRESERVED),
            _ => return (style("", ",", false, "", UNRESERVED), expression),
        };
        (found, chars.as_str())
    }

    fn named(&self, name: &str, value: &str) -> String {
        match (self.is_named, value.is_empty()) {
            (false, _) => value.to_owned(),
            (true, true) => format!("{name}{}", self.empty),
            (true, false) => format!("{name}={value}"),
        }
    }
}

/// A variable of an expression: `name`, `name*` (exploded), `name:3` (a prefix).
struct Variable<'t> {
    name: &'t str,
    is_exploded: bool,
    prefix: Option<usize>,
}

impl<'t> Variable<'t> {
    fn parse(text: &'t str) -> Self {
        if let Some(name) = text.strip_suffix('*') {
            return Self { name, is_exploded: true, prefix: None };
        }
        match text.split_once(':') {
            Some((name, length)) => Self { name, is_exploded: false, prefix: length.parse().ok() },
            None => Self { name: text, is_exploded: false, prefix: None },
        }
    }
}

/// Parameters that are missing leave nothing behind.
fn expand_url_template(
    surroundings: &mut Surroundings<'_>,
    input: &Value,
    arguments: &Arguments,
) -> Filtered {
    let parameters = arguments.hash(0).unwrap_or_default();
    let template = input.to_text();
    let mut url = String::new();
    for part in parts(&template) {
        match part {
            Part::Text(text) => url.push_str(text),
            Part::Expression(expression) => {
                let expanded = expand(surroundings, expression, &parameters)?;
                url.push_str(&expanded);
                surroundings.grow_text(expanded.len(), url.len())?;
            }
        }
    }
    surroundings.limits.grow(url.len())?;
    Ok(Value::str(url))
}

enum Part<'t> {
    Text(&'t str),
    /// What stands between braces.
    Expression(&'t str),
}

fn parts(template: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some((text, behind)) = rest.split_once('{') {
        let Some((expression, after)) = behind.split_once('}') else {
            break;
        };
        parts.extend([Part::Text(text), Part::Expression(expression)]);
        rest = after;
    }
    parts.push(Part::Text(rest));
    parts
}

fn expand(surroundings: &Surroundings<'_>, expression: &str, parameters: &Map) -> Result<String, Rejection> {
    let (style, variables) = Style::of(expression);
    // Charged as it grows: a short list may hold a long text many times over.
    let encode = |text: &str| -> Result<String, Rejection> {
        let encoded = utf8_percent_encode(text, style.keep).to_string();
        surroundings.limits.grow(encoded.len())?;
        Ok(encoded)
    };
    let mut written = Vec::new();
    for variable in variables.split(',').map(|text| Variable::parse(text.trim())) {
        let Some(value) = parameters.get(variable.name).filter(|value| !value.is_nil()) else {
            continue;
        };
        let values: Vec<(Option<String>, String)> = match value {
            Value::Array(items) => {
                let items = items.borrow();
                let pairs = items.iter().map(|item| Ok((None, encode(&item.to_text())?)));
                pairs.collect::<Result<_, Rejection>>()?
            }
            Value::Hash(hash) => hash
                .borrow()
                .iter()
                .map(|(key, value)| Ok((Some(encode(key)?), encode(&value.to_text())?)))
                .collect::<Result<_, Rejection>>()?,
            scalar => {
                let text = scalar.to_text();
                let text: String = text.chars().take(variable.prefix.unwrap_or(usize::MAX)).collect();
                written.push(style.named(variable.name, &encode(&text)?));
                continue;
            }
        };
        if values.is_empty() {
            continue;
        }
        if variable.is_exploded {
            written.extend(values.into_iter().map(|(key, value)| match key {
                Some(key) => format!("{key}={value}"),
                None => style.named(variable.name, &value),
            }));
        } else {
            let flat: Vec<_> =
                values.into_iter().flat_map(|(key, value)| key.into_iter().chain([value])).collect();
            written.push(style.named(variable.name, &flat.join(",")));
        }
    }
    if written.is_empty() {
        return Ok(String::new());
    }
    Ok(format!("{}{}", style.first, written.join(style.separator)))
}

/// The values of a template's variables in an address, by the first of the templates that fits; nil if none does.
fn extract_url_params(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let templates = match arguments.get(0) {
        Some(Value::Array(templates)) => templates.borrow().clone(),
        _ => vec![arguments.value(0)],
    };
    let url = input.to_text();
    for template in templates {
        surroundings.limits.step()?;
        if let Some(parameters) = extract(&url, &template.to_text())? {
            return Ok(Value::hash(parameters));
        }
    }
    Ok(Value::Nil)
}

fn extract(url: &str, template: &str) -> Result<Option<Map>, Rejection> {
    let mut regex = String::from(r"\A");
    let mut names = Vec::new();
    for part in parts(template) {
        let expression = match part {
            Part::Text(text) => {
                regex.push_str(&::regex::escape(text));
                continue;
            }
            Part::Expression(expression) => expression,
        };
        let (style, variables) = Style::of(expression);
        for (at, variable) in variables.split(',').map(|text| Variable::parse(text.trim())).enumerate() {
            let lead = ::regex::escape(if at == 0 { style.first } else { style.separator });
            let value = if std::ptr::eq(style.keep, RESERVED) { ".*?" } else { "[^/?#&]*?" };
            let name =
                if style.is_named { format!("{}=?", ::regex::escape(variable.name)) } else { String::new() };
            regex.push_str(&format!("(?:{lead}{name}({value}))?"));
            names.push(variable.name);
        }
    }
    regex.push_str(r"\z");
    let Some(found) = pattern::compile(&regex, "", url)?.captures(url) else {
        return Ok(None);
    };
    let values = names.iter().zip(found.iter().skip(1)).filter_map(|(name, value)| {
        let decoded = percent_decode_str(value?.as_str()).decode_utf8_lossy();
        Some(((*name).into(), Value::str(&*decoded)))
    });
    Ok(Some(values.collect()))
}
