//! Which properties of which tables hold ids of other rows: `belongs_to` of a schema file. An export that calls rows by
//! their external ids must do so there too, and an import that gives rows new ids must write them there.

use std::collections::HashMap;

use serde_json::{Map, Value as Json};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Referent {
    Record { table: String },
    User,
}

/// One property of one record.
#[derive(Debug)]
pub(super) struct Reference<'a> {
    pub(super) property: &'a str,
    pub(super) referent: &'a Referent,
    pub(super) value: &'a Json,
    /// The value as text.
    pub(super) id: String,
}

#[derive(Debug, Default)]
pub(crate) struct References(HashMap<String, Vec<(String, Referent)>>);

impl References {
    /// Of a table: the properties with what they refer to.
    fn of(&self, table: &str) -> &[(String, Referent)] {
        self.0.get(table).map_or(&[], Vec::as_slice)
    }

    /// Those of the properties of a record that may hold an id.
    pub(super) fn in_properties<'a>(
        &'a self,
        table: &str,
        properties: &'a Map<String, Json>,
    ) -> impl Iterator<Item = Reference<'a>> {
        self.of(table).iter().filter_map(|(property, referent)| {
            let value = properties.get(property)?;
            let id = match value {
                Json::String(text) => text.trim().to_owned(),
                Json::Number(number) => number.to_string(),
                _ => return None,
            };
            Some(Reference { property, referent, value, id })
        })
    }
}

/// Table, property, and what the property belongs to: `user`, or the name of a table.
impl<'a> FromIterator<(&'a str, &'a str, &'a str)> for References {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str, &'a str)>>(references: I) -> Self {
        let mut by_table: HashMap<String, Vec<_>> = HashMap::new();
        for (table, property, referent) in references {
            let is_user = ["user", "users"].contains(&referent.to_ascii_lowercase().as_str());
            let referent =
                if is_user { Referent::User } else { Referent::Record { table: referent.to_owned() } };
            by_table.entry(table.to_owned()).or_default().push((property.to_owned(), referent));
        }
        Self(by_table)
    }
}
