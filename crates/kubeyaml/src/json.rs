//! JSON objects, as Go's `encoding/json` reads them (RFC 8259, strictly).

use super::collection::Collection;
use super::cursor::{Cursor, Mark};
use super::error::YamlErrorKind;
use super::mapping::{DuplicateKeys, Key, KeyKind};
use super::node::{Context, Node, Place, Position, Style, Value};
use super::number::Number;
use super::text::{SecretBuilder, SecretText};
use super::{MAX_DEPTH, Origin, Problem, narrow};

/// The value of one JSON text.
pub(super) fn parse(
    text: &str,
    origin: Origin,
    duplicates: DuplicateKeys,
) -> Result<Node, Problem> {
    let mut reader = Reader { cursor: Cursor::new(text), origin, duplicates };
    let mut frames: Vec<Frame> = Vec::new();
    loop {
        let mut done = reader.begin_value(&mut frames)?;
        while let Some(node) = done {
            let Some(frame) = frames.last_mut() else {
                return reader.expect_end().map(|()| node);
            };
            frame.put(node)?;
            done = reader.after_value(&mut frames)?;
        }
    }
}

struct Reader<'a> {
    cursor: Cursor<'a>,
    origin: Origin,
    duplicates: DuplicateKeys,
}

/// A collection whose end has not come yet.
struct Frame {
    content: Collection<Key>,
    start: Mark,
}

impl Frame {
    fn put(&mut self, node: Node) -> Result<(), Problem> {
        match &mut self.content {
            Collection::Sequence(items) => items.push(node),
            Collection::Mapping { entries, key } => {
                if let Some(key) = key.take() {
                    entries.insert(key, node)?;
                }
            }
        }
        Ok(())
    }
}

