//! Secrets through both directions, in the encodings that people's editors and shells write.

use crate::support::{PASSWORD, SECRET, seal_with_certificate, sealed, unseal, unsealed};

#[test]
fn line_ends_and_encodings_of_windows() {
    let crlf = SECRET.replace('\n', "\r\n");
    assert_eq!(unsealed(&sealed(&crlf, &[]), &["--item", "password"]), PASSWORD);

    let utf16 = |unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
        let text = format!("\u{feff}{crlf}");
        text.encode_utf16().flat_map(unit).collect()
    };
    for text in [utf16(u16::to_le_bytes), utf16(u16::to_be_bytes)] {
        let done = seal_with_certificate().stdin(text).run().success();
        assert_eq!(unsealed(done.stdout_text(), &["--item", "password"]), PASSWORD);
    }
    let with_mark = format!("\u{feff}{SECRET}");
    assert_eq!(unsealed(&sealed(&with_mark, &[]), &["--item", "password"]), PASSWORD);
}

#[test]
fn hundreds_of_documents_keep_their_order() {
    let named = |i: usize| SECRET.replace("database", &format!("secret-{i}"));
    let many: Vec<String> = (0..300).map(named).collect();
    let text = sealed(&many.join("---\n"), &[]);
    let opened = unsealed(&text, &[]);
    let names = opened.lines().filter_map(|line| line.strip_prefix("  name: secret-"));
    let numbers: Vec<usize> = names.filter_map(|number| number.parse().ok()).collect();
    assert_eq!(numbers, (0..300).collect::<Vec<_>>());
}

#[test]
fn values_of_any_size_and_bytes() {
    let mebibyte = "x".repeat(1 << 20);
    let secret =
        format!("{SECRET}  large: {mebibyte}\n  empty: \"\"\n  tricky: \"\\0\\uFEFF\\u2028é\"\n");
    let text = sealed(&secret, &[]);
    assert_eq!(unsealed(&text, &["--item", "large"]), mebibyte);
    assert_eq!(unsealed(&text, &["--item", "empty"]), "");
    assert_eq!(unsealed(&text, &["--item", "tricky"]), "\0\u{feff}\u{2028}é");
}

#[test]
fn type_immutable_labels_annotations_and_finalizers_come_back() {
    let secret = "\
apiVersion: v1
data:
  tls.crt: YQ==
immutable: true
kind: Secret
metadata:
  annotations:
    note: 'yes'
  finalizers:
  - example.com/keep
  labels:
    \"on\": \"1\"
  name: tls
  namespace: shop
type: kubernetes.io/tls
";
    let opened = unsealed(&sealed(secret, &[]), &[]);
    assert_eq!(opened.replace("\"yes\"", "'yes'"), format!("---\n{secret}"));
}

#[test]
fn a_list_of_sealed_secrets_opens() {
    let json = |name: &str| sealed(&SECRET.replace("database", name), &["--format=json"]);
    let list =
        format!(r#"{{"apiVersion":"v1","kind":"List","items":[{},{}]}}"#, json("a"), json("b"));
    let done = unseal().stdin(list).run().success();
    assert_eq!(done.stdout_text().matches("kind: Secret\n").count(), 2);
}
