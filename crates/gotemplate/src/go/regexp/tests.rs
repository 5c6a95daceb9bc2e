//! Go's regular expressions.

use super::*;

fn compile(pattern: &str) -> Result<Pattern, PatternError> {
    Pattern::compile(pattern.as_bytes(), 1 << 20, |_| Ok(()))
}

fn haystack(text: &[u8]) -> Haystack<'_> {
    Haystack::borrowed(text)
        .unwrap_or_else(|| Haystack::copied(text, Haystack::count_invalid(text)))
}

#[test]
fn an_invalid_byte_is_one_replacement_rune() {
    let text = b"a\xffb\xc3(\xe2\x82 z";
    let dot = compile("^..").expect("it is valid");
    assert_eq!(dot.find(&haystack(text)), Some((0, 2)));
    let mut found = Vec::new();
    let any = compile(".").expect("it is valid");
    any.find_all(
        &haystack(text),
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
    assert_eq!(compile("z").expect("it is valid").find(&haystack(text)), Some((8, 9)));
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
        // Go finds scripts by their long names only, and not those of two words.
        r"\p{Grek}",
        r"\p{Old_Italic}",
        r"\p{gc=Lu}",
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
            compile(pattern).expect("it is valid").is_match(&haystack(text.as_bytes())),
            matches,
            "{pattern}"
        );
    }
}

#[test]
fn large_patterns_are_refused() {
    assert_eq!(compile(r"(\pL{500}){2}").err(), Some(PatternError::TooLarge));
}

/// The first match, as Go's `FindString` gives it.
fn first<'t>(pattern: &str, text: &'t str) -> Option<&'t str> {
    let (start, end) = compile(pattern).expect("it is valid").find(&haystack(text.as_bytes()))?;
    text.get(start..end)
}

#[test]
fn ignoring_case_is_unicodes_simple_folding() {
    for (pattern, text, found) in [
        ("(?i)k", "\u{212A}", Some("\u{212A}")),
        ("(?i)[^k]", "\u{212A}Kk.", Some(".")),
        (r"(?i)\Qs\E", "\u{17F}", Some("\u{17F}")),
        ("(?i)i", "\u{131}\u{130}", None),
        (r"(?i)\x{DF}", "\u{1E9E}", Some("\u{1E9E}")),
        (r"(?i)\p{Lu}+", "ab1", Some("ab")),
        (r"(?i)\P{Lu}+", "ab1", Some("1")),
        // Go leaves this one as it is: U+0345 is another case of the Greek iota.
        (r"(?i)\p{LC}", "\u{345}", None),
        (r"(?i)\p{L}", "\u{345}", Some("\u{345}")),
        ("a(?i)b(?-i)c", "aBC aBc", Some("aBc")),
        ("(a(?i)b|c)d", "AB aBd", Some("aBd")),
        ("(?:(?i)a)b", "AB Ab", Some("Ab")),
        ("(?i:a)b", "AB Ab", Some("Ab")),
    ] {
        assert_eq!(first(pattern, text), found, "{pattern}");
    }
}

#[test]
fn properties_are_those_of_unicode_15() {
    assert_eq!(first(r"\p{Lu}", "\u{1C89}"), None, "a capital letter since Unicode 16");
    assert_eq!(first(r"\p{Kawi}", "\u{11F04}"), Some("\u{11F04}"), "a script since Unicode 15");
}

#[test]
fn repetitions_behind_flags_apply_to_what_is_before_them() {
    for (pattern, found) in [
        ("k(?i)+", "kk"),
        ("k?(?i)+", "kk"),
        ("k?(?s)?", "k"),
        ("k+(?U)?", ""),
        ("(?U)k+", "k"),
        ("(?U)k+?", "kk"),
        ("(?U:k+)k", "kk"),
        ("(?:k(?U))+", "kk"),
    ] {
        assert_eq!(first(pattern, "kk"), Some(found), "{pattern}");
    }
}

#[test]
fn many_properties_are_too_large_before_they_are_written() {
    for pattern in [
        r"\pL".repeat(100_000),
        r"\pL".repeat(1000),
        format!("(?i)[{}]", r"\pL".repeat(100_000)),
        format!("(?i){}", r"[\x{0}-\x{FFFF}]".repeat(60_000)),
    ] {
        assert_eq!(compile(&pattern).err(), Some(PatternError::TooLarge));
    }
}

/// Tests are built with regex's tables of Unicode, the crate without them: what needs them would only fail there.
#[test]
fn nothing_is_asked_of_the_regex_crates_own_unicode() {
    for pattern in [
        r"\d\D\w\W\s\S\b\B\pL\PL\p{Greek}\p{^Greek}.",
        r"[\d\D][\w\W][\s\S][\pL\PL][^\pN]",
        "[[:alpha:][:^digit:]]",
        r"(?i)k\pLs[a-z]\w(?-i)k",
        r"(?i:straße)(?is-m:.)\Qk\E",
    ] {
        let translated =
            translate::translate::<PatternError>(pattern, |_| Ok(())).expect("it is valid").pattern;
        let rest = translated.replace(r"(?-u:\b)", "").replace(r"(?-u:\B)", "");
        for class in ['p', 'P', 'd', 'D', 'w', 'W', 's', 'S', 'b', 'B'] {
            assert!(!rest.contains(&format!(r"\{class}")), "{pattern}: {translated}");
        }
        let mut flags = rest.split("(?").skip(1).filter_map(|rest| rest.split([')', ':']).next());
        assert!(flags.all(|flags| !flags.contains('i')), "{pattern}: {translated}");
    }
}

#[test]
fn searches_look_far_only_for_what_may_be_missing() {
    let reach = |pattern: &str| compile(pattern).expect("it is valid").reach;
    for pattern in [
        "a.*b[ab]{500}c|a",
        "a(.*b)?",
        "(a|b(.*c))",
        "(.*x|a)b",
        "(?:(a+)?b)?c",
        r"(\w+\.)*x",
        "a(?:b*c)*",
        "(a.*b){0,3}",
        "(a*|b)c",
        "a(?i)(?:b+c)?",
    ] {
        assert_eq!(reach(pattern), Reach::End, "{pattern}");
    }
    for (pattern, length) in [
        (r"\s+", 1),
        (r"\w+(\.\w+)*", 3),
        ("a.*b", 3),
        ("(a.*b)+c", 4),
        ("a{3}|b", 3),
        ("x{2,}y", 3),
        ("^a$|(b|cd){5}", 10),
        ("a|b*", 1),
        ("", 0),
    ] {
        assert_eq!(reach(pattern), Reach::Characters(length), "{pattern}");
    }
}

#[test]
fn what_is_looked_up_is_told_also_where_the_pattern_is_wrong() {
    let pattern = format!(r"{}(", r"\p{Zs}".repeat(999));
    let mut lookups = 0;
    let result = Pattern::compile(pattern.as_bytes(), 1 << 20, |cost| {
        if let Cost::Lookups(more) = cost {
            lookups += more;
        }
        Ok::<(), PatternError>(())
    });
    assert_eq!(result.err(), Some(PatternError::Syntax));
    assert!(lookups >= 999 * 2000, "{lookups}");
}
