//! Patterns for the names of jobs: `send_*`, `lib/commands/*/create`.

use regex::Regex;

/// `*` stands for any characters, `/` included, and `?` for one; everything else for itself. A name must match as a whole.
#[derive(Debug, Clone)]
pub(super) struct Glob(Regex);

impl Glob {
    pub(super) fn parse(pattern: &str) -> Result<Self, regex::Error> {
        let mut regex = String::from(r"(?s)\A");
        for c in pattern.chars() {
            match c {
                '*' => regex.push_str(".*"),
                '?' => regex.push('.'),
                c => regex.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
            }
        }
        regex.push_str(r"\z");
        Regex::new(&regex).map(Self)
    }

    pub(super) fn matches(&self, name: &str) -> bool {
        self.0.is_match(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_whole_names() {
        let cases = [
            ("send_email", "send_email", true),
            ("send_email", "send_email_x", false),
            ("send_email", "Send_email", false),
            ("send_*", "send_email", true),
            ("send_*", "send_", true),
            ("*email*", "send_email_x", true),
            ("lib/*/create", "lib/commands/orders/create", true),
            ("step?", "step1", true),
            ("step?", "stepé", true),
            ("step?", "step", false),
            ("a.b", "axb", false),
            ("(a|b)[0-9]+$", "(a|b)[0-9]+$", true),
            ("*", "line\nbreak", true),
            ("", "", true),
            ("", "x", false),
        ];
        for (pattern, name, expected) in cases {
            assert_eq!(Glob::parse(pattern).unwrap().matches(name), expected, "{pattern:?} {name:?}");
        }
    }
}
