//! What holds the source together and no compiler checks: which room may use which, which names and sizes a file may
//! have, and where the outside world may be touched.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// A room and those it may use. A new arrow is a change of the design: say why in the commit.
const ARROWS: [(&str, &[&str]); 22] = [
    ("protocol", &[]),
    ("settings", &[]),
    ("store", &[]),
    ("app", &[]),
    ("watch", &[]),
    // Templates, queries and messages get files of the net.
    ("download", &[]),
    // Filters and the rules of forms read the same dialect.
    ("ruby_regex", &[]),
    ("records", &["store"]),
    ("logs", &["store", "protocol"]),
    // The record of a job is the same on the wire, in a list and in the terminal.
    ("jobs", &["store", "logs", "protocol"]),
    // The record of a message is the same on the wire, in a list and in the terminal; a call of an API has its line in the
    // log.
    ("notifications", &["store", "logs", "protocol", "download"]),
    // A job in a list is a record as on the wire.
    ("graphql", &["app", "records", "jobs", "notifications", "protocol", "download", "ruby_regex"]),
    // The stack of an error is part of the log's wire format.
    (
        "liquid",
        &["app", "records", "jobs", "logs", "notifications", "protocol", "graphql", "download", "ruby_regex"],
    ),
    ("check", &["app", "liquid", "graphql"]),
    ("client", &["protocol", "settings"]),
    ("deploy", &["app", "check", "client", "protocol", "watch"]),
    // A file of a release is known by what the app uses it for; the report is the same on the wire.
    ("releases", &["store", "app", "protocol"]),
    // Asked for by the start of a run and by clients of the server alike.
    ("migrations", &["app", "records", "jobs", "logs", "liquid"]),
    (
        "server",
        &[
            "app",
            "records",
            "jobs",
            "logs",
            "notifications",
            "graphql",
            "liquid",
            "migrations",
            "protocol",
            // Clients deploy to it.
            "releases",
        ],
    ),
    (
        "run",
        &[
            "app",
            "check",
            "graphql",
            "jobs",
            "liquid",
            "logs",
            "migrations",
            "notifications",
            "protocol",
            "records",
            "releases",
            "server",
            "store",
            "watch",
        ],
    ),
    (
        "cli",
        &[
            "app",
            "check",
            "client",
            "deploy",
            "jobs",
            "liquid",
            "logs",
            "notifications",
            "protocol",
            "run",
            "settings",
            "store",
        ],
    ),
    ("lib.rs", &[]),
];

/// Most lines a file may have.
const MAX_LINES: usize = 600;
/// Tables and generated data may be longer.
const LONG_FILES: [&str; 0] = [];

/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 9] =
    ["util", "utils", "helper", "helpers", "common", "misc", "types", "manager", "prelude"];

/// What only some places may touch: a pattern, and the paths (from `src/`) that may match it.
const CONFINED: [(&str, &[&str]); 9] = [
    (r"\btokio\b", &["server/", "watch/", "logs/", "run/", "cli/run/"]),
    (r"\brusqlite\b", &["store/", "records/", "jobs/", "logs/", "notifications/", "releases/"]),
    (r"\bliquid_(core|lib)\b", &["liquid/"]),
    (r"\blettre\b", &["notifications/"]),
    (r"\bcolored\b", &["cli/ui/", "logs/format.rs"]),
    (r"\bindicatif\b", &["cli/ui/"]),
    (r"\bio::(stdout|stderr)\b|\be?print(ln)?!", &["cli/ui/"]),
    (r"\benv::|\benv!\(\x22HOME", &["main.rs", "cli/", "settings/"]),
    (r"\bprocess::exit\b", &["main.rs"]),
];

struct File {
    /// From `src/`.
    path: String,
    text: String,
}

impl File {
    /// The room, or the name of a file that is in none.
    fn room(&self) -> &str {
        self.path.split('/').next().unwrap()
    }

    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// The lines of code that ship: without comments, and without the tests at the foot.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let is_test_file = self.path.ends_with("/tests.rs") || self.path.contains("/tests/");
        let foot = self.text.find("#[cfg(test)]\nmod tests {").unwrap_or(self.text.len());
        let numbered = self.text[..foot].lines().enumerate().map(|(index, line)| (index + 1, line));
        numbered.filter(move |(_, line)| !is_test_file && !line.trim_start().starts_with("//"))
    }
}

fn source() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &root, &mut files);
    assert!(files.iter().any(|file| file.path == "main.rs"), "the source was not found");
    files
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<File>) {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            files.push(File { path: name, text: fs::read_to_string(&path).unwrap() });
        }
    }
}

/// Finds the rooms named in a line: `crate::jobs::Queue`, `crate::{client, settings}`.
struct Uses {
    single: Regex,
    group: Regex,
}

impl Uses {
    fn new() -> Self {
        Self {
            single: Regex::new(r"\bcrate::(\w+)").unwrap(),
            group: Regex::new(r"\bcrate::\{([^}]*)").unwrap(),
        }
    }

