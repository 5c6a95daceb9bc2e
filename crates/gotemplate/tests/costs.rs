//! What templates take is charged: memory before it is taken, work before it is done.
//!
//! The allocator counts for the whole program, so that everything here is one test after the other.

#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

use gotemplate::{Data, ParseBudget, RenderContext, RenderLimits, Template, Used};
use peak_alloc::PeakAlloc;
use rand::SeedableRng as _;
use rand::rngs::StdRng;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// A text that grows takes twice its length, once more while it moves to a larger place, and once more as it becomes
/// a value.
const MOST_FOR_ONE_BYTE: usize = 4;
/// What rendering takes before it makes anything.
const FIXED_BYTES: usize = 1 << 20;

/// What one rendering took.
struct Taken {
    /// Bytes allocated at the same time.
    peak: usize,
    used: Used,
}

fn measure(text: &str, limits: RenderLimits) -> Taken {
    let template = Template::parse("t", text, &mut ParseBudget::default()).expect("it parses");
    let data: Data = [("name", "value")].into_iter().collect();
    let mut context = RenderContext::new(1_700_000_000, 0, StdRng::seed_from_u64(1), limits);
    ALLOCATOR.reset_peak_usage();
    let before = ALLOCATOR.current_usage();
    // Whether it succeeds or fails, it has to pay.
    drop(template.render(&data, &mut context));
    Taken { peak: ALLOCATOR.peak_usage().saturating_sub(before), used: context.used() }
}

fn pays_for_its_memory(text: &str) {
    let Taken { peak, used } = measure(text, RenderLimits::default());
    let most = MOST_FOR_ONE_BYTE * used.memory_bytes + FIXED_BYTES;
    assert!(peak <= most, "{text}: {peak} bytes taken, {} charged", used.memory_bytes);
}

#[test]
fn what_templates_take_is_charged() {
    results_larger_than_their_arguments_are_charged();
}

fn results_larger_than_their_arguments_are_charged() {
    let mut texts = vec![
        "{{ regexReplaceAll \"a+\" (repeat 1000000 \"a\") (repeat 10000 \"$0\") | len }}",
        "{{ regexReplaceAllLiteral \"a\" (repeat 10000 \"a\") (repeat 10000 \"b\") | len }}",
    ];
    if cfg!(feature = "certificates") {
        texts.extend([
            "{{ $s := repeat 100000 \"a\" }}{{ $l := list $s }}{{ range 10 }}{{ $l = concat $l $l }}{{ end }}\
             {{ $k := genPrivateKey \"ed25519\" }}{{ $c := genSelfSignedCertWithKey \"x\" nil $l 1 $k }}",
            "{{ $c := genCAWithKey (repeat 20000000 \"a\") 1 (genPrivateKey \"ed25519\") }}",
            "{{ $c := genCAWithKey (repeat 1000000 \"a\") 1 (genPrivateKey \"ed25519\") }}",
            "{{ $s := repeat 10000000 \"a\" }}{{ $_ := buildCustomCert (b64enc $s) (b64enc $s) }}",
        ]);
    }
    for text in texts {
        pays_for_its_memory(text);
    }
}
