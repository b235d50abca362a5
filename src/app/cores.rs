//! One piece of work for each of many items, on all cores: files to read, templates to compile. A pool of threads that
//! outlives the work would gain nothing, for this happens once a reload.

use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::thread;

/// The results in the order of `items`. A thread gets at least `share` items: fewer, and starting it costs more than it
/// saves. A panic in `work` goes on here.
pub(crate) fn map_on_cores<T: Sync, R: Send>(
    items: &[T],
    share: NonZeroUsize,
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let threads = cores.min(items.len() / share).max(1);
    if threads == 1 {
        return items.iter().map(work).collect();
    }
    let work = &work;
    thread::scope(|scope| {
        let workers: Vec<_> = items
            .chunks(items.len().div_ceil(threads))
            .map(|chunk| scope.spawn(move || chunk.iter().map(work).collect::<Vec<R>>()))
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic)))
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_the_order_of_the_items() {
        for count in [0_u32, 1, 2, 7, 1000] {
            let items: Vec<u32> = (0..count).collect();
            let doubled = map_on_cores(&items, NonZeroUsize::MIN, |item| item * 2);
            assert!(doubled.into_iter().eq((0..count).map(|item| item * 2)), "{count}");
        }
    }

    #[test]
    #[should_panic(expected = "item 3")]
    fn a_panic_is_not_swallowed() {
        map_on_cores(&[1, 2, 3, 4], NonZeroUsize::MIN, |item| assert!(*item != 3, "item {item}"));
    }
}
