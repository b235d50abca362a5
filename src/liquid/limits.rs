//! What one render may use: time, steps, depth and bytes. Checked at every node and every empty iteration; the clock
//! and the cancel flag every 256 steps. Interior mutability, so that filters can charge growth through a shared handle.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use serde_json::Value as Json;

use super::value::Value;

/// Nodes and iterations of a render without deadline: a few seconds. With a deadline, the clock decides.
const MAX_STEPS: u64 = 100_000_000;

/// How often the clock and the cancel flag are looked at.
const STEPS_BETWEEN_LOOKS: u64 = 256;

/// Bytes of text, or items of a container, that take about as long as one node.
const BYTES_PER_STEP: usize = 128;
const ITEMS_PER_STEP: usize = 4;

/// By how much sooner the clock is looked at after a filter on a container.
const STEPS_PER_CONTAINER: u64 = 64;

/// Partials within partials.
const MAX_DEPTH: u32 = 100;

/// Blocks within blocks, through all partials: what an 8 MiB stack holds.
const MAX_BLOCKS: u32 = 1000;

/// What a render may build without being asked whether it keeps it.
const FREE_BYTES: u64 = 1 << 30;

/// After that, the memory of the whole process decides, looked at each time so much more has been built.
const BYTES_BETWEEN_LOOKS: u64 = 512 << 20;
const MAX_RESIDENT: u64 = 2 << 30;

/// What a value takes on average in a copy: itself, and its part of the container around it.
const COPIED: usize = 96;

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
    /// The step at which to look at the clock.
    look_at: Cell<u64>,
    depth: Cell<u32>,
    blocks: Cell<u32>,
    bytes: Cell<u64>,
    /// The number of bytes at which to look at the process.
    weigh_at: Cell<u64>,
    /// Memory of the process in bytes, where the system tells.
    resident: fn() -> Option<u64>,
}

impl Limits {
    pub(crate) fn new(deadline: Option<Instant>, cancelled: Option<Arc<AtomicBool>>) -> Self {
        Self {
            deadline,
            cancelled,
            steps: Cell::new(0),
            look_at: Cell::new(STEPS_BETWEEN_LOOKS),
            depth: Cell::new(0),
            blocks: Cell::new(0),
            bytes: Cell::new(0),
            weigh_at: Cell::new(FREE_BYTES),
            resident,
        }
    }

    /// Those of a render in the middle of this one: as deep already, and done by the same time.
    pub(crate) fn inner(&self) -> Self {
        let inner = Self::new(self.deadline, self.cancelled.clone());
        inner.depth.set(self.depth.get());
        inner.blocks.set(self.blocks.get());
        inner
    }

    /// Counts one node or iteration.
    pub(crate) fn step(&self) -> Result<(), Limit> {
        self.spend(1)
    }

    /// Counts the time it has taken to go through so many bytes of text.
    pub(crate) fn read(&self, bytes: usize) -> Result<(), Limit> {
        self.spend((bytes / BYTES_PER_STEP) as u64)
    }

    /// Counts the time it has taken to go through `value` once.
    pub(crate) fn handled(&self, value: &Value) -> Result<(), Limit> {
        let items = match value {
            Value::Str(text) => return self.read(text.text.len()),
            Value::Array(items) => items.borrow().len(),
            Value::Hash(entries) => entries.borrow().len(),
            _ => return Ok(()),
        };
        // What a container prints or compares as can be far more than its own items.
        self.look_at.set(self.look_at.get().saturating_sub(STEPS_PER_CONTAINER));
        self.spend((items / ITEMS_PER_STEP) as u64)
    }

    /// Ruby's `==`, its time counted.
    pub(crate) fn equal(&self, a: &Value, b: &Value) -> Result<bool, Limit> {
        let (equal, visited) = a.equals_counting(b);
        if visited > 0 {
            self.spend((visited / ITEMS_PER_STEP) as u64)?;
        }
        Ok(equal)
    }

