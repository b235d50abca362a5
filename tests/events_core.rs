//! Events and hooks the core module's way: through the module in `fixtures/core`, and through what stands in for it where
//! an app has none.

use serde_json::{Value as Json, json};

use crate::harness::{Finished, Project, TestApp};

const PAGE: &str = "app/views/pages/index.liquid";
const DEFINITION: (&str, &str) =
    ("app/lib/events/a_happened.liquid", "{% return {\"valid\": true, \"errors\": {}} %}");
const REFUSAL: (&str, &str) = (
    "app/lib/events/a_happened.liquid",
    "{% return {\"valid\": false, \"errors\": {\"x\": [\"is missing\"]}} %}",
);
const ONE: (&str, &str) =
    ("app/lib/consumers/a_happened/one.liquid", "{% log event.x, type: 'one' %}{% return 'ignored' %}");
const TWO: (&str, &str) =
    ("app/lib/consumers/a_happened/two.liquid", "{% log event.object.x, type: 'two' %}");
const PUBLISH: &str = "{% assign h = {\"x\": 7} %}{% function e = 'modules/core/commands/events/publish', type: 'a_happened', object: h %}";

/// Who publishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Core {
    Module,
    BuiltIn,
}

const BOTH: [Core; 2] = [Core::Module, Core::BuiltIn];

impl Core {
    /// An app of these files, with the module or without.
    fn app(self, page: &str, files: &[(&str, &str)]) -> Project {
        let project = match self {
            Self::Module => Project::fixture("core"),
            Self::BuiltIn => Project::empty(),
        };
        for (path, content) in [(PAGE, page)].iter().chain(files) {
            project.write(path, content);
        }
        project
    }

    /// Visits the page and works its jobs.
    fn run(self, page: &str, files: &[(&str, &str)]) -> Finished {
        let project = self.app(page, files);
        let smoke = ["--port", "0", "--ephemeral", "--retry-scale", "0", "--visit", "/", "--until-idle"];
        project.cli(["run"].into_iter().chain(smoke)).run()
    }
}

/// How many log lines hold `text`.
fn count(finished: &Finished, text: &str) -> usize {
    finished.lines().iter().filter(|line| line.contains(text)).count()
}

fn holds(finished: &Finished, core: Core, texts: &[&str]) {
    for text in texts {
        assert!(finished.stdout.contains(text), "{core:?}: {text}: {finished}");
    }
}

fn lacks(finished: &Finished, core: Core, texts: &[&str]) {
    for text in texts {
        assert!(!finished.stdout.contains(text), "{core:?}: {text}: {finished}");
    }
}

fn activities(app: &TestApp) -> Vec<Json> {
    let query =
        json!({ "query": "{ activities(sort: { created_at: { order: ASC } }) { results { payload } } }" });
    let answer = app.new_browser().post_json("/api/graph", &query).has_status(200).json();
    let results = answer["data"]["activities"]["results"].as_array().unwrap_or_else(|| panic!("{answer}"));
    results.iter().map(|activity| activity["payload"].clone()).collect()
}

#[test]
fn both_ways_to_read_the_payload_work() {
    let page = format!(
        "{PUBLISH}{{% log e.valid, type: 'valid' %}}{{% assign n = e.uuid | size %}}{{% log n, type: 'uuid' %}}{{% log e.id, type: 'id' %}}"
    );
    for core in BOTH {
        let finished = core.run(&page, &[DEFINITION, ONE, TWO]).exits(0);
        let texts = ["one: 7", "two: 7", "valid: true", "uuid: 36", "id: ActivityStreams::Activity.1"];
        holds(&finished, core, &texts);
        lacks(&finished, core, &["warning", "ERROR", "DEPRECATION"]);
        let broadcasts = "background job: modules/core/commands/events/create:a_happened - QUEUED (high)";
        assert_eq!(count(&finished, broadcasts), usize::from(core == Core::Module), "{core:?}: {finished}");
        assert_eq!(count(&finished, "a_happened/one - QUEUED (default)"), 1, "{core:?}: {finished}");
    }
}

