//! A template error: what the platform would say, and where. `message()` is the platform's one line
//! (`Liquid error (lib/pay.liquid:14): timeout`); `report()` adds column, excerpt, caret, hint and the trail of calls.
//! The terminal, the browser, the log and a failed job all show these two.

use std::fmt::{self, Write as _};
use std::sync::Arc;

use super::place::Place;
use crate::app::{Problem, Severity};
use crate::protocol::StackFrame;

pub(crate) type Result<T> = std::result::Result<T, Error>;

/// Longest message in bytes; one that quotes a larger value is cut.
const MAX_TEXT: usize = 4096;

/// A mistake in a template, found by the parser or while rendering; it prints as the platform's one line.
///
/// Boxed: errors are rare, results are everywhere.
#[derive(Debug, Clone)]
pub struct Error(Box<Detail>);

#[derive(Debug, Clone)]
struct Detail {
    kind: Kind,
    /// The Ruby class the platform would show as `err.name`.
    class: &'static str,
    text: String,
    hint: Option<String>,
    place: Option<Place>,
    /// Callers, innermost first: the partial's `include`, then the page's.
    trail: Vec<Frame>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Found by the parser.
    Syntax,
    /// Raised while rendering; `{% try %}` catches it.
    Runtime,
    /// A deadline, fuel, depth or size limit; nothing catches it.
    Limit,
}

/// One file that was being rendered, and the line on which it called the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    /// From the project root.
    pub(crate) path: Arc<str>,
    pub(crate) line: u32,
}

impl Error {
    /// `text` comes without prefix and place: `can't find partial 'x'`.
    pub(crate) fn new(kind: Kind, text: impl Into<String>) -> Self {
        let class = match kind {
            Kind::Syntax => "Liquid::SyntaxError",
            Kind::Runtime | Kind::Limit => "Liquid::Error",
        };
        let mut text = text.into();
        if text.len() > MAX_TEXT {
            text.truncate(text.floor_char_boundary(MAX_TEXT));
            text.push('…');
        }
        Self(Box::new(Detail { kind, class, text, hint: None, place: None, trail: Vec::new() }))
    }

    pub(crate) fn syntax(text: impl Into<String>) -> Self {
        Self::new(Kind::Syntax, text)
    }

    pub(crate) fn runtime(text: impl Into<String>) -> Self {
        Self::new(Kind::Runtime, text)
    }

    /// A value that a filter, a comparison or a loop cannot work with.
    pub(crate) fn argument(text: impl Into<String>) -> Self {
        let mut error = Self::runtime(text);
        error.0.class = "Liquid::ArgumentError";
        error
    }

    pub(crate) fn limit(text: impl Into<String>) -> Self {
        Self::new(Kind::Limit, text)
    }

    /// What to do about it: `did you mean 'capitalize'?`
    #[must_use]
    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// Says where it happened. The innermost place wins: one already known is kept, and `place` is not asked for.
    #[must_use]
    pub(crate) fn at(mut self, place: impl FnOnce() -> Place) -> Self {
        self.0.place.get_or_insert_with(place);
        self
    }

    /// Adds the caller of the file the error comes out of; from the innermost outwards.
    #[must_use]
    pub(crate) fn called_from(mut self, path: &Arc<str>, line: u32) -> Self {
        self.0.trail.push(Frame { path: Arc::clone(path), line });
        self
    }

    pub(crate) fn kind(&self) -> Kind {
        self.0.kind
    }

