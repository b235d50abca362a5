//! What one render may use: time, steps, depth and bytes. Checked at every node and every empty iteration; the clock
//! and the cancel flag every 256 steps. Interior mutability, so that filters can charge growth through a shared handle.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Nodes and iterations of a render without deadline: a few seconds. With a deadline, the clock decides.
const MAX_STEPS: u64 = 100_000_000;

/// How often the clock and the cancel flag are looked at. A power of two.
const STEPS_BETWEEN_LOOKS: u64 = 256;

/// Partials within partials.
const MAX_DEPTH: u32 = 100;

/// Blocks within blocks, through all partials: what an 8 MiB stack holds.
const MAX_BLOCKS: u32 = 1000;

/// Everything a render builds, whether it keeps it or not.
const MAX_BYTES: u64 = 2 << 30;

/// One string, the page included.
pub(crate) const MAX_STRING: usize = 50 << 20;

/// The limit that was reached. `{% try %}` does not catch it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Limit {
    #[error("timeout: the time limit is over")]
    Deadline,
    #[error("cancelled")]
    Cancelled,
    /// Nodes and iterations.
    #[error("too much work: over {MAX_STEPS} steps")]
    Steps,
    /// Nested includes and functions.
    #[error("nesting too deep: over {MAX_DEPTH} partials within each other")]
    Depth,
    #[error("nesting too deep: over {MAX_BLOCKS} blocks within each other")]
    Blocks,
    /// Bytes a render may build up in strings and containers.
    #[error("memory limit exceeded")]
    Memory,
    /// One string, or what is added to a container at once.
    #[error("too large: over 50 MB in one value")]
    String,
}

impl Limit {
    /// What to do about it, where there is something to do.
    pub(crate) fn hint(self) -> Option<&'static str> {
        match self {
            Self::Deadline | Self::Steps => Some("long work belongs in a {% background %} job, in parts"),
            Self::Cancelled => None,
            Self::Depth => Some("a partial calls itself, directly or through others"),
            Self::Blocks => Some("move inner blocks to a partial"),
            Self::Memory | Self::String => {
                Some("a text or list grows with every turn of a loop; keep only what is needed")
            }
        }
    }
}

#[derive(Debug)]
pub(crate) struct Limits {
    pub(crate) deadline: Option<Instant>,
    pub(crate) cancelled: Option<Arc<AtomicBool>>,
    steps: Cell<u64>,
    depth: Cell<u32>,
    blocks: Cell<u32>,
    bytes: Cell<u64>,
}

impl Limits {
    pub(crate) fn new(deadline: Option<Instant>, cancelled: Option<Arc<AtomicBool>>) -> Self {
        let (steps, bytes) = (Cell::new(0), Cell::new(0));
        Self { deadline, cancelled, steps, depth: Cell::new(0), blocks: Cell::new(0), bytes }
    }

    /// Counts one node or iteration.
    pub(crate) fn step(&self) -> Result<(), Limit> {
        let steps = self.steps.get() + 1;
        self.steps.set(steps);
        if steps.is_multiple_of(STEPS_BETWEEN_LOOKS) { self.look(steps) } else { Ok(()) }
    }

    #[cold]
    fn look(&self, steps: u64) -> Result<(), Limit> {
        if self.cancelled.as_ref().is_some_and(|flag| flag.load(Ordering::Relaxed)) {
            return Err(Limit::Cancelled);
        }
        match self.deadline {
            Some(deadline) if Instant::now() >= deadline => Err(Limit::Deadline),
            None if steps > MAX_STEPS => Err(Limit::Steps),
            _ => Ok(()),
        }
    }

    /// Counts `bytes` of a string or container that is about to be built.
    pub(crate) fn grow(&self, bytes: usize) -> Result<(), Limit> {
        let total = self.bytes.get().saturating_add(bytes as u64);
        self.bytes.set(total);
        match bytes {
            _ if bytes > MAX_STRING => Err(Limit::String),
            _ if total > MAX_BYTES => Err(Limit::Memory),
            _ => Ok(()),
        }
    }

    /// Goes one partial deeper; [`Self::leave`] comes back.
    pub(crate) fn enter(&self) -> Result<(), Limit> {
        if self.depth.get() >= MAX_DEPTH {
            return Err(Limit::Depth);
        }
        self.depth.set(self.depth.get() + 1);
        Ok(())
    }

    pub(crate) fn leave(&self) {
        self.depth.set(self.depth.get().saturating_sub(1));
    }

    /// Goes one block deeper; [`Self::leave_block`] comes back.
    pub(crate) fn enter_block(&self) -> Result<(), Limit> {
        if self.blocks.get() >= MAX_BLOCKS {
            return Err(Limit::Blocks);
        }
        self.blocks.set(self.blocks.get() + 1);
        Ok(())
    }

    pub(crate) fn leave_block(&self) {
        self.blocks.set(self.blocks.get().saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps_until_stopped(limits: &Limits) -> (u64, Limit) {
        (1..).find_map(|n| limits.step().err().map(|limit| (n, limit))).expect("the range has no end")
    }

    #[test]
    fn passed_deadline_and_cancel_flag_are_seen_within_256_steps() {
        let late = Limits::new(Some(Instant::now()), None);
        assert_eq!(steps_until_stopped(&late), (256, Limit::Deadline));

        let flag = Arc::new(AtomicBool::new(true));
        assert_eq!(steps_until_stopped(&Limits::new(None, Some(flag))), (256, Limit::Cancelled));
    }

    #[test]
    fn one_string_and_their_sum_are_bounded() {
        let limits = Limits::new(None, None);
        assert_eq!(limits.grow(MAX_STRING), Ok(()));
        assert_eq!(limits.grow(MAX_STRING + 1), Err(Limit::String));
        let reached = (0..100).find_map(|_| limits.grow(MAX_STRING).err());
        assert_eq!(reached, Some(Limit::Memory));
    }

    #[test]
    fn a_hundred_partials_deep_and_no_further() {
        let limits = Limits::new(None, None);
        assert!((0..100).all(|_| limits.enter().is_ok()));
        assert_eq!(limits.enter(), Err(Limit::Depth));
        limits.leave();
        assert_eq!(limits.enter(), Ok(()));
    }
}
