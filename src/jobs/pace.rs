//! How fast jobs and turns are, and so how many jobs to claim ahead. Pure.

use std::time::Duration;

/// Bounds what a `kill -9` can leave claimed but not begun.
const MOST_AHEAD: usize = 256;

/// Part of a new measurement in the running mean.
const WEIGHT: f64 = 1.0 / 8.0;

/// Running means; `None` until measured.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Pace {
    job: Option<f64>,
    turn: Option<f64>,
}

impl Pace {
    pub(super) fn note_job(&mut self, took: Duration) {
        self.job = Some(mean(self.job, took));
    }

    pub(super) fn note_turn(&mut self, took: Duration) {
        self.turn = Some(mean(self.turn, took));
    }

    /// As many jobs as the workers finish during one turn: none where a job takes longer than that.
    pub(super) fn ahead(&self, workers: usize) -> usize {
        let (Some(job), Some(turn)) = (self.job, self.turn) else { return 0 };
        let jobs = workers as f64 * turn / job.max(1e-9);
        // The cast rounds down and saturates.
        (jobs as usize).min(MOST_AHEAD)
    }
}

fn mean(mean: Option<f64>, took: Duration) -> f64 {
    let took = took.as_secs_f64();
    mean.map_or(took, |mean| mean + WEIGHT * (took - mean))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace(job: Duration, turn: Duration) -> Pace {
        let mut pace = Pace::default();
        pace.note_job(job);
        pace.note_turn(turn);
        pace
    }

    #[test]
    fn only_jobs_shorter_than_a_turn_are_claimed_ahead() {
        let (micros, millis) = (Duration::from_micros, Duration::from_millis);
        let cases = [
            (Duration::ZERO, millis(1), 256),
            (micros(10), micros(301), 120),
            (micros(10), millis(7), 256),
            (millis(1), micros(501), 2),
            (millis(3), micros(300), 0),
            (Duration::from_secs(60), millis(7), 0),
        ];
        for (job, turn, ahead) in cases {
            assert_eq!(pace(job, turn).ahead(4), ahead, "jobs of {job:?}, turns of {turn:?}");
        }
        assert_eq!(Pace::default().ahead(4), 0, "nothing before the first measurement");
    }

    #[test]
    fn slow_jobs_end_it_soon() {
        let mut pace = pace(Duration::from_micros(10), Duration::from_micros(300));
        pace.note_job(Duration::from_millis(100));
        assert_eq!(pace.ahead(4), 0);
    }
}
