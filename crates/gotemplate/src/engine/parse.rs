//! Builds the syntax tree: Go's text/template/parse, with open blocks on a stack of their own instead of recursion.

mod item;
mod lex;
mod number;
mod pipeline;
mod size;
mod unquote;

use std::borrow::Cow;
use std::collections::HashMap;
use std::mem;
use std::sync::Arc;

use crate::engine::budget::ParseBudget;
use crate::engine::error::{ParseError, ParseErrorKind, shortened};
use crate::engine::function::Functions;
use crate::engine::node::{self, Control, ControlKind, Forest, ListId, Node, PipeId, TemplateCall};
use crate::engine::value::Str;
use crate::go::rune::lossy;
use crate::go::strconv::quote;
use item::{Item, Kind};
use lex::Lexer;

/// The trees of a text, by template name.
#[derive(Debug, Default)]
pub(crate) struct Parsed {
    pub(crate) forest: Forest,
    pub(crate) templates: HashMap<Str, Tree>,
}

/// A template among those that a text defines.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tree {
    pub(crate) root: ListId,
    /// Nothing but white space: it gives way to another of its name.
    is_blank: bool,
}

/// Why parsing stopped.
pub(crate) enum Stop {
    Error(ParseError),
    /// Parentheses nest deeper than this stack is meant for.
    Deeper,
}

/// Parses `text`, which may call `functions`; `nesting` is how deep parentheses may nest on this stack.
pub(crate) fn parse(
    name: &str,
    text: &[u8],
    functions: Functions,
    nesting: usize,
    budget: &mut ParseBudget,
) -> Result<Parsed, Stop> {
    let mut parser = Parser::new(name, text, functions, nesting, budget);
    parser.charge(size::template(text.len()))?;
    parser.top_level()?;
    Ok(parser.parsed)
}

struct Parser<'a> {
    name: &'a str,
    lexer: Lexer<'a>,
    functions: Functions,
    /// Three items of look-ahead, and how many of them are pushed back.
    token: [Item<'a>; 3],
    peeked: usize,
    parsed: Parsed,
    /// The nodes of the innermost open list.
    nodes: Vec<Node>,
    open: Vec<Open>,
    vars: Scope,
    action_line: usize,
    range_depth: usize,
    depth: usize,
    nesting: usize,
    budget: &'a mut ParseBudget,
}

/// A block whose end has not been read.
struct Open {
    block: Block,
    /// The nodes of the list around it.
    outer: Vec<Node>,
}

enum Block {
    Control {
        kind: ControlKind,
        pipe: PipeId,
        vars: usize,
        /// The first list, once `else` was read.
        list: Option<ListId>,
        /// An `else if` or `else with`: its end is its parent's end as well.
        implied_end: bool,
    },
    /// `define` and `block` start a tree of their own.
    Tree {
        name: Str,
        call: Option<TemplateCall>,
        vars: Scope,
        range_depth: usize,
        /// The line of the last item of the tree around it.
        line: usize,
    },
}

/// The variables in scope, the last declared last.
struct Scope {
    names: Vec<Str>,
    /// How often each name is there.
    counts: HashMap<Str, usize>,
}

impl Scope {
    fn new() -> Self {
        let mut scope = Self { names: Vec::new(), counts: HashMap::new() };
        scope.push(Str::from("$"));
        scope
    }

    fn len(&self) -> usize {
        self.names.len()
    }

    fn push(&mut self, name: Str) {
        *self.counts.entry(name.clone()).or_default() += 1;
        self.names.push(name);
    }

    fn truncate(&mut self, len: usize) {
        for name in self.names.drain(len.min(self.names.len())..) {
            if let Some(count) = self.counts.get_mut(&name) {
                *count -= 1;
            }
        }
    }

    fn contains(&self, name: &Str) -> bool {
        self.counts.get(name).is_some_and(|count| *count > 0)
    }
}

