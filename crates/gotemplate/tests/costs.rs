//! What templates take is charged: memory before it is taken, work before it is done.
//!
//! The allocator counts for the whole program, so that everything here is one test after the other.

#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

use gotemplate::{Data, ExecErrorKind, ParseBudget, RenderContext, RenderLimits, Template, Used};
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

/// How many bytes one step reads at most.
const BYTES_OF_A_STEP: u64 = 64;

/// What one rendering took.
struct Taken {
    /// Bytes allocated at the same time.
    peak: usize,
    used: Used,
    /// How it failed.
    kind: Option<ExecErrorKind>,
}

fn measure(text: &str, limits: &RenderLimits) -> Taken {
    let template = Template::parse("t", text, &mut ParseBudget::default()).expect("it parses");
    let data: Data = [("name", "value")].into_iter().collect();
    let mut context =
        RenderContext::new(1_700_000_000, 0, StdRng::seed_from_u64(1), limits.clone());
    ALLOCATOR.reset_peak_usage();
    let before = ALLOCATOR.current_usage();
    // Whether it succeeds or fails, it has to pay.
    let kind = template.render(&data, &mut context).err().map(|error| error.kind());
    Taken { peak: ALLOCATOR.peak_usage().saturating_sub(before), used: context.used(), kind }
}

/// Searches that read the text to its end for each match cost the square of it.
fn searches_that_look_far_are_charged() {
    let text = "{{ $t := repeat 4000 \"ab\" }}{{ $_ := regexFindAll \"a.*b[ab]{500}c|a\" $t -1 }}";
    let mut limits = RenderLimits::default();
    limits.steps = 1_000_000;
    assert_eq!(measure(text, &limits).kind, Some(ExecErrorKind::Limit));
    let text = "{{ $t := repeat 4000 \"ab \" }}{{ $_ := regexFindAll `\\w+` $t -1 }}";
    assert_eq!(measure(text, &limits).kind, None);
}

/// A pattern that turns out wrong was looked up all the same.
fn patterns_that_are_wrong_are_charged() {
    let text = "{{ $_ := regexMatch (print (repeat 500 `\\p{Zs}`) \"(\") \"x\" }}";
    assert!(measure(text, &RenderLimits::default()).used.steps > 1_000_000);
}

fn pays_for_its_memory(text: &str) {
    let Taken { peak, used, .. } = measure(text, &RenderLimits::default());
    let most = MOST_FOR_ONE_BYTE * used.memory_bytes + FIXED_BYTES;
    assert!(peak <= most, "{text}: {peak} bytes taken, {} charged", used.memory_bytes);
}

#[test]
fn what_templates_take_is_charged() {
    results_larger_than_their_arguments_are_charged();
    what_fails_or_is_thrown_away_is_charged();
    searches_that_look_far_are_charged();
    patterns_that_are_wrong_are_charged();
}

/// Work that comes to nothing: the steps for `bytes` bytes are taken all the same.
fn what_fails_or_is_thrown_away_is_charged() {
    for (text, bytes) in [
        (
            "{{ $x := list (repeat 1000000 \"a\") 1i }}{{ range 4 }}{{ $_ := toJson $x }}{{ end }}",
            4_000_000,
        ),
        (
            "{{ $x := list (repeat 1000000 \"a\") }}{{ range 4 }}{{ $_ := toDecimal $x }}{{ end }}",
            4_000_000,
        ),
        (
            "{{ $s := repeat 1000000 \"a\" }}{{ $l := splitList \",\" (print $s \",\" $s) }}{{ $_ := sortAlpha $l }}",
            2_000_000,
        ),
        (
            "{{ $k := repeat 1000000 \"a\" }}{{ $a := dict (print $k) 1 }}{{ $b := dict (print $k) 1 }}\
             {{ range 4 }}{{ $_ := deepEqual $a $b }}{{ end }}",
            4_000_000,
        ),
    ] {
        let steps = measure(text, &RenderLimits::default()).used.steps;
        assert!(steps >= bytes / BYTES_OF_A_STEP, "{text}: {steps} steps");
    }
}

fn results_larger_than_their_arguments_are_charged() {
    let mut texts = vec![
        "{{ regexReplaceAll \"a+\" (repeat 1000000 \"a\") (repeat 10000 \"$0\") | len }}",
        "{{ regexReplaceAllLiteral \"a\" (repeat 10000 \"a\") (repeat 10000 \"b\") | len }}",
        "{{ regexMatch \"x\" (repeat 1000000 \"\\xff\") }}",
        "{{ regexMatch \"x\" (repeat 30000000 \"\\xff\") }}",
        "{{ regexMatch \"(?i)[\\\\pL\\\\pN]{20}\" \"x\" }}",
        "{{ regexMatch \"\\\\pL{100}\" \"x\" }}",
        "{{ regexMatch (repeat 300 \"\\\\p{L}\") \"x\" }}",
        "{{ regexMatch (repeat 20000 \"a|\") \"x\" }}",
        "{{ regexSplit \"\" (repeat 300000 \"a\") -1 | len }}",
        "{{ printf \"% #x\" (repeat 2000000 \"a\") | len }}",
        "{{ printf \"% #x\" (repeat 60000000 \"a\") | len }}",
        "{{ printf \"%+q\" (repeat 500000 \"é\") | len }}",
        "{{ quote (repeat 1000000 \"\\x01\") | len }}",
        "{{ toJson (dict (repeat 1000000 \"\\x01\") 1) | len }}",
        "{{ toJson (dict (repeat 25000000 \"\\x01\") 1) | len }}",
        "{{ toJson (list (repeat 1000000 \"\\x01\") 1i) | len }}",
        "{{ toDecimal (list (repeat 2000000 \"a\") (repeat 2000000 \"a\")) }}",
    ];
    if cfg!(feature = "certificates") {
        texts.extend([
            "{{ $s := repeat 100000 \"a\" }}{{ $l := list $s }}{{ range 10 }}{{ $l = concat $l $l }}{{ end }}\
             {{ $k := genPrivateKey \"ed25519\" }}{{ $c := genSelfSignedCertWithKey \"x\" nil $l 1 $k }}",
            "{{ $c := genCAWithKey (repeat 5000000 \"a\") 1 (genPrivateKey \"ed25519\") }}",
            "{{ $c := genCAWithKey (repeat 1000000 \"a\") 1 (genPrivateKey \"ed25519\") }}",
            "{{ $s := repeat 1000000 \"a\" }}{{ $_ := buildCustomCert (b64enc $s) (b64enc $s) }}",
        ]);
    }
    for text in texts {
        pays_for_its_memory(text);
    }
}
