//! What Go's text/template and Sprig make of the case files in `tests/cases`.

#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

mod support;

use std::collections::HashSet;
use std::thread;

/// Cases of functions that a build without certificates leaves out.
const OF_CERTIFICATES: &[&str] = &["crypto-016", "crypto-017", "crypto-018", "crypto-019"];

/// All cases pass, and there are so many.
fn all_pass(json: &'static str, count: usize) {
    let run = move || {
        let skipped: HashSet<&str> = if cfg!(feature = "certificates") {
            HashSet::new()
        } else {
            OF_CERTIFICATES.iter().copied().collect()
        };
        let report = support::run(json, &skipped);
        assert!(report.failed.is_empty(), "failed: {:#?}", report.failed);
        assert_eq!(report.passed + report.skipped, count);
    };
    // The stack that threads have unless told otherwise, also where tests run with more.
    thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(run)
        .expect("a thread")
        .join()
        .expect("all pass");
}

#[test]
fn the_cases_render_as_go_renders_them() {
    all_pass(include_str!("cases/cases.json"), 628);
}

#[test]
fn more_cases_render_as_go_renders_them() {
    all_pass(include_str!("cases/more-cases.json"), 1719);
}

#[test]
fn case_files_may_expect_unicodes_classes() {
    let case = r#"{"cases": [{"id": "year", "template": "{{ date \"2006\" now }}é", "data": {},
        "expect": {"kind": "ok", "output_regex": "^\\d{4}\\p{Ll}$"}}]}"#;
    all_pass(case, 1);
}
