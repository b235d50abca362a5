//! The clerk: one thread that runs the turns nobody waits for. It sleeps until it is called or until something is due,
//! a job or the log rows that wait; it never looks just to see.

use super::engine::Engine;

/// Until the queue is closed.
pub(super) fn run(engine: &Engine) {
    while let Some(baton) = engine.desk.wait_as_clerk() {
        engine.run_turn(baton);
    }
}
