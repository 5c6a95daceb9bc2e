//! Character classes and escapes.

use super::PatternError;
use super::char_set::CharSet;
use super::unicode::{self, Folding, property};

const SYNTAX: PatternError = PatternError::Syntax;

const DIGIT: &[(char, char)] = &[('0', '9')];
const SPACE: &[(char, char)] = &[('\t', '\n'), ('\x0C', '\r'), (' ', ' ')];
const WORD: &[(char, char)] = &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];

/// A bracketed class at the start of `text`, and what follows it. Where case is ignored, `folding` says what
/// that means.
pub(super) fn bracketed<'t>(
    text: &'t str,
    folding: Option<&Folding>,
) -> Result<(CharSet, &'t str), PatternError> {
    let mut rest = text.strip_prefix('[').ok_or(SYNTAX)?;
    let negated = rest.starts_with('^');
    if negated {
        rest = rest.get(1..).unwrap_or_default();
    }
    // Items bring their other cases along, or are meant to have none.
    let (mut items, mut ranges) = (CharSet::default(), CharSet::default());
    let mut first = true;
    while first || !rest.starts_with(']') {
        if let Some((item, after)) = item(rest, folding)? {
            items.add_all(&item);
            rest = after;
        } else {
            let (low, high, after) = range(rest)?;
            ranges.add(low, high);
            rest = after;
        }
        first = false;
    }
    let rest = rest.get(1..).unwrap_or_default();
    items.add_all(&unicode::folded(ranges, folding));
    Ok((items.normalized().negated_if(negated), rest))
}

/// `[:alpha:]`, `\d` or `\p{Greek}`.
fn item<'t>(
    text: &'t str,
    folding: Option<&Folding>,
) -> Result<Option<(CharSet, &'t str)>, PatternError> {
    if let Some(inner) = text.strip_prefix("[:")
        && let Some((name, rest)) = inner.split_once(":]")
    {
        let (negated, name) = match name.strip_prefix('^') {
            Some(name) => (true, name),
            None => (false, name),
        };
        let set = from_chars(posix(name).ok_or(SYNTAX)?);
        return Ok(Some((unicode::folded(set, folding).negated_if(negated), rest)));
    }
    escaped(text, folding)
}

/// The classes of POSIX, in ASCII.
fn posix(name: &str) -> Option<&'static [(char, char)]> {
    Some(match name {
        "alnum" => &[('0', '9'), ('A', 'Z'), ('a', 'z')],
        "alpha" => &[('A', 'Z'), ('a', 'z')],
        "ascii" => &[('\0', '\x7F')],
        "blank" => &[('\t', '\t'), (' ', ' ')],
        "cntrl" => &[('\0', '\x1F'), ('\x7F', '\x7F')],
        "digit" => DIGIT,
        "graph" => &[('!', '~')],
        "lower" => &[('a', 'z')],
        "print" => &[(' ', '~')],
        "punct" => &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
        "space" => &[('\t', '\r'), (' ', ' ')],
        "upper" => &[('A', 'Z')],
        "word" => WORD,
        "xdigit" => &[('0', '9'), ('A', 'F'), ('a', 'f')],
        _ => return None,
    })
}

fn from_chars(ranges: &[(char, char)]) -> CharSet {
    CharSet::of(ranges.iter().map(|&(low, high)| (low.into(), high.into())))
}

/// One character or a range of them.
fn range(text: &str) -> Result<(u32, u32, &str), PatternError> {
    let (low, rest) = character(text)?;
    if let Some(after) = rest.strip_prefix('-')
        && !after.starts_with(']')
        && !after.is_empty()
    {
        let (high, rest) = character(after)?;
        return if high < low { Err(SYNTAX) } else { Ok((low, high, rest)) };
    }
    Ok((low, low, rest))
}

fn character(text: &str) -> Result<(u32, &str), PatternError> {
    if text.starts_with('\\') {
        return character_escape(text);
    }
    let rune = text.chars().next().ok_or(SYNTAX)?;
    Ok((u32::from(rune), text.get(rune.len_utf8()..).unwrap_or_default()))
}

/// A class written with a backslash, and what follows it.
pub(super) fn escaped<'t>(
    text: &'t str,
    folding: Option<&Folding>,
) -> Result<Option<(CharSet, &'t str)>, PatternError> {
    let Some(after) = text.strip_prefix('\\') else { return Ok(None) };
    let Some(letter) = after.chars().next() else { return Err(SYNTAX) };
    let rest = after.get(letter.len_utf8()..).unwrap_or_default();
    let set = match letter.to_ascii_lowercase() {
        'd' => from_chars(DIGIT),
        's' => from_chars(SPACE),
        'w' => from_chars(WORD),
        'p' => return unicode(letter == 'P', rest, folding).map(Some),
        _ => return Ok(None),
    };
    Ok(Some((unicode::folded(set, folding).negated_if(letter.is_ascii_uppercase()), rest)))
}

/// `\pN`, `\p{Name}` and `\p{^Name}`, the letter already read.
fn unicode<'t>(
    negated: bool,
    text: &'t str,
    folding: Option<&Folding>,
) -> Result<(CharSet, &'t str), PatternError> {
    let first = text.chars().next().ok_or(SYNTAX)?;
    let (name, rest) = match text.strip_prefix('{') {
        Some(inner) => inner.split_once('}').ok_or(SYNTAX)?,
        None => text.split_at_checked(first.len_utf8()).ok_or(SYNTAX)?,
    };
    let (negated, name) = match name.strip_prefix('^') {
        Some(name) => (!negated, name),
        None => (negated, name),
    };
    let set = property(name, folding).ok_or(SYNTAX)?;
    Ok((set.negated_if(negated), rest))
}

/// An escape that stands for one character, and what follows it.
pub(super) fn character_escape(text: &str) -> Result<(u32, &str), PatternError> {
    let after = text.strip_prefix('\\').ok_or(SYNTAX)?;
    let letter = after.chars().next().ok_or(SYNTAX)?;
    let rest = after.get(letter.len_utf8()..).unwrap_or_default();
    let rune = match letter {
        '0'..='7' => return octal(letter, rest),
        'x' => return hexadecimal(rest),
        'a' => 7,
        'f' => 12,
        'n' => 10,
        'r' => 13,
        't' => 9,
        'v' => 11,
        _ if letter.is_ascii() && !letter.is_ascii_alphanumeric() => u32::from(letter),
        _ => return Err(SYNTAX),
    };
    Ok((rune, rest))
}

/// Up to three octal digits; a single one other than 0 would be a reference back, which Go has not.
fn octal(first: char, rest: &str) -> Result<(u32, &str), PatternError> {
    let digits = rest.bytes().take(2).take_while(|byte| (b'0'..=b'7').contains(byte)).count();
    if first != '0' && digits == 0 {
        return Err(SYNTAX);
    }
    let (more, rest) = rest.split_at_checked(digits).ok_or(SYNTAX)?;
    let value = u32::from_str_radix(&format!("{first}{more}"), 8).map_err(|_| SYNTAX)?;
    Ok((value, rest))
}

fn hexadecimal(text: &str) -> Result<(u32, &str), PatternError> {
    let (digits, rest) = match text.strip_prefix('{') {
        Some(inner) => inner.split_once('}').ok_or(SYNTAX)?,
        None => text.split_at_checked(2).ok_or(SYNTAX)?,
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(SYNTAX);
    }
    let value = u32::from_str_radix(digits, 16).map_err(|_| SYNTAX)?;
    if value > 0x10_FFFF { Err(SYNTAX) } else { Ok((value, rest)) }
}
