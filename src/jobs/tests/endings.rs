//! How attempts and jobs end, and what the log says of it.

use super::*;

#[test]
fn a_job_runs_and_is_remembered_with_its_output() {
    let bench = Bench::new();
    let id = bench.enqueue(bench.job("send_email"));

    bench.drain(|_| completed());

    let record = bench.show(id);
    assert_eq!(
        (record.state.as_str(), record.attempts, record.output.as_deref()),
        ("completed", 1, Some("done"))
    );
    assert_eq!(
        record.history.iter().map(|attempt| attempt.outcome.as_str()).collect::<Vec<_>>(),
        ["success"]
    );
    assert_eq!(record.arguments, Some(json!({ "n": 1 })));
    assert_eq!(
        bench.lines(),
        [
            "background job: send_email - QUEUED (default)",
            "background job: send_email (attempt 1/1) - SUCCESS (-)",
        ]
    );
}

#[test]
fn a_failed_job_waits_longer_each_time_and_then_is_dead() {
    let bench = Bench::new();
    let id = bench.enqueue(NewJob { max_attempts: 3, ..bench.job("pay") });

    for (attempt, wait) in [(1, 5_i64), (2, 30)] {
        assert_eq!(bench.drain(|_| failed()), ["pay"], "attempt {attempt}");
        let record = bench.show(id);
        let run_at: Timestamp = record.run_at.parse().unwrap();
        let now = bench.clock.load(Ordering::Relaxed);
        let waits = run_at.as_millisecond() - now;
        assert_eq!(record.state, "retrying");
        assert!((wait * 900..=wait * 1100).contains(&waits), "{waits} ms after attempt {attempt}");
        assert_eq!(bench.drain(|_| failed()), [""; 0], "not before it is due");
        bench.advance(Duration::from_millis((wait * 1100).cast_unsigned()));
    }
    assert_eq!(bench.drain(|_| failed()), ["pay"]);

    let record = bench.show(id);
    assert_eq!((record.state.as_str(), record.attempts), ("dead", 3));
    assert_eq!(record.error_message.as_deref(), Some("Liquid error: no"));
    assert_eq!(
        bench.lines(),
        [
            "background job: pay - QUEUED (default)",
            "background job: pay (attempt 1/3) - FAILED (-): Liquid error: no; retry in 5s",
            "background job: pay (attempt 2/3) - FAILED (-): Liquid error: no; retry in 30s",
            "background job: pay (attempt 3/3) - FAILED (-): Liquid error: no",
            "background job: pay - DEAD after 3 attempts",
        ]
    );
}

#[test]
fn scale_zero_retries_at_once() {
    let bench = Bench::with(Options { retry_scale: 0.0, ..Options::default() });
    let id = bench.enqueue(NewJob { max_attempts: 5, ..bench.job("pay") });

    assert_eq!(bench.drain(|job| if job.attempt < 5 { failed() } else { completed() }).len(), 5);
    assert_eq!((bench.state(id), bench.show(id).error_message), ("completed".to_owned(), None));
}

#[test]
fn a_panic_is_a_failed_attempt_and_the_worker_lives() {
    let bench = Bench::new();
    let bad = bench.enqueue(bench.job("bad"));
    let good = bench.enqueue(bench.job("good"));

    bench.drain(|job| if job.source_name == "bad" { panic!("out of cheese") } else { completed() });

    assert_eq!(bench.show(bad).error_message.as_deref(), Some("the job panicked: out of cheese"));
    assert_eq!((bench.state(bad), bench.state(good)), ("dead".to_owned(), "completed".to_owned()));
}

#[test]
fn jobs_of_a_job_are_queued_with_its_success_and_not_with_its_failure() {
    let bench = Bench::new();
    bench.enqueue(NewJob { max_attempts: 2, ..bench.job("parent") });
    let ids = bench.queue.ids();
    let children = move |job: &Job| match (job.source_name.as_str(), job.attempt) {
        ("parent", 1) => {
            let _drawn_in_vain = ids.next();
            failed()
        }
        ("parent", _) => Outcome::Completed {
            output: String::new(),
            jobs: ["one", "two"].map(|name| super::job(ids.next(), name)).to_vec(),
        },
        _ => completed(),
    };

    assert_eq!(bench.drain(children.clone()), ["parent"]);
    bench.advance(Duration::from_secs(6));
    assert_eq!(bench.drain(children), ["parent", "one", "two"]);
    assert_eq!(bench.queue.counts().unwrap()["completed"], 3);
}

#[test]
fn long_output_is_cut() {
    let bench = Bench::new();
    let id = bench.enqueue(bench.job("wordy"));

    bench.drain(|_| Outcome::Completed { output: "é".repeat(1 << 20), jobs: Vec::new() });

    let output = bench.show(id).output.unwrap();
    assert!(output.ends_with("é… (1048576 bytes cut)"), "{} bytes", output.len());
}

#[test]
fn args_that_are_no_json_any_more_fail_the_attempt() {
    let bench = Bench::new();
    let id = bench.enqueue(bench.job("edited"));
    bench.queue.engine().store.write(|tx| tx.execute("UPDATE jobs SET args = '{'", [])).unwrap();

    bench.drain(|_| completed());

    let message = bench.show(id).error_message.unwrap();
    assert!(message.starts_with("the stored arguments of the job are no JSON"), "{message}");
}

#[test]
fn what_the_template_sees_has_been_through_the_database() {
    let bench = Bench::new();
    let args = json!({ "nul": "a\u{0}b", "emoji": "🦀", "deep": [1, 2.5, null, true, { "k": "v" }] });
    let block = Body::Block { source: "{{ x }}\r\n".to_owned(), path: "app/a b.liquid".to_owned(), line: 7 };
    bench.enqueue(NewJob { args: args.clone(), body: block.clone(), ..bench.job("") });
    let seen = Arc::new(Mutex::new(None));
    let slot = Arc::clone(&seen);

    bench.drain(move |job| {
        *slot.lock().unwrap() = Some(job.clone());
        completed()
    });

    let job = seen.lock().unwrap().take().unwrap();
    assert_eq!((job.args, job.body), (args, block));
}
