//! The fields of a form: what may be sent, and the rules it must keep. What is sent besides is not looked at.

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use super::Errors;
use super::rule::{Demand, Rule};
use super::store::Stored;
use crate::app::Form;
use crate::graphql::error::Error;

/// The group of fields that are properties; the others are columns.
const PROPERTIES: &str = "properties";

const PASSWORD: Place<'_> = Place::Column("password");

/// What a field says of itself; other keys would be fields within it.
const OF_A_FIELD: [&str; 2] = ["validation", "property_options"];

#[derive(Debug)]
pub(super) struct Fields<'f>(Vec<Field<'f>>);

#[derive(Debug)]
pub(super) struct Field<'f> {
    pub(super) place: Place<'f>,
    pub(super) rules: Vec<Rule>,
    /// Looked at, never stored.
    pub(super) is_virtual: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place<'f> {
    Column(&'f str),
    Property(&'f str),
}

/// What was sent, of each group by name. A field that is not there was not sent.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Values {
    columns: Map<String, Json>,
    properties: Map<String, Json>,
}

impl<'f> Fields<'f> {
    /// # Errors
    /// The form has fields of something else than a record or a user, or a rule that is not kept here.
    pub(super) fn of(form: &'f Form) -> Result<Self, Error> {
        let mut fields = Vec::new();
        for (name, about) in &form.fields {
            match about.as_object() {
                _ if name == PROPERTIES => {
                    for (name, about) in about.as_object().into_iter().flatten() {
                        fields.push(Field::of(Place::Property(name), about)?);
                    }
                }
                Some(about) if about.keys().any(|key| !OF_A_FIELD.contains(&key.as_str())) => {
                    let name = &form.name;
                    return Err(Error::new(format!("not supported here: fields within `{name}` of a form")));
                }
                _ => fields.push(Field::of(Place::Column(name), about)?),
            }
        }
        Ok(Self(fields))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Field<'f>> {
        self.0.iter()
    }

    /// Of what was sent, what may be. Properties are sent with `_attributes` behind the name of their group.
    pub(super) fn accepted(&self, payload: &Map<String, Json>) -> Values {
        let group = format!("{PROPERTIES}_attributes");
        let group = payload.get(&group).and_then(Json::as_object);
        let mut values = Values::default();
        for field in &self.0 {
            let (sent, kept) = match field.place {
                Place::Column(_) => (Some(payload), &mut values.columns),
                Place::Property(_) => (group, &mut values.properties),
            };
            let name = field.place.name();
            if let Some(value) = sent.and_then(|sent| sent.get(name)) {
                kept.insert(name.to_owned(), value.clone());
            }
        }
        values
    }

    /// What is wrong with what was `sent`, over what is `stored` where something is, as far as it can be looked at by
    /// itself. A password that is stored cannot be read, and one that stays is not entered twice.
    pub(super) fn check(&self, sent: &Values, stored: Option<&Stored>, now: Timestamp, errors: &mut Errors) {
        let values = sent.over(stored);
        for field in &self.0 {
            let is_sent = sent.sent(field.place).is_some();
            if field.place == PASSWORD && !is_sent && stored.is_some() {
                continue;
            }
            let confirmation = format!("{}_confirmation", field.place.name());
            let confirmation = values.get(field.place.beside(&confirmation));
            let rules =
                field.rules.iter().filter(|rule| is_sent || !matches!(rule.demand, Demand::Confirmation));
            for said in rules.filter_map(|rule| rule.broken(values.get(field.place), confirmation, now)) {
                errors.add(field.place, said);
            }
        }
    }
}

impl<'f> Field<'f> {
    fn of(place: Place<'f>, about: &Json) -> Result<Self, Error> {
        let rules = about.get("validation").and_then(Json::as_object);
        let rules = rules.into_iter().flatten().map(|(name, options)| Rule::parse(name, options));
        let rules: Vec<Option<Rule>> = rules.collect::<Result<_, Error>>()?;
        let options = about.get("property_options");
        let is_virtual = options.and_then(|options| options.get("virtual")).and_then(Json::as_bool);
        Ok(Self {
            place,
            rules: rules.into_iter().flatten().collect(),
            is_virtual: is_virtual.unwrap_or(false),
        })
    }
}

impl<'f> Place<'f> {
    pub(super) fn name(self) -> &'f str {
        match self {
            Self::Column(name) | Self::Property(name) => name,
        }
    }

    /// Another field of the same group.
    fn beside<'n>(self, name: &'n str) -> Place<'n> {
        match self {
            Self::Column(_) => Place::Column(name),
            Self::Property(_) => Place::Property(name),
        }
    }

    /// As errors name it: `properties.color`, `email`.
    pub(super) fn path(self) -> String {
        match self {
            Self::Column(name) => name.to_owned(),
            Self::Property(name) => format!("{PROPERTIES}.{name}"),
        }
    }
}

impl Values {
    pub(super) fn get(&self, place: Place<'_>) -> &Json {
        self.sent(place).unwrap_or(&Json::Null)
    }

    pub(super) fn sent(&self, place: Place<'_>) -> Option<&Json> {
        match place {
            Place::Column(name) => self.columns.get(name),
            Place::Property(name) => self.properties.get(name),
        }
    }

    /// To be changed, if it was sent.
    pub(super) fn sent_mut(&mut self, place: Place<'_>) -> Option<&mut Json> {
        match place {
            Place::Column(name) => self.columns.get_mut(name),
            Place::Property(name) => self.properties.get_mut(name),
        }
    }

    /// The same with what is stored where nothing was sent.
    pub(super) fn over(&self, stored: Option<&Stored>) -> Self {
        let mut all = stored.map_or_else(Self::default, |stored| Self {
            columns: stored.columns.clone(),
            properties: stored.properties.clone(),
        });
        all.columns.extend(self.columns.clone());
        all.properties.extend(self.properties.clone());
        all
    }

    /// As Liquid sees them: `form.properties.color`, `form.email`. A password is not for templates, and not for the queue.
    pub(super) fn to_json(&self, id: i64) -> Map<String, Json> {
        let mut all = self.columns.clone();
        all.retain(|name, _| !name.starts_with("password"));
        all.insert(PROPERTIES.to_owned(), Json::Object(self.properties.clone()));
        all.insert("id".to_owned(), id.to_string().into());
        all
    }
}
