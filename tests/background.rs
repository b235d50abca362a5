//! What `{% background %}` does, as its user sees it: the page, the log lines, the exit code. Each case is a whole app of
//! one page, run by the real binary with `--visit / --until-idle`.

use crate::harness::{Finished, Project};

const PAGE: &str = "app/views/pages/index.liquid";

/// Logs the variables it is given.
const ECHO: (&str, &str) = ("app/lib/echo.liquid", "{% log a, type: 'a' %}{% log b, type: 'b' %}");

/// Stores a constant and answers it.
const CONSTANT: (&str, &str) = (
    "app/graphql/echo.graphql",
    "mutation ($name: String!) { constant_set(name: \"K\", value: $name) { value } }",
);

/// One app: its page, further files, and lines that must and must not be in the log (without the time).
struct Case<'a> {
    name: &'a str,
    page: &'a str,
    files: &'a [(&'a str, &'a str)],
    args: &'a [&'a str],
    has: &'a [&'a str],
    has_not: &'a [&'a str],
    exit: i32,
}

const CASE: Case<'_> = Case { name: "", page: "", files: &[], args: &[], has: &[], has_not: &[], exit: 0 };

#[test]
fn body_sees_what_is_passed_and_nothing_else() {
    check(&[
        Case {
            name: "a variable that is handed on is captured when the tag has no argument",
            page: "{% assign x = 1 %}{% background %}{% assign y = x %}{% log y %}{% endbackground %}",
            has: &["info: 1"],
            ..CASE
        },
        Case {
            name: "a variable that is only printed or logged is not captured",
            page: "{% assign x = 1 %}{% background source_name: 'n' %}{% log x %}{% endbackground %}",
            has: &["info:", "background job: n (attempt 1/1) - SUCCESS"],
            has_not: &["info: 1"],
            ..CASE
        },
        Case {
            name: "an argument switches capture off",
            page: "{% assign x = 1 %}{% background z: 2 %}{% assign y = x %}{% log y, type: 'y' %}{% log z, type: 'z' %}{% endbackground %}",
            has: &["y:", "z: 2"],
            ..CASE
        },
        Case {
            name: "an argument is a copy of what it was when the tag ran",
            page: r#"{% assign h = {"a":1} %}{% background h: h %}{% log h.a %}{% endbackground %}{% assign h.a = 2 %}"#,
            has: &["info: 1"],
            has_not: &["info: 2"],
            ..CASE
        },
        Case {
            name: "each turn of a loop queues its own job with its own values",
            page: "{% for i in (1..3) %}{% background source_name: 'n' %}{% assign k = i %}{% log k %}{% endbackground %}{% endfor %}",
            has: &["info: 1", "info: 2", "info: 3"],
            ..CASE
        },
        Case {
            name: "strict scope captures nothing",
            page: "{% assign x = 1 %}{% background %}{% assign y = x %}{% log y, type: 'y' %}{% endbackground %}",
            args: &["--strict-scope"],
            has: &["y:"],
            has_not: &["y: 1"],
            ..CASE
        },
        Case {
            name: "a capture is announced",
            page: "{% assign user = {\"id\": 7} %}{% background source_name: 'n' %}{% assign id = user.id %}{% log id %}{% endbackground %}",
            has: &[
                "info: 7",
                "warning: background job n: variable 'user' captured implicitly; on platformOS pass it as user: user",
            ],
            ..CASE
        },
        Case {
            name: "the custom job of the manual: arguments are there, other variables are not",
            page: r#"{% assign my_data = {"hello":"world"} %}{% assign not_available_in_background = 'x' %}{% background priority: 'low', delay: 0, max_attempts: 3, source_name: "my custom job", data: my_data, hey: 'hello' %}{% log not_available_in_background, type: 'none' %}{% log data, type: 'data' %}{% log hey, type: 'hey' %}{% endbackground %}"#,
            has: &[
                "none:",
                r#"data: {"hello":"world"}"#,
                "hey: hello",
                "background job: my custom job - QUEUED (low)",
                "background job: my custom job (attempt 1/3) - SUCCESS",
            ],
            has_not: &["none: x"],
            ..CASE
        },
        Case {
            name: "an unassigned name needs an assign in the body",
            page: "{% assign user = {\"name\": \"Bob\"} %}{% assign username = user.name %}{% background %}{% log \"Hello {{ username }}\" %}{% endbackground %}{% background %}{% assign username = user.name %}{% log \"Hello {{ username }}\" %}{% endbackground %}",
            has: &["info: Hello", "info: Hello Bob"],
            ..CASE
        },
        Case {
            name: "params are copied through a variable",
            page: "{% assign query_param = context.params.q %}{% background %}{% assign foo = query_param %}{% log foo, type: 'foo' %}{% log context.params.q, type: 'params' %}{% log context.current_user.name, type: 'user' %}{% endbackground %}",
            args: &["--visit", "/?q=7"],
            has: &["foo: 7", "params:", "user:"],
            ..CASE
        },
        Case {
            name: "the loop object is a snapshot",
            page: "{% for n in (1..2) %}{% background %}{% assign seconds = forloop.index | times: 60 %}{% log seconds %}{% endbackground %}{% endfor %}",
            has: &["info: 60", "info: 120"],
            ..CASE
        },
    ]);
}

