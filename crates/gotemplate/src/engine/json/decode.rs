//! JSON to values, with a stack of its own instead of recursion.

use std::collections::BTreeMap;

use crate::engine::fault::Fault;
use crate::engine::runtime::Runtime;
use crate::engine::value::{Elem, Str, Value};
use crate::go::rune;
use crate::go::strconv;

/// How deep Go lets JSON nest.
const DEEPEST: usize = 10_000;

/// What came of decoding.
pub(crate) struct Decoded {
    /// Nil if the text is no JSON; a number out of range is nil where it stands.
    pub(crate) value: Value,
    /// Whether Go returns an error with it.
    pub(crate) failed: bool,
}

/// Decodes `text` as Go does into an `interface {}`.
pub(crate) fn decode(runtime: &mut Runtime<'_>, text: &[u8]) -> Result<Decoded, Fault> {
    let mut decoder = Decoder { text, at: 0, open: Vec::new(), failed: false };
    match decoder.document(runtime) {
        Ok(value) => Ok(Decoded { value, failed: decoder.failed }),
        Err(Stop::Syntax) => Ok(Decoded { value: Value::Nil, failed: true }),
        Err(Stop::Fault(fault)) => Err(fault),
    }
}

enum Stop {
    Syntax,
    Fault(Fault),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// How many bytes of a string are charged at once.
const CHUNK: usize = 64;
/// What a list or dict takes that is not closed yet, with the room for its first elements.
const BYTES_OF_OPEN: usize = 192;

/// A list or dict whose end has not been read.
enum Open {
    List(Vec<Value>),
    Dict(BTreeMap<Str, Value>, Str),
}

struct Decoder<'t> {
    text: &'t [u8],
    at: usize,
    open: Vec<Open>,
    failed: bool,
}

