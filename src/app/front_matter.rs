//! Front matter: the YAML between two `---` lines at the head of a Liquid file. Finds it, and knows which keys a kind of
//! file has, so that a slip of the pen is not silently ignored.

use super::keys::Keys;
use super::kind::{FileKind, Place};
use super::problem::Problem;
use super::yaml::{self, Mapping, Mark};

/// The head of one file.
pub(super) struct FrontMatter<'a> {
    pub(super) keys: Keys<'a>,
    /// Byte offset in the text at which the body begins.
    pub(super) body: usize,
}

/// Where the YAML lies in a text.
struct Fences {
    yaml: std::ops::Range<usize>,
    yaml_line: u32,
    body: usize,
}

impl<'a> FrontMatter<'a> {
    /// Reads the head of `text`, the content of the file at `path`. No head, or one with nothing in it, has no keys.
    pub(super) fn parse(path: &'a str, text: &'a str) -> Result<Self, Problem> {
        let fail = |mark: Mark, message: String| {
            Problem::error(path, message).at(mark.line, mark.col).with_excerpt_of(text)
        };
        let fences = find(text).map_err(|mark| {
            fail(mark, "front matter is opened here and never closed".to_owned())
                .with_hint("add a line `---` behind the last key".to_owned())
        })?;
        let Some(fences) = fences else {
            let body = text.len() - text.trim_start_matches('\u{feff}').len();
            return Ok(Self { keys: Keys::new(path, text, Mapping::new()), body });
        };
        let source = text.get(fences.yaml).unwrap_or_default();
        let node = yaml::parse(source, fences.yaml_line).map_err(|error| {
            fail(error.mark, format!("front matter is no valid YAML: {error}"))
                .with_hint(error.hint.map(str::to_owned))
        })?;
        let mark = node.mark;
        let keys = node
            .into_mapping()
            .ok_or_else(|| fail(mark, "front matter must be lines of `key: value`".to_owned()))?;
        Ok(Self { keys: Keys::new(path, text, keys), body: fences.body })
    }

    /// What others call the file at `place`: its key `name` goes before the file's name; a module's keeps its prefix.
    pub(super) fn name(&self, place: &Place) -> Result<String, Problem> {
        Ok(match (self.keys.filled_text("name")?, &place.module) {
            (Some(name), Some(module)) if !name.starts_with("modules/") => format!("modules/{module}/{name}"),
            (Some(name), _) => name,
            (None, _) => place.name.clone(),
        })
    }

    /// One warning for each key that is given twice or that `kind` does not have.
    pub(super) fn odd_keys(&self, kind: FileKind) -> Vec<Problem> {
        let mut problems = self.keys.repeated();
        problems.extend(known_keys(kind).map_or_else(Vec::new, |known| self.keys.unknown(known)));
        problems
    }
}

/// `Ok(None)` where there is no front matter; the place of the opening line where it is never closed.
fn find(text: &str) -> Result<Option<Fences>, Mark> {
    let opening = text.trim_start_matches(|c: char| c == '\u{feff}' || c.is_whitespace());
    let opening_at = text.len() - opening.len();
    let mut lines = opening.split_inclusive('\n');
    if !lines.next().is_some_and(is_fence) {
        return Ok(None);
    }
    let before = text.get(..opening_at).unwrap_or_default();
    let opening_line = 1 + before.matches('\n').count();
    let opening_line = u32::try_from(opening_line).unwrap_or(u32::MAX);
    let yaml_at = opening_at + opening.find('\n').map_or(opening.len(), |at| at + 1);
    let mut line_at = yaml_at;
    for line in lines {
        let next_at = line_at + line.len();
        if is_fence(line) {
            let yaml_line = opening_line.saturating_add(1);
            return Ok(Some(Fences { yaml: yaml_at..line_at, yaml_line, body: next_at }));
        }
        line_at = next_at;
    }
    Err(Mark { line: opening_line, col: 1 })
}

/// Three dashes from the first column on, nothing behind them.
fn is_fence(line: &str) -> bool {
    line.trim_end() == "---"
}

