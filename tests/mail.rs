//! E-mails and SMS from a mutation to the inbox, as apps and developers see them.

use std::fs;

use mail_parser::{MessageParser, MimeHeaders as _};
use serde_json::{Value as Json, json};

use crate::harness::{Project, TestApp};

pub(crate) const HI: &str = "---
to: \"{{ data.to }}\"
cc: \"{{ data.cc }}\"
from: \"Shop <shop@example.test>\"
subject: \"Hi {{ data.name }}\"
layout: mailer
trigger_condition: \"{% if data.name != blank %}true{% endif %}\"
---
<p>Hello {{ data.name }}</p>
";
const LAYOUT: (&str, &str) =
    ("app/views/layouts/mailer.html.liquid", "<body>{{ content_for_layout }}</body>");
pub(crate) const MUTATION: &str = "mutation ($data: HashObject) { email_send(template: { name: \"hi\" }, data: $data) { is_scheduled_to_send errors { message } } }";
const SENT: &str = "{ admin_sent_notifications(per_page: 20, filter: { notification_type: { value: EMAIL } }) { total_entries results { content options } } }";

/// An app with the e-mail `hi` and a page that sends it with the JSON in `?d=`.
pub(crate) fn project(files: &[(&str, &str)]) -> Project {
    let project = Project::of(&[
        ("app/emails/hi.liquid", HI),
        LAYOUT,
        ("app/graphql/mail/hi.graphql", MUTATION),
        (
            "app/views/pages/index.liquid",
            "{% assign d = context.params.d | parse_json %}{% graphql r = 'mail/hi', data: d %}{{ r | json | html_safe }}",
        ),
    ]);
    for (path, text) in files {
        project.write(path, text);
    }
    project
}

/// The answer of the page that sends `data`.
pub(crate) fn send(app: &TestApp, data: &Json) -> Json {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("d", &data.to_string()).finish();
    app.get(&format!("/?{query}")).has_status(200).json()
}

pub(crate) fn graph(app: &TestApp, query: &str, variables: &Json) -> Json {
    let asked = json!({ "query": query, "variables": variables });
    app.new_browser().post_json("/api/graph", &asked).has_status(200).json()
}

/// The inbox, newest first, each message in full.
pub(crate) fn inbox(app: &TestApp) -> Vec<Json> {
    let list = app.get("/_dev/mail").has_status(200).json();
    let ids = list["messages"].as_array().unwrap().iter().map(|message| message["id"].as_str().unwrap());
    ids.map(|id| app.get(&format!("/_dev/mail/{id}")).has_status(200).json()).collect()
}

