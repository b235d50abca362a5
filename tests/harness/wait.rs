//! Waiting for something another process does: ask again until it is so or the deadline has passed. No fixed sleep
//! decides a test; a condition that never comes true fails with what was last seen.

use std::fmt::{Debug, Display};
use std::thread;
use std::time::{Duration, Instant};

/// Long enough for a loaded machine; a passing test never waits it out.
pub(super) const DEADLINE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(10);

/// One look at the world: it is so (with what was found), or what was seen instead.
pub(crate) trait Condition {
    type Found;

    fn look(self) -> Result<Self::Found, String>;
}

impl Condition for bool {
    type Found = ();

    fn look(self) -> Result<(), String> {
        if self { Ok(()) } else { Err("not so".to_owned()) }
    }
}

impl<T> Condition for Option<T> {
    type Found = T;

    fn look(self) -> Result<T, String> {
        self.ok_or_else(|| "nothing".to_owned())
    }
}

/// The error is the last state, printed when the deadline has passed.
impl<T, E: Debug> Condition for Result<T, E> {
    type Found = T;

    fn look(self) -> Result<T, String> {
        self.map_err(|state| format!("{state:?}"))
    }
}

/// Asks until the condition holds; gives back what it found.
///
/// # Panics
/// It did not hold within the deadline: the message names `what` and the last state seen.
pub(crate) fn wait_for<C: Condition>(what: impl Display, condition: impl FnMut() -> C) -> C::Found {
    wait_within(DEADLINE, what, condition, String::new)
}

/// As [`wait_for`], with `log` printed below the last state on failure.
pub(super) fn wait_within<C: Condition>(
    deadline: Duration,
    what: impl Display,
    mut condition: impl FnMut() -> C,
    log: impl FnOnce() -> String,
) -> C::Found {
    let end = Instant::now() + deadline;
    loop {
        match condition().look() {
            Ok(found) => return found,
            Err(state) if Instant::now() >= end => {
                panic!("waited {deadline:?} for {what}; last seen: {state}\n{}", log())
            }
            Err(_) => thread::sleep(PAUSE),
        }
    }
}
