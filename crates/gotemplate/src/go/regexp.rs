//! Go's regular expressions (RE2 syntax), translated for the regex crate.

mod char_set;
mod class;
mod reach;
mod translate;
mod unicode;

use std::borrow::Cow;

use regex::{Regex, RegexBuilder};

use crate::go::rune;
pub(crate) use reach::Reach;
use translate::Translated;

/// Why a pattern could not be compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PatternError {
    Syntax,
    /// Larger than allowed when compiled.
    TooLarge,
}

/// A compiled pattern.
pub(crate) struct Pattern {
    regex: Regex,
    /// The groups' names, the whole match first.
    names: Vec<Vec<u8>>,
    is_empty: bool,
    /// About how many states it has.
    pub(crate) states: u64,
    pub(crate) reach: Reach,
}

/// What compiling a pattern takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cost {
    /// Characters looked up in tables.
    Lookups(u64),
    /// So many bytes more of the pattern as it is translated.
    Writing(usize),
    /// About so many states, from a pattern of so many bytes as it is translated.
    Compiling { states: u64, bytes: usize },
}

/// The groups of a match as byte ranges of the text, the whole match first.
pub(crate) type Groups = Vec<Option<(usize, usize)>>;

impl Pattern {
    /// Compiles a pattern in Go's syntax into at most `size` bytes; `spend` is told what that takes.
    pub(crate) fn compile<E: From<PatternError>>(
        pattern: &[u8],
        size: usize,
        mut spend: impl FnMut(Cost) -> Result<(), E>,
    ) -> Result<Self, E> {
        let text = std::str::from_utf8(pattern).map_err(|_| PatternError::Syntax)?;
        let Translated { pattern: translated, names, states, reach } =
            translate::translate(text, &mut spend)?;
        spend(Cost::Compiling { states, bytes: translated.len() })?;
        let built = RegexBuilder::new(&translated)
            .size_limit(size)
            .dfa_size_limit(size)
            .nest_limit(250)
            .build();
        match built {
            Ok(regex) => Ok(Self { regex, names, is_empty: pattern.is_empty(), states, reach }),
            Err(regex::Error::CompiledTooBig(_)) => Err(PatternError::TooLarge.into()),
            Err(_) => Err(PatternError::Syntax.into()),
        }
    }

    pub(crate) fn is_match(&self, text: &Haystack<'_>) -> bool {
        self.regex.is_match(&text.text)
    }

    pub(crate) fn find(&self, text: &Haystack<'_>) -> Option<(usize, usize)> {
        text.find_at(&self.regex, 0)
    }

    /// Matches from left to right, at most `limit` of them if it is not negative.
    ///
    /// `search` is told before each search how much text is left, `visit` is given the matches.
    pub(crate) fn find_all<E>(
        &self,
        haystack: &Haystack<'_>,
        limit: i64,
        mut search: impl FnMut(usize) -> Result<(), E>,
        mut visit: impl FnMut((usize, usize)) -> Result<(), E>,
    ) -> Result<(), E> {
        let text = haystack.bytes;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let (mut position, mut found, mut previous_end) = (0, 0, None);
        while found < limit && position <= text.len() {
            search(text.len() - position)?;
            let Some((start, end)) = haystack.find_at(&self.regex, position) else { break };
            let mut accept = true;
            if end == position {
                // No empty match right behind another match.
                accept = previous_end != Some(start);
                let rest = text.get(position..).unwrap_or_default();
                position += rune::decode(rest).map_or(1, |(_, width)| width);
            } else {
                position = end;
            }
            previous_end = Some(end);
            if accept {
                visit((start, end))?;
                found += 1;
            }
        }
        Ok(())
    }

    /// Replaces all matches: what is between them and what `replace` writes for each is given to `append`.
    pub(crate) fn replace_all<E>(
        &self,
        haystack: &Haystack<'_>,
        mut search: impl FnMut(usize) -> Result<(), E>,
        mut append: impl FnMut(&[u8]) -> Result<(), E>,
        mut replace: impl FnMut(&Groups, &mut dyn FnMut(&[u8]) -> Result<(), E>) -> Result<(), E>,
    ) -> Result<(), E> {
        let text = haystack.bytes;
        let (mut last_end, mut position) = (0, 0);
        while position <= text.len() {
            search(text.len() - position)?;
            let Some(groups) = haystack.groups_at(&self.regex, position) else { break };
            let Some(Some((start, end))) = groups.first().copied() else { break };
            append(text.get(last_end..start).unwrap_or_default())?;
            if end > last_end || start == 0 {
                replace(&groups, &mut append)?;
            }
            last_end = end;
            let rest = text.get(position..).unwrap_or_default();
            let width = rune::decode(rest).map_or(1, |(_, width)| width);
            position = if position + width > end { position + width } else { end };
        }
        append(text.get(last_end..).unwrap_or_default())
    }

    /// Gives `template` to `append` piece by piece, with `$1`, `${name}` and the like replaced.
    pub(crate) fn expand<E>(
        &self,
        template: &[u8],
        text: &[u8],
        groups: &Groups,
        append: &mut dyn FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut rest = template;
        while let Some(at) = memchr::memchr(b'$', rest) {
            append(rest.get(..at).unwrap_or_default())?;
            rest = rest.get(at + 1..).unwrap_or_default();
            if let Some(after) = rest.strip_prefix(b"$") {
                append(b"$")?;
                rest = after;
                continue;
            }
            let Some((name, after)) = reference(rest) else {
                append(b"$")?;
                continue;
            };
            rest = after;
            if let Some((start, end)) = self.group(name, groups) {
                append(text.get(start..end).unwrap_or_default())?;
            }
        }
        append(rest)
    }