/// `None` where the app may use keys of its own.
fn known_keys(kind: FileKind) -> Option<&'static [&'static str]> {
    Some(match kind {
        FileKind::Page => &[
            "slug",
            "method",
            "metadata",
            "layout",
            "layout_name",
            "redirect_to",
            "redirect_url",
            "redirect_code",
            "format",
            "authorization_policies",
            "response_headers",
            "converter",
            "subdomain",
            "max_deep_level",
            "searchable",
            "static_cache",
            "dynamic_cache",
            "cache_for",
            "enable_profiler",
            "require_verified_user",
            "admin_page",
            "handler",
            "default_layout",
            "metadata_title",
            "name",
        ],
        FileKind::Layout => &["metadata", "converter", "name"],
        FileKind::Partial => &["metadata", "converter", "path", "name"],
        FileKind::Policy => &["name", "redirect_to", "http_status", "flash_alert", "metadata"],
        FileKind::Email => &[
            "name",
            "to",
            "from",
            "reply_to",
            "cc",
            "bcc",
            "subject",
            "layout",
            "layout_path",
            "delay",
            "enabled",
            "trigger_condition",
            "locale",
            "attachments",
            "unique_args",
            "forced",
            "metadata",
        ],
        FileKind::Form => &[
            "name",
            "resource",
            "resource_owner",
            "base_form",
            "fields",
            "configuration",
            "default_payload",
            "redirect_to",
            "return_to",
            "flash_alert",
            "flash_notice",
            "request_allowed",
            "spam_protection",
            "authorization_policies",
            "callback_actions",
            "async_callback_actions",
            "email_notifications",
            "sms_notifications",
            "api_call_notifications",
            "live_reindex",
            "metadata",
        ],
        FileKind::ApiCall => &[
            "name",
            "to",
            "request_type",
            "request_headers",
            "headers",
            "callback",
            "delay",
            "enabled",
            "trigger_condition",
            "locale",
            "format",
            "metadata",
        ],
        FileKind::Sms => {
            &["name", "to", "content", "delay", "enabled", "trigger_condition", "locale", "metadata"]
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::app::Excerpt;

    #[test]
    fn head_and_body_are_told_apart() {
        let cases = [
            ("Hi", json!({}), "Hi"),
            ("", json!({}), ""),
            ("\u{feff}Hi", json!({}), "Hi"),
            ("---\nslug: a\n---\nHi", json!({"slug": "a"}), "Hi"),
            ("---\r\nslug: a\r\n---\r\nHi", json!({"slug": "a"}), "Hi"),
            ("\u{feff}---\nslug: a\n---\nHi", json!({"slug": "a"}), "Hi"),
            ("\n  \n---\nslug: a\n---  \nHi", json!({"slug": "a"}), "Hi"),
            ("---\n---\nHi", json!({}), "Hi"),
            ("---\nslug: a\n---", json!({"slug": "a"}), ""),
            (
                "---\nslug: a --- b\nmetadata: |\n  ---\n---\nHi",
                json!({"slug": "a --- b", "metadata": "---\n"}),
                "Hi",
            ),
            ("---- no fence\nHi", json!({}), "---- no fence\nHi"),
            ("text\n---\nslug: a\n---\n", json!({}), "text\n---\nslug: a\n---\n"),
        ];
        for (text, keys, body) in cases {
            let head = FrontMatter::parse("p", text).unwrap_or_else(|problem| panic!("{text:?}: {problem}"));
            assert_eq!(Json::Object(head.keys.to_json()), keys, "{text:?}");
            assert_eq!(&text[head.body..], body, "{text:?}");
        }
    }

    #[test]
    fn broken_heads_are_placed() {
        let cases = [
            ("\n---\nslug: a\nHi", "p:2:1: error: front matter is opened here and never closed"),
            ("---", "p:1:1: error: front matter is opened here and never closed"),
            ("---\n- a\n---\n", "p:2:1: error: front matter must be lines of `key: value`"),
            ("---\nslug\n---\n", "p:2:1: error: front matter must be lines of `key: value`"),
        ];
        for (text, expected) in cases {
            let problem = FrontMatter::parse("p", text).err().unwrap();
            assert_eq!(problem.to_string(), expected, "{text:?}");
            assert!(problem.excerpt.is_some());
        }
        let problem = FrontMatter::parse("p", "---\nslug: a\nto: b: c\n---\n").err().unwrap();
        assert_eq!((problem.line, problem.excerpt.as_ref().map(Excerpt::text)), (3, Some("to: b: c")));
    }

    #[test]
    fn unknown_keys_are_named_with_the_nearest_known_one() {
        let head = FrontMatter::parse("p", "---\nslug: a\n  \nlayuot: b\nzzz: 1\n---\n").unwrap();
        let problems = head.odd_keys(FileKind::Page);
        let shown: Vec<_> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["p:4:1: warning: unknown key `layuot`", "p:5:1: warning: unknown key `zzz`",]);
        assert_eq!(problems[0].hint.as_deref(), Some("did you mean `layout`?"));
        assert!(head.odd_keys(FileKind::Migration).is_empty());
    }

    proptest::proptest! {
        #[test]
        fn body_is_the_end_of_any_text(text in "[-\u{feff}a:ł \r\n]{0,40}") {
            if let Ok(head) = FrontMatter::parse("p", &text) {
                assert!(text.get(head.body..).is_some());
            }
        }
    }
}