impl<'a> Parser<'a> {
    fn new(
        name: &'a str,
        text: &'a [u8],
        functions: Functions,
        nesting: usize,
        budget: &'a mut ParseBudget,
    ) -> Self {
        let blank = || Item { kind: Kind::Eof, position: 0, text: Cow::Borrowed(&[]), line: 0 };
        Self {
            name,
            lexer: Lexer::new(text),
            functions,
            token: [blank(), blank(), blank()],
            peeked: 0,
            parsed: Parsed::default(),
            nodes: Vec::new(),
            open: Vec::new(),
            vars: Scope::new(),
            action_line: 0,
            range_depth: 0,
            depth: 0,
            nesting,
            budget,
        }
    }

    fn top_level(&mut self) -> Result<(), Stop> {
        loop {
            if self.open.is_empty() {
                if self.peek().kind == Kind::Eof {
                    let root = mem::take(&mut self.nodes);
                    let name = Str::from(self.name.as_bytes());
                    return self.add_template(name, root);
                }
                if self.at_definition() {
                    self.open_definition()?;
                    continue;
                }
            } else if self.peek_non_space().kind == Kind::Eof {
                return Err(self.error("unexpected EOF"));
            }
            self.text_or_action()?;
        }
    }

    /// Consumes `{{define`, which only stands outside of all blocks.
    fn at_definition(&mut self) -> bool {
        if self.peek().kind != Kind::LeftDelim {
            return false;
        }
        let delim = self.next();
        if self.next_non_space().kind == Kind::Define {
            return true;
        }
        self.backup2(delim);
        false
    }

    fn open_definition(&mut self) -> Result<(), Stop> {
        const CONTEXT: &str = "define clause";
        let token = self.next_non_space();
        let name = self.template_name(&token, CONTEXT)?;
        self.expect(Kind::RightDelim, CONTEXT)?;
        self.open_tree(name, None)
    }

    fn open_tree(&mut self, name: Str, call: Option<TemplateCall>) -> Result<(), Stop> {
        self.charge(size::entry(1))?;
        let vars = mem::replace(&mut self.vars, Scope::new());
        let range_depth = mem::take(&mut self.range_depth);
        self.action_line = 0;
        let line = self.token[0].line;
        self.open_block(Block::Tree { name, call, vars, range_depth, line })
    }

    fn open_block(&mut self, block: Block) -> Result<(), Stop> {
        self.charge(size::element::<Open>() + size::nodes())?;
        let outer = mem::take(&mut self.nodes);
        self.open.push(Open { block, outer });
        Ok(())
    }

    fn add_node(&mut self, node: Node) -> Result<(), Stop> {
        self.charge(size::element::<Node>())?;
        self.nodes.push(node);
        Ok(())
    }

    fn text_or_action(&mut self) -> Result<(), Stop> {
        let token = self.next_non_space();
        match token.kind {
            Kind::Text => {
                self.charge(size::text(token.text.len()))?;
                let text = Arc::from(token.text.as_ref());
                self.add_node(Node::Text { position: token.position, text })
            }
            Kind::LeftDelim => {
                self.action_line = token.line;
                if !self.action()? {
                    self.action_line = 0;
                }
                Ok(())
            }
            _ => Err(self.unexpected(&token, "input")),
        }
    }

    /// Parses one action; true if it opened a block, whose line errors then name.
    fn action(&mut self) -> Result<bool, Stop> {
        let token = self.next_non_space();
        match token.kind {
            Kind::Block => self.block_control()?,
            Kind::Break => self.jump("{{break}}", Node::Break)?,
            Kind::Continue => self.jump("{{continue}}", Node::Continue)?,
            Kind::Else => return self.else_control(),
            Kind::End => self.end_control()?,
            Kind::If => return self.control(ControlKind::If, false),
            Kind::Range => return self.control(ControlKind::Range, false),
            Kind::With => return self.control(ControlKind::With, false),
            Kind::Template => self.template_control()?,
            _ => {
                self.backup();
                let position = self.peek().position;
                let pipe = self.pipeline("command", Kind::RightDelim)?;
                self.add_node(Node::Action { position, pipe })?;
            }
        }
        Ok(false)
    }

    fn jump(&mut self, name: &str, node: Node) -> Result<(), Stop> {
        let token = self.next_non_space();
        if token.kind != Kind::RightDelim {
            return Err(self.unexpected(&token, name));
        }
        if self.range_depth == 0 {
            return Err(self.error(format!("{name} outside {{{{range}}}}")));
        }
        self.add_node(node)
    }

