//! A problem of the app as people see it: place and message, the line with a caret below the spot, what to do.

use colored::Color as Hue;

use super::tint;
use crate::app::{Problem, Severity};
use crate::logs::{Paint, escape};

/// Several lines, without a line break at the end.
pub(crate) fn report(problem: &Problem, paint: Paint) -> String {
    let mut text = headline(problem, paint);
    if let Some(excerpt) = &problem.excerpt {
        // Line by line: pagers end a colour at the end of its line.
        for line in excerpt.drawn(problem.line).lines() {
            text.push_str(&format!("\n{}", tint(line, Hue::BrightBlack, paint)));
        }
    }
    if let Some(hint) = &problem.hint {
        text.push_str(&format!("\nhint: {}", escape(hint)));
    }
    text
}

/// `path:line:col: error: message`, of which only the severity is coloured.
fn headline(problem: &Problem, paint: Paint) -> String {
    let hue = match problem.severity {
        Severity::Error => Hue::Red,
        Severity::Warning => Hue::Yellow,
        Severity::Note => Hue::BrightBlack,
    };
    let severity = format!("{}:", problem.severity);
    let plain = problem.to_string();
    let plain = escape(&plain);
    match plain.split_once(&format!(": {severity} ")) {
        Some((place, message)) => format!("{place}: {} {message}", tint(&severity, hue, paint)),
        None => plain.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Excerpt;

    fn problem(col: u32, excerpt: &str) -> Problem {
        Problem {
            severity: Severity::Error,
            path: "app/views/pages/index.liquid".to_owned(),
            line: 12,
            col,
            message: "unknown filter `capitalise`".to_owned(),
            excerpt: Some(Excerpt::around(excerpt, col)),
            hint: Some("did you mean `capitalize`?".to_owned()),
        }
    }

    #[test]
    fn the_caret_stands_below_the_spot() {
        insta::assert_snapshot!(report(&problem(6, "\t\t{{ ä | capitalise }}"), Paint::Plain), @r"
        app/views/pages/index.liquid:12:6: error: unknown filter `capitalise`
           |
        12 | 		{{ ä | capitalise }}
           | 		   ^
        hint: did you mean `capitalize`?
        ");
    }

    #[test]
    fn only_the_severity_is_red_and_the_excerpt_dim() {
        let shown = report(&problem(1, "x"), Paint::Colored).replace('\u{1b}', "^");

        assert!(
            shown.starts_with("app/views/pages/index.liquid:12:1: ^[31merror:^[0m unknown filter"),
            "{shown}"
        );
        assert!(shown.contains("^[90m   |^[0m\n^[90m12 | x^[0m\n^[90m   | ^^[0m\nhint:"), "{shown}");
    }

    #[test]
    fn hostile_text_stays_text() {
        let mut hostile = problem(2, "\u{1b}[2J");
        hostile.message = "\u{1b}[31m\nforged: line".to_owned();
        let shown = report(&hostile, Paint::Plain);

        assert!(!shown.contains('\u{1b}'), "{shown}");
        assert_eq!(shown.lines().count(), 5, "{shown}");
    }
}