    /// Whether one of `items` equals `wanted`.
    pub(crate) fn any_equal(&self, items: &[Value], wanted: &Value) -> Result<bool, Limit> {
        self.spend((items.len() / ITEMS_PER_STEP) as u64)?;
        for item in items {
            if self.equal(item, wanted)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// [`Value::deep_clone`], its memory counted.
    pub(crate) fn deep_clone(&self, value: &Value) -> Result<Value, Limit> {
        let (copy, values) = value.deep_clone();
        self.charge(values * COPIED)?;
        Ok(copy)
    }

    /// [`Value::to_json_counting`], its memory counted.
    pub(crate) fn to_json(&self, value: &Value) -> Result<Json, Limit> {
        let (json, values) = value.to_json_counting();
        self.charge(values * COPIED)?;
        Ok(json)
    }

    fn spend(&self, cost: u64) -> Result<(), Limit> {
        let steps = self.steps.get() + cost;
        self.steps.set(steps);
        if steps >= self.look_at.get() { self.look(steps) } else { Ok(()) }
    }

    #[cold]
    fn look(&self, steps: u64) -> Result<(), Limit> {
        self.look_at.set(steps + STEPS_BETWEEN_LOOKS);
        if self.cancelled.as_ref().is_some_and(|flag| flag.load(Ordering::Relaxed)) {
            return Err(Limit::Cancelled);
        }
        match self.deadline {
            Some(deadline) if Instant::now() >= deadline => Err(Limit::Deadline),
            None if steps > MAX_STEPS => Err(Limit::Steps),
            _ => Ok(()),
        }
    }

    /// Whether a string that is built piece by piece may grow on.
    pub(crate) fn check_length(&self, length: usize) -> Result<(), Limit> {
        if length > MAX_STRING { Err(Limit::String) } else { Ok(()) }
    }

    /// Counts `bytes` of a string or container that is about to be built.
    pub(crate) fn grow(&self, bytes: usize) -> Result<(), Limit> {
        self.check_length(bytes)?;
        self.charge(bytes)
    }

    /// Counts `bytes` of many values together.
    pub(crate) fn charge(&self, bytes: usize) -> Result<(), Limit> {
        let total = self.bytes.get().saturating_add(bytes as u64);
        self.bytes.set(total);
        if total > self.weigh_at.get() {
            self.weigh(total)?;
        }
        // What is large takes time to build.
        self.read(bytes)
    }

    /// Most of what a long loop builds is gone again; only what has stayed counts.
    #[cold]
    fn weigh(&self, total: u64) -> Result<(), Limit> {
        self.weigh_at.set(total.saturating_add(BYTES_BETWEEN_LOOKS));
        match (self.resident)() {
            Some(bytes) if bytes < MAX_RESIDENT => Ok(()),
            _ => Err(Limit::Memory),
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

/// The second number of `/proc/self/statm`, in pages of 4 KiB; they are never smaller. Other systems do not tell.
fn resident() -> Option<u64> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = statm.split_ascii_whitespace().nth(1)?.parse().ok()?;
    Some(pages * 4096)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

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
        let limits = Limits { resident: || Some(MAX_RESIDENT), ..Limits::new(None, None) };
        assert_eq!(limits.grow(MAX_STRING), Ok(()));
        assert_eq!(limits.grow(MAX_STRING + 1), Err(Limit::String));
        let reached = (0..100).find_map(|_| limits.grow(MAX_STRING).err());
        assert_eq!(reached, Some(Limit::Memory));
    }

    #[test]
    fn what_is_built_and_gone_again_does_not_count() {
        let limits = Limits { resident: || Some(0), ..Limits::new(Some(Instant::now() + HOUR), None) };
        assert!((0..10_000).all(|_| limits.grow(MAX_STRING).is_ok()));
        let blind = Limits { resident: || None, ..Limits::new(Some(Instant::now() + HOUR), None) };
        assert_eq!((0..100).find_map(|_| blind.grow(MAX_STRING).err()), Some(Limit::Memory));
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
