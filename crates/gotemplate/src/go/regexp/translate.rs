//! Reads a pattern in Go's syntax and writes the same in the regex crate's.

use super::char_set::{CharSet, NOTHING};
use super::class;
use super::reach::{Alternatives, Reach, Shape};
use super::unicode::Folding;
use super::{Cost, PatternError};

/// How often a repetition, with those inside it, may repeat at most.
const MOST_REPEATS: u32 = 1000;
const DEEPEST: usize = 1000;
/// A class by property takes some kilobytes: the pattern is refused before many of them take too many.
const LONGEST: usize = 1 << 20;
/// Properties in one pattern.
const MOST_PROPERTIES: usize = 1000;
/// What finding one takes, in lookups of characters.
const LOOKUPS_OF_A_PROPERTY: u64 = 2000;
/// Lookups for one pattern: a fraction of a second.
const MOST_LOOKUPS: u64 = 4_000_000;

pub(super) struct Translated {
    pub(super) pattern: String,
    pub(super) names: Vec<Vec<u8>>,
    /// About how many states the pattern takes.
    pub(super) states: u64,
    /// How far a search may look beyond its match.
    pub(super) reach: Reach,
}

/// Translates `pattern`; `spend` is told what that takes, also where it then turns out wrong.
pub(super) fn translate<E: From<PatternError>>(
    pattern: &str,
    mut spend: impl FnMut(Cost) -> Result<(), E>,
) -> Result<Translated, E> {
    let properties = pattern.matches(r"\p").count() + pattern.matches(r"\P").count();
    if properties > MOST_PROPERTIES {
        return Err(PatternError::TooLarge.into());
    }
    spend(Cost::Lookups(LOOKUPS_OF_A_PROPERTY * properties as u64))?;
    if pattern.contains("(?") {
        spend(Cost::Lookups(LOOKUPS_OF_A_PROPERTY))?;
    }
    let mut translator = Translator {
        rest: pattern,
        out: String::new(),
        names: vec![Vec::new()],
        // The outermost level counts as a group of its own.
        groups: vec![Group { repeats: 1, cost: 1, ..Group::default() }],
        atom: None,
        flags: Flags::default(),
        folding: None,
    };
    let (mut lookups_before, mut written) = (0, 0);
    while !translator.rest.is_empty() {
        translator.item()?;
        let lookups = translator.lookups();
        spend(Cost::Lookups(lookups - lookups_before))?;
        spend(Cost::Writing(translator.out.len() - written))?;
        (lookups_before, written) = (lookups, translator.out.len());
    }
    Ok(translator.finish()?)
}

/// What a repetition operator would apply to.
#[derive(Clone, Copy)]
struct Atom {
    /// How often it repeats at most.
    repeats: u32,
    /// About how many states it takes.
    cost: u64,
    /// A repetition: Go refuses another on top of it, unless flags are between the two.
    repeated: bool,
    /// Where it stands in the pattern that is written; flags may follow it.
    start: usize,
    end: usize,
    /// It ends in an operator, so that one more has to be kept apart from it.
    ends_in_operator: bool,
    shape: Shape,
}

/// An open group: what is in it so far.
#[derive(Clone, Copy, Default)]
struct Group {
    /// The most repeats of anything in it.
    repeats: u32,
    cost: u64,
    /// Where it starts in the pattern that is written.
    start: usize,
    /// What holds outside of it: flags in a group end with it.
    flags: Flags,
    /// Its alternatives, and the last of them as far as it is read.
    alternatives: Alternatives,
}

/// The flags that are translated; the others are left to the regex crate.
#[derive(Clone, Copy, Default)]
struct Flags {
    /// `i`
    ignore_case: bool,
    /// `U`: repetitions are lazy, and those with a question mark greedy.
    swap_greed: bool,
}

