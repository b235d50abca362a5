//! E-mails that go on to a mail server: taken, refused, cut off, and after a crash.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;

use crate::harness::{Conduct, SmtpServer, TestApp};
use crate::mail::{HI, ann, files, inbox, project, send};

/// The e-mail `hi` to Ann, with a copy that others do not know of.
fn app(server: &SmtpServer, args: &[&str]) -> TestApp {
    let url = server.url();
    let email = HI.replace("layout: mailer", "layout: mailer\nbcc: 'b@y.test'");
    project(&[("app/emails/hi.liquid", &email)]).serve(&[&["--smtp-url", &url], args].concat())
}

fn assert_keeps_the_password(app: &TestApp) {
    let said = [app.logs(), app.stderr()].concat().join("\n");
    let logged = app.cli(["logs", "--json"]).run().exits(0).stdout;
    assert!(!said.contains("s3cret") && !logged.contains("s3cret"), "{said}");
}

#[test]
fn server_receives_what_is_captured() {
    let server = SmtpServer::start(&[Conduct::Accepts]);
    let app = app(&server, &[]);
    send(&app, &ann());
    app.wait_until_idle();

    let delivered = server.delivered();
    assert_eq!(delivered.len(), 1);
    let mail = &delivered[0];
    assert_eq!(
        (mail.from.as_str(), mail.to.as_slice()),
        ("shop@example.test", &["a@x.test".to_owned(), "b@y.test".to_owned()][..])
    );
    assert_eq!(BASE64_STANDARD.decode(&mail.credentials).unwrap(), b"\0ann\0s3cret");
    assert!(mail.data.contains("Subject: Hi A & B") && !mail.data.contains("b@y.test"), "{}", mail.data);
    assert!(String::from_utf8(files(&app).remove(0)).unwrap().contains("X-Pos-Bcc: b@y.test"));
    assert_eq!(inbox(&app)[0]["state"], "relayed");
    app.wait_for_log("mail: Hi A & B to a@x.test, b@y.test - RELAYED");
    assert_keeps_the_password(&app);
}

#[test]
fn pattern_chooses_who_receives() {
    let server = SmtpServer::start(&[Conduct::Accepts]);
    let app = app(&server, &["--smtp-only-to", "@y\\.test$"]);
    send(&app, &ann());
    app.wait_until_idle();
    assert_eq!(server.delivered()[0].to, ["b@y.test"]);

    let nobody = SmtpServer::start(&[Conduct::Accepts]);
    let app = self::app(&nobody, &["--smtp-only-to", "@z\\.test$"]);
    send(&app, &ann());
    app.wait_until_idle();
    assert!(nobody.delivered().is_empty());
    assert_eq!(inbox(&app)[0]["state"], "captured");
}

#[test]
fn nothing_leaves_the_machine_offline() {
    let server = SmtpServer::start(&[Conduct::Accepts]);
    let app = app(&server, &["--offline"]);
    send(&app, &ann());
    app.wait_until_idle();
    assert_eq!(inbox(&app)[0]["state"], "captured");
    assert_eq!(server.begun(), 0);

    let attached = "attachments: '{\"a.txt\": {\"url\": \"http://127.0.0.1:9/a.txt\"}}'";
    app.project.write("app/emails/hi.liquid", HI.replace("layout: mailer", attached));
    app.wait_for("the attachment to be refused", || {
        send(&app, &ann());
        app.wait_until_idle();
        inbox(&app)[0]["error"].as_str().is_some_and(|error| error.ends_with("`--offline` is on"))
    });
}

#[test]
fn message_that_is_not_taken_stays_and_its_job_fails() {
    for (conduct, reason) in
        [(Conduct::RefusesRecipients, "permanent error (550): no such user here"), (Conduct::DropsInData, "")]
    {
        let server = SmtpServer::start(&[conduct]);
        let app = app(&server, &[]);
        send(&app, &ann());
        let line = app.wait_for_log("mail: Hi A & B to a@x.test, b@y.test - FAILED: ");
        assert!(line.contains("the mail server did not take it: ") && line.contains(reason), "{line}");
        app.wait_for_log("background job: hi (attempt 1/1) - FAILED");
        app.wait_until_idle();

        let message = &inbox(&app)[0];
        assert_eq!(message["state"], "captured", "{message}");
        assert!(message["error"].as_str().unwrap().contains("did not take it"), "{message}");
        assert_eq!(files(&app).len(), 1);
        assert_keeps_the_password(&app);
    }
}

#[test]
fn killed_in_the_middle_it_is_sent_again_and_listed_once() {
    let server = SmtpServer::start(&[Conduct::Hangs, Conduct::Accepts]);
    let mut app = app(&server, &[]);
    send(&app, &ann());
    app.wait_for("the message to be on its way", || server.begun() == 1);
    app.kill();
    app.restart();
    app.wait_until_idle();

    assert_eq!(server.delivered().len(), 1);
    let inbox = inbox(&app);
    assert_eq!((inbox.len(), &inbox[0]["state"]), (1, &json!("relayed")), "{inbox:#?}");
    assert_eq!(files(&app).len(), 1);
    let query = json!({ "query": "{ admin_sent_notifications { total_entries } }" });
    let sent = app.new_browser().post_json("/api/graph", &query).json();
    assert_eq!(sent["data"]["admin_sent_notifications"]["total_entries"], 1);
}

#[test]
fn server_of_the_environment_is_used_and_a_wrong_one_is_told_without_its_password() {
    let project = project(&[]);
    let refused = project
        .cli(["run", "--port", "0"])
        .env("POS_CLI_SMTP_URL", "http://ann:s3cret@x.test")
        .run()
        .exits(1);
    assert!(refused.stderr.starts_with("error: cannot use the mail server http://***@x.test: "), "{refused}");
    assert!(!refused.stderr.contains("s3cret"));
    let pattern = project.cli(["run", "--smtp-only-to", "("]).run().exits(2);
    assert!(pattern.stderr.contains("--smtp-only-to"), "{pattern}");
}
