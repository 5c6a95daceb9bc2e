//! Where an old key opens something, it is rotated, or said.

use sealkit_core::EncryptionLabel;
use sealkit_repository::rotate::{
    Content, Context, FileOutcome, Labels, Target, Verdict, WarningKind, rotate,
};

use crate::support::{
    NEW, OLD, manifest, opened, reasons, ring, rotated, sealed, text, with_rings,
};

/// With the old key, and what the user says about namespace and name.
fn with_flags(file: &str) -> FileOutcome {
    with_rings(file, &[ring(&[&OLD])], |context| context.flags = flags())
}

fn flags() -> Labels {
    Labels { scope: None, namespace: Some("shop".to_owned()), name: Some("orders".to_owned()) }
}

/// Base64 in lines of this many characters.
fn lines(value: &str, len: usize, between: &str) -> String {
    let lines = value.as_bytes().chunks(len).map(|line| str::from_utf8(line).unwrap());
    lines.collect::<Vec<_>>().join(between)
}

#[test]
fn a_lone_value_in_lines_becomes_one_line_and_a_folded_one_is_left() {
    let value = sealed(&OLD);
    for len in [40, 64, 370] {
        let file = format!("a: |-\n  {}\nb: c\n", lines(&value, len, "\n  "));
        let outcome = with_flags(&file);
        assert_eq!(reasons(&outcome), ["Rotated"]);
        assert_eq!(opened(&text(&outcome)), "a: |-\n  hunter2\nb: c\n");
        assert_eq!(reasons(&rotated(&file)), ["Unexplained"]);
        let folded = file.replace('|', ">");
        assert_eq!(reasons(&with_flags(&folded)), ["Folded"]);
    }
    let file = manifest("", &format!("    a: |\n      {}\n", lines(&value, 76, "\n      ")));
    assert_eq!(opened(&text(&rotated(&file))), manifest("", "    a: |\n      hunter2\n"));
}

#[test]
fn two_values_in_an_item_are_two() {
    let value = sealed(&OLD);
    // Without padding, as it is for a value of another length, both are base64 together.
    let label = EncryptionLabel::strict("shop", "orders").unwrap();
    let both = OLD.sealing_key().seal(b"hunter22", &label, &mut rand::rng()).unwrap().to_string();
    assert!(!both.ends_with('='));
    for first in [&value, &both] {
        let file = manifest("", &format!("    a: {first}\n      {value}\n"));
        assert_eq!(reasons(&rotated(&file)), ["Rotated", "Rotated"]);
    }
}

#[test]
fn a_value_written_with_escapes_is_rotated() {
    let value = sealed(&OLD);
    let escaped = value.replace('/', "\\/").replace('+', "\\u002B");
    for (file, expected) in [
        (format!("{{\"a\": \"{escaped}\"}}"), "{\"a\": \"hunter2\"}"),
        (format!("{{\"a\": \"x:\\n{escaped}\"}}"), "{\"a\": \"x:\\nhunter2\"}"),
        (format!("{{\"a\": \"{escaped}\\n\"}}"), "{\"a\": \"hunter2\\n\"}"),
        (format!("a: \"\\x41{}\"\n", &value[1..]), "a: \"hunter2\"\n"),
        (format!("a: \"{}\"\n", lines(&value, 80, "\\\n   ")), "a: \"hunter2\"\n"),
        (format!("a: ' {value} '\n"), "a: ' hunter2 '\n"),
        (format!("a: \" {value}\"\n"), "a: \" hunter2\"\n"),
    ] {
        let file = file.replace("x:\\n", "b:\\nx: ");
        let expected = expected.replace("x:\\n", "b:\\nx: ");
        let outcome = with_flags(&file);
        assert_eq!(reasons(&outcome), ["Rotated"], "{expected}");
        assert_eq!(opened(&text(&outcome)), expected);
        assert_eq!(rotated(&file).verdict(), Verdict::Left);
    }
}

#[test]
fn a_prefix_of_base64_characters_hides_no_value() {
    let value = sealed(&OLD);
    for prefix in ["vault+", "ref+sealed://", "sealed/", "enc:", "x=", "+"] {
        let file = format!("a: \"{prefix}{value}\"\n");
        let outcome = with_flags(&file);
        assert_eq!(reasons(&outcome), ["Rotated"], "{prefix}");
        let new = text(&outcome);
        let new = new.strip_prefix(&format!("a: \"{prefix}")).unwrap();
        assert_eq!(opened(new), "hunter2\"\n");
        assert_eq!(reasons(&rotated(&file)), ["Unexplained"]);
    }
}

#[test]
fn an_item_with_more_than_its_value_is_rotated_with_a_warning() {
    let value = sealed(&OLD);
    for item in [format!("sealed:{value}"), format!("'{value} '"), format!("x {value} y")] {
        let file = manifest("", &format!("    a: {item}\n"));
        let outcome = rotated(&file);
        assert_eq!(reasons(&outcome), ["Rotated"]);
        let kinds: Vec<_> = outcome.warnings.iter().map(|warning| &warning.kind).collect();
        assert_eq!(kinds, [&WarningKind::NotAlone { item: "a".to_owned() }]);
        assert_eq!(opened(&text(&outcome)), file.replace(&value, "hunter2"));
    }
    let block = manifest("", &format!("    a: |\n      {value}\n"));
    let outcome = rotated(&block);
    assert!(outcome.warnings.is_empty());
    assert_eq!(opened(&text(&outcome)), block.replace(&value, "hunter2"));
}

