//! The inbox as a whole: rows, files, and those who wait.

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::Map;

use super::{MailFilter, MessageState, NewMessage, Notifications, Sent, SentFilter, SentKind, SentRecord};
use crate::store::{Database, Store};

const CAPTURED: MessageState = MessageState::Captured { refused: None };

struct Fixture {
    inbox: Notifications,
    folder: tempfile::TempDir,
}

impl Fixture {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::memory(Database::Queue).unwrap();
        Self { inbox: Notifications::open(store, folder.path().join("mail")), folder }
    }

    fn capture(&self, id: i64, subject: &str, eml: Option<&[u8]>) {
        let message = NewMessage {
            id,
            subject: subject.to_owned(),
            recipients: vec![format!("A{id}@x.test")],
            ..NewMessage::default()
        };
        let now = Timestamp::from_second(id).unwrap();
        self.inbox.enter(&message, eml, &CAPTURED, now).unwrap();
    }

    fn files(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.folder.path().join("mail")).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }

    fn ids(&self, filter: &MailFilter) -> Vec<String> {
        self.inbox.messages(filter).unwrap().into_iter().map(|message| message.id).collect()
    }
}

fn sent() -> Sent {
    Sent { kind: SentKind::Email, template: None, content: String::new(), options: Map::new() }
}

#[test]
fn job_that_runs_again_changes_its_message_and_is_listed_as_sent_once() {
    let fixture = Fixture::new();
    for subject in ["first", "second"] {
        fixture.capture(7, subject, Some(subject.as_bytes()));
        fixture.inbox.settle(7, &CAPTURED, Some(&sent()), Timestamp::UNIX_EPOCH).unwrap();
    }
    let message = fixture.inbox.message(7).unwrap();
    assert_eq!(message.subject, "second");
    assert_eq!(std::fs::read(message.eml.unwrap()).unwrap(), b"second");
    assert_eq!(fixture.inbox.sent(&SentFilter::default()).unwrap().len(), 1);
    assert_eq!(fixture.files().len(), 1);
}

#[test]
fn message_that_was_handed_on_stays_so() {
    let fixture = Fixture::new();
    let relayed = || (fixture.inbox.is_relayed(7).unwrap(), fixture.inbox.message(7).unwrap().subject);
    fixture.capture(7, "first", None);
    assert_eq!(relayed(), (false, "first".to_owned()));
    fixture.inbox.settle(7, &MessageState::Relayed, Some(&sent()), Timestamp::UNIX_EPOCH).unwrap();
    for state in [CAPTURED, MessageState::SkippedEnabled, MessageState::Failed("late".to_owned())] {
        let message = NewMessage { id: 7, subject: "second".to_owned(), ..NewMessage::default() };
        fixture.inbox.enter(&message, None, &state, Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(relayed(), (true, "first".to_owned()), "{state:?}");
    }
}

#[test]
fn oldest_messages_go_with_their_files() {
    let fixture = Fixture::new();
    fixture.capture(1, "oldest", Some(b"oldest"));
    fixture.capture(2, "old", Some(b"old"));
    for id in 3..=1001 {
        fixture.capture(id, "new", None);
    }
    let ids = fixture.ids(&MailFilter::default());
    assert_eq!((ids.len(), ids.first().unwrap().as_str(), ids.last().unwrap().as_str()), (1000, "1001", "2"));
    assert_eq!(fixture.files().len(), 1);
    assert_eq!(fixture.inbox.clear().unwrap(), 1000);
    assert!(fixture.files().is_empty());
}

#[test]
fn clear_leaves_the_file_of_a_message_that_is_being_entered() {
    let fixture = Fixture::new();
    fixture.capture(1, "there", Some(b"there"));
    let being_entered = ["19700101T000002Z-2.eml", "19700101T000003Z-3.eml.new"];
    for name in being_entered {
        std::fs::write(fixture.folder.path().join("mail").join(name), "").unwrap();
    }
    assert_eq!(fixture.inbox.clear().unwrap(), 1);
    let mut names: Vec<_> = fixture.files().iter().map(|path| path.file_name().unwrap().to_owned()).collect();
    names.sort();
    assert_eq!(names, being_entered);
}

#[test]
fn files_without_a_message_go_when_the_inbox_is_opened() {
    let fixture = Fixture::new();
    fixture.capture(1, "there", Some(b"there"));
    let folder = fixture.folder.path().join("mail");
    for name in ["19700101T000002Z-2.eml", "19700101T000003Z-3.eml.new"] {
        std::fs::write(folder.join(name), "").unwrap();
    }
    let inbox = Notifications::open(fixture.inbox.store.clone(), folder);
    assert_eq!(fixture.files(), [PathBuf::from(inbox.message(1).unwrap().eml.unwrap())]);
}

#[test]
fn newest_thousand_are_listed_as_sent() {
    let fixture = Fixture::new();
    fixture.capture(1, "first", None);
    for id in 1..=1001 {
        let sent = Sent { content: id.to_string(), ..sent() };
        fixture.inbox.settle(id, &CAPTURED, Some(&sent), Timestamp::from_second(id).unwrap()).unwrap();
    }
    let listed = fixture.inbox.sent(&SentFilter::default()).unwrap();
    let content = |record: Option<&SentRecord>| record.unwrap().sent.content.clone();
    assert_eq!(
        (listed.len(), content(listed.first()), content(listed.last())),
        (1000, "1001".into(), "2".into())
    );
    assert_eq!(fixture.ids(&MailFilter::default()), ["1"]);
}

#[test]
fn filter_means_any_recipient_and_a_part_of_the_subject() {
    let fixture = Fixture::new();
    fixture.capture(1, "Hi Ann", None);
    fixture.capture(2, "Bye", None);
    fixture
        .inbox
        .enter(
            &NewMessage { id: 3, ..NewMessage::default() },
            None,
            &MessageState::SkippedTrigger,
            Timestamp::now(),
        )
        .unwrap();
    let text = |text: &str| Some(text.to_owned());
    for (filter, expected) in [
        (MailFilter::default(), &["3", "2", "1"][..]),
        (MailFilter { is_sent: true, ..MailFilter::default() }, &["2", "1"]),
        (MailFilter { to: text("a1@X.*"), ..MailFilter::default() }, &["1"]),
        (MailFilter { to: text("a?@x.test"), limit: Some(1), ..MailFilter::default() }, &["2"]),
        (MailFilter { to: text("x.test"), ..MailFilter::default() }, &[]),
        (MailFilter { subject: text("hi a"), ..MailFilter::default() }, &["1"]),
        (MailFilter { template: text("hi"), ..MailFilter::default() }, &[]),
    ] {
        assert_eq!(fixture.ids(&filter), expected, "{filter:?}");
    }
}

#[test]
fn whoever_waits_is_told_of_the_message_he_means() {
    let fixture = Fixture::new();
    let filter = MailFilter { to: Some("a2@*".to_owned()), ..MailFilter::default() };
    let soon = || Instant::now() + Duration::from_millis(1);
    assert_eq!(fixture.inbox.wait(&filter, soon()).unwrap(), None);
    let waiting = fixture.inbox.clone();
    let waiter = thread::spawn(move || {
        let filter = MailFilter { to: Some("a2@*".to_owned()), ..MailFilter::default() };
        waiting.wait(&filter, Instant::now() + Duration::from_secs(30)).unwrap()
    });
    fixture.capture(1, "another", None);
    fixture.capture(2, "this", None);
    assert_eq!(waiter.join().unwrap().unwrap().subject, "this");
}
