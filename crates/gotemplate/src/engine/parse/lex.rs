//! Splits a template's text into items: Go's text/template/parse lexer, quirks of its line counting included.

mod scan;

use std::borrow::Cow;

use memchr::memmem;

use super::item::{Item, Kind};
use crate::go::rune;
use crate::go::strconv::quote;

const LEFT: &[u8] = b"{{";
const RIGHT: &[u8] = b"}}";
const LEFT_COMMENT: &[u8] = b"/*";
const RIGHT_COMMENT: &[u8] = b"*/";
const TRIM_MARKER_LEN: usize = 2;

pub(super) struct Lexer<'a> {
    input: &'a [u8],
    position: usize,
    start: usize,
    at_eof: bool,
    paren_depth: isize,
    line: usize,
    start_line: usize,
    inside_action: bool,
}

/// What to scan next; `Done` carries the item found.
enum State<'a> {
    Text,
    LeftDelim,
    Comment,
    RightDelim,
    InsideAction,
    Done(Item<'a>),
}

impl<'a> Lexer<'a> {
    pub(super) fn new(input: &'a [u8]) -> Self {
        Self {
            input,
            position: 0,
            start: 0,
            at_eof: false,
            paren_depth: 0,
            line: 1,
            start_line: 1,
            inside_action: false,
        }
    }

