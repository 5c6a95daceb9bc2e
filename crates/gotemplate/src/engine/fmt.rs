//! Go's fmt: `Sprint`, `Sprintln` and `Sprintf` over template values.

mod number;
mod print;
mod sprintf;

use crate::engine::fault::Fault;
use crate::engine::runtime::Runtime;
use crate::engine::value::Value;
use crate::go::rune;
use crate::go::strconv::{self, quote};

/// `fmt.Sprint(args...)`: a space between two operands neither of which is a string. The text is charged already.
pub(crate) fn sprint(runtime: &mut Runtime<'_>, args: &[Value]) -> Result<Vec<u8>, Fault> {
    let mut printer = Printer::new(runtime);
    let mut after_string = true;
    for arg in args {
        let is_string = matches!(arg, Value::Str(_));
        if !is_string && !after_string {
            printer.write(b" ")?;
        }
        printer.arg(arg, 'v')?;
        after_string = is_string;
    }
    Ok(printer.out)
}

/// `fmt.Sprintln(args...)`: always a space between, and a newline. The text is charged already.
pub(crate) fn sprintln(runtime: &mut Runtime<'_>, args: &[Value]) -> Result<Vec<u8>, Fault> {
    let mut printer = Printer::new(runtime);
    for (index, arg) in args.iter().enumerate() {
        if index > 0 {
            printer.write(b" ")?;
        }
        printer.arg(arg, 'v')?;
    }
    printer.write(b"\n")?;
    Ok(printer.out)
}

/// `fmt.Sprintf(format, args...)`. The text is charged already.
pub(crate) fn sprintf(
    runtime: &mut Runtime<'_>,
    format: &[u8],
    args: &[Value],
) -> Result<Vec<u8>, Fault> {
    let mut printer = Printer::new(runtime);
    printer.format(format, args)?;
    Ok(printer.out)
}

/// `fmt.Sprint(value)`. The text is charged already.
pub(crate) fn display(runtime: &mut Runtime<'_>, value: &Value) -> Result<Vec<u8>, Fault> {
    sprint(runtime, std::slice::from_ref(value))
}

/// The flags, width and precision of one verb.
#[derive(Clone, Copy, Default)]
struct Flags {
    width: Option<usize>,
    precision: Option<usize>,
    minus: bool,
    plus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
    /// `%+v`
    plus_v: bool,
    /// `%#v`
    sharp_v: bool,
}

impl Flags {
    /// The first runes of `text`, as many as the precision says.
    fn truncated(self, text: &[u8]) -> &[u8] {
        let cut = self.precision.and_then(|precision| rune::runes(text).nth(precision));
        cut.map_or(text, |(at, ..)| text.get(..at).unwrap_or(text))
    }
}

/// What has been printed so far, and who pays for it.
struct Printer<'r, 'e> {
    runtime: &'r mut Runtime<'e>,
    out: Vec<u8>,
    flags: Flags,
    /// Printing the operand of a bad verb.
    erroring: bool,
}

impl<'r, 'e> Printer<'r, 'e> {
    fn new(runtime: &'r mut Runtime<'e>) -> Self {
        Self { runtime, out: Vec::new(), flags: Flags::default(), erroring: false }
    }

    fn write(&mut self, text: &[u8]) -> Result<(), Fault> {
        self.runtime.copies(text.len(), 1)?;
        self.out.extend_from_slice(text);
        Ok(())
    }

    fn write_rune(&mut self, rune: char) -> Result<(), Fault> {
        self.write(rune.encode_utf8(&mut [0; 4]).as_bytes())
    }

    fn padding(&mut self, count: usize, byte: u8) -> Result<(), Fault> {
        self.runtime.copies(count, 1)?;
        self.out.resize(self.out.len() + count, byte);
        Ok(())
    }

    /// Goes one level deeper for the time of `print`.
    fn nested(&mut self, print: impl FnOnce(&mut Self) -> Result<(), Fault>) -> Result<(), Fault> {
        self.runtime.enter()?;
        let result = print(self);
        self.runtime.leave();
        result
    }

    /// Writes `text` to the width asked for.
    fn pad(&mut self, text: &[u8]) -> Result<(), Fault> {
        let byte = if self.flags.zero && !self.flags.minus { b'0' } else { b' ' };
        let missing = self.flags.width.map_or(0, |width| width.saturating_sub(rune::count(text)));
        if !self.flags.minus {
            self.padding(missing, byte)?;
        }
        self.write(text)?;
        if self.flags.minus {
            self.padding(missing, byte)?;
        }
        Ok(())
    }

    fn pad_with_spaces(&mut self, text: &[u8]) -> Result<(), Fault> {
        let zero = std::mem::replace(&mut self.flags.zero, false);
        self.pad(text)?;
        self.flags.zero = zero;
        Ok(())
    }

    fn quoted(&mut self, text: &[u8]) -> Result<(), Fault> {
        let text = self.flags.truncated(text);
        if self.flags.sharp && strconv::can_backquote(text) {
            self.runtime.copies(text.len(), 1)?;
            let quoted = [b"`", text, b"`"].concat();
            return self.pad(&quoted);
        }
        let quote = if self.flags.plus { quote::double_ascii } else { quote::double };
        let quoted = self.runtime.escaped(text, quote::MOST_FOR_ONE_BYTE, quote)?;
        self.pad(&quoted)
    }

    /// `%x` of a string.
    fn hexadecimal(&mut self, text: &[u8], upper: bool) -> Result<(), Fault> {
        let text = text.get(..self.flags.precision.unwrap_or(text.len())).unwrap_or(text);
        let (mark, alphabet) =
            if upper { (b"0X", b"0123456789ABCDEF") } else { (b"0x", b"0123456789abcdef") };
        let Flags { sharp, space, .. } = self.flags;
        let for_one = 2 + 2 * usize::from(sharp && space) + usize::from(space);
        let digits = self.runtime.escaped(text, for_one, |text| {
            let mut digits = Vec::with_capacity(text.len() * for_one + mark.len());
            for (index, byte) in text.iter().enumerate() {
                if space && index > 0 {
                    digits.push(b' ');
                }
                if sharp && (index == 0 || space) {
                    digits.extend_from_slice(mark);
                }
                let digit = |value: u8| alphabet.get(usize::from(value)).copied();
                digits.extend(digit(byte >> 4).into_iter().chain(digit(byte & 0xF)));
            }
            digits
        })?;
        self.pad(&digits)
    }
}
