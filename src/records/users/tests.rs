//! Users as others see them.

use jiff::Timestamp;
use serde_json::json;

use super::*;
use crate::records::{Constants, UserId};
use crate::store::{Database, Store};

/// A user who is in no table.
pub(in crate::records) fn user(id: i64) -> User {
    User { email: format!("{id}@x.test"), ..blank(UserId(id), Timestamp::UNIX_EPOCH) }
}

fn data() -> Data {
    let store = Store::memory(Database::Data).unwrap();
    Data::new(store.clone(), Constants::new(store), None)
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn create(data: &mut Data, email: &str, name: Option<&str>) -> Refusable<User> {
    let prepare = |user: &mut User| {
        user.email = email.to_owned();
        user.name = name.map(str::to_owned);
        Ok(())
    };
    data.create_user(None, at(0), prepare).unwrap()
}

fn change(data: &mut Data, id: UserId, change: impl FnOnce(&mut User)) -> Refusable<User> {
    let change = |user: &mut User| {
        change(user);
        Ok(())
    };
    data.change_user(id, at(1), change).unwrap().unwrap()
}

#[test]
fn address_belongs_to_one_live_user_whatever_its_case() {
    let mut data = data();
    let ann = create(&mut data, " Ann@x.test ", None).unwrap();
    assert_eq!((ann.id, &*ann.email), (UserId(1), "Ann@x.test"));
    assert_eq!(create(&mut data, "ann@X.test", None), Err(UserRefusal::EmailTaken));
    assert_eq!(create(&mut data, " ", None), Err(UserRefusal::EmailBlank));
    assert_eq!(data.user_of_email("ANN@x.test").unwrap().unwrap().id, ann.id);

    change(&mut data, ann.id, |user| user.email = "ann@x.test".into()).unwrap();
    change(&mut data, ann.id, |user| user.deleted_at = Some(at(2))).unwrap();
    assert_eq!(data.user_of_email("ann@x.test").unwrap(), None);
    assert_eq!(data.user(ann.id).unwrap(), None);

    create(&mut data, "ann@x.test", None).unwrap();
    let undeleted = change(&mut data, ann.id, |user| user.deleted_at = None);
    assert_eq!(undeleted, Err(UserRefusal::EmailTaken));
}

#[test]
fn slug_is_made_and_nobody_elses() {
    let mut data = data();
    let slugs: Vec<String> = [
        ("a@x.test", Some("Ann O'Neil")),
        ("b@x.test", Some("ann o neil")),
        ("c@x.test", Some("Ann O'Neil")),
        ("żółw@x.test", Some("ŻÓŁW")),
        ("d.e@x.test", None),
        ("żż@x.test", None),
    ]
    .into_iter()
    .map(|(email, name)| create(&mut data, email, name).unwrap().slug)
    .collect();
    assert_eq!(slugs, ["ann-o-neil", "ann-o-neil-2", "ann-o-neil-3", "w", "d-e", "user"]);
    let taken = change(&mut data, UserId(1), |user| user.slug = "d-e".into());
    assert_eq!(taken, Err(UserRefusal::SlugTaken));
}

#[test]
fn name_follows_its_parts_unless_it_was_given() {
    let mut data = data();
    let ann = create(&mut data, "a@x.test", None).unwrap();
    let named = |data: &mut Data, first: &str| {
        change(data, ann.id, |user| user.first_name = Some(first.into())).unwrap().name
    };
    assert_eq!(named(&mut data, "Ann").as_deref(), Some("Ann"));
    assert_eq!(named(&mut data, "Anna").as_deref(), Some("Anna"));
    change(&mut data, ann.id, |user| user.name = Some("Boss".into())).unwrap();
    assert_eq!(named(&mut data, "Eve").as_deref(), Some("Boss"));
}

#[test]
fn new_password_voids_tokens() {
    let mut data = data();
    let ann = create(&mut data, "a@x.test", None).unwrap();
    let token = data.temporary_token(&ann, at(60)).unwrap();
    assert!(data.accepts_temporary_token(&ann, &token, at(59)).unwrap());
    let ann = change(&mut data, ann.id, |user| user.properties = Map::from_iter([("a".into(), json!(1))]));
    let ann = ann.unwrap();
    assert!(data.accepts_temporary_token(&ann, &token, at(59)).unwrap());
    let ann = change(&mut data, ann.id, |user| user.encrypted_password = Some("x".into())).unwrap();
    assert!(!data.accepts_temporary_token(&ann, &token, at(59)).unwrap());
}

#[test]
fn secret_of_one_time_passwords_stays() {
    let mut data = data();
    let ann = create(&mut data, "a@x.test", None).unwrap();
    let secret = data.one_time_secret(&ann, "").unwrap();
    assert_eq!(secret.len(), 32);
    assert_eq!(data.one_time_secret(&ann, "").unwrap(), secret);
    assert_ne!(data.one_time_secret(&ann, "second").unwrap(), secret);
}
