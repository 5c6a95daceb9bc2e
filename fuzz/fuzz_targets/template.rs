//! Parsing and rendering any text: it must neither panic nor take long.

#![no_main]

use gotemplate::{Data, ParseBudget, RenderContext, RenderLimits, Template};
use libfuzzer_sys::fuzz_target;
use rand::SeedableRng;
use rand::rngs::StdRng;

fuzz_target!(|data: &[u8]| {
    let Ok(template) = Template::parse("fuzz", data, &mut ParseBudget::default()) else { return };
    let mut limits = RenderLimits::default();
    limits.steps = 200_000;
    limits.memory_bytes = 8 << 20;
    let values: Data = [("a", &b"value"[..]), ("b", b"\xff\x00\xc3\xa9")].into_iter().collect();
    let mut context = RenderContext::new(1_700_000_000, 0, StdRng::seed_from_u64(0), limits);
    if let Ok(output) = template.render(&values, &mut context) {
        assert!(output.len() <= 1 << 20);
    }
});
