//! Character classes and escapes.

use super::PatternError;

const SYNTAX: PatternError = PatternError::Syntax;

/// A class that nothing is in.
pub(super) const NOTHING: &str = r"[^\x{0}-\x{10FFFF}]";

const POSIX: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
    "space", "upper", "word", "xdigit",
];

/// A bracketed class at the start of `text`, and what follows it.
pub(super) fn bracketed(text: &str) -> Result<(String, &str), PatternError> {
    let mut rest = text.strip_prefix('[').ok_or(SYNTAX)?;
    let mut out = String::from("[");
    let mut empty = true;
    let negated = rest.starts_with('^');
    if negated {
        rest = rest.get(1..).unwrap_or_default();
        out.push('^');
    }
    let mut first = true;
    while first || !rest.starts_with(']') {
        if let Some((item, after)) = item(rest)? {
            out.push_str(&item);
            empty = false;
            rest = after;
        } else {
            let (low, high, after) = range(rest)?;
            let clipped = (clip_up(low), clip_down(high));
            if clipped.0 <= clipped.1 {
                out.push_str(&format!(r"\x{{{:X}}}-\x{{{:X}}}", clipped.0, clipped.1));
                empty = false;
            }
            rest = after;
        }
        first = false;
    }
    let rest = rest.get(1..).unwrap_or_default();
    if empty {
        let all = r"[\x{0}-\x{10FFFF}]";
        return Ok(((if negated { all } else { NOTHING }).to_owned(), rest));
    }
    out.push(']');
    Ok((out, rest))
}

/// `[:alpha:]`, `\d` or `\p{Greek}`.
fn item(text: &str) -> Result<Option<(String, &str)>, PatternError> {
    if let Some(inner) = text.strip_prefix("[:")
        && let Some((name, rest)) = inner.split_once(":]")
    {
        let bare = name.strip_prefix('^').unwrap_or(name);
        if !POSIX.contains(&bare) {
            return Err(SYNTAX);
        }
        return Ok(Some((format!("[:{name}:]"), rest)));
    }
    escaped(text)
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

/// The regex crate knows no surrogates.
fn clip_up(rune: u32) -> u32 {
    if (0xD800..0xE000).contains(&rune) { 0xE000 } else { rune }
}

fn clip_down(rune: u32) -> u32 {
    if (0xD800..0xE000).contains(&rune) { 0xD7FF } else { rune }
}

/// A class written with a backslash, in the form that stands within brackets.
pub(super) fn escaped(text: &str) -> Result<Option<(String, &str)>, PatternError> {
    let Some(after) = text.strip_prefix('\\') else { return Ok(None) };
    let Some(letter) = after.chars().next() else { return Err(SYNTAX) };
    let rest = after.get(letter.len_utf8()..).unwrap_or_default();
    let class = match letter {
        'd' => "0-9",
        'D' => "[^0-9]",
        's' => r"\t\n\x0C\r\x20",
        'S' => r"[^\t\n\x0C\r\x20]",
        'w' => "0-9A-Za-z_",
        'W' => "[^0-9A-Za-z_]",
        'p' | 'P' => return unicode(letter == 'P', rest).map(Some),
        _ => return Ok(None),
    };
    Ok(Some((class.to_owned(), rest)))
}

/// `\pN`, `\p{Name}` and `\p{^Name}`, the letter already read.
fn unicode(negated: bool, text: &str) -> Result<(String, &str), PatternError> {
    let first = text.chars().next().ok_or(SYNTAX)?;
    let (name, rest) = match text.strip_prefix('{') {
        Some(inner) => inner.split_once('}').ok_or(SYNTAX)?,
        None => text.split_at_checked(first.len_utf8()).ok_or(SYNTAX)?,
    };
    let (negated, name) = match name.strip_prefix('^') {
        Some(name) => (!negated, name),
        None => (negated, name),
    };
    let letter = if negated { 'P' } else { 'p' };
    if name.is_empty()
        || !name.chars().all(|rune| rune.is_ascii_alphanumeric() || " _-".contains(rune))
    {
        return Err(SYNTAX);
    }
    // Properties other than categories and scripts are unknown to Go.
    let key: String =
        name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let qualified = match key.as_str() {
        "any" | "ascii" | "assigned" => name.to_owned(),
        "lc" => "gc=LC".to_owned(),
        _ if is_category(&key) => format!("gc={name}"),
        _ => format!("sc={name}"),
    };
    Ok((format!(r"\{letter}{{{qualified}}}"), rest))
}

fn is_category(key: &str) -> bool {
    const LONG: [&str; 38] = [
        "casedletter",
        "closepunctuation",
        "connectorpunctuation",
        "control",
        "cntrl",
        "currencysymbol",
        "dashpunctuation",
        "decimalnumber",
        "digit",
        "enclosingmark",
        "finalpunctuation",
        "format",
        "initialpunctuation",
        "letter",
        "letternumber",
        "lineseparator",
        "lowercaseletter",
        "mark",
        "combiningmark",
        "mathsymbol",
        "modifierletter",
        "modifiersymbol",
        "nonspacingmark",
        "number",
        "openpunctuation",
        "other",
        "otherletter",
        "othernumber",
        "otherpunctuation",
        "othersymbol",
        "paragraphseparator",
        "privateuse",
        "punctuation",
        "separator",
        "spaceseparator",
        "spacingmark",
        "symbol",
        "uppercaseletter",
    ];
    const SHORT: [&str; 37] = [
        "c", "cc", "cf", "cn", "co", "cs", "l", "ll", "lm", "lo", "lt", "lu", "m", "mc", "me",
        "mn", "n", "nd", "nl", "no", "p", "pc", "pd", "pe", "pf", "pi", "po", "ps", "s", "sc",
        "sk", "sm", "so", "z", "zl", "zp", "zs",
    ];
    SHORT.contains(&key)
        || LONG.contains(&key)
        || matches!(key, "titlecaseletter" | "surrogate" | "unassigned" | "punct")
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
