//! What costs little once costs no more than so many times as much in a file of many: the input is repeated, as documents of
//! one file and as items of one List, all of it is read and written, and libFuzzer's limits on time and memory hold.

#![no_main]

use kubeyaml::{Input, Tree};
use libfuzzer_sys::fuzz_target;

/// How often an input is repeated: more often than what one document may copy goes into what a file may.
const TIMES: usize = 24;
/// The most that aliases may add to what is read of a file.
const COPIES: usize = 256 << 20;
/// How much longer a text gets when it is written: one byte may become an escape of six.
const ESCAPED: usize = 8;

fuzz_target!(|text: &[u8]| {
    let Ok(text) = std::str::from_utf8(text) else { return };
    // One document is the matter of the target `yaml`; here it only has to be one that is read.
    if !kubeyaml::split(text.as_bytes()).is_ok_and(|input| documents(&input).next().is_some()) {
        return;
    }
    for many in [
        vec![text; TIMES].join("\n---\n"),
        // Objects in JSON, one after another.
        text.repeat(TIMES),
        format!("items:\n{}", list_item(text).repeat(TIMES)),
    ] {
        let Ok(input) = kubeyaml::split(many.as_bytes()) else { continue };
        // One document at a time, as the program has it; what comes of them is held together.
        let written: usize =
            documents(&input).map(|tree| kubeyaml::to_json_line(&tree).len()).sum();
        assert!(written <= COPIES + ESCAPED * many.len(), "{written} bytes of {}", many.len());
    }
});

fn documents(input: &Input) -> impl Iterator<Item = Tree> {
    let nodes = input.documents().filter_map(|document| document.parse().ok().flatten());
    nodes.map(|node| Tree::from(&node))
}

/// The text as an item of a list in a block.
fn list_item(text: &str) -> String {
    format!("-\n{}\n", text.lines().map(|line| format!(" {line}\n")).collect::<String>())
}
