//! Text to tokens, after YAML 1.1 with the rules of simple keys as kubectl's reader has them.
//!
//! A simple key (one without `?`) is only known for a key when its `:` is found. Until then its
//! place in the queue of tokens is remembered, and `KEY` is put in there later.

use std::collections::VecDeque;

use super::cursor::{Cursor, Mark};
use super::error::YamlErrorKind;
use super::token::{Scalar, Spanned, Token};
use super::{MAX_DEPTH, Problem, Style};

/// The most characters a simple key may have, its quotes counted.
const MAX_SIMPLE_KEY: usize = 1024;

/// A place where a simple key may have begun.
#[derive(Clone, Copy)]
struct SimpleKey {
    possible: bool,
    /// In block context at the column of the mapping: anything but a key is an error.
    required: bool,
    token_number: usize,
    mark: Mark,
}

pub(super) struct Scanner<'a> {
    pub(super) cursor: Cursor<'a>,
    tokens: VecDeque<Spanned>,
    /// How many tokens have left the queue.
    taken: usize,
    pub(super) flow_level: usize,
    /// The column of the innermost block collection; -1 outside of any.
    pub(super) indent: isize,
    indents: Vec<isize>,
    pub(super) simple_key_allowed: bool,
    /// One for each flow level.
    simple_keys: Vec<SimpleKey>,
    ended: bool,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let cursor = Cursor::new(text);
        let none =
            SimpleKey { possible: false, required: false, token_number: 0, mark: cursor.mark() };
        Self {
            cursor,
            tokens: VecDeque::new(),
            taken: 0,
            flow_level: 0,
            indent: -1,
            indents: Vec::new(),
            simple_key_allowed: true,
            simple_keys: vec![none],
            ended: false,
        }
    }

    /// The next token, left in the queue. After the end of the stream it is the end again.
    pub(super) fn peek(&mut self) -> Result<&Spanned, Problem> {
        while !self.ended && (self.tokens.is_empty() || self.head_may_be_key()?) {
            self.fetch()?;
        }
        self.tokens.front().ok_or_else(|| Problem::syntax("text after the end", self.cursor.mark()))
    }

    /// Takes the next token out of the queue.
    pub(super) fn next(&mut self) -> Result<Spanned, Problem> {
        self.peek()?;
        self.taken += 1;
        self.tokens
            .pop_front()
            .ok_or_else(|| Problem::syntax("text after the end", self.cursor.mark()))
    }

    /// Whether the token at the head of the queue may still turn out to be a simple key.
    fn head_may_be_key(&mut self) -> Result<bool, Problem> {
        let first = self.simple_keys.partition_point(|key| key.token_number < self.taken);
        let level = (first..self.simple_keys.len())
            .take_while(|&level| {
                self.key_at(level).is_some_and(|key| key.token_number == self.taken)
            })
            .find(|&level| self.key_at(level).is_some_and(|key| key.possible));
        level.map_or(Ok(false), |level| self.is_valid(level))
    }

    fn key_at(&self, level: usize) -> Option<SimpleKey> {
        self.simple_keys.get(level).copied()
    }

    /// A simple key ends on its line and within [`MAX_SIMPLE_KEY`] characters.
    fn is_valid(&mut self, level: usize) -> Result<bool, Problem> {
        let here = self.cursor.mark();
        let Some(key) = self.simple_keys.get_mut(level).filter(|key| key.possible) else {
            return Ok(false);
        };
        if key.mark.line >= here.line && key.mark.index + MAX_SIMPLE_KEY >= here.index {
            return Ok(true);
        }
        if key.required {
            return Err(Problem::syntax("expected `:` after this key", key.mark));
        }
        key.possible = false;
        Ok(false)
    }

    pub(super) fn save_simple_key(&mut self) -> Result<(), Problem> {
        if !self.simple_key_allowed {
            return Ok(());
        }
        self.remove_simple_key()?;
        let key = SimpleKey {
            possible: true,
            required: self.flow_level == 0 && self.is_at_indent(),
            token_number: self.taken + self.tokens.len(),
            mark: self.cursor.mark(),
        };
        if let Some(last) = self.simple_keys.last_mut() {
            *last = key;
        }
        Ok(())
    }

    pub(super) fn remove_simple_key(&mut self) -> Result<(), Problem> {
        if let Some(key) = self.simple_keys.last_mut().filter(|key| key.possible) {
            if key.required {
                return Err(Problem::syntax("expected `:` after this key", key.mark));
            }
            key.possible = false;
        }
        Ok(())
    }

    fn is_at_indent(&self) -> bool {
        usize::try_from(self.indent).is_ok_and(|indent| indent == self.cursor.column())
    }

    fn fetch(&mut self) -> Result<(), Problem> {
        self.skip_to_next_token();
        self.unroll_indent(self.cursor.column().cast_signed());
        let cursor = &self.cursor;
        if cursor.at_end() {
            return self.fetch_stream_end();
        }
        if cursor.column() == 0 && cursor.byte(0) == b'%' {
            return Err(Problem::new(YamlErrorKind::Directive, cursor.mark()));
        }
        if cursor.is_document_indicator(b'-') {
            return self.fetch_document_indicator(Token::DocumentStart);
        }
        if cursor.is_document_indicator(b'.') {
            return self.fetch_document_indicator(Token::DocumentEnd);
        }
        let in_flow = self.flow_level > 0;
        let blank_follows = cursor.is_blank_or_end(1);
        match cursor.byte(0) {
            b'[' => self.fetch_flow_start(Token::FlowSequenceStart),
            b'{' => self.fetch_flow_start(Token::FlowMappingStart),
            b']' => self.fetch_flow_end(Token::FlowSequenceEnd),
            b'}' => self.fetch_flow_end(Token::FlowMappingEnd),
            b',' => self.fetch_flow_entry(),
            b'-' if blank_follows => self.fetch_block_entry(),
            b'?' if in_flow || blank_follows => self.fetch_key(),
            b':' if in_flow || blank_follows => self.fetch_value(),
            b'*' => self.fetch_name(Token::Alias),
            b'&' => self.fetch_name(Token::Anchor),
            b'!' => self.fetch_tag(),
            b'|' if !in_flow => self.fetch_block_scalar(Style::Literal),
            b'>' if !in_flow => self.fetch_block_scalar(Style::Folded),
            b'\'' => self.fetch_flow_scalar(Style::SingleQuoted),
            b'"' => self.fetch_flow_scalar(Style::DoubleQuoted),
            b'\t' => Err(self.problem("a tab where an indentation space is expected")),
            b'#' | b'|' | b'>' | b'%' | b'@' | b'`' => {
                Err(self.problem("a character that cannot start a value"))
            }
            _ => self.fetch_flow_scalar(Style::Plain),
        }
    }

    pub(super) fn problem(&self, what: &'static str) -> Problem {
        Problem::syntax(what, self.cursor.mark())
    }

    /// Tabs separate tokens in flow context, and in block context where no key may begin.
    fn skip_to_next_token(&mut self) {
        loop {
            let tabs = self.flow_level > 0 || !self.simple_key_allowed;
            self.cursor
                .advance_while(|cursor| cursor.byte(0) == b' ' || tabs && cursor.byte(0) == b'\t');
            if self.cursor.byte(0) == b'#' {
                self.cursor.skip_blanks_and_comment();
            }
            if self.cursor.take_break().is_none() {
                return;
            }
            if self.flow_level == 0 {
                self.simple_key_allowed = true;
            }
        }
    }

    fn push(&mut self, token: Token, start: Mark) {
        let end = self.cursor.mark();
        self.tokens.push_back(Spanned { token, start, end });
    }

    /// Puts a token in before the token with this number.
    fn insert(&mut self, number: usize, token: Token, start: Mark) {
        let place = number.saturating_sub(self.taken).min(self.tokens.len());
        self.tokens.insert(place, Spanned { token, start, end: start });
    }

    /// Goes over an indicator of some characters and makes it a token.
    fn push_indicator(&mut self, characters: usize, token: Token) {
        let start = self.cursor.mark();
        self.cursor.advance_by(characters);
        self.push(token, start);
    }

    /// Opens a block collection when the column is right of the current one.
    fn roll_indent(&mut self, number: usize, token: Token, start: Mark) -> Result<(), Problem> {
        let column = start.column.cast_signed();
        if self.flow_level > 0 || self.indent >= column {
            return Ok(());
        }
        self.indents.push(self.indent);
        self.indent = column;
        if self.indents.len() > MAX_DEPTH {
            return Err(Problem::new(YamlErrorKind::TooDeep, start));
        }
        self.insert(number, token, start);
        Ok(())
    }

    /// Closes the block collections that are right of the column.
    fn unroll_indent(&mut self, column: isize) {
        while self.flow_level == 0 && self.indent > column {
            self.push(Token::BlockEnd, self.cursor.mark());
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    fn next_number(&self) -> usize {
        self.taken + self.tokens.len()
    }

    fn fetch_stream_end(&mut self) -> Result<(), Problem> {
        self.cursor.end_line();
        self.unroll_indent(-1);
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        self.push(Token::StreamEnd, self.cursor.mark());
        self.ended = true;
        Ok(())
    }

    fn fetch_document_indicator(&mut self, token: Token) -> Result<(), Problem> {
        self.unroll_indent(-1);
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        self.push_indicator(3, token);
        Ok(())
    }

    fn fetch_flow_start(&mut self, token: Token) -> Result<(), Problem> {
        self.save_simple_key()?;
        self.simple_keys.push(SimpleKey {
            possible: false,
            required: false,
            token_number: self.next_number(),
            mark: self.cursor.mark(),
        });
        self.flow_level += 1;
        if self.flow_level > MAX_DEPTH {
            return Err(Problem::new(YamlErrorKind::TooDeep, self.cursor.mark()));
        }
        self.simple_key_allowed = true;
        self.push_indicator(1, token);
        Ok(())
    }

    fn fetch_flow_end(&mut self, token: Token) -> Result<(), Problem> {
        self.remove_simple_key()?;
        if self.flow_level > 0 {
            self.flow_level -= 1;
            self.simple_keys.pop();
        }
        self.simple_key_allowed = false;
        self.push_indicator(1, token);
        Ok(())
    }

    fn fetch_flow_entry(&mut self) -> Result<(), Problem> {
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        self.push_indicator(1, Token::FlowEntry);
        Ok(())
    }

    fn fetch_block_entry(&mut self) -> Result<(), Problem> {
        // In flow context the parser reports it.
        if self.flow_level == 0 {
            if !self.simple_key_allowed {
                return Err(self.problem("a list item is not allowed here"));
            }
            let start = self.cursor.mark();
            self.roll_indent(self.next_number(), Token::BlockSequenceStart, start)?;
        }
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        self.push_indicator(1, Token::BlockEntry);
        Ok(())
    }

    /// `?`, which begins a key of any kind.
    fn fetch_key(&mut self) -> Result<(), Problem> {
        if self.flow_level == 0 {
            if !self.simple_key_allowed {
                return Err(self.problem("a key is not allowed here"));
            }
            let start = self.cursor.mark();
            self.roll_indent(self.next_number(), Token::BlockMappingStart, start)?;
        }
        self.remove_simple_key()?;
        self.simple_key_allowed = self.flow_level == 0;
        self.push_indicator(1, Token::Key);
        Ok(())
    }

    /// `:`, which ends a simple key, or follows a key that began with `?`.
    fn fetch_value(&mut self) -> Result<(), Problem> {
        let level = self.simple_keys.len().saturating_sub(1);
        if self.is_valid(level)?
            && let Some(key) = self.simple_keys.last_mut()
        {
            key.possible = false;
            let SimpleKey { token_number, mark, .. } = *key;
            self.insert(token_number, Token::Key, mark);
            self.roll_indent(token_number, Token::BlockMappingStart, mark)?;
            self.simple_key_allowed = false;
        } else {
            if self.flow_level == 0 {
                if !self.simple_key_allowed {
                    return Err(self.problem("a mapping is not allowed here"));
                }
                let start = self.cursor.mark();
                self.roll_indent(self.next_number(), Token::BlockMappingStart, start)?;
            }
            self.simple_key_allowed = self.flow_level == 0;
        }
        self.push_indicator(1, Token::Value);
        Ok(())
    }

    fn fetch_name(&mut self, token: fn(String) -> Token) -> Result<(), Problem> {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        let start = self.cursor.mark();
        let name = self.scan_name()?;
        self.push(token(name), start);
        Ok(())
    }

    fn fetch_tag(&mut self) -> Result<(), Problem> {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        let start = self.cursor.mark();
        let tag = self.scan_tag()?;
        self.push(Token::Tag(tag), start);
        Ok(())
    }

    fn fetch_block_scalar(&mut self, style: Style) -> Result<(), Problem> {
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        let scalar = self.scan_block_scalar(style)?;
        self.tokens.push_back(scalar);
        Ok(())
    }

    fn fetch_flow_scalar(&mut self, style: Style) -> Result<(), Problem> {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        let start = self.cursor.mark();
        let (text, end) = match style {
            Style::Plain => self.scan_plain()?,
            _ => self.scan_quoted(style == Style::SingleQuoted)?,
        };
        let token = Token::Scalar(Scalar { text, style, indent: 0 });
        self.tokens.push_back(Spanned { token, start, end });
        Ok(())
    }
}
