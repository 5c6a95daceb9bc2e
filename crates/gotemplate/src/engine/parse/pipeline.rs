//! Pipelines, commands and operands.

use super::{Kind, Parser, Stop, number, size};
use crate::engine::node::{Arg, Command, Number, Operand, Pipe, PipeId, Place, Variable};
use crate::engine::value::Str;
use crate::go::rune::lossy;
use crate::go::strconv::quote;

impl Parser<'_> {
    /// `declarations? command ('|' command)*`, up to `end`.
    pub(super) fn pipeline(&mut self, context: &str, end: Kind) -> Result<PipeId, Stop> {
        let position = self.peek_non_space().position;
        self.charge(size::element::<Pipe>() + size::list())?;
        let mut pipe = Pipe {
            position,
            declarations: Vec::new(),
            is_assignment: false,
            commands: Vec::with_capacity(2),
        };
        while self.declaration(&mut pipe, context)? {}
        loop {
            let token = self.next_non_space();
            match token.kind {
                kind if kind == end => {
                    self.check_pipeline(&pipe, context)?;
                    return Ok(self.parsed.forest.add_pipe(pipe));
                }
                Kind::Bool
                | Kind::CharConstant
                | Kind::Complex
                | Kind::Dot
                | Kind::Field
                | Kind::Identifier
                | Kind::Number
                | Kind::Nil
                | Kind::RawString
                | Kind::String
                | Kind::Variable
                | Kind::LeftParen => {
                    self.backup();
                    let command = self.command()?;
                    pipe.commands.push(command);
                }
                _ => return Err(self.unexpected(&token, context)),
            }
        }
    }

    /// Reads one declared or assigned variable; true if another must follow.
    fn declaration(&mut self, pipe: &mut Pipe, context: &str) -> Result<bool, Stop> {
        let variable = self.peek_non_space();
        if variable.kind != Kind::Variable {
            return Ok(false);
        }
        self.next();
        // "$x foo" needs three items of look-ahead to tell an argument from a declaration.
        let after = self.peek();
        let next = self.peek_non_space();
        let is_comma = next.kind == Kind::Char && next.text.as_ref() == b",";
        if !is_comma && !matches!(next.kind, Kind::Assign | Kind::Declare) {
            if after.kind == Kind::Space {
                self.backup3(variable, after);
            } else {
                self.backup2(variable);
            }
            return Ok(false);
        }
        self.next_non_space();
        self.charge(size::list() + size::element::<Variable>())?;
        let (name, fields) = self.split_variable(&variable.text)?;
        self.charge(size::entry(variable.text.len()) + size::element::<Str>())?;
        self.vars.push(Str::from(variable.text.as_ref()));
        pipe.declarations.push(Variable { position: variable.position, name, fields });
        if !is_comma {
            pipe.is_assignment = next.kind == Kind::Assign;
            return Ok(false);
        }
        if context == "range" && pipe.declarations.len() < 2 {
            return match self.peek_non_space().kind {
                Kind::Variable | Kind::RightDelim | Kind::RightParen => Ok(true),
                _ => Err(self.error("range can only initialize variables")),
            };
        }
        Err(self.error(format!("too many declarations in {context}")))
    }

    fn check_pipeline(&self, pipe: &Pipe, context: &str) -> Result<(), Stop> {
        if pipe.commands.is_empty() {
            return Err(self.error(format!("missing value for {context}")));
        }
        for (index, command) in pipe.commands.iter().enumerate().skip(1) {
            let first = command.args.first().map(|arg| &arg.operand);
            if matches!(
                first,
                Some(
                    Operand::Bool(_)
                        | Operand::Dot
                        | Operand::Nil
                        | Operand::Number(_)
                        | Operand::String { .. }
                )
            ) {
                let stage = index + 1;
                return Err(self.error(format!("non executable command in pipeline stage {stage}")));
            }
        }
        Ok(())
    }

    /// Operands separated by spaces, up to a pipe character, which is consumed, or a right delimiter, which is not.
    fn command(&mut self) -> Result<Command, Stop> {
        let position = self.peek_non_space().position;
        self.charge(size::element::<Command>() + size::list())?;
        let mut args = Vec::with_capacity(2);
        loop {
            self.peek_non_space();
            self.charge(size::element::<Arg>())?;
            args.extend(self.operand()?);
            let token = self.next();
            match token.kind {
                Kind::Space => continue,
                Kind::RightDelim | Kind::RightParen => self.backup(),
                Kind::Pipe => {}
                _ => return Err(self.unexpected(&token, "operand")),
            }
            break;
        }
        if args.is_empty() {
            return Err(self.error("empty command"));
        }
        Ok(Command { position, args })
    }

    /// A term with the fields that follow it.
    fn operand(&mut self) -> Result<Option<Arg>, Stop> {
        let Some(term) = self.term()? else { return Ok(None) };
        if self.peek().kind != Kind::Field {
            return Ok(Some(term));
        }
        let position = self.peek().position;
        let mut fields = Vec::new();
        while self.peek().kind == Kind::Field {
            let token = self.next();
            self.charge(size::names(1, token.text.len()))?;
            fields.push(Str::from(token.text.get(1..).unwrap_or_default()));
        }
        let operand = match term.operand {
            Operand::Field(mut first) => {
                first.append(&mut fields);
                Operand::Field(first)
            }
            Operand::Variable(mut variable) => {
                variable.fields.append(&mut fields);
                variable.position = position;
                Operand::Variable(variable)
            }
            Operand::Bool(_)
            | Operand::String { .. }
            | Operand::Number(_)
            | Operand::Nil
            | Operand::Dot => {
                let source = Place::Arg(&term).source(&self.parsed.forest);
                let quoted = lossy(&quote::double(source.as_bytes()));
                return Err(self.error(format!("unexpected . after term {quoted}")));
            }
            _ => {
                self.charge(size::boxed::<Arg>())?;
                Operand::Chain { base: Box::new(term), fields }
            }
        };
        Ok(Some(Arg { position, operand }))
    }

    fn term(&mut self) -> Result<Option<Arg>, Stop> {
        let token = self.next_non_space();
        let text = token.text.as_ref();
        let operand = match token.kind {
            Kind::Identifier => match (self.functions)(text) {
                Some(function) => {
                    self.charge(size::text(text.len()))?;
                    Operand::Identifier { name: Str::from(text), function }
                }
                None => {
                    let quoted = lossy(&quote::double(text));
                    return Err(self.error(format!("function {quoted} not defined")));
                }
            },
            Kind::Dot => Operand::Dot,
            Kind::Nil => Operand::Nil,
            Kind::Variable => self.known_variable(token.position, text)?,
            Kind::Field => Operand::Field(self.split_names(text.get(1..).unwrap_or_default())?),
            Kind::Bool => Operand::Bool(text == b"true"),
            Kind::CharConstant | Kind::Complex | Kind::Number => {
                self.charge(size::boxed::<Number>() + size::text(text.len()))?;
                let parsed =
                    number::parse(text, token.kind).map_err(|message| self.error(message))?;
                Operand::Number(Box::new(parsed))
            }
            Kind::LeftParen => self.parenthesised()?,
            Kind::String | Kind::RawString => {
                self.charge(size::text(text.len()))?;
                Operand::String { quoted: Str::from(text), text: self.unquoted(text)? }
            }
            _ => {
                self.backup();
                return Ok(None);
            }
        };
        Ok(Some(Arg { position: token.position, operand }))
    }

    fn parenthesised(&mut self) -> Result<Operand, Stop> {
        if self.depth >= self.budget.nesting {
            return Err(self.limit("max expression depth exceeded"));
        }
        if self.depth >= self.nesting {
            return Err(Stop::Deeper);
        }
        self.depth += 1;
        let pipe = self.pipeline("parenthesized pipeline", Kind::RightParen);
        self.depth -= 1;
        Ok(Operand::Pipe(pipe?))
    }

    fn known_variable(&mut self, position: usize, text: &[u8]) -> Result<Operand, Stop> {
        self.charge(size::boxed::<Variable>())?;
        let (name, fields) = self.split_variable(text)?;
        if self.vars.contains(&name) {
            return Ok(Operand::Variable(Box::new(Variable { position, name, fields })));
        }
        let quoted = lossy(&quote::double(&name));
        Err(self.error(format!("undefined variable {quoted}")))
    }

    /// "$a.b" to its variable and fields.
    fn split_variable(&mut self, text: &[u8]) -> Result<(Str, Vec<Str>), Stop> {
        let dot = memchr::memchr(b'.', text).unwrap_or(text.len());
        let (name, fields) = text.split_at_checked(dot).unwrap_or((text, &[]));
        self.charge(size::text(name.len()))?;
        let fields = match fields.split_first() {
            Some((_, fields)) => self.split_names(fields)?,
            None => Vec::new(),
        };
        Ok((Str::from(name), fields))
    }

    /// "a.b" to its names.
    fn split_names(&mut self, text: &[u8]) -> Result<Vec<Str>, Stop> {
        let count = 1 + memchr::memchr_iter(b'.', text).count();
        self.charge(size::names(count, text.len()))?;
        let mut names = Vec::with_capacity(count);
        names.extend(text.split(|byte| *byte == b'.').map(Str::from));
        Ok(names)
    }
}
