//! How long a failed job waits. Pure: the attempt, the scale and a seed go in, a duration comes out.

use std::time::Duration;

/// Before attempt 2, 3, 4 and 5; later ones wait as long as the fifth.
const TABLE: [Duration; 4] =
    [Duration::from_secs(5), Duration::from_secs(30), Duration::from_secs(120), Duration::from_secs(600)];

/// Part of the wait by which jobs that failed together are spread, in both directions.
const JITTER: f64 = 0.1;

/// No job waits longer, whatever the scale.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);

/// The wait after the failure of `attempt` (one-based) as the log announces it. A scale that is no positive number
/// means no waiting.
pub(super) fn nominal(attempt: u32, scale: f64) -> Duration {
    let step = usize::try_from(attempt.saturating_sub(1)).unwrap_or(usize::MAX);
    let [.., last] = TABLE;
    scaled(TABLE.get(step).copied().unwrap_or(last), scale)
}

/// The wait itself: [`nominal`] give or take a tenth, decided by `seed`.
pub(super) fn delay(attempt: u32, scale: f64, seed: u64) -> Duration {
    scaled(nominal(attempt, scale), 1.0 + JITTER * (2.0 * fraction(seed) - 1.0))
}

/// A seed of its own for each attempt of each job, so that no two of them wait in step.
pub(super) fn seed(job: i64, attempt: u32) -> u64 {
    mix(job.cast_unsigned() ^ u64::from(attempt).rotate_left(48))
}

fn scaled(duration: Duration, scale: f64) -> Duration {
    if scale.is_nan() || scale <= 0.0 {
        return Duration::ZERO;
    }
    Duration::try_from_secs_f64(duration.as_secs_f64() * scale).map_or(LONGEST, |scaled| scaled.min(LONGEST))
}

/// From 0 to 1, from the bits a double can hold.
fn fraction(seed: u64) -> f64 {
    (mix(seed) >> 11) as f64 / (1_u64 << 53) as f64
}

/// The finaliser of SplitMix64: every bit of the input moves every bit of the output.
fn mix(mut bits: u64) -> u64 {
    bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert, proptest};

    use super::*;

    #[test]
    fn each_attempt_waits_longer_up_to_ten_minutes() {
        for (attempt, seconds) in [(0, 5), (1, 5), (2, 30), (3, 120), (4, 600), (5, 600), (u32::MAX, 600)] {
            assert_eq!(nominal(attempt, 1.0), Duration::from_secs(seconds), "attempt {attempt}");
        }
    }

    #[test]
    fn the_scale_shortens_lengthens_and_forgives() {
        let cases = [
            (0.01, Duration::from_millis(50)),
            (2.0, Duration::from_secs(10)),
            (0.0, Duration::ZERO),
            (-1.0, Duration::ZERO),
            (f64::NAN, Duration::ZERO),
            (f64::INFINITY, LONGEST),
            (1e300, LONGEST),
        ];
        for (scale, wait) in cases {
            assert_eq!(nominal(1, scale), wait, "scale {scale}");
        }
    }

    #[test]
    fn neighbours_do_not_wait_in_step() {
        let waits: std::collections::HashSet<_> = (1..=100).map(|job| delay(1, 1.0, seed(job, 1))).collect();
        assert!(waits.len() > 90, "{} different waits", waits.len());
    }

    proptest! {
        #[test]
        fn jitter_stays_within_a_tenth(attempt in 1_u32..10, random: u64) {
            let (wait, middle) = (delay(attempt, 1.0, random).as_secs_f64(), nominal(attempt, 1.0).as_secs_f64());
            prop_assert!((middle * 0.9 - 1e-6..=middle * 1.1 + 1e-6).contains(&wait), "{wait} of {middle}");
        }

        #[test]
        fn no_scale_panics(attempt: u32, scale in any::<f64>(), random: u64) {
            prop_assert!(delay(attempt, scale, random) <= LONGEST);
        }
    }
}
