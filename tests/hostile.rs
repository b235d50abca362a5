//! Nothing a template does takes the server down: it ends in an error that names its place, within its time limit and
//! with bounded memory, and the next request is answered.

use std::fmt::Write as _;
use std::thread;

use serde_json::{Value as Json, json};

use crate::harness::{Cli, Project, TestApp};

/// Most memory the server may ever have held: what may be resident when a render is looked at (2 GiB), and what it may
/// build until then (1 GiB).
const MOST_MEMORY: u64 = 3 << 30;

/// Text of 33 MB, in `s`.
const LONG: &str = "{% assign s = 'xyzw' %}{% for i in (1..23) %}{% assign s = s | append: s %}{% endfor %}";

/// A list that would take 4^90 items to print, in `a`.
const LAUGHS: &str = "{% assign a = [1] %}{% for i in (1..90) %}{% assign a = [a, a, a, a] %}{% endfor %}";

/// What grows or nests without end: the page, and what its error says.
const ENDLESS: [(&str, &str); 45] = [
    ("{% include 'include' %}", "over 100 partials"),
    ("{% render 'render' %}", "over 100 partials"),
    ("{% function x = 'function' %}", "over 100 partials"),
    ("{% theme_render_rc 'theme' %}", "over 100 partials"),
    ("{% include 'blocks' %}", "over 1000 blocks"),
    ("{% include 'tables' %}", "over 1000 blocks"),
    ("{% include 'every_block' %}", "over 100 partials"),
    ("{% include 'ranges' %}", "memory limit exceeded"),
    ("{% tablerow i in (1..1000000000) %}{% endtablerow %}", "over 50 MB"),
    ("{% tablerow i in (1..1000000000) cols: 2 %}x{% endtablerow %}", "over 50 MB"),
    ("{% assign s = 'x' %}{% for i in (1..99) %}{% assign s = s | append: s %}{% endfor %}", "over 50 MB"),
    ("{% assign s = 'x' %}{% for i in (1..99) %}{% assign s = s | prepend: s %}{% endfor %}", "over 50 MB"),
    (
        "{% assign s = 'x' %}{% for i in (1..99) %}{% assign s = \"{{ s }}{{ s }}\" %}{% endfor %}",
        "over 50 MB",
    ),
    (
        "{% assign s = 'x' %}{% for i in (1..99) %}{% capture s %}{{ s }}{{ s }}{% endcapture %}{% endfor %}",
        "over 50 MB",
    ),
    ("{% assign s = '\"' %}{% for i in (1..99) %}{% assign s = s | json %}{% endfor %}", "over 50 MB"),
    (
        "{% assign s = 'x' %}{% for i in (1..99) %}{% assign s = s | append: s %}{{ s }}{% endfor %}",
        "over 50 MB",
    ),
    (
        "{% assign s = 'x,x' %}{% for i in (1..99) %}{% assign s = s | split: ',' | join: 'x,x,x' %}{% endfor %}",
        "over 50 MB",
    ),
    ("{% assign a = [1] %}{% for i in (1..99) %}{% assign a = a | concat: a %}{% endfor %}", "over 50 MB"),
    (
        "{% assign a = [1] %}{% for i in (1..99999) %}{% assign b = (1..1000000) | reverse %}{% assign a << b %}{% endfor %}",
        "memory limit exceeded",
    ),
    ("{% assign a = [] %}{% assign a[100000000000] = 1 %}", "over 50 MB"),
    ("{{ 'x' | pad_left: 1000000000000000000 }}", "over 50 MB"),
    ("{{ 1000000000000 | random_string }}", "over 50 MB"),
    ("{{ (1..100000000000) | join }}", "over 50 MB"),
    ("{{ [1, 2] | array_in_groups_of: 1000000000000 }}", "over 50 MB"),
    ("{{ [1, 2] | array_in_groups_of: 0 }}", "group size must be a positive integer"),
    (
        "{% assign n = 12345678901 %}{% for i in (1..99) %}{% assign n = n | times: n %}{% endfor %}",
        "number too large",
    ),
    ("{{ 'now' | add_to_time: 999999999999999, 'y' }}", "date out of range"),
    ("{{ '[' | pad_left: 1000000, '[' | parse_json }}", "recursion limit exceeded"),
    ("{% assign x = 'a' | matches: '((a{1000}){1000}){1000}' %}", "exceeds size limit"),
    ("{% assign p = '(' | pad_left: 9999, '(' %}{{ 'a' | matches: p }}", "cannot use the regular expression"),
    ("{% assign p = 'a' | pad_left: 99999, 'a' %}{{ 'a' | matches: p }}", "regular expression too long"),
    ("{{ 'a' | matches: '(?=a)' }}", "look-ahead"),
    ("{% assign p = 'a' | pad_left: 60000, 'a' %}{{ p | matches: p }}", "exceeds size limit"),
    ("{% assign a = [] %}{% assign a << a %}{{ a | join }}", "flatten recursive array"),
    ("{% assign a = [] %}{% assign a << a %}{{ a | sort }}", "flatten recursive array"),
    ("LONG{% assign x = s | matches: '[xy]*x[xyzw]{300}q' %}", "exceeds size limit"),
    (
        "LONG{% assign a = [] %}{% for i in (1..99999) %}{% assign a << s %}{% endfor %}{{ a | join }}",
        "over 50 MB",
    ),
    (
        "LONG{% assign a = [] %}{% for i in (1..99999) %}{% assign a << s %}{% endfor %}{% assign b = [a] %}{{ b | to_csv }}",
        "over 50 MB",
    ),
    (
        "LONG{% for i in (1..9999) %}{% content_for 'a' %}{{ s }}{% endcontent_for %}{% endfor %}",
        "over 50 MB",
    ),
    ("LONG{% for i in (1..9999) %}{% cache i %}{{ s }}{% endcache %}{% endfor %}", "over 50 MB"),
    (
        "LONG{% assign c = context %}{% assign c.x = s %}{% for i in (1..9999) %}{% background a: 1 %}{% endbackground %}{% endfor %}",
        "memory limit exceeded",
    ),
    (
        "LONG{% assign a = [] %}{% for i in (1..9999) %}{% assign t = s | append: '!' | strip %}{% assign a << t %}{% endfor %}",
        "memory limit exceeded",
    ),
    ("{% assign m = context.page %}{{ context.page.metadata }}", "over 100 partials"),
    (
        "{% log nope.nope %}{% for i in (1..3) %}\n{% cycle 1, %}{{ i | divided_by: 0 }}{% endfor %}",
        "divided by 0",
    ),
    ("{% background a: 1 %}{% endbackground %}{{ 1 | modulo: 0 }}", "divided by 0"),
];

