//! `--since`, `--until` and `-n` on a real log.

use std::time::Duration;

use clap::Parser;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tempfile::TempDir;

use super::args::Args;
use super::options::Options;
use super::range::Range;
use crate::logs::{self, Entry, LogId, NewEntry, Reader};
use crate::store::{Database, Durability, Store};

#[derive(Debug, Parser)]
struct Line {
    #[command(flatten)]
    args: Args,
}

/// Entries 1 to 1000, one a second from the epoch on. Every tenth is a warning; run was started at 200 and 700.
fn log() -> (TempDir, Reader) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("queue.sqlite3");
    let store = Store::open(&path, Database::Queue, Durability::Normal).unwrap();
    let event = |id: LogId| match id {
        200 | 700 => NewEntry::started("started"),
        id if id % 10 == 0 => NewEntry::log("warning", "w", None).in_trace("t"),
        _ => NewEntry::log("info", "i", None),
    };
    let at = |id: LogId| Timestamp::from_second(id).unwrap();
    let entries: Vec<_> = (1..=1000).map(|id| Entry { id, created_at: at(id), event: event(id) }).collect();
    store.write(|transaction| logs::insert(transaction, &entries)).unwrap();
    (folder, Reader::open(&path).unwrap().unwrap())
}

#[test]
fn since_until_and_the_last_lines_are_found() {
    let (_folder, reader) = log();
    let now =
        (Timestamp::from_second(1000).unwrap() + Duration::from_millis(500)).to_zoned_datetime(TimeZone::UTC);
    let end = LogId::MAX;
    let cases = [
        ("", 0, end),
        ("--since 10s", 990, end),
        ("--since 1970-01-01T00:05:00Z", 299, end),
        ("--since 1971-01-01", 1000, end),
        ("--since last-start", 699, end),
        ("--until last-start", 0, 700),
        ("-n 3", 997, end),
        ("-n 0", 1000, end),
        ("-n 5000", 0, end),
        ("-n 600", 400, end),
        ("-n 3 --level warn", 979, end),
        ("-n 3 --trace t", 979, end),
        ("-n 3 --trace nobody", 0, end),
        ("-n 3 --until last-start", 696, 700),
        ("-n 0 --until last-start", 699, 700),
        ("-n 500 --since last-start", 699, end),
        ("-n 2 -g kind-of-nothing --since 10s", 990, end),
    ];
    for (line, after, before) in cases {
        let words = ["logs"].into_iter().chain(line.split_whitespace());
        let options = Options::new(Line::parse_from(words).args, &now).unwrap();
        let range = Range::find(&options, &reader, |entry| {
            options.filter.passes(entry, || entry.event.message.clone())
        })
        .unwrap();
        assert_eq!(range, Range { after, before }, "{line}");
    }
}
