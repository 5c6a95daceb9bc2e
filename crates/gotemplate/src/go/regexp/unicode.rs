//! What Go's regular expressions know of Unicode: categories, scripts and case.
//!
//! The tables are text and not Rust's slices of slices: pointers in a program's tables are adjusted each
//! time that it starts, and a thousand of them cost more than reading a line when a pattern asks for it.

use std::cell::Cell;

use super::char_set::CharSet;

/// What `scripts/unicode` prints, which says what the lines mean.
const TABLES: &str = include_str!("unicode.txt");

/// The characters that `\p{name}` stands for, with all that differ by case alone where case is ignored;
/// nothing, where Go knows no such name.
pub(super) fn property(name: &str, folding: Option<&Folding>) -> Option<CharSet> {
    let key = name.replace(['_', '-', ' '], "").to_ascii_lowercase();
    let key = entry("alias", &key).unwrap_or(&key);
    let set = match key {
        "any" => CharSet::all(),
        "ascii" => CharSet::of([(0, 0x7F)]),
        "assigned" => set("cn")?.negated(),
        key => set(key)?,
    };
    Some(folded(set, folding.filter(|_| entry("unfolded", key).is_none())))
}

/// Where case is ignored, the set with every character that differs from one in it by case alone.
pub(super) fn folded(set: CharSet, folding: Option<&Folding>) -> CharSet {
    match folding {
        Some(folding) => folding.fold(set),
        None => set,
    }
}

fn set(key: &str) -> Option<CharSet> {
    let ranges = entry("set", key)?.split_ascii_whitespace();
    ranges.map(range).collect::<Option<Vec<_>>>().map(CharSet::of)
}

/// `41-5A` or `41`.
fn range(text: &str) -> Option<(u32, u32)> {
    let (low, high) = text.split_once('-').unwrap_or((text, text));
    Some((hexadecimal(low)?, hexadecimal(high)?))
}

fn hexadecimal(text: &str) -> Option<u32> {
    u32::from_str_radix(text, 16).ok()
}

/// What stands behind a name in the line of that kind.
fn entry(kind: &str, name: &str) -> Option<&'static str> {
    TABLES.lines().find_map(|line| {
        let rest = line.strip_prefix(kind)?.strip_prefix(' ')?.strip_prefix(name)?;
        if rest.is_empty() { Some(rest) } else { rest.strip_prefix(' ') }
    })
}

/// Which characters are the same where case is ignored (Unicode's simple case folding).
pub(super) struct Folding {
    /// Each character that has partners, in order, with the next of them; the last leads back to the first.
    next: Vec<(u32, u32)>,
    /// How many characters and ranges were looked up.
    lookups: Cell<u64>,
}

impl Folding {
    pub(super) fn new() -> Self {
        let mut next = Vec::with_capacity(3000);
        for orbit in TABLES.lines().filter_map(|line| line.strip_prefix("orbit ")) {
            let members: Vec<u32> =
                orbit.split_ascii_whitespace().filter_map(hexadecimal).collect();
            next.extend(members.iter().copied().zip(members.iter().copied().cycle().skip(1)));
        }
        next.sort_unstable();
        Self { next, lookups: Cell::new(0) }
    }

    /// A character and those that differ from it by case alone.
    pub(super) fn orbit(&self, rune: u32) -> Vec<u32> {
        let mut orbit = vec![rune];
        let mut current = rune;
        while let Ok(at) = self.next.binary_search_by_key(&current, |(rune, _)| *rune)
            && let Some(&(_, next)) = self.next.get(at)
            && next != rune
        {
            orbit.push(next);
            current = next;
        }
        orbit
    }

    /// The set with every character that differs from one in it by case alone.
    fn fold(&self, set: CharSet) -> CharSet {
        let mut set = set.normalized();
        for rune in self.partners(set.ranges()) {
            set.add(rune, rune);
        }
        set.normalized()
    }

    /// The orbits of all characters in the ranges.
    fn partners(&self, ranges: &[(u32, u32)]) -> Vec<u32> {
        let mut partners = Vec::new();
        for &(low, high) in ranges {
            let from = self.next.partition_point(|(rune, _)| *rune < low);
            let members = self.next.iter().skip(from).map(|(rune, _)| *rune);
            partners
                .extend(members.take_while(|rune| *rune <= high).flat_map(|rune| self.orbit(rune)));
        }
        let lookups = (ranges.len() + partners.len()) as u64;
        self.lookups.set(self.lookups.get().saturating_add(lookups));
        partners
    }

    /// How many characters and ranges were looked up so far.
    pub(super) fn lookups(&self) -> u64 {
        self.lookups.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read() {
        for line in TABLES.lines().skip(1) {
            let mut words = line.split_ascii_whitespace();
            let (kind, name) = (words.next().unwrap(), words.next().unwrap());
            match kind {
                "set" | "alias" | "unfolded" => {
                    assert!(property(name, None).is_some(), "{line}");
                }
                "orbit" => assert!(words.all(|word| hexadecimal(word).is_some()), "{line}"),
                _ => panic!("{line}"),
            }
        }
    }

    #[test]
    fn names_are_those_that_go_finds() {
        for name in ["Lu", "lu", "L_u", "LC", "Uppercase_Letter", "Greek", "Any", "ASCII", "Cs"] {
            assert!(property(name, None).is_some(), "{name}");
        }
        for name in ["", "Grek", "Old_Italic", "gc=Lu", "Alphabetic", "l u\n", "set", "orbit"] {
            assert_eq!(property(name, None), None, "{name}");
        }
    }

    #[test]
    fn orbits_go_around() {
        let folding = Folding::new();
        let orbit = |rune: char| {
            let mut orbit = folding.orbit(rune.into());
            orbit.sort_unstable();
            orbit
        };
        for member in ['K', 'k', '\u{212A}'] {
            assert_eq!(orbit(member), [0x4B, 0x6B, 0x212A]);
        }
        assert_eq!(orbit('1'), [0x31]);
        assert_eq!(orbit('\u{131}'), [0x131]);
        assert_eq!(folding.partners(&[(0x17F, 0x17F)]).len(), 3);
        assert_eq!(folding.lookups(), 4);
    }
}
