//! Single files that are saved, renamed, removed.

use std::thread;

use serde_json::json;

use super::{INDEX, RELEASES, delete, deployed, instance, kept, put};
use crate::harness::{Multipart, Response};

#[test]
fn a_saved_file_is_served_and_a_removed_one_is_not() {
    let app = instance();
    put(&app, "views/pages/a.liquid", "first").has_status(200);
    assert_eq!(app.get("/a").text(), "first");
    put(&app, "views/pages/a.liquid", "second").has_status(200);
    assert_eq!(app.get("/a").text(), "second");
    delete(&app, "views/pages/a.liquid").has_status(200);
    app.get("/a").has_status(404);
    delete(&app, "views/pages/a.liquid").has_status(200);
}

#[test]
fn a_row_of_saves_is_one_release() {
    let app = instance();
    deployed(&app, &[INDEX]);
    for text in ["a", "b", "c"] {
        put(&app, "views/pages/a.liquid", text).has_status(200);
    }

    assert_eq!(kept(&app), [(4, "sync".to_owned(), true), (1, "deploy".to_owned(), false)]);
}

#[test]
fn of_files_that_are_saved_at_once_each_is_told_of_its_own() {
    let app = instance();
    deployed(&app, &[INDEX, ("app/views/pages/gone.liquid", "x")]);
    let schema = "name: todo\nproperties:\n  - name: title\n    type: string\n";
    for (broken, status) in [("{% if", 422), ("mended", 200)] {
        thread::scope(|scope| {
            let page = |n: usize| put(&app, &format!("views/pages/p{n}.liquid"), &format!("{n}"));
            let pages: Vec<_> = (0..12).map(|n| scope.spawn(move || page(n))).collect();
            let table = scope.spawn(|| put(&app, "schema/todo.yml", schema));
            let broken = scope.spawn(|| put(&app, "views/pages/broken.liquid", broken));
            let gone = scope.spawn(|| delete(&app, "views/pages/gone.liquid"));
            let refreshes = |answer: Response| answer.has_status(200).json()["refresh_index"] == true;
            assert!(pages.into_iter().all(|page| !refreshes(page.join().unwrap())));
            assert_eq!(refreshes(table.join().unwrap()), status == 422);
            gone.join().unwrap().has_status(200);
            let answer = broken.join().unwrap().has_status(status);
            assert!(status == 200 || answer.text().contains("app/views/pages/broken.liquid:1:1"));
        });
    }

    for n in 0..12 {
        assert_eq!(app.get(&format!("/p{n}")).has_status(200).text(), n.to_string());
    }
    app.get("/gone").has_status(404);
    assert_eq!(app.get("/broken").has_status(200).text(), "mended");
}

#[test]
fn a_release_of_saves_that_was_gone_back_to_is_kept() {
    let app = instance();
    deployed(&app, &[INDEX]);
    put(&app, "views/pages/index.liquid", "two").has_status(200);
    deployed(&app, &[INDEX]);
    app.browser().post_json("/_dev/releases/2/activate", &json!({})).has_status(200);
    put(&app, "views/pages/index.liquid", "three").has_status(200);

    let ids: Vec<u64> = kept(&app).into_iter().map(|(id, _, _)| id).collect();
    assert!(ids.contains(&2), "{ids:?}");
    app.browser().post_json("/_dev/releases/2/activate", &json!({})).has_status(200);
    assert_eq!(app.get("/").text(), "two");
}

#[test]
fn a_schema_that_changes_is_told() {
    let app = instance();
    let schema = "name: todo\nproperties:\n  - name: title\n    type: string\n";

    assert_eq!(put(&app, "schema/todo.yml", schema).has_status(200).json()["refresh_index"], true);
    assert_eq!(put(&app, "schema/todo.yml", schema).has_status(200).json()["refresh_index"], false);
    assert_eq!(put(&app, "views/pages/a.liquid", "a").has_status(200).json()["refresh_index"], false);
}

#[test]
fn a_plain_field_gets_its_line_ends_back() {
    let app = instance();
    let form = Multipart::default()
        .field("path", "modules/core/public/views/pages/v.txt.liquid")
        .field("marketplace_builder_file_body", "a\r\nb\r\n");
    let content_type = Multipart::content_type();
    let headers = [("content-type", content_type.as_str())];
    app.browser().send("PUT", &format!("{RELEASES}/sync"), &headers, form.body()).has_status(200);

    assert_eq!(app.get("/v.txt").has_status(200).text(), "a\nb\n");
}

#[test]
fn a_page_may_be_saved_before_the_partial_it_calls() {
    let app = instance();
    put(&app, "views/pages/a.liquid", "{% render 'card' %}").has_status(200);
    put(&app, "views/partials/card.liquid", "card").has_status(200);

    assert_eq!(app.get("/a").has_status(200).text(), "card");
}

#[test]
fn what_the_user_must_fix_is_a_422() {
    let app = instance();
    put(&app, "views/pages/a.liquid", "good").has_status(200);
    for (path, content, expected) in [
        ("views/pages/a.liquid", "{% if", "app/views/pages/a.liquid:1:1"),
        ("schema/a.yml", "name: a\nproperties:\n  - name: x\n    type: nonsense\n", "app/schema/a.yml:4"),
        ("graphql/a.graphql", "query { no_such_field }", "app/graphql/a.graphql:1"),
        ("../../etc/passwd", "x", "has `.` or `..` in it"),
        ("views/pages/a.liquid/b.liquid", "x", "would be a file and"),
        ("views/pages/A.liquid", "x", "differ in the case of letters alone"),
        ("", "x", "`path` says which file is meant"),
    ] {
        let error = put(&app, path, content).has_status(422).json()["error"].as_str().unwrap().to_owned();
        assert!(error.contains(expected), "{path}: {error}");
    }
    assert_eq!(app.get("/a").text(), "good");
}