/// What would take for ever: each ends when the time of its request is over.
const SLOW: [&str; 6] = [
    "{% for i in (1..1000000000) %}{% for j in (1..1000000000) %}{% endfor %}{% endfor %}",
    "{% include 'nothing' for (1..1000000) %}{% include 'nothing' for (1..1000000) %}{% for i in (1..100000000000) %}{% endfor %}",
    "LONG{% for i in (1..100000000) %}{% if s contains 'nope' %}{% endif %}{% endfor %}",
    "LONG{% for i in (1..100000000) %}{% assign t = s | upcase %}{% endfor %}",
    "LAUGHS{% for i in (1..100000000) %}{% if a == b %}{% endif %}{% assign b = a | deep_clone %}{% endfor %}",
    "LAUGHS{% for i in (1..100000000) %}{% log a %}{% endfor %}",
];

/// What is odd and yet ends well.
const HARMLESS: [(&str, &str); 14] = [
    (
        "{% assign h = {} %}{% assign h.h = h %}{% assign x = h | hash_add_key: h, h %}{% assign y = h | hash_delete_key: h %}ok",
        "ok",
    ),
    (
        "{% assign h = {} %}{% assign h.h = h %}{% assign g = h | deep_clone %}{% if h != g and h == h %}ok{% endif %}",
        "ok",
    ),
    (
        "{% assign h = {} %}{% assign h.h = h %}{% assign a = [h] %}{% assign a << a %}{% log h %}{% session q = h %}{% export h, namespace: 'x' %}{% background h: h, a: a %}{% endbackground %}ok",
        "ok",
    ),
    ("{% assign a = [] %}{% assign a << a %}{% if a contains a %}ok{% endif %}", "ok"),
    (
        "{% assign a = [] %}{% for i in (1..100000) %}{% assign b = [] %}{% assign b << a %}{% assign a = b %}{% endfor %}ok",
        "ok",
    ),
    (
        "{% assign s = 'x' | pad_left: 1000000 %}{% for i in (1..100000) %}{% assign t = s %}{% endfor %}ok",
        "ok",
    ),
    (
        "{% assign s = 'x' | pad_left: 1000000 %}{% assign a = [] %}{% for i in (1..100000) %}{% assign a << s %}{% endfor %}{{ a.size }}",
        "100000",
    ),
    ("{% for i in (1..1000000000) reversed limit: 2 %}{{ i }}{% endfor %}", "21"),
    ("{{ 'abc' | truncate: 1000000000000000000 }}{{ 'abc' | slice: 0, 1000000000000000000 }}", "abcabc"),
    ("{% assign s = 'now' | strftime: '%999999999d' %}{{ s | size }}", "100"),
    ("{% assign s = 1 | advanced_format: '%999999999d' %}{{ s | size }}", "200"),
    ("{{ 'a' | date: '%Y' }}{{ '999999999999-01-01' | date: '%Y' }}", "a999999999999-01-01"),
    ("{% assign s = '<' | pad_left: 500000, '<' %}{{ s | strip_html | size }}", "500000"),
    ("{{ 'k' | translate: default: 'a', k: 'b' }}", "a"),
];

