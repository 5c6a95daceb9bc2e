//! Input that nobody means well with, or that broke on its way: an error with its place, and no value in it.

#![expect(clippy::unwrap_used, clippy::string_slice, reason = "a test fails by panicking")]

use sealkit_testkit::{PASSWORD, SECRET};
use support::{Failed, seal, unseal};

#[path = "support/support.rs"]
mod support;

/// Both directions read documents in the same way, and refuse the same: the first document, with this message after
/// its number.
fn both_refuse(input: impl AsRef<[u8]>, message: &str) {
    both_refuse_document(1, input, message);
}

fn both_refuse_document(document: usize, input: impl AsRef<[u8]>, message: &str) {
    for result in [seal(&input), unseal(&input)] {
        let failed = result.err().unwrap();
        let message = format!("document {document}, {message}");
        assert_eq!(failed, Failed { reason: "NotReadable", document: Some(document), message });
    }
}

#[test]
fn binary_garbage() {
    let message = "line 1, column 1: half of a surrogate pair in UTF-16";
    both_refuse([0xff, 0xfe, 0x00, 0xd8, 0x01, 0x02], message);
    let noise: Vec<u8> = (0..4096_u32).map(|i| u8::try_from(i * 197 % 251).unwrap()).collect();
    both_refuse(noise, "line 1, column 5: the byte 0xE8 is not UTF-8");
}

/// What is said of each must not take a look at the whole file.
#[test]
fn a_hundred_thousand_documents_that_cannot_be_read() {
    let text = "kind: [\n---\n".repeat(100_000);
    for result in [seal(&text), unseal(&text)] {
        assert!(result.err().unwrap().message.ends_with("\nand 99900 more"));
    }
}

#[test]
fn ten_mebibytes_of_one_line() {
    let text = "a".repeat(10 << 20);
    let message = "the last line needs a line feed at its end: with this length kubectl loses it";
    both_refuse(&text, &format!("line 1, column 1: {message}"));
    both_refuse(text + "\n", "line 1, column 1: the document is not a mapping (an object)");
    let json = format!("{{\"a\":\"{}", "x".repeat(10 << 20));
    both_refuse(json, "line 1, column 10485767: not valid JSON: a string without its end");
}

#[test]
fn an_alias_bomb() {
    let mut bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned();
    for level in 1..30 {
        let below = vec![format!("*a{}", level - 1); 9].join(",");
        bomb.push_str(&format!("a{level}: &a{level} [{below}]\n"));
    }
    let message = "line 4, column 22: the aliases multiply the document's size too much";
    both_refuse(bomb, message);
}

#[test]
fn a_hundred_thousand_brackets() {
    // The message for the brackets alone, and as the value of a field.
    let too_deep = |column: usize| format!("{column}: collections nested too deeply");
    let cases = [
        ("[", too_deep(1025), too_deep(1028)),
        ("{", "2: not valid JSON: expected a key in `\"`".to_owned(), too_deep(1028)),
        ("{\"a\":", too_deep(5121), too_deep(5119)),
        ("- ", too_deep(2049), "4: not valid YAML: a list item is not allowed here".to_owned()),
        (
            "? ",
            "3: this key is not a string, number or boolean".to_owned(),
            "4: not valid YAML: a key is not allowed here".to_owned(),
        ),
    ];
    for (bracket, alone, as_value) in cases {
        let brackets = bracket.repeat(100_000);
        both_refuse(&brackets, &format!("line 1, column {alone}"));
        both_refuse(format!("a: {brackets}"), &format!("line 1, column {as_value}"));
    }
}

#[test]
fn json_that_is_cut_short() {
    let whole = r#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a","namespace":"b"},"data":{"a":"YQ=="}}"#;
    assert!(seal(whole).is_ok());
    for len in (1..whole.len()).step_by(7) {
        let expected = match len {
            1 => "expected a key in `\"`",
            57 => "expected `,` or `}`",
            _ => "a string without its end",
        };
        let message = format!("line 1, column {}: not valid JSON: {expected}", len + 1);
        both_refuse(&whole[..len], &message);
    }
}

#[test]
fn ciphertext_that_is_cut_short() {
    let whole = seal(SECRET).unwrap();
    let line = whole.lines().find(|line| line.starts_with("    password: ")).unwrap();
    let value = line.trim_start().trim_start_matches("password: ");
    for len in 0..=20 {
        let failed = unseal(whole.replace(value, &format!("\"{}\"", &value[..len]))).err().unwrap();
        // Base64 has four characters, or three of them and padding.
        let why = if len % 4 == 0 { "cut short" } else { "not base64" };
        let message = format!(
            "document 1, line 13, column 15: SealedSecret shop/database: spec.encryptedData.password: \
             is not a sealed value: it is {why}"
        );
        assert_eq!(failed, Failed { reason: "Malformed", document: Some(1), message }, "{len}");
    }
}

#[test]
fn the_last_of_many_documents_is_bad() {
    let sealed = seal(SECRET).unwrap();
    for (good, operation) in [(SECRET, seal as fn(String) -> _), (&sealed, unseal)] {
        let many = [vec![good; 50].join("---\n").as_str(), "---\nkind: [\n"].concat();
        let line = many.lines().count() + 1;
        let failed = operation(many).err().unwrap();
        let message =
            format!("document 51, line {line}, column 1: not valid YAML: expected a value");
        assert_eq!(failed, Failed { reason: "NotReadable", document: Some(51), message });
    }
}

#[test]
fn an_error_never_quotes_a_value() {
    let secret = |values: &str| {
        format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: a, namespace: b}}\n{values}\n")
    };
    // Whole messages, so that nothing else stands in them.
    let unclosed = secret("stringData:\n  a: \"hunter2\n  b");
    both_refuse(unclosed, "line 5, column 6: not valid YAML: the quote opened here is not closed");
    let twice = secret("stringData:\n  a: hunter2\n  a: hunter2");
    both_refuse(twice, "line 6, column 3: the key `a` stands here twice");
    let key = secret("stringData:\n  ? [hunter2]\n  : hunter2");
    both_refuse(key, "line 5, column 5: this key is not a string, number or boolean");
    for (values, message) in [
        ("data:\n  a: hunter2 is no base64", "5, column 6: data.a: is not base64"),
        (
            "stringData:\n  a: [hunter2]",
            "5, column 6: stringData.a: has to be a string, but is a list",
        ),
        ("stringData: hunter2", "4, column 13: stringData: has to be a mapping, but is a string"),
    ] {
        let failed = seal(secret(values)).err().unwrap();
        assert_eq!(failed.message, format!("document 1, line {message}"));
    }
    let sealed = seal(SECRET).unwrap();
    let (before, _) = sealed.split_once("    password: ").unwrap();
    let failed = unseal(format!("{before}    password: {PASSWORD}\n")).err().unwrap();
    assert_eq!(failed.reason, "Malformed");
    assert!(!failed.message.contains(PASSWORD), "{}", failed.message);
}