struct Translator<'p> {
    rest: &'p str,
    out: String,
    names: Vec<Vec<u8>>,
    groups: Vec<Group>,
    atom: Option<Atom>,
    flags: Flags,
    /// Read when it is needed first.
    folding: Option<Folding>,
}

const SYNTAX: PatternError = PatternError::Syntax;

impl Translator<'_> {
    /// Reads what stands next.
    fn item(&mut self) -> Result<(), PatternError> {
        if self.out.len() > LONGEST || self.lookups() > MOST_LOOKUPS {
            return Err(PatternError::TooLarge);
        }
        match self.rest.chars().next().ok_or(SYNTAX)? {
            '(' => self.open(),
            ')' => self.close(),
            '|' => {
                self.skip(1);
                self.out.push('|');
                self.settle();
                if let Some(group) = self.groups.last_mut() {
                    group.alternatives.next();
                }
                Ok(())
            }
            operator @ ('*' | '+' | '?') => {
                self.skip(1);
                self.repeat(&operator.to_string(), u32::from(operator == '+'), 0)
            }
            '{' => self.braces(),
            '[' => {
                let (set, rest) = class::bracketed(self.rest, self.folding())?;
                self.class(&set, rest);
                Ok(())
            }
            '\\' => self.escape(),
            empty @ ('^' | '$') => {
                self.skip(1);
                self.atom(&empty.to_string(), 4, Shape::EMPTY);
                Ok(())
            }
            '.' => {
                self.skip(1);
                self.atom(".", 4, Shape::CHARACTER);
                Ok(())
            }
            literal => {
                self.literal(literal, literal.len_utf8());
                Ok(())
            }
        }
    }

    fn finish(mut self) -> Result<Translated, PatternError> {
        self.settle();
        match self.groups.as_slice() {
            [whole] => Ok(Translated {
                pattern: self.out,
                names: self.names,
                states: whole.cost,
                reach: whole.alternatives.reach(),
            }),
            _ => Err(SYNTAX),
        }
    }

    /// What the other cases of characters took so far.
    fn lookups(&self) -> u64 {
        self.folding.as_ref().map_or(0, Folding::lookups)
    }

    /// Nothing can be repeated any more of what was read so far.
    fn settle(&mut self) {
        if let (Some(atom), Some(group)) = (self.atom.take(), self.groups.last_mut()) {
            group.alternatives.add(atom.shape);
        }
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    /// Writes something that a repetition may apply to.
    fn atom(&mut self, text: &str, cost: u64, shape: Shape) {
        let start = self.out.len();
        self.out.push_str(text);
        self.atom_done(start, 1, cost, shape);
    }

    /// What was written from `start` on is something that a repetition may apply to.
    fn atom_done(&mut self, start: usize, repeats: u32, cost: u64, shape: Shape) {
        self.settle();
        let end = self.out.len();
        let (repeated, ends_in_operator) = (false, false);
        self.atom = Some(Atom { repeats, cost, repeated, start, end, ends_in_operator, shape });
        self.count(repeats, cost);
    }

    fn literal(&mut self, literal: char, width: usize) {
        self.skip(width);
        let orbit = self.folding().map(|folding| folding.orbit(literal.into())).unwrap_or_default();
        if orbit.len() > 1 {
            let set = CharSet::of(orbit.into_iter().map(|rune| (rune, rune)));
            self.atom(&set.to_pattern(), 1, Shape::CHARACTER);
        } else {
            self.atom(&regex::escape(literal.encode_utf8(&mut [0; 4])), 1, Shape::CHARACTER);
        }
    }

    /// What it means to ignore case, where it is ignored.
    fn folding(&self) -> Option<&Folding> {
        self.folding.as_ref().filter(|_| self.flags.ignore_case)
    }

    /// Takes over the flags that are translated, and gives the others for the regex crate.
    fn take_flags(&mut self, flags: &str) -> String {
        let (on, off) = flags.split_once('-').unwrap_or((flags, ""));
        let applied = |flag, before: bool| (before || on.contains(flag)) && !off.contains(flag);
        self.flags = Flags {
            ignore_case: applied('i', self.flags.ignore_case),
            swap_greed: applied('U', self.flags.swap_greed),
        };
        if self.flags.ignore_case && self.folding.is_none() {
            self.folding = Some(Folding::new());
        }
        let (on, off) = (on.replace(['i', 'U'], ""), off.replace(['i', 'U'], ""));
        if off.is_empty() { on } else { format!("{on}-{off}") }
    }
}

