//! Work on many items at once, with results in order.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// What a failed item means for the others.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failures {
    /// Nothing: each has its own result.
    Kept,
    /// Items after it may be left out, those before it are not: the first failure, in order, is there.
    EndTheRun,
}

/// Runs `work` on every item, on all cores, and gives the results with the items' places, in their order.
pub(crate) fn map<I, T, E>(
    items: &[I],
    failures: Failures,
    work: impl Fn(&I) -> Result<T, E> + Sync,
) -> Vec<(usize, Result<T, E>)>
where
    I: Sync,
    T: Send,
    E: Send,
{
    let queue = Queue { items, failures, next: 0.into(), end: items.len().into() };
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
    failures: Failures,
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
            if result.is_err() && self.failures == Failures::EndTheRun {
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
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let items: Vec<usize> = (0..1000).collect();
        let doubled = map(&items, Failures::Kept, |item| Ok::<_, ()>(item * 2));
        let expected: Vec<_> = items.iter().map(|item| (*item, Ok(item * 2))).collect();
        assert_eq!(doubled, expected);
        assert_eq!(map(&[], Failures::Kept, |item: &u32| Ok::<_, ()>(*item)), Vec::new());
    }

    #[test]
    fn the_first_failure_in_order_is_there_with_all_before_it() {
        let items: Vec<usize> = (0..1000).collect();
        for _ in 0..50 {
            let results = map(&items, Failures::EndTheRun, |item| match item % 300 {
                299 => Err(*item),
                _ => Ok(()),
            });
            let places: Vec<usize> = results.iter().take(300).map(|(place, _)| *place).collect();
            assert_eq!(places, items[..300]);
            assert_eq!(results.into_iter().find_map(|(_, result)| result.err()), Some(299));
        }
    }

    #[test]
    fn failures_that_are_kept_leave_nothing_out() {
        let items: Vec<usize> = (0..1000).collect();
        let results = map(&items, Failures::Kept, |item| Err::<(), _>(*item));
        assert_eq!(results.len(), items.len());
    }
}
