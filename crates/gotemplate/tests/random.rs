//! Templates put together at random: none panics, and each renders the same twice.

#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

use std::fmt::Write as _;

use gotemplate::{Data, ParseBudget, RenderContext, RenderLimits, Template, function_names};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};

const OPERANDS: &[&str] = &[
    ".",
    "$",
    "$x",
    ".a",
    ".bin",
    ".missing",
    "nil",
    "true",
    "1",
    "-1",
    "0",
    "2.5",
    "1e300",
    "3i",
    "'x'",
    "9223372036854775807",
    "-9223372036854775808",
    "\"\"",
    "\"abc\"",
    "\"é\\xff\"",
    "`%5.3v|%[3]*.[2]*[1]f`",
    "(list)",
    "(list 1 nil \"a\" 2.5)",
    "(dict \"a\" 1 \"b\" (dict))",
    "(splitList \",\" \"b,a\")",
    "(until 3)",
    "(semver \"1.2.3-a\")",
    "(toDate \"2006\" \"2024\")",
    "(dict)",
    "\"[a-z]+(b)?\"",
    "\"2006-01-02\"",
    "\"1h\"",
    "(chunk 2 (list 1 2 3))",
    "(index \"abc\" 1)",
    "(rest (list))",
    "\"https://u:p@h/p?q#f\"",
    "\"{\\\"a\\\":[1]}\"",
];

/// Functions that take long by design.
const SLOW: &[&str] = &[
    "bcrypt",
    "htpasswd",
    "derivePassword",
    "genPrivateKey",
    "genCA",
    "genSelfSignedCert",
    "genSignedCert",
];

/// Functions that take nearly anything.
const EASY: &[&str] = &[
    "print",
    "list",
    "dict",
    "quote",
    "cat",
    "html",
    "js",
    "urlquery",
    "println",
    "coalesce",
    "any",
    "and 1",
    "or nil",
    "printf \"%v|%#v\"",
    "toJson",
    "toString",
    "typeOf",
    "default nil",
    "int",
    "float64",
    "add",
    "addf",
    "concat (list)",
];

fn pipeline(rng: &mut StdRng, names: &[&str], depth: usize) -> String {
    let mut text = String::new();
    for stage in 0..rng.random_range(1..=2) {
        if stage > 0 {
            text.push_str(" | ");
        }
        let from = if rng.random_bool(0.6) { EASY } else { names };
        text.push_str(from.choose(rng).expect("there are functions"));
        for _ in 0..rng.random_range(0..4) {
            if depth > 0 && rng.random_bool(0.2) {
                write!(text, " ({})", pipeline(rng, names, depth - 1))
                    .expect("strings can be written");
            } else {
                write!(text, " {}", OPERANDS.choose(rng).expect("there are operands"))
                    .expect("as above");
            }
        }
    }
    text
}

fn block(rng: &mut StdRng, names: &[&str], depth: usize) -> String {
    let inner = pipeline(rng, names, 2);
    if depth == 0 {
        return format!("{{{{- {inner} }}}}");
    }
    let body = block(rng, names, depth - 1);
    match rng.random_range(0..6) {
        0 => format!("{{{{ if {inner} }}}}{body}{{{{ else }}}}n{{{{ end }}}}"),
        1 => format!("{{{{ range $i, $x := {inner} }}}}{body}{{{{ break }}}}{{{{ end }}}}"),
        2 => format!("{{{{ with $x := {inner} }}}}{body}{{{{ end -}}}} "),
        3 => format!("{{{{ $x = {inner} }}}}{body}"),
        4 => format!("{{{{ $x = {inner} }}}}{{{{ $x }}}}{{{{ printf \"%#v %T\" $x $x }}}}{body}"),
        _ => body,
    }
}

fn mangle(rng: &mut StdRng, text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..rng.random_range(0..3) {
        let at = rng.random_range(0..=bytes.len());
        match rng.random_range(0..3) {
            0 => bytes.insert(at, rng.random()),
            1 if at < bytes.len() => {
                bytes.remove(at);
            }
            _ => bytes.truncate(at),
        }
    }
    bytes
}

fn outcome(text: &[u8], seed: u64) -> Result<Vec<u8>, String> {
    let mut limits = RenderLimits::default();
    limits.steps = 200_000;
    let template = Template::parse("t", text, &mut ParseBudget::default())
        .map_err(|error| error.to_string())?;
    let data: Data = [("a", &b"1"[..]), ("bin", b"\xff\x00\xc3\xa9")].into_iter().collect();
    let rng = StdRng::seed_from_u64(seed);
    let mut context = RenderContext::new(1_700_000_000, 5, rng, limits);
    template.render(&data, &mut context).map_err(|error| error.detail().to_string())
}

#[test]
fn random_templates_do_not_panic() {
    let names: Vec<&str> =
        function_names().into_iter().filter(|name| !SLOW.contains(name)).collect();
    let (mut rendered, mut failed) = (0, 0);
    for seed in 0..6000 {
        let mut rng = StdRng::seed_from_u64(seed);
        let text = format!("{{{{ $x := 0 }}}}{}", block(&mut rng, &names, 2));
        let text = if seed % 3 == 0 { mangle(&mut rng, &text) } else { text.into_bytes() };
        let first = outcome(&text, seed);
        assert_eq!(first, outcome(&text, seed), "{}", String::from_utf8_lossy(&text));
        *(if first.is_ok() { &mut rendered } else { &mut failed }) += 1;
    }
    assert!(rendered > 200 && failed > 200, "{rendered} rendered, {failed} failed");
}
