//! Files that are made to keep a machine busy.

use std::time::{Duration, Instant};

use sealkit_core::Scope;
use sealkit_repository::rotate::{Context, Verdict};

use crate::support::{
    OLD, OTHER, manifest, reasons, ring, rotated, sealed, sealed_for, with_rings,
};

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

#[test]
fn what_no_key_opens_has_a_limit_for_the_whole_file() {
    let flags = |context: &mut Context<'_>| {
        context.flags.namespace = Some("shop".to_owned());
        context.flags.name = Some("orders".to_owned());
    };
    let rings = [ring(&[&OLD, &OTHER])];
    let line = |number: usize, value: &str| format!("k{number}: {value}\n");
    let of_others =
        |number| line(number, &sealed_for(&OLD, Scope::Strict, "elsewhere", &number.to_string()));
    // What is opened does not count, however much there is of it.
    let opened: String = (0..300).map(|number| line(number, &sealed(&OLD))).collect();
    let others: String = (300..1000).map(of_others).collect();
    let outcome = with_rings(&(opened + &others + &line(1000, &sealed(&OLD))), &rings, flags);
    // Three bindings and two keys.
    let most = 300 + 4096 + 16 * 2;
    assert!((most - 10..=most).contains(&outcome.operations), "{}", outcome.operations);
    let causes: Vec<&str> = reasons(&outcome);
    assert_eq!((causes[0], causes[300], causes[1000]), ("WithTheFile", "NotOpened", "NotTried"));
}
