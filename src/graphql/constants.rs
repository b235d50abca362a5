//! Constants: read and changed by name. Values may be secrets: they are answered to those who ask, and shown nowhere else.

use serde_json::{Value as Json, json};

use super::World;
use super::cast;
use super::error::Error;
use super::listing::{Item, chosen, only, paged, plain};
use super::selection::Field;
use crate::records::Constant;

impl Item for Constant {
    fn value(&self, name: &str) -> Json {
        match name {
            "name" | "id" => json!(self.name),
            "value" => json!(self.value),
            "created_at" => json!(cast::iso(self.created_at)),
            "updated_at" => json!(cast::iso(self.updated_at)),
            _ => Json::Null,
        }
    }
}

pub(super) fn constants(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let found = chosen(world.data.all_constants()?.into_values(), field)?;
    paged(field, &found, plain)
}

pub(super) fn constant(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let found = only(world.data.all_constants()?.into_values(), field)?;
    found.map_or(Ok(Json::Null), |constant| plain(&constant, &field.fields))
}

pub(super) fn set(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let name = field.text("name").unwrap_or_default();
    if name.trim().is_empty() {
        return Err(Error::new("Name can't be blank"));
    }
    let constant = world.data.set_constant(name, field.text("value").unwrap_or_default(), world.now)?;
    plain(&constant, &field.fields)
}

pub(super) fn unset(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let constant = world.data.unset_constant(field.text("name").unwrap_or_default())?;
    constant.map_or(Ok(Json::Null), |constant| plain(&constant, &field.fields))
}