#[test]
fn path_form_runs_a_partial_with_its_arguments() {
    check(&[
        Case {
            name: "arguments are the partial's variables, outer ones are not",
            page: "{% assign b = 'outer' %}{% background j = 'echo', a: 1 %}",
            files: &[ECHO],
            has: &[
                "background job: echo - QUEUED (default)",
                "a: 1",
                "b:",
                "background job: echo (attempt 1/1) - SUCCESS",
            ],
            has_not: &["b: outer"],
            ..CASE
        },
        Case {
            name: "the path may be a variable and the options too",
            page: r#"{% assign consumer = {"path": "echo"} %}{% assign priority = 'high' %}{% assign max = 2 %}{% background _id = consumer.path, a: consumer, priority: priority, delay: nil, max_attempts: max %}"#,
            files: &[ECHO],
            has: &[
                "background job: echo - QUEUED (high)",
                r#"a: {"path":"echo"}"#,
                "background job: echo (attempt 1/2) - SUCCESS",
            ],
            ..CASE
        },
        Case {
            name: "`lib/` before the path finds a file of app/lib",
            page: "{% background job = 'lib/echo', a: 5, priority: 'high' %}",
            files: &[ECHO],
            has: &["a: 5"],
            ..CASE
        },
        Case {
            name: "return ends the partial and its value goes nowhere",
            page: "{% background _ = 'p' %}",
            files: &[("app/lib/p.liquid", "{% log 'one' %}{% return 5 %}{% log 'two' %}")],
            has: &["info: one", "background job: p (attempt 1/1) - SUCCESS"],
            has_not: &["info: two"],
            ..CASE
        },
        Case {
            name: "a missing partial fails the job, not the page",
            page: "{% background _ = 'missing/partial' %}",
            has: &[
                "request: GET / 200",
                "background job: missing/partial (attempt 1/1) - FAILED",
                "can't find partial",
                "background job: missing/partial - DEAD after 1 attempts",
            ],
            exit: 1,
            ..CASE
        },
        Case {
            name: "inside {% liquid %}, arguments may go on in the next line",
            page: "{% liquid\n  assign x = 'v'\n  background _ = 'echo', a: x,\n    b: 2\n%}",
            files: &[ECHO],
            has: &["a: v", "b: 2"],
            ..CASE
        },
    ]);
}

#[test]
fn page_text_and_variables_stay_apart_from_the_job() {
    let page = "{% background j = 'echo', a: 1 %}[{{ j | size }}]A{% background %}B{% assign inside = 1 %}{% endbackground %}C[{{ inside }}]";
    let app = Project::of(&[(PAGE, page), ECHO]).serve(&[]);
    let text = app.get("/").has_status(200).text();
    let (size, rest) = text.strip_prefix('[').unwrap().split_once(']').unwrap();
    assert!(size.parse::<u32>().unwrap() > 0, "{text}");
    assert_eq!(rest.trim_end(), "AC[]");
}

