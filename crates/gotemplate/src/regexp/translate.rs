//! Reads a pattern in Go's syntax and writes the same in the regex crate's.

use super::PatternError;
use super::class;

/// How often a repetition, with those inside it, may repeat at most.
const MOST_REPEATS: u32 = 1000;
const DEEPEST: usize = 1000;

pub(super) struct Translated {
    pub(super) pattern: String,
    pub(super) names: Vec<Vec<u8>>,
    /// About how many states the pattern takes.
    pub(super) cost: u64,
    /// Something in it repeats without bound.
    pub(super) unbounded: bool,
}

pub(super) fn translate(pattern: &str) -> Result<Translated, PatternError> {
    let mut translator = Translator {
        rest: pattern,
        out: String::new(),
        names: vec![Vec::new()],
        groups: Vec::new(),
        atom: None,
        atom_end: 0,
        unbounded: false,
    };
    translator.run()?;
    let cost = translator.groups.first().map_or(0, |group| group.cost);
    Ok(Translated {
        pattern: translator.out,
        names: translator.names,
        cost,
        unbounded: translator.unbounded,
    })
}

/// What a repetition operator would apply to.
#[derive(Clone, Copy)]
struct Atom {
    /// How often it repeats at most.
    repeats: u32,
    /// About how many states it takes.
    cost: u64,
    /// A repetition: Go refuses another on top of it.
    repeated: bool,
}

/// An open group: what is in it so far.
#[derive(Clone, Copy, Default)]
struct Group {
    /// The most repeats of anything in it.
    repeats: u32,
    cost: u64,
}

struct Translator<'p> {
    rest: &'p str,
    out: String,
    names: Vec<Vec<u8>>,
    groups: Vec<Group>,
    atom: Option<Atom>,
    /// Where the atom ends in `out`; flags may follow it.
    atom_end: usize,
    unbounded: bool,
}

const SYNTAX: PatternError = PatternError::Syntax;

impl Translator<'_> {
    fn run(&mut self) -> Result<(), PatternError> {
        // The outermost level counts as a group of its own.
        self.groups.push(Group { repeats: 1, cost: 1 });
        while let Some(next) = self.rest.chars().next() {
            match next {
                '(' => self.open()?,
                ')' => self.close()?,
                '|' => {
                    self.skip(1);
                    self.out.push('|');
                    self.atom = None;
                }
                '*' | '+' | '?' => {
                    self.skip(1);
                    self.repeat(&next.to_string(), 0)?;
                }
                '{' => self.braces()?,
                '[' => {
                    let (text, rest) = class::bracketed(self.rest)?;
                    self.emit(&text, rest);
                }
                '\\' => self.escape()?,
                '^' | '$' | '.' => {
                    self.skip(1);
                    self.out.push(next);
                    self.atom_done(4);
                }
                literal => self.literal(literal, literal.len_utf8()),
            }
        }
        if self.groups.len() == 1 { Ok(()) } else { Err(SYNTAX) }
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    fn atom_done(&mut self, cost: u64) {
        self.atom = Some(Atom { repeats: 1, repeated: false, cost });
        self.atom_end = self.out.len();
        self.count(1, cost);
    }

    fn literal(&mut self, literal: char, width: usize) {
        self.skip(width);
        self.out.push_str(&regex::escape(literal.encode_utf8(&mut [0; 4])));
        self.atom_done(1);
    }
}

impl<'p> Translator<'p> {
    fn emit(&mut self, text: &str, rest: &'p str) {
        self.out.push_str(text);
        self.rest = rest;
        // Classes by property have hundreds of ranges.
        let properties = text.matches(r"\p").count() + text.matches(r"\P").count();
        let cost = 4 + text.len() as u64 / 8 + 300 * properties as u64;
        self.atom_done(cost);
    }

    fn open(&mut self) -> Result<(), PatternError> {
        if self.groups.len() > DEEPEST {
            return Err(SYNTAX);
        }
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
        self.groups.push(Group { repeats: 1, cost: 1 });
        self.atom = None;
        Ok(())
    }

    fn close(&mut self) -> Result<(), PatternError> {
        let Group { repeats, cost } = self.groups.pop().ok_or(SYNTAX)?;
        if self.groups.is_empty() {
            return Err(SYNTAX);
        }
        self.skip(1);
        self.out.push(')');
        self.atom = Some(Atom { repeats, repeated: false, cost });
        self.atom_end = self.out.len();
        self.count(repeats, cost);
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
        self.repeat(operator, bounded)
    }

    fn repeat(&mut self, operator: &str, times: u32) -> Result<(), PatternError> {
        self.unbounded |= operator != "?" && !operator.ends_with('}') || operator.ends_with(",}");
        let atom = self.atom.filter(|atom| !atom.repeated).ok_or(SYNTAX)?;
        let lazy = if self.rest.starts_with('?') { "?" } else { "" };
        self.skip(lazy.len());
        self.out.insert_str(self.atom_end, &format!("{operator}{lazy}"));
        let repeats = atom.repeats.saturating_mul(times.max(1));
        if times >= 2 && repeats > MOST_REPEATS {
            return Err(SYNTAX);
        }
        let cost = atom.cost.saturating_mul(u64::from(times.max(1)));
        self.atom = Some(Atom { repeats, repeated: true, cost });
        self.count(repeats, cost.saturating_sub(atom.cost));
        Ok(())
    }

    fn escape(&mut self) -> Result<(), PatternError> {
        let after = self.rest.get(1..).unwrap_or_default();
        let letter = after.chars().next().ok_or(SYNTAX)?;
        let tail = after.get(letter.len_utf8()..).unwrap_or_default();
        match letter {
            'A' => self.emit(r"\A", tail),
            'z' => self.emit(r"\z", tail),
            'b' => self.emit(r"(?-u:\b)", tail),
            'B' => self.emit(r"(?-u:\B)", tail),
            'Q' => {
                let (literal, rest) = tail.split_once(r"\E").unwrap_or((tail, ""));
                self.rest = rest;
                for rune in literal.chars() {
                    self.out.push_str(&regex::escape(rune.encode_utf8(&mut [0; 4])));
                    self.atom_done(1);
                }
            }
            'E' => return Err(SYNTAX),
            _ => {
                if let Some((text, rest)) = class::escaped(self.rest)? {
                    self.emit(&format!("[{text}]"), rest);
                } else {
                    let (rune, rest) = class::character_escape(self.rest)?;
                    self.rest = rest;
                    // Half a surrogate pair is in no text.
                    match char::from_u32(rune) {
                        Some(rune) => self.literal(rune, 0),
                        None => self.emit(class::NOTHING, rest),
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
