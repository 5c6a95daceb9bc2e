//! The memory that a tree takes.

use super::*;

/// What the allocator takes for each block.
const BLOCK: usize = 16;

impl Forest {
    /// All lists and texts, with the room they keep and what the allocator takes.
    pub(crate) fn bytes(&self) -> usize {
        let tables = self.lists.capacity() * size_of::<Vec<Node>>()
            + self.pipes.capacity() * size_of::<Pipe>();
        let nodes = |nodes: &Vec<Node>| list(nodes) + nodes.iter().map(node).sum::<usize>();
        let lists = self.lists.iter().map(nodes).sum::<usize>();
        tables + lists + self.pipes.iter().map(pipe).sum::<usize>()
    }
}

fn node(node: &Node) -> usize {
    match node {
        Node::Text { text, .. } => shared(text),
        Node::Template(call) => shared(&call.name),
        Node::Action { .. } | Node::Break | Node::Continue | Node::Control(_) => 0,
    }
}

fn pipe(pipe: &Pipe) -> usize {
    let declarations =
        list(&pipe.declarations) + pipe.declarations.iter().map(variable).sum::<usize>();
    let arg = |command: &Command| list(&command.args) + command.args.iter().map(arg).sum::<usize>();
    declarations + list(&pipe.commands) + pipe.commands.iter().map(arg).sum::<usize>()
}

fn arg(argument: &Arg) -> usize {
    match &argument.operand {
        Operand::Chain { base, fields } => BLOCK + size_of::<Arg>() + arg(base) + names(fields),
        Operand::Field(fields) => names(fields),
        Operand::Identifier { name, .. } => shared(name),
        Operand::Number(number) => BLOCK + size_of::<Number>() + BLOCK + number.text.capacity(),
        Operand::String { quoted, text } => shared(quoted) + shared(text),
        Operand::Variable(boxed) => BLOCK + size_of::<Variable>() + variable(boxed),
        Operand::Bool(_) | Operand::Dot | Operand::Nil | Operand::Pipe(_) => 0,
    }
}

fn variable(variable: &Variable) -> usize {
    shared(&variable.name) + names(&variable.fields)
}

fn names(names: &Vec<Str>) -> usize {
    list(names) + names.iter().map(|name| shared(name)).sum::<usize>()
}

fn list<T>(list: &Vec<T>) -> usize {
    if list.capacity() == 0 { 0 } else { BLOCK + list.capacity() * size_of::<T>() }
}

/// A text with the two counts in front of it.
fn shared(text: &[u8]) -> usize {
    BLOCK + 2 * size_of::<usize>() + text.len()
}