    fn group(&self, name: &[u8], groups: &Groups) -> Option<(usize, usize)> {
        let leading_zero = name.len() > 1 && name.starts_with(b"0");
        if name.iter().all(u8::is_ascii_digit) && name.len() < 9 && !leading_zero {
            let index: usize = std::str::from_utf8(name).ok()?.parse().ok()?;
            return groups.get(index).copied().flatten();
        }
        let named = self.names.iter().zip(groups).filter(|(known, _)| known.as_slice() == name);
        named.filter_map(|(_, group)| *group).next()
    }

    /// The parts between matches, as `Regexp.Split`.
    pub(crate) fn split<E>(
        &self,
        haystack: &Haystack<'_>,
        limit: i64,
        search: impl FnMut(usize) -> Result<(), E>,
        mut visit: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let text = haystack.bytes;
        if !self.is_empty && text.is_empty() {
            return visit(text);
        }
        let (mut begin, mut end, mut count) = (0, 0, 0);
        let mut part = |from: usize, to: usize| visit(text.get(from..to).unwrap_or_default());
        self.find_all(haystack, limit, search, |found| {
            if limit > 0 && count >= limit - 1 {
                return Ok(());
            }
            end = found.0;
            if found.1 != 0 {
                part(begin, end)?;
                count += 1;
            }
            begin = found.1;
            Ok(())
        })?;
        if end == text.len() { Ok(()) } else { part(begin, text.len()) }
    }
}

/// The name behind a dollar sign and what follows it.
fn reference(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (braced, body) = match text.strip_prefix(b"{") {
        Some(body) => (true, body),
        None => (false, text),
    };
    let is_name = |rune: char| rune == '_' || rune::is_letter(rune) || rune::is_digit(rune);
    let end =
        rune::runes(body).find(|(_, rune, _)| !is_name(*rune)).map_or(body.len(), |(at, ..)| at);
    let (name, rest) = body.split_at_checked(end)?;
    if name.is_empty() {
        return None;
    }
    Some((name, if braced { rest.strip_prefix(b"}")? } else { rest }))
}

/// `regexp.QuoteMeta`.
pub(crate) fn quote_meta(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &byte in text {
        if b"\\.+*?()|[]{}^$".contains(&byte) {
            out.push(b'\\');
        }
        out.push(byte);
    }
    out
}

/// A text to search. Go reads an invalid byte as U+FFFD: so it is here, and positions are translated back.
pub(crate) struct Haystack<'t> {
    bytes: &'t [u8],
    text: Cow<'t, str>,
    /// Where invalid bytes were replaced, in the new text.
    replaced: Vec<usize>,
}

impl<'t> Haystack<'t> {
    /// A text that is UTF-8.
    pub(crate) fn borrowed(bytes: &'t [u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        Some(Self { bytes, text: Cow::Borrowed(text), replaced: Vec::new() })
    }

    /// How many bytes of a text are invalid.
    pub(crate) fn count_invalid(bytes: &[u8]) -> usize {
        let is_invalid = |rune: char, width: usize| rune == rune::REPLACEMENT && width == 1;
        rune::runes(bytes).filter(|(_, rune, width)| is_invalid(*rune, *width)).count()
    }

    /// The bytes of memory for a text of `length` bytes, `invalid` of which are invalid.
    pub(crate) fn size(length: usize, invalid: usize) -> usize {
        length + invalid * (2 + size_of::<usize>())
    }

    /// Any text, `invalid` bytes of which are invalid.
    pub(crate) fn copied(bytes: &'t [u8], invalid: usize) -> Self {
        let mut text = String::with_capacity(bytes.len() + 2 * invalid);
        let mut replaced = Vec::with_capacity(invalid);
        for (_, rune, width) in rune::runes(bytes) {
            if rune == rune::REPLACEMENT && width == 1 {
                replaced.push(text.len());
            }
            text.push(rune);
        }
        Self { bytes, text: Cow::Owned(text), replaced }
    }

    /// A position in the new text as one in the old.
    fn original(&self, position: usize) -> usize {
        position - 2 * self.replaced.partition_point(|at| *at < position)
    }

    /// A position in the old text as one in the new.
    fn translated(&self, position: usize) -> usize {
        let before = |index: usize| self.replaced.get(index).map(|at| at - 2 * index);
        let mut low = 0;
        let mut high = self.replaced.len();
        while low < high {
            let middle = low + (high - low) / 2;
            if before(middle).is_some_and(|at| at < position) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        position + 2 * low
    }

    fn find_at(&self, regex: &Regex, start: usize) -> Option<(usize, usize)> {
        let found = regex.find_at(&self.text, self.translated(start))?;
        Some((self.original(found.start()), self.original(found.end())))
    }

    fn groups_at(&self, regex: &Regex, start: usize) -> Option<Groups> {
        let found = regex.captures_at(&self.text, self.translated(start))?;
        let range =
            |group: regex::Match<'_>| (self.original(group.start()), self.original(group.end()));
        Some(found.iter().map(|group| group.map(range)).collect())
    }
}

#[cfg(test)]
mod tests;
