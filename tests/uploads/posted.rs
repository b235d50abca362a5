//! Forms: what is taken, what is refused, and what is left of it.

use std::io::Write as _;
use std::net::TcpStream;

use serde_json::{Value as Json, json};

use super::{Form, app, element, error, file, files_on_disk, location, path, saved};

#[test]
fn posted_file_is_saved_read_and_survives_a_crash() {
    let mut app = app(&[]);
    let bytes = [&b"\x89PNG\r\n--Y"[..], &[0, 255, 13, 10], &vec![7; 300_000]].concat();
    let location = location(Form::of(&app, "scan").post(&app, "Cat.PNG", "image/png", &bytes));
    assert!(path(&app, &location).starts_with("/_uploads/doc/scan/"), "{location}");
    app.wait_for_log("request: POST /_uploads 201");
    let id = saved(&app, "scan", &location);
    app.kill();
    app.restart();
    let file = file(&app, &id, "scan", "");
    assert_eq!((&file["file_name"], &file["extension"]), (&json!("Cat.PNG"), &json!("png")));
    let served = app.get(path(&app, file["url"].as_str().unwrap())).has_status(200);
    assert!(served.body == bytes, "{} bytes of {}", served.body.len(), bytes.len());
    assert_eq!(served.header("content-type"), Some("image/png"));
    assert_eq!(served.header("content-length"), Some(bytes.len().to_string().as_str()));
    assert_eq!(served.header("x-content-type-options"), Some("nosniff"));
}

#[test]
fn form_is_given_only_for_an_upload() {
    let app = app(&[]);
    for (arguments, message) in [
        ("table: \"doc\", property_name: \"title\"", "property `title` is not of type `upload`"),
        (
            "table: \"doc\", property_name: \"scna\"",
            "table `doc` has no property `scna`; did you mean `scan`?",
        ),
        (
            "table: \"dok\", property_name: \"scan\"",
            "no table `dok` is declared in app/schema; did you mean `doc`?",
        ),
        ("property_name: \"scan\"", "property_upload_presigned_url needs a `table`, or `user: true`"),
        ("user: true, property_name: \"x\"", "a user has no property `x`"),
    ] {
        let document = format!("mutation {{ property_upload_presigned_url({arguments}) {{ upload_url }} }}");
        assert_eq!(error(&app, &document), message);
    }
    Form::asked(&app, "model_schema_name: \"doc\", property_name: \"scan\"");
}

#[test]
fn form_that_was_changed_or_is_not_ours_is_refused() {
    let app = app(&[]);
    let form = Form::of(&app, "secret");
    let other = Form::of(&app, "scan");
    for (form, status, code) in [
        (form.with("key", "doc/secret/${filename}"), 403, "AccessDenied"),
        (form.with("key", &form.field("key").replace("${filename}", "../../x")), 403, "AccessDenied"),
        (form.with("key", other.field("key")), 403, "AccessDenied"),
        (form.with("acl", "public-read"), 403, "AccessDenied"),
        (form.with("policy", other.field("policy")), 403, "AccessDenied"),
        (form.with("signature", other.field("signature")), 403, "AccessDenied"),
        (form.with("signature", ""), 403, "AccessDenied"),
        (form.without("policy"), 403, "AccessDenied"),
        (form.with("key", form.field("key").trim_end_matches("${filename}")), 400, "InvalidArgument"),
        (form.with("x", &"x".repeat(30_000)), 400, "MalformedPOSTRequest"),
    ] {
        let refused = form.post(&app, "a.txt", "text/plain", b"hi").has_status(status);
        assert_eq!(element(&refused, "Code"), code, "{form:?}");
    }
    assert_eq!(files_on_disk(&app), 0);
    form.without("acl").post(&app, "a.txt", "text/plain", b"hi").has_status(201);
}

