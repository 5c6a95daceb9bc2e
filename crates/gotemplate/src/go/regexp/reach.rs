//! How far a search looks beyond what it finds.
//!
//! A search ends where nothing can become of what it has read so far. That may be far behind its match: `a.*b|a` finds
//! "a" in a text without a "b", and has read all of it. Finding all matches then takes the square of the text.
//! That needs two things: a repetition without bound that something has to follow, and a match without it, by another
//! alternative or because it may be left out. Without the second, what was read in vain holds no match, and is read
//! once more at most.

/// How far a search may look beyond its match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// So many characters at most.
    Characters(u64),
    /// To the end of the text.
    End,
}

/// What matters of a part of a pattern.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shape {
    /// How many characters it takes, where its repetitions without bound count once.
    length: u64,
    /// It may match nothing.
    nullable: bool,
    /// A repetition without bound is in it.
    endless: bool,
    /// A repetition without bound is in a part of it that may be left out, or in one of its alternatives.
    endless_choice: bool,
    /// It needs something behind a repetition without bound.
    looks_on: bool,
    /// As `looks_on`, and there may be a match without.
    looks_on_in_vain: bool,
}

impl Shape {
    pub(super) const CHARACTER: Self = Self {
        length: 1,
        nullable: false,
        endless: false,
        endless_choice: false,
        looks_on: false,
        looks_on_in_vain: false,
    };
    pub(super) const EMPTY: Self = Self { length: 0, nullable: true, ..Self::CHARACTER };

    /// At least `least` and at most `most` times, 0 being once.
    pub(super) fn repeated(self, least: u32, most: u32, unbounded: bool) -> Self {
        let optional = least == 0;
        let endless = self.endless || unbounded;
        Self {
            length: self.length.saturating_mul(u64::from(most.max(1))),
            nullable: self.nullable || optional,
            endless,
            endless_choice: self.endless_choice || (optional && self.endless),
            looks_on: self.looks_on,
            looks_on_in_vain: self.looks_on_in_vain || (optional && self.looks_on),
        }
    }

    /// Followed by `next`.
    fn then(self, next: Self) -> Self {
        let needed = !next.nullable;
        Self {
            length: self.length.saturating_add(next.length),
            nullable: self.nullable && next.nullable,
            endless: self.endless || next.endless,
            endless_choice: self.endless_choice || next.endless_choice,
            looks_on: self.looks_on || next.looks_on || (needed && self.endless),
            looks_on_in_vain: self.looks_on_in_vain
                || next.looks_on_in_vain
                || (needed && self.endless_choice),
        }
    }

    /// Either of the two.
    fn or(self, other: Self) -> Self {
        let (endless, looks_on) = (self.endless || other.endless, self.looks_on || other.looks_on);
        Self {
            length: self.length.max(other.length),
            nullable: self.nullable || other.nullable,
            endless,
            endless_choice: endless,
            looks_on,
            looks_on_in_vain: looks_on || self.looks_on_in_vain || other.looks_on_in_vain,
        }
    }
}

/// The alternatives of a group while it is read.
#[derive(Clone, Copy)]
pub(super) struct Alternatives {
    before: Option<Shape>,
    last: Shape,
}

impl Default for Alternatives {
    fn default() -> Self {
        Self { before: None, last: Shape::EMPTY }
    }
}

impl Alternatives {
    pub(super) fn add(&mut self, part: Shape) {
        self.last = self.last.then(part);
    }

    pub(super) fn next(&mut self) {
        *self = Self { before: Some(self.shape()), last: Shape::EMPTY };
    }

    pub(super) fn shape(self) -> Shape {
        self.before.map_or(self.last, |before| before.or(self.last))
    }

    pub(super) fn reach(self) -> Reach {
        let shape = self.shape();
        if shape.looks_on_in_vain { Reach::End } else { Reach::Characters(shape.length) }
    }
}
