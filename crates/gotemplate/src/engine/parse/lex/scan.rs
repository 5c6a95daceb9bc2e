//! Words, strings and numbers.

use super::{Lexer, RIGHT, State, is_alphanumeric, is_space};
use crate::engine::parse::item::Kind;
use crate::go::rune::lossy;
use crate::go::strconv::quote;

impl<'a> Lexer<'a> {
    pub(super) fn identifier(&mut self) -> State<'a> {
        if let Err(last) = self.word() {
            return self.bad_character(last);
        }
        let word = self.input.get(self.start..self.position).unwrap_or_default();
        self.emit(match word {
            b"block" => Kind::Block,
            b"break" => Kind::Break,
            b"continue" => Kind::Continue,
            b"define" => Kind::Define,
            b"else" => Kind::Else,
            b"end" => Kind::End,
            b"if" => Kind::If,
            b"range" => Kind::Range,
            b"nil" => Kind::Nil,
            b"template" => Kind::Template,
            b"with" => Kind::With,
            b"true" | b"false" => Kind::Bool,
            _ => Kind::Identifier,
        })
    }

    /// Scans letters and digits. An error is what stands behind them, if it does not end a word.
    fn word(&mut self) -> Result<(), Option<char>> {
        let mut last = self.next();
        while last.is_some_and(is_alphanumeric) {
            last = self.next();
        }
        self.backup();
        if self.at_terminator() { Ok(()) } else { Err(last) }
    }

    fn bad_character(&mut self, rune: Option<char>) -> State<'a> {
        let shown = rune.map_or_else(|| "U+FFFFFFFFFFFFFFFF".to_owned(), quote::unicode);
        self.error(format!("bad character {shown}"))
    }

    /// A field or variable whose first character has been scanned.
    pub(super) fn field_or_variable(&mut self, kind: Kind) -> State<'a> {
        if self.at_terminator() {
            return self.emit(if kind == Kind::Variable { Kind::Variable } else { Kind::Dot });
        }
        if let Err(last) = self.word() {
            return self.bad_character(last);
        }
        self.emit(kind)
    }

    fn at_terminator(&mut self) -> bool {
        match self.peek() {
            None | Some('.' | ',' | '|' | ':' | ')' | '(') => true,
            Some(rune) => is_space(rune) || self.rest().starts_with(RIGHT),
        }
    }

    /// A quoted string or character constant; its syntax is checked by the parser.
    pub(super) fn quoted(&mut self, end: char, kind: Kind, unterminated: &str) -> State<'a> {
        loop {
            match self.next() {
                Some('\\') => match self.next() {
                    None | Some('\n') => return self.error(unterminated),
                    Some(_) => {}
                },
                None | Some('\n') => return self.error(unterminated),
                Some(rune) if rune == end => return self.emit(kind),
                Some(_) => {}
            }
        }
    }

    pub(super) fn raw_quoted(&mut self) -> State<'a> {
        loop {
            match self.next() {
                None => return self.error("unterminated raw quoted string"),
                Some('`') => return self.emit(Kind::RawString),
                Some(_) => {}
            }
        }
    }

    pub(super) fn number(&mut self) -> State<'a> {
        if !self.scan_number() {
            return self.bad_number();
        }
        if !matches!(self.peek(), Some('+' | '-')) {
            return self.emit(Kind::Number);
        }
        let complete = self.scan_number();
        let last = self.input.get(self.position.saturating_sub(1));
        if !complete || last != Some(&b'i') {
            return self.bad_number();
        }
        self.emit(Kind::Complex)
    }

    fn bad_number(&mut self) -> State<'a> {
        let text = self.input.get(self.start..self.position).unwrap_or_default();
        self.error(format!("bad number syntax: {}", lossy(&quote::double(text))))
    }

    /// Scans what may be a number; a wrong one is noticed by the parser.
    fn scan_number(&mut self) -> bool {
        const DECIMAL: &str = "0123456789_";
        const HEXADECIMAL: &str = "0123456789abcdefABCDEF_";
        self.accept("+-");
        let mut digits = DECIMAL;
        if self.accept("0") {
            if self.accept("xX") {
                digits = HEXADECIMAL;
            } else if self.accept("oO") {
                digits = "01234567_";
            } else if self.accept("bB") {
                digits = "01_";
            }
        }
        self.accept_run(digits);
        if self.accept(".") {
            self.accept_run(digits);
        }
        let exponent = match digits {
            DECIMAL => self.accept("eE"),
            HEXADECIMAL => self.accept("pP"),
            _ => false,
        };
        if exponent {
            self.accept("+-");
            self.accept_run(DECIMAL);
        }
        self.accept("i");
        if self.peek().is_some_and(is_alphanumeric) {
            self.next();
            return false;
        }
        true
    }
}