#[test]
fn options_are_clamped_and_never_fail_the_page() {
    let body = "{% endbackground %}";
    let cases = [
        ("priority: 'urgent'", "QUEUED (default)"),
        ("priority: 'normal'", "QUEUED (default)"),
        ("priority: 'HIGH'", "QUEUED (default)"),
        ("delay: -5", "QUEUED (default)"),
        ("delay: 'abc'", "QUEUED (default)"),
        ("delay: nil", "QUEUED (default)"),
        ("delay: 0.016", "QUEUED (default, in 960ms)"),
        ("delay: '0.0001'", "QUEUED (default, in 6ms)"),
        ("delay: '0.5'", "QUEUED (default, in 30s)"),
        ("delay: 2.5", "QUEUED (default, in 2m30s)"),
        ("delay: 30", "QUEUED (default, in 30m)"),
        ("delay: 90", "QUEUED (default, in 1h30m)"),
        ("max_attempts: 99", "(attempt 1/5) - SUCCESS"),
        ("max_attempts: 0", "(attempt 1/1) - SUCCESS"),
        ("max_attempts: -1", "(attempt 1/1) - SUCCESS"),
        ("max_attempts: nil", "(attempt 1/1) - SUCCESS"),
        ("max_attempts: 'x'", "(attempt 1/1) - SUCCESS"),
        ("max_attempts: 3", "(attempt 1/3) - SUCCESS"),
    ];
    let page: String = cases
        .iter()
        .enumerate()
        .map(|(n, (options, _))| format!("{{% background source_name: 'n{n}', {options} %}}x{body}"))
        .collect();
    let lines = lines(&run(&Case { page: &page, ..CASE }).exits(0));
    for (n, (options, expected)) in cases.iter().enumerate() {
        let name = format!("background job: n{n} ");
        let found = lines.iter().any(|line| line.starts_with(&name) && line.contains(expected));
        assert!(found, "{options}: no line {expected:?} in\n{}", lines.join("\n"));
    }
    let warnings =
        lines.iter().filter(|line| line.starts_with("warning: ") && line.contains("urgent")).count();
    assert_eq!(warnings, 1, "{}", lines.join("\n"));
}

#[test]
fn last_of_equal_options_wins_and_order_does_not_matter() {
    check(&[Case {
        name: "options and arguments in any order",
        page: "{% assign event = {\"message_id\": 3} %}{% background max_attempts: 4, delay: 0, message_id: event.message_id, max_attempts: 0, source_name: 'chat', app_host: 'h' %}{% log \"{{ message_id }} {{ app_host }}\" %}{% endbackground %}",
        has: &["info: 3 h", "background job: chat (attempt 1/1) - SUCCESS"],
        ..CASE
    }]);
}

#[test]
fn stray_label_is_the_source_name() {
    check(&[Case {
        name: "string before the named arguments",
        page: "{% assign delay = '0' %}{% background \"bg-task-name\", type: 'note', delay: delay %}{% log type %}{% endbackground %}",
        has: &["info: note", "background job: bg-task-name (attempt 1/1) - SUCCESS"],
        ..CASE
    }]);
}

#[test]
fn unnamed_block_is_called_by_its_place() {
    check(&[Case {
        name: "path and line",
        page: "one\n{% background %}x{% endbackground %}",
        has: &["background job: views/pages/index.liquid:2 (attempt 1/1) - SUCCESS"],
        ..CASE
    }]);
}

#[test]
fn filters_in_arguments_apply_here_and_are_announced() {
    check(&[Case {
        name: "source_name made with a filter",
        page: "{% assign job = {\"id\": 7} %}{% background source_name: 'critical_' | append: job.id %}{% include 'echo', a: job.id | append: '-' | append: 1 %}{% endbackground %}",
        files: &[ECHO],
        has: &["background job: critical_7 (attempt 1/1) - SUCCESS", "a: 7-1"],
        ..CASE
    }]);
}

