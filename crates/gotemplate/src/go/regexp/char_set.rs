//! Sets of characters, and how they are written for the regex crate.

const LAST: u32 = 0x10_FFFF;

/// A class that nothing is in.
pub(super) const NOTHING: &str = r"[^\x{0}-\x{10FFFF}]";

/// Characters as ranges, both ends included; surrogates may be among them and stand for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct CharSet(Vec<(u32, u32)>);

impl CharSet {
    pub(super) fn all() -> Self {
        Self(vec![(0, LAST)])
    }

    pub(super) fn of(ranges: impl IntoIterator<Item = (u32, u32)>) -> Self {
        Self(ranges.into_iter().collect())
    }

    pub(super) fn add(&mut self, low: u32, high: u32) {
        self.0.push((low, high));
    }

    pub(super) fn add_all(&mut self, other: &Self) {
        self.0.extend_from_slice(&other.0);
    }

    pub(super) fn ranges(&self) -> &[(u32, u32)] {
        &self.0
    }

    pub(super) fn negated_if(self, negated: bool) -> Self {
        if negated { self.negated() } else { self }
    }

    pub(super) fn negated(self) -> Self {
        let mut outside = Vec::new();
        let mut next = 0;
        for (low, high) in self.normalized().0 {
            if low > next {
                outside.push((next, low - 1));
            }
            next = high + 1;
        }
        if next <= LAST {
            outside.push((next, LAST));
        }
        Self(outside)
    }

    /// Sorted, without overlaps and gaps of nothing.
    pub(super) fn normalized(mut self) -> Self {
        self.0.sort_unstable();
        let mut merged: Vec<(u32, u32)> = Vec::with_capacity(self.0.len());
        for (low, high) in self.0 {
            match merged.last_mut() {
                Some(last) if low <= last.1.saturating_add(1) => last.1 = last.1.max(high),
                _ => merged.push((low, high)),
            }
        }
        Self(merged)
    }

    /// About how many states it takes.
    pub(super) fn cost(&self) -> u64 {
        4 + self.0.len() as u64 / 2
    }

    /// As a bracketed class in the regex crate's syntax.
    pub(super) fn to_pattern(&self) -> String {
        let mut pattern = String::with_capacity(2 + 10 * self.0.len());
        for &(low, high) in &self.0 {
            if let (Some(low), Some(high)) = (from_low(low), from_high(high))
                && low <= high
            {
                push(&mut pattern, low);
                if low < high {
                    pattern.push('-');
                    push(&mut pattern, high);
                }
            }
        }
        if pattern.is_empty() { NOTHING.to_owned() } else { format!("[{pattern}]") }
    }
}

fn push(pattern: &mut String, rune: char) {
    if rune.is_ascii() {
        pattern.push_str(&format!(r"\x{:02X}", u32::from(rune)));
    } else {
        pattern.push(rune);
    }
}

/// The regex crate knows no surrogates: a range starts behind them.
fn from_low(rune: u32) -> Option<char> {
    char::from_u32(if is_surrogate(rune) { 0xE000 } else { rune })
}

/// A range ends before surrogates.
fn from_high(rune: u32) -> Option<char> {
    char::from_u32(if is_surrogate(rune) { 0xD7FF } else { rune })
}

fn is_surrogate(rune: u32) -> bool {
    (0xD800..0xE000).contains(&rune)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_merge_and_turn_around() {
        let set = CharSet::of([(0x63, 0x65), (0x61, 0x62), (0x64, 0x70), (0x80, 0x80)]);
        assert_eq!(set.clone().normalized().0, [(0x61, 0x70), (0x80, 0x80)]);
        assert_eq!(set.clone().negated().0, [(0, 0x60), (0x71, 0x7F), (0x81, LAST)]);
        assert_eq!(set.clone().negated().negated(), set.normalized());
        assert_eq!(CharSet::all().negated(), CharSet::default());
        assert_eq!(CharSet::default().negated(), CharSet::all());
    }

    #[test]
    fn surrogates_are_written_as_nothing() {
        assert_eq!(CharSet::of([(0xD800, 0xDFFF)]).to_pattern(), NOTHING);
        assert_eq!(CharSet::of([(0xD900, 0xE001)]).to_pattern(), "[\u{E000}-\u{E001}]");
        assert_eq!(CharSet::of([(0x5D, 0x5D), (0xD7FF, 0xD900)]).to_pattern(), "[\\x5D\u{D7FF}]");
    }
}