impl<'p> Translator<'p> {
    fn emit(&mut self, text: &str, shape: Shape, rest: &'p str) {
        self.rest = rest;
        self.atom(text, 4, shape);
    }

    fn class(&mut self, set: &CharSet, rest: &'p str) {
        self.rest = rest;
        self.atom(&set.to_pattern(), set.cost(), Shape::CHARACTER);
    }

    fn open(&mut self) -> Result<(), PatternError> {
        if self.groups.len() > DEEPEST {
            return Err(SYNTAX);
        }
        let (start, outside) = (self.out.len(), self.flags);
        if let Some(rest) = self.rest.strip_prefix("(?P<").or_else(|| self.rest.strip_prefix("(?<"))
        {
            let (name, rest) = rest.split_once('>').ok_or(SYNTAX)?;
            let valid =
                !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
            if !valid {
                return Err(SYNTAX);
            }
            self.names.push(name.as_bytes().to_vec());
            self.rest = rest;
            self.out.push('(');
        } else if let Some(rest) = self.rest.strip_prefix("(?") {
            let end = rest.find([')', ':']).ok_or(SYNTAX)?;
            let (flags, rest) = rest.split_at_checked(end).ok_or(SYNTAX)?;
            check_flags(flags)?;
            self.rest = rest.get(1..).unwrap_or_default();
            let flags = self.take_flags(flags);
            if rest.starts_with(')') {
                if !flags.is_empty() {
                    self.out.push_str(&format!("(?{flags})"));
                }
                // Go lets a repetition behind the flags apply to what is before them.
                self.atom = self.atom.map(|atom| Atom { repeated: false, ..atom });
                return Ok(());
            }
            self.out.push_str(&format!("(?{flags}:"));
        } else {
            self.skip(1);
            self.names.push(Vec::new());
            self.out.push('(');
        }
        self.settle();
        let alternatives = Alternatives::default();
        self.groups.push(Group { repeats: 1, cost: 1, start, flags: outside, alternatives });
        Ok(())
    }

    fn close(&mut self) -> Result<(), PatternError> {
        self.settle();
        let group = self.groups.pop().ok_or(SYNTAX)?;
        let Group { repeats, cost, start, flags, alternatives } = group;
        self.flags = flags;
        if self.groups.is_empty() {
            return Err(SYNTAX);
        }
        self.skip(1);
        self.out.push(')');
        self.atom_done(start, repeats, cost, alternatives.shape());
        Ok(())
    }

    /// Notes that something repeats so often and takes so many states in the innermost group.
    fn count(&mut self, repeats: u32, cost: u64) {
        if let Some(group) = self.groups.last_mut() {
            group.repeats = repeats.max(group.repeats);
            group.cost = group.cost.saturating_add(cost);
        }
    }

    /// `{2,3}`; what does not look like it is a literal brace.
    fn braces(&mut self) -> Result<(), PatternError> {
        let Some((least, most, length)) = repetition(self.rest) else {
            self.literal('{', 1);
            return Ok(());
        };
        let bounded = most.unwrap_or(least);
        if least > MOST_REPEATS || bounded > MOST_REPEATS || bounded < least {
            return Err(SYNTAX);
        }
        let operator = self.rest.get(..length).unwrap_or_default();
        self.skip(length);
        self.repeat(operator, least, bounded)
    }