#[test]
fn failing_job_is_tried_again_and_then_dead() {
    let finished = run(&Case {
        page: "{% background max_attempts: 2, source_name: 'f' %}{% include 'nope' %}{% endbackground %}",
        ..CASE
    })
    .exits(1);
    let lines = lines(&finished);
    let of_job: Vec<&String> = lines.iter().filter(|line| line.starts_with("background job: f ")).collect();
    assert_eq!(of_job.len(), 4, "{finished}");
    assert!(of_job[0].ends_with("f - QUEUED (default)"), "{finished}");
    assert!(of_job[1].contains("(attempt 1/2) - FAILED ("), "{finished}");
    assert!(
        of_job[1].contains("Liquid error (views/pages/index.liquid:1): can't find partial 'nope'"),
        "{finished}"
    );
    assert!(of_job[1].contains("; retry in 0s"), "{finished}");
    assert!(of_job[2].contains("(attempt 2/2) - FAILED ("), "{finished}");
    assert!(!of_job[2].contains("retry in"), "{finished}");
    assert!(of_job[3].ends_with("f - DEAD after 2 attempts"), "{finished}");
}

#[test]
fn error_in_a_job_names_the_line_of_the_file() {
    check(&[Case {
        name: "third line of the page",
        page: "one\n{% background source_name: 'f' %}\n{{ 1 | divided_by: 0 }}\n{% endbackground %}",
        has: &["Liquid error (views/pages/index.liquid:3): divided by 0"],
        exit: 1,
        ..CASE
    }]);
}

#[test]
fn caught_and_logged_errors_do_not_fail_a_job() {
    check(&[
        Case {
            name: "try",
            page: "{% background source_name: 't' %}{% try %}{% include 'nope' %}{% catch e %}{% log e.message %}{% endtry %}{% endbackground %}",
            has: &["can't find partial", "background job: t (attempt 1/1) - SUCCESS"],
            ..CASE
        },
        Case {
            name: "a log of type error",
            page: "{% background source_name: 't' %}{% log 'bad', type: 'error' %}{% endbackground %}",
            has: &["error: bad", "background job: t (attempt 1/1) - SUCCESS"],
            ..CASE
        },
        Case {
            name: "raise mode off",
            page: "{% background source_name: 't' %}{{ 1 | divided_by: 0 }}{% endbackground %}",
            files: &[("app/config.yml", "liquid_raise_mode: false\n")],
            has: &["background job: t (attempt 1/1) - SUCCESS"],
            ..CASE
        },
    ]);
}

#[test]
fn jobs_fall_with_the_page_or_transaction_that_asked_for_them() {
    check(&[
        Case {
            name: "a page that fails queues nothing",
            page: "{% background source_name: 'never' %}{% endbackground %}{{ 1 | divided_by: 0 }}",
            has: &["request: GET / 500", "FAILED: Liquid error (views/pages/index.liquid:1): divided by 0"],
            has_not: &["background job: never"],
            exit: 1,
            ..CASE
        },
        Case {
            name: "rollback drops the job",
            page: "{% transaction %}{% background _ = 'echo', a: 1 %}{% rollback %}{% endtransaction %}",
            files: &[ECHO],
            has: &["request: GET / 200"],
            has_not: &["background job: echo"],
            ..CASE
        },
        Case {
            name: "a transaction that ends well keeps it",
            page: "{% transaction %}{% background _ = 'echo', a: 1 %}{% endtransaction %}",
            files: &[ECHO],
            has: &["a: 1"],
            ..CASE
        },
        Case {
            name: "an error inside drops it, outside of it the page goes on",
            page: "{% try %}{% transaction %}{% background _ = 'echo', a: 1 %}{{ 1 | divided_by: 0 }}{% endtransaction %}{% catch %}{% endtry %}",
            files: &[ECHO],
            has: &["request: GET / 200"],
            has_not: &["background job: echo"],
            ..CASE
        },
        Case {
            name: "break and redirect_to after the tag do not",
            page: "{% background _ = 'echo', a: 1 %}{% redirect_to '/x' %}{% break %}",
            files: &[ECHO],
            has: &["request: GET / 302", "a: 1"],
            ..CASE
        },
        Case {
            name: "rollback in a job is an error",
            page: "{% background source_name: 'r' %}{% rollback %}{% endbackground %}",
            has: &["background job: r (attempt 1/1) - FAILED"],
            exit: 1,
            ..CASE
        },
        Case {
            name: "so is the session tag",
            page: "{% background source_name: 's' %}{% session a = 1 %}{% endbackground %}",
            has: &["background job: s (attempt 1/1) - FAILED"],
            exit: 1,
            ..CASE
        },
    ]);
}

