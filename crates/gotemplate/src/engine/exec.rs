//! Walks the trees and writes the output. Blocks and template calls are frames on a stack of their own.

mod call;
mod eval;
mod field;
mod range;

use crate::engine::error::{ExecError, ExecErrorDetail, ExecErrorKind, shortened};
use crate::engine::fault::Fault;
use crate::engine::fmt;
use crate::engine::node::{Control, ControlKind, ListId, Node, Place, TemplateCall};
use crate::engine::parse::Parsed;
use crate::engine::runtime::Runtime;
use crate::engine::value::{Str, Value};
use crate::go::rune::{self, lossy};
use crate::go::strconv::quote;
use range::Range;

/// Why rendering stopped.
#[derive(Debug)]
pub(crate) enum Stop {
    Error(ExecError),
    /// This stack is too small for the nesting of the template or its values.
    Deeper,
}

type Result<T> = std::result::Result<T, Stop>;

/// Renders the template `name` of `parsed` over `dot`.
pub(crate) fn render(
    parsed: &Parsed,
    text: &[u8],
    name: &Str,
    dot: Value,
    runtime: Runtime<'_>,
) -> Result<Vec<u8>> {
    let mut machine = Machine {
        parsed,
        text,
        file: name,
        name,
        runtime,
        out: Vec::new(),
        place: Place::Start,
        vars: Vec::new(),
        base: 0,
        frames: Vec::new(),
        depth: 0,
        stack_bytes: 0,
    };
    machine.vars.push(Binding { name: b"$", value: dot.clone(), boxed: false });
    let tree = parsed.templates.get(name);
    let nodes = tree.map_or(&[][..], |tree| parsed.forest.list(tree.root));
    machine.frames.push(Frame {
        nodes,
        next: 0,
        dot,
        boxed: false,
        vars: 1,
        kind: FrameKind::Block,
    });
    machine.run()?;
    Ok(machine.out)
}

struct Machine<'t, 'e> {
    parsed: &'t Parsed,
    text: &'t [u8],
    /// The name given when parsing; positions are told with it.
    file: &'t Str,
    /// The template being executed.
    name: &'t [u8],
    runtime: Runtime<'e>,
    out: Vec<u8>,
    /// What is being evaluated, for errors.
    place: Place<'t>,
    vars: Vec<Binding<'t>>,
    /// Where the variables of the template being executed begin.
    base: usize,
    frames: Vec<Frame<'t>>,
    depth: usize,
    /// What variables and frames have been charged for.
    stack_bytes: usize,
}

/// A variable's value.
struct Binding<'t> {
    name: &'t [u8],
    value: Value,
    /// An element of a list or dict of interfaces, whose type is `interface {}` to Go.
    boxed: bool,
}

/// A list being walked.
struct Frame<'t> {
    nodes: &'t [Node],
    next: usize,
    dot: Value,
    /// As in [`Binding`].
    boxed: bool,
    /// How many variables there were when it began.
    vars: usize,
    kind: FrameKind<'t>,
}

enum FrameKind<'t> {
    Block,
    Range(Box<Range<'t>>),
    /// A template call: what to restore at its end.
    Call {
        name: &'t [u8],
        base: usize,
    },
}

