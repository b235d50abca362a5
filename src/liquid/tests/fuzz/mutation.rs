//! Texts that are almost templates: real files and generated ones with pieces cut out, doubled, moved or put in.

use std::path::Path;

use proptest::prelude::{Strategy, any, prop, prop_oneof};
use proptest::sample::Index;

/// What opens, closes or divides something, and what lies at the edges of the language.
const FRAGMENTS: &[&str] = &[
    "{{",
    "}}",
    "{%",
    "%}",
    "{{-",
    "-}}",
    "{%-",
    "-%}",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "..",
    ".",
    ",",
    ":",
    ";",
    "|",
    "'",
    "\"",
    "\\",
    "#",
    "\n",
    "\r\n",
    " ",
    "-",
    "=",
    "==",
    "<<",
    "<>",
    "?",
    "0",
    "-1.5",
    "99999999999999999999",
    "a",
    "ä",
    "\u{feff}",
    "\0",
    " if a ",
    " else ",
    " endif ",
    " liquid ",
    " comment ",
    " endcomment ",
    " raw ",
    " endraw ",
    " and ",
    " or ",
    " contains ",
    " for i in a ",
    " endfor ",
    " assign a = ",
    " background ",
    " endbackground ",
    " include 'p' ",
    " | ",
    " | json",
    " | append: ",
    " doc ",
    " enddoc ",
    " try ",
    " catch ",
    " endtry ",
    " in ",
    " nil ",
    " blank ",
    "{{ \"{{ a }}\" }}",
    "%",
    "\u{1f600}",
];

#[derive(Debug, Clone)]
enum Change {
    /// A piece becomes a fragment.
    Replace(Index, usize, &'static str),
    Cut(Index, usize),
    Double(Index, usize),
    /// A piece goes elsewhere.
    Move(Index, usize, Index),
}

fn change() -> impl Strategy<Value = Change> {
    let (at, length) = (any::<Index>(), 0..40_usize);
    prop_oneof![
        4 => (at.clone(), 0..6_usize, prop::sample::select(FRAGMENTS))
            .prop_map(|(at, length, with)| Change::Replace(at, length, with)),
        2 => (at.clone(), length.clone()).prop_map(|(at, length)| Change::Cut(at, length)),
        1 => (at.clone(), length.clone()).prop_map(|(at, length)| Change::Double(at, length)),
        1 => (at.clone(), length, at).prop_map(|(at, length, to)| Change::Move(at, length, to)),
    ]
}

/// What `texts` makes, changed a few times.
pub(super) fn changed(texts: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    (texts, prop::collection::vec(change(), 1..8))
        .prop_map(|(text, changes)| changes.iter().fold(text, |text, change| change.apply(text)))
}

impl Change {
    fn apply(&self, mut text: String) -> String {
        match self {
            Self::Replace(at, length, with) => {
                let piece = piece(&text, *at, *length);
                text.replace_range(piece, with);
            }
            Self::Cut(at, length) => text.replace_range(piece(&text, *at, *length), ""),
            Self::Double(at, length) => {
                let piece = piece(&text, *at, *length);
                let copy = text.get(piece.clone()).unwrap_or_default().to_owned();
                text.insert_str(piece.end, &copy);
            }
            Self::Move(at, length, to) => {
                let piece = piece(&text, *at, *length);
                let copy: String = text.drain(piece).collect();
                let to = text.floor_char_boundary(to.index(text.len() + 1));
                text.insert_str(to, &copy);
            }
        }
        text
    }
}

fn piece(text: &str, at: Index, length: usize) -> std::ops::Range<usize> {
    let start = text.floor_char_boundary(at.index(text.len() + 1));
    start..text.floor_char_boundary((start + length).min(text.len()))
}

/// One of the templates below `fixtures/`.
pub(super) fn files() -> impl Strategy<Value = String> {
    prop::sample::select(fixtures())
}

/// Every template of the repository's example apps, the broken ones too.
pub(in crate::liquid) fn fixtures() -> Vec<String> {
    let mut files = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"), &mut files);
    assert!(!files.is_empty(), "there are templates in fixtures/");
    files
}

fn collect(folder: &Path, files: &mut Vec<String>) {
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "liquid") {
            files.push(String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned());
        }
    }
}
