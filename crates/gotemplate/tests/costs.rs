//! What templates take is charged: memory before it is taken, work before it is done.
//!
//! The allocator counts for the whole program, so that everything here is one test after the other.

#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

use std::collections::HashSet;

use gotemplate::{
    Data, ExecError, ExecErrorKind, ParseBudget, RenderContext, RenderLimits, Template, Used,
    function_names,
};
use peak_alloc::PeakAlloc;
use rand::SeedableRng as _;
use rand::rngs::StdRng;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// A text that grows takes twice its length, once more while it moves to a larger place, and once more as it becomes
/// a value.
const MOST_FOR_ONE_BYTE: usize = 4;
/// What rendering takes before it makes anything.
const FIXED_BYTES: usize = 64 << 10;

/// How many bytes one step reads at most.
const BYTES_OF_A_STEP: u64 = 64;

/// The length of the large texts among the arguments.
const LARGE: usize = 100_000;
/// Arguments of all types, large, nested, and such that cannot be encoded or compared.
const ARGUMENTS: &[&str] = &[
    ".large",
    "3",
    "`x`",
    "(list .large 1 (list .large 1i))",
    "(dict `k` .large `x` (list .large 1i))",
    "nil",
    "1.5",
];
/// Of them, those for functions of three parameters.
const FEWER_ARGUMENTS: &[&str] =
    &[".large", "3", "`x`", "(list .large 1i)", "(dict .large .large)"];
/// Calls of functions that take more arguments than three, or of types that only functions make.
const CALLS: &[&str] = &[
    "date_modify .large now",
    "dateModify .large now",
    "must_date_modify .large now",
    "mustDateModify .large now",
    "derivePassword 1 `pin` .large .large .large",
    "derivePassword 1 .large .large .large .large",
    "genCAWithKey .large 1 (genPrivateKey `ed25519`)",
    "genCAWithKey `x` 1 (genPrivateKey `ecdsa`)",
    "genSelfSignedCert .large (list .large) (list .large) 1",
    "genSelfSignedCertWithKey .large (list .large) (list .large) 1 .large",
    "genSelfSignedCertWithKey `x` nil (list (repeat 9999 `x`) .large) 1 (genPrivateKey `ed25519`)",
    "genSignedCert .large (list .large) (list .large) 1 (genCAWithKey `x` 1 (genPrivateKey `ed25519`))",
    "genSignedCertWithKey (repeat 99999 `x`) nil (list (repeat 99999 `x`)) 1 \
     (genCAWithKey (repeat 99999 `x`) 1 (genPrivateKey `ed25519`)) (genPrivateKey `ed25519`)",
    "mustRegexReplaceAll `.` .large `$0$0$0`",
    "regexReplaceAll `(.)` .large `${1}${1}`",
    "semver (print `1.2.3-` (repeat 99999 `a`) `+` (repeat 99999 `b`))",
    "semverCompare `>1` (print `1.2.3-` (repeat 99999 `a`))",
    "ternary .large .large true",
    "unixEpoch now",
    "uniq (list (dict `k` .large) (dict `k` .large))",
    "urlJoin (dict `path` .large `host` .large `query` .large `fragment` .large `userinfo` .large)",
    "urlParse (print `http://` (repeat 9999 `a`) `@` (repeat 9999 `b`) `/` (repeat 9999 `%41`) `?` .large)",
    "fromJson (toJson (list .large (dict .large .large)))",
    "fromJson (print (repeat 5000 `[`) (repeat 5000 `]`))",
    "fromJson (repeat 50000 `[1,`)",
    "printf `%1000000d|%.1000000f|%.1000000e|%01000000.3f|%.1000000x` 1 1.5 1.5 1.5 1.5",
    "printf `%[3]*.[2]*[1]f|%+q|%#q|%x|%T|%v` 12.0 2 6 .large .large .large .large .large",
];

/// Functions that do not read the texts inside of the lists and dicts they are given, and why. All others pay for that.
const LEAVE_UNREAD: &[(&str, &str)] = &[
    (
        "they pass texts on as they are",
        "and append chunk coalesce compact concat deepCopy default dict dig first get index initial keys last list \
         merge mergeOverwrite mustAppend mustChunk mustCompact mustDeepCopy mustFirst mustInitial mustLast mustMerge \
         mustMergeOverwrite mustPrepend mustPush mustRest mustReverse mustSlice omit or pick pluck prepend push rest \
         reverse set slice toStrings tuple unset values",
    ),
    (
        "they ask for a type, a length, a key or whether there is anything",
        "all any empty hasKey kindIs kindOf len not typeIs typeIsLike typeOf",
    ),
    (
        "a list or dict is no number and no time to them",
        "add add1 add1f addf ago biggest ceil date dateInZone date_in_zone div divf duration durationRound float64 \
         floor htmlDate htmlDateInZone int int64 max maxf min minf mod mul mulf round sub subf",
    ),
    (
        "texts of different lengths differ, and values of different kinds",
        "deepEqual eq has mustHas mustUniq mustWithout ne uniq without",
    ),
    ("it reads the parts of a URL, and nothing else", "urlJoin"),
];

/// What one rendering took.
struct Taken {
    /// Bytes allocated at the same time.
    peak: usize,
    used: Used,
    /// How it failed.
    kind: Option<ExecErrorKind>,
    message: String,
}