    fn rooms(&self, line: &str) -> BTreeSet<String> {
        let mut rooms: BTreeSet<String> =
            self.single.captures_iter(line).map(|found| found[1].to_owned()).collect();
        for group in self.group.captures_iter(line) {
            let names = group[1].split(',').filter_map(|name| name.trim().split("::").next());
            rooms.extend(names.filter(|name| !name.is_empty()).map(str::to_owned));
        }
        rooms
    }
}

fn none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n  {}", complaints.join("\n  "));
}

#[test]
fn rooms_are_found_however_they_are_named() {
    for (line, rooms) in [
        ("use crate::jobs::Queue;", &["jobs"] as &[&str]),
        ("use crate::{client, settings::Local};", &["client", "settings"]),
        ("    let x = crate::run::drain(crate::logs::a());", &["logs", "run"]),
        ("use super::run;", &[]),
    ] {
        assert!(Uses::new().rooms(line).iter().eq(rooms), "{line}");
    }
}

#[test]
fn rooms_use_only_the_rooms_they_may() {
    let uses = Uses::new();
    let mut complaints = Vec::new();
    for file in source().iter().filter(|file| file.is_rust() && file.path != "main.rs") {
        let Some((room, allowed)) = ARROWS.iter().find(|(room, _)| *room == file.room()) else {
            complaints.push(format!("src/{}: this room has no arrows in tests/tidy.rs", file.path));
            continue;
        };
        for (number, line) in file.code() {
            for used in
                uses.rooms(line).iter().filter(|used| used != room && !allowed.contains(&used.as_str()))
            {
                complaints.push(format!("src/{}:{number}: {room} may not use {used}", file.path));
            }
        }
    }
    none(&complaints);
}

#[test]
fn the_map_shows_every_room() {
    let files = source();
    let map = &files.iter().find(|file| file.path == "lib.rs").unwrap().text;
    let is_shown =
        |room: &str| [format!("| `{room}` |"), format!("| [`{room}`] |")].iter().any(|row| map.contains(row));
    let rooms = ARROWS.iter().map(|(room, _)| *room).filter(|room| *room != "lib.rs");
    let complaints: Vec<String> =
        rooms.filter(|room| !is_shown(room)).map(|room| format!("src/lib.rs: no row for {room}")).collect();
    none(&complaints);
}

#[test]
fn every_arrow_is_used() {
    let (uses, files) = (Uses::new(), source());
    let mut complaints = Vec::new();
    for (room, allowed) in ARROWS {
        let code = files.iter().filter(|file| file.is_rust() && file.room() == room).flat_map(File::code);
        let used: BTreeSet<String> = code.flat_map(|(_, line)| uses.rooms(line)).collect();
        let unused = allowed.iter().filter(|allowed| !used.contains(**allowed));
        complaints.extend(unused.map(|unused| format!("{room} does not use {unused}: take the arrow away")));
    }
    none(&complaints);
}

#[test]
fn arrows_never_turn_round() {
    for (room, uses) in ARROWS {
        for used in uses {
            let (_, back) = ARROWS.iter().find(|(room, _)| room == used).unwrap();
            assert!(!back.contains(&room), "{room} and {used} use each other");
        }
    }
}

#[test]
fn files_stay_short() {
    let too_long = |file: &&File| file.is_rust() && file.text.lines().count() > MAX_LINES;
    let complaints: Vec<String> = source()
        .iter()
        .filter(too_long)
        .filter(|file| !LONG_FILES.contains(&file.path.as_str()))
        .map(|file| {
            format!("src/{} has {} lines, {MAX_LINES} are allowed", file.path, file.text.lines().count())
        })
        .collect();
    none(&complaints);
}

#[test]
fn files_begin_with_what_they_are_for() {
    let complaints: Vec<String> = source()
        .iter()
        .filter(|file| file.is_rust() && !file.text.starts_with("//! "))
        .map(|file| format!("src/{} does not begin with `//!`", file.path))
        .collect();
    none(&complaints);
}

#[test]
fn names_say_what_is_inside() {
    let is_empty = |name: &str| EMPTY_NAMES.contains(&name.trim_end_matches(".rs"));
    let complaints: Vec<String> = source()
        .iter()
        .filter(|file| file.path.split('/').any(is_empty))
        .map(|file| format!("src/{}: this name says nothing", file.path))
        .collect();
    none(&complaints);
}

#[test]
fn the_outside_is_touched_in_its_places_only() {
    let files = source();
    let mut complaints = Vec::new();
    for (pattern, places) in CONFINED {
        let pattern = Regex::new(pattern).unwrap();
        for file in files.iter().filter(|file| !places.iter().any(|place| file.path.starts_with(place))) {
            for (number, line) in file.code().filter(|(_, line)| pattern.is_match(line)) {
                complaints.push(format!("src/{}:{number}: not here: {}", file.path, line.trim()));
            }
        }
    }
    none(&complaints);
}

#[test]
fn main_stays_a_doorstep() {
    let main = source().into_iter().find(|file| file.path == "main.rs").unwrap();
    assert!(main.text.lines().count() <= 30, "src/main.rs has more than 30 lines");
}
