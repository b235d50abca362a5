//! Forms of old apps: what `{% include_form %}` shows, and what becomes of what is sent.

use regex::Regex;
use serde_json::{Value as Json, json};

use crate::harness::{Browser, Project, Response, TestApp};

#[test]
fn form_of_an_old_app_posts_with_its_token() {
    let app = Project::of(&[
        ("app/forms/note.liquid", "---\nresource: note\nfields:\n  properties:\n    text: {}\n---\n{% form url: '/notes' %}<input name=\"{{ form.fields.properties.text.name }}\">{% endform %}"),
        ("app/views/pages/new.liquid", "---\nslug: notes/new\n---\n{% include_form 'note' %}"),
        (
            "app/views/pages/create.liquid",
            "---\nslug: notes\nmethod: post\n---\n{{ context.csrf_request_valid }}:{{ context.params.form.properties_attributes.text }}",
        ),
    ])
    .serve(&[]);
    let page = app.get("/notes/new").has_status(200).text();
    let (_, behind) = page.split_once("name=\"authenticity_token\" value=\"").unwrap();
    let token = behind.split('"').next().unwrap();
    assert!(page.contains("<input name=\"form[properties_attributes][text]\">"), "{page}");
    let posted =
        app.post("/notes", &[("authenticity_token", token), ("form[properties_attributes][text]", "hi")]);
    assert_eq!(posted.has_status(200).text().trim(), "true:hi");
}

const CAR: &str = r#"---
resource: car
resource_owner: anyone
redirect_to: /cars/{{ form.id }}
flash_notice: 'saved {{ form.properties.plate }}'
flash_alert: look again
fields:
  properties:
    color:
      validation:
        presence: {message: say which}
        inclusion: {in: [red, blue]}
    price:
      validation:
        numericality: {greater_than: 0, allow_blank: true}
    plate:
      validation:
        unique: {scope: [color]}
        length: {maximum: 8}
    terms:
      validation: {presence: true}
      property_options: {virtual: true}
    origin: {}
default_payload: '{"properties_attributes": {"origin": "form"}}'
callback_actions: |
  {% graphql g, id: form.id %}mutation ($id: ID!) { record_update(id: $id, record: { table: "car", properties: [{ name: "called", value: "yes" }] }) { id } }{% endgraphql %}
async_callback_actions:
  content: '{% log form.properties.plate, type: "queued" %}'
---
{% form %}[{{ form.fields.properties.color.value }}|{{ form.errors['properties.color'] | join: ', ' }}|{{ form.errors['properties.price'] | join: ', ' }}|{{ form.errors['properties.plate'] | join: ', ' }}|{{ form.errors['properties.terms'] | join: ', ' }}]{% endform %}"#;

const SCHEMA: (&str, &str) = (
    "app/schema/car.yml",
    "name: car\nproperties:\n- name: color\n- {name: price, type: integer}\n- name: plate\n- name: origin\n- name: called\n- name: secret\n",
);

const CARS: &str =
    "{ records(per_page: 9, sort: [{id: {order: ASC}}]) { results { id user_id properties } } }";

fn graph(app: &TestApp, query: &str) -> Json {
    let answer = app.new_browser().post_json("/api/graph", &json!({ "query": query })).has_status(200).json();
    assert_eq!(answer["errors"], Json::Null, "{answer}");
    answer["data"].clone()
}

fn cars(app: &TestApp) -> Json {
    graph(app, CARS)["records"]["results"].clone()
}

fn app(files: &[(&str, &str)]) -> TestApp {
    let project = Project::of(&[
        SCHEMA,
        ("app/forms/car.liquid", CAR),
        ("app/views/pages/cars/new.liquid", "{{ context.flash.alert }}{% include_form 'car' %}"),
        ("app/views/pages/cars/edit.liquid", "{% include_form 'car', id: context.params.id %}"),
        ("app/views/pages/cars/show.liquid", "---\nslug: cars/:id\n---\n{{ context.flash.notice }}"),
        ("app/views/pages/in.liquid", "{% sign_in user_id: context.params.id %}"),
    ]);
    for (path, text) in files {
        project.write(path, text);
    }
    project.serve(&[])
}