#[test]
fn size_of_a_file_is_bounded_and_nothing_is_left_of_one_that_is_refused() {
    let app = app(&[]);
    let form = Form::of(&app, "small");
    for (size, status, code) in [
        (0, 400, "EntityTooSmall"),
        (1023, 400, "EntityTooSmall"),
        (2049, 400, "EntityTooLarge"),
        (5_000_000, 400, "EntityTooLarge"),
    ] {
        let refused = form.post(&app, "a.bin", "application/octet-stream", &vec![1; size]).has_status(status);
        assert_eq!(element(&refused, "Code"), code, "{size}");
    }
    assert_eq!(files_on_disk(&app), 0);
    for size in [1024, 2048] {
        form.post(&app, "a.bin", "application/octet-stream", &vec![1; size]).has_status(201);
    }
    assert_eq!(files_on_disk(&app), 1, "the second takes the place of the first");
}

#[test]
fn second_post_of_a_form_replaces_the_file() {
    let app = app(&[]);
    let form = Form::of(&app, "scan");
    let first = location(form.post(&app, "a.txt", "text/plain", b"one"));
    let second = location(form.post(&app, "a.txt", "text/plain", b"two"));
    assert_eq!(first, second);
    assert_eq!(app.get(path(&app, &first)).text(), "two");
    let third = location(form.post(&app, "b.txt", "text/plain", b""));
    let empty = app.get(path(&app, &third)).has_status(200);
    assert_eq!((empty.text().as_str(), empty.header("content-length")), ("", Some("0")));
    assert_eq!(files_on_disk(&app), 2);
}

#[test]
fn names_of_files_come_back_as_they_were() {
    let app = app(&[]);
    let form = Form::of(&app, "scan");
    for (sent, name, extension) in [
        ("Käse & Brot?#%41.pdf", "Käse & Brot?#%41.pdf", json!("pdf")),
        ("日本 語.TAR.GZ", "日本 語.TAR.GZ", json!("gz")),
        ("README", "README", Json::Null),
        ("../../../etc/passwd", "passwd", Json::Null),
        ("<b>.svg", "<b>.svg", json!("svg")),
    ] {
        let location = location(form.post(&app, sent, "application/octet-stream", sent.as_bytes()));
        let id = saved(&app, "scan", &location);
        let file = file(&app, &id, "scan", "");
        assert_eq!((&file["file_name"], &file["extension"]), (&json!(name), &extension));
        let url = file["url"].as_str().unwrap();
        assert_eq!(app.get(path(&app, url)).has_status(200).body, sent.as_bytes());
    }
    for (name, code) in
        [("", "InvalidArgument"), ("..", "InvalidArgument"), (&"x".repeat(1500), "InvalidArgument")]
    {
        let refused = form.post(&app, name, "text/plain", b"").has_status(400);
        assert_eq!(element(&refused, "Code"), code, "{name}");
    }
}

#[test]
fn body_that_is_cut_off_or_no_form_leaves_nothing() {
    let app = app(&[]);
    let form = Form::of(&app, "scan");
    let whole = form.body("a.txt", "text/plain", &vec![b'a'; 200_000]);
    let mut connection = TcpStream::connect(app.url().trim_start_matches("http://")).unwrap();
    let head = format!(
        "POST /_uploads HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=X\r\nContent-Length: {}\r\n\r\n",
        whole.len()
    );
    connection.write_all(head.as_bytes()).unwrap();
    connection.write_all(&whole[..150_000]).unwrap();
    app.wait_for("the file to be written", || files_on_disk(&app) == 1);
    drop(connection);
    app.wait_for("the rest to be removed", || files_on_disk(&app) == 0);

    let send = |content_type: &str, body: &[u8]| {
        app.new_browser().send("POST", "/_uploads", &[("content-type", content_type)], body.to_vec())
    };
    for (content_type, body) in [
        ("multipart/form-data; boundary=X", &whole[..whole.len() - 20]),
        ("multipart/form-data; boundary=X", b""),
        ("multipart/form-data", &whole),
        ("application/x-www-form-urlencoded", b"a=1"),
        ("", b""),
    ] {
        assert_eq!(element(&send(content_type, body).has_status(400), "Code"), "MalformedPOSTRequest");
    }
    let no_file = send(
        "multipart/form-data; boundary=X",
        b"--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--X--\r\n",
    );
    assert_eq!(element(&no_file.has_status(400), "Message"), "no file was chosen");
    assert_eq!(files_on_disk(&app), 0);
}
