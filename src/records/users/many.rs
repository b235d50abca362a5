//! Changes of many users at once: all who are meant, or, where one is refused, none.

use std::collections::HashSet;

use jiff::Timestamp;
use rusqlite::Connection;

use super::{Refusable, Result, UserRefusal, adjusted, replace};
use crate::records::data::Data;
use crate::records::rows::{self, Criteria, Page, User};

/// One page that holds all.
const ALL: Page = Page { number: 1, size: u64::MAX };

impl Data {
    /// Changes all users who are meant and says how many they are. Nobody is changed where `change` refuses one, or two
    /// would share what users may not share.
    pub(crate) fn change_users<E: From<UserRefusal>>(
        &mut self,
        criteria: &Criteria,
        now: Timestamp,
        mut change: impl FnMut(&mut User) -> std::result::Result<(), E>,
    ) -> Result<std::result::Result<u64, E>> {
        self.write(|connection| {
            let mut changed = Vec::new();
            for before in rows::page::<User>(connection, criteria, &[], ALL)? {
                match adjusted(connection, &before, now, &mut change)? {
                    Ok(user) => changed.push(user),
                    Err(refusal) => return Ok(Err(refusal)),
                }
            }
            if let Err(refusal) = are_apart(&changed) {
                return Ok(Err(refusal.into()));
            }
            for user in &changed {
                replace(connection, user)?;
            }
            Ok(Ok(changed.len() as u64))
        })
    }

    /// Takes the users who are meant away for good; how many there were. Their ids are not given to others.
    pub(crate) fn purge_users(&mut self, criteria: &Criteria) -> Result<u64> {
        self.write(|connection| {
            let users = rows::page::<User>(connection, criteria, &[], ALL)?;
            users.iter().try_for_each(|user| purge(connection, user))?;
            Ok(users.len() as u64)
        })
    }
}

/// No two of them share an address or a slug; those who are deleted take nothing from anybody.
fn are_apart(users: &[User]) -> Refusable<()> {
    let (mut emails, mut slugs) = (HashSet::new(), HashSet::new());
    for user in users.iter().filter(|user| user.deleted_at.is_none()) {
        if !emails.insert(user.email.to_ascii_lowercase()) {
            return Err(UserRefusal::EmailTaken);
        }
        if !slugs.insert(&user.slug) {
            return Err(UserRefusal::SlugTaken);
        }
    }
    Ok(())
}

fn purge(connection: &Connection, user: &User) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM users WHERE id = ?1")?.execute([user.id.0])?;
    Ok(())
}
