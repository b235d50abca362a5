//! Who may send a form. One that does not say is for the owner alone. Pure.

use crate::app::Form;
use crate::records::UserId;

/// `owner` is whose the record is that the form changes: its creator, or the user itself. `None` where the form creates one.
pub(super) fn may_submit(form: &Form, visitor: Option<UserId>, owner: Option<Option<UserId>>) -> bool {
    match (form.resource_owner.as_deref(), owner) {
        (Some("anyone"), _) => true,
        (_, Some(owner)) => visitor.is_some() && visitor == owner,
        // Nobody is the user who is not there yet.
        (_, None) => visitor.is_some() && form.resource != "User",
    }
}
