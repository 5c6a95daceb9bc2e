//! Tokens to events, after the productions of YAML 1.1.
//!
//! The state that follows a node waits on a stack, so that deep nesting costs no call stack.

use super::cursor::Mark;
use super::error::YamlErrorKind;
use super::scanner::Scanner;
use super::text::SecretText;
use super::token::{Scalar, Spanned, Token};
use super::{Problem, Style};

pub(super) enum Event {
    Alias(String),
    /// A scalar, with its tag.
    Scalar(Scalar, Option<Vec<u8>>),
    SequenceStart,
    SequenceEnd,
    MappingStart,
    MappingEnd,
    DocumentEnd,
}

pub(super) struct Item {
    pub(super) event: Event,
    pub(super) anchor: Option<String>,
    pub(super) start: Mark,
    /// The byte after the item.
    pub(super) end: usize,
}

/// What comes next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    DocumentStart,
    DocumentEnd,
    BlockSequenceEntry,
    /// A list as a mapping's value, at the column of its key.
    IndentlessSequenceEntry,
    BlockMappingKey,
    BlockMappingValue,
    FlowSequenceEntry {
        first: bool,
    },
    /// `[key: value]`: a mapping of one pair inside a flow sequence.
    FlowPairKey,
    FlowPairValue,
    FlowPairEnd,
    FlowMappingKey {
        first: bool,
    },
    FlowMappingValue,
    /// A key without a value.
    FlowMappingEmptyValue,
}

/// Which kinds of node may stand in a place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Context {
    Block,
    BlockOrIndentlessSequence,
    Flow,
}

