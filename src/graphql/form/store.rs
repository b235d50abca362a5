//! What a form writes: records of a table, or users. Their own rules come on top of the form's: types of properties,
//! addresses that are taken once.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::Errors;
use super::fields::{Fields, Place, Values};
use super::file::SentFile;
use super::rule::{Demand, Rule, is_blank};
use super::upload::{self, Part};
use crate::app::{App, Form, PropertyType, Table};
use crate::graphql::World;
use crate::graphql::cast;
use crate::graphql::error::Error;
use crate::graphql::filter;
use crate::graphql::input::Input;
use crate::graphql::record_mutations::{self, declared};
use crate::graphql::users;
use crate::graphql::value_upload::{self, Files};
use crate::records::{
    Attribute, Column, Criteria, DataError, Entity, Filter, Liveness, NewRecord, Operand, Page, Record,
    RecordId, User, UserId, UserRefusal,
};

/// The columns of a user that a form may write.
const USER_COLUMNS: [&str; 8] =
    ["email", "password", "first_name", "middle_name", "last_name", "name", "slug", "external_id"];

#[derive(Debug, Clone, Copy)]
pub(super) enum Target<'a> {
    Records(&'a Table),
    Users(&'a Table),
}

/// What a form changes, as it is now.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) owner: Option<UserId>,
    pub(super) columns: Map<String, Json>,
    pub(super) properties: Map<String, Json>,
}

impl Stored {
    /// As Liquid sees what a form has changed.
    pub(super) fn into_values(self, id: i64) -> Map<String, Json> {
        Values::default().over(Some(&self)).to_json(id)
    }
}

impl<'a> Target<'a> {
    pub(super) fn of(form: &Form, app: &'a App) -> Result<Self, Error> {
        match form.resource.as_str() {
            "" => Err(Error::new(format!("form `{}` names no resource: a table, or User", form.name))),
            "User" => Ok(Self::Users(app.users_table())),
            table => declared(app, table).map(Self::Records),
        }
    }