#[test]
fn jobs_queue_jobs_up_to_a_depth() {
    check(&[
        Case {
            name: "a job's job",
            page: "{% background source_name: 'outer' %}{% background _ = 'echo', a: 'nested' %}{% endbackground %}",
            files: &[ECHO],
            has: &["a: nested", "background job: echo (attempt 1/1) - SUCCESS"],
            ..CASE
        },
        Case {
            name: "an endless chain ends",
            page: "{% background _ = 'again' %}",
            files: &[
                ("app/lib/again.liquid", "{% background _ = 'again' %}"),
                ("pos-cli.toml", "[run]\nmax_job_depth = 3\n"),
            ],
            has: &[
                "background job: again (attempt 1/1) - FAILED",
                "too many background jobs within background jobs",
            ],
            exit: 1,
            ..CASE
        },
        Case {
            name: "a failed attempt queues none",
            page: "{% background source_name: 'outer' %}{% background _ = 'echo', a: 1 %}{{ 1 | divided_by: 0 }}{% endbackground %}",
            files: &[ECHO],
            has: &["background job: outer (attempt 1/1) - FAILED"],
            has_not: &["background job: echo"],
            exit: 1,
            ..CASE
        },
    ]);
}

#[test]
fn context_in_a_job_is_the_limited_copy() {
    check(&[Case {
        name: "what is there and what is not",
        page: "{% background source_name: 'x' %}{% log context.constants.K, type: 'k' %}{% log context.location.host, type: 'host' %}{% log context.environment, type: 'env' %}{% log context.language, type: 'language' %}{% log context.params.q, type: 'q' %}{% log context.session.s, type: 'session' %}{% log context.authenticity_token, type: 'token' %}{% log context.tenant.id, type: 'tenant' %}{% endbackground %}{% session s = 'secret' %}",
        files: &[("constants", "K=value\n")],
        args: &["--constants", "constants", "--visit", "/?q=1"],
        has: &[
            "k: value",
            "host: 127.0.0.1",
            "env: staging",
            "language: en",
            "q:",
            "session:",
            "token:",
            "tenant:",
        ],
        has_not: &["q: 1", "session: secret"],
        ..CASE
    }]);
}

#[test]
fn context_as_a_whole_is_a_copy_of_the_request() {
    check(&[Case {
        name: "printed without constants",
        page: "{% background %}{% log context %}{% endbackground %}",
        has: &["info: {", "\"location\""],
        has_not: &["\"constants\""],
        ..CASE
    }]);
}

#[test]
fn payload_has_limits() {
    check(&[
        Case {
            name: "a warning above 100 KB",
            page: "{% assign s = 'x' | pad_left: 110000, 'x' %}{% background source_name: 'big', s: s %}{% endbackground %}",
            has: &[
                "warning: background job big: arguments take 107 KB",
                "background job: big (attempt 1/1) - SUCCESS",
            ],
            ..CASE
        },
        Case {
            name: "an error above the limit",
            page: "{% assign s = 'x' | pad_left: 3000, 'x' %}{% background source_name: 'big', s: s %}{% endbackground %}",
            files: &[("pos-cli.toml", "[run]\nmax_payload = 2000\n")],
            has: &["request: GET / 500"],
            has_not: &["background job: big"],
            exit: 1,
            ..CASE
        },
    ]);
}

