//! Filters as a template sees them: chained, printed and refused, through the real binary.

use serde_json::{Value as Json, json};

use crate::harness::{Cli, Project, TestApp};

/// The output of each template as a text file, or `error: ` and the message.
fn rendered<'t>(templates: impl IntoIterator<Item = &'t str>, format: &str) -> Vec<String> {
    let requests = templates
        .into_iter()
        .map(|template| format!("{}\n", json!({"template": template, "format": format})));
    let finished = Cli::new(["render", "--batch"]).stdin(requests.collect::<String>()).run().exits(0);
    let answers = finished.lines().into_iter().map(|line| serde_json::from_str(line).unwrap());
    let shown = answers.map(|answer: Json| match answer["output"].as_str() {
        Some(output) => output.to_owned(),
        None => format!(
            "error: {}",
            answer["error"]["message"].as_str().unwrap_or(answer["error"].as_str().unwrap_or("?"))
        ),
    });
    shown.collect()
}

#[test]
fn filters_work_one_behind_the_other() {
    let rows = [
        ("{{ 'Lorem ipsum' | gzip_compress | gzip_decompress }}", "Lorem ipsum"),
        ("{{ '<a><b c=\"1\">2</b></a>' | parse_xml | json }}", r#"{"a":[{"b":[{"c":"1","content":"2"}]}]}"#),
        ("{{ '<a><b>2</b></a>' | parse_xml | to_xml }}", "<a>\n  <b>2</b>\n</a>\n"),
        ("{{ 'żółw' | encode: 'UTF-8', 'ISO-8859-2' | encode: 'ISO-8859-2', 'UTF-8' | size }}", "4"),
        ("{{ '500 123 999' | to_mobile_number: 'PL' }}", "+48500123999"),
        ("{% assign v = 'https://vimeo.com/1' | video_params %}{{ v.provider }} {{ v.video_id }}", "Vimeo 1"),
        ("{% assign u = 'curl/8.4.0' | useragent %}{{ u.family }} {{ u.version.major }}", "curl 8"),
        (
            "{% assign d = '2024-01-01' | to_time: 'Pacific Time (US & Canada)' %}{{ d | strftime: '%z' }}",
            "-0800",
        ),
    ];
    let outputs = rendered(rows.map(|(template, _)| template), "txt");
    for ((template, expected), output) in rows.iter().zip(outputs) {
        assert_eq!(output, *expected, "{template}");
    }
}

#[test]
fn markup_of_filters_is_not_escaped_on_a_page() {
    let rows = [
        ("{{ 'x' | url_to_qrcode_svg }}", "<path d=\"M0 0h7v1h-7z"),
        ("{{ 'https://vimeo.com/1' | videoify }}", "<iframe src=\"https://player.vimeo.com/video/1\""),
        ("{{ 'say \"hi\"' | escape_javascript }}", "say \\\"hi\\\""),
        ("{{ '<i>' | append: '' }}", "&lt;i&gt;"),
    ];
    let outputs = rendered(rows.map(|(template, _)| template), "html");
    for ((template, beginning), output) in rows.iter().zip(outputs) {
        assert!(output.starts_with(beginning), "{template}: {output}");
    }
}

#[test]
fn refusals_say_what_was_wrong() {
    let rows = [
        ("{{ 'a' | matches: 'a++' }}", "a possessive quantifier such as `*+` is not supported here"),
        ("{{ 'a' | gzip_decompress }}", "not in gzip format, or cut off"),
        ("{{ '<a>' | parse_xml }}", "the element `a` is not closed"),
        ("{{ 'ftp://x/y' | download_file }}", "the address must begin with http:// or https://"),
        ("{{ 'a' | encode: 'UTF-8' }}", "wrong number of arguments (given 2, expected 3..4)"),
        ("{{ '1' | to_integer }}", "Unknown filter 'to_integer'"),
    ];
    let outputs = rendered(rows.map(|(template, _)| template), "txt");
    for ((template, message), output) in rows.iter().zip(outputs) {
        assert!(output.starts_with("error: ") && output.contains(message), "{template}: {output}");
    }
}

#[test]
fn files_are_downloaded_from_whoever_serves_them() {
    let peer =
        TestApp::of(Project::of(&[("app/views/pages/data.json.liquid", "{\"n\": [1, 2]}")]), None, &[]);
    let url = peer.url().trim_end_matches('/');
    let there =
        format!("{{% assign d = '{url}/data.json' | download_file | parse_json %}}{{{{ d.n | array_sum }}}}");
    let missing = format!("{{{{ '{url}/nope' | download_file }}}}");

    let outputs = rendered([there.as_str(), missing.as_str()], "txt");

    assert_eq!(outputs[0], "3");
    assert!(
        outputs[1].contains(&format!("cannot download '{url}/nope': it answered with status 404")),
        "{outputs:?}"
    );
}
