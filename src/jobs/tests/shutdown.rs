//! The end of the workers and of the queue, as it should be.

use super::*;

#[test]
fn stop_lets_running_jobs_end() {
    let bench = Bench::new();
    let (gate, perform) = Gate::new();
    let workers = bench.start(perform);
    let id = bench.enqueue(bench.job("slow"));
    let waiting = bench.enqueue(bench.job("waiting"));
    gate.next();

    std::thread::scope(|scope| {
        let stop = scope.spawn(|| workers.stop(PATIENCE));
        bench.wait_for("the shift is over", || !bench.queue.engine().shift.is_open());
        gate.let_go();
        stop.join().unwrap();
    });

    assert_eq!((bench.state(id), bench.state(waiting)), ("completed".to_owned(), "queued".to_owned()));
}

#[test]
fn what_does_not_end_in_time_is_put_back_without_costing_an_attempt() {
    let bench = Bench::new();
    let (report, begun) = channel();
    let workers = bench.start_many(2, move |job, cancelled| {
        report.send(()).unwrap();
        while !cancelled.load(Ordering::Relaxed) {
            std::thread::yield_now();
        }
        if job.source_name == "polite" { Outcome::Cancelled } else { completed() }
    });
    let ids = [bench.enqueue(bench.job("polite")), bench.enqueue(bench.job("rude"))];
    (0..2).for_each(|_| begun.recv_timeout(PATIENCE).unwrap());

    workers.stop(Duration::ZERO);

    for id in ids {
        let record = bench.show(id);
        assert_eq!((record.state.as_str(), record.attempts, record.max_attempts), ("queued", 0, 1));
        assert_eq!(
            record.history.iter().map(|a| (a.attempt, a.outcome.as_str())).collect::<Vec<_>>(),
            [(1, "released")]
        );
    }
    let next = bench.reopened();
    assert_eq!(next.drain(|_| completed()).len(), 2);
    assert_eq!(next.lines().iter().filter(|line| line.contains("(attempt 1/1) - SUCCESS")).count(), 2);
    assert_eq!(next.lines().iter().filter(|line| line.contains("RESCUED")).count(), 0);
    let outcomes: Vec<_> = next.show(ids[0]).history.into_iter().map(|attempt| attempt.outcome).collect();
    assert_eq!(outcomes, ["success"]);
}

#[test]
fn jobs_claimed_ahead_are_put_back_too() {
    let bench = Bench::new();
    bench.queue.enqueue((0..200).map(|_| bench.job("short")).collect()).unwrap();
    let (report, begun) = channel();
    let ran = AtomicI64::new(0);
    let workers = bench.start(move |_, cancelled| {
        let is_short = ran.fetch_add(1, Ordering::Relaxed) < 50;
        report.send(()).unwrap();
        while !is_short && !cancelled.load(Ordering::Relaxed) {
            std::thread::yield_now();
        }
        completed()
    });
    (0..51).for_each(|_| begun.recv_timeout(PATIENCE).unwrap());

    workers.stop(Duration::ZERO);

    let counts = bench.queue.counts().unwrap();
    assert_eq!((counts["running"], counts["completed"], counts["queued"]), (0, 50, 150));
    assert_eq!(bench.drain(|_| completed()).len() as u64, counts["queued"]);
}

#[test]
fn workers_can_be_started_again() {
    let bench = Bench::new();
    for _ in 0..3 {
        bench.enqueue(bench.job("job"));
        assert_eq!(bench.drain(|_| completed()), ["job"]);
    }
}

#[test]
fn dropping_everything_loses_nothing() {
    let bench = Bench::new();
    let workers = bench.start(|_, cancelled| {
        while !cancelled.load(Ordering::Relaxed) {
            std::thread::yield_now();
        }
        completed()
    });
    let id = bench.enqueue(bench.job("endless"));
    bench.queue.engine().log.append(crate::logs::NewEntry::system("stopped"));
    drop(workers);

    let next = bench.reopened();
    assert_eq!((next.state(id), next.show(id).attempts), ("queued".to_owned(), 0));
    assert!(next.lines().iter().any(|line| line == "system: stopped"));
}

#[test]
fn a_log_row_is_written_soon_without_anyone_asking() {
    let bench = Bench::new();
    bench.queue.engine().log.append(crate::logs::NewEntry::system("hello"));
    bench.wait_for("the row", || bench.lines_now() == ["system: hello"]);
}
