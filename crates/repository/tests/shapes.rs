//! Every shape of `fixtures/rotate-shapes`: outcomes, bytes, and what the new values open to.

#![expect(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test fails where its fixtures are not what they should be"
)]

mod shapes {
    pub(crate) mod case;
    pub(crate) mod filled;
    pub(crate) mod keys;
    pub(crate) mod run;
}

use std::collections::BTreeMap;

use shapes::case::{Case, cases};
use shapes::run::run;

/// What does not pass, and why. A case that passes must not be named here.
const NOT_YET: &[(&str, &str)] = &[("54: excluded", WALK), ("55: --env development", WALK)];

const WALK: &str = "files are chosen by whoever walks the tree";

#[test]
fn every_shape_becomes_what_it_should() {
    let not_yet: BTreeMap<&str, &str> = NOT_YET.iter().copied().collect();
    let cases = cases();
    let mut wrong = Vec::new();
    for case in &cases {
        match (run(case), not_yet.get(case.name.as_str())) {
            (Ok(()), None) | (Err(_), Some(_)) => {}
            (Ok(()), Some(_)) => wrong.push(format!("{}: passes: take it off the list", case.name)),
            (Err(error), None) => wrong.push(format!("{}: {error}", case.name)),
        }
    }
    let unknown =
        not_yet.keys().filter(|name| !cases.iter().any(|case: &Case| case.name == **name));
    wrong.extend(unknown.map(|name| format!("{name}: no such case")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
