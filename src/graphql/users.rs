//! Users: who they are, and mutations of them. A user is deleted softly, and can then not sign in.

use serde_json::Value as Json;

use super::World;
use super::cast;
use super::error::Error;
use super::form::{named_by as form_named_by, store as store_through_form};
use super::input::{self, Input};
use super::record_mutations::counted;
use super::rows::{collection, one};
use super::selection::Field;
use super::{filter, profiles, properties, value_upload};
use crate::app::Table;
use crate::records::{
    Attribute, Column, Criteria, Entity, Filter, Liveness, Operand, Page, User, UserId, UserRefusal,
    hash_password, is_password,
};

pub(super) fn users(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let criteria = filter::users(world.app, field.argument("filter"))?;
    collection::<User>(field, &criteria, world)
}

/// The user with all that is given; null where nothing is.
pub(super) fn user(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let columns = [
        ("id", Column::Id),
        ("email", Column::Email),
        ("slug", Column::Slug),
        ("external_id", Column::ExternalId),
    ];
    let tests = columns.into_iter().filter_map(|(name, column)| {
        let text = cast::text_of(field.argument(name)?)?;
        let operand = match column {
            Column::Id => Operand::id(text),
            _ => Operand::Text(text),
        };
        Some(Filter::OneOf(Attribute::Column(column), vec![operand]))
    });
    let tests: Vec<Filter> = tests.collect();
    if tests.is_empty() {
        return Ok(Json::Null);
    }
    let liveness = if field.flag("is_deleted") { Liveness::Deleted } else { Liveness::Live };
    let criteria = Criteria { entity: Entity::User, table: None, liveness, filter: Filter::All(tests) };
    let found: Vec<User> = world.data.page(&criteria, &[], Page { number: 1, size: 1 })?;
    found.into_iter().next().map_or(Ok(Json::Null), |user| one(user, field, world))
}

pub(super) fn current_user(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let signed_in = world.session.as_ref().and_then(|session| session.user());
    let user = match signed_in {
        Some(id) => world.data.user(id)?,
        None => None,
    };
    user.map_or(Ok(Json::Null), |user| one(user, field, world))
}

pub(super) fn create(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let input = Input::of(field, "user")?;
    if let Some(form) = form_named_by(field) {
        return world.atomically(|world| {
            let id = store_through_form(form, input, None, world)?;
            answered(UserId(id), field, world)
        });
    }
    let table = world.app.users_table();
    let (inputs, mut files) = value_upload::of_inputs(input.properties(), table, world)?;
    let profiles = profiles::Changes::of(input, &mut files, world)?;
    let change = Change::of(input, &inputs, table)?;
    let id = field.argument("id").map(|id| input::new_id(id, "id").map(UserId)).transpose()?;
    let now = world.now;
    files.store_with(world, |world| {
        let user = world.data.create_user(id, now, |user| change.apply(user))??;
        profiles.apply(user.id, world)?;
        one(user, field, world)
    })
}

/// Without an `id`, of who is signed in.
pub(super) fn update(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let input = Input::of(field, "user")?;
    let id = match field.argument("id") {
        Some(id) => UserId(input::integer(id, "id")?),
        None => {
            let signed_in = world.session.as_ref().and_then(|session| session.user());
            signed_in.ok_or_else(|| Error::new("user_update needs an `id` where nobody is signed in"))?
        }
    };
    if let Some(form) = form_named_by(field) {
        return world.atomically(|world| {
            store_through_form(form, input, Some(&Json::from(id.0)), world)?;
            answered(id, field, world)
        });
    }
    let table = world.app.users_table();
    let (inputs, mut files) = value_upload::of_inputs(input.properties(), table, world)?;
    let profiles = profiles::Changes::of(input, &mut files, world)?;
    let change = Change::of(input, &inputs, table)?;
    let now = world.now;
    files.store_with(world, |world| {
        let user =
            world.data.change_user(id, now, |user| change.apply(user))?.ok_or_else(|| missing(id))??;
        profiles.apply(id, world)?;
        one(user, field, world)
    })
}

/// The user that a form has stored.
fn answered(id: UserId, field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let user = world.data.user(id)?.ok_or_else(|| missing(id))?;
    one(user, field, world)
}