impl Reader<'_> {
    /// A whole scalar or empty collection; `None` when a collection has begun.
    fn begin_value(&mut self, frames: &mut Vec<Frame>) -> Result<Option<Node>, Problem> {
        self.skip_space();
        let start = self.cursor.mark();
        let content = match self.cursor.byte(0) {
            b'{' => Collection::mapping(self.duplicates),
            b'[' => Collection::sequence(),
            _ => {
                let value = self.scalar()?;
                return Ok(Some(Node { value, place: self.place(start) }));
            }
        };
        if frames.len() >= MAX_DEPTH {
            return Err(Problem::new(YamlErrorKind::TooDeep, start));
        }
        self.cursor.advance();
        self.skip_space();
        let closing = if matches!(content, Collection::Sequence(_)) { b']' } else { b'}' };
        frames.push(Frame { content, start });
        if self.cursor.byte(0) == closing {
            return Ok(self.close(frames));
        }
        self.begin_entry(frames)?;
        Ok(None)
    }

    /// After a value in a collection: a comma and what follows it, or the collection's end.
    fn after_value(&mut self, frames: &mut Vec<Frame>) -> Result<Option<Node>, Problem> {
        self.skip_space();
        let array = matches!(frames.last(), Some(Frame { content: Collection::Sequence(_), .. }));
        match self.cursor.byte(0) {
            b',' => {
                self.cursor.advance();
                self.begin_entry(frames)?;
                Ok(None)
            }
            b']' if array => Ok(self.close(frames)),
            b'}' if !array => Ok(self.close(frames)),
            _ if array => Err(self.problem("expected `,` or `]`")),
            _ => Err(self.problem("expected `,` or `}`")),
        }
    }

    /// In an object, reads the key and the colon of the next entry.
    fn begin_entry(&mut self, frames: &mut [Frame]) -> Result<(), Problem> {
        let Some(Frame { content: Collection::Mapping { key, .. }, .. }) = frames.last_mut() else {
            return Ok(());
        };
        self.skip_space();
        let start = self.cursor.mark();
        if self.cursor.byte(0) != b'"' {
            return Err(self.problem("expected a key in `\"`"));
        }
        let text = self.string()?;
        *key = Some(Key { text, kind: KeyKind::String, place: self.place(start) });
        self.skip_space();
        if self.cursor.byte(0) != b':' {
            return Err(self.problem("expected `:` after the key"));
        }
        self.cursor.advance();
        Ok(())
    }

    fn close(&mut self, frames: &mut Vec<Frame>) -> Option<Node> {
        self.cursor.advance();
        let frame = frames.pop()?;
        Some(Node { value: frame.content.finish(), place: self.place(frame.start) })
    }

    fn expect_end(&mut self) -> Result<(), Problem> {
        self.skip_space();
        if self.cursor.at_end() { Ok(()) } else { Err(self.problem("text after the value")) }
    }

    fn place(&self, start: Mark) -> Place {
        let Position { line, column } = self.origin.position(start);
        Place {
            input: self.origin.input,
            start: narrow(self.origin.offset + start.offset),
            end: narrow(self.origin.offset + self.cursor.mark().offset),
            line: narrow(line),
            column: narrow(column),
            indent: 0,
            context: Context::Flow,
            style: Style::Json,
            copied: false,
            shared: false,
            binary: false,
        }
    }

    fn problem(&self, what: &'static str) -> Problem {
        Problem::new(YamlErrorKind::Json(what), self.cursor.mark())
    }

    fn skip_space(&mut self) {
        loop {
            match self.cursor.byte(0) {
                b' ' | b'\t' | b'\r' => {
                    self.cursor.advance();
                }
                b'\n' => {
                    self.cursor.take_break();
                }
                _ => return,
            }
        }
    }

    fn scalar(&mut self) -> Result<Value, Problem> {
        match self.cursor.byte(0) {
            b'"' => self.string().map(Value::String),
            b'-' | b'0'..=b'9' => self.number().map(Value::Number),
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Result<Value, Problem> {
        let start = self.cursor.mark();
        self.cursor.advance_while(|cursor| cursor.byte(0).is_ascii_lowercase());
        match self.cursor.slice(start, self.cursor.mark()) {
            "null" => Ok(Value::Null),
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => Err(Problem::new(YamlErrorKind::Json("expected a value"), start)),
        }
    }

    fn number(&mut self) -> Result<Number, Problem> {
        let start = self.cursor.mark();
        if self.cursor.byte(0) == b'-' {
            self.cursor.advance();
        }
        if self.cursor.byte(0) == b'0' {
            self.cursor.advance();
        } else {
            self.digits()?;
        }
        if self.cursor.byte(0) == b'.' {
            self.cursor.advance();
            self.digits()?;
        }
        if matches!(self.cursor.byte(0), b'e' | b'E') {
            self.cursor.advance();
            if matches!(self.cursor.byte(0), b'+' | b'-') {
                self.cursor.advance();
            }
            self.digits()?;
        }
        Number::from_json(self.cursor.slice(start, self.cursor.mark()))
            .ok_or_else(|| Problem::new(YamlErrorKind::NumberRange, start))
    }

    fn digits(&mut self) -> Result<(), Problem> {
        if !self.cursor.byte(0).is_ascii_digit() {
            return Err(self.problem("expected a digit"));
        }
        self.cursor.advance_while(|cursor| cursor.byte(0).is_ascii_digit());
        Ok(())
    }

    fn string(&mut self) -> Result<SecretText, Problem> {
        let mut text = SecretBuilder::default();
        self.cursor.advance();
        loop {
            let start = self.cursor.mark();
            self.cursor.advance_while(|cursor| !matches!(cursor.byte(0), b'"' | b'\\' | ..0x20));
            text.push_str(self.cursor.slice(start, self.cursor.mark()));
            match self.cursor.byte(0) {
                b'"' => {
                    self.cursor.advance();
                    return Ok(text.finish());
                }
                b'\\' => text.push(self.escape()?),
                _ if self.cursor.at_end() => return Err(self.problem("a string without its end")),
                _ => return Err(self.problem("a control character in a string")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Problem> {
        let character = match self.cursor.byte(1) {
            b'b' => '\x08',
            b'f' => '\x0C',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            same @ (b'"' | b'\\' | b'/') => char::from(same),
            b'u' => return self.unicode_escape(),
            _ => return Err(self.problem("an unknown escape")),
        };
        self.cursor.advance_by(2);
        Ok(character)
    }

    /// One character of the basic plane, or a surrogate pair.
    fn unicode_escape(&mut self) -> Result<char, Problem> {
        let start = self.cursor.mark();
        let lone = Problem::new(YamlErrorKind::LoneSurrogate, start);
        let high = self.escaped_unit()?;
        if !(0xD800..0xDC00).contains(&high) {
            return char::from_u32(high).ok_or(lone);
        }
        if (self.cursor.byte(0), self.cursor.byte(1)) != (b'\\', b'u') {
            return Err(lone);
        }
        let low = self.escaped_unit()?;
        if !(0xDC00..0xE000).contains(&low) {
            return Err(lone);
        }
        char::from_u32(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)).ok_or(lone)
    }

    fn escaped_unit(&mut self) -> Result<u32, Problem> {
        let start = self.cursor.mark();
        self.cursor.advance_by(2);
        let mut unit = 0;
        for _ in 0..4 {
            let digit = char::from(self.cursor.byte(0)).to_digit(16);
            let what = YamlErrorKind::Json("an escape without its four hexadecimal digits");
            unit = unit * 16 + digit.ok_or(Problem::new(what, start))?;
            self.cursor.advance();
        }
        Ok(unit)
    }
}
