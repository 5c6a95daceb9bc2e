//! What Go's text/template and Sprig make of the case files in `fixtures/template`.

#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

mod support;

use std::collections::HashSet;
use std::thread;

/// Cases that are not rendered as Go renders them, each with the reason. None at present.
const EXCEPTIONS: &[(&str, &str)] = &[];

fn all_pass(json: &'static str, at_least: usize) {
    let run = move || {
        let skipped: HashSet<&str> = EXCEPTIONS.iter().map(|(id, _)| *id).collect();
        let report = support::run(json, &skipped);
        assert!(report.failed.is_empty(), "failed: {:#?}", report.failed);
        assert!(report.passed >= at_least, "only {} cases ran", report.passed);
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
    all_pass(include_str!("../../../fixtures/template/cases.json"), 628);
}

#[test]
fn more_cases_render_as_go_renders_them() {
    all_pass(include_str!("../../../fixtures/template/more-cases.json"), 1000);
}

#[test]
fn case_files_may_expect_unicodes_classes() {
    let case = r#"{"cases": [{"id": "year", "template": "{{ date \"2006\" now }}é", "data": {},
        "expect": {"kind": "ok", "output_regex": "^\\d{4}\\p{Ll}$"}}]}"#;
    all_pass(case, 1);
}
