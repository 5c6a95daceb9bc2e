//! Work on many items at once, with results in order.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Runs `work` on every item, on all cores, and gives the results with the items' places, in their order.
pub(crate) fn map<I: Sync, T: Send>(items: &[I], work: impl Fn(&I) -> T + Sync) -> Vec<(usize, T)> {
    let queue = Queue { items, next: 0.into() };
    let workers = workers(items.len());
    if workers <= 1 {
        return queue.run(&work);
    }
    let mut results = thread::scope(|scope| {
        // This thread works as well. A system that gives no more threads makes it slower, not impossible.
        let spawn = |_| thread::Builder::new().spawn_scoped(scope, || queue.run(&work)).ok();
        let handles: Vec<_> = (1..workers).filter_map(spawn).collect();
        let mut results = queue.run(&work);
        for handle in handles {
            results.extend(handle.join().unwrap_or_else(resume));
        }
        results
    });
    results.sort_unstable_by_key(|(index, _)| *index);
    results
}

/// The operating system is asked only when there is something to share: that takes a dozen calls.
fn workers(items: usize) -> usize {
    if items <= 1 { 1 } else { thread::available_parallelism().map_or(1, usize::from).min(items) }
}

struct Queue<'a, I> {
    items: &'a [I],
    /// The next item to be taken.
    next: AtomicUsize,
}

impl<I> Queue<'_, I> {
    /// One worker: takes items until there are none.
    fn run<T>(&self, work: &impl Fn(&I) -> T) -> Vec<(usize, T)> {
        let mut results = Vec::new();
        loop {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = self.items.get(index) else { return results };
            results.push((index, work(item)));
        }
    }
}

/// A panic in a worker is a panic of the caller.
fn resume<T>(panic: Box<dyn std::any::Any + Send>) -> T {
    std::panic::resume_unwind(panic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let items: Vec<usize> = (0..1000).collect();
        let doubled = map(&items, |item| item * 2);
        let expected: Vec<_> = items.iter().map(|item| (*item, item * 2)).collect();
        assert_eq!(doubled, expected);
        assert_eq!(map(&[], |item: &u32| *item), Vec::new());
    }
}
