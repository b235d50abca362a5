//! How a queue behaves.

use std::time::Duration;

use super::Priority;

/// No attempt may take longer, whatever it is told.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);

#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// Multiplies the waiting time between attempts; 0: none.
    pub(crate) retry_scale: f64,
    /// Time limit of one attempt, by priority: 60 s, 300 s, 4 h.
    pub(crate) time_limits: [Duration; 3],
}

impl Options {
    pub(super) fn time_limit(&self, priority: Priority) -> Duration {
        let [high, default, low] = self.time_limits;
        let limit = match priority {
            Priority::High => high,
            Priority::Default => default,
            Priority::Low => low,
        };
        limit.min(LONGEST)
    }
}

impl Default for Options {
    /// The platform's.
    fn default() -> Self {
        Self { retry_scale: 1.0, time_limits: [60, 300, 4 * 3600].map(Duration::from_secs) }
    }
}