impl<'t> Machine<'t, '_> {
    fn run(&mut self) -> Result<()> {
        while let Some(frame) = self.frames.last_mut() {
            let Some(node) = frame.nodes.get(frame.next) else {
                self.end_frame()?;
                continue;
            };
            frame.next += 1;
            self.runtime.step().map_err(|fault| self.fault(fault))?;
            self.charge_stacks()?;
            self.node(node)?;
        }
        Ok(())
    }

    fn dot(&self) -> Value {
        self.frames.last().map_or(Value::Invalid, |frame| frame.dot.clone())
    }

    fn node(&mut self, node: &'t Node) -> Result<()> {
        match node {
            Node::Text { position, text } => {
                self.place = Place::Position(*position);
                self.write(text)
            }
            Node::Action { position, pipe } => {
                let pipe = self.parsed.forest.pipe(*pipe);
                let dot = self.dot();
                let value = self.pipeline(&dot, pipe)?;
                if !pipe.declarations.is_empty() {
                    return Ok(());
                }
                self.place = Place::Position(*position);
                self.print(&value)
            }
            Node::Break => self.leave_range(true),
            Node::Continue => self.leave_range(false),
            Node::Control(control) if control.kind == ControlKind::Range => self.range(control),
            Node::Control(control) => self.branch(control),
            Node::Template(call) => self.call_template(call),
        }
    }

    fn write(&mut self, text: &[u8]) -> Result<()> {
        let room = self.runtime.context.budget.take_output(text.len());
        room.map_err(|fault| self.fault(fault))?;
        self.out.extend_from_slice(text);
        Ok(())
    }

    fn print(&mut self, value: &Value) -> Result<()> {
        match value {
            Value::Invalid => self.write(b"<no value>"),
            Value::Str(text) => self.write(text),
            _ => {
                let text =
                    fmt::display(&mut self.runtime, value).map_err(|fault| self.fault(fault))?;
                self.write(&text)
            }
        }
    }

    /// Opens a list; `dot` is the one around it unless another is given.
    fn open(&mut self, list: ListId, dot: Option<Value>, vars: usize, kind: FrameKind<'t>) {
        let nodes = self.parsed.forest.list(list);
        let boxed = dot.is_none() && self.dot_is_boxed();
        let dot = dot.unwrap_or_else(|| self.dot());
        self.frames.push(Frame { nodes, next: 0, dot, boxed, vars, kind });
    }

    /// Takes memory for variables and frames, as many as there have ever been at a time.
    fn charge_stacks(&mut self) -> Result<()> {
        let size =
            self.vars.len() * size_of::<Binding<'_>>() + self.frames.len() * size_of::<Frame<'_>>();
        let more = size.saturating_sub(self.stack_bytes);
        self.stack_bytes += more;
        self.runtime.charge(more).map_err(|fault| self.fault(fault))
    }

    fn dot_is_boxed(&self) -> bool {
        self.frames.last().is_some_and(|frame| frame.boxed)
    }

    /// `if` and `with`.
    fn branch(&mut self, control: &'t Control) -> Result<()> {
        let vars = self.vars.len();
        let dot = self.dot();
        let value = self.pipeline(&dot, self.parsed.forest.pipe(control.pipe))?;
        let list = if value.truth() { Some(control.list) } else { control.else_list };
        let dot = (value.truth() && control.kind == ControlKind::With).then_some(value);
        match list {
            Some(list) => self.open(list, dot, vars, FrameKind::Block),
            None => self.vars.truncate(vars),
        }
        Ok(())
    }

    fn call_template(&mut self, call: &'t TemplateCall) -> Result<()> {
        self.place = Place::Template(call);
        let Some((name, tree)) = self.parsed.templates.get_key_value(&call.name) else {
            let quoted = lossy(&quote::double(&call.name));
            return Err(self.error(format!("template {quoted} not defined")));
        };
        let depth = self.runtime.context.limits.template_depth;
        if self.depth >= depth {
            return Err(self.error(format!("exceeded maximum template depth ({depth})")));
        }
        let dot = match call.pipe {
            Some(pipe) => {
                let dot = self.dot();
                self.pipeline(&dot, self.parsed.forest.pipe(pipe))?
            }
            None => Value::Invalid,
        };
        self.depth += 1;
        let kind = FrameKind::Call { name: self.name, base: self.base };
        let vars = self.vars.len();
        self.name = name;
        self.base = vars;
        self.vars.push(Binding { name: b"$", value: dot.clone(), boxed: false });
        self.open(tree.root, Some(dot), vars, kind);
        Ok(())
    }

    /// The innermost list is done: leave it, or go on with its next element.
    fn end_frame(&mut self) -> Result<()> {
        if matches!(self.frames.last(), Some(Frame { kind: FrameKind::Range(_), .. })) {
            return self.next_element();
        }
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        self.vars.truncate(frame.vars);
        if let FrameKind::Call { name, base } = frame.kind {
            self.name = name;
            self.base = base;
            self.depth -= 1;
        }
        Ok(())
    }

    /// `break` and `continue`: the parser has seen to it that a range is open.
    fn leave_range(&mut self, finish: bool) -> Result<()> {
        while let Some(frame) = self.frames.last_mut() {
            if matches!(frame.kind, FrameKind::Range(_)) {
                if !finish {
                    frame.next = frame.nodes.len();
                    return Ok(());
                }
                self.vars.truncate(frame.vars);
                self.frames.pop();
                return Ok(());
            }
            self.frames.pop();
        }
        Ok(())
    }

    /// An error of the template at the present place.
    fn error(&self, message: impl Into<String>) -> Stop {
        self.error_of(ExecErrorKind::Failed, message.into())
    }

    /// A fault at the present place.
    fn fault(&self, fault: Fault) -> Stop {
        match fault {
            Fault::Message(message) => self.error(message),
            Fault::Limit(message) => self.error_of(ExecErrorKind::Limit, message.to_owned()),
            Fault::Unsupported(message) => {
                self.error_of(ExecErrorKind::Unsupported, message.to_owned())
            }
            Fault::Deeper => Stop::Deeper,
        }
    }

    fn error_of(&self, kind: ExecErrorKind, message: String) -> Stop {
        let before = self.text.get(..self.place.position()).unwrap_or_default();
        let line_start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
        let detail = Box::new(ExecErrorDetail {
            file: lossy(self.file),
            line: 1 + memchr::memchr_iter(b'\n', before).count(),
            column: before.len() - line_start,
            executing: shortened(lossy(&quote::double(self.name))),
            context: shortened(self.context()),
            message: shortened(message),
        });
        Stop::Error(ExecError { kind, detail })
    }

    fn context(&self) -> String {
        match self.place {
            Place::Position(position) => {
                let rest = self.text.get(position..).unwrap_or_default();
                let end = rune::runes(rest).nth(20).map_or(rest.len(), |(at, ..)| at);
                lossy(rest.get(..end).unwrap_or(rest))
            }
            place => place.source(&self.parsed.forest),
        }
    }
}