    fn table(self) -> &'a Table {
        match self {
            Self::Records(table) | Self::Users(table) => table,
        }
    }

    /// `None` if there is none, or it is deleted.
    pub(super) fn stored(self, id: i64, world: &World<'_>) -> Result<Option<Stored>, Error> {
        match self {
            Self::Users(_) => Ok(world.data.user(UserId(id))?.map(|user| Stored {
                owner: Some(user.id),
                columns: columns_of(&user),
                properties: user.properties,
            })),
            Self::Records(_) => {
                let known = Filter::OneOf(Attribute::Column(Column::Id), vec![Operand::Integer(id)]);
                let page = Page { number: 1, size: 1 };
                let found: Vec<Record> = world.data.page(&self.criteria(vec![known]), &[], page)?;
                Ok(found.into_iter().next().map(|record| Stored {
                    owner: record.user_id.map(UserId),
                    columns: Map::new(),
                    properties: record.properties,
                }))
            }
        }
    }

    /// What is wrong with the values beside others and with their types.
    pub(super) fn check(
        self,
        fields: &Fields<'_>,
        values: &Values,
        id: Option<i64>,
        world: &World<'_>,
        errors: &mut Errors,
    ) -> Result<(), Error> {
        for field in fields.iter() {
            let value = values.get(field.place);
            if let Place::Property(name) = field.place
                && let Some(property) = self.table().properties.get(name)
                && let Err(error) = cast::to_stored(value.clone(), property.kind)
            {
                errors.add(field.place, error.to_string());
                continue;
            }
            if !field.is_virtual
                && let Place::Property(name) = field.place
                && let Some(property) = self.table().properties.get(name)
                && property.kind == PropertyType::Upload
                && let Some(said) = Part::of(value).and_then(|part| part.refused(property))
            {
                errors.add(field.place, said);
            }
            for rule in &field.rules {
                if self.is_taken(rule, field.place, values, id, world)? {
                    errors.add(field.place, rule.says("has already been taken"));
                }
                if let Demand::File(demand) = &rule.demand
                    && !rule.allows(value)
                    && let Some(file) = SentFile::of(value, world)?
                    && let Some(said) = demand.broken(&file)
                {
                    errors.add(field.place, rule.says(&said));
                }
            }
        }
        Ok(())
    }

    fn is_taken(
        self,
        rule: &Rule,
        place: Place<'_>,
        values: &Values,
        id: Option<i64>,
        world: &World<'_>,
    ) -> Result<bool, Error> {
        let Demand::Unique { scope } = &rule.demand else { return Ok(false) };
        let value = values.get(place);
        if is_blank(value) {
            return Ok(false);
        }
        let same = |place: Place<'_>| {
            let field = match place {
                Place::Property(name) => Attribute::Property(Arc::from(name)),
                Place::Column(name) => filter::attribute(self.entity(), name),
            };
            match cast::text_of(values.get(place)) {
                Some(text) => Filter::OneOf(field, vec![Operand::Text(text)]),
                None => Filter::Not(Box::new(Filter::Exists(field))),
            }
        };
        let mut tests = vec![same(place)];
        tests.extend(scope.iter().map(|name| {
            let is_property = self.table().properties.contains_key(name.as_str());
            same(if is_property { Place::Property(name) } else { Place::Column(name) })
        }));
        if let Some(id) = id {
            let itself = Filter::OneOf(Attribute::Column(Column::Id), vec![Operand::Integer(id)]);
            tests.push(Filter::Not(Box::new(itself)));
        }
        Ok(world.data.count(&self.criteria(tests))? > 0)
    }

    /// The files among what was sent, written but not stored; the values name them from then on.
    pub(super) fn keep_files(
        self,
        fields: &Fields<'_>,
        sent: &mut Values,
        world: &World<'_>,
    ) -> Result<Files, Error> {
        let mut files = Files::default();
        for field in fields.iter().filter(|field| !field.is_virtual) {
            if let Place::Property(name) = field.place
                && let Some(value) = sent.sent_mut(field.place)
            {
                upload::keep(value, name, self.table(), &mut files, world)?;
            }
        }
        Ok(files)
    }

    /// Writes what was sent; the id, or what the row itself refuses.
    pub(super) fn store(
        self,
        fields: &Fields<'_>,
        sent: &Values,
        id: Option<i64>,
        world: &mut World<'_>,
    ) -> Result<Result<i64, Errors>, Error> {
        let input = self.input(fields, sent)?;
        match self {
            Self::Records(table) => store_record(table, &input, id, world).map(Ok),
            Self::Users(table) => store_user(table, &input, id, world),
        }
    }

    /// Deletes the record softly; whether it is one.
    pub(super) fn delete(self, id: i64, world: &mut World<'_>) -> Result<bool, Error> {
        let now = world.now;
        let deleted = match self {
            Self::Users(_) => None,
            Self::Records(_) => world.data.change_record(RecordId(id), now, |record| {
                record.deleted_at.get_or_insert(now);
                Ok::<_, Error>(())
            })?,
        };
        Ok(deleted.transpose()?.is_some())
    }

    /// The input of the mutation that does the same.
    fn input(self, fields: &Fields<'_>, sent: &Values) -> Result<Map<String, Json>, Error> {
        let mut input = Map::new();
        let mut properties = Vec::new();
        for field in fields.iter().filter(|field| !field.is_virtual) {
            let Some(value) = sent.sent(field.place) else { continue };
            match (field.place, self) {
                (Place::Property(name), _) => properties.push(json!({ "name": name, "value": value })),
                (Place::Column(name), Self::Users(_)) if USER_COLUMNS.contains(&name) => {
                    input.insert(name.to_owned(), value.clone());
                }
                (Place::Column("external_id"), Self::Records(_)) => {
                    input.insert("external_id".to_owned(), value.clone());
                }
                (Place::Column(name), _) => {
                    let hint = "a field that is not stored is marked `property_options: {virtual: true}`";
                    return Err(Error::new(format!("a form cannot write `{name}`: {hint}")));
                }
            }
        }
        input.insert("properties".to_owned(), Json::Array(properties));
        Ok(input)
    }

    fn entity(self) -> Entity {
        match self {
            Self::Records(_) => Entity::Record,
            Self::Users(_) => Entity::User,
        }
    }

    fn criteria(self, tests: Vec<Filter>) -> Criteria {
        let mut tests = tests;
        let table = match self {
            Self::Records(table) => {
                let name = Operand::Text(table.name.to_string());
                tests.push(Filter::OneOf(Attribute::Column(Column::Table), vec![name]));
                Some(Arc::clone(&table.name))
            }
            Self::Users(_) => None,
        };
        Criteria { entity: self.entity(), table, liveness: Liveness::Live, filter: Filter::All(tests) }
    }
}