/// Opens the page at `path` and sends its form with these fields on top of the hidden ones.
fn send(browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Response {
    let page = browser.get(path).has_status(200).text();
    let action = Regex::new("<form action=\"([^\"]*)\"").unwrap().captures(&page).unwrap()[1].to_owned();
    let hidden = Regex::new("<input type=\"hidden\" name=\"([^\"]*)\"(?: value=\"([^\"]*)\")?>").unwrap();
    let inputs: Vec<(String, String)> = hidden
        .captures_iter(&page)
        .map(|input| (input[1].to_owned(), input.get(2).map_or("", |value| value.as_str()).to_owned()))
        .collect();
    let mut all: Vec<(&str, &str)> =
        inputs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    all.extend(fields);
    browser.post(&action, &all)
}

const COLOR: &str = "form[properties_attributes][color]";
const PRICE: &str = "form[properties_attributes][price]";
const PLATE: &str = "form[properties_attributes][plate]";
const TERMS: &str = "form[properties_attributes][terms]";

#[test]
fn what_is_sent_is_stored_as_far_as_the_form_lets_it() {
    let app = app(&[]);
    let fields = [
        (COLOR, "red"),
        (PRICE, "7"),
        (PLATE, "G 1"),
        (TERMS, "yes"),
        ("form[properties_attributes][origin]", "visitor"),
        ("form[properties_attributes][secret]", "visitor"),
        ("form[user_id]", "1"),
    ];
    let stored = send(app.browser(), "/cars/new", &fields).has_status(302);
    assert_eq!(stored.header("location"), Some("/cars/1"));
    assert_eq!(app.get("/cars/1").text(), "saved G 1");
    assert_eq!(app.get("/cars/1").text(), "", "a message is shown once");
    let car = json!({"color": "red", "price": 7, "plate": "G 1", "origin": "form", "called": "yes"});
    assert_eq!(cars(&app), json!([{"id": "1", "user_id": null, "properties": car}]));
    app.wait_for_log("G 1");

    let changed = send(
        app.browser(),
        "/cars/edit?id=1",
        &[(COLOR, "blue"), (TERMS, "yes"), ("redirect_to", "/cars/new")],
    );
    assert_eq!(changed.has_status(302).header("location"), Some("/cars/new"));
    assert_eq!(cars(&app)[0]["properties"]["color"], "blue");
    assert_eq!(cars(&app)[0]["properties"]["plate"], "G 1", "what is not sent stays");
}

#[test]
fn what_breaks_a_rule_is_shown_again_and_not_stored() {
    let app = app(&[]);
    let sent = [(COLOR, "red"), (PLATE, "G 1"), (TERMS, "yes")];
    send(app.browser(), "/cars/new", &sent).has_status(302);
    for (fields, shown) in [
        (&[][..], "[|say which, is not included in the list|||can&#39;t be blank]"),
        (&[(COLOR, "<pink>"), (TERMS, "1")], "[&lt;pink&gt;|is not included in the list|||]"),
        (&[(COLOR, "red"), (PRICE, "-1"), (TERMS, "1")], "[red||must be greater than 0||]"),
        (
            &[(COLOR, "red"), (PRICE, "cheap"), (TERMS, "1")],
            "[red||is not a number, `cheap` is not an integer||]",
        ),
        (&[(COLOR, "red"), (PLATE, "G 1"), (TERMS, "1")], "[red|||has already been taken|]"),
        (
            &[(COLOR, "blue"), (PLATE, "123456789"), (TERMS, "1")],
            "[blue|||is too long (maximum is 8 characters)|]",
        ),
    ] {
        let page = send(app.browser(), "/cars/new", fields).has_status(422).text();
        assert!(page.starts_with("look again<form") && page.contains(shown), "{fields:?}: {page}");
    }
    assert_eq!(cars(&app).as_array().unwrap().len(), 1);
    send(app.browser(), "/cars/new", &[(COLOR, "blue"), (PLATE, "G 1"), (TERMS, "1")]).has_status(302);
    let own = [(COLOR, "red"), (PLATE, "G 1"), (TERMS, "1")];
    send(app.browser(), "/cars/edit?id=1", &own).has_status(302);
}

#[test]
fn form_is_for_who_owns_what_it_changes() {
    let mine = CAR.replace("resource_owner: anyone", "resource_owner: creator");
    let profile = "---\nresource: User\nresource_owner: self\nfields:\n  email:\n    validation: {email: true}\n  first_name: {}\n  password:\n    validation: {presence: true, confirmation: true, length: {minimum: 8}}\n  password_confirmation:\n    property_options: {virtual: true}\n---\n{% form %}[{{ form.fields.email.value }}|{{ form.fields.password.value }}|{{ form.errors.email | join }}|{{ form.errors.password | join }}]{% endform %}";
    let app = app(&[
        ("app/forms/car.liquid", &mine),
        ("app/forms/profile.liquid", profile),
        ("app/views/pages/profile.liquid", "{% include_form 'profile', id: context.params.id %}"),
    ]);
    for name in ["ann", "bob"] {
        graph(
            &app,
            &format!(
                r#"mutation {{ user_create(user: {{ email: "{name}@x.test", password: "Secret12" }}) {{ id }} }}"#
            ),
        );
    }
    let fields = [(COLOR, "red"), (TERMS, "yes")];
    let (ann, bob, nobody) = (app.new_browser(), app.new_browser(), app.new_browser());
    ann.get("/in?id=1").has_status(200);
    bob.get("/in?id=2").has_status(200);
    send(&nobody, "/cars/new", &fields).has_status(403);
    send(&ann, "/cars/new", &fields).has_status(302);
    assert_eq!(cars(&app)[0]["user_id"], "1");
    send(&bob, "/cars/edit?id=1", &[(COLOR, "blue"), (TERMS, "yes")]).has_status(403);
    send(&nobody, "/cars/edit?id=1", &[(COLOR, "blue"), (TERMS, "yes")]).has_status(403);
    send(&ann, "/cars/edit?id=1", &[(COLOR, "blue"), (TERMS, "yes")]).has_status(302);

    send(&bob, "/profile?id=1", &[("form[first_name]", "Bob")]).has_status(403);
    send(&bob, "/profile?id=2", &[("form[first_name]", "Bob")]).has_status(302);
    let name = "{ user(id: 2) { first_name email } }";
    assert_eq!(graph(&app, name)["user"], json!({"first_name": "Bob", "email": "bob@x.test"}));
    for (fields, shown) in [
        (&[("form[email]", "ANN@x.test")][..], "[ANN@x.test||has already been taken|]"),
        (&[("form[email]", "bob")], "[bob||is invalid|]"),
        (
            &[("form[password]", "Other1234"), ("form[password_confirmation]", "other1234")],
            "doesn&#39;t match confirmation]",
        ),
        (
            &[("form[password]", "short"), ("form[password_confirmation]", "short")],
            "[|||is too short (minimum is 8 characters)]",
        ),
    ] {
        let page = send(&bob, "/profile?id=2", fields).has_status(422).text();
        assert!(page.contains(shown), "{fields:?}: {page}");
    }
    let password = [("form[password]", "Other1234"), ("form[password_confirmation]", "Other1234")];
    send(&bob, "/profile?id=2", &password).has_status(302);
    let check = r#"{ user(id: 2) { authenticate { password(password: "Other1234") } } }"#;
    assert_eq!(graph(&app, check)["user"]["authenticate"]["password"], true);
}

const SIGN_UP: &str = "---
resource: User
resource_owner: anyone
flash_alert: 'not {{ form.email }} with {{ form.password }}'
fields:
  email: {}
  first_name: {}
  password:
    validation: {presence: true, length: {minimum: 8}}
default_payload: '{\"first_name\": {{ form.password | default: \"Ann\" | json }}}'
---
{% form %}{% endform %}";

#[test]
fn account_is_made_by_anyone_and_changed_by_nobody_else() {
    let app = app(&[
        ("app/forms/sign_up.liquid", SIGN_UP),
        (
            "app/views/pages/sign_up.liquid",
            "{{ context.flash.alert }}.{% include_form 'sign_up', id: context.params.id %}",
        ),
    ]);
    let [ann, nobody] = [(); 2].map(|()| app.new_browser());
    let account = [("form[email]", "ann@x.test"), ("form[password]", "Secret12")];
    send(&nobody, "/sign_up", &account).has_status(302);
    let taken_over = [("form[email]", "eve@x.test"), ("form[password]", "Other1234")];
    send(&nobody, "/sign_up?id=1", &taken_over).has_status(403);
    let user = r#"{ user(id: 1) { email first_name authenticate { password(password: "Secret12") } } }"#;
    let kept = json!({ "email": "ann@x.test", "first_name": "Ann", "authenticate": { "password": true } });
    assert_eq!(graph(&app, user)["user"], kept, "templates see no password");
    ann.get("/in?id=1").has_status(200);
    send(&ann, "/sign_up?id=1", &[("form[email]", "a@x.test")]).has_status(302);
    assert_eq!(graph(&app, user)["user"]["email"], "a@x.test");

    let refused = [("form[email]", "bob@x.test"), ("form[password]", "short")];
    let page = send(&nobody, "/sign_up", &refused).has_status(422).text();
    assert!(page.starts_with("not bob@x.test with."), "{page}");
}

#[test]
fn request_that_proves_nothing_sends_as_nobody() {
    let mine = CAR.replace("resource_owner: anyone", "resource_owner: creator");
    let app = app(&[("app/forms/car.liquid", &mine)]);
    graph(&app, r#"mutation { user_create(user: { email: "ann@x.test" }) { id } }"#);
    app.get("/in?id=1").has_status(200);
    let fields = [("form_id", "car"), (COLOR, "red"), (TERMS, "yes")];
    app.post("/api/customizations", &fields).has_status(403);
    assert_eq!(cars(&app), json!([]));
}

#[test]
fn policies_of_form_and_page_are_asked() {
    let guarded = CAR.replace("resource: car", "resource: car\nauthorization_policies: [never]");
    let app = app(&[
        ("app/forms/guarded.liquid", &guarded),
        ("app/authorization_policies/never.liquid", "---\nname: never\n---\nfalse"),
        ("app/views/pages/a/closed.liquid", "---\nauthorization_policies: [never]\n---\nsecret"),
    ]);
    let fields = [("form_id", "guarded"), (COLOR, "red"), (TERMS, "yes")];
    app.post("/api/customizations", &fields).has_status(403);
    for page in 1..9 {
        let id = page.to_string();
        let shown = app.post("/api/customizations", &[("form_id", "car"), ("page_id", &id)]).text();
        assert!(!shown.contains("secret"), "{page}: {shown}");
    }
    assert_eq!(cars(&app), json!([]));
}

#[test]
fn clients_send_and_are_answered_json() {
    let app = app(&[]);
    let post = |path: &str, form: Json| {
        let body = json!({"form_configuration_name": "car", "form": {"properties": form}}).to_string();
        let headers = [("content-type", "application/json"), ("accept", "application/json")];
        app.new_browser().send("POST", path, &headers, body.into_bytes())
    };
    let stored = post("/api/user/customizations", json!({"color": "red", "price": 3, "terms": true}));
    assert_eq!(stored.has_status(200).json(), json!({"id": "1"}));
    let refused = post("/api/customizations", json!({"color": "red"}));
    assert_eq!(refused.has_status(422).json(), json!({"errors": {"properties.terms": ["can't be blank"]}}));
}

#[test]
fn what_cannot_be_sent_says_why() {
    let app = app(&[
        ("app/forms/shut.liquid", "---\nresource: car\nrequest_allowed: false\nfields: {}\n---\n"),
        ("app/forms/nothing.liquid", "---\nresource_owner: anyone\nfields: {}\n---\n"),
        ("app/forms/tabel.liquid", "---\nresource: caar\nresource_owner: anyone\nfields: {}\n---\n"),
        (
            "app/forms/odder.liquid",
            "---\nresource: car\nresource_owner: anyone\nfields:\n  properties:\n    color:\n      validation: {format: {with: 'a(?=b)'}}\n---\n",
        ),
        ("app/forms/odd.liquid", "---\nresource: car\nresource_owner: anyone\nfields: {wheels: {}}\n---\n"),
        (
            "app/forms/sometimes.liquid",
            "---\nresource: car\nresource_owner: anyone\nfields:\n  properties:\n    color:\n      validation: {presence: {if: x}}\n---\n",
        ),
        (
            "app/forms/payload.liquid",
            "---\nresource: car\nresource_owner: anyone\nfields: {}\ndefault_payload: '[]'\n---\n",
        ),
    ]);
    for (form, path, status, said) in [
        ("carr", "", 404, "no form `carr`; did you mean `car`?"),
        ("shut", "", 404, "form `shut` is not open to requests"),
        ("nothing", "", 500, "form `nothing` names no resource: a table, or User"),
        ("tabel", "", 500, "no table `caar` is declared in app/schema; did you mean `car`?"),
        ("odd", "", 500, "a form cannot write `wheels`"),
        ("odder", "", 500, "is `a(?=b)`: a look-ahead, `(?=` or `(?!` is not supported here"),
        ("sometimes", "", 500, "not supported here: a condition of the validation `presence`"),
        ("payload", "", 500, "default_payload is no JSON object"),
        ("car", "/9", 404, "/api/customizations/9 is not there"),
        ("car", "/x", 404, "/api/customizations/x is not there"),
        ("car", "", 422, "form `car` was refused: `properties.color`, `properties.terms`"),
    ] {
        let fields = [("form_id", form), ("form[wheels]", "4")];
        let answer = app.post(&format!("/api/customizations{path}"), &fields).has_status(status).text();
        let answer = answer.replace("&#39;", "'").replace("&#96;", "`");
        assert!(answer.contains(said), "{form}{path}: {answer}");
    }
    assert_eq!(cars(&app), json!([]));
}

const NOTIFYING: &str = "---
resource: car
resource_owner: anyone
fields:
  properties:
    color:
      validation: {presence: true}
email_notifications:
- sold
- silent
sms_notifications: code
api_call_notifications: [crm]
---
{% form %}{% endform %}";

fn notifying(form: &str) -> TestApp {
    app(&[
        ("app/forms/car.liquid", form),
        (
            "app/emails/sold.liquid",
            "---\nto: a@x.test\nsubject: '{{ form.properties.color }} {{ form.id }}'\n---\n{{ data.properties.color }}",
        ),
        ("app/emails/silent.liquid", "---\nto: a@x.test\nenabled: false\n---\n"),
        (
            "app/smses/code.liquid",
            "---\nto: '+48'\ndelay: '{{ form.properties.wait | default: 0 }}'\n---\n{{ context.location.host | size }}{{ context.params }}",
        ),
        (
            "app/api_calls/crm.liquid",
            "---\nto: 'http://{{ context.location.host }}/taken'\nrequest_type: POST\n---\n{{ form.properties.color }}",
        ),
        ("app/views/pages/taken.liquid", "---\nmethod: post\n---\n"),
    ])
}

#[test]
fn notifications_of_a_form_are_sent_by_jobs_once_it_is_stored() {
    let app = notifying(NOTIFYING);
    send(app.browser(), "/cars/new", &[(COLOR, "")]).has_status(422);
    app.wait_until_idle();
    assert_eq!(app.get("/_dev/mail").json()["messages"], json!([]));

    send(app.browser(), "/cars/new", &[(COLOR, "red")]).has_status(302);
    app.wait_until_idle();
    let id = cars(&app)[0]["id"].as_str().unwrap().to_owned();
    let messages = app.get("/_dev/mail").json()["messages"].as_array().unwrap().clone();
    let mut subjects: Vec<&str> =
        messages.iter().map(|message| message["subject"].as_str().unwrap()).collect();
    subjects.sort_unstable();
    assert_eq!(subjects, ["", &format!("red {id}")]);
    let sent = graph(
        &app,
        "{ admin_sent_notifications(per_page: 9, filter: { notification_type: { value: API_CALL } }) { results { content } } }",
    );
    assert_eq!(sent["admin_sent_notifications"]["results"], json!([{ "content": "red" }]));
}

#[test]
fn callback_that_fails_takes_no_notification_along() {
    let form = NOTIFYING
        .replace("email_notifications:", "callback_actions: \"{% include 'nope' %}\"\nemail_notifications:");
    let app = notifying(&form);
    send(app.browser(), "/cars/new", &[(COLOR, "red")]).has_status(500);
    app.wait_until_idle();
    let id = cars(&app)[0]["id"].as_str().unwrap().to_owned();
    let messages = app.get("/_dev/mail").json()["messages"].as_array().unwrap().clone();
    assert!(messages.iter().any(|message| message["subject"] == format!("red {id}")), "{messages:?}");
}

#[test]
fn notification_that_is_not_there_is_told_by_check_and_keeps_the_form_from_being_stored() {
    let app = notifying(&NOTIFYING.replace("- sold", "- solt"));
    let answer = send(app.browser(), "/cars/new", &[(COLOR, "red")]).has_status(500);
    assert!(
        answer.text().contains("e-mail &#39;solt&#39;; did you mean &#39;sold&#39;?"),
        "{}",
        answer.text()
    );
    app.wait_until_idle();
    assert_eq!(cars(&app), json!([]));
    assert_eq!(app.get("/_dev/mail").json()["messages"], json!([]));
    let checked = app.cli(["check"]).run();
    assert!(checked.stdout.contains("forms/car.liquid:9:3"), "{checked}");
    assert!(checked.stdout.contains("can't find e-mail 'solt'"), "{checked}");
}

const DOC: &str = r#"---
resource: doc
resource_owner: anyone
fields:
  properties:
    born:
      validation: {date: {before: today, allow_blank: true}}
    seen:
      validation:
        datetime: {after: 2024-01-01, on_or_before: '2024-12-31T12:00:00Z', allow_blank: true}
    code:
      validation: {format: {with: '\A\h+\Z', allow_nil: true}}
    file:
      validation:
        file_size: {less_than: 1 KB, message: too big}
        file_extension: {in: [txt]}
        file_content_type: {in: [text/plain]}
---
"#;

fn docs() -> TestApp {
    app(&[
        ("app/forms/doc.liquid", DOC),
        (
            "app/schema/doc.yml",
            "name: doc\nproperties:\n- {name: born, type: date}\n- {name: seen, type: datetime}\n- name: code\n- {name: file, type: upload}\n",
        ),
    ])
}

fn send_doc(app: &TestApp, properties: Json) -> Response {
    let body = json!({"form_id": "doc", "form": {"properties": properties}}).to_string();
    let headers = [("content-type", "application/json"), ("accept", "application/json")];
    app.new_browser().send("POST", "/api/customizations", &headers, body.into_bytes())
}

#[test]
fn dates_keep_their_bounds() {
    let app = docs();
    for (sent, said) in [
        (
            json!({"born": "soon"}),
            json!({"properties.born": ["is not a valid date", "`soon` is not a date"]}),
        ),
        (
            json!({"seen": "2024-01-01T00:00:00Z"}),
            json!({"properties.seen": ["must be after 2024-01-01T00:00:00.000Z"]}),
        ),
        (
            json!({"seen": "2024-12-31 12:00:01"}),
            json!({"properties.seen": ["must be on or before 2024-12-31T12:00:00.000Z"]}),
        ),
        (json!({"code": "xyz"}), json!({"properties.code": ["is invalid"]})),
    ] {
        let answer = send_doc(&app, sent.clone()).has_status(422).json();
        assert_eq!(answer["errors"], said, "{sent}");
    }
    let answer = send_doc(&app, json!({"born": "9000-01-01"})).has_status(422).text();
    assert!(answer.contains("must be before 2"), "{answer}");
    let kept = json!({"born": "2001-02-03", "seen": "2024-12-31T13:00:00+01:00", "code": "c0de"});
    send_doc(&app, kept).has_status(200);
}

/// Stores a file with this content at the path; where it is then.
fn upload(app: &TestApp, path: &str, content: &str) -> String {
    let query = format!(
        r#"mutation {{ record_create(record: {{ table: "doc", properties: [{{ name: "file", value_upload: {{ type: plain, content: "{content}", file_path: "{path}", acl: public }} }}] }}) {{ property_upload(name: "file") {{ url }} }} }}"#
    );
    graph(app, &query)["record_create"]["property_upload"]["url"].as_str().unwrap().to_owned()
}

#[test]
fn file_is_looked_at_before_its_record_is_stored() {
    let app = docs();
    let small = upload(&app, "a/note.txt", "hello");
    let large = upload(&app, "a/large.txt", &"x".repeat(1024));
    let named = upload(&app, "a/note.exe", "hello");
    let refused = |said: &[&str]| json!({ "errors": { "properties.file": said } });
    let unknown = ["too big", "file should be one of text/plain"];
    for (file, said) in [
        (json!(large), refused(&["too big"])),
        (json!(named), refused(&["file should be one of txt"])),
        (json!("https://x.test/a.txt"), refused(&unknown)),
        (json!({"path": "a/large.txt", "filename": "a.txt", "size": 1}), refused(&["too big"])),
        (
            json!({"path": "a/nowhere.txt", "filename": "a.txt", "content_type": "text/plain", "size": 1}),
            refused(&unknown),
        ),
    ] {
        assert_eq!(send_doc(&app, json!({ "file": file })).has_status(422).json(), said, "{file}");
    }
    send_doc(&app, json!({ "file": small })).has_status(200);
    send_doc(&app, json!({})).has_status(200);
}

fn post_file(app: &TestApp, name: &str, content: &str) -> Response {
    let part = |disposition: &str, value: &str| {
        format!("--b\r\nContent-Disposition: form-data; {disposition}\r\n\r\n{value}\r\n")
    };
    let file = format!(
        "name=\"form[properties_attributes][file]\"; filename=\"{name}\"\r\nContent-Type: text/plain"
    );
    let body = format!("{}{}--b--\r\n", part("name=\"form_id\"", "doc"), part(&file, content));
    let headers = [("content-type", "multipart/form-data; boundary=b"), ("accept", "application/json")];
    app.new_browser().send("POST", "/api/customizations", &headers, body.into_bytes())
}

#[test]
fn file_in_the_form_itself_is_looked_at_too() {
    let app = docs();
    let errors = |said: &str| json!({ "errors": { "properties.file": [said] } });
    let large = post_file(&app, "a.txt", &"x".repeat(1024));
    assert_eq!(large.has_status(422).json(), errors("too big"));
    assert_eq!(post_file(&app, "a.exe", "x").has_status(422).json(), errors("file should be one of txt"));
    post_file(&app, "a.txt", "x").has_status(200);
}

#[test]
fn file_in_the_form_becomes_an_upload() {
    let app = app(&[
        (
            "app/forms/doc.liquid",
            "---\nresource: doc\nresource_owner: anyone\nfields:\n  properties: {file: {}, scan: {}}\ncallback_actions: '{% log form.properties.file.path, type: \"kept\" %}'\n---\n",
        ),
        (
            "app/schema/doc.yml",
            "name: doc\nproperties:\n- {name: file, type: upload, options: {content_length: {lte: 1}}}\n- {name: scan, type: upload, options: {acl: private}}\n",
        ),
    ]);
    post_file(&app, "Note 1.txt", "hello").has_status(200);
    let read = r#"{ records(per_page: 9, filter: { table: { value: "doc" } }) { results {
        file: property_upload(name: "file") { url file_name extension } scan: property_upload(name: "scan") { url } } } }"#;
    let file = graph(&app, read)["records"]["results"][0]["file"].clone();
    assert_eq!((&file["file_name"], &file["extension"]), (&json!("Note 1.txt"), &json!("txt")));
    let path = file["url"].as_str().unwrap().strip_prefix(app.url()).unwrap();
    let answer = app.get(path).has_status(200);
    assert_eq!((answer.text().as_str(), answer.header("content-type")), ("hello", Some("text/plain")));
    app.wait_for_log("doc/file/");

    let large = post_file(&app, "a.txt", &"x".repeat(1025)).has_status(422).json();
    let said = "file size must be less than or equal to 1 KB";
    assert_eq!(large, json!({ "errors": { "properties.file": [said] } }));
    let unnamed = post_file(&app, "..", "x").has_status(422).json();
    assert!(unnamed["errors"]["properties.file"][0].as_str().unwrap().contains("name"), "{unnamed}");

    let mut body = b"--b\r\nContent-Disposition: form-data; name=\"form_id\"\r\n\r\ndoc\r\n--b\r\nContent-Disposition: form-data; name=\"form[properties_attributes][scan]\"; filename=\"a.png\"\r\n\r\n".to_vec();
    body.extend([0xff, 0, 0x80]);
    body.extend(b"\r\n--b--\r\n");
    let headers = [("content-type", "multipart/form-data; boundary=b"), ("accept", "application/json")];
    app.new_browser().send("POST", "/api/customizations", &headers, body).has_status(200);
    let read = read.replace("scan\")", "scan\", expires_in: 60)");
    let results = graph(&app, &read)["records"]["results"].clone();
    assert_eq!(results.as_array().unwrap().len(), 2, "{results}");
    let scan = results.as_array().unwrap().iter().find_map(|doc| doc["scan"]["url"].as_str()).unwrap();
    let url = scan.strip_prefix(app.url()).unwrap();
    app.get(url.split('?').next().unwrap()).has_status(403);
    assert_eq!(app.get(url).has_status(200).body, [0xff, 0, 0x80]);
}

