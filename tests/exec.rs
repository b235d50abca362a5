//! `pos-cli exec`: what is sent where, and what is printed of the answer.

use serde_json::{Value as Json, json};

use crate::harness::{Cli, Peer, Project};

/// A project that knows the peer as `staging` and as `my-Production`.
fn project(peer: &Peer) -> Project {
    let account = json!({ "url": peer.url("/"), "token": "s3cret", "email": "me@x.test" });
    let project = Project::empty();
    project.write(".pos", json!({ "staging": account, "my-Production": account }).to_string());
    project
}

fn with_variables(cli: Cli, peer: &Peer) -> Cli {
    cli.env("MPKIT_URL", peer.url("")).env("MPKIT_EMAIL", "kit@x.test").env("MPKIT_TOKEN", "s3cret")
}

fn last_body(peer: &Peer) -> Json {
    serde_json::from_slice(&peer.received().last().unwrap().body).unwrap()
}

#[test]
fn result_of_a_template_is_printed_as_it_is() {
    let peer = Peer::answering(200, r#"{"result": "a\n b\u0007", "error": null}"#);
    let project = project(&peer);
    project.write("a.liquid", "{{ 'file' }}\n");
    let run = |words: &[&str], input: &str| {
        project.cli(["exec", "liquid"].iter().chain(words)).stdin(input).run().exits(0)
    };
    for (words, input, sent) in [
        (&["staging", "{{ 1 }}"][..], "", "{{ 1 }}"),
        (&["staging", "no braces"], "", "no braces"),
        (&["staging", "-f", "a.liquid"], "unread", "{{ 'file' }}\n"),
        (&["staging", "-f", "-"], "from the pipe\n", "from the pipe\n"),
        (&["staging", "-f", "-"], "", ""),
        (&["staging"], "{{ 'pipe' }}", "{{ 'pipe' }}"),
        (&["my-Production", "{{ 1 }}", "--yes"], "", "{{ 1 }}"),
    ] {
        let finished = run(words, input);
        assert_eq!(finished.stdout, "a\n b\u{7}", "{words:?}");
        assert_eq!(last_body(&peer), json!({ "content": sent }), "{words:?}");
        let where_to = format!("environment: {} ({})\n", words[0], peer.url(""));
        assert_eq!(finished.stderr, where_to, "{words:?}");
    }
    let request = peer.received().pop().unwrap();
    assert_eq!(request.line, "POST /api/app_builder/liquid_exec");
    assert_eq!(request.header("authorization"), Some("Token s3cret"));
    assert_eq!(request.header("instancedomain"), Some(peer.url("").as_str()));
    assert_eq!(request.header("from"), Some("me@x.test"));
    let as_json = run(&["staging", "{{ 1 }}", "--json"], "");
    assert_eq!(as_json.stdout, "{\"result\":\"a\\n b\\u0007\"}\n");
}

#[test]
fn one_word_of_code_goes_to_the_default_environment() {
    let peer = Peer::answering(200, r#"{"result": "2"}"#);
    let project = project(&peer);
    let finished = with_variables(project.cli(["exec", "liquid", "{{ 1 | plus: 1 }}"]), &peer).run().exits(0);
    assert_eq!(finished.stdout, "2");
    assert_eq!(finished.stderr, format!("environment: MPKIT_URL ({})\n", peer.url("")));
    assert_eq!(peer.received()[0].header("from"), Some("kit@x.test"));

    let named = with_variables(project.cli(["exec", "liquid", "staging", "{{ 1 }}"]), &peer).run().exits(0);
    assert!(named.stderr.contains("environment: staging"), "{named}");
    assert_eq!(peer.received()[1].header("from"), Some("me@x.test"));
}

#[test]
fn errors_of_a_template_end_with_1() {
    let peer = Peer::answering(200, r#"{"result": null, "error": "Liquid syntax error: nope\nline 2"}"#);
    let finished = project(&peer).cli(["exec", "liquid", "staging", "{% if %}"]).run().exits(1);
    assert_eq!(finished.stdout, "");
    let message = "error: Liquid execution error: Liquid syntax error: nope\\nline 2\n";
    assert!(finished.stderr.ends_with(message), "{finished}");
}

#[test]
fn nothing_is_run_that_was_not_said_clearly() {
    let peer = Peer::answering(200, r#"{"result": "x"}"#);
    let project = project(&peer);
    project.write("latin.liquid", b"\xE9");
    for (words, code, message) in [
        (
            &["liquid", "my-Production", "{{ 1 }}"][..],
            2,
            "error: `my-Production` is a production environment by its name; nothing was run\n  hint: `--yes` runs it there\n",
        ),
        (&["graphql", "my-Production", "{ a }"], 2, "error: `my-Production` is a production"),
        (&["liquid", "stagin"], 1, "error: no environment `stagin`\n  hint: known: "),
        (&["liquid", "staging"], 2, "error: there is nothing to run\n"),
        (&["liquid", "staging", "{{ 1 }}", "-f", "latin.liquid"], 2, "error: the argument"),
        (&["liquid", "staging", "-f", "none.liquid"], 1, "error: cannot read none.liquid\n"),
        (&["liquid", "staging", "-f", "latin.liquid"], 1, "error: cannot read latin.liquid\n  cause: "),
        (&["liquid", "{{ 1 }}"], 1, "error: no environment to use\n"),
        (&["graphql", "staging", "{ a }", "-p", "[1]"], 2, "error: invalid value '[1]'"),
        (&["graphql", "staging", "{ a }", "-p", "{"], 2, "error: invalid value '{'"),
        (&["graphql"], 1, "error: no environment to use\n"),
    ] {
        let finished = project.cli(["exec"].iter().chain(words)).run().exits(code);
        assert!(finished.stderr.starts_with(message), "{words:?} {finished}");
        assert_eq!(finished.stdout, "", "{words:?}");
    }
    assert!(peer.received().is_empty());
}

#[test]
fn answer_of_a_document_is_printed_whole() {
    let peer = Peer::answering(200, r#"{"data": {"b": 1, "a": ["é"]}}"#);
    let project = project(&peer);
    project.write("q.graphql", "query($id: ID) { a }");
    let finished =
        project.cli(["exec", "graphql", "staging", "-f", "q.graphql", "-p", r#"{"id": "1"}"#]).run().exits(0);
    assert_eq!(
        finished.stdout,
        "{\n  \"data\": {\n    \"b\": 1,\n    \"a\": [\n      \"é\"\n    ]\n  }\n}\n"
    );
    assert_eq!(last_body(&peer), json!({ "query": "query($id: ID) { a }", "variables": { "id": "1" } }));
    assert_eq!(peer.received()[0].line, "POST /api/graph");

    let line = project.cli(["exec", "graphql", "staging", "{ a }", "--json"]).run().exits(0);
    assert_eq!(line.stdout, "{\"data\":{\"b\":1,\"a\":[\"é\"]}}\n");
    assert_eq!(last_body(&peer), json!({ "query": "{ a }", "variables": {} }));
}

#[test]
fn errors_of_a_document_are_printed_and_end_with_1() {
    let answer = r#"{"data": null, "errors": [{"message": "no field `x`"}, {"message": "b"}]}"#;
    let peer = Peer::answering(200, answer);
    let finished = project(&peer).cli(["exec", "graphql", "staging", "{ x }", "--json"]).run().exits(1);
    let printed: Json = serde_json::from_str(&finished.stdout).unwrap();
    assert_eq!(printed, serde_json::from_str::<Json>(answer).unwrap());
    let message = "error: no field `x`\n  hint: 1 more in `errors`\n";
    assert!(finished.stderr.ends_with(message), "{finished}");
}

#[test]
fn answer_without_data_and_errors_is_an_error() {
    for body in ["null", "[]", "{}", "\"<p>\""] {
        let peer = Peer::answering(200, body);
        let finished = project(&peer).cli(["exec", "graphql", "staging", "{ a }"]).run().exits(1);
        assert_eq!(finished.stdout, "");
        assert!(finished.stderr.contains("error: the server answered with neither `data`"), "{finished}");
    }
}

#[test]
fn graphql_runs_at_the_server_here() {
    let app = Project::of(&[("app/schema/item.yml", "name: item\n")]).serve(&[]);
    let create = "mutation { record_create(record: { table: \"item\" }) { id } }";
    let created = app.cli(["exec", "graphql", create]).run().exits(0);
    assert_eq!(serde_json::from_str::<Json>(&created.stdout).unwrap()["data"]["record_create"]["id"], "1");
    assert_eq!(created.stderr, "");
    let failed = app.cli(["exec", "graphql", "local", "{ nope }"]).run().exits(1);
    assert!(failed.stderr.starts_with("error: "), "{failed}");
}

#[test]
fn servers_that_do_not_answer_as_they_should_are_named() {
    for (status, body, message) in [
        (
            401,
            "",
            "answered with status 401\n  hint: the token does not count there; `pos-cli env refresh-token ENV`",
        ),
        (422, r#"{"error": "too long"}"#, "error: too long\n"),
        (422, r#"{"errors": ["too long", "too odd"]}"#, "error: too long, too odd\n"),
        (200, "<html>", "did not answer as pos-cli does\n"),
        (200, "", "did not answer as pos-cli does\n"),
        (302, "", "answered with status 302\n"),
    ] {
        let peer = Peer::answering(status, body);
        let finished = project(&peer).cli(["exec", "liquid", "staging", "{{ 1 }}"]).run().exits(1);
        assert!(finished.stderr.contains(message), "{status} {finished}");
    }
}

#[test]
fn token_is_shown_by_no_diagnostics() {
    let peer = Peer::answering(500, "{}");
    for verbosity in ["-v", "-vv", "-vvv"] {
        let finished = project(&peer).cli([verbosity, "exec", "liquid", "staging", "{{ 1 }}"]).run().exits(1);
        assert!(!finished.to_string().contains("s3cret"), "{finished}");
    }
    assert_eq!(peer.received()[0].header("authorization"), Some("Token s3cret"));
}

#[test]
fn templates_run_at_the_server_here() {
    let app = Project::of(&[("app/schema/item.yml", "name: item\n")]).serve(&[]);
    let code = "{% graphql g %}mutation { record_create(record: { table: \"item\" }) { id } }{% endgraphql %}{{ g.record_create.id }}";
    assert_eq!(app.cli(["exec", "liquid", code]).run().exits(0).stdout, "1");
    assert_eq!(
        app.cli(["exec", "liquid", "local"]).stdin("{{ 2 | times: 3 }}\n").run().exits(0).stdout,
        "6\n"
    );
    let failed = app.cli(["exec", "liquid", "{% if %}"]).run().exits(1);
    assert!(failed.stderr.starts_with("error: Liquid execution error: "), "{failed}");
}