/// The files of the inbox.
pub(crate) fn files(app: &TestApp) -> Vec<Vec<u8>> {
    let Ok(folder) = fs::read_dir(app.project.path(".pos-dev/mail")) else { return Vec::new() };
    let mut paths: Vec<_> = folder.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

pub(crate) fn scheduled() -> Json {
    json!({ "email_send": { "is_scheduled_to_send": true, "errors": [] } })
}

pub(crate) fn ann() -> Json {
    json!({ "to": "a@x.test", "name": "A & B", "cc": [] })
}

/// The error of the only job, which has failed.
fn failure(app: &TestApp) -> String {
    let line = app.wait_for_log(" - FAILED (");
    line.split_once("ms): ").unwrap().1.to_owned()
}

#[test]
fn email_is_rendered_captured_and_listed_as_sent() {
    let app = project(&[]).serve(&[]);
    assert_eq!(send(&app, &ann()), scheduled());
    app.wait_until_idle();

    let inbox = inbox(&app);
    assert_eq!(inbox.len(), 1, "{inbox:#?}");
    let message = &inbox[0];
    for (key, expected) in [
        ("state", json!("captured")),
        ("kind", json!("email")),
        ("template", json!("hi")),
        ("to", json!(["a@x.test"])),
        ("cc", Json::Null),
        ("from", json!("Shop <shop@example.test>")),
        ("subject", json!("Hi A & B")),
        ("text", json!("Hello A & B")),
        ("data", ann()),
    ] {
        assert_eq!(message[key], expected, "{key} of {message:#}");
    }
    assert_eq!(message["html"].as_str().unwrap().trim(), "<body><p>Hello A &amp; B</p>\n</body>");

    let files = files(&app);
    assert_eq!(files.len(), 1);
    let eml = MessageParser::default().parse(&files[0]).unwrap();
    assert_eq!(eml.subject(), Some("Hi A & B"));
    assert_eq!(eml.to().unwrap().first().unwrap().address(), Some("a@x.test"));
    assert!(eml.cc().is_none() && eml.date().is_some() && eml.message_id().is_some());
    assert_eq!(eml.header_raw("X-Pos-Template").unwrap().trim(), "hi");
    assert_eq!(eml.header_raw("X-Pos-Job").unwrap().trim(), message["id"].as_str().unwrap());
    assert_eq!(eml.body_html(0).unwrap().trim(), "<body><p>Hello A &amp; B</p>\r\n</body>");
    assert_eq!(eml.body_text(0).unwrap().trim(), "Hello A & B");
    assert_eq!(eml.attachment_count(), 0);

    let sent = &graph(&app, SENT, &json!({}))["data"]["admin_sent_notifications"];
    assert_eq!(sent["total_entries"], 1, "{sent}");
    let sent = &sent["results"][0];
    assert_eq!(sent["content"], message["html"]);
    for (key, expected) in [
        ("to", json!(["a@x.test"])),
        ("subject", json!("Hi A & B")),
        ("from", json!("Shop <shop@example.test>")),
        ("cc", json!([])),
        ("bcc", json!([])),
        ("reply_to", json!([])),
        ("layout", json!("mailer")),
        ("template", json!("hi")),
    ] {
        assert_eq!(sent["options"][key], expected, "{key} of {sent:#}");
    }
    app.wait_for_log("mail: Hi A & B to a@x.test - CAPTURED");
    let logs = app.cli(["logs", "--kind", "mail"]).run().exits(0);
    assert_eq!(logs.lines().len(), 1, "{logs}");
}

#[test]
fn recipients_are_read_from_texts_and_lists() {
    let app = project(&[]).serve(&[]);
    for (to, cc, expected_to, expected_cc) in [
        (json!("a@x.test, B <b@x.test>"), json!(null), json!(["a@x.test", "B <b@x.test>"]), Json::Null),
        (
            json!(["a@x.test", "b@x.test"]),
            json!(["c@x.test"]),
            json!(["a@x.test", "b@x.test"]),
            json!(["c@x.test"]),
        ),
    ] {
        send(&app, &json!({ "to": to, "cc": cc, "name": "N" }));
        app.wait_until_idle();
        let newest = &inbox(&app)[0];
        assert_eq!((&newest["to"], &newest["cc"]), (&expected_to, &expected_cc), "{newest:#}");
    }
}

#[test]
fn condition_that_does_not_hold_skips_the_message() {
    let app = project(&[]).serve(&[]);
    assert_eq!(send(&app, &json!({ "to": "a@x.test", "name": "" })), scheduled());
    app.wait_until_idle();

    let inbox = inbox(&app);
    assert_eq!((inbox.len(), &inbox[0]["state"]), (1, &json!("skipped: trigger")));
    assert!(files(&app).is_empty());
    assert_eq!(graph(&app, SENT, &json!({}))["data"]["admin_sent_notifications"]["total_entries"], 0);
    app.wait_for_log("mail: hi to nobody - SKIPPED");
}

#[test]
fn what_is_switched_off_is_not_sent() {
    let app = project(&[("app/emails/hi.liquid", "---\nenabled: false\nto: a@x.test\n---\n")])
        .serve(&["--no-jobs"]);
    let answer = send(&app, &ann());
    assert_eq!(answer["email_send"]["is_scheduled_to_send"], false);
    assert!(app.cli(["jobs", "list", "--json"]).run().exits(0).lines().is_empty());
}

#[test]
fn switched_off_while_it_waits_is_skipped() {
    let mut app = project(&[]).serve(&["--no-jobs"]);
    send(&app, &ann());
    app.kill();
    app.project.write("app/emails/hi.liquid", "---\nenabled: false\n---\n");
    app.cli(["jobs", "drain"]).run().exits(0);
    let listed = app.cli(["mail", "list", "--json"]).run().exits(0);
    assert!(listed.stdout.contains(r#""state":"skipped: enabled""#), "{listed}");
}

#[test]
fn delayed_message_waits_as_a_scheduled_job() {
    let delayed = HI.replace("layout: mailer", "layout: mailer\ndelay: '{{ 1 | plus: 1 }}'");
    let app = project(&[("app/emails/hi.liquid", &delayed)]).serve(&[]);
    assert_eq!(send(&app, &ann()), scheduled());
    let query = "{ admin_background_jobs(filter: { type: SCHEDULED }) { results { id run_at created_at source_name } } }";
    let listed = graph(&app, query, &json!({}));
    let job = &listed["data"]["admin_background_jobs"]["results"][0];
    let moment = |key: &str| job[key].as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_second();
    assert!((119..=121).contains(&(moment("run_at") - moment("created_at"))), "{job}");
    assert_eq!(job["source_name"], "hi");
    app.wait_until_idle();
    assert!(inbox(&app).is_empty());

    app.cli(["jobs", "retry", job["id"].as_str().unwrap()]).run().exits(0);
    app.wait_until_idle();
    assert_eq!(inbox(&app).len(), 1);
}

#[test]
fn template_that_is_not_there_is_named_and_nothing_is_queued() {
    let app = project(&[]).serve(&["--no-jobs"]);
    let query = MUTATION.replace("\"hi\"", "\"hii\"");
    let answer = graph(&app, &query, &json!({}));
    let message = answer["errors"][0]["message"].as_str().unwrap();
    assert_eq!(message, "can't find e-mail 'hii'; did you mean 'hi'?");
    assert!(app.cli(["jobs", "list", "--json"]).run().exits(0).lines().is_empty());

    let both = "mutation { email_send(template: { name: \"hi\" }, email: { from: \"a@x.test\", to: [], subject: \"\", content: \"\" }) { is_scheduled_to_send } }";
    for (query, expected) in [
        (both, "email_send takes a `template` or an `email`, not both"),
        ("mutation { sms_send { is_scheduled_to_send } }", "sms_send needs a `template` or an `sms`"),
    ] {
        assert_eq!(graph(&app, query, &json!({}))["errors"][0]["message"], expected);
    }
}

#[test]
fn rollback_sends_nothing_and_commit_does() {
    let page = |end: &str| {
        format!(
            "{{% assign d = '{{\"to\":\"a@x.test\",\"name\":\"N\"}}' | parse_json %}}{{% transaction %}}{{% graphql r = 'mail/hi', data: d %}}{end}{{% endtransaction %}}"
        )
    };
    let app = project(&[
        ("app/views/pages/undone.liquid", &page("{% rollback %}")),
        ("app/views/pages/done.liquid", &page("")),
    ])
    .serve(&["--no-jobs"]);
    app.get("/undone").has_status(200);
    assert!(app.cli(["jobs", "list", "--all", "--json"]).run().exits(0).lines().is_empty());
    app.get("/done").has_status(200);
    assert_eq!(app.cli(["jobs", "list", "--json"]).run().exits(0).lines().len(), 1);
}

#[test]
fn message_of_the_mutation_itself_is_no_liquid() {
    let app = project(&[]).serve(&[]);
    let query = "mutation { email_send(email: { from: \"s@x.test\", to: [\"a@x.test\", \"B <b@x.test>\"], bcc: [\"c@x.test\"], subject: \"S {{ 2 }}\", content: \"<b>{{ 1 }}</b>\" }) { is_scheduled_to_send errors { message } } }";
    assert_eq!(graph(&app, query, &json!({}))["data"], scheduled());
    app.wait_until_idle();
    let message = &inbox(&app)[0];
    assert_eq!((&message["html"], &message["subject"]), (&json!("<b>{{ 1 }}</b>"), &json!("S {{ 2 }}")));
    assert_eq!(message["to"], json!(["a@x.test", "B <b@x.test>"]));
    let eml = String::from_utf8(files(&app).remove(0)).unwrap();
    assert!(eml.contains("\r\nX-Pos-Bcc: c@x.test\r\n") && !eml.contains("\r\nBcc:"), "{eml}");
}

#[test]
fn message_to_nobody_fails_its_job_in_its_place() {
    let app = project(&[]).serve(&[]);
    assert_eq!(send(&app, &json!({ "to": "", "name": "N" })), scheduled());
    assert_eq!(failure(&app), "Liquid error (emails/hi.liquid:2): the e-mail goes to nobody: `to` is empty");
    app.wait_until_idle();
    let message = &inbox(&app)[0];
    assert_eq!(message["state"], "failed");
    assert!(files(&app).is_empty());
    app.wait_for_log("mail: Hi N to nobody - FAILED: Liquid error (emails/hi.liquid:2)");
}

#[test]
fn mistakes_of_templates_and_addresses_have_their_place() {
    for (from, to, expected) in [
        ("Hi {{ data.name }}", "{{ 1 | divided_by: 0 }}", "Liquid error (emails/hi.liquid:5): divided by 0"),
        ("<p>Hello", "{{ 1 | modulo: 0 }}<p>", "Liquid error (emails/hi.liquid:9): divided by 0"),
        (
            "Shop <shop@example.test>",
            "shop",
            "Liquid error (emails/hi.liquid:4): from: `shop` is not an e-mail address",
        ),
        ("layout: mailer", "layout: mailr", "Liquid error (emails/hi.liquid:6): can't find layout 'mailr'"),
        (
            "layout: mailer",
            "attachments: '[1]'",
            "Liquid error (emails/hi.liquid:6): attachments: expected a JSON object",
        ),
    ] {
        let app = project(&[("app/emails/hi.liquid", &HI.replace(from, to))]).serve(&[]);
        send(&app, &ann());
        let failure = failure(&app);
        assert!(failure.starts_with(expected), "{failure}");
        app.wait_until_idle();
        assert_eq!(inbox(&app)[0]["state"], "failed", "{expected}");
    }
}

#[test]
fn headers_cannot_be_injected() {
    let app = project(&[]).serve(&[]);
    send(&app, &json!({ "to": "a@x.test", "name": "N\r\nBcc: evil@x.test\r\n\r\n<h1>" }));
    app.wait_until_idle();
    let eml = files(&app).remove(0);
    let parsed = MessageParser::default().parse(&eml).unwrap();
    assert_eq!(parsed.subject(), Some("Hi N Bcc: evil@x.test <h1>"));
    assert!(parsed.bcc().is_none());

    send(&app, &json!({ "to": "a@x.test\nBcc: evil@x.test", "name": "N" }));
    assert!(failure(&app).contains("to: `a@x.test Bcc: evil@x.test` is not an e-mail address"));
}

#[test]
fn names_subjects_and_large_bodies_arrive_whole() {
    let app = project(&[]).serve(&[]);
    let name = "Zoë 日本 🎉";
    let long = "ü".repeat(600_000);
    send(&app, &json!({ "to": format!("{name} <z@x.test>"), "name": name }));
    app.wait_until_idle();
    let eml = files(&app).remove(0);
    assert!(eml.is_ascii());
    let parsed = MessageParser::default().parse(&eml).unwrap();
    assert_eq!(parsed.subject(), Some(format!("Hi {name}").as_str()));
    assert_eq!(parsed.to().unwrap().first().unwrap().name(), Some(name));

    let query = "mutation ($c: String!) { email_send(email: { from: \"s@x.test\", to: [\"a@x.test\"], subject: \"S\", content: $c }) { is_scheduled_to_send } }";
    app.get("/_dev/mail/clear").has_status(404);
    assert_eq!(app.post("/_dev/mail/clear", &[]).has_status(200).json(), json!({ "cleared": 1 }));
    assert!(files(&app).is_empty() && inbox(&app).is_empty());
    graph(&app, query, &json!({ "c": long }));
    app.wait_until_idle();
    let eml = files(&app).remove(0);
    assert!(eml.split(|byte| *byte == b'\n').all(|line| line.len() < 1000));
    assert_eq!(MessageParser::default().parse(&eml).unwrap().body_html(0).unwrap(), long);
}

#[test]
fn attachments_are_fetched_and_shown_inline() {
    let attachments = r#"attachments: >
  {"invoice.txt": {"url": "{{ 'invoice.txt' | asset_url }}"},
   "logo.png": {"url": "/assets/logo.png", "inline": "true"}, "page.html": {"url": "/plain"}}"#;
    let attached = HI.replace("layout: mailer", attachments);
    let app = project(&[
        ("app/emails/hi.liquid", &attached),
        ("app/assets/invoice.txt", "pay me"),
        ("app/assets/logo.png", "png"),
        ("app/views/pages/plain.liquid", "---\nlayout: ''\n---\nplain"),
    ])
    .serve(&[]);
    send(&app, &ann());
    app.wait_until_idle();

    let eml = files(&app).remove(0);
    let parsed = MessageParser::default().parse(&eml).unwrap();
    let mut found: Vec<(String, Option<String>, String)> = parsed
        .attachments()
        .map(|part| {
            let content = String::from_utf8(part.contents().to_vec()).unwrap();
            (part.attachment_name().unwrap().to_owned(), part.content_id().map(str::to_owned), content)
        })
        .collect();
    found.sort();
    assert_eq!(
        found,
        [
            ("invoice.txt".to_owned(), None, "pay me".to_owned()),
            ("logo.png".to_owned(), Some("logo.png".to_owned()), "png".to_owned()),
            ("page.html".to_owned(), None, "plain".to_owned()),
        ]
    );
    assert_eq!(inbox(&app)[0]["attachments"][1]["inline"], true);
}

#[test]
fn files_of_our_own_are_attached_while_no_server_runs() {
    let attachments = r#"attachments: '{"logo.png": {"url": "{{ "logo.png" | asset_url }}"}, "scan.pdf": {"url": "{{ data.scan }}"}}'"#;
    let mut app = project(&[
        ("app/emails/hi.liquid", &HI.replace("layout: mailer", attachments)),
        ("app/assets/logo.png", "png"),
        ("app/schema/order.yml", "name: order\nproperties:\n- {name: scan, type: upload}\n"),
    ])
    .serve(&["--no-jobs"]);
    let create = r#"mutation { record_create(record: { table: "order", properties: [
        { name: "scan", value_upload: { type: plain, content: "scanned", file_path: "scans/1.pdf" } }
    ] }) { scan: property_upload(name: "scan", expires_in: 60) { url } } }"#;
    let created = graph(&app, create, &json!({}));
    let signed = created["data"]["record_create"]["scan"]["url"].as_str().unwrap();
    let (unsigned, _) = signed.split_once('?').unwrap();
    for (name, scan) in [("signed", signed), ("unsigned", unsigned)] {
        assert_eq!(send(&app, &json!({ "to": "a@x.test", "name": name, "scan": scan })), scheduled());
    }
    app.kill();
    app.cli(["jobs", "drain"]).run().exits(1);

    let eml = files(&app).remove(0);
    let parsed = MessageParser::default().parse(&eml).unwrap();
    assert_eq!(parsed.subject(), Some("Hi signed"));
    let contents: Vec<&[u8]> = parsed.attachments().map(|part| part.contents()).collect();
    assert_eq!(contents, [&b"png"[..], b"scanned"]);
    let list = app.cli(["mail", "list", "--json"]).run().exits(0).stdout;
    assert!(list.contains("this file is private: its URL needs a signature"), "{list}");
}

