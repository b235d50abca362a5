//! How long a call may take. Somebody waits for a page, so its calls are short; a job has time.

use std::time::{Duration, Instant};

use super::caller::{CallOrigin, Caller};

const PAGE: Range = Range { default: 5, most: 5 };
const JOB: Range = Range { default: 8, most: 180 };

/// In seconds.
struct Range {
    default: i64,
    most: i64,
}

/// What was asked for, in seconds, within what the platform allows and what is left of the caller's own time. More than
/// allowed counts as the most, less than one second as one.
pub(super) fn timeout(asked: Option<i64>, caller: &Caller, now: Instant) -> Duration {
    let range = match caller.origin {
        CallOrigin::Page { .. } => PAGE,
        CallOrigin::Job { .. } => JOB,
    };
    let seconds = asked.unwrap_or(range.default).clamp(1, range.most);
    let timeout = Duration::from_secs(seconds.unsigned_abs());
    let left = caller.deadline.map(|deadline| deadline.saturating_duration_since(now));
    left.map_or(timeout, |left| left.min(timeout))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::JobRef;

    fn job() -> Caller {
        let reference = JobRef {
            id: "1".into(),
            attempt: 1,
            max_attempts: 1,
            priority: "default".into(),
            run_at: String::new(),
            duration_ms: None,
        };
        Caller { origin: CallOrigin::Job { name: "sync".into(), reference }, ..Caller::default() }
    }

    #[test]
    fn pages_and_jobs_have_their_limits() {
        for (caller, asked, expected) in [
            (Caller::default(), None, 5),
            (Caller::default(), Some(2), 2),
            (Caller::default(), Some(60), 5),
            (Caller::default(), Some(0), 1),
            (Caller::default(), Some(i64::MIN), 1),
            (job(), None, 8),
            (job(), Some(60), 60),
            (job(), Some(i64::MAX), 180),
        ] {
            assert_eq!(timeout(asked, &caller, Instant::now()), Duration::from_secs(expected), "{asked:?}");
        }
    }

    #[test]
    fn deadline_of_the_caller_is_never_passed() {
        let now = Instant::now();
        let until = |left| Caller { deadline: Some(now + left), ..Caller::default() };
        assert_eq!(timeout(None, &until(Duration::from_millis(300)), now), Duration::from_millis(300));
        assert_eq!(timeout(None, &until(Duration::from_secs(60)), now), Duration::from_secs(5));
        assert_eq!(timeout(None, &until(Duration::ZERO), now + Duration::from_secs(1)), Duration::ZERO);
    }
}
