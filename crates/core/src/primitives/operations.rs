//! Counts private-key operations and keys that are read, so that tests can say how many a task took.

use std::cell::Cell;

thread_local! {
    static PRIVATE_KEY_OPERATIONS: Cell<usize> = const { Cell::new(0) };
    static PRIVATE_KEYS_READ: Cell<usize> = const { Cell::new(0) };
}

pub(crate) fn count_one() {
    PRIVATE_KEY_OPERATIONS.set(PRIVATE_KEY_OPERATIONS.get() + 1);
}

/// How many private-key operations `task` makes on this thread.
pub(crate) fn during<T>(task: impl FnOnce() -> T) -> (T, usize) {
    let before = PRIVATE_KEY_OPERATIONS.get();
    let result = task();
    (result, PRIVATE_KEY_OPERATIONS.get() - before)
}

pub(crate) fn count_key() {
    PRIVATE_KEYS_READ.set(PRIVATE_KEYS_READ.get() + 1);
}

/// How many private keys `task` reads on this thread.
pub(crate) fn keys_read_during<T>(task: impl FnOnce() -> T) -> (T, usize) {
    let before = PRIVATE_KEYS_READ.get();
    let result = task();
    (result, PRIVATE_KEYS_READ.get() - before)
}