#[test]
fn event_without_a_definition_is_refused_by_the_module_and_warned_of_without_it() {
    let page = format!("{PUBLISH}{{% log e.valid, type: 'valid' %}}");
    let refused = Core::Module.run(&page, &[ONE]).exits(0);
    holds(
        &refused,
        Core::Module,
        &["valid: false", "There is no such event: a_happened. Please add event check"],
    );
    assert_eq!(count(&refused, "] ERROR: modules/core/commands/events invalid: {"), 1, "{refused}");
    lacks(&refused, Core::Module, &["QUEUED", "one: 7"]);

    let warned = Core::BuiltIn.run(&page, &[ONE, TWO]).exits(0);
    let warning =
        "warning: event 'a_happened' has no definition in events/a_happened; platformOS would refuse it";
    holds(&warned, Core::BuiltIn, &[warning, "valid: true", "one: 7", "two: 7"]);
}

#[test]
fn definition_may_refuse_an_event() {
    let page = format!("{PUBLISH}{{% log e.errors, type: 'errors' %}}{{% log e.uuid, type: 'uuid' %}}");
    for core in BOTH {
        let finished = core.run(&page, &[REFUSAL, ONE]).exits(0);
        let errors = "errors: {\"object\":{\"x\":[\"is missing\"]}}";
        holds(
            &finished,
            core,
            &["ERROR: modules/core/commands/events invalid: {\"x\":7,", errors, "uuid: \n"],
        );
        lacks(&finished, core, &["QUEUED", "one: 7"]);
    }
}

#[test]
fn definition_may_add_to_an_event() {
    let definition = (
        "modules/m/public/lib/events/a_happened.liquid",
        "{% assign event['bar'] = 'extra' %}{% return {\"valid\": true, \"errors\": {}} %}",
    );
    let consumer = ("app/lib/consumers/a_happened/bar.liquid", "{% log event.bar, type: 'bar' %}");
    for core in BOTH {
        holds(&core.run(PUBLISH, &[definition, consumer]).exits(0), core, &["bar: extra"]);
    }
}

#[test]
fn metadata_of_a_consumer_sets_its_job() {
    let metadata = |text: &str| format!("---\nmetadata:\n{text}---\nx");
    let late = metadata("  priority: high\n  delay: 0.5\n  max_attempts: 2\n");
    let odd = metadata("  priority: urgent\n  max_attempts: 0\n");
    let files = [
        DEFINITION,
        ("app/lib/consumers/a_happened/late.liquid", late.as_str()),
        ("app/lib/consumers/a_happened/odd.liquid", odd.as_str()),
        ("app/lib/consumers/a_happened/plain.liquid", "x"),
        ("app/lib/consumers/a_happened_twice/other.liquid", "x"),
    ];
    for core in BOTH {
        let app = core.app(PUBLISH, &files).serve(&["--retry-scale", "0"]);
        app.get("/").has_status(200);
        app.wait_for_log("consumers/a_happened/plain (attempt 1/5) - SUCCESS");
        app.wait_for_log("consumers/a_happened/odd - QUEUED (default)");
        app.wait_for_log("consumers/a_happened/odd (attempt 1/1) - SUCCESS");
        app.wait_for_log("consumers/a_happened/late - QUEUED (high, in 30s)");
        let jobs = app.get("/_dev/jobs?all=1").has_status(200).json();
        let jobs = jobs["jobs"].as_array().unwrap();
        let late = jobs.iter().find(|job| job["source_name"] == "consumers/a_happened/late").unwrap();
        let found = (&late["state"], &late["priority"], &late["max_attempts"]);
        assert_eq!(found, (&json!("scheduled"), &json!("high"), &json!(2)), "{core:?}: {late}");
        assert!(!jobs.iter().any(|job| job["source_name"].as_str().unwrap().contains("twice")), "{jobs:?}");
    }
}

#[test]
fn deprecated_arguments_count_where_a_consumer_says_nothing() {
    let page = PUBLISH.replace("object: h", "object: h, delay: 0.5, max_attempts: 3");
    let own =
        ("app/lib/consumers/a_happened/own.liquid", "---\nmetadata:\n  delay: 0\n  max_attempts: 1\n---\nx");
    for core in BOTH {
        let app = core.app(&page, &[DEFINITION, ONE, own]).serve(&[]);
        app.get("/").has_status(200);
        app.wait_for_log("] DEPRECATION: ");
        app.wait_for_log("consumers/a_happened/one - QUEUED (default, in 30s)");
        app.wait_for_log("consumers/a_happened/own (attempt 1/1) - SUCCESS");
        let jobs = app.cli(["jobs", "list", "--all"]).run().exits(0);
        let one = jobs.lines().into_iter().find(|line| line.contains("a_happened/one")).unwrap();
        assert!(one.contains("0/3"), "{core:?}: {jobs}");
    }
}

