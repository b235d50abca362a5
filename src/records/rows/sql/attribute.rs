//! The value of one attribute of a row as an SQL expression: as it lies there, as text, as a number, as JSON. NULL where a row
//! has no such attribute.

use super::{Row, Sql};
use crate::records::rows::criteria::{Attribute, Column, Entity};

impl Sql {
    /// The value of an attribute as it lies there; NULL if there is none.
    pub(super) fn raw(&mut self, attribute: &Attribute, row: &Row<'_>) {
        match attribute {
            Attribute::Column(column) => drop(self.column(*column, row)),
            Attribute::Property(name) => {
                self.push("json_extract(").push(&row.alias).push(".properties, ").bind(path(name)).push(")");
            }
        }
    }

    pub(super) fn text_of(&mut self, attribute: &Attribute, row: &Row<'_>) {
        match attribute {
            Attribute::Property(name) => self.property_text(name, row),
            Attribute::Column(column) if column.is_time() => {
                self.push("strftime('%Y-%m-%dT%H:%M:%fZ', ");
                self.column(*column, row).push(" / 1000.0, 'unixepoch')");
            }
            Attribute::Column(Column::Id | Column::UserId) => {
                self.push("CAST(");
                self.raw(attribute, row);
                self.push(" AS TEXT)");
            }
            Attribute::Column(column) => drop(self.column(*column, row)),
        }
    }

    pub(super) fn number_of(&mut self, attribute: &Attribute, row: &Row<'_>) {
        match attribute {
            Attribute::Property(name) => self.property_number(name, row),
            Attribute::Column(column) => drop(self.column(*column, row)),
        }
    }

    pub(super) fn column(&mut self, column: Column, row: &Row<'_>) -> &mut Self {
        match column.name(row.entity) {
            Some(name) => self.push(&row.alias).push(".").push(name),
            None => self.push("NULL"),
        }
    }

    pub(super) fn property_text(&mut self, name: &str, row: &Row<'_>) {
        let path = path(name);
        self.push("CASE json_type(").push(&row.alias).push(".properties, ").bind(path.clone());
        self.push(") WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE CAST(json_extract(");
        self.push(&row.alias).push(".properties, ").bind(path).push(") AS TEXT) END");
    }

    /// `->>` makes numbers of `true` and `false`, which they are not.
    pub(super) fn property_number(&mut self, name: &str, row: &Row<'_>) {
        let path = path(name);
        self.push("CASE WHEN json_type(").push(&row.alias).push(".properties, ").bind(path.clone());
        self.push(") IN ('integer', 'real', 'text') THEN number(").push(&row.alias).push(".properties ->> ");
        self.bind(path).push(") END");
    }

    /// The place of the value in the list; NULL where it is not in it.
    pub(super) fn listed(&mut self, column: Column, values: &[String], row: &Row<'_>) {
        let values = serde_json::Value::from(values).to_string();
        self.push("(SELECT min(listed.key) FROM json_each(").bind(values);
        self.push(") AS listed WHERE listed.value = CAST(");
        self.column(column, row).push(" AS TEXT))");
    }

    pub(super) fn json(&mut self, attribute: &Attribute, row: &Row<'_>) {
        match attribute {
            Attribute::Property(name) => {
                self.push(&row.alias).push(".properties -> ").bind(path(name));
            }
            // No column is an array.
            Attribute::Column(_) => drop(self.push("NULL")),
        }
    }

    pub(super) fn is_array(&mut self, attribute: &Attribute, row: &Row<'_>) {
        match attribute {
            Attribute::Property(name) => {
                self.push("coalesce(json_type(").push(&row.alias).push(".properties, ");
                self.bind(path(name)).push(") = 'array', 0)");
            }
            Attribute::Column(_) => drop(self.push("0")),
        }
    }
}

/// An element of `json_each … AS e` as text.
pub(super) const ELEMENT_TEXT: &str =
    "CASE e.type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE CAST(e.value AS TEXT) END";

/// The JSON path of a property; its name may hold anything, so it is written as the JSON string that the key is.
fn path(name: &str) -> String {
    format!("$.{}", serde_json::Value::from(name))
}

impl Entity {
    pub(in crate::records::rows) fn table(self) -> &'static str {
        match self {
            Self::Record => "records",
            Self::User => "users",
            Self::Profile => "user_profiles",
            Self::Activity => "activities",
        }
    }
}

impl Column {
    /// The name in the entity's table; `None` where it has no such column.
    fn name(self, entity: Entity) -> Option<&'static str> {
        use Entity::{Activity, Profile, Record, User};
        let (of, name): (&[Entity], _) = match self {
            Self::Id => (&[Record, User, Profile, Activity], "id"),
            Self::CreatedAt => (&[Record, User, Profile, Activity], "created_at"),
            // An activity never changes.
            Self::UpdatedAt if entity == Activity => (&[Activity], "created_at"),
            Self::UpdatedAt => (&[Record, User, Profile], "updated_at"),
            Self::DeletedAt => (&[Record, User, Profile], "deleted_at"),
            Self::ExternalId => (&[Record, User], "external_id"),
            Self::Table if entity == Profile => (&[Profile], "profile_type"),
            Self::Table => (&[Record], "table_name"),
            Self::UserId => (&[Record, Profile], "user_id"),
            Self::Email => (&[User], "email"),
            Self::FirstName => (&[User], "first_name"),
            Self::MiddleName => (&[User], "middle_name"),
            Self::LastName => (&[User], "last_name"),
            Self::Name => (&[User], "name"),
            Self::Slug => (&[User], "slug"),
            Self::Language => (&[User], "language"),
            Self::Uuid => (&[Activity], "uuid"),
        };
        of.contains(&entity).then_some(name)
    }

    fn is_time(self) -> bool {
        matches!(self, Self::CreatedAt | Self::UpdatedAt | Self::DeletedAt)
    }

    /// Every row has a value there.
    pub(super) fn is_never_null(self) -> bool {
        matches!(
            self,
            Self::Id
                | Self::Table
                | Self::CreatedAt
                | Self::UpdatedAt
                | Self::Email
                | Self::Slug
                | Self::Uuid
        )
    }
}
