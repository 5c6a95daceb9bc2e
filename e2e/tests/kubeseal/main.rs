//! A table of command lines that the real kubeseal and `seal` under its name are run with, each in a folder of its own, against
//! upstream's controller and against ours: the same exit codes, the same documents after unsealing, the same effect on files, but
//! where `docs/kubeseal.md` says otherwise.

#![expect(
    clippy::expect_used,
    clippy::string_slice,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what is not as it should be fails the test there and then"
)]

mod line;
mod result;
mod stage;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use sealkit_testkit::repository;

use line::Line;
use stage::{Controller, Run, Stage};

#[test]
fn both_programs_do_the_same_under_both_controllers() {
    let lines = Line::all();
    assert!(lines.len() >= 120, "{} lines", lines.len());
    let stage = Stage::set();
    let mut problems = Vec::new();
    let mut under_upstream = Vec::new();
    for controller in [Controller::Upstream, Controller::Ours] {
        let _service = stage.start(controller);
        let results = run_all(&stage, &lines);
        for (line, (theirs, ours)) in lines.iter().zip(&results) {
            match line.expected(&theirs.result, controller == Controller::Upstream) {
                Ok(expected) if expected == ours.result => {}
                Ok(expected) => problems.push(format!(
                    "{controller:?}: {line}\n  expected {expected}\n  found    {}\n  {}",
                    ours.result, ours.said
                )),
                Err(problem) => problems.push(format!("{controller:?}: {line}: {problem}")),
            }
        }
        match controller {
            Controller::Upstream => under_upstream = results,
            Controller::Ours => problems.extend(differing(&lines, &under_upstream, &results)),
        }
    }
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

type Results = Vec<(Run, Run)>;

/// What either program does with each line. Two lines at a time: they wait for the cluster, most of the time.
fn run_all(stage: &Stage, lines: &[Line]) -> Results {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(vec![(Run::default(), Run::default()); lines.len()]);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(line) = lines.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let both = (stage.run(line, &stage.theirs), stage.run(line, &stage.ours));
                    results.lock().unwrap()[line.number] = both;
                }
            });
        }
    });
    results.into_inner().unwrap()
}

/// Lines with which ours does something else under one controller than under the other.
fn differing(lines: &[Line], upstream: &Results, ours: &Results) -> Vec<String> {
    let pairs = lines.iter().zip(upstream.iter().zip(ours));
    let pairs = pairs.map(|(line, (upstream, ours))| (line, &upstream.1.result, &ours.1.result));
    let differing = pairs.filter(|(_, upstream, ours)| upstream != ours);
    let described = differing.map(|(line, upstream, ours)| {
        format!("{line}\n  under upstream's controller {upstream}\n  under ours {ours}")
    });
    described.collect()
}

#[test]
fn every_difference_is_documented_and_occurs() {
    let text = std::fs::read_to_string(repository().join("docs/kubeseal.md")).unwrap();
    let (_, section) = text.split_once("## What is done otherwise").unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |"));
    let documented: BTreeSet<_> = rows.map(|(name, _)| name.to_owned()).collect();
    let shown: BTreeSet<_> = Line::all().iter().flat_map(Line::differences).collect();
    assert_eq!(shown, documented);
}