const PARTIALS: [(&str, &str); 9] = [
    ("include", "{% include 'include' %}"),
    ("render", "{% render 'render' %}"),
    ("function", "{% function x = 'function' %}"),
    ("theme", "{% theme_render_rc 'theme' %}"),
    (
        "blocks",
        "{% if true %}{% for i in (1..2) %}{% unless false %}{% case 1 %}{% when 1 %}{% if true %}{% for i in (1..2) %}{% unless false %}{% case 1 %}{% when 1 %}{% if true %}{% include 'blocks' %}{% endif %}{% endcase %}{% endunless %}{% endfor %}{% endif %}{% endcase %}{% endunless %}{% endfor %}{% endif %}",
    ),
    (
        "tables",
        "{% tablerow i in (1..2) %}{% tablerow i in (1..2) %}{% tablerow i in (1..2) %}{% tablerow i in (1..2) %}{% tablerow i in (1..2) %}{% tablerow i in (1..2) %}{% tablerow i in (1..2) %}{% tablerow i in (1..2) %}{% tablerow i in (1..2) %}{% tablerow i in (1..2) %}{% render 'tables' %}{% endtablerow %}{% endtablerow %}{% endtablerow %}{% endtablerow %}{% endtablerow %}{% endtablerow %}{% endtablerow %}{% endtablerow %}{% endtablerow %}{% endtablerow %}",
    ),
    (
        "every_block",
        "{% try %}{% cache nil %}{% transaction %}{% content_for 'x' %}{% ifchanged %}{% parse_json a %}{% capture b %}{% function c = 'every_block' %}{% endcapture %}{% endparse_json %}{% endifchanged %}{% endcontent_for %}{% endtransaction %}{% endcache %}{% catch e %}{% endtry %}",
    ),
    ("ranges", "{% include 'ranges' for (1..1000000) %}"),
    ("nothing", ""),
];

/// An app of these pages, numbered from `/0` on, and a `/` that always answers.
fn app<'a>(pages: impl IntoIterator<Item = &'a str>) -> TestApp {
    let project = Project::of(&[("app/views/pages/index.liquid", "alive")]);
    for (name, text) in PARTIALS {
        project.write(&format!("app/views/partials/{name}.liquid"), text);
    }
    for (number, page) in pages.into_iter().enumerate() {
        let text = page.replace("LONG", LONG).replace("LAUGHS", LAUGHS);
        let head = "---\nmetadata:\n  me: '{{ context.page.metadata }}'\n---\n";
        project.write(&format!("app/views/pages/{number}.liquid"), format!("{head}{text}"));
    }
    project.serve(&[])
}

/// A number of bytes from `/proc/<pid>/status`.
#[cfg(target_os = "linux")]
fn memory(pid: u32, field: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(field)).unwrap();
    line.trim_matches([':', ' ', '\t', 'k', 'B']).parse::<u64>().unwrap() * 1024
}

#[test]
fn what_grows_or_nests_without_end_is_an_error_with_its_place() {
    let app = app(ENDLESS.iter().map(|(page, _)| *page));
    for (number, (page, says)) in ENDLESS.iter().enumerate() {
        let answer = app.get(&format!("/{number}"));
        let (status, answer) = (answer.status, answer.text());
        // On a slow machine the time may be over before.
        assert!(status == 504 || (status == 500 && answer.contains(says)), "{page}: {status} {answer:.900}");
        assert!(answer.contains(".liquid:"), "no place: {page}: {answer:.500}");
        assert_eq!(app.get("/").text(), "alive", "after {page}");
    }
    #[cfg(target_os = "linux")]
    {
        let most = memory(app.pid(), "VmHWM");
        assert!(most < MOST_MEMORY, "the server held {most} bytes");
    }
}

