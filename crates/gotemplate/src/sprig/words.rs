//! Letters and words: case in all its forms, initials, white space.

use crate::engine::argument::function;
use crate::engine::function::{Function, Outcome};
use crate::engine::runtime::Runtime;
use crate::engine::value::Str;
use crate::go::rune;

pub(super) const FUNCTIONS: &[Function] = &[
    function!("upper", |runtime, text: Str| mapped(runtime, &text, |text| rune::map(
        text,
        rune::to_upper
    ))),
    function!("lower", |runtime, text: Str| mapped(runtime, &text, |text| rune::map(
        text,
        rune::to_lower
    ))),
    function!("title", |runtime, text: Str| mapped(runtime, &text, title)),
    function!("untitle", |runtime, text: Str| mapped(runtime, &text, untitle)),
    function!("swapcase", |runtime, text: Str| mapped(runtime, &text, swap_case)),
    function!("initials", |runtime, text: Str| mapped(runtime, &text, initials)),
    function!("nospace", |runtime, text: Str| mapped(runtime, &text, without_space)),
    function!("camelcase", |runtime, text: Str| mapped(runtime, &text, pascal_case)),
    function!("snakecase", |runtime, text: Str| mapped(runtime, &text, |text| Words::new(text)
        .lower_case('_'))),
    function!("kebabcase", |runtime, text: Str| mapped(runtime, &text, |text| Words::new(text)
        .lower_case('-'))),
];

fn mapped(runtime: &mut Runtime<'_>, text: &[u8], map: fn(&[u8]) -> Vec<u8>) -> Outcome {
    // A word that begins at each byte; a byte that is no UTF-8 becomes three.
    let mapped = runtime.escaped(text, 3, map)?;
    runtime.charged_string(mapped)
}

/// `strings.Title`: what follows no letter, digit or underscore is put in title case.
fn title(text: &[u8]) -> Vec<u8> {
    let mut previous = ' ';
    rune::map(text, |rune| {
        let starts = is_separator(std::mem::replace(&mut previous, rune));
        if starts { rune::to_title(rune) } else { rune }
    })
}

fn is_separator(rune: char) -> bool {
    if rune.is_ascii() {
        return !(rune.is_ascii_alphanumeric() || rune == '_');
    }
    !rune::is_letter(rune) && !rune::is_digit(rune) && rune::is_space(rune)
}

fn untitle(text: &[u8]) -> Vec<u8> {
    let mut starts = true;
    rune::map(text, |rune| {
        if rune::is_space(rune) {
            starts = true;
            return rune;
        }
        if std::mem::take(&mut starts) { rune::to_lower(rune) } else { rune }
    })
}

fn swap_case(text: &[u8]) -> Vec<u8> {
    let mut after_space = true;
    rune::map(text, |rune| {
        if rune::is_upper(rune) || rune::is_title(rune) {
            after_space = false;
            rune::to_lower(rune)
        } else if rune::is_lower(rune) {
            if std::mem::take(&mut after_space) {
                rune::to_title(rune)
            } else {
                rune::to_upper(rune)
            }
        } else {
            after_space = rune::is_space(rune);
            rune
        }
    })
}

/// The first byte of each word, taken for a Latin-1 character.
fn initials(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut after_gap = true;
    for byte in text {
        let rune = char::from(*byte);
        if rune::is_space(rune) {
            after_gap = true;
        } else if std::mem::take(&mut after_gap) {
            rune::push(&mut out, rune);
        }
    }
    out
}

/// The bytes that are no space in Latin-1; if any was, the others become Latin-1 characters, as in Sprig.
fn without_space(text: &[u8]) -> Vec<u8> {
    if !text.iter().any(|byte| rune::is_space(char::from(*byte))) {
        return text.to_vec();
    }
    let mut out = Vec::with_capacity(text.len());
    for rune in text.iter().map(|byte| char::from(*byte)).filter(|rune| !rune::is_space(*rune)) {
        rune::push(&mut out, rune);
    }
    out
}