    fn control(&mut self, kind: ControlKind, implied_end: bool) -> Result<bool, Stop> {
        let vars = self.vars.len();
        let context = match kind {
            ControlKind::If => "if",
            ControlKind::With => "with",
            ControlKind::Range => "range",
        };
        let pipe = self.pipeline(context, Kind::RightDelim)?;
        if kind == ControlKind::Range {
            self.range_depth += 1;
        }
        self.open_block(Block::Control { kind, pipe, vars, list: None, implied_end })?;
        Ok(true)
    }

    fn else_control(&mut self) -> Result<bool, Stop> {
        let follows = self.peek_non_space().kind;
        if !matches!(follows, Kind::If | Kind::With) {
            self.expect(Kind::RightDelim, "else")?;
        }
        let (kind, second) = match self.open.last() {
            None => return Err(self.error("unexpected {{else}}")),
            Some(Open { block: Block::Tree { call: None, .. }, .. }) => {
                return Err(self.error("unexpected {{else}} in define clause"));
            }
            Some(Open { block: Block::Tree { line, .. }, .. }) => {
                return Err(self.error_at(*line, "unexpected {{else}} in block clause"));
            }
            Some(Open { block: Block::Control { kind, list, .. }, .. }) => (*kind, list.is_some()),
        };
        if second {
            return Err(self.error("expected end; found {{else}}"));
        }
        if kind == ControlKind::Range {
            self.range_depth -= 1;
        }
        self.charge(size::nodes())?;
        let nodes = mem::take(&mut self.nodes);
        let first = self.parsed.forest.add_list(nodes);
        if let Some(Open { block: Block::Control { list, .. }, .. }) = self.open.last_mut() {
            *list = Some(first);
        }
        match (kind, follows) {
            (ControlKind::If, Kind::If) | (ControlKind::With, Kind::With) => {
                self.next_non_space();
                self.control(kind, true)
            }
            _ => Ok(false),
        }
    }

    fn end_control(&mut self) -> Result<(), Stop> {
        self.expect(Kind::RightDelim, "end")?;
        loop {
            let Some(Open { block, outer }) = self.open.pop() else {
                return Err(self.error("unexpected {{end}}"));
            };
            let nodes = mem::replace(&mut self.nodes, outer);
            match block {
                Block::Tree { name, call, vars, range_depth, .. } => {
                    self.add_template(name, nodes)?;
                    self.vars = vars;
                    self.range_depth = range_depth;
                    return call.map_or(Ok(()), |call| self.add_node(Node::Template(call)));
                }
                Block::Control { kind, pipe, vars, list, implied_end } => {
                    let last = self.parsed.forest.add_list(nodes);
                    if kind == ControlKind::Range && list.is_none() {
                        self.range_depth -= 1;
                    }
                    let else_list = list.map(|_| last);
                    let list = list.unwrap_or(last);
                    self.add_node(Node::Control(Control { kind, pipe, list, else_list }))?;
                    self.vars.truncate(vars);
                    if !implied_end {
                        return Ok(());
                    }
                }
            }
        }
    }

    fn block_control(&mut self) -> Result<(), Stop> {
        const CONTEXT: &str = "block clause";
        let token = self.next_non_space();
        let name = self.template_name(&token, CONTEXT)?;
        let pipe = self.pipeline(CONTEXT, Kind::RightDelim)?;
        let call = TemplateCall { position: token.position, name: name.clone(), pipe: Some(pipe) };
        self.open_tree(name, Some(call))
    }

    fn template_control(&mut self) -> Result<(), Stop> {
        const CONTEXT: &str = "template clause";
        let token = self.next_non_space();
        let name = self.template_name(&token, CONTEXT)?;
        let mut pipe = None;
        if self.next_non_space().kind != Kind::RightDelim {
            self.backup();
            pipe = Some(self.pipeline(CONTEXT, Kind::RightDelim)?);
        }
        self.add_node(Node::Template(TemplateCall { position: token.position, name, pipe }))
    }

