//! The syntax tree. Lists and pipelines live in flat tables, so that a deeply nested template neither takes a deep
//! stack to drop nor to walk.

use std::fmt;
use std::sync::Arc;

use crate::engine::function::Function;
use crate::engine::value::Str;
use crate::go::rune::{self, lossy};

/// All trees of one parsed text.
#[derive(Debug, Default)]
pub(crate) struct Forest {
    lists: Vec<Vec<Node>>,
    pipes: Vec<Pipe>,
}

/// A list of nodes in the [`Forest`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ListId(usize);

/// A pipeline in the [`Forest`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PipeId(usize);

impl Forest {
    pub(crate) fn add_list(&mut self, nodes: Vec<Node>) -> ListId {
        self.lists.push(nodes);
        ListId(self.lists.len() - 1)
    }

    pub(crate) fn add_pipe(&mut self, pipe: Pipe) -> PipeId {
        self.pipes.push(pipe);
        PipeId(self.pipes.len() - 1)
    }

    pub(crate) fn list(&self, id: ListId) -> &[Node] {
        self.lists.get(id.0).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn pipe(&self, id: PipeId) -> &Pipe {
        static EMPTY: Pipe = Pipe {
            position: 0,
            declarations: Vec::new(),
            is_assignment: false,
            commands: Vec::new(),
        };
        self.pipes.get(id.0).unwrap_or(&EMPTY)
    }
}

/// Whether there is nothing but white space.
pub(crate) fn is_blank(nodes: &[Node]) -> bool {
    let is_space = |text: &[u8]| rune::runes(text).all(|(_, rune, _)| rune::is_space(rune));
    nodes.iter().all(|node| matches!(node, Node::Text { text, .. } if is_space(text)))
}

/// One node of a list.
#[derive(Debug)]
pub(crate) enum Node {
    Text { position: usize, text: Arc<[u8]> },
    Action { position: usize, pipe: PipeId },
    Break,
    Continue,
    Control(Control),
    Template(TemplateCall),
}

/// `if`, `with` or `range`.
#[derive(Debug)]
pub(crate) struct Control {
    pub(crate) kind: ControlKind,
    pub(crate) pipe: PipeId,
    pub(crate) list: ListId,
    pub(crate) else_list: Option<ListId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ControlKind {
    If,
    With,
    Range,
}

/// `{{template "name" pipeline}}`, or what `{{block}}` leaves.
#[derive(Debug)]
pub(crate) struct TemplateCall {
    pub(crate) position: usize,
    pub(crate) name: Str,
    pub(crate) pipe: Option<PipeId>,
}

/// Commands, the value of each handed to the next.
#[derive(Debug)]
pub(crate) struct Pipe {
    pub(crate) position: usize,
    pub(crate) declarations: Vec<Variable>,
    pub(crate) is_assignment: bool,
    pub(crate) commands: Vec<Command>,
}

#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) position: usize,
    pub(crate) args: Vec<Arg>,
}

/// `$name.Field.Field`.
#[derive(Debug)]
pub(crate) struct Variable {
    pub(crate) position: usize,
    pub(crate) name: Str,
    pub(crate) fields: Vec<Str>,
}

/// An operand of a command.
#[derive(Debug)]
pub(crate) struct Arg {
    pub(crate) position: usize,
    pub(crate) operand: Operand,
}

#[derive(Debug)]
pub(crate) enum Operand {
    Bool(bool),
    Chain { base: Box<Arg>, fields: Vec<Str> },
    Dot,
    Field(Vec<Str>),
    Identifier { name: Str, function: &'static Function },
    Nil,
    Number(Box<Number>),
    Pipe(PipeId),
    String { quoted: Str, text: Str },
    Variable(Box<Variable>),
}

/// A number under all the types that can hold it, as Go's ideal constants are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Number {
    pub(crate) text: String,
    pub(crate) int: Option<i64>,
    pub(crate) uint: Option<u64>,
    pub(crate) float: Option<f64>,
    pub(crate) complex: Option<(f64, f64)>,
}

/// Something that Go prints in `at <…>`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place<'t> {
    Start,
    Position(usize),
    Pipe(&'t Pipe),
    Command(&'t Command),
    Arg(&'t Arg),
    Template(&'t TemplateCall),
}

impl Place<'_> {
    pub(crate) fn position(&self) -> usize {
        match self {
            Self::Start => 0,
            Self::Position(position) => *position,
            Self::Pipe(pipe) => pipe.position,
            Self::Command(command) => command.position,
            Self::Arg(arg) => arg.position,
            Self::Template(call) => call.position,
        }
    }

    /// The source of this part, as Go's nodes print themselves.
    pub(crate) fn source(&self, forest: &Forest) -> String {
        let mut source = Source { forest, text: String::new(), pending: Vec::new() };
        match *self {
            Self::Start | Self::Position(_) => {}
            Self::Pipe(pipe) => source.pending.push(Part::Pipe(pipe)),
            Self::Command(command) => source.pending.push(Part::Command(command)),
            Self::Arg(arg) => source.pending.push(Part::Arg(arg, false)),
            Self::Template(call) => source.template(call),
        }
        source.write();
        source.text
    }
}

/// Writes source text with a stack of its own: parentheses may nest deeply.
struct Source<'t> {
    forest: &'t Forest,
    text: String,
    pending: Vec<Part<'t>>,
}

enum Part<'t> {
    Text(&'static str),
    Owned(String),
    Pipe(&'t Pipe),
    Command(&'t Command),
    /// An operand, and whether a pipeline is put in parentheses.
    Arg(&'t Arg, bool),
}

impl<'t> Source<'t> {
    fn write(&mut self) {
        while let Some(part) = self.pending.pop() {
            match part {
                Part::Text(text) => self.text.push_str(text),
                Part::Owned(text) => self.text.push_str(&text),
                Part::Pipe(pipe) => self.pipe(pipe),
                Part::Command(command) => self.command(command),
                Part::Arg(arg, parenthesised) => self.arg(arg, parenthesised),
            }
        }
    }

    /// Pushes `parts` so that the first is written first.
    fn push(&mut self, parts: Vec<Part<'t>>) {
        self.pending.extend(parts.into_iter().rev());
    }

    fn template(&mut self, call: &'t TemplateCall) {
        let mut parts = vec![
            Part::Text("{{template "),
            Part::Owned(lossy(&crate::go::strconv::quote::double(&call.name))),
        ];
        if let Some(pipe) = call.pipe {
            parts.push(Part::Text(" "));
            parts.push(Part::Pipe(self.forest.pipe(pipe)));
        }
        parts.push(Part::Text("}}"));
        self.push(parts);
    }

    fn pipe(&mut self, pipe: &'t Pipe) {
        let mut parts = Vec::new();
        for (index, variable) in pipe.declarations.iter().enumerate() {
            parts.push(Part::Text(if index > 0 { ", " } else { "" }));
            parts.push(Part::Owned(variable.to_string()));
        }
        if !pipe.declarations.is_empty() {
            parts.push(Part::Text(if pipe.is_assignment { " = " } else { " := " }));
        }
        for (index, command) in pipe.commands.iter().enumerate() {
            parts.push(Part::Text(if index > 0 { " | " } else { "" }));
            parts.push(Part::Command(command));
        }
        self.push(parts);
    }

    fn command(&mut self, command: &'t Command) {
        let mut parts = Vec::new();
        for (index, arg) in command.args.iter().enumerate() {
            parts.push(Part::Text(if index > 0 { " " } else { "" }));
            parts.push(Part::Arg(arg, true));
        }
        self.push(parts);
    }

    fn arg(&mut self, arg: &'t Arg, parenthesised: bool) {
        match &arg.operand {
            Operand::Bool(value) => self.text.push_str(if *value { "true" } else { "false" }),
            Operand::Dot => self.text.push('.'),
            Operand::Nil => self.text.push_str("nil"),
            Operand::Number(number) => self.text.push_str(&number.text),
            Operand::Identifier { name, .. } => self.text.push_str(&lossy(name)),
            Operand::String { quoted, .. } => self.text.push_str(&lossy(quoted)),
            Operand::Field(fields) => self.text.push_str(&dotted(fields)),
            Operand::Variable(variable) => self.text.push_str(&variable.to_string()),
            Operand::Pipe(id) if parenthesised => {
                self.push(vec![
                    Part::Text("("),
                    Part::Pipe(self.forest.pipe(*id)),
                    Part::Text(")"),
                ]);
            }
            Operand::Pipe(id) => self.push(vec![Part::Pipe(self.forest.pipe(*id))]),
            Operand::Chain { base, fields } => {
                self.push(vec![Part::Arg(base, true), Part::Owned(dotted(fields))]);
            }
        }
    }
}

fn dotted(fields: &[Str]) -> String {
    fields.iter().map(|field| format!(".{}", lossy(field))).collect()
}

impl fmt::Display for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", lossy(&self.name), dotted(&self.fields))
    }
}

#[cfg(test)]
mod bytes;
