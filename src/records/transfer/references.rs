//! Which properties of which tables hold ids of other rows: `belongs_to` of a schema file. An import that gives rows new
//! ids must write them there too.

use std::collections::HashMap;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Referent {
    Record,
    User,
}

#[derive(Debug, Default)]
pub(crate) struct References(HashMap<String, Vec<(String, Referent)>>);

impl References {
    /// Of a table: the properties with what they refer to.
    pub(super) fn of(&self, table: &str) -> &[(String, Referent)] {
        self.0.get(table).map_or(&[], Vec::as_slice)
    }
}

/// Table, property, and what the property belongs to: `user`, or the name of a table.
impl<'a> FromIterator<(&'a str, &'a str, &'a str)> for References {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str, &'a str)>>(references: I) -> Self {
        let mut by_table: HashMap<String, Vec<_>> = HashMap::new();
        for (table, property, referent) in references {
            let is_user = ["user", "users"].contains(&referent.to_ascii_lowercase().as_str());
            let referent = if is_user { Referent::User } else { Referent::Record };
            by_table.entry(table.to_owned()).or_default().push((property.to_owned(), referent));
        }
        Self(by_table)
    }
}