pub(super) struct Parser<'a> {
    scanner: Scanner<'a>,
    state: State,
    states: Vec<State>,
    /// The place after the token taken last.
    last_end: Mark,
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            scanner: Scanner::new(text),
            state: State::DocumentStart,
            states: Vec::new(),
            last_end: Mark::default(),
        }
    }

    pub(super) fn next(&mut self) -> Result<Item, Problem> {
        match self.state {
            State::DocumentStart => self.document_start(),
            State::DocumentEnd => self.document_end(),
            State::BlockSequenceEntry => self.block_sequence_entry(),
            State::IndentlessSequenceEntry => self.indentless_sequence_entry(),
            State::BlockMappingKey => self.block_mapping_key(),
            State::BlockMappingValue => self.block_mapping_value(),
            State::FlowSequenceEntry { first } => self.flow_sequence_entry(first),
            State::FlowPairKey => self.flow_pair_key(),
            State::FlowPairValue => self.flow_pair_value(),
            State::FlowPairEnd => {
                self.state = State::FlowSequenceEntry { first: false };
                self.mark_only(Event::MappingEnd)
            }
            State::FlowMappingKey { first } => self.flow_mapping_key(first),
            State::FlowMappingValue => self.flow_mapping_value(),
            State::FlowMappingEmptyValue => {
                Ok(self.empty_scalar(State::FlowMappingKey { first: false }))
            }
        }
    }

    fn peek(&mut self) -> Result<&Token, Problem> {
        Ok(&self.scanner.peek()?.token)
    }

    fn take_next(&mut self) -> Result<Spanned, Problem> {
        let token = self.scanner.next()?;
        self.last_end = token.end;
        Ok(token)
    }

    /// Takes the next token if it is the wanted one.
    fn take(&mut self, wanted: impl Fn(&Token) -> bool) -> Result<bool, Problem> {
        let found = wanted(self.peek()?);
        if found {
            self.take_next()?;
        }
        Ok(found)
    }

    fn next_is(&mut self, wanted: impl Fn(&Token) -> bool) -> Result<bool, Problem> {
        Ok(wanted(self.peek()?))
    }

    fn problem(&mut self, what: &'static str) -> Result<Item, Problem> {
        Err(Problem::syntax(what, self.scanner.peek()?.start))
    }

    fn pop_state(&mut self) {
        self.state = self.states.pop().unwrap_or(State::DocumentEnd);
    }

    /// An item of the next token, which is taken.
    fn item(&mut self, event: Event) -> Result<Item, Problem> {
        let token = self.take_next()?;
        Ok(Item { event, anchor: None, start: token.start, end: token.end.offset })
    }

    /// An item without a token of its own, before the next one.
    fn mark_only(&mut self, event: Event) -> Result<Item, Problem> {
        let start = self.scanner.peek()?.start;
        Ok(Item { event, anchor: None, start, end: start.offset })
    }

    /// The null that stands where a value is left out: right after what is before it.
    fn empty_scalar(&mut self, state: State) -> Item {
        self.state = state;
        self.omitted(None, None)
    }

    fn omitted(&self, anchor: Option<String>, tag: Option<Vec<u8>>) -> Item {
        let start = self.last_end;
        Item { event: Event::Scalar(empty(), tag), anchor, start, end: start.offset }
    }

    fn document_start(&mut self) -> Result<Item, Problem> {
        self.state = State::DocumentEnd;
        let explicit = self.take(|token| matches!(token, Token::DocumentStart))?;
        let empty = self.next_is(|token| match token {
            Token::StreamEnd => true,
            Token::DocumentStart | Token::DocumentEnd => explicit,
            _ => false,
        })?;
        if empty {
            return Ok(self.empty_scalar(State::DocumentEnd));
        }
        self.node(State::DocumentEnd, Context::Block)
    }

    /// kubectl stops reading here; so that nothing is lost silently, nothing may follow.
    fn document_end(&mut self) -> Result<Item, Problem> {
        let place = self.scanner.peek()?.start;
        while self.take(|token| matches!(token, Token::DocumentEnd)).unwrap_or(false) {}
        let ended = self.next_is(|token| matches!(token, Token::StreamEnd)).unwrap_or(false);
        if !ended {
            let place = self.scanner.peek().map_or(place, |token| token.start);
            return Err(Problem::new(YamlErrorKind::TextAfterDocument, place));
        }
        self.mark_only(Event::DocumentEnd)
    }

    /// A node, after which `then` follows.
    fn node(&mut self, then: State, context: Context) -> Result<Item, Problem> {
        let start = self.scanner.peek()?.start;
        let (anchor, tag) = self.properties()?;
        let block = context != Context::Flow;
        let tagged = anchor.is_some() || tag.is_some();
        let next = self.scanner.peek()?;
        let next_start = next.start;
        let (event, state) = match &next.token {
            Token::Alias(_) if !tagged => return self.alias(then),
            Token::Scalar(_) => return self.scalar(then, anchor, tag),
            Token::BlockEntry if context == Context::BlockOrIndentlessSequence => {
                self.states.push(then);
                self.state = State::IndentlessSequenceEntry;
                let (event, end) = (Event::SequenceStart, next_start.offset);
                return Ok(Item { event, anchor, start, end });
            }
            Token::FlowSequenceStart => {
                (Event::SequenceStart, State::FlowSequenceEntry { first: true })
            }
            Token::FlowMappingStart => (Event::MappingStart, State::FlowMappingKey { first: true }),
            Token::BlockSequenceStart if block => (Event::SequenceStart, State::BlockSequenceEntry),
            Token::BlockMappingStart if block => (Event::MappingStart, State::BlockMappingKey),
            _ if tagged => {
                self.state = then;
                return Ok(self.omitted(anchor, tag));
            }
            _ => return self.problem("expected a value"),
        };
        self.states.push(then);
        self.state = state;
        let item = self.item(event)?;
        Ok(Item { anchor, ..item })
    }

    /// An anchor and a tag, in either order.
    fn properties(&mut self) -> Result<(Option<String>, Option<Vec<u8>>), Problem> {
        let (mut anchor, mut tag) = (None, None);
        loop {
            let wanted = match self.peek()? {
                Token::Anchor(_) => anchor.is_none(),
                Token::Tag(_) => tag.is_none(),
                _ => false,
            };
            if !wanted {
                return Ok((anchor, tag));
            }
            let Spanned { token, start, .. } = self.take_next()?;
            match token {
                Token::Anchor(name) => anchor = Some(name),
                Token::Tag(Some(name)) => tag = Some(name),
                _ => return Err(Problem::syntax("a tag with a handle that is not defined", start)),
            }
        }
    }

    fn alias(&mut self, then: State) -> Result<Item, Problem> {
        self.state = then;
        let taken = self.take_next()?;
        let Token::Alias(name) = taken.token else {
            return self.problem("expected an alias");
        };
        let event = Event::Alias(name);
        Ok(Item { event, anchor: None, start: taken.start, end: taken.end.offset })
    }

    fn scalar(
        &mut self,
        then: State,
        anchor: Option<String>,
        tag: Option<Vec<u8>>,
    ) -> Result<Item, Problem> {
        self.state = then;
        let taken = self.take_next()?;
        let Token::Scalar(scalar) = taken.token else {
            return self.problem("expected a value");
        };
        let event = Event::Scalar(scalar, tag);
        Ok(Item { event, anchor, start: taken.start, end: taken.end.offset })
    }

    fn block_sequence_entry(&mut self) -> Result<Item, Problem> {
        if self.take(|token| matches!(token, Token::BlockEntry))? {
            if self.next_is(|token| matches!(token, Token::BlockEntry | Token::BlockEnd))? {
                return Ok(self.empty_scalar(State::BlockSequenceEntry));
            }
            return self.node(State::BlockSequenceEntry, Context::Block);
        }
        if self.next_is(|token| matches!(token, Token::BlockEnd))? {
            self.pop_state();
            return self.item(Event::SequenceEnd);
        }
        self.problem("expected a list item (`-`) or the end of the list")
    }

    fn indentless_sequence_entry(&mut self) -> Result<Item, Problem> {
        if self.take(|token| matches!(token, Token::BlockEntry))? {
            let ends = self.next_is(|token| {
                matches!(token, Token::BlockEntry | Token::Key | Token::Value | Token::BlockEnd)
            })?;
            if ends {
                return Ok(self.empty_scalar(State::IndentlessSequenceEntry));
            }
            return self.node(State::IndentlessSequenceEntry, Context::Block);
        }
        self.pop_state();
        self.mark_only(Event::SequenceEnd)
    }

    fn block_mapping_key(&mut self) -> Result<Item, Problem> {
        if self.take(|token| matches!(token, Token::Key))? {
            return self.block_mapping_node(State::BlockMappingValue);
        }
        if self.next_is(|token| matches!(token, Token::BlockEnd))? {
            self.pop_state();
            return self.item(Event::MappingEnd);
        }
        self.problem("expected a key")
    }

    fn block_mapping_value(&mut self) -> Result<Item, Problem> {
        if self.take(|token| matches!(token, Token::Value))? {
            return self.block_mapping_node(State::BlockMappingKey);
        }
        Ok(self.empty_scalar(State::BlockMappingKey))
    }

    /// A key or a value, which may be left out.
    fn block_mapping_node(&mut self, then: State) -> Result<Item, Problem> {
        if self.next_is(|token| matches!(token, Token::Key | Token::Value | Token::BlockEnd))? {
            return Ok(self.empty_scalar(then));
        }
        self.node(then, Context::BlockOrIndentlessSequence)
    }

    fn flow_sequence_entry(&mut self, first: bool) -> Result<Item, Problem> {
        let is_end = |token: &Token| matches!(token, Token::FlowSequenceEnd);
        if !self.next_is(is_end)? {
            if !first && !self.take(|token| matches!(token, Token::FlowEntry))? {
                return self.problem("expected `,` or `]`");
            }
            if self.next_is(|token| matches!(token, Token::Key))? {
                self.state = State::FlowPairKey;
                return self.item(Event::MappingStart);
            }
            if !self.next_is(is_end)? {
                return self.node(State::FlowSequenceEntry { first: false }, Context::Flow);
            }
        }
        self.pop_state();
        self.item(Event::SequenceEnd)
    }

    fn flow_pair_key(&mut self) -> Result<Item, Problem> {
        let ends = self.next_is(|token| {
            matches!(token, Token::Value | Token::FlowEntry | Token::FlowSequenceEnd)
        })?;
        if !ends {
            return self.node(State::FlowPairValue, Context::Flow);
        }
        // The token is taken as kubectl's reader does; the key is null, which is refused later.
        self.state = State::FlowPairValue;
        self.item(Event::Scalar(empty(), None))
    }

    fn flow_pair_value(&mut self) -> Result<Item, Problem> {
        if self.take(|token| matches!(token, Token::Value))?
            && !self.next_is(|token| matches!(token, Token::FlowEntry | Token::FlowSequenceEnd))?
        {
            return self.node(State::FlowPairEnd, Context::Flow);
        }
        Ok(self.empty_scalar(State::FlowPairEnd))
    }

    fn flow_mapping_key(&mut self, first: bool) -> Result<Item, Problem> {
        let is_end = |token: &Token| matches!(token, Token::FlowMappingEnd);
        if !self.next_is(is_end)? {
            if !first && !self.take(|token| matches!(token, Token::FlowEntry))? {
                return self.problem("expected `,` or `}`");
            }
            if self.take(|token| matches!(token, Token::Key))? {
                let ends = self.next_is(|token| {
                    matches!(token, Token::Value | Token::FlowEntry | Token::FlowMappingEnd)
                })?;
                if ends {
                    return Ok(self.empty_scalar(State::FlowMappingValue));
                }
                return self.node(State::FlowMappingValue, Context::Flow);
            }
            if !self.next_is(is_end)? {
                return self.node(State::FlowMappingEmptyValue, Context::Flow);
            }
        }
        self.pop_state();
        self.item(Event::MappingEnd)
    }

    fn flow_mapping_value(&mut self) -> Result<Item, Problem> {
        let then = State::FlowMappingKey { first: false };
        if self.take(|token| matches!(token, Token::Value))?
            && !self.next_is(|token| matches!(token, Token::FlowEntry | Token::FlowMappingEnd))?
        {
            return self.node(then, Context::Flow);
        }
        Ok(self.empty_scalar(then))
    }
}

fn empty() -> Scalar {
    Scalar { text: SecretText::default(), style: Style::Plain, indent: 0 }
}