    pub(super) fn next_item(&mut self) -> Item<'a> {
        let mut state = if self.inside_action { State::InsideAction } else { State::Text };
        loop {
            state = match state {
                State::Text => self.text(),
                State::LeftDelim => self.left_delim(),
                State::Comment => self.comment(),
                State::RightDelim => self.right_delim(),
                State::InsideAction => self.inside_action(),
                State::Done(item) => return item,
            };
        }
    }

    fn rest(&self) -> &'a [u8] {
        self.input.get(self.position..).unwrap_or_default()
    }

    fn next(&mut self) -> Option<char> {
        let Some((rune, width)) = rune::decode(self.rest()) else {
            self.at_eof = true;
            return None;
        };
        self.position += width;
        if rune == '\n' {
            self.line += 1;
        }
        Some(rune)
    }

    fn peek(&mut self) -> Option<char> {
        let rune = self.next();
        self.backup();
        rune
    }

    /// Steps back one rune; once the end was seen it does nothing, as in Go.
    fn backup(&mut self) {
        if self.at_eof {
            return;
        }
        let before = self.input.get(..self.position).unwrap_or_default();
        if let Some((rune, width)) = rune::decode_last(before) {
            self.position -= width;
            if rune == '\n' {
                self.line -= 1;
            }
        }
    }

    fn take(&mut self, kind: Kind) -> Item<'a> {
        let text = self.input.get(self.start..self.position).unwrap_or_default();
        let item =
            Item { kind, position: self.start, text: Cow::Borrowed(text), line: self.start_line };
        self.start = self.position;
        self.start_line = self.line;
        item
    }

    fn emit(&mut self, kind: Kind) -> State<'a> {
        State::Done(self.take(kind))
    }

    fn ignore(&mut self) {
        self.line += self.newlines();
        self.start = self.position;
        self.start_line = self.line;
    }

    fn newlines(&self) -> usize {
        memchr::memchr_iter(b'\n', self.input.get(self.start..self.position).unwrap_or_default())
            .count()
    }

    fn accept(&mut self, valid: &str) -> bool {
        if self.next().is_some_and(|rune| valid.contains(rune)) {
            return true;
        }
        self.backup();
        false
    }

    fn accept_run(&mut self, valid: &str) {
        while self.next().is_some_and(|rune| valid.contains(rune)) {}
        self.backup();
    }

    fn error(&mut self, message: impl Into<String>) -> State<'a> {
        let text = Cow::Owned(message.into().into_bytes());
        let item = Item { kind: Kind::Error, position: self.start, text, line: self.start_line };
        self.start = 0;
        self.position = 0;
        self.input = &[];
        State::Done(item)
    }

    /// Text up to the next action, with the space before a trim marker left out.
    fn text(&mut self) -> State<'a> {
        let Some(found) = memmem::find(self.rest(), LEFT) else {
            self.position = self.input.len();
            if self.position > self.start {
                self.line += self.newlines();
                return self.emit(Kind::Text);
            }
            return self.emit(Kind::Eof);
        };
        if found > 0 {
            self.position += found;
            let after = self.input.get(self.position + LEFT.len()..).unwrap_or_default();
            let text = self.input.get(self.start..self.position).unwrap_or_default();
            let trim =
                if has_left_trim_marker(after) { text.len() - trim_right(text).len() } else { 0 };
            self.position -= trim;
            self.line += self.newlines();
            let item = self.take(Kind::Text);
            self.position += trim;
            self.ignore();
            if !item.text.is_empty() {
                return State::Done(item);
            }
        }
        State::LeftDelim
    }

    fn left_delim(&mut self) -> State<'a> {
        self.position += LEFT.len();
        let after_marker = if has_left_trim_marker(self.rest()) { TRIM_MARKER_LEN } else { 0 };
        if self.rest().get(after_marker..).is_some_and(|rest| rest.starts_with(LEFT_COMMENT)) {
            self.position += after_marker;
            self.ignore();
            return State::Comment;
        }
        let item = self.take(Kind::LeftDelim);
        self.inside_action = true;
        self.position += after_marker;
        self.ignore();
        self.paren_depth = 0;
        State::Done(item)
    }

    fn comment(&mut self) -> State<'a> {
        self.position += LEFT_COMMENT.len();
        let Some(found) = memmem::find(self.rest(), RIGHT_COMMENT) else {
            return self.error("unclosed comment");
        };
        self.position += found + RIGHT_COMMENT.len();
        let (delim, trim) = self.at_right_delim();
        if !delim {
            return self.error("comment ends before closing delimiter");
        }
        self.line += self.newlines();
        self.take(Kind::Text);
        if trim {
            self.position += TRIM_MARKER_LEN;
        }
        self.position += RIGHT.len();
        if trim {
            self.skip_space();
        }
        self.ignore();
        State::Text
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.position += rest.len() - trim_left(rest).len();
    }

    /// Whether a right delimiter is here, and whether it has a trim marker.
    fn at_right_delim(&self) -> (bool, bool) {
        let rest = self.rest();
        if has_right_trim_marker(rest)
            && rest.get(TRIM_MARKER_LEN..).is_some_and(|r| r.starts_with(RIGHT))
        {
            return (true, true);
        }
        (rest.starts_with(RIGHT), false)
    }

    fn right_delim(&mut self) -> State<'a> {
        let (_, trim) = self.at_right_delim();
        if trim {
            self.position += TRIM_MARKER_LEN;
            self.ignore();
        }
        self.position += RIGHT.len();
        let item = self.take(Kind::RightDelim);
        if trim {
            self.skip_space();
            self.ignore();
        }
        self.inside_action = false;
        State::Done(item)
    }

    fn inside_action(&mut self) -> State<'a> {
        if self.at_right_delim().0 {
            if self.paren_depth == 0 {
                return State::RightDelim;
            }
            return self.error("unclosed left paren");
        }
        let Some(rune) = self.next() else { return self.error("unclosed action") };
        match rune {
            ' ' | '\t' | '\r' | '\n' => {
                self.backup();
                self.space()
            }
            '=' => self.emit(Kind::Assign),
            ':' => {
                if self.next() == Some('=') {
                    self.emit(Kind::Declare)
                } else {
                    self.error("expected :=")
                }
            }
            '|' => self.emit(Kind::Pipe),
            '"' => self.quoted('"', Kind::String, "unterminated quoted string"),
            '\'' => self.quoted('\'', Kind::CharConstant, "unterminated character constant"),
            '`' => self.raw_quoted(),
            '$' => self.field_or_variable(Kind::Variable),
            '.' if self.rest().first().is_some_and(|byte| !byte.is_ascii_digit()) => {
                self.field_or_variable(Kind::Field)
            }
            '.' | '+' | '-' | '0'..='9' => {
                self.backup();
                self.number()
            }
            '(' => {
                self.paren_depth += 1;
                self.emit(Kind::LeftParen)
            }
            ')' => {
                self.paren_depth -= 1;
                if self.paren_depth < 0 {
                    return self.error("unexpected right paren");
                }
                self.emit(Kind::RightParen)
            }
            _ if is_alphanumeric(rune) => {
                self.backup();
                self.identifier()
            }
            _ if rune.is_ascii() && rune::is_print(rune) => self.emit(Kind::Char),
            _ => self.error(format!("unrecognized character in action: {}", quote::unicode(rune))),
        }
    }

    /// A run of spaces, careful about a trim-marked right delimiter, which starts with one.
    fn space(&mut self) -> State<'a> {
        let mut spaces = 0;
        while self.peek().is_some_and(is_space) {
            self.next();
            spaces += 1;
        }
        let last = self.input.get(self.position.saturating_sub(1)..).unwrap_or_default();
        if has_right_trim_marker(last)
            && last.get(TRIM_MARKER_LEN..).is_some_and(|r| r.starts_with(RIGHT))
        {
            self.backup();
            if spaces == 1 {
                return State::RightDelim;
            }
        }
        self.emit(Kind::Space)
    }
}

fn is_space(rune: char) -> bool {
    matches!(rune, ' ' | '\t' | '\r' | '\n')
}

fn is_space_byte(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn is_alphanumeric(rune: char) -> bool {
    rune == '_' || rune::is_letter(rune) || rune::is_digit(rune)
}

fn has_left_trim_marker(bytes: &[u8]) -> bool {
    matches!(bytes, [b'-', space, ..] if is_space_byte(*space))
}

fn has_right_trim_marker(bytes: &[u8]) -> bool {
    matches!(bytes, [space, b'-', ..] if is_space_byte(*space))
}

fn trim_right(mut bytes: &[u8]) -> &[u8] {
    while let [rest @ .., last] = bytes
        && is_space_byte(*last)
    {
        bytes = rest;
    }
    bytes
}

fn trim_left(mut bytes: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = bytes
        && is_space_byte(*first)
    {
        bytes = rest;
    }
    bytes
}
