//! How long a target runs, on which thread, and what is known of it while it does: a panic is caught and its input made
//! small by proptest, a hang is seen by the thread that waits, and what overflows the stack is left in a file.
#![allow(clippy::print_stderr, reason = "a long run says what it did")]

use std::fs::File;
use std::io::{Seek as _, Write as _};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use proptest::prelude::{ProptestConfig, Strategy, TestCaseError};
use proptest::test_runner::{RngAlgorithm, TestError, TestRng, TestRunner};

/// Cases of a short run, and of one look at the clock in a long one.
const CASES: u32 = 200;

/// As every thread that renders has.
const STACK: usize = 8 << 20;

/// An input that is still at work then will not end.
const HANG: Duration = Duration::from_secs(60);

/// What is being worked on, and since when.
type Current = Mutex<Option<(Instant, String)>>;

/// Runs `property` on what `strategy` makes: a short while, or as many seconds as `POS_FUZZ_SECONDS` says.
///
/// # Panics
/// An input failed: with the smallest like it, and the seed.
pub(super) fn fuzz<S: Strategy>(
    name: &str,
    strategy: impl Fn() -> S + Sync,
    property: impl Fn(&S::Value) -> Result<(), TestCaseError> + Sync,
) {
    let seconds = std::env::var("POS_FUZZ_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    let seed = std::env::var("POS_FUZZ_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(seed);
    let current = Current::default();
    let file = seconds.and_then(|_: u64| last_input(name));
    let guarded = |input: S::Value| {
        begin(&current, file.as_ref(), format!("{input:?}"));
        let result = property(&input);
        end(&current);
        result
    };
    std::thread::scope(|scope| {
        let run = || run(name, seed, seconds.map(Duration::from_secs), &strategy(), &guarded);
        let builder = std::thread::Builder::new().stack_size(STACK);
        let worker = builder.spawn_scoped(scope, run).expect("a test can start a thread");
        while !worker.is_finished() {
            std::thread::park_timeout(Duration::from_millis(20));
            stop_hanging(name, seed, &current);
        }
        worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    });
}

fn run<S: Strategy>(
    name: &str,
    seed: u64,
    time: Option<Duration>,
    strategy: &S,
    property: &impl Fn(S::Value) -> Result<(), TestCaseError>,
) {
    let config = ProptestConfig {
        cases: CASES,
        failure_persistence: None,
        max_shrink_time: 60_000,
        max_shrink_iters: 20_000,
        ..ProptestConfig::default()
    };
    let start = Instant::now();
    let mut executions: u64 = 0;
    // A runner is used up by its cases; the next one goes on with the next seed.
    for seed in seed.. {
        let mut runner = TestRunner::new_with_rng(config.clone(), rng(seed));
        match runner.run(strategy, property) {
            Ok(()) => executions += u64::from(CASES),
            Err(TestError::Fail(reason, input)) => {
                panic!("fuzz {name}: POS_FUZZ_SEED={seed}: {reason}\nsmallest input: {input:#?}")
            }
            Err(TestError::Abort(reason)) => panic!("fuzz {name}: POS_FUZZ_SEED={seed}: gave up: {reason}"),
        }
        if time.is_none_or(|time| start.elapsed() >= time) {
            break;
        }
    }
    if time.is_some() {
        let took = start.elapsed().as_secs_f64();
        let rate = executions as f64 / took;
        eprintln!(
            "fuzz {name}: from seed {seed}, {executions} executions in {took:.0} s, {rate:.0}/s, nothing found"
        );
    }
}

fn rng(seed: u64) -> TestRng {
    let mut bytes = [0; 32];
    bytes.iter_mut().zip(seed.to_le_bytes()).for_each(|(byte, part)| *byte = part);
    TestRng::from_seed(RngAlgorithm::ChaCha, &bytes)
}

/// Where the input at work stands in a long run: nothing else is left after an overflow of the stack.
fn last_input(name: &str) -> Option<File> {
    let path = std::env::temp_dir().join(format!("pos-cli-fuzz-{}", name.replace(' ', "-")));
    eprintln!("fuzz {name}: the input at work is in {}", path.display());
    File::create(path).ok()
}

fn begin(current: &Current, file: Option<&File>, input: String) {
    if let Some(mut file) = file {
        // Written over, not anew: that would take longer than most inputs do.
        let written = file.rewind().and_then(|()| file.write_all(input.as_bytes()));
        let _ = written.and_then(|()| file.set_len(input.len() as u64));
    }
    *current.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), input));
}

fn end(current: &Current) {
    *current.lock().unwrap_or_else(PoisonError::into_inner) = None;
}

/// A thread cannot be stopped: the whole run ends.
fn stop_hanging(name: &str, seed: u64, current: &Current) {
    if let Some((since, input)) = &*current.lock().unwrap_or_else(PoisonError::into_inner)
        && since.elapsed() > HANG
    {
        eprintln!("fuzz {name}: from seed {seed}: still at work after {HANG:?}: {input}");
        std::process::abort();
    }
}

fn seed() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_nanos() as u64)
}
