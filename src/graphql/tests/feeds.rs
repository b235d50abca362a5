//! Activities published to feeds, read, and taken out again.

use serde_json::{Value as Json, json};

use super::Fixture;

const CREATE: &str = "mutation ($p: ActivityStreamsPayload!) { activity_create(payload: $p) { uuid } }";
const PUBLISH: &str = "mutation ($u: ID!, $i: [ID]!, $t: String!, $at: ISO8601DateTime) { at: activity_publish(uuid: $u, ids: $i, feed_type: $t, at: $at) }";
const UNPUBLISH: &str = "mutation ($u: ID) { ids: activity_unpublish(uuid: $u) }";
const READ: &str = "query ($i: ID, $t: String = \"News\", $r: Boolean, $p: Int, $n: Int) { feed: streams(feed_id: $i, feed_type: $t, reset_last_read: $r, page: $p, per_page: $n) { total_entries unread_count results { id } } }";

/// An app with three activities, and their uuids.
fn fixture() -> (Fixture, [Json; 3]) {
    let mut fixture = Fixture::new(&[("app/views/pages/index.liquid", "")]);
    let uuids = ["a", "b", "c"]
        .map(|name| fixture.data(CREATE, json!({"p": {"name": name}}))["activity_create"]["uuid"].clone());
    (fixture, uuids)
}

/// Total, unread, and the ids of a feed.
fn read(fixture: &mut Fixture, variables: Json) -> (u64, u64, String) {
    let feed = fixture.data(READ, variables)["feed"].clone();
    let results = feed["results"].as_array().unwrap();
    let ids: Vec<&str> = results.iter().map(|activity| activity["id"].as_str().unwrap()).collect();
    (feed["total_entries"].as_u64().unwrap(), feed["unread_count"].as_u64().unwrap(), ids.join(" "))
}

#[test]
fn newest_of_a_feed_comes_first_and_is_unread_once() {
    let (mut fixture, [a, b, c]) = fixture();
    for (uuid, ids, at, expected) in [
        (&a, json!(["1", "2"]), "2024-05-02", "2024-05-02T00:00:00.000Z"),
        (&b, json!([1]), "2024-05-03T10:00:00+02:00", "2024-05-03T08:00:00.000Z"),
        (&c, json!("1"), "2024-05-01", "2024-05-01T00:00:00.000Z"),
    ] {
        let published = fixture.data(PUBLISH, json!({"u": uuid, "i": ids, "t": "News", "at": at}));
        assert_eq!(published, json!({"at": expected}));
    }
    let peek = json!({"i": "1", "r": false});
    assert_eq!(read(&mut fixture, peek.clone()), (3, 3, "2 1 3".to_owned()));
    assert_eq!(read(&mut fixture, json!({"i": 1, "p": 2, "n": 2})), (3, 3, "3".to_owned()));
    assert_eq!(read(&mut fixture, peek.clone()), (3, 0, "2 1 3".to_owned()));
    assert_eq!(read(&mut fixture, json!({"i": "2"})), (1, 1, "1".to_owned()));
    for empty in [json!({"i": "3"}), json!({"i": "1", "t": "Other"})] {
        assert_eq!(read(&mut fixture, empty), (0, 0, String::new()));
    }
    let named = "{ streams(feed_name: \"2\", feed_type: \"News\") { results { payload } current_page total_pages has_next_page __typename } }";
    assert_eq!(
        fixture.data(named, json!({}))["streams"],
        json!({
            "results": [{"payload": {"name": "a", "id": "ActivityStreams::Activity.1", "uuid": a}}],
            "current_page": 1, "total_pages": 1, "has_next_page": false,
            "__typename": "ActivityStreamsActivityStreamCollection",
        })
    );

    // What is published again is news again, as of now.
    let again = fixture.data(PUBLISH, json!({"u": c, "i": ["1", "1", "", null], "t": "News"}));
    assert_eq!(again, json!({"at": "2023-11-14T22:13:20.000Z"}));
    assert_eq!(read(&mut fixture, peek), (3, 1, "2 1 3".to_owned()));
}

#[test]
fn what_is_unpublished_or_deleted_is_in_no_feed() {
    let (mut fixture, [a, b, c]) = fixture();
    for uuid in [&a, &b] {
        fixture.data(PUBLISH, json!({"u": uuid, "i": ["1", "2"], "t": "News"}));
    }
    assert_eq!(fixture.data(UNPUBLISH, json!({"u": a})), json!({"ids": ["1"]}));
    for uuid in [&a, &c, &json!("none")] {
        assert_eq!(fixture.data(UNPUBLISH, json!({"u": uuid})), json!({"ids": []}), "{uuid}");
    }
    assert_eq!(read(&mut fixture, json!({"i": "1"})), (1, 1, "2".to_owned()));
    fixture.data("mutation { activity_delete_all(confirm: true) }", json!({}));
    assert_eq!(read(&mut fixture, json!({"i": "2"})), (0, 0, String::new()));
}

#[test]
fn what_makes_no_sense_is_refused() {
    let (mut fixture, [a, ..]) = fixture();
    for (document, variables, expected) in [
        (PUBLISH, json!({"u": "none", "i": ["1"], "t": "News"}), "Can't find Activity with uuid=none"),
        (
            PUBLISH,
            json!({"u": a, "i": ["1"], "t": " "}),
            "activity_publish needs a `feed_type` that is not blank",
        ),
        (
            PUBLISH,
            json!({"u": a, "i": ["1"], "t": "News", "at": "soon"}),
            "at: `soon` is not a date and time",
        ),
        (UNPUBLISH, json!({}), "activity_unpublish needs a `uuid`"),
        (READ, json!({}), "streams needs a `feed_id` or a `feed_name`"),
        (READ, json!({"i": "1", "p": 0}), "page must be at least 1, not 0"),
    ] {
        assert_eq!(fixture.errors(document, variables.clone()), expected, "{variables}");
    }
    assert_eq!(read(&mut fixture, json!({"i": "1"})), (0, 0, String::new()));
}
