//! The format string of `Sprintf`: flags, widths, argument numbers.

use super::{Flags, Printer};
use crate::engine::fault::Fault;
use crate::engine::value::Value;
use crate::go::rune;

/// Widths and precisions beyond this are refused.
const LARGEST: i64 = 1_000_000;

/// A position in the format and among the arguments.
struct Cursor<'f> {
    format: &'f [u8],
    at: usize,
    arg: usize,
    /// The item before was an argument number such as `[3]`.
    after_index: bool,
    good_index: bool,
    reordered: bool,
}

impl Printer<'_, '_> {
    pub(super) fn format(&mut self, format: &[u8], args: &[Value]) -> Result<(), Fault> {
        let mut cursor = Cursor {
            format,
            at: 0,
            arg: 0,
            after_index: false,
            good_index: true,
            reordered: false,
        };
        while cursor.at < format.len() {
            let rest = format.get(cursor.at..).unwrap_or_default();
            let literal = memchr::memchr(b'%', rest).unwrap_or(rest.len());
            self.write(rest.get(..literal).unwrap_or_default())?;
            cursor.at += literal;
            if cursor.at >= format.len() {
                break;
            }
            cursor.at += 1;
            self.runtime.step()?;
            self.directive(&mut cursor, args)?;
        }
        if !cursor.reordered && cursor.arg < args.len() {
            self.extra(args.get(cursor.arg..).unwrap_or_default())?;
        }
        Ok(())
    }

    /// One directive, its percent sign consumed.
    fn directive(&mut self, cursor: &mut Cursor<'_>, args: &[Value]) -> Result<(), Fault> {
        self.flags = Flags::default();
        cursor.good_index = true;
        while let Some(byte) = cursor.peek() {
            match byte {
                b'#' => self.flags.sharp = true,
                b'0' => self.flags.zero = true,
                b'+' => self.flags.plus = true,
                b'-' => self.flags.minus = true,
                b' ' => self.flags.space = true,
                b'a'..=b'z' if cursor.arg < args.len() => {
                    cursor.at += 1;
                    return self.verb(cursor, args, char::from(byte));
                }
                _ => break,
            }
            cursor.at += 1;
        }
        cursor.arg_number(args.len());
        self.width(cursor, args)?;
        self.precision(cursor, args)?;
        if !cursor.after_index {
            cursor.arg_number(args.len());
        }
        let Some((verb, width)) = cursor.format.get(cursor.at..).and_then(rune::decode) else {
            self.write(b"%!(NOVERB)")?;
            return Ok(());
        };
        cursor.at += width;
        if verb == '%' {
            self.write(b"%")?;
        } else if !cursor.good_index {
            return self.complain(verb, b"(BADINDEX)");
        } else if cursor.arg >= args.len() {
            return self.complain(verb, b"(MISSING)");
        } else {
            return self.verb(cursor, args, verb);
        }
        Ok(())
    }

    fn complain(&mut self, verb: char, what: &[u8]) -> Result<(), Fault> {
        self.write(b"%!")?;
        self.write_rune(verb)?;
        self.write(what)
    }

    fn verb(&mut self, cursor: &mut Cursor<'_>, args: &[Value], verb: char) -> Result<(), Fault> {
        if matches!(verb, 'v' | 'w') {
            self.flags.sharp_v = std::mem::take(&mut self.flags.sharp);
            self.flags.plus_v = std::mem::take(&mut self.flags.plus);
        }
        let arg = args.get(cursor.arg);
        cursor.arg += 1;
        arg.map_or(Ok(()), |arg| self.arg(arg, verb))
    }