impl Decoder<'_> {
    fn document(&mut self, runtime: &mut Runtime<'_>) -> Result<Value, Stop> {
        loop {
            let Some(mut value) = self.begin(runtime)? else { continue };
            // The value ends as many lists and dicts as close behind it.
            loop {
                self.skip_space();
                let Some(open) = self.open.pop() else {
                    return if self.at == self.text.len() { Ok(value) } else { Err(Stop::Syntax) };
                };
                match self.add(runtime, open, value)? {
                    Some(closed) => value = closed,
                    None => break,
                }
            }
        }
    }

    /// Reads a value, or opens a list or dict and leaves the position before its first value.
    fn begin(&mut self, runtime: &mut Runtime<'_>) -> Result<Option<Value>, Stop> {
        runtime.step()?;
        self.skip_space();
        match self.peek() {
            Some(b'[') => {
                self.enter()?;
                if self.take(b']') {
                    return Ok(Some(runtime.list(Vec::new())?));
                }
                runtime.charge(BYTES_OF_OPEN)?;
                self.open.push(Open::List(Vec::new()));
                Ok(None)
            }
            Some(b'{') => {
                self.enter()?;
                if self.take(b'}') {
                    return Ok(Some(runtime.dict(BTreeMap::new())?));
                }
                runtime.charge(BYTES_OF_OPEN)?;
                let key = self.key(runtime)?;
                self.open.push(Open::Dict(BTreeMap::new(), key));
                Ok(None)
            }
            Some(b'"') => {
                let text = self.string(runtime)?;
                Ok(Some(runtime.charged_string(text)?))
            }
            Some(b't') => self.word(b"true", Value::Bool(true)),
            Some(b'f') => self.word(b"false", Value::Bool(false)),
            Some(b'n') => self.word(b"null", Value::Nil),
            _ => self.number().map(Some),
        }
    }

    fn enter(&mut self) -> Result<(), Stop> {
        self.at += 1;
        self.skip_space();
        if self.open.len() >= DEEPEST { Err(Stop::Syntax) } else { Ok(()) }
    }

    /// Adds a value to what is open; the list or dict itself once it is closed.
    fn add(
        &mut self,
        runtime: &mut Runtime<'_>,
        open: Open,
        value: Value,
    ) -> Result<Option<Value>, Stop> {
        match open {
            Open::List(mut items) => {
                runtime.charge(size_of::<Value>())?;
                items.push(value);
                if self.take(b']') {
                    return Ok(Some(runtime.charged_list(Elem::Any, items, false)?));
                }
                self.expect(b',')?;
                self.open.push(Open::List(items));
            }
            Open::Dict(mut entries, key) => {
                entries.insert(key, value);
                if self.take(b'}') {
                    return Ok(Some(runtime.dict(entries)?));
                }
                self.expect(b',')?;
                let key = self.key(runtime)?;
                self.open.push(Open::Dict(entries, key));
            }
        }
        Ok(None)
    }

    fn key(&mut self, runtime: &mut Runtime<'_>) -> Result<Str, Stop> {
        self.skip_space();
        let key = self.string(runtime)?;
        runtime.charge(64)?;
        self.skip_space();
        self.expect(b':')?;
        Ok(Str::from(key))
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8) -> Result<(), Stop> {
        if self.take(byte) { Ok(()) } else { Err(Stop::Syntax) }
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn word(&mut self, word: &[u8], value: Value) -> Result<Option<Value>, Stop> {
        if self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            self.at += word.len();
            return Ok(Some(value));
        }
        Err(Stop::Syntax)
    }

    fn digits(&mut self) -> Result<(), Stop> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at > start { Ok(()) } else { Err(Stop::Syntax) }
    }

    fn number(&mut self) -> Result<Value, Stop> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            if !self.take(b'+') {
                self.take(b'-');
            }
            self.digits()?;
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        Ok(strconv::parse_float(text).map_or_else(
            |_| {
                self.failed = true;
                Value::Nil
            },
            Value::Float,
        ))
    }

    /// A string, charged.
    fn string(&mut self, runtime: &mut Runtime<'_>) -> Result<Vec<u8>, Stop> {
        self.expect(b'"')?;
        let mut out = Vec::new();
        let mut charged = 0;
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let (rune, width) = rune::decode(rest).ok_or(Stop::Syntax)?;
            self.at += width;
            if out.len() >= charged {
                runtime.scan(CHUNK)?;
                runtime.charge(CHUNK.min(rest.len()))?;
                charged += CHUNK;
            }
            match rune {
                '"' => return Ok(out),
                '\\' => self.escape(&mut out)?,
                '\0'..' ' => return Err(Stop::Syntax),
                _ => rune::push(&mut out, rune),
            }
        }
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> Result<(), Stop> {
        let escape = self.peek().ok_or(Stop::Syntax)?;
        self.at += 1;
        out.push(match escape {
            b'"' | b'\\' | b'/' => escape,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => return self.unicode(out),
            _ => return Err(Stop::Syntax),
        });
        Ok(())
    }

    /// `\uXXXX`; half a surrogate pair becomes U+FFFD.
    fn unicode(&mut self, out: &mut Vec<u8>) -> Result<(), Stop> {
        let first = self.four_digits()?;
        let mut rune = char::from_u32(first);
        if (0xD800..0xDC00).contains(&first)
            && self.text.get(self.at..).is_some_and(|rest| rest.starts_with(b"\\u"))
        {
            let back = self.at;
            self.at += 2;
            let second = self.four_digits()?;
            if (0xDC00..0xE000).contains(&second) {
                rune = char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00));
            } else {
                self.at = back;
            }
        }
        rune::push(out, rune.unwrap_or(rune::REPLACEMENT));
        Ok(())
    }

    fn four_digits(&mut self) -> Result<u32, Stop> {
        let digits = self.text.get(self.at..self.at + 4).ok_or(Stop::Syntax)?;
        self.at += 4;
        let mut value = 0;
        for digit in digits {
            value = value * 16 + char::from(*digit).to_digit(16).ok_or(Stop::Syntax)?;
        }
        Ok(value)
    }
}
