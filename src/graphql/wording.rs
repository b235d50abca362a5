//! What the compiler says of a document, in words of the language and of this program. It speaks of its own tokens, and of
//! fields that do not exist where they are only not supported here.

use super::suggestion;

/// Begins what the parser says; anything else is about what the document means.
const SYNTAX: &str = "syntax error: ";
const TOO_DEEP: &str = "parser recursion limit reached";
/// Of fields, values and fragments within each other.
const TOO_NESTED: &str = "too much recursion";
const NO_SELECTION: &str = "interface, union and object types must have a subselection set";

/// The sentence for a text that is no GraphQL; `None` if `message` is about something else.
pub(super) fn of_syntax(message: &str) -> Option<String> {
    if message == TOO_DEEP {
        return Some("no valid GraphQL: braces lie too deep".to_owned());
    }
    let message = message.strip_prefix(SYNTAX)?;
    let (expected, found) = match message.split_once(", got ") {
        Some((expected, found)) => (expected, Some(found)),
        None => (message, None),
    };
    let expected = match expected.strip_prefix("expected ") {
        Some("R_PAREN") => "expected ')'",
        Some("L_BRACK") => "expected '['",
        Some("R_BRACK") => "expected ']'",
        Some("L_CURLY") => "expected '{'",
        Some("R_CURLY") => "expected '}'",
        Some("COLON") => "expected ':'",
        Some("DOLLAR") => "expected '$'",
        _ => expected,
    };
    Some(match found {
        None => format!("no valid GraphQL: {expected}"),
        Some("EOF") => format!("no valid GraphQL: {expected} before the end"),
        Some(found) => format!("no valid GraphQL: {expected}, not '{found}'"),
    })
}

/// Whether the message may only follow from others.
pub(super) fn is_of_emptied_selection(message: &str) -> bool {
    message == NO_SELECTION
}

/// Whether a value or a variable is of another type than its place wants.
pub(super) fn is_of_type_mismatch(message: &str) -> bool {
    message.starts_with("expected value of type ")
        || message.starts_with("variable `") && message.contains("` cannot be used for argument `")
}

pub(super) fn of_meaning(message: String) -> String {
    if message == NO_SELECTION {
        return "this field has fields of its own: name those you want in braces".to_owned();
    }
    if message == TOO_NESTED {
        return "the document is nested too deep".to_owned();
    }
    suggestion::of(message)
}