fn is_connector(rune: char) -> bool {
    rune == '-' || rune == '_' || rune::is_space(rune)
}

/// `xstrings.ToPascalCase`.
fn pascal_case(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut runes = rune::runes(text).map(|(_, rune, _)| rune).peekable();
    while let Some(connector) = runes.next_if(|rune| is_connector(*rune)) {
        rune::push(&mut out, connector);
    }
    let Some(first) = runes.next() else {
        // The last connector of a text of nothing else is written twice.
        if let Some((last, _)) = rune::decode_last(text) {
            rune::push(&mut out, last);
        }
        return out;
    };
    let mut upper_run = rune::is_upper(first);
    let mut current = rune::to_upper(first);
    for next in runes {
        let previous = std::mem::replace(&mut current, next);
        if is_connector(next) && is_connector(previous) {
            rune::push(&mut out, previous);
        } else if is_connector(previous) {
            upper_run = rune::is_upper(next);
            current = rune::to_upper(next);
        } else {
            if upper_run {
                if rune::is_upper(next) {
                    current = rune::to_lower(next);
                } else {
                    upper_run = false;
                }
            }
            rune::push(&mut out, previous);
        }
    }
    rune::push(&mut out, current);
    out
}

/// What a run of runes is to `xstrings`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Invalid,
    Number,
    UpperCase,
    Alphabet,
    Connector,
    Punctuation,
    Other,
}

/// The words of a text, one after the other.
struct Words<'t> {
    rest: &'t [u8],
}

impl<'t> Words<'t> {
    fn new(text: &'t [u8]) -> Self {
        Self { rest: text }
    }

    /// `snake_case` or `kebab-case`.
    fn lower_case(mut self, connector: char) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.rest.len() + 8);
        if self.rest.is_empty() {
            return out;
        }
        let (mut kind, mut word) = self.next();
        while !self.rest.is_empty() {
            if kind != Kind::Connector {
                write_lower(&mut out, kind, word, connector);
            }
            let (previous, last) = (kind, word);
            (kind, word) = self.next();
            match previous {
                Kind::Number => {
                    (kind, word) = self.write_alphanumeric(&mut out, kind, word, connector);
                    if !matches!(kind, Kind::Invalid | Kind::Punctuation | Kind::Connector) {
                        rune::push(&mut out, connector);
                    }
                }
                Kind::Connector => write_lower(&mut out, previous, last, connector),
                Kind::Punctuation => {}
                _ if kind != Kind::Number => {
                    if !matches!(kind, Kind::Connector | Kind::Punctuation) {
                        rune::push(&mut out, connector);
                    }
                }
                _ if self.rest.is_empty() => {}
                _ => (kind, word) = self.after_number(&mut out, word, connector),
            }
        }
        write_lower(&mut out, kind, word, connector);
        out
    }

    /// A number within a word: part of what is before it, or of what follows.
    fn after_number(
        &mut self,
        out: &mut Vec<u8>,
        number: &[u8],
        connector: char,
    ) -> (Kind, &'t [u8]) {
        let (kind, word) = self.next();
        if kind != Kind::Alphabet {
            write_lower(out, Kind::Number, number, connector);
            if !matches!(kind, Kind::Connector | Kind::Punctuation) {
                rune::push(out, connector);
            }
            return (kind, word);
        }
        rune::push(out, connector);
        write_lower(out, Kind::Number, number, connector);
        let (kind, word) = self.write_alphanumeric(out, kind, word, connector);
        if !matches!(kind, Kind::Invalid | Kind::Connector | Kind::Punctuation) {
            rune::push(out, connector);
        }
        (kind, word)
    }

    fn write_alphanumeric(
        &mut self,
        out: &mut Vec<u8>,
        kind: Kind,
        word: &'t [u8],
        connector: char,
    ) -> (Kind, &'t [u8]) {
        let (mut kind, mut word) = (kind, word);
        while matches!(kind, Kind::Alphabet | Kind::Number) {
            write_lower(out, kind, word, connector);
            (kind, word) = self.next();
        }
        (kind, word)
    }

    fn next(&mut self) -> (Kind, &'t [u8]) {
        let text = self.rest;
        if text.is_empty() {
            return (Kind::Invalid, text);
        }
        let (rune, width) = next_valid(text, rune::REPLACEMENT);
        if rune == rune::REPLACEMENT {
            return self.cut(Kind::Invalid, width);
        }
        let (kind, end) = if is_connector(rune) {
            (Kind::Connector, run(text, width, rune, is_connector))
        } else if rune::is_punct(rune) {
            (Kind::Punctuation, run(text, width, rune, rune::is_punct))
        } else if rune::is_upper(rune) {
            (Kind::UpperCase, upper_case_end(text, width, rune))
        } else if is_alphabet(rune) {
            (Kind::Alphabet, run(text, width, rune, is_lower_alphabet))
        } else if rune::is_number(rune) {
            (Kind::Number, run(text, width, rune, rune::is_number))
        } else {
            (Kind::Other, run(text, width, rune, is_other))
        };
        self.cut(kind, end)
    }

    fn cut(&mut self, kind: Kind, end: usize) -> (Kind, &'t [u8]) {
        let (word, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, &[]));
        self.rest = rest;
        (kind, word)
    }
}