#[test]
fn sms_is_in_the_same_inbox() {
    let app = project(&[("app/smses/code.liquid", "---\nto: '{{ data.to }}'\n---\nCode {{ data.code }}\n")])
        .serve(&[]);
    let template = "mutation ($d: HashObject) { sms_send(template: { name: \"code\" }, data: $d) { is_scheduled_to_send errors { message } } }";
    let answer = graph(&app, template, &json!({ "d": { "to": "+48 600", "code": "a&b" } }));
    assert_eq!(answer["data"], json!({ "sms_send": { "is_scheduled_to_send": true, "errors": [] } }));
    app.wait_until_idle();
    let inline = "mutation { sms_send(sms: { to: \"+1\", content: \"{{ 1 }}\" }) { is_scheduled_to_send } }";
    graph(&app, inline, &json!({}));
    app.wait_until_idle();

    let inbox = inbox(&app);
    let shown = |message: &Json| (message["kind"].clone(), message["to"].clone(), message["text"].clone());
    assert_eq!(shown(&inbox[0]), (json!("sms"), json!(["+1"]), json!("{{ 1 }}")));
    assert_eq!(shown(&inbox[1]), (json!("sms"), json!(["+48 600"]), json!("Code a&amp;b")));
    app.wait_for_log("sms: to +48 600 - CAPTURED");
    let query = "{ admin_sent_notifications(filter: { notification_type: { value: SMS } }) { results { content options notification_type notification_id } } }";
    let sent = graph(&app, query, &json!({}));
    assert_eq!(sent["data"]["admin_sent_notifications"]["results"][1]["notification_id"], "code", "{sent}");
}

