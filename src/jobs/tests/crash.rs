//! What a killed process leaves behind. Its files are copied while it runs: that is what the next process finds.

use super::*;
use crate::jobs::claim::{Ack, Claim, End};
use crate::jobs::draft::Tag;

#[test]
fn a_running_job_is_put_back_at_once_and_its_attempt_counts() {
    let bench = Bench::new();
    let (gate, perform) = Gate::new();
    let workers = bench.start(perform);
    let id = bench.enqueue(NewJob { max_attempts: 3, ..bench.job("pay") });
    gate.next();

    let next = bench.crashed();
    gate.let_go();
    workers.stop(PATIENCE);

    let record = next.show(id);
    assert_eq!((record.state.as_str(), record.attempts, record.max_attempts), ("queued", 1, 3));
    assert_eq!(next.drain(|_| completed()), ["pay"]);
    assert_eq!(
        next.lines(),
        [
            "background job: pay - QUEUED (default)",
            "background job: pay - RESCUED (process died in attempt 1)",
            "background job: pay (attempt 2/3) - SUCCESS (-)",
        ]
    );
    let outcomes: Vec<_> = next.show(id).history.into_iter().map(|attempt| attempt.outcome).collect();
    assert_eq!(outcomes, ["rescued", "success"]);
}

#[test]
fn a_job_that_kills_its_process_gets_one_more_attempt_and_is_then_dead() {
    let bench = Bench::new();
    let id = bench.enqueue(bench.job("poison"));
    let second = die_in(&bench);
    assert_eq!(second.show(id).max_attempts, 2);
    let third = die_in(&second);

    let record = third.show(id);
    assert_eq!((record.state.as_str(), record.attempts), ("dead", 2));
    assert_eq!(record.error_message.as_deref(), Some("process died in attempt 2"));
    assert_eq!(
        third.lines(),
        [
            "background job: poison - QUEUED (default)",
            "background job: poison - RESCUED (process died in attempt 1)",
            "background job: poison - RESCUED (process died in attempt 2)",
            "background job: poison - DEAD after 2 attempts",
        ]
    );
    assert_eq!(third.drain(|_| completed()), [""; 0]);
}

/// Starts the one job there is and copies the files while it runs.
fn die_in(bench: &Bench) -> Bench {
    let (gate, perform) = Gate::new();
    let workers = bench.start(perform);
    gate.next();
    let next = bench.crashed();
    gate.let_go();
    workers.stop(PATIENCE);
    next
}

#[test]
fn what_had_ended_stays_ended_and_what_waited_still_waits() {
    let bench = Bench::new();
    let done = bench.enqueue(bench.job("done"));
    bench.drain(|_| completed());
    let later = bench.enqueue(NewJob { delay: Duration::from_secs(60), ..bench.job("later") });
    let waiting = bench.enqueue(bench.job("waiting"));

    let next = bench.crashed();

    assert_eq!(next.drain(|_| completed()), ["waiting"]);
    assert_eq!([done, later, waiting].map(|id| next.state(id)), ["completed", "scheduled", "completed"]);
    next.advance(Duration::from_secs(60));
    assert_eq!(next.drain(|_| completed()), ["later"]);
}

#[test]
fn ids_are_never_handed_out_twice() {
    let bench = Bench::new();
    let drawn: Vec<_> = (0..10).map(|_| bench.queue.ids().next()).collect();
    let last = *drawn.last().unwrap();

    let crashed = bench.crashed();
    assert!(crashed.queue.ids().next() > last);

    let reopened = bench.reopened();
    assert_eq!(reopened.queue.ids().next(), JobId(last.0 + 1), "a clean end leaves no gap");
}

#[test]
fn more_ids_than_a_range_are_reserved_in_time() {
    let bench = Bench::new();
    let drawn: Vec<_> = (0..100_000).map(|_| bench.queue.ids().next()).collect();
    bench.look();
    assert!(bench.crashed().queue.ids().next() > *drawn.last().unwrap());
}

#[test]
fn a_late_acknowledgement_changes_nothing() {
    let bench = Bench::new();
    let id = bench.enqueue(NewJob { max_attempts: 3, ..bench.job("pay") });
    let ack = |attempt, end| {
        let now = bench.queue.engine().clock.now();
        let tag = Tag {
            id,
            source_name: "pay".to_owned(),
            priority: Priority::Default,
            trace: String::new(),
            request: None,
        };
        let claim = Claim { tag, attempt, max_attempts: 3, due_at: now };
        let ack = Ack { claim, started_at: now, finished_at: now, took: Duration::ZERO, end };
        bench.queue.engine().submit(Request::Finish(Box::new(ack))).unwrap();
    };
    let success = || End::Completed { output: String::new(), jobs: Vec::new() };
    ack(0, success());
    ack(1, success());
    assert_eq!(bench.state(id), "queued", "it does not run");

    let (gate, perform) = Gate::new();
    let workers = bench.start(perform);
    gate.next();
    ack(2, success());
    ack(2, End::Cancelled);
    let Outcome::Failed(error) = failed() else { unreachable!() };
    ack(0, End::Failed(error));
    assert_eq!((bench.state(id), bench.show(id).attempts), ("running".to_owned(), 1));

    gate.let_go();
    workers.stop(PATIENCE);
    assert_eq!(bench.state(id), "completed");
    assert_eq!(bench.lines().len(), 2);
}

#[test]
fn a_process_that_lost_its_file_writes_no_more() {
    let bench = Bench::new();
    let first = bench.enqueue(bench.job("first"));
    let usurper = open(&bench.path(), &bench.clock, Options::default());

    let error = bench.queue.enqueue(vec![bench.job("lost")]).unwrap_err();
    assert!(matches!(error, Error::TakenOver { pid } if pid == std::process::id()), "{error}");
    assert_eq!(usurper.list(&Filter::default()).unwrap().len(), 1);
    assert_eq!(usurper.show(first).unwrap().state, "queued");
}