#[test]
fn failing_consumer_leaves_the_others_alone() {
    let bad = (
        "app/lib/consumers/a_happened/bad.liquid",
        "---\nmetadata:\n  max_attempts: 2\n---\n{{ 1 | divided_by: 0 }}",
    );
    for core in BOTH {
        let finished = core.run(PUBLISH, &[DEFINITION, bad, TWO]).exits(1);
        let dead = "background job: consumers/a_happened/bad - DEAD after 2 attempts";
        holds(&finished, core, &["two: 7", dead]);
    }
}

#[test]
fn type_and_object_are_required() {
    let page = "{% function a = 'modules/core/commands/events/publish', type: 'a_happened' %}{% function b = 'modules/core/commands/events/publish', object: context.params %}{% if a == null and b == null %}{% log 'both null' %}{% endif %}";
    for core in BOTH {
        let finished = core.run(page, &[DEFINITION, ONE]).exits(0);
        let log = "] ERROR: modules/core/commands/events publish: ";
        holds(
            &finished,
            core,
            &[&format!("{log}object is required"), &format!("{log}type is required"), "both null"],
        );
        lacks(&finished, core, &["QUEUED"]);
    }
}

#[test]
fn object_that_is_no_hash_is_told_and_nothing_published() {
    let page = "{% function e = 'modules/core/commands/events/publish', type: 'a_happened', object: 'text' %}{% if e == null %}{% log 'null' %}{% endif %}";
    let finished = Core::BuiltIn.run(page, &[DEFINITION, ONE]).exits(0);
    let log = "] ERROR: modules/core/commands/events publish: object is not a hash but String";
    holds(&finished, Core::BuiltIn, &[log, "info: null"]);
    lacks(&finished, Core::BuiltIn, &["QUEUED"]);
}

#[test]
fn include_publishes_and_the_page_goes_on() {
    let page = "{% assign h = {\"x\": 7} %}{% include 'modules/core/commands/events/publish', type: 'a_happened', object: h %}X";
    for core in BOTH {
        let app = core.app(page, &[DEFINITION, ONE]).serve(&[]);
        assert_eq!(app.get("/").has_status(200).text().trim(), "X", "{core:?}");
        app.wait_for_log("one: 7");
    }
}

#[test]
fn publishing_can_be_a_job_itself() {
    let page = "{% assign h = {\"x\": 7} %}{% background job = 'modules/core/commands/events/publish', type: 'a_happened', object: h, source_name: 'later' %}{{ job | size }}";
    for core in BOTH {
        let finished = core.run(page, &[DEFINITION, ONE]).exits(0);
        holds(&finished, core, &["background job: later (attempt 1/1) - SUCCESS", "one: 7"]);
    }
}

#[test]
fn trigger_event_publishes_too() {
    let page = "{% trigger_event 'user.created', user_id: 5 %}{% trigger_event event: 'email.send_welcome', resource_id: 9 %}";
    let created = ("app/lib/consumers/user_created/c.liquid", "{% log event, type: 'created' %}");
    let welcome = ("app/lib/consumers/email.send_welcome/c.liquid", "{% log event, type: 'welcome' %}");
    for core in BOTH {
        let app = core.app(page, &[created, welcome]).serve(&[]);
        app.get("/").has_status(200);
        let created = app.wait_for_log("created: {");
        assert!(
            created.contains("\"user_id\":5,") && created.contains("\"type\":\"user.created\""),
            "{created}"
        );
        let welcome = app.wait_for_log("welcome: {");
        assert!(
            welcome.contains("\"resource_id\":9,") && welcome.contains("email.send_welcome"),
            "{welcome}"
        );
        let stored = activities(&app);
        assert_eq!((&stored[0]["user_id"], &stored[0]["object"]), (&json!(5), &Json::Null), "{stored:?}");
        assert!(created.contains(stored[0]["uuid"].as_str().unwrap()), "{created}");
    }
}

#[test]
fn consumers_of_the_app_and_of_a_module_run() {
    let module =
        ("modules/m/public/lib/consumers/a_happened/y.liquid", "{% log event.consumers, type: 'all' %}");
    for core in BOTH {
        let finished = core.run(PUBLISH, &[DEFINITION, ONE, module]).exits(0);
        let first = "all: [{\"path\":\"consumers/a_happened/one\",";
        let queued = "background job: modules/m/consumers/a_happened/y - QUEUED";
        holds(&finished, core, &["one: 7", first, "\"path\":\"modules/m/consumers/a_happened/y\"", queued]);
    }
}

