//! Which job runs when.

use super::*;

fn prioritised(bench: &Bench, name: &str, priority: Priority) -> JobId {
    bench.enqueue(NewJob { priority, ..bench.job(name) })
}

#[test]
fn higher_levels_go_first_and_the_oldest_within_a_level() {
    let bench = Bench::new();
    for (name, priority) in [
        ("low", Priority::Low),
        ("default 1", Priority::Default),
        ("high 1", Priority::High),
        ("default 2", Priority::Default),
        ("high 2", Priority::High),
    ] {
        prioritised(&bench, name, priority);
    }
    assert_eq!(bench.drain(|_| completed()), ["high 1", "high 2", "default 1", "default 2", "low"]);
}

#[test]
fn a_job_is_not_run_before_its_delay_is_over() {
    let bench = Bench::new();
    let id = bench.enqueue(NewJob { delay: Duration::from_secs(30 * 60), ..bench.job("reminder") });
    assert_eq!(bench.state(id), "scheduled");
    assert_eq!(bench.drain(|_| completed()), [""; 0]);

    bench.advance(Duration::from_secs(30 * 60 - 1));
    assert_eq!(bench.drain(|_| completed()), [""; 0]);

    bench.advance(Duration::from_secs(1));
    assert_eq!(bench.state(id), "queued");
    assert_eq!(bench.drain(|_| completed()), ["reminder"]);
    assert_eq!(bench.lines().first().unwrap(), "background job: reminder - QUEUED (default, in 30m)");
}

#[test]
fn a_due_job_starts_without_anyone_asking() {
    let dir = TempDir::new().unwrap();
    let store = Store::open(&dir.path().join("q"), Database::Queue, Durability::Normal).unwrap();
    let queue = Queue::open(store, Log::starting_after(0), Options::default()).unwrap();
    let (gate, perform) = Gate::new();
    let workers = queue.start(Arc::new(Closure(perform)), NonZeroUsize::MIN);
    gate.let_go();

    queue
        .enqueue(vec![NewJob { delay: Duration::from_millis(20), ..job(queue.ids().next(), "soon") }])
        .unwrap();

    assert_eq!(gate.next(), "soon");
    workers.stop(PATIENCE);
}

#[test]
fn future_high_jobs_do_not_stand_in_the_way() {
    let bench = Bench::new();
    let later = |_| NewJob { priority: Priority::High, delay: Duration::from_secs(60), ..bench.job("later") };
    bench.queue.enqueue((0..1000).map(later).collect()).unwrap();
    prioritised(&bench, "now", Priority::Low);
    assert_eq!(bench.drain(|_| completed()), ["now"]);
}

#[test]
fn a_flood_of_high_jobs_does_not_starve_a_low_one() {
    let bench = Bench::new();
    prioritised(&bench, "low", Priority::Low);
    bench.advance(Duration::from_secs(121));
    for _ in 0..20 {
        prioritised(&bench, "high", Priority::High);
    }
    assert_eq!(bench.drain(|_| completed()).first().unwrap(), "low");
}

#[test]
fn low_and_default_jobs_leave_a_worker_to_high_ones() {
    let bench = Bench::new();
    for name in ["low 1", "low 2", "low 3", "low 4"] {
        prioritised(&bench, name, Priority::Low);
    }
    prioritised(&bench, "default", Priority::Default);
    let (gate, perform) = Gate::new();
    let workers = bench.start_many(4, perform);
    let mut begun: Vec<_> = (0..3).map(|_| gate.next()).collect();
    begun.sort();
    assert_eq!(begun, ["default", "low 1", "low 2"]);

    prioritised(&bench, "high", Priority::High);
    assert_eq!(gate.next(), "high");
    assert_eq!(bench.queue.counts().unwrap()["queued"], 2);

    (0..6).for_each(|_| gate.let_go());
    assert!(bench.queue.wait_idle(Some(Instant::now() + PATIENCE)).unwrap());
    workers.stop(PATIENCE);
}

#[test]
fn an_enqueue_into_an_idle_queue_is_handed_to_a_worker_in_the_same_commit() {
    let bench = Bench::new();
    let (gate, perform) = Gate::new();
    let workers = bench.start_many(2, perform);
    bench.look();

    let id = bench.enqueue(bench.job("at once"));
    assert_eq!(bench.row_state(id), "running");
    assert_eq!(gate.next(), "at once");

    gate.let_go();
    workers.stop(PATIENCE);
}

#[test]
fn without_a_free_worker_a_job_waits_in_the_table() {
    let bench = Bench::new();
    let (gate, perform) = Gate::new();
    let workers = bench.start(perform);
    bench.enqueue(bench.job("first"));
    gate.next();

    let second = bench.enqueue(bench.job("second"));
    assert_eq!(bench.state(second), "queued");

    gate.let_go();
    assert_eq!(gate.next(), "second");
    gate.let_go();
    workers.stop(PATIENCE);
}

#[test]
fn a_thousand_short_jobs_run_once_each() {
    let bench = Bench::new();
    let jobs: Vec<_> = (0..1000).map(|n| bench.job(&n.to_string())).collect();
    bench.queue.enqueue(jobs).unwrap();
    let ran = Arc::new(Mutex::new(Vec::new()));
    let names = Arc::clone(&ran);

    let workers = bench.start_many(4, move |job, _| {
        names.lock().unwrap().push(job.source_name.parse::<u32>().unwrap());
        completed()
    });
    assert!(bench.queue.wait_idle(Some(Instant::now() + PATIENCE)).unwrap());
    workers.stop(PATIENCE);

    let mut ran = ran.lock().unwrap().clone();
    ran.sort_unstable();
    assert_eq!(ran, (0..1000).collect::<Vec<_>>());
    assert_eq!(bench.queue.counts().unwrap()["completed"], 1000);
}

#[test]
fn an_overdue_low_job_may_take_the_last_worker_but_one() {
    let bench = Bench::new();
    let (gate, perform) = Gate::new();
    let workers = bench.start_many(3, perform);
    for _ in 0..2 {
        prioritised(&bench, "high", Priority::High);
        gate.next();
    }
    let low = prioritised(&bench, "low", Priority::Low);
    bench.advance(Duration::from_secs(119));
    assert_eq!(bench.row_state(low), "queued");

    bench.advance(Duration::from_secs(1));
    assert_eq!(gate.next(), "low");

    (0..3).for_each(|_| gate.let_go());
    workers.stop(PATIENCE);
}

#[test]
fn a_clock_that_jumps_loses_no_job_and_hurries_none_by_more() {
    let bench = Bench::new();
    let hour = 3_600_000;
    bench.enqueue(NewJob { delay: Duration::from_secs(3600), ..bench.job("in an hour") });
    bench.enqueue(bench.job("now"));

    bench.clock.fetch_sub(5 * hour, Ordering::Relaxed);
    assert_eq!(bench.drain(|_| completed()), ["now"], "what was ready stays ready");
    bench.clock.fetch_add(6 * hour - 1, Ordering::Relaxed);
    assert_eq!(bench.drain(|_| completed()), [""; 0]);
    bench.advance(Duration::from_millis(1));
    assert_eq!(bench.drain(|_| completed()), ["in an hour"]);
}
