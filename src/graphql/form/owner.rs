//! Who may send a form. One that does not say is for the owner alone. Pure.

use crate::records::UserId;

/// `owner` is whose the record is that the form changes: its creator, or the user itself. `None` where the form creates one.
///
/// `anyone` may change any record of the form's table, as on the platform. A user is changed by nobody but itself, whatever
/// the form says: a form with a password in it would give every account to whoever sends its id.
pub(super) fn may_submit(
    resource: &str,
    resource_owner: Option<&str>,
    visitor: Option<UserId>,
    owner: Option<Option<UserId>>,
) -> bool {
    let is_for_anyone = resource_owner == Some("anyone");
    let is_of_users = resource == "User";
    match owner {
        Some(owner) => (is_for_anyone && !is_of_users) || (visitor.is_some() && visitor == owner),
        // Nobody is the user who is not there yet.
        None => is_for_anyone || (visitor.is_some() && !is_of_users),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_is_for_the_owner_unless_it_says_otherwise_and_a_user_for_itself() {
        const ME: Option<UserId> = Some(UserId(1));
        const OTHER: Option<UserId> = Some(UserId(2));
        for (resource, resource_owner, visitor, owner, expected) in [
            ("car", Some("anyone"), None, None, true),
            ("car", Some("anyone"), None, Some(OTHER), true),
            ("car", Some("anyone"), None, Some(None), true),
            ("car", None, None, None, false),
            ("car", None, ME, None, true),
            ("car", None, ME, Some(ME), true),
            ("car", Some("creator"), ME, Some(OTHER), false),
            ("car", None, None, Some(None), false),
            ("User", Some("anyone"), None, None, true),
            ("User", Some("anyone"), None, Some(OTHER), false),
            ("User", Some("anyone"), ME, Some(OTHER), false),
            ("User", Some("anyone"), ME, Some(ME), true),
            ("User", Some("self"), ME, Some(ME), true),
            ("User", None, ME, None, false),
        ] {
            let told = may_submit(resource, resource_owner, visitor, owner);
            assert_eq!(told, expected, "{resource} {resource_owner:?} {visitor:?} {owner:?}");
        }
    }
}