#[test]
fn rollback_leaves_no_event_and_no_job() {
    let page = format!("{{% transaction %}}{PUBLISH}{{% rollback %}}{{% endtransaction %}}on");
    for core in BOTH {
        let app = core.app(&page, &[DEFINITION, ONE]).serve(&[]);
        assert_eq!(app.get("/").has_status(200).text(), "on", "{core:?}");
        assert_eq!(activities(&app), Vec::<Json>::new(), "{core:?}");
        let jobs = app.get("/_dev/jobs?all=1").has_status(200).json();
        assert_eq!(jobs["jobs"], json!([]), "{core:?}");
    }
}

#[test]
fn error_in_a_definition_says_how_it_was_reached() {
    let broken = ("app/lib/events/a_happened.liquid", "\n{{ 1 | divided_by: 0 }}");
    for core in BOTH {
        let app = core.app(PUBLISH, &[broken, ONE]).serve(&[]);
        let page = app.get("/").has_status(500).text();
        assert!(page.contains("lib/events/a_happened.liquid:2"), "{core:?}: {page}");
        assert!(page.contains("commands/events/publish"), "{core:?}: {page}");
        assert_eq!(activities(&app), Vec::<Json>::new(), "{core:?}");
    }
}

#[test]
fn hooks_are_fired_and_merged() {
    let files = [
        ("app/lib/hooks/hook_x.liquid", "{% return [1] %}"),
        ("modules/m/public/lib/hooks/hook_x.liquid", "{% return {\"a\": params.a} %}"),
        ("modules/n/public/lib/hooks/hook_x.liquid", "{% assign nothing = 1 %}"),
        ("app/lib/hooks/my_hook_x.liquid", "{% return 'another name' %}"),
        ("app/lib/hooks/hook_y.liquid", "{% return {\"a\": 1, \"b\": 1} %}"),
        ("modules/m/public/lib/hooks/hook_y.liquid", "{% return {\"b\": 2} %}"),
    ];
    let page = "{% assign p = {\"a\": 1} %}{% function l = 'modules/core/commands/hook/fire', hook: 'x', params: p, merge_to_object: false %}{% function m = 'modules/core/commands/hook/fire', hook: 'y', params: p, merge_to_object: true %}{% function n = 'modules/core/commands/hook/fire', hook: 'nobody' %}{{ l | json | html_safe }} {{ m | json | html_safe }} {{ n | json }}";
    for core in BOTH {
        let app = core.app(page, &files).serve(&[]);
        assert_eq!(app.get("/").has_status(200).text(), "[1,{\"a\":1}] {\"a\":1,\"b\":2} []", "{core:?}");
    }
}

#[test]
fn hooks_alter_the_hash_they_are_given() {
    let files = [
        ("app/lib/hooks/hook_x_alter.liquid", "{% assign params_to_modify.by = params.by %}"),
        ("modules/m/public/lib/hooks/hook_x_alter.liquid", "{% assign params_to_modify.list << 2 %}"),
    ];
    let page = "{% assign h = {\"list\": [1]} %}{% assign p = {\"by\": \"app\"} %}{% function r = 'modules/core/commands/hook/alter', hook: 'x', params_to_modify: h, params: p %}{{ h | json | html_safe }} {{ r | json | html_safe }}";
    for core in BOTH {
        let app = core.app(page, &files).serve(&[]);
        let expected = "{\"list\":[1,2],\"by\":\"app\"} {\"original_params\":{\"list\":[1]}}";
        assert_eq!(app.get("/").has_status(200).text(), expected, "{core:?}");
    }
}

#[test]
fn hook_without_a_name_is_told() {
    let page = "{% function a = 'modules/core/commands/hook/fire' %}{% function b = 'modules/core/commands/hook/alter' %}{% if a == null and b == null %}{% log 'both null' %}{% endif %}";
    let finished = Core::BuiltIn.run(page, &[]).exits(0);
    for command in ["fire", "alter"] {
        let line = format!("] ERROR: modules/core/commands/hook {command}: hook is required");
        holds(&finished, Core::BuiltIn, &[&line]);
    }
    holds(&finished, Core::BuiltIn, &["both null"]);
}

