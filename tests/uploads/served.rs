//! URLs: who may read a file, and what it is read as.

use serde_json::{Value as Json, json};

use super::{Form, SCHEMA, answer, app, element, error, file, graph, location, path, saved};

#[test]
fn private_file_is_read_by_a_good_signature_only() {
    let app = app(&[]);
    let location = location(Form::of(&app, "secret").post(&app, "a.txt", "text/plain", b"secret"));
    let id = saved(&app, "secret", &location);
    assert_eq!(file(&app, &id, "secret", "")["url"], Json::Null);
    let good = file(&app, &id, "secret", ", expires_in: 60")["url"].as_str().unwrap().to_owned();
    let served = app.get(path(&app, &good)).has_status(200);
    assert_eq!(served.text(), "secret");
    assert_eq!(served.header("content-disposition"), Some("attachment"));
    assert_eq!(served.header("cache-control"), Some("max-age=5"));

    let expired = file(&app, &id, "secret", ", expires_in: 0")["url"].as_str().unwrap().to_owned();
    let other = location.replace("a.txt", "b.txt");
    let (_, query) = good.split_once('?').unwrap();
    let expires = query.split('&').next().unwrap();
    for url in [
        location.clone(),
        expired,
        format!("{location}?{expires}"),
        format!("{location}?{}", query.replacen("expires=", "expires=9", 1)),
        format!("{location}?expires=99999999999&sig=AAAA"),
    ] {
        let refused = app.get(path(&app, &url)).has_status(403);
        assert_eq!(element(&refused, "Code"), "AccessDenied", "{url}");
    }
    app.get(&format!("{}?{query}", path(&app, &other))).has_status(404);
}

#[test]
fn page_shows_the_form_of_a_user_and_a_job_reads_the_file() {
    let mutation = "mutation { form: property_upload_presigned_url(user: true, property_name: \"face\", include_content_type: true) { upload_url upload_url_payload } }";
    let save = "mutation ($v: String) { user_create(user: { email: \"ann@x.test\", password: \"Secret12\", properties: [{ name: \"face\", value: $v }] }) { id } }";
    let read = "{ users(per_page: 1) { results { face: property_upload(name: \"face\") { url } } } }";
    let app = app(&[
        (
            "app/views/pages/form.json.liquid",
            &format!("{{% graphql g %}}{mutation}{{% endgraphql %}}{{{{ g.form | json }}}}"),
        ),
        (
            "app/views/pages/save.liquid",
            &format!(
                "{{% graphql g, v: context.params.v %}}{save}{{% endgraphql %}}{{{{ g.user_create.id }}}}"
            ),
        ),
        (
            "app/views/pages/job.liquid",
            &format!(
                "{{% background source_name: 'read' %}}{{% graphql g %}}{read}{{% endgraphql %}}{{% assign face = g.users.results[0].face.url %}}{{% assign bytes = face | download_file %}}{{% log bytes, type: 'face' %}}{{% endbackground %}}"
            ),
        ),
    ]);
    let form = app.get("/form.json").has_status(200).json();
    assert_eq!(form["upload_url"], json!(format!("{}/_uploads", app.url())));
    assert_eq!(form["upload_url_payload"]["Content-Type"], "");
    let fields = form["upload_url_payload"].as_object().unwrap().iter();
    let fields = fields.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect();
    let form = Form { action: "/_uploads".into(), fields };
    let posted = form.with("Content-Type", "text/x-face").post(&app, "face.txt", "text/plain", b":-)");
    let location = location(posted);
    assert_eq!(app.get(path(&app, &location)).header("content-type"), Some("text/x-face"));
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("v", &location).finish();
    assert_eq!(app.get(&format!("/save?{query}")).has_status(200).text(), "1");
    app.get("/job").has_status(200);
    app.wait_until_idle();
    app.wait_for_log(":-)");
}

#[test]
fn no_path_leads_out_of_the_uploads() {
    let app = app(&[]);
    for path in [
        "/_uploads",
        "/_uploads/",
        "/_uploads/../data.sqlite3",
        "/_uploads/%2e%2e/data.sqlite3",
        "/_uploads/..%2f..%2fapp%2fconfig.yml",
        "/_uploads/..%5cdata.sqlite3",
        "/_uploads/%00",
        "/_uploads//etc/passwd",
        "/_uploads/doc/scan",
    ] {
        let answer = app.get(path).has_status(404);
        assert_eq!(element(&answer, "Code"), "NoSuchKey", "{path}");
    }
    app.new_browser().send("PUT", "/_uploads/a", &[], b"x".to_vec()).has_status(403);
    app.new_browser().send("DELETE", "/_uploads/a", &[], Vec::new()).has_status(405);
}