    fn width(&mut self, cursor: &mut Cursor<'_>, args: &[Value]) -> Result<(), Fault> {
        if cursor.peek() == Some(b'*') {
            cursor.at += 1;
            let width = cursor.int_arg(args);
            if width.is_none() {
                self.write(b"%!(BADWIDTH)")?;
            }
            if width.is_some_and(|width| width < 0) {
                self.flags.minus = true;
                self.flags.zero = false;
            }
            self.flags.width = width.and_then(|width| usize::try_from(width.unsigned_abs()).ok());
            cursor.after_index = false;
            return Ok(());
        }
        self.flags.width = cursor.number();
        if cursor.after_index && self.flags.width.is_some() {
            cursor.good_index = false;
        }
        Ok(())
    }

    fn precision(&mut self, cursor: &mut Cursor<'_>, args: &[Value]) -> Result<(), Fault> {
        if cursor.at + 1 >= cursor.format.len() || cursor.peek() != Some(b'.') {
            return Ok(());
        }
        cursor.at += 1;
        if cursor.after_index {
            cursor.good_index = false;
        }
        cursor.arg_number(args.len());
        if cursor.peek() != Some(b'*') {
            self.flags.precision = Some(cursor.number().unwrap_or(0));
            return Ok(());
        }
        cursor.at += 1;
        self.flags.precision =
            cursor.int_arg(args).and_then(|precision| usize::try_from(precision).ok());
        if self.flags.precision.is_none() {
            self.write(b"%!(BADPREC)")?;
        }
        cursor.after_index = false;
        Ok(())
    }

    fn extra(&mut self, args: &[Value]) -> Result<(), Fault> {
        self.flags = Flags::default();
        self.write(b"%!(EXTRA ")?;
        for (index, arg) in args.iter().enumerate() {
            if index > 0 {
                self.write(b", ")?;
            }
            if arg.is_nil() {
                self.write(b"<nil>")?;
                continue;
            }
            self.write(arg.type_name().as_bytes())?;
            self.write(b"=")?;
            self.arg(arg, 'v')?;
        }
        self.write(b")")?;
        Ok(())
    }
}

impl Cursor<'_> {
    fn peek(&self) -> Option<u8> {
        self.format.get(self.at).copied()
    }

    /// A decimal number; one too large swallows the rest of the format, as in Go.
    fn number(&mut self) -> Option<usize> {
        let (number, next) = parse_number(self.format, self.at, self.format.len());
        self.at = next;
        number
    }

    /// An argument number in brackets, if one is here.
    fn arg_number(&mut self, count: usize) {
        self.after_index = false;
        if self.peek() != Some(b'[') {
            return;
        }
        self.reordered = true;
        let rest = self.format.get(self.at..).unwrap_or_default();
        let close = if rest.len() < 3 { None } else { memchr::memchr(b']', rest) };
        let Some(close) = close else {
            self.at += 1;
            self.good_index = false;
            return;
        };
        let (number, next) = parse_number(rest, 1, close);
        self.at += close + 1;
        let index = number.filter(|_| next == close);
        self.after_index = index.is_some();
        match index.and_then(|number| number.checked_sub(1)) {
            Some(index) if index < count => self.arg = index,
            _ => self.good_index = false,
        }
    }

    /// The next argument as a width or precision.
    fn int_arg(&mut self, args: &[Value]) -> Option<i64> {
        let arg = args.get(self.arg)?;
        self.arg += 1;
        let number = match arg {
            Value::Int(number, _) => *number,
            Value::Uint(number, _) => i64::try_from(*number).ok()?,
            _ => return None,
        };
        (-LARGEST..=LARGEST).contains(&number).then_some(number)
    }
}

fn parse_number(text: &[u8], start: usize, end: usize) -> (Option<usize>, usize) {
    let mut number = None;
    let mut at = start;
    while let Some(digit) = text.get(at).filter(|byte| at < end && byte.is_ascii_digit()) {
        let so_far = number.unwrap_or(0);
        if so_far > 1_000_000 {
            return (None, end);
        }
        number = Some(so_far * 10 + usize::from(digit - b'0'));
        at += 1;
    }
    (number, at)
}
