//! What is told of the app's files: when they changed, what pages say of themselves, what users have besides.

use std::fs::File;
use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Value as Json, json};

use super::Fixture;
use crate::app::App;

const OLD: &str = "2020-01-01T00:00:00.000Z";
const NEW: &str = "2021-06-01T12:00:00.500Z";

const PAGES: [(&str, &str); 3] = [
    ("app/views/pages/a.liquid", "---\nmetadata:\n  title: A\n  weight: 2\n---\nA"),
    ("app/views/pages/b.liquid", "---\nlayout: wide\nmetadata:\n  title: B\n---\nB"),
    ("app/views/pages/c.liquid", "C"),
];

/// The files were changed long ago, those of `new` later.
fn fixture(files: &[(&str, &str)], new: &[&str]) -> Fixture {
    let mut fixture = Fixture::new(files);
    for (path, _) in files {
        let seconds = if new.contains(path) { 1_622_548_800.5 } else { 1_577_836_800.0 };
        let file = File::options().write(true).open(fixture.root.path().join(path)).unwrap();
        file.set_modified(UNIX_EPOCH + Duration::from_secs_f64(seconds)).unwrap();
    }
    (fixture.app, _) = App::load(fixture.root.path(), None).unwrap();
    fixture
}

fn slugs(found: &Json) -> String {
    let results = found["admin_pages"]["results"].as_array().unwrap();
    results.iter().map(|page| page["slug"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
}

#[test]
fn files_tell_when_they_changed() {
    let mut files = PAGES.to_vec();
    files.extend([
        ("app/assets/a.css", "a {}"),
        ("app/lib/x.liquid", "x"),
        ("app/schema/car.yml", "name: car\nproperties:\n- name: color\n"),
    ]);
    let mut fixture = fixture(&files, &["app/assets/a.css", "app/schema/car.yml"]);
    assert_eq!(
        fixture.data(
            "{ admin_assets { results { created_at updated_at } } admin_liquid_partials { results { created_at updated_at } } admin_tables { results { created_at properties { name updated_at } } } pages(per_page: 1) { results { created_at updated_at content_updated_at } } }",
            json!({})
        ),
        json!({
            "admin_assets": {"results": [{"created_at": NEW, "updated_at": NEW}]},
            "admin_liquid_partials": {"results": [{"created_at": OLD, "updated_at": OLD}]},
            "admin_tables": {"results": [{"created_at": NEW, "properties": [{"name": "color", "updated_at": NEW}]}]},
            "pages": {"results": [{"created_at": OLD, "updated_at": OLD, "content_updated_at": OLD}]},
        })
    );
}

#[test]
fn pages_are_filtered_and_sorted_by_their_changes() {
    let mut fixture = fixture(&PAGES, &["app/views/pages/b.liquid"]);
    let list = "query ($f: PageFilterInput, $s: [PagesSortInput!]) { admin_pages(filter: $f, sort: $s) { results { slug } } }";
    for (filter, sort, expected) in [
        (json!({"updated_at": {"gt": "2020-06-01"}}), json!(null), "b"),
        (json!({"created_at": {"lte": "2020-06-01"}}), json!(null), "a c"),
        (json!(null), json!({"updated_at": {"order": "DESC"}}), "b a c"),
        (json!({"layout_name": {"value": "wide"}}), json!(null), "b"),
        (json!({"id": {"value_in": ["a", "c"]}}), json!({"id": {"order": "DESC"}}), "c a"),
    ] {
        let found = fixture.data(list, json!({"f": filter, "s": sort}));
        assert_eq!(slugs(&found), expected, "{filter} {sort}");
    }
}

#[test]
fn pages_are_found_by_the_arguments_of_old() {
    let mut fixture = fixture(&PAGES, &[]);
    let list = "query ($k: String, $n: String, $v: String, $x: Boolean) { admin_pages(has_key: $k, name: $n, value: $v, exclude: $x) { results { slug } } }";
    for (variables, expected) in [
        (json!({}), "a b c"),
        (json!({"x": true}), "a b c"),
        (json!({"k": "title"}), "a b"),
        (json!({"k": "title", "x": true}), "c"),
        (json!({"n": "title", "v": "B"}), "b"),
        (json!({"n": "title", "v": "B", "x": true}), "a c"),
        (json!({"n": "weight", "v": "2"}), "a"),
        (json!({"n": "weight"}), "a"),
        (json!({"k": "title", "n": "weight", "v": "3"}), ""),
        (json!({"v": "B"}), "a b c"),
    ] {
        assert_eq!(slugs(&fixture.data(list, variables.clone())), expected, "{variables}");
    }
}

#[test]
fn assets_are_filtered_and_sorted_by_size() {
    let mut fixture = fixture(
        &[("app/views/pages/a.liquid", ""), ("app/assets/a.css", "0123456789"), ("app/assets/b.css", "0123")],
        &[],
    );
    let list = "query ($f: QueryAssetsFilterInput) { admin_assets(filter: $f, sort: [{ file_size: { order: ASC } }]) { results { name file_size } } }";
    for (filter, expected) in [
        (json!({}), json!([{"name": "b.css", "file_size": 4}, {"name": "a.css", "file_size": 10}])),
        (json!({"file_size": {"gt": "4"}}), json!([{"name": "a.css", "file_size": 10}])),
    ] {
        assert_eq!(fixture.data(list, json!({"f": filter}))["admin_assets"]["results"], expected, "{filter}");
    }
}

#[test]
fn instance_is_the_app() {
    let mut fixture = fixture(&PAGES, &["app/views/pages/b.liquid"]);
    let expected = json!({
        "id": "1",
        "name": fixture.root.path().file_name().unwrap().to_str().unwrap(),
        "feature_flags": {},
        "updated_at": NEW,
        "__typename": "Instance",
    });
    let asked = "{ instance { ...i } admin_current_instance { ...i } } fragment i on Instance { id name feature_flags updated_at __typename }";
    assert_eq!(
        fixture.data(asked, json!({})),
        json!({"instance": expected, "admin_current_instance": expected})
    );
}

#[test]
fn user_schema_has_what_is_declared_of_users() {
    let asked = "{ admin_user_schema { properties { id name attribute_type options created_at physical_file_path } } }";
    assert_eq!(fixture(&PAGES, &[]).data(asked, json!({})), json!({"admin_user_schema": {"properties": []}}));
    let user = ("app/user.yml", "properties:\n- {name: born, type: date}\n- name: nick\n");
    assert_eq!(
        fixture(&[PAGES[0], user], &[]).data(asked, json!({})),
        json!({"admin_user_schema": {"properties": [
            {"id": "users/born", "name": "born", "attribute_type": "date", "options": {}, "created_at": OLD, "physical_file_path": "app/user.yml"},
            {"id": "users/nick", "name": "nick", "attribute_type": "string", "options": {}, "created_at": OLD, "physical_file_path": "app/user.yml"},
        ]}})
    );
}

#[cfg(unix)]
#[test]
fn folder_of_the_app_may_be_a_link() {
    let mut fixture = fixture(&[PAGES[0], ("app/assets/a.css", "a {}")], &[]);
    let link = fixture.root.path().join("link");
    std::os::unix::fs::symlink(fixture.root.path(), &link).unwrap();
    (fixture.app, _) = App::load(&link, None).unwrap();
    let asked = "{ admin_assets { results { physical_file_path created_at } } }";
    assert_eq!(
        fixture.data(asked, json!({}))["admin_assets"]["results"],
        json!([{"physical_file_path": "app/assets/a.css", "created_at": OLD}])
    );
}