#[test]
fn uploaded_page_runs_no_scripts_of_ours() {
    let app = app(&[]);
    let form = Form::of(&app, "scan");
    for (name, content_type) in [("a.html", "text/html"), ("a.svg", "image/svg+xml"), ("a.xml", "text/xml")] {
        let location = location(form.post(&app, name, content_type, b"<script>alert(1)</script>"));
        let served = app.get(path(&app, &location)).has_status(200);
        assert_eq!(served.header("content-security-policy"), Some("sandbox"), "{name}");
        assert_eq!(served.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(served.header("content-type"), Some(content_type));
    }
}

#[test]
fn part_of_a_file_is_served_and_a_good_copy_is_not_sent_again() {
    let app = app(&[]);
    let location = location(Form::of(&app, "scan").post(&app, "a.txt", "text/plain", b"0123456789"));
    let get = |name: &str, value: &str| {
        app.new_browser().send("GET", path(&app, &location), &[(name, value)], Vec::new())
    };
    let part = get("range", "bytes=2-4").has_status(206);
    assert_eq!((part.text().as_str(), part.header("content-range")), ("234", Some("bytes 2-4/10")));
    get("range", "bytes=10-").has_status(416);
    let tag = part.header("etag").unwrap();
    assert_eq!(get("if-none-match", tag).has_status(304).text(), "");
    let head = app.new_browser().send("HEAD", path(&app, &location), &[], Vec::new()).has_status(200);
    assert_eq!(head.header("content-length"), Some("10"));
}

#[test]
fn urls_of_elsewhere_and_values_of_old_are_read_without_fail() {
    let app = app(&[]);
    let id = saved(&app, "scan", "https://cdn.test/a/Cat.PNG?v=1");
    assert_eq!(
        file(&app, &id, "scan", ""),
        json!({"url": "https://cdn.test/a/Cat.PNG?v=1", "file_name": "Cat.PNG", "extension": "png", "versions": {}})
    );
    let gone = format!("{}/_uploads/doc/scan/1/none.png", app.url());
    let id = saved(&app, "scan", &gone);
    assert_eq!(file(&app, &id, "scan", "")["url"], json!(gone));
    let id = saved(&app, "scan", "");
    assert_eq!(file(&app, &id, "scan", ""), Json::Null);
    let refused = "mutation { record_create(record: { table: \"doc\", properties: [{ name: \"scan\", value: \"cat.png\" }] }) { id } }";
    assert_eq!(error(&app, refused), "property `scan` of `doc`: `cat.png` is not the URL of a file");

    let text = "app/schema/doc.yml";
    app.project.write(text, SCHEMA.1.replace("{name: scan, type: upload}", "name: scan"));
    let ids = ["not a file", "7", "https://cdn.test/b.pdf"].map(|value| {
        app.wait_for("the property to be text", || {
            let created = answer(&app, "mutation ($v: String) { record_create(record: { table: \"doc\", properties: [{ name: \"scan\", value: $v }] }) { id scan: property_json(name: \"scan\") } }", &json!({"v": value}));
            (created["data"]["record_create"]["scan"] == value).then(|| created["data"]["record_create"]["id"].as_str().unwrap().to_owned())
        })
    });
    app.project.write(text, SCHEMA.1);
    app.wait_for("the property to be an upload again", || {
        answer(&app, refused, &json!({}))["errors"][0]["message"]
            .as_str()
            .is_some_and(|message| message.contains("URL of a file"))
    });
    assert_eq!(file(&app, &ids[0], "scan", ""), Json::Null);
    assert_eq!(file(&app, &ids[1], "scan", ""), Json::Null);
    assert_eq!(file(&app, &ids[2], "scan", "")["extension"], "pdf");
}

#[test]
fn each_declared_version_is_the_file_itself() {
    let app = app(&[]);
    let location = location(Form::of(&app, "small").post(&app, "a.png", "image/png", &[1; 1024]));
    let id = saved(&app, "small", &location);
    assert_eq!(file(&app, &id, "small", "")["versions"], json!({"thumb": location, "big": location}));
    let document = format!(
        "{{ records(per_page: 1, filter: {{ id: {{ value: {id} }} }}) {{ results {{ f: property_upload(name: \"small\") {{ versions(names: [\"big\", \"none\"]) }} }} }} }}"
    );
    let found = graph(&app, &document, &json!({}));
    assert_eq!(found["records"]["results"][0]["f"]["versions"], json!({"big": location}));
}
