//! Files that go: `upload_delete`, what is left on disk, and what is refused.

use serde_json::{Value as Json, json};

use super::{Form, app, error, file, files_on_disk, graph, location, path, saved};

const DELETE: &str = "mutation ($id: ID!, $n: String, $all: Boolean, $t: ObjectsWithUploadsEnum = Record) { gone: upload_delete(upload_object_id: $id, upload_object_type: $t, attribute_name: $n, delete_all_properties: $all) { errors job_id upload_object_id upload_object_type uploads } }";

#[test]
fn file_goes_from_the_disk_and_from_its_property() {
    let app = app(&[]);
    let url = location(Form::of(&app, "scan").post(&app, "a.txt", "text/plain", b"hi"));
    let id = saved(&app, "scan", &url);
    app.get(path(&app, &url)).has_status(200);

    let gone = graph(&app, DELETE, &json!({ "id": id, "n": "scan" }))["gone"].clone();
    assert_eq!(gone["uploads"]["scan"]["file_name"], "a.txt");
    assert_eq!(
        (&gone["upload_object_id"], &gone["upload_object_type"], &gone["errors"], &gone["job_id"]),
        (&json!(id), &json!("Record"), &json!([]), &Json::Null)
    );
    app.get(path(&app, &url)).has_status(404);
    assert_eq!((file(&app, &id, "scan", ""), files_on_disk(&app)), (Json::Null, 0));

    let again = graph(&app, DELETE, &json!({ "id": id, "n": "scan" }));
    assert_eq!(again["gone"]["uploads"], json!({}));
}

#[test]
fn all_files_of_a_user_go_and_one_elsewhere_is_forgotten() {
    let app = app(&[]);
    let url = location(Form::asked(&app, "user: true, property_name: \"face\"").post(
        &app,
        "a.png",
        "image/png",
        b"x",
    ));
    let create = "mutation ($u: String) { user_create(user: { email: \"ann@x.test\", properties: [{ name: \"face\", value: $u }] }) { id } }";
    let user = graph(&app, create, &json!({ "u": url }))["user_create"]["id"].clone();
    let gone = graph(&app, DELETE, &json!({ "id": user, "all": true, "t": "User" }));
    assert_eq!(gone["gone"]["uploads"]["face"]["file_name"], "a.png");
    assert_eq!(files_on_disk(&app), 0);

    let record = saved(&app, "small", "https://cdn.test/b.png");
    let gone = graph(&app, DELETE, &json!({ "id": record, "all": true }));
    assert_eq!(gone["gone"]["uploads"]["small"]["path"], "https://cdn.test/b.png");
    assert_eq!(file(&app, &record, "small", ""), Json::Null);
}

#[test]
fn what_was_deleted_comes_back_with_its_transaction() {
    let app = app(&[(
        "app/views/pages/undo.liquid",
        "{% transaction %}{% graphql g %}mutation { upload_delete(upload_object_id: 1, upload_object_type: Record, attribute_name: \"scan\") { errors } }{% endgraphql %}{{ g.upload_delete.errors | json }}{% rollback %}{% endtransaction %}",
    )]);
    let url = location(Form::of(&app, "scan").post(&app, "a.txt", "text/plain", b"hi"));
    assert_eq!(saved(&app, "scan", &url), "1");
    let undone = app.get("/undo").has_status(200);
    assert_eq!(undone.text().trim(), "[]");
    assert_eq!(app.get(path(&app, &url)).has_status(200).text(), "hi");
    assert_eq!(file(&app, "1", "scan", "")["file_name"], "a.txt");
}

#[test]
fn what_is_no_file_is_not_deleted() {
    let app = app(&[]);
    let id = saved(&app, "title", "x");
    for (arguments, message) in [
        (
            format!("upload_object_id: {id}, upload_object_type: Record"),
            "upload_delete needs an `attribute_name`, or `delete_all_properties: true`",
        ),
        (
            format!("upload_object_id: {id}, upload_object_type: Record, attribute_name: \"title\""),
            "property `title` is not of type `upload`",
        ),
        (
            format!("upload_object_id: {id}, upload_object_type: Record, attribute_name: \"scna\""),
            "table `doc` has no property `scna`; did you mean `scan`?",
        ),
        (
            "upload_object_id: 77, upload_object_type: Record, attribute_name: \"scan\"".to_owned(),
            "Can't find Record with id=77",
        ),
        (
            "upload_object_id: 77, upload_object_type: User, attribute_name: \"face\"".to_owned(),
            "Can't find User with id=77",
        ),
        (
            "upload_object_id: 1, upload_object_type: UserProfile, attribute_name: \"x\"".to_owned(),
            "Can't find UserProfile with id=1",
        ),
    ] {
        let document = format!("mutation {{ upload_delete({arguments}) {{ errors }} }}");
        assert_eq!(error(&app, &document), message);
    }
}