impl Taken {
    /// Whether the function was called at all: its arguments are of the right number and types.
    fn called(&self) -> bool {
        match self.kind {
            None | Some(ExecErrorKind::Limit) => true,
            _ => self.message.starts_with("error calling"),
        }
    }

    fn pays_for_its_memory(&self, text: &str) {
        let most = MOST_FOR_ONE_BYTE * self.used.memory_bytes + FIXED_BYTES;
        let (peak, charged) = (self.peak, self.used.memory_bytes);
        assert!(peak <= most, "{text}: {peak} bytes taken, {charged} charged");
    }

    fn pays_for_reading(&self, bytes: usize, text: &str) {
        let (steps, least) = (self.used.steps, bytes as u64 / BYTES_OF_A_STEP);
        assert!(steps >= least, "{text}: {steps} steps for {bytes} bytes");
    }
}

fn measure(text: &str, limits: &RenderLimits) -> Taken {
    measure_over(&Data::new(), text, limits)
}

fn measure_over(data: &Data, text: &str, limits: &RenderLimits) -> Taken {
    let template = Template::parse("t", text, &mut ParseBudget::default()).expect("it parses");
    let mut context =
        RenderContext::new(1_700_000_000, 0, StdRng::seed_from_u64(1), limits.clone());
    ALLOCATOR.reset_peak_usage();
    let before = ALLOCATOR.current_usage();
    // Whether it succeeds or fails, it has to pay.
    let error = template.render(data, &mut context).err();
    let peak = ALLOCATOR.peak_usage().saturating_sub(before);
    let kind = error.as_ref().map(ExecError::kind);
    let message = error.map(|error| error.detail().message().to_owned()).unwrap_or_default();
    Taken { peak, used: context.used(), kind, message }
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
    measure(text, &RenderLimits::default()).pays_for_its_memory(text);
}

#[test]
fn what_templates_take_is_charged() {
    results_larger_than_their_arguments_are_charged();
    what_fails_or_is_thrown_away_is_charged();
    searches_that_look_far_are_charged();
    patterns_that_are_wrong_are_charged();
    every_function_pays();
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
        measure(text, &RenderLimits::default()).pays_for_reading(bytes, text);
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

fn every_function_pays() {
    let data: Data = [("large", "a1 &\u{e9}<\u{1},\"".repeat(LARGE / 10))].into_iter().collect();
    let mut limits = RenderLimits::default();
    // Making an RSA key takes more.
    limits.steps = 900_000;
    let names = function_names();
    let mut unread = HashSet::new();
    let mut uncalled: HashSet<&str> = names.iter().copied().collect();
    for arguments in argument_lists() {
        let inside = LARGE * arguments.large_inside;
        let arguments = arguments.text;
        // It takes the arguments, reads none of what is inside, and gives them back.
        let taken = measure_over(&data, &format!("{{{{ $x := list {arguments} }}}}"), &limits);
        let steps_for_arguments = taken.used.steps;
        for name in &names {
            let text = format!("{{{{ $x := {name} {arguments} }}}}");
            let taken = measure_over(&data, &text, &limits);
            taken.pays_for_its_memory(&text);
            if taken.called() {
                uncalled.remove(name);
            }
            let reading = inside as u64 / BYTES_OF_A_STEP;
            // A call takes a few steps less than that of `list` where it has fewer elements to take in.
            let reads = taken.used.steps + 10 >= steps_for_arguments + reading;
            if taken.kind.is_none() && !reads {
                assert!(leaves_unread(name), "{text}: {inside} bytes inside are not charged");
                unread.insert(*name);
            }
        }
    }
    let known: HashSet<&str> =
        LEAVE_UNREAD.iter().flat_map(|(_, names)| names.split_ascii_whitespace()).collect();
    assert_eq!(unread, known, "what is left unread is known");
    for call in CALLS {
        let text = format!("{{{{ $x := {call} }}}}");
        let taken = measure_over(&data, &text, &limits);
        taken.pays_for_its_memory(&text);
        if taken.called() {
            uncalled.remove(call.split(' ').next().unwrap_or_default());
        }
    }
    if !cfg!(feature = "certificates") {
        uncalled.retain(|name| !name.contains("Cert") && !name.starts_with("gen"));
    }
    assert!(uncalled.is_empty(), "{uncalled:?}");
}

fn leaves_unread(name: &str) -> bool {
    LEAVE_UNREAD.iter().any(|(_, names)| names.split_ascii_whitespace().any(|known| known == name))
}

/// The arguments of a call.
struct Arguments {
    text: String,
    /// How many large texts are inside of lists and dicts.
    large_inside: usize,
}

fn argument_lists() -> Vec<Arguments> {
    let mut lists: Vec<Vec<&str>> = vec![Vec::new()];
    for first in ARGUMENTS {
        lists.push(vec![first]);
        lists.extend(ARGUMENTS.iter().map(|second| vec![*first, second]));
    }
    for first in FEWER_ARGUMENTS {
        for second in FEWER_ARGUMENTS {
            lists.extend(FEWER_ARGUMENTS.iter().map(|third| vec![*first, second, third]));
        }
    }
    let inside = |argument: &&str| match argument.starts_with('(') {
        true => argument.matches(".large").count(),
        false => 0,
    };
    let arguments = |list: Vec<&str>| Arguments {
        text: list.join(" "),
        large_inside: list.iter().map(inside).sum(),
    };
    lists.into_iter().map(arguments).collect()
}