    /// `Liquid::ArgumentError`
    pub(crate) fn class(&self) -> &'static str {
        self.0.class
    }

    /// Without prefix and place.
    #[cfg(test)]
    pub(crate) fn text(&self) -> &str {
        &self.0.text
    }

    #[cfg(test)]
    pub(crate) fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    pub(crate) fn place(&self) -> Option<&Place> {
        self.0.place.as_ref()
    }

    /// The platform's one line. Paths are the platform's too: without the leading `app/`.
    pub(crate) fn message(&self) -> String {
        let prefix = match self.0.kind {
            Kind::Syntax => "Liquid syntax error",
            Kind::Runtime | Kind::Limit => "Liquid error",
        };
        match &self.0.place {
            Some(place) => {
                let path = place.path.strip_prefix("app/").unwrap_or(&place.path);
                format!("{prefix} ({path}:{}): {}", place.line, self.0.text)
            }
            None => format!("{prefix}: {}", self.0.text),
        }
    }

    /// Several lines for people, without a trailing newline; paths from the project root, so that editors open them.
    pub(crate) fn report(&self) -> String {
        let mut out = String::new();
        self.write_report(&mut out).expect("writing to a String cannot fail");
        out
    }

    fn write_report(&self, out: &mut String) -> fmt::Result {
        match &self.0.place {
            Some(place) => {
                writeln!(out, "{}:{}:{}: error: {}", place.path, place.line, place.col, self.0.text)?;
                out.push_str(&place.excerpt.drawn(place.line));
            }
            None => write!(out, "error: {}", self.0.text)?,
        }
        if let Some(hint) = &self.0.hint {
            write!(out, "\nhint: {hint}")?;
        }
        // An endless recursion is a hundred times the same caller.
        for same in self.0.trail.chunk_by(|a, b| a == b) {
            let Some(caller) = same.first() else { continue };
            write!(out, "\ncalled from {}:{}", caller.path, caller.line)?;
            if same.len() > 1 {
                write!(out, " ({} times)", same.len())?;
            }
        }
        Ok(())
    }

    /// Innermost first: the place itself, then its callers.
    pub(crate) fn stack(&self) -> Vec<StackFrame> {
        let place = self.0.place.iter().map(|place| StackFrame {
            path: place.path.to_string(),
            line: place.line,
            source: Some(place.excerpt.text().trim().to_owned()),
        });
        let callers = self.0.trail.iter().map(|caller| StackFrame {
            path: caller.path.to_string(),
            line: caller.line,
            source: None,
        });
        place.chain(callers).collect()
    }

    /// The error as something wrong in a file of the app.
    pub(crate) fn to_problem(&self) -> Problem {
        let problem = match &self.0.place {
            Some(place) => place.problem(Severity::Error, &*self.0.text),
            None => Problem::error(String::new(), &*self.0.text),
        };
        problem.with_hint(self.0.hint.clone())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Excerpt;

    fn error_in(path: &str, source: &str, offset: u32) -> Error {
        Error::runtime("timeout").at(|| Place::of(&Arc::from(path), source, 1, offset))
    }

    #[test]
    fn message_is_the_platforms_line() {
        assert_eq!(
            error_in("app/lib/pay.liquid", "a\nb\nc", 4).message(),
            "Liquid error (lib/pay.liquid:3): timeout"
        );
        assert_eq!(
            error_in("modules/x/public/lib/a.liquid", "a", 0).message(),
            "Liquid error (modules/x/public/lib/a.liquid:1): timeout"
        );
        assert_eq!(Error::syntax("no").message(), "Liquid syntax error: no");
    }

    #[test]
    fn report_shows_excerpt_hint_and_callers() {
        let error = error_in("app/lib/pay.liquid", "one\n\t{% pay x %}\nthree", 8)
            .with_hint("wait")
            .called_from(&Arc::from("app/views/pages/index.liquid"), 7);

        insta::assert_snapshot!(error.report(), @r"
        app/lib/pay.liquid:2:5: error: timeout
          |
        2 | 	{% pay x %}
          | 	   ^
        hint: wait
        called from app/views/pages/index.liquid:7
        ");
    }

    #[test]
    fn innermost_place_is_kept() {
        let error = error_in("app/inner.liquid", "x", 0)
            .at(|| unreachable!("a known place is not looked up again"))
            .called_from(&Arc::from("app/outer.liquid"), 2);

        let stack: Vec<_> = error.stack().into_iter().map(|frame| (frame.path, frame.line)).collect();

        assert_eq!(stack, [("app/inner.liquid".to_owned(), 1), ("app/outer.liquid".to_owned(), 2)]);
    }

    #[test]
    fn problem_carries_place_and_hint() {
        let problem = error_in("app/a.liquid", "ab", 1).with_hint("do b").to_problem();

        assert_eq!(problem.to_string(), "app/a.liquid:1:2: error: timeout");
        assert_eq!(problem.excerpt.as_ref().map(Excerpt::text), Some("ab"));
        assert_eq!(problem.hint.as_deref(), Some("do b"));
    }
}