const SELL: &str = r#"{% graphql sold, color: context.params.color %}mutation ($color: String) {
  record_create(form_name: "car", record: { properties: [
    { name: "color", value: $color }, { name: "plate", value: "G 1" }, { name: "terms", value: "yes" }
  ] }) { properties }
}{% endgraphql %}{{ sold.record_create.properties }}|{{ context.session.sold }}"#;

/// An app that sells cars through a form that asks a policy, and puts a line into the session once one is stored.
fn selling(form: &str) -> TestApp {
    let form = form.replace("resource: car\n", "resource: car\nauthorization_policies: [open]\n");
    app(&[
        ("app/forms/car.liquid", &form),
        (
            "app/authorization_policies/open.liquid",
            "---\nname: open\n---\n{% if context.params.door == 'open' %}true{% endif %}",
        ),
        ("app/views/pages/sell.json.liquid", SELL),
    ])
}

#[test]
fn mutation_goes_through_the_whole_form() {
    let form = CAR.replace("callback_actions: |\n", "callback_actions: |\n  {% session sold = form.id %}\n");
    let app = selling(&form);
    let properties = json!({"color": "red", "plate": "G 1", "origin": "form", "called": "yes"});
    let sold = app.get("/sell.json?door=open&color=red").has_status(200).text();
    let (told, session) = sold.rsplit_once('|').unwrap();
    assert_eq!(serde_json::from_str::<Json>(told).unwrap(), properties);
    assert_eq!(session.trim(), "1", "what a callback does to the session is done");
    assert_eq!(cars(&app), json!([{"id": "1", "user_id": null, "properties": properties}]));
    app.wait_for_log("G 1");

    for (query, said) in [
        ("door=open&color=pink", "form `car`: properties.color is not included in the list"),
        ("color=blue", "form `car`: the authorization policy `open` does not let it pass"),
    ] {
        let told = app.get(&format!("/sell.json?{query}")).has_status(500).text();
        assert!(told.contains(said), "{query}: {told}");
    }
    let query = r#"mutation { record_create(form_name: "car", record: { properties: [{ name: "color", value: "blue" }] }) { id } }"#;
    let answer = app.new_browser().post_json("/api/graph", &json!({ "query": query })).has_status(200).json();
    assert!(answer["errors"][0]["message"].as_str().unwrap().contains("`open` does not let it pass"));
    assert_eq!(cars(&app).as_array().unwrap().len(), 1);
}