#[test]
fn renamed_template_fails_its_job_by_name() {
    let mut app = project(&[]).serve(&["--no-jobs"]);
    send(&app, &ann());
    app.kill();
    app.project.remove("app/emails/hi.liquid");
    app.project.write("app/emails/hii.liquid", HI);
    app.cli(["jobs", "drain"]).run().exits(1);
    let jobs = app.cli(["jobs", "list", "--all", "--json"]).run().exits(0);
    assert!(jobs.stdout.contains("can't find e-mail 'hi'; did you mean 'hii'?"), "{jobs}");
}

#[test]
fn killed_server_loses_no_message() {
    let mut app = project(&[]).serve(&["--no-jobs"]);
    for n in 0..3 {
        send(&app, &json!({ "to": format!("a{n}@x.test"), "name": "N" }));
    }
    app.kill();
    app.cli(["jobs", "drain"]).run().exits(0);
    let listed = app.cli(["mail", "list", "--json"]).run().exits(0);
    assert_eq!(listed.lines().len(), 3, "{listed}");
    assert_eq!(files(&app).len(), 3);
    app.cli(["mail", "clear"]).run().exits(0);
    assert!(files(&app).is_empty());
}

#[test]
fn terminal_lists_shows_and_waits() {
    let app = project(&[]).serve(&[]);
    let nothing = app.cli(["mail", "wait", "--to", "*@x.test", "--timeout", "0s"]).run().exits(1);
    assert!(nothing.stderr.starts_with("error: no such message after 0ns\n"), "{nothing}");
    send(&app, &ann());
    let waited =
        app.cli(["mail", "wait", "--to", "A@x.*", "--subject", "hi a", "--timeout", "20s"]).run().exits(0);
    assert!(waited.stdout.contains("\n  subject      Hi A & B\n"), "{waited}");
    let json = app.cli(["mail", "wait", "--json", "--template", "hi"]).run().exits(0);
    let message: Json = serde_json::from_str(&json.stdout).unwrap();
    let id = message["id"].as_str().unwrap();

    let listed = app.cli(["mail", "list"]).run().exits(0);
    assert!(listed.lines()[1].contains("captured") && listed.lines()[1].contains("a@x.test"), "{listed}");
    assert!(app.cli(["mail", "list", "--to", "b@x.test"]).run().exits(0).lines().is_empty());
    let html = app.cli(["mail", "show", id, "--html"]).run().exits(0);
    assert!(html.stdout.starts_with("<body><p>Hello A &amp; B</p>"), "{html}");
    assert!(message["eml"].as_str().unwrap().starts_with('/'), "{message}");
    let raw = app.cli(["mail", "show", id, "--raw"]).run().exits(0);
    assert_eq!(raw.stdout.as_bytes(), files(&app)[0]);
    assert_eq!(app.get(&format!("/_dev/mail/{id}/eml")).has_status(200).body, files(&app)[0]);
    let gone = app.cli(["mail", "show", "999"]).run().exits(1);
    assert!(gone.stderr.starts_with("error: no message 999\n"), "{gone}");
}

