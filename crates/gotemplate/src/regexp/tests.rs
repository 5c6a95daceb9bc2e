//! Go's regular expressions.

use super::*;

fn compile(pattern: &str) -> Result<Pattern, PatternError> {
    Pattern::compile(pattern.as_bytes(), 1 << 20, |_| Ok(()))
}

#[test]
fn an_invalid_byte_is_one_replacement_rune() {
    let text = b"a\xffb\xc3(\xe2\x82 z";
    let dot = compile("^..").expect("it is valid");
    assert_eq!(dot.find(text), Some((0, 2)));
    let mut found = Vec::new();
    let any = compile(".").expect("it is valid");
    any.find_all(
        text,
        -1,
        |_| Ok(()),
        |range| {
            found.push(range);
            Ok::<(), ()>(())
        },
    )
    .expect("nothing stops it");
    assert_eq!(found.len(), 9);
    assert_eq!(found.last(), Some(&(8, 9)));
    assert_eq!(compile("z").expect("it is valid").find(text), Some((8, 9)));
}

#[test]
fn syntax_that_only_one_dialect_has() {
    for pattern in [
        r"\Qa.b\E",
        r"\pN",
        "[a[b]",
        "[a&&b]",
        "x{,2}",
        r"(?P<1st>a)",
        r"\07",
        "(?i)(?s)",
        "^*",
        "a{0}",
    ] {
        assert!(compile(pattern).is_ok(), "{pattern}");
    }
    for pattern in [
        "a**",
        "a{2}{3}",
        r"\Z",
        r"\C",
        r"\1",
        r"\u0041",
        "(?x)a",
        "(?=a)",
        "x{1001}",
        "(a{100}){11}",
        "[b-a]",
        r"\p{Alphabetic}",
        "*a",
        "(",
        ")",
        r"\",
    ] {
        assert_eq!(compile(pattern).err(), Some(PatternError::Syntax), "{pattern}");
    }
}

#[test]
fn classes_with_a_letter_are_ascii() {
    for (pattern, text, matches) in [
        (r"^\w$", "\u{e9}", false),
        (r"^\d$", "\u{660}", false),
        (r"^\s$", "\u{a0}", false),
        (r"^\S$", "\u{a0}", true),
    ] {
        assert_eq!(
            compile(pattern).expect("it is valid").is_match(text.as_bytes()),
            matches,
            "{pattern}"
        );
    }
}

#[test]
fn large_patterns_are_refused() {
    assert_eq!(compile(r"(\pL{500}){2}").err(), Some(PatternError::TooLarge));
}