pub(super) fn delete(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let id = UserId(input::integer(field.argument("id").unwrap_or(&Json::Null), "id")?);
    let now = world.now;
    let delete = |user: &mut User| {
        user.deleted_at.get_or_insert(now);
        Ok::<_, Error>(())
    };
    world.atomically(|world| {
        let user = world.data.change_user(id, now, delete)?;
        one(user.ok_or_else(|| missing(id))??, field, world)
    })
}

/// Changes all who are meant, or none.
pub(super) fn update_all(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let input = Input::of(field, "user")?;
    let table = world.app.users_table();
    let (inputs, mut files) = value_upload::of_inputs(input.properties(), table, world)?;
    let profiles = profiles::Changes::of(input, &mut files, world)?;
    let change = Change::of(input, &inputs, table)?;
    let criteria = meant(field, world)?;
    let now = world.now;
    let count = files.store_with(world, |world| {
        let mut changed = Vec::new();
        let count = world.data.change_users(&criteria, now, |user| {
            changed.push(user.id);
            change.apply(user)
        })??;
        changed.into_iter().try_for_each(|user| profiles.apply(user, world))?;
        Ok::<_, Error>(count)
    })?;
    Ok(counted(count, field))
}

/// Final, as it is for records: who is deleted here does not come back.
pub(super) fn delete_all(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let mut criteria = meant(field, world)?;
    if criteria.liveness == Liveness::Live {
        criteria.liveness = Liveness::Either;
    }
    let count = world.data.purge_users(&criteria)?;
    Ok(counted(count, field))
}

/// A document that forgets its filter must not mean everybody.
fn meant(field: &Field, world: &World<'_>) -> Result<Criteria, Error> {
    let filter = field.argument("filter");
    let is_empty = filter.and_then(Json::as_object).is_none_or(|filter| filter.values().all(Json::is_null));
    if is_empty && !field.flag("all_users") {
        return Err(Error::new(format!("{} needs a `filter`, or `all_users: true`", field.name)));
    }
    filter::users(world.app, filter)
}

/// Signs the visitor in. An address nobody has takes as long as a wrong password, and is told the same.
pub(super) fn sign_in(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    world.session()?;
    let known = world.data.user_of_email(field.text("email").unwrap_or_default())?;
    let hash = known.as_ref().and_then(|user| user.encrypted_password.as_deref());
    let is_right = is_password(field.text("password").unwrap_or_default(), hash);
    let user = known.filter(|_| is_right).ok_or_else(|| Error::new("Invalid email or password"))?;
    let id = user.id;
    // Who is told of an error is not signed in.
    let answer = one(user, field, world)?;
    world.session()?.sign_in(id);
    Ok(answer)
}

/// What a mutation does to a user. A password is hashed before the mutation locks anything; inside `{% transaction %}` and in
/// a form, which locks before it looks at what is there, the lock is held by then.
pub(super) struct Change<'f> {
    input: Input<'f>,
    encrypted_password: Option<String>,
    properties: &'f Json,
    table: &'f Table,
}

impl<'f> Change<'f> {
    pub(super) fn of(input: Input<'f>, properties: &'f Json, table: &'f Table) -> Result<Self, Error> {
        let password = input.text("password").flatten().filter(|password| !password.is_empty());
        let encrypted_password = password.map(|password| hash_password(&password)).transpose()?;
        Ok(Self { input, encrypted_password, properties, table })
    }

    pub(super) fn apply(&self, user: &mut User) -> Result<(), Error> {
        let Self { input, encrypted_password, properties, table } = self;
        for (key, text) in [("email", &mut user.email), ("slug", &mut user.slug)] {
            if let Some(given) = input.text(key) {
                *text = given.unwrap_or_default();
            }
        }
        for (key, text) in [
            ("first_name", &mut user.first_name),
            ("middle_name", &mut user.middle_name),
            ("last_name", &mut user.last_name),
            ("name", &mut user.name),
            ("external_id", &mut user.external_id),
        ] {
            if let Some(given) = input.text(key) {
                *text = given;
            }
        }
        if let Some(hash) = encrypted_password {
            user.encrypted_password = Some(hash.clone());
        }
        if let Some(deleted_at) = input.moment("deleted_at")? {
            user.deleted_at = deleted_at;
        }
        properties::apply(&mut user.properties, properties, table)
    }
}

/// The platform's sentence.
pub(super) fn missing(id: UserId) -> Error {
    Error::new(format!("Can't find User with id={id}"))
}

impl From<UserRefusal> for Error {
    fn from(refusal: UserRefusal) -> Self {
        Self::new(refusal.to_string())
    }
}