fn store_record(
    table: &Table,
    input: &Map<String, Json>,
    id: Option<i64>,
    world: &mut World<'_>,
) -> Result<i64, Error> {
    let input = Input::from(input);
    let (properties, files) = value_upload::of_inputs(input.properties(), table, world)?;
    let (app, now) = (world.app, world.now);
    if let Some(id) = id {
        let change = record_mutations::Change::of(input, &properties)?;
        files.store_with(world, |world| {
            let changed = world.data.change_record(RecordId(id), now, |record| change.apply(record, app))?;
            changed.transpose()
        })?;
        return Ok(id);
    }
    let visitor = world.session.as_ref().and_then(|session| session.user());
    let mut new = NewRecord {
        table: Arc::clone(&table.name),
        user_id: visitor.map(|user| user.0),
        external_id: input.get("external_id").and_then(cast::text_of),
        ..NewRecord::default()
    };
    crate::graphql::properties::apply(&mut new.properties, &properties, table)?;
    Ok(files.store_with(world, |world| world.data.create_record(new, now))?.id.0)
}

fn store_user(
    table: &Table,
    input: &Map<String, Json>,
    id: Option<i64>,
    world: &mut World<'_>,
) -> Result<Result<i64, Errors>, Error> {
    let input = Input::from(input);
    let (properties, files) = value_upload::of_inputs(input.properties(), table, world)?;
    let change = users::Change::of(input, &properties, table)?;
    let now = world.now;
    let apply = |user: &mut User| change.apply(user).map_err(Refusal::Other);
    let stored = files.store_with(world, |world| match id {
        None => world.data.create_user(None, now, apply)?,
        Some(id) => {
            world.data.change_user(UserId(id), now, apply)?.ok_or_else(|| users::missing(UserId(id)))?
        }
    });
    match stored {
        Ok(user) => Ok(Ok(user.id.0)),
        Err(Refusal::Other(error)) => Err(error),
        Err(Refusal::User(refusal)) => {
            let (field, said) = match refusal {
                UserRefusal::EmailBlank => ("email", "can't be blank"),
                UserRefusal::EmailTaken => ("email", "has already been taken"),
                UserRefusal::SlugTaken => ("slug", "has already been taken"),
                UserRefusal::IdTaken => ("id", "has already been taken"),
            };
            let mut errors = Errors::default();
            errors.add(Place::Column(field), said.to_owned());
            Ok(Err(errors))
        }
    }
}

/// Why a user is not stored: for the visitor, or for the developer.
enum Refusal {
    User(UserRefusal),
    Other(Error),
}

impl From<DataError> for Refusal {
    fn from(error: DataError) -> Self {
        Self::Other(error.into())
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

impl From<UserRefusal> for Refusal {
    fn from(refusal: UserRefusal) -> Self {
        Self::User(refusal)
    }
}

/// What of a user a form may show and change. A password cannot be read.
fn columns_of(user: &User) -> Map<String, Json> {
    let columns = [
        ("email", json!(user.email)),
        ("first_name", json!(user.first_name)),
        ("middle_name", json!(user.middle_name)),
        ("last_name", json!(user.last_name)),
        ("name", json!(user.name)),
        ("slug", json!(user.slug)),
        ("external_id", json!(user.external_id)),
    ];
    columns.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
