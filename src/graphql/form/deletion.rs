//! What a form takes away: a record, softly, by who may change it. A form sends nothing and calls nothing back then: that is
//! for what is stored.

use super::store::Target;
use super::{PATIENCE, Submitted, owner};
use crate::app::Form;
use crate::graphql::World;
use crate::graphql::error::Error;

/// Deletes the record `id` of the form's table. Nobody deletes a user so: an account ends by the app's own doing.
///
/// # Errors
/// The form writes something that is not there, or the store fails.
pub(crate) fn delete(form: &Form, id: i64, world: &mut World<'_>) -> Result<Submitted, Error> {
    let target = Target::of(form, world.app)?;
    world.data.begin(PATIENCE)?;
    let deleted = settle(form, target, id, world);
    world.data.end(deleted)
}

fn settle(form: &Form, target: Target<'_>, id: i64, world: &mut World<'_>) -> Result<Submitted, Error> {
    let Some(stored) = target.stored(id, world)? else { return Ok(Submitted::Missing) };
    let visitor = world.session.as_ref().and_then(|session| session.user());
    let may = owner::may_submit(&form.resource, form.resource_owner.as_deref(), visitor, Some(stored.owner));
    if !may || !target.delete(id, world)? {
        return Ok(Submitted::Forbidden);
    }
    Ok(Submitted::Stored { id, values: stored.into_values(id) })
}