#[test]
fn what_would_become_one_with_a_new_value_keeps_it_from_being_replaced() {
    let value = sealed(&OLD);
    assert!(value.ends_with('='), "it has padding, which a new one need not have");
    let file = manifest("", &format!("    a: {value}x\n    b: {value}\n"));
    assert_eq!(reasons(&rotated(&file)), ["NotEditable", "NotEditable"]);
}

#[test]
fn a_variable_for_a_name_hides_no_value() {
    let value = sealed(&OLD);
    for name in ["${NAME}", "$(NAME)", "\"{{ .name }}\""] {
        let file = manifest("", &format!("    {name}: {value}\n    b: ${{OTHER}}\n"));
        let outcome = rotated(&file);
        assert_eq!(reasons(&outcome), ["Rotated"], "{name}");
        assert_eq!(opened(&text(&outcome)), file.replace(&value, "hunter2"));
    }
}

#[test]
fn a_template_hides_no_value() {
    let value = sealed(&OLD);
    for (item, expected) in [
        (format!("    a: {{{{ default \"{value}\" .Values.a }}}}\n"), "Rotated"),
        (format!("    a: {{{{ `{value}` | quote }}}}\n"), "Rotated"),
        (format!("    {{{{- range .Values.x }}}}\n    {{{{ .name }}}}: {value}\n"), "Rotated"),
        (format!("    {{{{- $a := \"{value}\" }}}}\n    a: {{{{ $a }}}}\n"), "Comment"),
        (format!("    {{{{- include \"x\"\n      (dict \"a\" \"{value}\") }}}}\n"), "Comment"),
        (format!("    a: {value}\n    {{{{- include \"x\"\n      . | nindent 4 }}}}\n"), "Rotated"),
    ] {
        let file = manifest("", &item);
        let outcome = rotated(&file);
        let reasons = reasons(&outcome);
        assert!(reasons.contains(&expected), "{item}: {reasons:?}");
        if expected == "Rotated" {
            assert_eq!(opened(&text(&outcome)), file.replace(&value, "hunter2"));
        }
    }
}

#[test]
fn keys_and_the_heads_of_blocks_are_looked_at() {
    let value = sealed(&OLD);
    for file in [
        format!("{value}: a\n"),
        format!("{{\"\\u0041{}\": \"b\"}}", &value[1..]),
        format!("a: | # {value}\n  b\n"),
        format!("a: >-  # {value}\r\n  b\r\n"),
        format!("a: b\n# {}\n", lines(&value, 64, "\n# ")),
    ] {
        assert_eq!(reasons(&rotated(&file))[0], "Comment");
    }
}

#[test]
fn binary_text_is_named() {
    let value = sealed(&OLD);
    let file = format!("a: !!binary {}\n", base64(value.as_bytes()));
    assert_eq!(reasons(&rotated(&file)), ["Binary"]);
}

/// Standard base64.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let mut bits = [0; 3];
        bits[..chunk.len()].copy_from_slice(chunk);
        let [a, b, c] = bits.map(usize::from);
        let digits = [a >> 2, (a << 4 | b >> 4) & 63, (b << 2 | c >> 6) & 63, c & 63];
        for (number, digit) in digits.into_iter().enumerate() {
            text.push(if number <= chunk.len() { char::from(DIGITS[digit]) } else { '=' });
        }
    }
    text
}

#[test]
fn damaged_utf_16_is_named() {
    let value = sealed(&OLD);
    let units =
        |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let text = units(&format!("a: \"{value}\"\n"));
    let rings = [ring(&[&OLD])];
    for (mark, end, is_rotated) in [
        (&b"\xFF\xFE"[..], &b"\x00\xD8"[..], false),
        (b"\xFF\xFE", b"x", false),
        (b"", b"", true),
        (b"\xE9\x00", b"", false),
        (b"", b"x", false),
    ] {
        let file = [mark, &text, end].concat();
        let mut context = Context::new(&rings, Some(Target::new(NEW.sealing_key())));
        context.flags = flags();
        let outcome = rotate(&file, &context, &mut rand::rng());
        let reason = if mark == b"\xE9\x00" { "Unreadable" } else { "Refused" };
        assert_eq!(reasons(&outcome), [reason], "as documents");
        context.content = Content::Text { is_rotated: true };
        let outcome = rotate(&file, &context, &mut rand::rng());
        assert_eq!(reasons(&outcome), [if is_rotated { "Rotated" } else { "Text" }], "as text");
        assert_eq!(outcome.file.is_some(), is_rotated);
        if let Some(new) = outcome.file {
            let new: String =
                new.iter().filter(|byte| **byte != 0).map(|byte| char::from(*byte)).collect();
            assert_eq!(opened(&new), "a: \"hunter2\"\n");
        }
    }
}
