//! The verbs people and pages use.

use super::*;

#[test]
fn unknown_jobs_are_not_found() {
    let bench = Bench::new();
    for id in [JobId(0), JobId(-1), JobId(i64::MAX)] {
        for result in [bench.queue.retry(id), bench.queue.cancel(id), bench.queue.show(id).map(drop)] {
            assert_eq!(result.unwrap_err().to_string(), format!("no job {id}"));
        }
    }
}

#[test]
fn verbs_that_do_not_fit_the_state_are_refused() {
    let bench = Bench::new();
    let done = bench.enqueue(bench.job("done"));
    bench.drain(|_| completed());
    let queued = bench.enqueue(bench.job("queued"));

    assert_eq!(bench.queue.retry(done).unwrap_err().to_string(), format!("job {done} is completed"));
    assert_eq!(bench.queue.cancel(done).unwrap_err().to_string(), format!("job {done} is completed"));
    assert_eq!(bench.queue.retry(queued).unwrap_err().to_string(), format!("job {queued} is queued"));
}

#[test]
fn nothing_and_the_same_twice_are_no_mistakes() {
    let bench = Bench::new();
    bench.queue.enqueue(Vec::new()).unwrap();
    let job = bench.job("once");
    bench.queue.enqueue(vec![job.clone(), job.clone()]).unwrap();
    bench.queue.enqueue(vec![job.clone()]).unwrap();
    assert_eq!(bench.drain(|_| completed()), ["once"]);

    bench.queue.enqueue(vec![job]).unwrap();
    assert_eq!(bench.drain(|_| completed()), [""; 0], "it has run already");
    assert_eq!(bench.lines().len(), 2);
}

#[test]
fn odd_numbers_are_survived() {
    let bench = Bench::new();
    let never = bench.enqueue(NewJob { delay: Duration::MAX, ..bench.job("never") });
    let none = bench.enqueue(NewJob { max_attempts: 0, ..bench.job("none") });
    let many = bench.enqueue(NewJob { max_attempts: u32::MAX, depth: u32::MAX, ..bench.job("many") });

    assert_eq!(bench.drain(|_| failed()), ["none", "many"]);
    assert_eq!([never, none, many].map(|id| bench.state(id)), ["scheduled", "dead", "retrying"]);
}

#[test]
fn a_waiting_job_is_hurried_and_a_dead_one_goes_on_counting() {
    let bench = Bench::new();
    let scheduled = bench.enqueue(NewJob { delay: Duration::from_secs(60), ..bench.job("scheduled") });
    let retrying = bench.enqueue(NewJob { max_attempts: 2, ..bench.job("retrying") });
    let dead = bench.enqueue(bench.job("dead"));
    bench.drain(|_| failed());
    let cancelled = bench.enqueue(bench.job("cancelled"));
    bench.queue.cancel(cancelled).unwrap();
    let ids = [scheduled, retrying, dead, cancelled];
    assert_eq!(ids.map(|id| bench.state(id)), ["scheduled", "retrying", "dead", "cancelled"]);

    for id in ids {
        bench.queue.retry(id).unwrap();
    }
    assert_eq!(ids.map(|id| bench.state(id)), ["queued"; 4]);
    bench.drain(|_| completed());

    assert_eq!(ids.map(|id| bench.state(id)), ["completed"; 4]);
    assert_eq!(
        ids.map(|id| (bench.show(id).attempts, bench.show(id).max_attempts)),
        [(1, 1), (2, 2), (2, 2), (1, 1)]
    );
    let again =
        bench.lines().into_iter().filter(|line| line == "background job: dead - QUEUED (default)").count();
    assert_eq!(again, 2);
}

#[test]
fn a_job_is_cancelled_in_every_state_it_can_be_in() {
    let bench = Bench::new();
    let scheduled = bench.enqueue(NewJob { delay: Duration::from_secs(60), ..bench.job("job") });
    let retrying = bench.enqueue(NewJob { max_attempts: 2, ..bench.job("job") });
    bench.drain(|_| failed());
    let queued = bench.enqueue(bench.job("job"));
    for id in [scheduled, retrying, queued] {
        bench.queue.cancel(id).unwrap();
        assert_eq!(bench.state(id), "cancelled");
        assert!(bench.queue.cancel(id).is_err());
    }
    bench.advance(Duration::from_secs(3600));
    assert_eq!(bench.drain(|_| completed()), [""; 0]);
    assert_eq!(bench.lines().iter().filter(|line| *line == "background job: job - CANCELLED").count(), 3);
}

