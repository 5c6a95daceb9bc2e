//! How long a step takes, function by function: `cargo run -q --release -p gotemplate --example prices`.
//!
//! A function that takes much longer for a step than others lets a template take more time than meant. The worst are
//! printed first, in nanoseconds for each step, without those that make or read private keys.

#![expect(clippy::print_stdout, reason = "its output is for a person")]

use std::time::Instant;

use gotemplate::{Data, ParseBudget, RenderContext, RenderLimits, Template, function_names};
use rand::SeedableRng as _;
use rand::rngs::StdRng;

const ARGUMENTS: &[&str] = &[
    "",
    "$.odd",
    "$.plain",
    "3",
    "(list $.odd $.plain)",
    "(dict $.odd $.plain)",
    "$.lines",
    "`x`",
];
const THIRD: &[&str] = &["", "$.odd", "`x`"];
/// Others that are known to be slow.
const CALLS: &[&str] = &[
    "derivePassword 1 `pin` `a` `b` `c`",
    "regexFindAll `a.*b[ab]{500}c|a` (repeat 900 `ab`) -1",
    "regexFindAll `(?i)[a-f]+(\\d|[xyz])?` $.odd -1",
    "regexMatch `[ab]*a[ab]{200}c` (repeat 1000 `abaab`)",
    "regexReplaceAll `(a|b|[^x])(.)(.)` $.odd `$3$2$1`",
    "regexReplaceAll `(?:[ab]|[^x]){50}` $.odd `$0`",
    "regexFindAll `a[ab]{0,500}c|a` (repeat 2000 `ab`) -1",
    "regexMatch (print (repeat 100 `\\p{Zs}`) `(`) `x`",
    "regexMatch `(?i)\\pL{20}` `x`",
    "sortAlpha (splitList `,` $.many)",
    "uniq (splitList `,` $.many)",
    "semverCompare (repeat 300 `>1.2.3 `) `1.2.4-a`",
    "semverCompare (repeat 300 `1.2 - 3.4||`) `1.2.4`",
    "printf `%.1000f %.900e %1000d %x %q` 1.1 1.1 1 $.odd $.odd",
    "fromJson (repeat 5000 `[1,`)",
    "toPrettyJson (fromJson (print (repeat 500 `[`) (repeat 500 `]`)))",
    "htpasswd `a` `b`",
    "dateInZone `Monday 02 January 2006 15:04:05.000 MST` now `Europe/Berlin`",
    "toDate `2006-01-02` `2020-01-01`",
];
/// These make keys.
const KEYS: &[&str] = &["genPrivateKey", "genCA", "genSelfSignedCert", "genSignedCert"];

fn main() {
    let data: Data = [
        ("odd", "a1 &\u{e9}<\u{1},\"\u{1F600}".repeat(2000)),
        ("plain", "lower and Upper words ".repeat(2000)),
        ("lines", "1\n".repeat(20_000)),
        ("many", "k,".repeat(3000)),
    ]
    .into_iter()
    .collect();
    let calls = CALLS.iter().map(|call| (*call).to_owned());
    let mut prices: Vec<(f64, u64, String)> = calls
        .chain(function_names().into_iter().flat_map(calls_of))
        .filter_map(|call| price(&data, call))
        .collect();
    prices.sort_by(|(left, ..), (right, ..)| right.total_cmp(left));
    for (nanoseconds, steps, call) in prices.iter().take(40) {
        println!("{nanoseconds:7.1} ns of {steps:8} steps: {call}");
    }
}

fn calls_of(name: &'static str) -> impl Iterator<Item = String> {
    let name = if KEYS.contains(&name) { "hello" } else { name };
    ARGUMENTS.iter().flat_map(move |first| {
        ARGUMENTS.iter().flat_map(move |second| {
            THIRD.iter().map(move |third| format!("{name} {first} {second} {third}"))
        })
    })
}

/// The nanoseconds that each step of a call takes, at best of some times, and the steps.
fn price(data: &Data, call: String) -> Option<(f64, u64, String)> {
    const TIMES: usize = 4;
    let text = format!("{{{{ range 2 }}}}{{{{ $_ := {call} }}}}{{{{ end }}}}");
    let template = Template::parse("t", text, &mut ParseBudget::default()).ok()?;
    let mut prices = Vec::new();
    for _ in 0..TIMES {
        prices.push(price_once(data, &template)?);
    }
    let (each, steps) = prices.into_iter().min_by(|(left, _), (right, _)| left.total_cmp(right))?;
    Some((each, steps, call))
}

fn price_once(data: &Data, template: &Template) -> Option<(f64, u64)> {
    #[expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]
    let now = Instant::now;
    let mut limits = RenderLimits::default();
    (limits.memory_bytes, limits.steps) = (1 << 40, 50_000_000);
    let mut context = RenderContext::new(0, 0, StdRng::seed_from_u64(0), limits);
    let start = now();
    let rendered = template.render(data, &mut context);
    let elapsed = start.elapsed().as_secs_f64();
    let steps = context.used().steps;
    #[expect(clippy::cast_precision_loss, reason = "there are few steps")]
    let each = elapsed * 1e9 / steps as f64;
    // Few steps are mostly the rendering itself.
    (rendered.is_ok() && steps > 500).then_some((each, steps))
}
