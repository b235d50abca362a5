//! Runs turns: takes what lies on the desk, has it applied in one transaction together with the log rows that wait,
//! and after the commit starts jobs and answers callers.

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use super::clock::Clock;
use super::desk::Desk;
use super::housekeeping::Chores;
use super::id::RANGE;
use super::request::{Baton, Report, Request, Waiting, Word};
use super::shift::Shift;
use super::turn::{self, Answer, Effects, Given};
use super::{Error, JobIds, Options, table};
use crate::logs::{self, Entry, Kind, Log, NewEntry};
use crate::store::{self, Store};

/// Longest nap of the clerk while something is due later. The computer's clock may jump, and timers stand still while a
/// laptop sleeps.
const LONGEST_NAP: Duration = Duration::from_secs(30);

/// How soon a turn that failed is tried again if nobody asks before.
const PAUSE: Duration = Duration::from_secs(1);

/// Log entries kept while the disk fails; beyond, the oldest are given up.
const MOST_UNWRITTEN: usize = 65_536;

#[derive(Debug)]
pub(super) struct Engine {
    pub(super) store: Store,
    pub(super) log: Log,
    pub(super) options: Options,
    pub(super) clock: Clock,
    pub(super) ids: JobIds,
    pub(super) desk: Desk,
    pub(super) shift: Shift,
    pub(super) chores: Chores,
    /// Names this opening of the file.
    pub(super) boot: String,
    /// Jobs whose last attempt failed since it was opened.
    pub(super) died: AtomicU64,
}

/// What the transaction of a turn came to.
enum Verdict {
    /// With whether nothing is queued, running or retrying; `None`: nobody asked.
    Done(Box<Effects>, Option<bool>),
    TakenOver {
        pid: u32,
    },
}

impl Engine {
    /// Returns when a turn has done it, durably.
    pub(super) fn submit(&self, request: Request) -> Result<(), Error> {
        let (answer, baton) = self.desk.ask(request);
        if let Some(baton) = baton {
            self.run_turn(baton);
        }
        loop {
            match answer.recv() {
                Ok(Word::Lead(baton)) => self.run_turn(baton),
                Ok(Word::Done(result)) => return result,
                Err(_) => return Err(Error::Interrupted),
            }
        }
    }

    /// A panic fails the turn, not the queue: the transaction is rolled back and the baton goes on.
    pub(super) fn run_turn(&self, mut baton: Baton) {
        let begun = Instant::now();
        let (waiting, is_watched) = self.desk.begin();
        let ids_reserved = self.ids_to_reserve(baton.ids_reserved);
        let mut entries = mem::take(&mut baton.unwritten);
        let known = entries.len();
        let written = catch_unwind(AssertUnwindSafe(|| {
            self.store.write(|tx| {
                if let Some(pid) = self.other_holder(tx)? {
                    return Ok(Verdict::TakenOver { pid });
                }
                if ids_reserved > baton.ids_reserved {
                    tx.prepare_cached("UPDATE holder SET ids_reserved = ?1")?.execute([ids_reserved])?;
                }
                let given = Given {
                    now: self.clock.now(),
                    retry_scale: self.options.retry_scale,
                    openings: self.shift.openings(),
                    has_backlog: baton.has_backlog,
                    next_due: baton.next_due,
                };
                let mut effects = turn::run(tx, given, waiting.iter().map(|waiting| &waiting.request))?;
                self.take_entries(mem::take(&mut effects.events), &mut entries);
                logs::insert(tx, &entries)?;
                let is_idle = if is_watched { Some(!table::is_busy(tx)?) } else { None };
                Ok(Verdict::Done(Box::new(effects), is_idle))
            })
        }));
        if let Ok(Ok(Verdict::Done(effects, is_idle))) = written {
            if !waiting.is_empty() {
                self.shift.note_turn(begun.elapsed());
            }
            baton.ids_reserved = ids_reserved;
            self.log.publish(entries.split_off(known));
            let report = self.follow_up(&mut baton, waiting, *effects);
            return self.desk.end(baton, Report { is_idle, ..report });
        }
        self.keep_entries(&mut baton, entries, known);
        match written {
            Ok(Ok(Verdict::TakenOver { pid })) => self.give_up(baton, waiting, || Error::TakenOver { pid }),
            Ok(Err(error)) => {
                let error = Arc::new(error);
                self.give_up(baton, waiting, || Error::Store(Arc::clone(&error)));
            }
            _ => self.give_up(baton, waiting, || Error::Interrupted),
        }
    }

