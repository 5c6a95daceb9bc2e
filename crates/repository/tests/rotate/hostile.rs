//! Files that are made to keep a machine busy.

use std::time::{Duration, Instant};

use sealkit_repository::rotate::Verdict;

use crate::support::{OLD, manifest, rotated, sealed};

/// What these take in a debug build, with much to spare: what grows with the square of the file takes minutes.
const MOST: Duration = Duration::from_secs(20);

#[test]
#[expect(clippy::disallowed_methods, reason = "what takes minutes is told from what takes seconds")]
fn time_grows_with_the_file() {
    let fill = |unit: &str| unit.repeat(1_000_000 / unit.len());
    let value = sealed(&OLD);
    let end = format!("\n---\n{}", manifest("", &format!("    a: {value}\n")));
    let fake = format!("AgA{}", "x".repeat(363));
    let nested = |inner: &str| format!("{}{inner}{}", "{\"x\":".repeat(1000), "}".repeat(1000));
    let items: Vec<String> = (0..20_000).map(|item| format!("\"k{item}\":\"REPLACE\"")).collect();
    let items = items.join(",");
    for (file, verdict) in [
        (fill("a: b\n...\n# c\n---\n") + &end, Verdict::Left),
        (fill("{{ x }} a ") + &end, Verdict::Rotated),
        (fill("a: {{\n") + &end, Verdict::Left),
        (fill("a: {{\n}}\n") + &end, Verdict::Left),
        (fill("{{ x }}\n") + &end, Verdict::Rotated),
        (fill(&format!("# {fake}\n")) + &end, Verdict::Rotated),
        (fill("# \\/ {{ \\u0041\n") + &end, Verdict::Rotated),
        (format!("[{}1]", fill(&format!("\"{fake}\","))), Verdict::Left),
        (
            nested(&format!("{{\"metadata\":1,\"spec\":{{\"encryptedData\":{{{items}}}}}}}")),
            Verdict::Noted,
        ),
        (nested(&format!("{:?}", nested(&format!("\"{value}\"")))), Verdict::Left),
        (format!("encryptedData: &a {{b: {value}}}\nc:\n{}", fill("- *a\n")), Verdict::Left),
        (format!("namespace: {}\n? {fake}\n: {fake}\n", fill("n")), Verdict::Left),
        (format!("a: |\n{}\n", fill(&format!("  {}\n", &fake[..60]))), Verdict::Left),
        ("[".repeat(1_000_000) + "encryptedData", Verdict::Left),
    ] {
        let start = Instant::now();
        let outcome = rotated(&file);
        let begin: String = file.chars().take(40).collect();
        assert_eq!(outcome.verdict(), verdict, "{begin}");
        assert!(start.elapsed() < MOST, "{begin} takes {:?}", start.elapsed());
    }
}
