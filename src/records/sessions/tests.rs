//! Sessions against a database in memory, the clock in hand.

use serde_json::json;

use super::*;
use crate::store::Database;

const HOUR: i64 = 60 * 60;

fn sessions() -> Sessions {
    Sessions::new(Store::memory(Database::Data).unwrap())
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn data(value: Json) -> Map<String, Json> {
    value.as_object().unwrap().clone()
}

fn fields(sessions: &Sessions, id: &SessionId, now: Timestamp) -> Option<Json> {
    sessions.load(id, now).unwrap().map(|session| Json::Object(session.data))
}

#[test]
fn fields_keep_their_types_and_order() {
    let sessions = sessions();
    let id = sessions.create(data(json!({"z": 1, "a": "1"})), None, SESSION_LIFETIME, at(0)).unwrap().id;
    let changes = [
        ("cart".to_owned(), Some(json!({"items": [1, null]}))),
        ("a".to_owned(), None),
        ("z".to_owned(), Some(json!(null))),
        ("twice".to_owned(), Some(json!("first"))),
        ("twice".to_owned(), Some(json!("last"))),
    ];
    sessions.save(&id, &changes, at(1)).unwrap();

    let expected = json!({"cart": {"items": [1, null]}, "twice": "last"});
    assert_eq!(fields(&sessions, &id, at(2)), Some(expected));
}

#[test]
fn requests_at_the_same_moment_keep_each_others_fields() {
    let sessions = sessions();
    let id = sessions.create(Map::new(), None, SESSION_LIFETIME, at(0)).unwrap().id;
    std::thread::scope(|scope| {
        for n in 0..8 {
            let (sessions, id) = (sessions.clone(), id.clone());
            scope.spawn(move || {
                sessions.save(&id, &[(format!("f{n}"), Some(json!(n)))], at(1)).unwrap();
            });
        }
    });

    assert_eq!(sessions.load(&id, at(2)).unwrap().unwrap().data.len(), 8);
}

#[test]
fn session_ends_when_its_time_is_over() {
    let sessions = sessions();
    let session = sessions.create(data(json!({"user": 1})), None, SESSION_LIFETIME, at(0)).unwrap();
    let end = session.expires_at;

    assert_eq!(fields(&sessions, &session.id, at(HOUR)), Some(json!({"user": 1})));
    assert_eq!(fields(&sessions, &session.id, end), None);
    let saved = sessions.save(&session.id, &[("a".to_owned(), Some(json!(1)))], end);
    assert!(matches!(saved, Err(SessionError::Gone)));
}

#[test]
fn expired_sessions_are_removed_and_others_stay() {
    let sessions = sessions();
    let lasting = sessions.create(Map::new(), None, SESSION_LIFETIME, at(HOUR)).unwrap().id;
    let gone = sessions.create(Map::new(), None, SESSION_LIFETIME, at(0)).unwrap();
    let now = gone.expires_at;

    assert_eq!(sessions.expire(now).unwrap(), 1);
    assert_eq!(sessions.expire(now).unwrap(), 0);
    assert!(sessions.load(&lasting, now).unwrap().is_some());
}

#[test]
fn deleted_session_is_over_also_when_deleted_twice() {
    let sessions = sessions();
    let id = sessions.create(Map::new(), None, SESSION_LIFETIME, at(0)).unwrap().id;
    sessions.delete(&id).unwrap();
    sessions.delete(&id).unwrap();

    assert_eq!(fields(&sessions, &id, at(0)), None);
}

#[test]
fn oversized_session_is_refused_and_keeps_what_it_had() {
    let sessions = sessions();
    let id = sessions.create(data(json!({"a": 1})), None, SESSION_LIFETIME, at(0)).unwrap().id;
    let changes = [("big".to_owned(), Some(json!("x".repeat(MAX_SESSION_BYTES))))];

    assert!(matches!(sessions.save(&id, &changes, at(1)), Err(SessionError::TooLarge { .. })));
    assert_eq!(fields(&sessions, &id, at(1)), Some(json!({"a": 1})));
}

#[test]
fn ids_are_random_hex_and_nothing_else_is_one() {
    let (one, other) = (SessionId::random(), SessionId::random());
    assert_ne!(one, other);
    assert_eq!(SessionId::parse(one.as_str()), Some(one.clone()));
    assert_eq!(format!("{one:?}"), "SessionId(…)");
    for text in ["", "x", &"g".repeat(64), &"A".repeat(64), &"a".repeat(65), "' OR 1=1 --"] {
        assert_eq!(SessionId::parse(text), None, "{text}");
    }
}

#[test]
fn expiry_uses_its_index() {
    let plan: String = sessions()
        .store
        .read(|conn| {
            conn.query_row("EXPLAIN QUERY PLAN DELETE FROM sessions WHERE expires_at <= 1", [], |row| {
                row.get("detail")
            })
        })
        .unwrap();
    assert!(plan.contains("sessions_by_expiry"), "{plan}");
}

#[test]
fn session_knows_who_signed_in() {
    let sessions = sessions();
    for user in [None, Some(UserId(7))] {
        let id = sessions.create(Map::new(), user, SESSION_LIFETIME, at(0)).unwrap().id;
        sessions.save(&id, &[("a".to_owned(), Some(json!(1)))], at(1)).unwrap();
        assert_eq!(sessions.load(&id, at(1)).unwrap().unwrap().user, user);
    }
}