/// A letter that is no Chinese character.
fn is_alphabet(rune: char) -> bool {
    let is_chinese = matches!(rune, '\u{3400}'..='\u{4D85}' | '\u{4E00}'..='\u{9FCC}' | '\u{20000}'..='\u{2B81D}');
    rune::is_letter(rune) && !is_chinese
}

fn is_lower_alphabet(rune: char) -> bool {
    is_alphabet(rune) && !rune::is_upper(rune)
}

fn is_other(rune: char) -> bool {
    !(is_connector(rune) || is_alphabet(rune) || rune::is_number(rune) || rune::is_punct(rune))
}

/// The first valid rune and the bytes up to and including it; `previous` at the end.
fn next_valid(text: &[u8], previous: char) -> (char, usize) {
    for (at, rune, width) in rune::runes(text) {
        if rune != rune::REPLACEMENT {
            return (rune, at + width);
        }
    }
    (previous, text.len())
}

/// Where a run that began with `first` of `width` bytes ends.
fn run(text: &[u8], width: usize, first: char, belongs: impl Fn(char) -> bool) -> usize {
    let (mut end, mut last) = (width, first);
    while let Some(rest) = text.get(end..).filter(|rest| !rest.is_empty()) {
        let (rune, size) = next_valid(rest, last);
        if !belongs(rune) {
            break;
        }
        last = rune;
        end += size;
    }
    end
}

/// "HTTPStatus" is "HTTP" and "Status"; "Status" is one word.
fn upper_case_end(text: &[u8], width: usize, first: char) -> usize {
    let Some(rest) = text.get(width..).filter(|rest| !rest.is_empty()) else { return width };
    let (second, size) = next_valid(rest, first);
    if !rune::is_upper(second) {
        return if is_alphabet(second) {
            run(text, width + size, second, is_lower_alphabet)
        } else {
            width
        };
    }
    let (mut end, mut last, mut last_size) = (width + size, second, size);
    while let Some(rest) = text.get(end..).filter(|rest| !rest.is_empty()) {
        let (rune, size) = next_valid(rest, last);
        if !rune::is_upper(rune) {
            return if is_alphabet(rune) { end - last_size } else { end };
        }
        (last, last_size) = (rune, size);
        end += size;
    }
    end
}

fn write_lower(out: &mut Vec<u8>, kind: Kind, word: &[u8], connector: char) {
    if !matches!(kind, Kind::UpperCase | Kind::Connector) {
        return out.extend_from_slice(word);
    }
    for (_, rune, _) in rune::runes(word) {
        rune::push(out, if is_connector(rune) { connector } else { rune::to_lower(rune) });
    }
}