#[test]
fn what_takes_for_ever_ends_with_the_time_of_its_request() {
    let app = app(SLOW);
    thread::scope(|scope| {
        let (app, pages) = (&app, 0..SLOW.len());
        let answers: Vec<_> =
            pages.map(|number| scope.spawn(move || app.new_browser().get(&format!("/{number}")))).collect();
        assert_eq!(app.get("/").text(), "alive", "while the others run");
        for (page, answer) in SLOW.iter().zip(answers) {
            let answer = answer.join().unwrap();
            assert_eq!(answer.status, 504, "{page}: {:.500}", answer.text());
            assert!(answer.text().contains("timeout: the time limit is over"), "{page}");
        }
    });
    assert_eq!(app.get("/").text(), "alive");
}

#[test]
fn what_is_odd_and_bounded_renders() {
    let app = app(HARMLESS.iter().map(|(page, _)| *page));
    for (number, (page, output)) in HARMLESS.iter().enumerate() {
        let answer = app.get(&format!("/{number}"));
        assert_eq!((answer.status, answer.text().trim()), (200, *output), "{page}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn what_contains_itself_is_freed_with_its_page() {
    let circles = "{% assign s = 'x' | pad_left: 100000 %}{% assign h = {} %}{% assign h.s = s %}\
                   {% assign h.h = h %}{% assign a = [h] %}{% assign h.a = a %}{% assign a << a %}ok";
    let app = app([circles]);
    let warm = |times: usize| (0..times).for_each(|_| assert_eq!(app.get("/0").text().trim(), "ok"));
    warm(100);
    let before = memory(app.pid(), "VmRSS");
    warm(1000);
    let after = memory(app.pid(), "VmRSS");
    // Were they kept, it would be 100 MB more.
    assert!(after < before + (32 << 20), "{before} bytes, then {after}");
}

#[test]
fn job_of_a_hostile_template_fails_and_its_worker_lives() {
    let pages = [
        "{% background source_name: 'deep' %}{% include 'include' %}{% endbackground %}",
        "{% background source_name: 'large' %}\n{% assign s = 'x' %}{% for i in (1..99) %}{% assign s = s | append: s %}{% endfor %}{% endbackground %}",
        "{% background source_name: 'circle' %}{% assign a = [] %}{% assign a << a %}{{ a | join }}{% endbackground %}",
        "{% background source_name: 'again', n: 0 %}{% background x = 'enqueue' %}{% endbackground %}",
    ];
    let project = Project::of(&[("app/lib/enqueue.liquid", "{% background x = 'enqueue' %}")]);
    for (number, page) in pages.iter().enumerate() {
        project.write(&format!("app/views/pages/{number}.liquid"), page);
    }
    project.write("app/views/partials/include.liquid", "{% include 'include' %}");
    project.write("app/views/pages/well.liquid", "{% background source_name: 'well' %}{% endbackground %}");
    let app = project.serve(&["--workers", "1"]);
    for (number, fails) in [
        "deep (attempt 1/1) - FAILED",
        "large (attempt 1/1) - FAILED",
        "circle (attempt 1/1) - FAILED",
        // The tenth job within a job is the last.
        "enqueue (attempt 1/1) - FAILED",
    ]
    .iter()
    .enumerate()
    {
        app.get(&format!("/{number}")).has_status(200);
        let line = app.wait_for_log(fails);
        assert!(line.contains(".liquid:"), "no place: {line}");
    }
    app.get("/well").has_status(200);
    app.wait_for_log("well (attempt 1/1) - SUCCESS");
    app.wait_until_idle();
}

/// A file, and whether it compiles; one that does not is reported with its line.
fn sources() -> Vec<(&'static str, Vec<u8>, Option<&'static str>)> {
    let many = |piece: &str, times: usize| piece.repeat(times);
    vec![
        ("blocks", many("{% if true %}", 100_000).into(), Some("blocks.liquid:1:")),
        ("closed_blocks", (many("{% if a %}", 50_000) + &many("{% endif %}", 50_000)).into(), Some(":1:")),
        ("liquids", ("{% ".to_owned() + &many("liquid ", 100_000) + "%}").into(), Some("liquids.liquid:1:")),
        (
            "statements",
            ("{% liquid\n".to_owned() + &many("if a\n", 1000) + "%}").into(),
            Some("statements.liquid:101:"),
        ),
        ("brackets", ("{% assign a = ".to_owned() + &many("[", 1_000_000) + " %}").into(), Some(":1:")),
        ("braces", ("{% assign a = ".to_owned() + &many("{\"a\":", 300_000) + " %}").into(), Some(":1:")),
        ("ranges", ("{% assign a = ".to_owned() + &many("(", 300_000) + " %}").into(), Some(":1:")),
        (
            "interpolated",
            ("{% assign a = \"".to_owned() + &many("{{ \"", 100_000) + "\" %}").into(),
            Some(":1:"),
        ),
        (
            "condition",
            ("{% if a".to_owned() + &many(" or a", 100_000) + " %}{% endif %}").into(),
            Some(":1:"),
        ),
        ("digits", ("{{ ".to_owned() + &many("1", 1_000_000) + " }}").into(), Some(":1:")),
        ("unclosed_output", many("{{ a\n", 100_000).into(), Some("unclosed_output.liquid:1:1")),
        ("unclosed_tag", many("{% a\n", 100_000).into(), Some("unclosed_tag.liquid:1:1")),
        ("unclosed_raw", many("{% raw %}\n", 10_000).into(), Some("unclosed_raw.liquid:1:1")),
        ("unclosed_comment", many("{% comment %}\n", 10_000).into(), Some("unclosed_comment.liquid:1:1")),
        ("not_utf8", b"a\n\xff\xfe{{ a }}".to_vec(), Some("not_utf8.liquid:2:1")),
        ("path", ("{{ a".to_owned() + &many(".a", 2_000_000) + " }}").into(), None),
        ("filters", ("{{ 1".to_owned() + &many(" | plus: 1", 300_000) + " }}").into(), None),
        ("cycle", ("{% cycle ".to_owned() + &many("1, ", 100_000) + "1 %}").into(), None),
        (
            "literal",
            ("{% assign a = [1".to_owned() + &many(", 1", 500_000) + "] %}{{ a.size }}").into(),
            None,
        ),
        ("terms", ("{% if a".to_owned() + &many(" or a", 499) + " %}{% endif %}").into(), None),
        (
            "deepest",
            (many("{% if true %}", 99)
                + "{% assign a = "
                + &many("[", 99)
                + &many("]", 99)
                + " %}"
                + &many("{% endif %}", 99))
                .into(),
            None,
        ),
        ("nul", b"a\0{{ 'b' }}\0{%\0if true\0%}c{% endif %}".to_vec(), None),
        ("bom", b"\xef\xbb\xbfa\r\n{% if true %}\r\nb{% endif %}\r\n".to_vec(), None),
        ("huge", many("x", 50_000_000).into(), Some("the limit is 4194304")),
        ("empty", Vec::new(), None),
    ]
}

#[test]
fn source_of_any_size_and_shape_is_compiled_or_refused_with_its_place() {
    let project = Project::of(&[("app/views/pages/index.liquid", "alive")]);
    for (name, text, _) in sources() {
        project.write(&format!("app/views/pages/{name}.liquid"), text);
    }
    let finished = project.cli(["check"]).run().exits(1);
    let report = &finished.stdout;
    for (name, _, place) in sources() {
        let line =
            report.lines().find(|line| line.contains(&format!("/{name}.liquid:")) && line.contains("error"));
        match (line, place) {
            (Some(line), Some(place)) => assert!(line.contains(place), "{name}: {line:.300}"),
            (None, None) => {}
            (line, _) => panic!("{name}: {line:?}"),
        }
    }
    let app = project.serve(&[]);
    for (name, _, place) in sources() {
        let answered = app.get(&format!("/{name}")).status == 200;
        assert_eq!(answered, place.is_none(), "{name}");
    }
    assert_eq!(app.get("/").text(), "alive");
}

#[test]
fn requests_of_a_batch_that_nest_or_grow_without_end_are_answered() {
    let deep = "[".repeat(1_000_000) + &"]".repeat(1_000_000);
    let nested = (0..120).fold(json!(1), |inner, _| json!([inner]));
    let mut input = String::new();
    writeln!(input, "{{\"template\":\"x\",\"data\":{{\"a\":{deep}}}}}").unwrap();
    for request in [
        json!({"template": "{{ a }}{{ a | json }}{% print a %}", "data": {"a": nested}}),
        json!({"template": "{{ a }}".repeat(10_000), "data": {"a": "x".repeat(10_000)}}),
        json!({"template": "{% include 'a' %}", "templates": {"a": "{% include 'b' %}", "b": "{% include 'a' %}"}}),
        json!({"template": "{% include 'a' %}", "templates": {"a": "{% if true %}".repeat(1000)}}),
        json!({"template": "alive"}),
    ] {
        writeln!(input, "{request}").unwrap();
    }
    let finished = Cli::new(["render", "--batch"]).stdin(input).run().exits(0);
    let answers: Vec<Json> =
        finished.lines().into_iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let errors: Vec<bool> = answers.iter().map(|answer| answer.get("error").is_some()).collect();
    assert_eq!(errors, [true, false, true, true, true, false]);
    assert_eq!(answers.last().unwrap(), &json!({"output": "alive"}));
}