    /// What the commit has made true: jobs start, callers are answered.
    fn follow_up(&self, baton: &mut Baton, waiting: Vec<Waiting>, effects: Effects) -> Report {
        let too_late = self.shift.add(effects.claims);
        if !too_late.is_empty() {
            self.desk.leave(Request::Release(too_late));
        }
        self.shift.cancel(&effects.cancelled);
        answer(waiting, effects.answers);
        self.chores.note_turn(effects.ended);
        self.died.fetch_add(effects.died, Ordering::Relaxed);
        baton.has_backlog = effects.has_backlog;
        baton.next_due = effects.next_due;
        let next = effects.next_due.into_iter().chain(effects.next_overdue).min();
        let alarm = next.map(|at| Instant::now() + nap(self.clock.now(), at));
        Report { alarm, ..Report::default() }
    }

    /// Nothing of the turn has happened. Callers are told; what nobody waits for is tried again a little later.
    fn give_up(&self, baton: Baton, waiting: Vec<Waiting>, error: impl Fn() -> Error) {
        let mut postponed = Vec::new();
        for Waiting { request, caller } in waiting {
            match caller {
                // The receiver waits for this word; if its thread has died, nobody needs it.
                Some(caller) => drop(caller.try_send(Word::Done(Err(error())))),
                None => postponed.push(Waiting { request, caller: None }),
            }
        }
        // The alarm looks after the log rows too; a disk that fails must not be asked again and again.
        self.desk.flushed();
        let alarm = Some(Instant::now() + PAUSE);
        self.desk.end(baton, Report { alarm, is_idle: None, postponed });
    }

    /// All entries that wait, the turn's own events last. They are numbered in the order in which they are committed,
    /// so a reader that has seen one has seen all before it.
    fn take_entries(&self, events: Vec<NewEntry>, entries: &mut Vec<Entry>) {
        for event in events {
            self.log.append(event);
        }
        // Before the taking: an entry that comes in between is taken, and costs a needless look at most.
        self.desk.flushed();
        entries.extend(self.log.take_pending());
    }

    /// Keeps for the next turn what this one could not write, but not its own events: they have not happened. The
    /// terminal is shown the others now, since a full disk may never take them.
    fn keep_entries(&self, baton: &mut Baton, mut entries: Vec<Entry>, known: usize) {
        let mut fresh = entries.split_off(known);
        fresh.retain(|entry| entry.event.kind != Kind::Job);
        self.log.publish(fresh.clone());
        entries.extend(fresh);
        entries.drain(..entries.len().saturating_sub(MOST_UNWRITTEN));
        baton.unwritten = entries;
    }

    /// The pid of another process that has opened the file since; only possible if our lock was deleted.
    fn other_holder(&self, db: &Connection) -> rusqlite::Result<Option<u32>> {
        db.prepare_cached("SELECT pid FROM holder WHERE boot <> ?1")?
            .query_row([&self.boot], |row| row.get(0))
            .optional()
    }

    /// Stays half a range ahead of the ids that have been handed out.
    fn ids_to_reserve(&self, reserved: i64) -> i64 {
        let next = self.ids.peek();
        if next + RANGE / 2 > reserved { next + RANGE } else { reserved }
    }

    /// Gives the ids that were not handed out to the next process.
    pub(super) fn return_ids(&self) -> Result<(), store::Error> {
        let next = self.ids.peek();
        self.store.write(|tx| {
            tx.execute("UPDATE holder SET ids_reserved = ?1 WHERE boot = ?2", (next, &self.boot)).map(drop)
        })
    }
}

fn answer(waiting: Vec<Waiting>, answers: Vec<Answer>) {
    for (waiting, answer) in waiting.into_iter().zip(answers) {
        if let Some(caller) = waiting.caller {
            // Fails only if the caller's thread has died; what it asked for is done all the same.
            let _ = caller.try_send(Word::Done(answer.map_err(Error::from)));
        }
    }
}

fn nap(now: Timestamp, until: Timestamp) -> Duration {
    Duration::try_from(now.duration_until(until)).map_or(Duration::ZERO, |nap| nap.min(LONGEST_NAP))
}
