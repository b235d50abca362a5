//! Files: forms that post them, properties that hold them, URLs that serve them, and files the app writes itself.

mod deleted;
mod posted;
mod served;
mod written;

use serde_json::{Value as Json, json};

use crate::harness::{Project, Response, TestApp};

const SCHEMA: (&str, &str) = (
    "app/schema/doc.yml",
    "name: doc
properties:
- name: title
- {name: scan, type: upload}
- {name: secret, type: upload, options: {acl: private, content_disposition: attachment, cache_control: max-age=5}}
- {name: small, type: upload, options: {content_length: {gte: 1, lte: 2}, versions: [{name: thumb}, {name: big}]}}
",
);

fn app(files: &[(&str, &str)]) -> TestApp {
    Project::of(&[&[SCHEMA, ("app/user.yml", "properties:\n- {name: face, type: upload}\n")], files].concat())
        .serve(&[])
}

/// The answer to a document, as a client of `POST /api/graph` gets it.
fn answer(app: &TestApp, document: &str, variables: &Json) -> Json {
    let asked = json!({ "query": document, "variables": variables });
    app.new_browser().post_json("/api/graph", &asked).has_status(200).json()
}

/// The data of a document that has no errors.
fn graph(app: &TestApp, document: &str, variables: &Json) -> Json {
    let answer = answer(app, document, variables);
    assert_eq!(answer["errors"], Json::Null, "{document}");
    answer["data"].clone()
}

/// The message of a document that fails.
fn error(app: &TestApp, document: &str) -> String {
    let answer = answer(app, document, &json!({}));
    answer["errors"][0]["message"].as_str().unwrap_or_else(|| panic!("no error: {answer}")).to_owned()
}

/// A form as a page has got it.
#[derive(Debug, Clone)]
struct Form {
    /// From the root of the server.
    action: String,
    fields: Vec<(String, String)>,
}

impl Form {
    fn of(app: &TestApp, property: &str) -> Self {
        Self::asked(app, &format!("table: \"doc\", property_name: \"{property}\""))
    }

    fn asked(app: &TestApp, arguments: &str) -> Self {
        let document = format!(
            "mutation {{ form: property_upload_presigned_url({arguments}) {{ upload_url upload_url_payload }} }}"
        );
        let form = graph(app, &document, &json!({}))["form"].clone();
        let url = form["upload_url"].as_str().unwrap();
        let fields = form["upload_url_payload"].as_object().unwrap().iter();
        Self {
            action: url.strip_prefix(app.url()).unwrap_or_else(|| panic!("{url}")).to_owned(),
            fields: fields.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect(),
        }
    }

    fn with(&self, name: &str, value: &str) -> Self {
        let mut form = self.clone();
        form.fields.retain(|(known, _)| known != name);
        form.fields.push((name.to_owned(), value.to_owned()));
        form
    }

    fn without(&self, name: &str) -> Self {
        let mut form = self.clone();
        form.fields.retain(|(known, _)| known != name);
        form
    }

    fn field(&self, name: &str) -> &str {
        let field = self.fields.iter().find(|(known, _)| known == name);
        field.map_or("", |(_, value)| value)
    }

    fn body(&self, file_name: &str, content_type: &str, bytes: &[u8]) -> Vec<u8> {
        let mut body = Vec::new();
        for (name, value) in &self.fields {
            let part = format!("--X\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        let head = format!(
            "--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{file_name}\"\r\nContent-Type: {content_type}\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--X--\r\n");
        body
    }

    /// Posts as a page of another site would: without cookies, from elsewhere.
    fn post(&self, app: &TestApp, file_name: &str, content_type: &str, bytes: &[u8]) -> Response {
        let headers = [
            ("content-type", "multipart/form-data; boundary=X"),
            ("origin", "http://elsewhere.test"),
            ("sec-fetch-site", "cross-site"),
        ];
        app.new_browser().send("POST", &self.action, &headers, self.body(file_name, content_type, bytes))
    }
}

/// The content of an element of an XML answer.
fn element(answer: &Response, name: &str) -> String {
    let text = answer.text();
    let (_, rest) = text.split_once(&format!("<{name}>")).unwrap_or_else(|| panic!("no {name}: {text}"));
    rest.split_once('<').unwrap().0.to_owned()
}

/// Where the posted file is.
fn location(answer: Response) -> String {
    let answer = answer.has_status(201);
    let location = element(&answer, "Location");
    assert_eq!(answer.header("location"), Some(location.as_str()));
    location
}

/// The path of a URL of this server.
fn path<'u>(app: &TestApp, url: &'u str) -> &'u str {
    url.strip_prefix(app.url()).unwrap_or_else(|| panic!("{url} is not of {}", app.url()))
}

/// Saves `value` as a property of a new record; its id.
fn saved(app: &TestApp, property: &str, value: &str) -> String {
    let document = "mutation ($p: String!, $v: String) { record_create(record: { table: \"doc\", properties: [{ name: $p, value: $v }] }) { id } }";
    let created = graph(app, document, &json!({ "p": property, "v": value }));
    created["record_create"]["id"].as_str().unwrap().to_owned()
}

/// What the query says of a file.
fn file(app: &TestApp, id: &str, property: &str, arguments: &str) -> Json {
    let document = format!(
        "{{ records(per_page: 1, filter: {{ id: {{ value: {id} }} }}) {{ results {{ file: property_upload(name: \"{property}\"{arguments}) {{ url file_name extension versions }} }} }} }}"
    );
    graph(app, &document, &json!({}))["records"]["results"][0]["file"].clone()
}

/// The files on disk.
fn files_on_disk(app: &TestApp) -> usize {
    std::fs::read_dir(app.project.path(".pos-dev/uploads")).unwrap().count()
}
