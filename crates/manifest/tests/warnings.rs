//! What sealing warns about, where a vector cannot hold the values.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;
use sealkit_core::Certificate;
use sealkit_manifest::{Documents, Format, SealRules, Stream, WarningKind, seal};
use sealkit_testkit::read_fixture;
use zeroize::Zeroizing;

/// What sealing a Secret with these lines warns about.
fn warnings(lines: &str) -> Vec<WarningKind> {
    let text =
        format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: a, namespace: b}}\n{lines}\n");
    let documents = Documents::split(vec![Zeroizing::new(text.into_bytes())]).unwrap();
    let certificate = Certificate::from_pem(&read_fixture("kubeseal/keys/rsa-2048.crt")).unwrap();
    let (rules, stream) = (SealRules::default(), Stream::new(Format::Yaml));
    let key = certificate.sealing_key();
    let sealed = seal(&documents, key, &rules, &stream, &UnwrapErr(SysRng)).unwrap();
    sealed.warnings.into_iter().map(|warning| warning.kind).collect()
}

#[test]
fn a_line_feed_at_the_end_of_one_line_in_data() {
    let expected = WarningKind::NewlineAtEnd { item: "k".to_owned() };
    assert_eq!(warnings("data: {k: aHVudGVyMgo=}"), [expected]);
    // Several lines, and what was written as text, end so on purpose.
    assert_eq!(warnings("data: {k: YQpiCg==}"), []);
    assert_eq!(warnings("stringData:\n  k: |\n    hunter2"), []);
    assert_eq!(warnings("data: {k: aHVudGVyMgo=}\nstringData: {k: hunter2}"), []);
}

#[test]
fn plain_text_in_data_that_happens_to_be_base64() {
    for text in ["admin123", "6120fcf7640f052861fcac52087a0c72"] {
        let expected = WarningKind::PlainTextInData { item: "k".to_owned() };
        assert_eq!(warnings(&format!("data: {{k: {text}}}")), [expected]);
        assert_eq!(warnings(&format!("stringData: {{k: {text}}}")), []);
    }
    assert_eq!(warnings("data: {k: aHVudGVyMg==, l: AAECAwQFBgcICQoL}"), []);
}

#[test]
fn values_larger_than_a_cluster_takes() {
    let half = "x".repeat((1 << 19) + 1);
    let both = warnings(&format!("stringData: {{a: {half}, b: {half}}}"));
    assert_eq!(both.first(), Some(&WarningKind::TooLarge { bytes: (1 << 20) + 2 }));
    let one = warnings(&format!("stringData: {{a: {half}}}"));
    assert!(matches!(one.as_slice(), [WarningKind::TooLargeToApply { .. }]), "{one:?}");
    assert_eq!(warnings(&format!("stringData: {{a: {}}}", "x".repeat(180_000))), []);
}

#[test]
fn the_usual_secret_warns_about_nothing() {
    assert_eq!(
        warnings("type: Opaque\ndata: {user: YWRtaW4=}\nstringData: {password: hunter2}"),
        []
    );
    assert_eq!(warnings("type: kubernetes.io/basic-auth\nstringData: {password: x}"), []);
    assert_eq!(warnings("type: example.com/own\nstringData: {x: x}"), []);
}
