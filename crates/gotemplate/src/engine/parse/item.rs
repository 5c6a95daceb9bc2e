//! What the lexer hands to the parser.

use std::borrow::Cow;

use crate::go::rune::{self, lossy};
use crate::go::strconv::quote;

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Error,
    Bool,
    Char,
    CharConstant,
    Complex,
    Assign,
    Declare,
    Eof,
    Field,
    Identifier,
    LeftDelim,
    LeftParen,
    Number,
    Pipe,
    RawString,
    RightDelim,
    RightParen,
    Space,
    String,
    Text,
    Variable,
    // Keywords, after all the rest.
    Dot,
    Block,
    Break,
    Continue,
    Define,
    Else,
    End,
    If,
    Nil,
    Range,
    Template,
    With,
}

impl Kind {
    pub(super) fn is_keyword(self) -> bool {
        self >= Self::Dot
    }
}

/// One item: its kind, text (or error message), byte position and line.
#[derive(Clone, Debug)]
pub(super) struct Item<'a> {
    pub(super) kind: Kind,
    pub(super) position: usize,
    pub(super) text: Cow<'a, [u8]>,
    pub(super) line: usize,
}

impl Item<'_> {
    /// As Go prints an item in "unexpected …".
    pub(super) fn describe(&self) -> String {
        let text = self.text.as_ref();
        match self.kind {
            Kind::Eof => "EOF".to_owned(),
            Kind::Error => lossy(text),
            kind if kind.is_keyword() => format!("<{}>", lossy(text)),
            _ if text.len() > 10 => {
                let end = rune::runes(text).nth(10).map_or(text.len(), |(at, ..)| at);
                format!("{}...", lossy(&quote::double(text.get(..end).unwrap_or(text))))
            }
            _ => lossy(&quote::double(text)),
        }
    }
}