#[test]
fn values_survive_the_queue() {
    check(&[Case {
        name: "types",
        page: r#"{% assign t = '2026-01-15T14:32:45Z' | to_time %}{% background a: {"n": [1, 2.5, true, null, "x"]}, r: nil, t: t %}{% log a, type: 'a' %}{% assign nothing = r | json %}{% log nothing, type: 'r' %}{% log t, type: 't' %}{% endbackground %}"#,
        has: &[r#"a: {"n":[1,2.5,true,null,"x"]}"#, "r: null", "t: 2026-01-15T14:32:45"],
        ..CASE
    }]);
}

#[test]
fn examples_of_the_manual_pages_run() {
    check(&[
        Case {
            name: "order with literal text",
            page: "{% assign order = {\"customer_id\": 1, \"total\": 12} %}{% background delay: 0, priority: 'high', max_attempts: 3 %}{% assign id = order.customer_id %}{% assign amount = order.total %}Processing ${{ amount }} for {{ id }}{% log amount %}{% endbackground %}",
            has: &["info: 12", "(attempt 1/3) - SUCCESS"],
            ..CASE
        },
        Case {
            name: "nested includes share the job's variables",
            page: "{% assign order = {\"id\": 4} %}{% background %}{% include 'outer', order_id: order.id, amount: 10, currency: 'USD', method: 'card' %}{% endbackground %}",
            files: &[
                ("app/lib/outer.liquid", "{% include 'inner' %}"),
                (
                    "app/lib/inner.liquid",
                    "{% log \"{{ order_id }} {{ amount }} {{ currency }} {{ method }}\" %}",
                ),
            ],
            has: &["info: 4 10 USD card"],
            ..CASE
        },
        Case {
            name: "two collections",
            page: "{% assign a_list = [1,2] %}{% assign settings = {\"k\": \"v\"} %}{% background %}{% include 'echo', a: a_list, b: settings %}{% endbackground %}",
            files: &[ECHO],
            has: &["a: [1,2]", r#"b: {"k":"v"}"#],
            ..CASE
        },
        Case {
            name: "only text",
            page: "{% background source_name: 't' %}Just text{% endbackground %}",
            has: &["background job: t (attempt 1/1) - SUCCESS"],
            ..CASE
        },
        Case {
            name: "a filter in log",
            page: "{% assign user = {\"name\": \"Bob\"} %}{% background %}{% assign username = user.name %}{% log \"User: \" | append: username %}{% endbackground %}",
            has: &["info: User: Bob"],
            ..CASE
        },
        Case {
            name: "batches",
            page: "{% assign data_batches = [[1,2],[3]] %}{% for batch in data_batches %}{% background source_name: 'process_batch' %}{% include 'echo', a: batch %}{% endbackground %}{% endfor %}",
            files: &[ECHO],
            has: &["a: [1,2]", "a: [3]"],
            ..CASE
        },
        Case {
            name: "staggered by the loop",
            page: "{% for n in (1..2) %}{% background source_name: 's', delay: forloop.index %}x{% endbackground %}{% endfor %}",
            has: &[
                "background job: s - QUEUED (default, in 1m)",
                "background job: s - QUEUED (default, in 2m)",
            ],
            ..CASE
        },
        Case {
            name: "a delay computed from two times",
            page: "{% assign later = 1700000090 %}{% assign now = 1700000000 %}{% assign seconds = later | minus: now %}{% assign minutes = seconds | divided_by: 60.0 %}{% background source_name: 's', delay: minutes %}x{% endbackground %}",
            has: &["background job: s - QUEUED (default, in 1m30s)"],
            ..CASE
        },
        Case {
            name: "a chain of delays",
            page: "{% background source_name: 'now', delay: 0 %}{% endbackground %}{% background source_name: 'soon', delay: 1 %}{% endbackground %}{% background source_name: 'tomorrow', delay: 1440 %}{% endbackground %}",
            has: &[
                "background job: now - QUEUED (default)",
                "background job: soon - QUEUED (default, in 1m)",
                "background job: tomorrow - QUEUED (default, in 24h)",
            ],
            ..CASE
        },
        Case {
            name: "a batch handler with its capture closed",
            page: "{% assign items = [{\"id\":1},{\"id\":2}] %}{% background %}{% capture batch_items %}{% for item in items %}[{{ item.id }}]{% endfor %}{% endcapture %}{% log batch_items %}{% endbackground %}",
            has: &["info: [1][2]"],
            ..CASE
        },
        Case {
            name: "a command's result is the body's own",
            page: "{% assign user_id = 3 %}{% background priority: 'low', max_attempts: 3 %}{% function result = 'lib/commands/reports/create', user_id: user_id %}{% if result.valid != true %}{% log result.errors %}{% endif %}{% endbackground %}",
            files: &[(
                "app/lib/commands/reports/create.liquid",
                "{% assign r = {\"valid\": false, \"errors\": \"\"} %}{% assign r.errors = user_id %}{% return r %}",
            )],
            has: &["info: 3"],
            ..CASE
        },
        Case {
            name: "a query is handed an outer variable",
            page: "{% assign email = 'a@example.test' %}{% background source_name: 'mail', delay: 0, priority: 'default', max_attempts: 1 %}{% graphql g = 'echo', name: email %}{% log g.constant_set.value %}{% endbackground %}",
            files: &[CONSTANT],
            has: &["info: a@example.test", "background job: mail (attempt 1/1) - SUCCESS"],
            ..CASE
        },
        Case {
            name: "a result with errors is logged and fails nothing where errors are not raised",
            page: "{% assign product = {\"id\": 4} %}{% background source_name: 'sync' %}{% graphql result = 'echo', product_id: product.id %}{% if result.errors %}{% log result.errors, type: 'error' %}{% endif %}{% endbackground %}[{{ result }}]",
            files: &[CONSTANT, ("app/config.yml", "liquid_raise_mode: false\n")],
            has: &[
                "error: [{\"message\":\"Variable $name of type String!",
                "background job: sync (attempt 1/1) - SUCCESS",
            ],
            ..CASE
        },
        Case {
            name: "a query that fails fails its job",
            page: "{% background source_name: 'sync' %}{% graphql result = 'echo' %}{% endbackground %}",
            files: &[CONSTANT],
            has: &["background job: sync (attempt 1/1) - FAILED", "Variable $name of type String!"],
            exit: 1,
            ..CASE
        },
        Case {
            name: "a capture and a query written in the body, with an argument",
            page: "{% assign currency = 'EUR' %}{% background priority: 'high', source_name: \"update-currency-rates\", currency: currency %}{% capture name %}rate_{{ currency }}{% endcapture %}{% graphql g, name: name %}mutation ($name: String!) { constant_set(name: $name, value: \"1.1\") { name } }{% endgraphql %}{% log g.constant_set.name %}{% endbackground %}",
            has: &["info: rate_EUR", "background job: update-currency-rates - QUEUED (high)"],
            ..CASE
        },
        Case {
            name: "a webhook that is not there",
            page: "{% background max_attempts: 2, source_name: 'webhook_handler' %}{% include 'echo', a: webhook.event_type, b: webhook.data %}{% endbackground %}",
            files: &[ECHO],
            has: &["a:", "b:", "background job: webhook_handler (attempt 1/2) - SUCCESS"],
            ..CASE
        },
        Case {
            name: "a whole block inside {% liquid %}",
            page: "{% liquid\n  assign email = 'a@example.test'\n  background source_name: 'mail', max_attempts: 2\n    include 'echo', a: email\n  endbackground\n%}",
            files: &[ECHO],
            has: &["a: a@example.test", "background job: mail (attempt 1/2) - SUCCESS"],
            ..CASE
        },
        Case {
            name: "a test run under its own label",
            page: "{% assign test_name = 'one' %}{% background source_name: \"liquid_tests\", test_name: test_name %}{% include 'modules/tests/commands/run' %}{% endbackground %}",
            files: &[("modules/tests/public/lib/commands/run.liquid", "{% log test_name %}")],
            has: &["info: one", "background job: liquid_tests (attempt 1/1) - SUCCESS"],
            ..CASE
        },
        Case {
            name: "return after the tag",
            page: "{% background delay: 10, source_name: 'later', message_id: 1 %}x{% endbackground %}{% return 'scheduled' %}never",
            has: &["background job: later - QUEUED (default, in 10m)"],
            ..CASE
        },
        Case {
            name: "a module's partial in a quarter of a minute",
            page: "{% assign object = {} %}{% background _ = 'modules/payments/update_transaction_status', object: object, delay: 0.25 %}",
            files: &[("modules/payments/public/lib/update_transaction_status.liquid", "x")],
            has: &["background job: modules/payments/update_transaction_status - QUEUED (default, in 15s)"],
            ..CASE
        },
    ]);
}

#[test]
fn malformed_tags_are_syntax_errors_with_their_line() {
    let cases = [
        ("\n{% background task: 'x' %}text", ":2:", "'background' tag was never closed"),
        ("{% background source_name: 'job' %}...{% endcomment %}", ":1:", "endcomment"),
        ("{% capture batch_items %}[{{ item.id }}{% endcomment %}", ":1:", "endcomment"),
        (
            "\n\n{% background priority:'low', source_name: \"long-running-job %}x{% endbackground %}",
            ":3:",
            "never closed",
        ),
        ("{% background task: 'a', user_id: x %}", ":1:", "'background' tag was never closed"),
        ("{% background %}\n{% if x %}y{% endbackground %}", ":2:", "endbackground"),
        ("{% function name %}x{% endfunction %}", ":1:", "function"),
    ];
    for (page, place, words) in cases {
        let app = Project::of(&[(PAGE, page)]).serve(&[]);
        let plain = [("accept", "text/plain")];
        let answer = app.browser().send("GET", "/", &plain, Vec::new()).has_status(500).text();
        assert!(answer.contains(&format!("app/views/pages/index.liquid{place}")), "{page}: {answer}");
        assert!(answer.contains(words), "{page}: {answer}");
        assert!(app.stderr().iter().any(|line| line.contains(words)), "{page}: {:?}", app.stderr());
    }
}

#[test]
fn low_and_default_jobs_leave_a_worker_for_high_ones() {
    let page = "{% background source_name: 'low', priority: 'low' %}x{% endbackground %}{% background source_name: 'default' %}x{% endbackground %}{% background source_name: 'high', priority: 'high' %}x{% endbackground %}";
    let lines = lines(&run(&Case { page, args: &["--workers", "1"], ..CASE }).exits(0));
    let attempts: Vec<&str> = lines
        .iter()
        .filter_map(|line| {
            line.strip_prefix("background job: ")?.split_once(" (attempt").map(|(name, _)| name)
        })
        .collect();
    assert_eq!(attempts, ["high", "default", "low"]);
}

/// Runs each case and compares; all failures are shown together.
fn check(cases: &[Case<'_>]) {
    let mut failures = String::new();
    for case in cases {
        let finished = run(case);
        let lines = lines(&finished);
        let missing: Vec<_> = case.has.iter().filter(|text| !any(&lines, text)).collect();
        let surplus: Vec<_> = case.has_not.iter().filter(|text| any(&lines, text)).collect();
        if !missing.is_empty() || !surplus.is_empty() || finished.code() != Some(case.exit) {
            failures += &format!("{}: missing {missing:?}, surplus {surplus:?}\n{finished}\n", case.name);
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// A text that ends with a colon is a whole line (an empty message); any other may stand anywhere in one.
fn any(lines: &[String], text: &str) -> bool {
    lines.iter().any(|line| if text.ends_with(':') { line.trim_end() == text } else { line.contains(text) })
}

fn run(case: &Case<'_>) -> Finished {
    let project = Project::of(case.files);
    project.write(PAGE, case.page);
    let visit: &[&str] = if case.args.contains(&"--visit") { &[] } else { &["--visit", "/"] };
    let args = ["run", "--port", "0", "--ephemeral", "--retry-scale", "0", "--until-idle"];
    project.cli(args.iter().chain(visit).chain(case.args)).run()
}

/// Log lines without their time.
fn lines(finished: &Finished) -> Vec<String> {
    finished
        .lines()
        .iter()
        .filter_map(|line| line.split_once("] "))
        .map(|(_, body)| body.to_owned())
        .collect()
}
