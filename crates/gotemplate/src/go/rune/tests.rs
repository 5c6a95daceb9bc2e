//! Runes as Go decodes and maps them.

use super::*;

#[test]
fn invalid_bytes_are_one_replacement_each() {
    let decoded: Vec<(usize, char, usize)> = runes(b"a\xff\xc3\xa9\xed\xa0\x80").collect();
    let invalid = |at| (at, REPLACEMENT, 1);
    assert_eq!(
        decoded,
        [(0, 'a', 1), invalid(1), (2, '\u{e9}', 2), invalid(4), invalid(5), invalid(6)]
    );
    assert_eq!(decode(b""), None);
    assert_eq!(decode("\u{FFFD}".as_bytes()), Some((REPLACEMENT, 3)));
}

#[test]
fn the_last_rune_is_found_from_the_end() {
    assert_eq!(decode_last("a\u{1F511}".as_bytes()), Some(('\u{1F511}', 4)));
    assert_eq!(decode_last(b"a\xa9"), Some((REPLACEMENT, 1)));
    assert_eq!(decode_last(b"\xc3\xa9\xa9"), Some((REPLACEMENT, 1)));
    assert_eq!(decode_last(b""), None);
}

#[test]
fn case_maps_one_rune_to_one() {
    for (rune, upper, lower, title) in [
        ('\u{DF}', '\u{DF}', '\u{DF}', '\u{DF}'),
        ('\u{130}', '\u{130}', 'i', '\u{130}'),
        ('\u{1C6}', '\u{1C4}', '\u{1C6}', '\u{1C5}'),
        ('\u{1F80}', '\u{1F88}', '\u{1F80}', '\u{1F88}'),
        ('\u{1FB3}', '\u{1FBC}', '\u{1FB3}', '\u{1FBC}'),
        ('\u{10D0}', '\u{1C90}', '\u{10D0}', '\u{10D0}'),
        ('\u{149}', '\u{149}', '\u{149}', '\u{149}'),
    ] {
        assert_eq!(
            (to_upper(rune), to_lower(rune), to_title(rune)),
            (upper, lower, title),
            "{rune}"
        );
    }
}

#[test]
fn classes_are_those_of_unicode_categories() {
    // A mark is alphabetic, but no letter; a Roman numeral is a number, but no digit.
    assert!(
        !is_letter('\u{345}')
            && is_number('\u{2163}')
            && !is_digit('\u{2163}')
            && is_digit('\u{660}')
    );
    assert!(is_space('\u{85}') && is_space('\u{A0}') && !is_space('\u{200B}'));
    assert!(
        is_print('\u{E9}') && !is_print('\u{A0}') && !is_print('\u{7F}') && !is_print('\u{E000}')
    );
}
