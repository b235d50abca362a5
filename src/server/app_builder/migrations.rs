//! Migrations: list them, run one, and the name and body of a new one.

use axum::http::StatusCode;
use jiff::{Timestamp, ToSpan as _};
use serde_json::Value as Json;

use super::{parameter, unprocessable};
use crate::app::{App, MigrationTimestamp};
use crate::migrations::Error;
use crate::protocol::{MigrationList, MigrationRecord, NewMigration, RanMigration};
use crate::server::answer::Answer;
use crate::server::request::Request;
use crate::server::state::State;

/// What a new migration begins with.
const BODY: &str = "\
{% comment %}
  Runs once, in one transaction: after an error, or after rollback, nothing of it stays.
{% endcomment %}
";

/// Characters of a name.
const LONGEST_NAME: usize = 100;

pub(super) fn list(state: &State) -> Answer {
    let engine = state.live.engine();
    match state.migrator.list(engine.app()) {
        Ok(listed) => {
            let migrations = listed.into_iter().map(|listed| MigrationRecord {
                id: Json::from(listed.timestamp),
                name: listed.name,
                state: listed.state.as_str().to_owned(),
                error_messages: Json::from(listed.error),
            });
            Answer::json(StatusCode::OK, &MigrationList { migrations: migrations.collect() })
        }
        Err(error) => refused(&error),
    }
}

/// Writes nothing: that is the client's.
pub(super) fn generate(state: &State, request: &Request) -> Answer {
    let name = parameter(request, "name").map(|name| snake_case(&name)).unwrap_or_default();
    if name.is_empty() || name.len() > LONGEST_NAME {
        return unprocessable("`name` is a few words: letters, digits and `_`, such as fill_in_slugs");
    }
    let engine = state.live.engine();
    let name = format!("{}_{name}", free_timestamp(engine.app(), Timestamp::now()));
    Answer::json(StatusCode::OK, &NewMigration { name, body: BODY.to_owned() })
}

pub(super) fn run(state: &State, request: &Request) -> Answer {
    let Some(timestamp) = parameter(request, "timestamp") else {
        return unprocessable("`timestamp` says which migration is meant");
    };
    let timestamp = match timestamp.parse::<MigrationTimestamp>() {
        Ok(timestamp) => timestamp,
        Err(error) => return unprocessable(&error.to_string()),
    };
    let engine = state.live.engine();
    match state.migrator.run_one(&engine, &timestamp) {
        Ok(migration) => Answer::json(StatusCode::OK, &RanMigration { name: migration.name.clone() }),
        Err(error) => refused(&error),
    }
}

fn refused(error: &Error) -> Answer {
    match error {
        Error::NotFound { .. } | Error::Done { .. } | Error::Failed { .. } => {
            unprocessable(&error.to_string())
        }
        Error::Data(_) | Error::Queue(_) => Answer::failed(&error.to_string()),
    }
}

/// `now`, or the first second after it that no migration has.
fn free_timestamp(app: &App, now: Timestamp) -> String {
    let is_taken = |text: &str| {
        text.parse::<MigrationTimestamp>().is_ok_and(|timestamp| app.migration(&timestamp).is_some())
    };
    let written = |seconds: i64| {
        let moment = now.checked_add(seconds.seconds()).unwrap_or(now);
        moment.strftime("%Y%m%d%H%M%S").to_string()
    };
    (0..=i64::from(u16::MAX)).map(written).find(|text| !is_taken(text)).unwrap_or_else(|| written(0))
}

/// `FillIn slugs` is `fill_in_slugs`.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    let mut was_lower = false;
    for char in name.chars() {
        let is_word = char.is_ascii_alphanumeric();
        let begins = char.is_ascii_uppercase() && was_lower;
        if (begins || !is_word) && !snake.is_empty() && !snake.ends_with('_') {
            snake.push('_');
        }
        if is_word {
            snake.push(char.to_ascii_lowercase());
        }
        was_lower = char.is_ascii_lowercase() || char.is_ascii_digit();
    }
    snake.trim_end_matches('_').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_file_names() {
        for (name, expected) in [
            ("fill_in_slugs", "fill_in_slugs"),
            ("FillIn slugs", "fill_in_slugs"),
            ("../../etc/passwd", "etc_passwd"),
            ("Add2Columns", "add2_columns"),
            ("__a--b__", "a_b"),
            ("łódź", "d"),
            ("", ""),
        ] {
            assert_eq!(snake_case(name), expected, "{name}");
        }
    }

    #[test]
    fn timestamps_of_new_migrations_are_free() {
        let app = App::of_texts(&[], &[]);
        let now = "2024-01-31T12:00:00.9Z".parse().unwrap();
        assert_eq!(free_timestamp(&app, now), "20240131120000");
    }
}
