//! The results as JUnit XML, which CI servers show.

use quick_xml::escape::escape;

use super::report::messages;
use crate::protocol::TestOutcome;

/// One suite of all tests; the time of each is not known.
pub(super) fn document(tests: &[TestOutcome], duration_ms: Option<f64>) -> String {
    let failures = tests.iter().filter(|test| !test.success).count();
    let time = duration_ms.map_or_else(String::new, |ms| format!(" time=\"{:.3}\"", ms / 1000.0));
    let cases: String = tests.iter().map(case).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  \
         <testsuite name=\"pos-cli test run\" tests=\"{}\" failures=\"{failures}\" errors=\"0\" skipped=\"0\"{time}>\n\
         {cases}  </testsuite>\n</testsuites>\n",
        tests.len()
    )
}

fn case(test: &TestOutcome) -> String {
    // What the dots of a Java class name divide, others show as a tree.
    let class = test.name.rsplit_once('/').map_or("tests", |(folder, _)| folder).replace('/', ".");
    let assertions = test.assertions.map_or_else(String::new, |count| format!(" assertions=\"{count}\""));
    let head =
        format!("    <testcase classname=\"{}\" name=\"{}\"{assertions}", text(&class), text(&test.name));
    if test.success {
        return format!("{head}/>\n");
    }
    let messages = messages(&test.errors);
    let first = messages.first().map_or("the test failed", String::as_str);
    format!(
        "{head}>\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n",
        text(first),
        text(&messages.join("\n"))
    )
}

/// No control characters: XML has no way to write them.
fn text(text: &str) -> String {
    let is_text = |char: &char| {
        matches!(char, '\n' | '\t') || (!char.is_control() && !matches!(char, '\u{fffe}' | '\u{ffff}'))
    };
    escape(text.chars().filter(is_text).collect::<String>()).into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn hostile_texts_stay_texts() {
        let test = TestOutcome {
            name: "lib/a\"<b>".to_owned(),
            success: false,
            assertions: Some(2),
            errors: json!({ "x": ["]]>\u{1b}[31m & 'y'"] }),
        };
        let expected = "    <testcase classname=\"lib\" name=\"lib/a&quot;&lt;b&gt;\" assertions=\"2\">\n      \
                        <failure message=\"x: ]]&gt;[31m &amp; &apos;y&apos;\">x: ]]&gt;[31m &amp; &apos;y&apos;</failure>\n    \
                        </testcase>\n";
        assert_eq!(case(&test), expected);
    }
}
