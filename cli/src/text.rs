//! Text that may stand in a line for a person, whatever it came from.

/// Longer names are cut: no Kubernetes object, key or file that people name has a longer one.
const MAX_NAME_CHARACTERS: usize = 100;
/// Longer lines lose their middle: what went wrong stands at their end.
const MAX_LINE_CHARACTERS: usize = 2000;
const LINE_START_CHARACTERS: usize = 1500;
const LEFT_OUT: char = '…';

/// One line of bounded length, without anything that a terminal would not show as it is.
pub(crate) fn one_line(text: &str) -> String {
    without_middle(&with_short_names(&printable(text)))
}

/// Replaces control characters and characters that cannot be seen, so that a name taken from a file can't drive the
/// terminal, begin a line that looks like the program's own, turn the direction of the text, or hide in it.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if is_visible(c) { c } else { char::REPLACEMENT_CHARACTER }).collect()
}

fn is_visible(c: char) -> bool {
    // Most text is ASCII.
    !c.is_control() && (c.is_ascii() || !INVISIBLE.iter().any(|range| range.contains(&c)))
}

/// Unicode's general categories Cf, Zl and Zp, and the whole block of tags.
const INVISIBLE: [std::ops::RangeInclusive<char>; 21] = [
    '\u{ad}'..='\u{ad}',
    '\u{600}'..='\u{605}',
    '\u{61c}'..='\u{61c}',
    '\u{6dd}'..='\u{6dd}',
    '\u{70f}'..='\u{70f}',
    '\u{890}'..='\u{891}',
    '\u{8e2}'..='\u{8e2}',
    '\u{180e}'..='\u{180e}',
    '\u{200b}'..='\u{200f}',
    '\u{2028}'..='\u{202e}',
    '\u{2060}'..='\u{206f}',
    '\u{feff}'..='\u{feff}',
    '\u{fff9}'..='\u{fffb}',
    '\u{110bd}'..='\u{110bd}',
    '\u{110cd}'..='\u{110cd}',
    '\u{13430}'..='\u{1343f}',
    '\u{1bca0}'..='\u{1bca3}',
    '\u{1d173}'..='\u{1d17a}',
    '\u{e0000}'..='\u{e007f}',
    '\u{e0080}'..='\u{e00ff}',
    '\u{e01f0}'..='\u{e0fff}',
];

/// Cuts what has no space and no punctuation in it, such as a name, a part of a path, or a number.
fn with_short_names(text: &str) -> String {
    let mut short = String::with_capacity(text.len());
    let mut length = 0;
    for c in text.chars() {
        let ends = c.is_whitespace() || matches!(c, '/' | ':' | ',' | ';' | '"' | '`' | '(' | ')');
        length = if ends { 0 } else { length + 1 };
        match length {
            0..=MAX_NAME_CHARACTERS => short.push(c),
            _ if length == MAX_NAME_CHARACTERS + 1 => short.push(LEFT_OUT),
            _ => {}
        }
    }
    short
}

fn without_middle(text: &str) -> String {
    let characters = text.chars().count();
    if characters <= MAX_LINE_CHARACTERS {
        return text.to_owned();
    }
    let end_characters = MAX_LINE_CHARACTERS - LINE_START_CHARACTERS;
    let start = text.chars().take(LINE_START_CHARACTERS);
    let end = text.chars().skip(characters - end_characters);
    start.chain([LEFT_OUT]).chain(end).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_from_a_file_never_reach_the_terminal() {
        assert_eq!(printable("a\u{1b}[31mb\u{7}c"), "a\u{fffd}[31mb\u{fffd}c");
        assert_eq!(printable("a\nhint: b\u{202e}c"), "a\u{fffd}hint: b\u{fffd}c");
    }

    #[test]
    fn what_cannot_be_seen_does_not_hide_in_a_name() {
        for hidden in [
            '\u{61c}',
            '\u{200b}',
            '\u{200d}',
            '\u{2028}',
            '\u{2029}',
            '\u{2066}',
            '\u{feff}',
            '\u{ad}',
            '\u{e0041}',
            '\u{9b}',
            '\u{7f}',
        ] {
            assert_eq!(printable(&format!("a{hidden}b")), "a\u{fffd}b", "{hidden:?}");
        }
        let text = "Schlüssel \u{1f511} 鍵 e\u{301}";
        assert_eq!(printable(text), text);
    }

    #[test]
    fn names_and_lines_have_a_longest_length() {
        let longest = "n".repeat(MAX_NAME_CHARACTERS);
        let path = format!("/tmp/{longest}/{longest}: no such file");
        assert_eq!(one_line(&path), path);
        assert_eq!(one_line(&format!("Secret {longest}n: bad")), format!("Secret {longest}…: bad"));
        assert_eq!(
            one_line(&format!("Secret {longest}nn is bad")),
            format!("Secret {longest}… is bad")
        );

        let line = format!("start{}: no such file", " word".repeat(1_000_000));
        let cut = one_line(&line);
        assert_eq!(cut.chars().count(), MAX_LINE_CHARACTERS + 1);
        assert!(cut.starts_with("start word") && cut.ends_with(" word: no such file"), "{cut}");
    }
}