#[test]
fn templates_of_old_are_read_and_have_a_language_of_their_own() {
    let old = "---
to: Ann <a@x.test>
from: s@x.test
subject: \"{{ 'hi' | t }}\"
layout_path: mailer
locale: pl
name: other
reply_to: r@x.test
bcc: b@x.test
---
{{ form.x }}{{ data.x }} {{ 'hi' | t }} {{ 'x&y' }}";
    let app = project(&[
        ("app/notifications/email_notifications/old/mail.liquid", old),
        (
            "app/notifications/sms_notifications/code.liquid",
            "---\nto: '+1'\ncontent: 'code {{ data.x }}'\n---\nbody",
        ),
        ("app/translations/en.yml", "en: {hi: Hello}\n"),
        ("app/translations/pl.yml", "pl: {hi: Hej}\n"),
    ])
    .serve(&[]);
    let query = "mutation ($d: HashObject) { email_send(template: { name: \"old/mail\" }, data: $d) { is_scheduled_to_send } sms_send(template: { name: \"code\" }, data: $d) { is_scheduled_to_send } }";
    let sent = graph(&app, query, &json!({ "d": { "x": 5 } }));
    assert_eq!(sent.get("errors"), None, "{sent}");
    app.wait_until_idle();

    let inbox = inbox(&app);
    let of_kind = |kind: &str| inbox.iter().find(|message| message["kind"] == kind).unwrap();
    let email = of_kind("email");
    for (key, expected) in [
        ("subject", json!("Hej")),
        ("html", json!("<body>55 Hej x&amp;y</body>")),
        ("to", json!(["Ann <a@x.test>"])),
        ("reply_to", json!(["r@x.test"])),
        ("bcc", json!(["b@x.test"])),
        ("template", json!("old/mail")),
    ] {
        assert_eq!(email[key], expected, "{key} of {email:#}");
    }
    assert_eq!(of_kind("sms")["text"], "code 5");
}
