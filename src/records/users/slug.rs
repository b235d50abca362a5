//! A user's slug, for addresses: made from the name or, without one, the e-mail address, and nobody else's.

use rusqlite::{Connection, params};

use crate::records::rows::{User, UserId};

/// A slug that is free, made from what `user` is called.
pub(super) fn free(connection: &Connection, user: &User) -> rusqlite::Result<String> {
    let local = user.email.split('@').next().unwrap_or_default();
    let base = [user.name.as_deref().unwrap_or_default(), local, "user"];
    let base = base.into_iter().map(parameterized).find(|slug| !slug.is_empty()).unwrap_or_default();
    if !is_taken(connection, &base, user.id)? {
        return Ok(base);
    }
    let last: Option<i64> = connection
        .prepare_cached(
            "SELECT max(CAST(substr(slug, length(?1) + 2) AS INTEGER)) FROM users
             WHERE deleted_at IS NULL AND slug GLOB ?1 || '-[0-9]*'",
        )?
        .query_row([&base], |row| row.get(0))?;
    Ok(format!("{base}-{}", last.unwrap_or(1).saturating_add(1)))
}

/// Somebody else has it.
pub(super) fn is_taken(connection: &Connection, slug: &str, except: UserId) -> rusqlite::Result<bool> {
    connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM users WHERE slug = ?1 AND deleted_at IS NULL AND id <> ?2)",
        )?
        .query_row(params![slug, except.0], |row| row.get(0))
}

/// `Ann O'Neil` is `ann-o-neil`.
fn parameterized(text: &str) -> String {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}
