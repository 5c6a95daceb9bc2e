//! Work on many files at once.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;

/// How many threads there are to a processor: while one waits for the disk, another one computes.
const THREADS_A_CORE: usize = 2;

/// How many threads work on files is done by best where the processors do it all.
#[must_use]
pub fn threads_of_processors() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get) * THREADS_A_CORE
}

/// Runs `work` on every item, on so many threads, and gives each result with the item's place to `done`, on the calling
/// thread, as soon as it is there: in no order.
pub fn for_each<I: Sync, T: Send>(
    items: &[I],
    threads: usize,
    work: impl Fn(usize, &I) -> T + Sync,
    mut done: impl FnMut(usize, T),
) {
    let next = AtomicUsize::new(0);
    let run = &|results: Sender<(usize, T)>| {
        while let place = next.fetch_add(1, Ordering::Relaxed)
            && let Some(item) = items.get(place)
            && results.send((place, work(place, item))).is_ok()
        {}
    };
    let (results, received) = channel();
    thread::scope(|scope| {
        let spawn = |results| thread::Builder::new().spawn_scoped(scope, move || run(results)).ok();
        let started = (0..threads.min(items.len())).filter_map(|_| spawn(results.clone())).count();
        if started == 0 {
            // A system that gives no threads makes it slower, not impossible.
            run(results.clone());
        }
        drop(results);
        received.iter().for_each(|(place, result)| done(place, result));
    });
}

/// Lets a number of items through, the first ones in order, whichever thread comes first.
pub struct Turns {
    state: Mutex<State>,
    changed: Condvar,
    limit: usize,
}

struct State {
    /// The place of the item whose turn it is.
    next: usize,
    passed: usize,
}

impl Turns {
    /// Lets `limit` items through.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self { state: Mutex::new(State { next: 0, passed: 0 }), changed: Condvar::new(), limit }
    }

    /// Whether no more items may pass, of those that have not asked yet.
    #[must_use]
    pub fn are_over(&self) -> bool {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.passed >= self.limit
    }

    /// Whether the item at `place` may pass, if it wants to. Every item has to ask, once: this waits until those before it
    /// have.
    #[must_use]
    pub fn ask(&self, place: usize, wants: bool) -> bool {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.changed.wait_while(state, |state| state.next != place);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        let may_pass = wants && state.passed < self.limit;
        state.passed += usize::from(may_pass);
        state.next += 1;
        self.changed.notify_all();
        may_pass
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_worked_on_once() {
        let items: Vec<usize> = (0..1000).collect();
        let mut sum = 0;
        let mut places = Vec::new();
        for_each(
            &items,
            4,
            |place, item| place + item,
            |place, result| {
                places.push(place);
                sum += result;
            },
        );
        places.sort_unstable();
        assert_eq!((places, sum), (items, 2 * (0..1000).sum::<usize>()));
        for_each(&[] as &[usize], 4, |_, item| *item, |_, _| panic!("there is none"));
    }

    #[test]
    fn the_first_items_that_want_to_pass_do() {
        let items: Vec<usize> = (0..200).collect();
        let turns = Turns::new(5);
        let mut passed = Vec::new();
        for_each(
            &items,
            4,
            |place, item| turns.ask(place, item % 3 == 0),
            |place, may_pass| {
                passed.extend(may_pass.then_some(place));
            },
        );
        passed.sort_unstable();
        assert_eq!(passed, [0, 3, 6, 9, 12]);
    }
}