    fn template_name(&mut self, token: &Item<'a>, context: &str) -> Result<Str, Stop> {
        match token.kind {
            Kind::String | Kind::RawString => self.unquoted(&token.text),
            _ => Err(self.unexpected(token, context)),
        }
    }

    fn unquoted(&mut self, quoted: &[u8]) -> Result<Str, Stop> {
        self.charge(size::text(quoted.len()))?;
        unquote::unquote(quoted).map(Str::from).ok_or_else(|| self.error("invalid syntax"))
    }

    /// Adds a template; a blank one gives way to another of its name.
    fn add_template(&mut self, name: Str, nodes: Vec<Node>) -> Result<(), Stop> {
        self.charge(size::entry(name.len()))?;
        let is_blank = node::is_blank(&nodes);
        let root = self.parsed.forest.add_list(nodes);
        let present = self.parsed.templates.get(&name);
        if present.is_none_or(|present| present.is_blank) {
            self.parsed.templates.insert(name, Tree { root, is_blank });
            return Ok(());
        }
        if is_blank {
            return Ok(());
        }
        let quoted = lossy(&quote::double(&name));
        Err(self.error(format!("template: multiple definition of template {quoted}")))
    }

    /// Takes memory for a part of the tree.
    fn charge(&mut self, bytes: usize) -> Result<(), Stop> {
        if self.budget.take_tree(bytes) {
            return Ok(());
        }
        Err(self.limit("parsed templates take more memory than allowed"))
    }
}

/// Items: look-ahead and errors.
impl<'a> Parser<'a> {
    fn next(&mut self) -> Item<'a> {
        if self.peeked > 0 {
            self.peeked -= 1;
        } else {
            self.token[0] = self.lexer.next_item();
        }
        self.current()
    }

    fn current(&self) -> Item<'a> {
        let [first, second, third] = &self.token;
        match self.peeked {
            0 => first.clone(),
            1 => second.clone(),
            _ => third.clone(),
        }
    }

    fn backup(&mut self) {
        self.peeked += 1;
    }

    fn backup2(&mut self, first: Item<'a>) {
        self.token[1] = first;
        self.peeked = 2;
    }

    fn backup3(&mut self, second: Item<'a>, first: Item<'a>) {
        self.token[1] = first;
        self.token[2] = second;
        self.peeked = 3;
    }

    fn peek(&mut self) -> Item<'a> {
        let item = self.next();
        self.backup();
        item
    }

    fn next_non_space(&mut self) -> Item<'a> {
        loop {
            let item = self.next();
            if item.kind != Kind::Space {
                return item;
            }
        }
    }

    fn peek_non_space(&mut self) -> Item<'a> {
        let item = self.next_non_space();
        self.backup();
        item
    }

    fn expect(&mut self, kind: Kind, context: &str) -> Result<Item<'a>, Stop> {
        let item = self.next_non_space();
        if item.kind == kind { Ok(item) } else { Err(self.unexpected(&item, context)) }
    }

    fn error(&self, message: impl Into<String>) -> Stop {
        self.error_at(self.token[0].line, message)
    }

    fn error_at(&self, line: usize, message: impl Into<String>) -> Stop {
        self.error_of(ParseErrorKind::Syntax, line, message.into())
    }

    fn limit(&self, message: &str) -> Stop {
        self.error_of(ParseErrorKind::Limit, self.token[0].line, message.to_owned())
    }

    fn error_of(&self, kind: ParseErrorKind, line: usize, message: String) -> Stop {
        let message = shortened(message);
        Stop::Error(ParseError { kind, template: self.name.to_owned(), line, message })
    }

    fn unexpected(&self, item: &Item<'_>, context: &str) -> Stop {
        let described = item.describe();
        if item.kind != Kind::Error {
            return self.error(format!("unexpected {described} in {context}"));
        }
        if self.action_line == 0 || self.action_line == item.line {
            return self.error(described);
        }
        let action = if described.ends_with(" action") { "" } else { " in action" };
        let (name, line) = (self.name, self.action_line);
        self.error(format!("{described}{action} started at {name}:{line}"))
    }
}