#[test]
fn a_running_job_is_told_and_its_result_ignored() {
    let bench = Bench::new();
    let (report, begun) = channel();
    let workers = bench.start(move |job, cancelled| {
        report.send(()).unwrap();
        while job.source_name == "endless" && !cancelled.load(Ordering::Relaxed) {
            std::thread::yield_now();
        }
        completed()
    });
    let id = bench.enqueue(NewJob { max_attempts: 3, ..bench.job("endless") });
    begun.recv_timeout(PATIENCE).unwrap();

    bench.queue.cancel(id).unwrap();

    bench.enqueue(bench.job("next"));
    begun.recv_timeout(PATIENCE).unwrap();
    workers.stop(PATIENCE);
    let record = bench.show(id);
    assert_eq!((record.state.as_str(), record.attempts, record.output), ("cancelled", 1, None));
    assert_eq!(
        record.history.iter().map(|attempt| attempt.outcome.as_str()).collect::<Vec<_>>(),
        ["cancelled"]
    );
}

#[test]
fn a_deleted_job_is_cancelled_even_if_it_is_dead() {
    let bench = Bench::new();
    let dead = bench.enqueue(bench.job("dead"));
    bench.drain(|_| failed());
    let done = bench.enqueue(bench.job("done"));
    bench.drain(|_| completed());
    let queued = bench.enqueue(bench.job("queued"));
    for id in [dead, queued] {
        bench.queue.delete(id).unwrap();
        assert_eq!(bench.state(id), "cancelled");
        assert!(bench.queue.delete(id).is_err(), "twice");
    }
    assert_eq!(bench.queue.delete(done).unwrap_err().to_string(), format!("job {done} is completed"));
    assert!(bench.queue.list(&Filter::default()).unwrap().is_empty());

    bench.queue.retry(dead).unwrap();
    assert_eq!(bench.drain(|_| completed()), ["dead"], "it can still be retried");
}

#[test]
fn a_cancelled_job_that_does_not_heed_can_be_retried_meanwhile() {
    let bench = Bench::new();
    let (gate, perform) = Gate::new();
    let workers = bench.start_many(2, perform);
    let id = bench.enqueue(bench.job("deaf"));
    gate.next();
    bench.queue.cancel(id).unwrap();

    bench.queue.retry(id).unwrap();
    gate.next();
    (0..2).for_each(|_| gate.let_go());
    assert!(bench.queue.wait_idle(Some(Instant::now() + PATIENCE)).unwrap());
    workers.stop(PATIENCE);

    let record = bench.show(id);
    assert_eq!((record.state.as_str(), record.attempts), ("completed", 2));
    let outcomes: Vec<_> = record.history.into_iter().map(|attempt| attempt.outcome).collect();
    assert_eq!(outcomes, ["cancelled", "success"]);
}

#[test]
fn a_job_may_cancel_itself() {
    let bench = Bench::new();
    let id = bench.enqueue(NewJob { max_attempts: 3, ..bench.job("shy") });
    bench.drain(|_| Outcome::Cancelled);
    assert_eq!(bench.state(id), "cancelled");
}

