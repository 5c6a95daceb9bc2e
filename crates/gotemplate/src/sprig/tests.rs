//! The table of functions.

use std::collections::HashSet;

use super::*;

#[test]
fn no_function_is_there_twice() {
    let names = names();
    let different: HashSet<&str> = names.iter().copied().collect();
    assert_eq!(names.len(), different.len());
    assert!(
        names.iter().all(|name| find(name.as_bytes()).is_some_and(|found| found.name == *name))
    );
}

#[test]
fn all_of_go_and_sprig_is_there_but_what_reaches_outside() {
    // Go has 19 functions, one of which (slice) Sprig replaces; Sprig has 211 generic ones.
    assert_eq!(names().len(), 18 + 211 - 3);
    assert!(
        find(b"env").is_none() && find(b"expandenv").is_none() && find(b"getHostByName").is_none()
    );
}