    fn repeat(&mut self, operator: &str, least: u32, times: u32) -> Result<(), PatternError> {
        let unbounded = matches!(operator, "*" | "+") || operator.ends_with(",}");
        let mut atom = self.atom.filter(|atom| !atom.repeated).ok_or(SYNTAX)?;
        let marked = self.rest.starts_with('?');
        self.skip(usize::from(marked));
        if atom.ends_in_operator {
            self.out.insert_str(atom.start, "(?:");
            self.out.insert(atom.end + 3, ')');
            atom.end += 4;
        }
        let lazy = if marked != self.flags.swap_greed { "?" } else { "" };
        self.out.insert_str(atom.end, &format!("{operator}{lazy}"));
        let repeats = atom.repeats.saturating_mul(times.max(1));
        if times >= 2 && repeats > MOST_REPEATS {
            return Err(SYNTAX);
        }
        let cost = atom.cost.saturating_mul(u64::from(times.max(1)));
        self.atom = Some(Atom {
            repeats,
            cost,
            repeated: true,
            start: atom.start,
            end: atom.end + operator.len() + lazy.len(),
            ends_in_operator: true,
            shape: atom.shape.repeated(least, times, unbounded),
        });
        self.count(repeats, cost.saturating_sub(atom.cost));
        Ok(())
    }

    fn escape(&mut self) -> Result<(), PatternError> {
        let after = self.rest.get(1..).unwrap_or_default();
        let letter = after.chars().next().ok_or(SYNTAX)?;
        let tail = after.get(letter.len_utf8()..).unwrap_or_default();
        match letter {
            'A' => self.emit(r"\A", Shape::EMPTY, tail),
            'z' => self.emit(r"\z", Shape::EMPTY, tail),
            'b' => self.emit(r"(?-u:\b)", Shape::EMPTY, tail),
            'B' => self.emit(r"(?-u:\B)", Shape::EMPTY, tail),
            'Q' => {
                let (literal, rest) = tail.split_once(r"\E").unwrap_or((tail, ""));
                self.rest = rest;
                for rune in literal.chars() {
                    self.literal(rune, 0);
                }
            }
            'E' => return Err(SYNTAX),
            _ => {
                if let Some((set, rest)) = class::escaped(self.rest, self.folding())? {
                    self.class(&set, rest);
                } else {
                    let (rune, rest) = class::character_escape(self.rest)?;
                    self.rest = rest;
                    // Half a surrogate pair is in no text.
                    match char::from_u32(rune) {
                        Some(rune) => self.literal(rune, 0),
                        None => self.emit(NOTHING, Shape::CHARACTER, rest),
                    }
                }
            }
        }
        Ok(())
    }
}

/// `i`, `m`, `s` and `U`, and after a minus those to switch off.
fn check_flags(flags: &str) -> Result<(), PatternError> {
    let mut parts = flags.split('-');
    let (on, off) = (parts.next().unwrap_or_default(), parts.next());
    let known = |part: &str| part.chars().all(|flag| "imsU".contains(flag));
    if !known(on) || !off.is_none_or(|off| !off.is_empty() && known(off)) || parts.next().is_some()
    {
        return Err(SYNTAX);
    }
    Ok(())
}

/// The bounds and the length of `{n}`, `{n,}` or `{n,m}`.
fn repetition(text: &str) -> Option<(u32, Option<u32>, usize)> {
    let (body, _) = text.strip_prefix('{')?.split_once('}')?;
    let number = |digits: &str| {
        let fits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let canonical = digits.len() == 1 || !digits.starts_with('0');
        (fits && canonical).then(|| digits.parse().unwrap_or(u32::MAX))
    };
    let (least, most) = match body.split_once(',') {
        None => (number(body)?, Some(number(body)?)),
        Some((least, "")) => (number(least)?, None),
        Some((least, most)) => (number(least)?, Some(number(most)?)),
    };
    Some((least, most, body.len() + 2))
}