#[test]
fn mutation_whose_form_fails_stores_nothing() {
    let include = "{% include 'nope' %}";
    let payload = r#"default_payload: '{"properties_attributes": {"origin": "form"}}'"#;
    for (form, said) in [
        (CAR.replace("async_callback_actions:", &format!("  {include}\nasync_callback_actions:")), "nope"),
        (CAR.replace(payload, "default_payload: '[]'"), "default_payload is no JSON object"),
    ] {
        let app = selling(&form);
        let told = app.get("/sell.json?door=open&color=red").has_status(500).text();
        assert!(told.contains(said), "{told}");
        assert_eq!(cars(&app), json!([]));
    }
}

#[test]
fn form_deletes_what_its_visitor_may_change() {
    let mine = CAR.replace("resource_owner: anyone", "resource_owner: creator");
    let leave = CAR.replace("{% form %}", "{% form method: 'delete' %}").replace("anyone", "creator");
    let app = app(&[
        ("app/forms/car.liquid", &mine),
        ("app/forms/leave.liquid", &leave),
        ("app/forms/profile.liquid", "---\nresource: User\nresource_owner: self\nfields: {email: {}}\n---\n"),
        ("app/views/pages/leave.liquid", "{% include_form 'leave', id: context.params.id %}"),
        (
            "app/views/pages/quit.liquid",
            "{% form url: '/api/users/1', method: 'delete' %}<input type=\"hidden\" name=\"form_id\" value=\"profile\">{% endform %}",
        ),
    ]);
    graph(&app, r#"mutation { user_create(user: { email: "ann@x.test" }) { id } }"#);
    let (ann, nobody) = (app.new_browser(), app.new_browser());
    ann.get("/in?id=1").has_status(200);
    for plate in ["G 1", "G 2"] {
        send(&ann, "/cars/new", &[(COLOR, "red"), (PLATE, plate), (TERMS, "yes")]).has_status(302);
    }
    send(&nobody, "/leave?id=1", &[]).has_status(403);
    send(&ann, "/leave?id=9", &[]).has_status(404);
    send(&ann, "/leave", &[]).has_status(404);
    assert_eq!(cars(&app).as_array().unwrap().len(), 2);

    let left = send(&ann, "/leave?id=1", &[(COLOR, "blue")]).has_status(302);
    assert_eq!(left.header("location"), Some("/cars/1"));
    let left = cars(&app);
    assert_eq!((left.as_array().unwrap().len(), &left[0]["id"]), (1, &json!("2")));
    assert_eq!(left[0]["properties"]["color"], "red");
    send(&ann, "/leave?id=1", &[]).has_status(404);
    send(&ann, "/quit", &[]).has_status(403);
    assert_eq!(graph(&app, "{ user(id: 1) { email } }")["user"]["email"], "ann@x.test");
}

#[test]
fn fields_with_another_prefix_are_read_back() {
    for (prefix, color, terms) in [
        ("car", "car[properties_attributes][color]", "car[properties_attributes][terms]"),
        ("a[b]", "a[b][properties_attributes][color]", "a[b][properties_attributes][terms]"),
    ] {
        let form = CAR.replace("{% form %}", &format!("{{% form as: '{prefix}' %}}"));
        let app = app(&[("app/forms/car.liquid", &form)]);
        send(app.browser(), "/cars/new", &[(color, "red"), (terms, "yes")]).has_status(302);
        assert_eq!(cars(&app)[0]["properties"]["color"], "red", "{prefix}");
        let page = send(app.browser(), "/cars/new", &[(color, "pink"), (terms, "yes")]).has_status(422);
        assert!(page.text().contains("[pink|is not included in the list|"), "{prefix}");
        send(app.browser(), "/cars/new", &[(COLOR, "red"), (TERMS, "yes")]).has_status(422);
    }
}