#[test]
fn the_list_is_newest_first_and_leaves_out_what_ended_well() {
    let bench = Bench::new();
    let block = Body::Block { source: "{{ x }}".to_owned(), path: "app/p.liquid".to_owned(), line: 3 };
    let done = bench.enqueue(bench.job("done"));
    bench.drain(|_| completed());
    let dead = bench.enqueue(NewJob { body: block, ..bench.job("dead") });
    bench.drain(|_| failed());
    let queued = bench.enqueue(NewJob { priority: Priority::High, ..bench.job("queued") });

    let ids = |filter: Filter| -> Vec<String> {
        bench.queue.list(&filter).unwrap().into_iter().map(|record| record.id).collect()
    };
    let strings = |ids: &[JobId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(ids(Filter::default()), strings(&[queued, dead]));
    assert_eq!(ids(Filter { all: true, limit: None }), strings(&[queued, dead, done]));
    assert_eq!(ids(Filter { all: true, limit: Some(1) }), strings(&[queued]));

    let record = bench.show(dead);
    assert_eq!(
        (record.place.as_deref(), record.liquid_body.as_deref()),
        (Some("app/p.liquid:3"), Some("{{ x }}"))
    );
    assert_eq!((record.partial_name, record.error_message.as_deref()), (None, Some("Liquid error: no")));
    assert_eq!(record.created_at, "2027-01-15T08:00:00.000Z");
    assert_eq!(record.history.first().unwrap().report.as_deref(), Some("x"));
    assert_eq!(bench.show(queued).partial_name.as_deref(), Some("lib/work"));
}

#[test]
fn counts_name_every_state() {
    let bench = Bench::new();
    bench.enqueue(NewJob { max_attempts: 2, ..bench.job("retrying") });
    bench.enqueue(bench.job("dead"));
    bench.drain(|_| failed());
    bench.enqueue(bench.job("queued"));
    bench.enqueue(NewJob { delay: Duration::from_secs(1), ..bench.job("scheduled") });

    let counts: Vec<_> = bench.queue.counts().unwrap().into_iter().collect();
    let expected = [
        ("cancelled", 0),
        ("completed", 0),
        ("dead", 1),
        ("queued", 1),
        ("retrying", 1),
        ("running", 0),
        ("scheduled", 1),
    ];
    assert_eq!(counts, expected.map(|(state, count)| (state.to_owned(), count)));
}

#[test]
fn idle_means_nothing_queued_running_or_retrying() {
    let bench = Bench::new();
    let idle = || bench.queue.wait_idle(Some(Instant::now())).unwrap();
    let idle_soon = || bench.queue.wait_idle(Some(Instant::now() + PATIENCE)).unwrap();
    bench.enqueue(NewJob { delay: Duration::from_secs(60), ..bench.job("scheduled") });
    assert!(idle_soon(), "what is scheduled does not count");

    bench.enqueue(NewJob { max_attempts: 2, ..bench.job("pay") });
    assert!(!idle(), "queued");
    bench.drain(|_| failed());
    assert!(!idle(), "retrying");
    bench.advance(Duration::from_secs(6));

    let (gate, perform) = Gate::new();
    let workers = bench.start(perform);
    gate.next();
    assert!(!idle(), "running");
    gate.let_go();
    assert!(idle_soon());
    workers.stop(PATIENCE);
}

#[test]
fn callers_that_come_during_a_turn_share_the_next() {
    let bench = Bench::new();
    let engine = bench.queue.engine();
    let baton = loop {
        if let (_, Some(baton)) = engine.desk.ask(Request::Look) {
            break baton;
        }
    };
    let turns = engine.chores.turns();
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| bench.enqueue(bench.job("shared")));
        }
        bench.wait_for("all sixteen on the desk", || engine.desk.waiting() >= 16);
        engine.run_turn(baton);
    });

    assert_eq!(bench.queue.counts().unwrap()["queued"], 16);
    let turns = engine.chores.turns() - turns;
    assert!(turns <= 2, "{turns} turns: one for all, perhaps one that finds nothing to do");
}

#[test]
fn sixteen_threads_enqueue_while_four_work() {
    let bench = Bench::new();
    let workers = bench.start_many(4, |_, _| completed());
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                for _ in 0..50 {
                    bench.enqueue(bench.job("busy"));
                }
            });
        }
    });
    assert!(bench.queue.wait_idle(Some(Instant::now() + PATIENCE)).unwrap());
    workers.stop(PATIENCE);
    assert_eq!(bench.queue.counts().unwrap()["completed"], 800);
    assert_eq!(bench.lines().len(), 1600);
}

#[test]
fn a_full_disk_fails_the_request_whole_and_the_queue_lives() {
    let bench = Bench::new();
    let (gate, perform) = Gate::new();
    let workers = bench.start(perform);
    let running = bench.enqueue(bench.job("running"));
    gate.next();
    limit_pages(&bench, 1);

    let large = |_| NewJob { args: json!({ "text": "x".repeat(100_000) }), ..bench.job("large") };
    let error = bench.queue.enqueue((0..20).map(large).collect()).unwrap_err();
    assert!(error.to_string().starts_with("cannot use "), "{error}");
    assert_eq!(bench.queue.list(&Filter { all: true, limit: None }).unwrap().len(), 1, "all or none");
    assert_eq!(bench.lines_now(), ["background job: running - QUEUED (default)"]);

    gate.let_go();
    limit_pages(&bench, u32::MAX);
    workers.stop(PATIENCE);
    bench.look();
    assert_eq!(bench.state(running), "completed", "its acknowledgement waited for room");
    assert_eq!(bench.lines().len(), 2);
}

/// At least as many as are in use, which SQLite sees to.
fn limit_pages(bench: &Bench, most: u32) {
    let store = &bench.queue.engine().store;
    store.write(|tx| tx.pragma_update_and_check(None, "max_page_count", most, |_| Ok(()))).unwrap();
}
