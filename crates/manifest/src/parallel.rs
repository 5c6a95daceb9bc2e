//! Work on many items at once, with results in order.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Runs `work` on every item, on all cores, and gives the results in the order of the items.
///
/// # Errors
/// The error of the first item, in order, that has one. Items after a failed one may be left out.
pub(crate) fn map<I, T, E>(
    items: &[I],
    work: impl Fn(&I) -> Result<T, E> + Sync,
) -> Result<Vec<T>, E>
where
    I: Sync,
    T: Send,
    E: Send,
{
    let workers = workers(items.len());
    if workers <= 1 {
        return items.iter().map(work).collect();
    }
    let queue = Queue { items, next: AtomicUsize::new(0), end: AtomicUsize::new(items.len()) };
    let mut results: Vec<(usize, Result<T, E>)> = thread::scope(|scope| {
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
    results.into_iter().map(|(_, result)| result).collect()
}

/// The operating system is asked only when there is something to share: that takes a dozen calls.
fn workers(items: usize) -> usize {
    if items <= 1 { 1 } else { thread::available_parallelism().map_or(1, usize::from).min(items) }
}

struct Queue<'a, I> {
    items: &'a [I],
    /// The next item to be taken.
    next: AtomicUsize,
    /// Items from here on need not be done: one before them has failed.
    end: AtomicUsize,
}

impl<I> Queue<'_, I> {
    /// One worker: takes items until there are none.
    fn run<T, E>(&self, work: &impl Fn(&I) -> Result<T, E>) -> Vec<(usize, Result<T, E>)> {
        let mut results = Vec::new();
        loop {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            if index >= self.end.load(Ordering::Relaxed) {
                return results;
            }
            let Some(item) = self.items.get(index) else { return results };
            let result = work(item);
            if result.is_err() {
                self.end.fetch_min(index, Ordering::Relaxed);
            }
            results.push((index, result));
        }
    }
}

/// A panic in a worker is a panic of the caller.
fn resume<T>(panic: Box<dyn std::any::Any + Send>) -> T {
    std::panic::resume_unwind(panic)
}

#[cfg(test)]
mod tests {
    use super::map;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let items: Vec<u32> = (0..1000).collect();
        let doubled: Result<Vec<u32>, ()> = map(&items, |item| Ok(item * 2));
        assert_eq!(doubled, Ok(items.iter().map(|item| item * 2).collect()));
        let none: Result<Vec<u32>, ()> = map(&[], |item: &u32| Ok(*item));
        assert_eq!(none, Ok(Vec::new()));
    }

    #[test]
    fn the_first_failure_in_order_is_the_one_reported() {
        let items: Vec<u32> = (0..1000).collect();
        for _ in 0..50 {
            let failed = map(&items, |item| if item % 300 == 299 { Err(*item) } else { Ok(()) });
            assert_eq!(failed, Err(299));
        }
    }
}