#[test]
fn publishing_in_circles_ends_with_an_error() {
    let again = "{% function e = 'modules/core/commands/events/publish', type: 'a_happened', object: event %}{% return e %}";
    let fires = "{% function r = 'modules/core/commands/hook/fire', hook: 'x' %}";
    let files = [
        ("app/lib/events/a_happened.liquid", again),
        ("app/lib/hooks/hook_x.liquid", fires),
        ("app/views/pages/hooks.liquid", fires),
        ("app/views/pages/alive.liquid", "alive"),
    ];
    for core in BOTH {
        let app = core.app(PUBLISH, &files).serve(&[]);
        for path in ["/", "/hooks"] {
            let page = app.get(path).has_status(500).text();
            assert!(page.contains("too deep"), "{core:?} {path}: {page}");
        }
        assert_eq!(app.get("/alive").text(), "alive", "{core:?}");
        assert_eq!(activities(&app), Vec::<Json>::new(), "{core:?}");
    }
}

#[test]
fn check_knows_what_stands_in_and_only_where_it_does() {
    let page = format!(
        "{PUBLISH}{{% function a = 'modules/core/commands/hook/fire', hook: 'x' %}}{{% function b = 'modules/core/commands/events/none' %}}"
    );
    let finished = Core::BuiltIn.app(&page, &[]).cli(["check"]).run().exits(1);
    assert_eq!(finished.stdout.matches("error: ").count(), 1, "{finished}");
    assert!(finished.stdout.contains("can't find partial 'modules/core/commands/events/none'"), "{finished}");

    let partial = Core::BuiltIn.app(&page, &[("modules/core/public/lib/queries/any.liquid", "x")]);
    let finished = partial.cli(["check"]).run().exits(1);
    assert_eq!(finished.stdout.matches("can't find partial").count(), 3, "{finished}");
}

#[test]
fn fixture_publishes_what_its_hooks_have_altered_and_broadcasts_again() {
    let app = Project::fixture("core").serve(&[]);
    let event = app.post("/orders.json", &[("order_id", "7")]).has_status(200).json();
    assert_eq!((&event["carrier"], &event["currency"]), (&json!("bicycle"), &json!("EUR")), "{event}");
    for line in ["info: charge 1450 EUR for order 7", "info: thank for order 7", "info: reserve for order 7"]
    {
        app.wait_for_log(line);
    }
    app.wait_until_idle();
    assert_eq!(app.get("/modules").text().trim(), "app, stock");

    let uuid = event["uuid"].as_str().unwrap();
    let trigger = format!("/_events/{uuid}/trigger");
    assert!(app.get("/_events").has_status(200).text().contains(&trigger));
    assert!(app.get(&format!("{trigger}?trigger=1")).has_status(200).text().contains("BROADCASTED to 3"));
    app.wait_until_idle();
    let charged = || app.logs().iter().filter(|line| line.contains("info: charge 1450 EUR")).count() == 2;
    app.wait_for("a second charge", charged);
    assert_eq!(activities(&app).len(), 1, "an event that is broadcast again is the same event");

    let refused = app.post("/orders.json", &[("order_id", "")]).has_status(200).json();
    assert_eq!(refused["errors"], json!({"object": {"order_id": ["is missing"]}}), "{refused}");
    assert_eq!(activities(&app).len(), 1);
}

#[test]
fn events_are_shown_to_developers_only() {
    let app = Project::fixture("core").serve(&["--environment", "production"]);
    app.get("/_events").has_status(404);
    app.get("/_events/any/trigger?trigger=1").has_status(404);
}

#[test]
fn app_may_replace_a_file_of_the_module() {
    let own = (
        "app/modules/core/public/lib/commands/hook/fire.liquid",
        "{% assign own = [\"own\", hook] %}{% return own %}",
    );
    let page = "{% function l = 'modules/core/commands/hook/fire', hook: 'x' %}{{ l | join: ' ' }}";
    for core in BOTH {
        let app = core.app(page, &[own]).serve(&[]);
        assert_eq!(app.get("/").has_status(200).text(), "own x", "{core:?}");
    }
}

#[test]
fn fixture_has_nothing_to_complain_of() {
    let finished = Project::fixture("core").cli(["check"]).run().exits(0);
    assert!(!finished.stdout.contains("warning"), "{finished}");
}
