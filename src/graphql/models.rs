//! Models: the older name of records, with other words for table and relation. Deleted ones are in the list unless the
//! filter says otherwise.

use serde_json::Value as Json;

use super::World;
use super::error::Error;
use super::filter;
use super::rows::collection;
use super::selection::Field;
use crate::records::{Liveness, Record};

pub(super) fn models(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let filter = field.argument("filter");
    let mut criteria = filter::records(world.app, filter)?;
    let says_which =
        filter.and_then(|filter| filter.get("deleted_at")).is_some_and(|deleted| !deleted.is_null());
    if !says_which {
        criteria.liveness = Liveness::Either;
    }
    collection::<Record>(field, &criteria, world)
}
