//! `pos-cli env`: `.pos` as it is written, tokens from a portal, and that nobody sees them.

use std::fs::{self, File};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::process::{Command, Stdio};

use rustix::fs::OFlags;
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, tcgetattr};
use serde_json::{Value as Json, json};

use crate::harness::{Cli, Peer, Project, Reply, response, wait_for};

const URL: &str = "https://app.example";

fn add(project: &Project, args: &[&str]) -> Cli {
    project.cli(["env", "add", "staging", "--url", URL].iter().chain(args))
}

/// Answers each path with the next of its answers, the last one again and again.
fn portal(answers: &'static [(&'static str, u16, &'static str)]) -> Peer {
    let seen = std::sync::Mutex::new(std::collections::BTreeMap::<String, usize>::new());
    Peer::start(move |_, request| {
        let of_path: Vec<_> = answers.iter().filter(|(line, ..)| *line == request.line).collect();
        let mut seen = seen.lock().unwrap();
        let count = seen.entry(request.line.clone()).or_default();
        let (_, status, body) = of_path.get(*count).or(of_path.last()).copied().unwrap_or(&("", 404, ""));
        *count += 1;
        Reply::Bytes(response(*status, &[], body.as_bytes()))
    })
}

#[test]
fn token_is_written_without_a_request_and_all_else_stays() {
    let project = Project::empty();
    project.write(".pos", r#"{"z": {"url": "https://z/", "token": "t", "mine": [1]}, "staging": {"note": "n", "email": "old@x.test", "url": "x"}, "a": {}}"#);
    let added = add(&project, &["--token", "s3cret"]).run().exits(0);

    assert_eq!(added.stdout, "environment staging (https://app.example/) is in .pos\n");
    assert_eq!(added.stderr, "");
    let expected = json!({
        "z": { "url": "https://z/", "token": "t", "mine": [1] },
        "staging": { "note": "n", "url": "https://app.example/", "token": "s3cret" },
        "a": {},
    });
    assert_eq!(project.read(".pos"), format!("{expected:#}"));
    let mode = fs::metadata(project.path(".pos")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(fs::read_dir(project.root()).unwrap().count(), 1, "no draft stays");

    let listed = project.cli(["env", "list"]).run().exits(0);
    assert_eq!(
        listed.stdout,
        "NAME     URL                   EMAIL\nz        https://z/\nstaging  https://app.example/\na\n"
    );
    let listed = project.cli(["env", "list", "--json"]).run().exits(0);
    let first: Json = serde_json::from_str(listed.lines()[0]).unwrap();
    assert_eq!(first, json!({ "name": "z", "url": "https://z/", "email": null }));
    assert!(!listed.stdout.contains("s3cret"));
}

#[test]
fn new_file_is_the_one_asked_for() {
    let project = Project::empty();
    let listed = project.cli(["env", "list"]).run().exits(0);
    assert_eq!(
        (listed.stdout.as_str(), listed.stderr.as_str()),
        ("", "no environments; `pos-cli env add ENV --url URL` adds one\n")
    );

    let args =
        ["--token", "t", "--email", "a@x.test", "--partner-portal-url", "http://127.0.0.1:1", "--json"];
    let added = add(&project, &args).run().exits(0);
    assert_eq!(added.stdout, "{\"name\":\"staging\",\"url\":\"https://app.example/\",\"file\":\".pos\"}\n");
    let entry = json!({ "url": "https://app.example/", "token": "t", "email": "a@x.test", "partner_portal_url": "http://127.0.0.1:1/" });
    assert_eq!(project.read(".pos"), format!("{:#}", json!({ "staging": entry })));

    add(&project, &["--token", "t"]).env("CONFIG_FILE_PATH", "other.json").run().exits(0);
    let entry = json!({ "url": "https://app.example/", "token": "t" });
    assert_eq!(project.read("other.json"), format!("{:#}", json!({ "staging": entry })));

    let old = Project::of(&[(".marketplace-kit", "{}")]);
    let added = add(&old, &["--token", "t"]).run().exits(0);
    assert_eq!(added.stdout, "environment staging (https://app.example/) is in .marketplace-kit\n");
    assert!(!old.path(".pos").exists());
}

#[test]
fn files_and_arguments_that_make_no_sense_are_left_alone() {
    for (text, message) in [
        ("{", "error: .pos:1:1: "),
        ("[]", "error: .pos:1:1: an object with an entry for each environment is expected\n"),
        (r#""s3cret""#, "error: .pos:1:1: an object with an entry for each environment is expected\n"),
        (r#"{"a": "s3cret"}"#, "error: environment `a` of .pos is not an object of texts\n"),
        (r#"{"a": {"token": 1}}"#, "error: environment `a` of .pos is not an object of texts\n"),
    ] {
        let project = Project::of(&[(".pos", text)]);
        let failed = add(&project, &["--token", "t"]).run().exits(1);
        assert!(failed.stderr.starts_with(message), "{failed}");
        assert!(!failed.stderr.contains("s3cret"), "{failed}");
        assert_eq!(project.read(".pos"), text);
    }
    let project = Project::empty();
    for args in [
        &["env", "add", "staging"][..],
        &["env", "add", "two words", "--url", URL, "--token", "t"],
        &["env", "add", "a", "--url", "app.example", "--token", "t"],
        &["env", "add", "a", "--url", "https://app.example/path", "--token", "t"],
        &["env", "add", "a", "--url", URL, "--token", ""],
        &["env"],
    ] {
        project.cli(args).run().exits(2);
    }
    assert!(!project.path(".pos").exists());
}

#[test]
fn what_cannot_be_sent_is_not_written() {
    let project = Project::empty();
    for (args, message) in [
        (
            &["--token", "s3cret s3cret"][..],
            "error: environment `staging`: its token has a character that no token has\n",
        ),
        (
            &["--token", "s3crét"],
            "error: environment `staging`: its token has a character that no token has\n",
        ),
        (
            &["--token", "t", "--email", "a\nb"],
            "error: environment `staging`: its e-mail has a character that cannot be sent\n",
        ),
    ] {
        assert_eq!(add(&project, args).run().exits(1).stderr, message);
    }
    assert!(!project.path(".pos").exists());
}

#[test]
fn a_link_stays_one() {
    let project = Project::empty();
    std::os::unix::fs::symlink("secrets/pos.json", project.path(".pos")).unwrap();
    add(&project, &["--token", "t"]).run().exits(1);
    fs::create_dir(project.path("secrets")).unwrap();
    for token in ["t", "u"] {
        add(&project, &["--token", token]).run().exits(0);
        assert!(fs::symlink_metadata(project.path(".pos")).unwrap().is_symlink());
        assert!(project.read("secrets/pos.json").contains(&format!("\"token\": \"{token}\"")));
    }
}

#[test]
fn repository_ignores_the_secrets() {
    let project = Project::of(&[(".gitignore", "tmp")]);
    add(&project, &["--token", "t"]).run().exits(0);
    assert_eq!(project.read(".gitignore"), "tmp", "no repository");

    let git = |args: &[&str]| {
        let mut git = Command::new("git");
        git.args(args).current_dir(project.root()).env("HOME", project.home()).stdout(Stdio::null());
        assert!(git.status().unwrap().success());
    };
    git(&["init", "--quiet"]);
    let added = add(&project, &["--token", "t"]).run().exits(0);
    assert_eq!(added.stderr, ".pos is in .gitignore now: it holds secrets\n");
    assert_eq!(project.read(".gitignore"), "tmp\n/.pos\n");
    let again = add(&project, &["--token", "t"]).run().exits(0);
    assert_eq!((again.stderr.as_str(), project.read(".gitignore").as_str()), ("", "tmp\n/.pos\n"));
}

#[test]
fn password_gets_a_token_of_the_portal() {
    let peer = portal(&[("GET /api/user_tokens", 200, r#"[{"token": "s3cret"}, {"token": "other"}]"#)]);
    let project = Project::empty();
    let from_variable = add(&project, &["--email", "me@x.test"])
        .env("PARTNER_PORTAL_HOST", peer.url(""))
        .env("POS_PORTAL_PASSWORD", "pa:ss")
        .run()
        .exits(0);
    let from_input = add(&project, &["-vvv", "--email", "me@x.test", "--partner-portal-url", &peer.url("")])
        .stdin("pa:ss\r\nrest")
        .run()
        .exits(0);
    for request in peer.received() {
        assert_eq!(request.header("userauthorization"), Some("me@x.test:pa:ss"));
        assert_eq!(request.header("instancedomain"), Some("https://app.example/"));
        assert_eq!(request.header("authorization"), None);
    }
    assert_eq!(peer.received().len(), 2);
    let stored: Json = serde_json::from_str(&project.read(".pos")).unwrap();
    assert_eq!(
        (&stored["staging"]["token"], &stored["staging"]["email"]),
        (&json!("s3cret"), &json!("me@x.test"))
    );
    for finished in [from_variable, from_input] {
        assert!(!finished.stdout.contains("s3cret") && !finished.stderr.contains("s3cret"), "{finished}");
        assert!(!finished.stderr.contains("pa:ss"), "{finished}");
    }
}

#[test]
fn refused_passwords_write_nothing() {
    for (status, body, message) in [
        (401, "{}", "error: the portal does not accept this e-mail with this password\n"),
        (200, "[]", "error: me@x.test has no access to https://app.example/\n"),
        (200, r#"[{"key": "s3cret"}]"#, "did not answer as pos-cli does"),
        (500, "", "answered with status 500\n"),
    ] {
        let peer = Peer::answering(status, body);
        let project = Project::empty();
        let args = ["--email", "me@x.test", "--partner-portal-url", &peer.url("")];
        let failed = add(&project, &args).stdin("wrong").run().exits(1);
        assert!(failed.stderr.contains(message) && !failed.stderr.contains("s3cret"), "{failed}");
        assert!(!project.path(".pos").exists());
    }
    let failed = add(&Project::empty(), &["--email", "me@x.test"]).run().exits(2);
    assert!(
        failed.stderr.starts_with("error: there is no password\n  hint: set POS_PORTAL_PASSWORD"),
        "{failed}"
    );
}

const AUTHORIZE: &str = "POST /oauth/authorize_device";
const TOKEN: &str = "POST /oauth/device_token";
const DEVICE: &str =
    r#"{"verification_uri_complete": "https://portal.test/d?c=1", "device_code": "dev-1", "interval": 0}"#;
const PENDING: &str = r#"{"error": "authorization_pending"}"#;

#[test]
fn browser_sign_in_is_waited_for_and_can_be_repeated() {
    let peer = portal(&[
        (AUTHORIZE, 200, DEVICE),
        (TOKEN, 400, PENDING),
        (TOKEN, 400, PENDING),
        (TOKEN, 200, r#"{"access_token": "s3cret", "token_type": "bearer"}"#),
        (TOKEN, 200, r#"{"access_token": "n3wer"}"#),
    ]);
    let project = Project::empty();
    let added = add(&project, &["-q", "--partner-portal-url", &peer.url("")]).env("CI", "1").run().exits(0);
    assert_eq!(added.stderr, "sign in at https://portal.test/d?c=1\n");
    let received = peer.received();
    assert_eq!(received.len(), 4);
    assert_eq!(received[0].text(), "domain=app.example");
    assert_eq!(
        received[3].text(),
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code=dev-1"
    );
    assert!(project.read(".pos").contains("\"token\": \"s3cret\""));

    let refreshed = project.cli(["env", "refresh-token", "staging"]).run().exits(0);
    let stored: Json = serde_json::from_str(&project.read(".pos")).unwrap();
    assert_eq!(stored["staging"]["token"], "n3wer");
    assert!(!refreshed.to_string().contains("n3wer"), "{refreshed}");
    let unknown = project.cli(["env", "refresh-token", "prod"]).run().exits(1);
    assert!(unknown.stderr.starts_with("error: no environment `prod`\n"), "{unknown}");
}

#[test]
fn refused_sign_ins_write_nothing() {
    for (body, message) in [
        (r#"{"error": "access_denied"}"#, "error: the sign-in was refused\n"),
        (r#"{"error": "expired_token"}"#, "error: the time to sign in is over\n"),
        (r#"{"error": "server_error", "error_description": "down"}"#, "error: down\n"),
        (r#"{"error": "odd"}"#, "error: odd\n"),
    ] {
        let peer = Peer::start(move |before, _| {
            let (status, body) = if before == 0 { (200, DEVICE) } else { (400, body) };
            Reply::Bytes(response(status, &[], body.as_bytes()))
        });
        let project = Project::empty();
        let failed = add(&project, &["--partner-portal-url", &peer.url("")]).run().exits(1);
        assert!(failed.stderr.ends_with(message), "{failed}");
        assert!(!project.path(".pos").exists());
    }
    let late = r#"{"verification_uri_complete": "https://p.test/", "device_code": "d", "interval": 1, "expires_in": 0}"#;
    let peer = Peer::start(move |before, _| {
        let (status, body) = if before == 0 { (200, late) } else { (400, PENDING) };
        Reply::Bytes(response(status, &[], body.as_bytes()))
    });
    let failed = add(&Project::empty(), &["--partner-portal-url", &peer.url("")]).run().exits(1);
    assert!(failed.stderr.contains("error: nobody has signed in in time\n"), "{failed}");
}

#[test]
fn interrupted_sign_in_ends_by_the_signal() {
    let peer = portal(&[(AUTHORIZE, 200, DEVICE), (TOKEN, 400, PENDING)]);
    let project = Project::empty();
    let mut child = add(&project, &["--partner-portal-url", &peer.url("")]).command().spawn().unwrap();
    wait_for("the first question", || peer.received().iter().any(|request| request.line == TOKEN));
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let status = child.wait().unwrap();

    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(2));
    assert!(!project.path(".pos").exists());
}

#[test]
fn interrupted_password_leaves_the_terminal_as_it_was() {
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    let path = ptsname(&terminal, Vec::new()).unwrap().into_string().unwrap();
    let end = || {
        File::options()
            .read(true)
            .write(true)
            .custom_flags(OFlags::NOCTTY.bits().cast_signed())
            .open(&path)
            .unwrap()
    };
    let project = Project::empty();
    let before = tcgetattr(end()).unwrap().local_modes;
    let mut command = add(&project, &["--email", "me@x.test"]).command();
    let mut child = command.stdin(end()).stderr(end()).spawn().unwrap();
    let local_modes = || tcgetattr(end()).unwrap().local_modes;
    wait_for("the terminal to be silent", || !local_modes().contains(LocalModes::ECHO));
    rustix::io::write(&terminal, b"secr\x03").unwrap();
    let status = wait_for("the command to end", || child.try_wait().unwrap());

    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(2));
    assert_eq!(local_modes(), before);
    let mut shown = [0; 256];
    let length = rustix::io::read(&terminal, &mut shown).unwrap();
    assert_eq!(String::from_utf8_lossy(&shown[..length]), "password of me@x.test: \r\n");
    assert!(!project.path(".pos").exists());
}

#[test]
fn server_of_ours_is_its_own_portal() {
    let app = Project::of(&[("app/views/pages/index.liquid", "on")]).serve(&[]);
    let url = app.url().to_owned();
    let added = app.cli(["env", "add", "here", "--url", &url, "--partner-portal-url", &url]).env("CI", "1");
    let added = added.run().exits(0);
    assert!(added.stderr.starts_with(&format!("sign in at {url}/")), "{added}");
    let added =
        app.cli(["env", "add", "too", "--url", &url, "--email", "me@x.test", "--partner-portal-url", &url]);
    added.stdin("secret\n").run().exits(0);
    for name in ["here", "too"] {
        assert_eq!(app.cli(["exec", "liquid", name, "{{ 'x' | upcase }}"]).run().exits(0).stdout, "X");
        app.cli(["migrations", "list", name]).run().exits(0);
    }
}
