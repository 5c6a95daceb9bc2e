//! Go's fmt: `Sprint`, `Sprintln` and `Sprintf` over template values.

mod number;
mod print;
mod sprintf;

use crate::engine::fault::Fault;
use crate::engine::runtime::Runtime;
use crate::engine::value::Value;
use crate::go::rune;
use crate::go::strconv::{self, quote};

/// `fmt.Sprint(args...)`: a space between two operands neither of which is a string.
pub(crate) fn sprint(runtime: &mut Runtime<'_>, args: &[Value]) -> Result<Vec<u8>, Fault> {
    let mut printer = Printer::new(runtime);
    let mut after_string = true;
    for arg in args {
        let is_string = matches!(arg, Value::Str(_));
        if !is_string && !after_string {
            printer.out.push(b' ');
        }
        printer.arg(runtime, arg, 'v')?;
        after_string = is_string;
    }
    Ok(printer.out)
}

/// `fmt.Sprintln(args...)`: always a space between, and a newline.
pub(crate) fn sprintln(runtime: &mut Runtime<'_>, args: &[Value]) -> Result<Vec<u8>, Fault> {
    let mut printer = Printer::new(runtime);
    for (index, arg) in args.iter().enumerate() {
        if index > 0 {
            printer.out.push(b' ');
        }
        printer.arg(runtime, arg, 'v')?;
    }
    printer.out.push(b'\n');
    Ok(printer.out)
}

/// `fmt.Sprintf(format, args...)`.
pub(crate) fn sprintf(
    runtime: &mut Runtime<'_>,
    format: &[u8],
    args: &[Value],
) -> Result<Vec<u8>, Fault> {
    let mut printer = Printer::new(runtime);
    printer.format(runtime, format, args)?;
    Ok(printer.out)
}

/// `fmt.Sprint(value)`.
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

/// What has been printed so far.
struct Printer {
    out: Vec<u8>,
    flags: Flags,
    /// Printing the operand of a bad verb.
    erroring: bool,
    /// How long the output may get.
    room: usize,
}

impl Printer {
    fn new(runtime: &Runtime<'_>) -> Self {
        Self {
            out: Vec::new(),
            flags: Flags::default(),
            erroring: false,
            room: runtime.memory_left(),
        }
    }

    fn check_room(&self) -> Result<(), Fault> {
        if self.out.len() > self.room { Err(Fault::MEMORY) } else { Ok(()) }
    }

    fn padding(&mut self, count: usize, byte: u8) {
        self.out.resize(self.out.len() + count, byte);
    }

    /// Writes `text` to the width asked for.
    fn pad(&mut self, text: &[u8]) {
        let byte = if self.flags.zero && !self.flags.minus { b'0' } else { b' ' };
        let missing = self.flags.width.map_or(0, |width| width.saturating_sub(rune::count(text)));
        if !self.flags.minus {
            self.padding(missing, byte);
        }
        self.out.extend_from_slice(text);
        if self.flags.minus {
            self.padding(missing, byte);
        }
    }

    fn pad_with_spaces(&mut self, text: &[u8]) {
        let zero = std::mem::replace(&mut self.flags.zero, false);
        self.pad(text);
        self.flags.zero = zero;
    }

    /// The first runes of `text`, as many as the precision says.
    fn truncated<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        let cut = self.flags.precision.and_then(|precision| rune::runes(text).nth(precision));
        cut.map_or(text, |(at, ..)| text.get(..at).unwrap_or(text))
    }

    fn quoted(&mut self, text: &[u8]) {
        let text = self.truncated(text);
        if self.flags.sharp && strconv::can_backquote(text) {
            let quoted = [b"`", text, b"`"].concat();
            return self.pad(&quoted);
        }
        let quoted = if self.flags.plus { quote::double_ascii(text) } else { quote::double(text) };
        self.pad(&quoted);
    }

    /// `%x` of a string.
    fn hexadecimal(&mut self, text: &[u8], upper: bool) {
        let text = text.get(..self.flags.precision.unwrap_or(text.len())).unwrap_or(text);
        let mark: &[u8] = match (self.flags.sharp, upper) {
            (false, _) => b"",
            (true, false) => b"0x",
            (true, true) => b"0X",
        };
        let mut digits = Vec::with_capacity(text.len() * 2);
        for (index, byte) in text.iter().enumerate() {
            if self.flags.space && index > 0 {
                digits.push(b' ');
            }
            if index == 0 || self.flags.space {
                digits.extend_from_slice(mark);
            }
            let pair = if upper { format!("{byte:02X}") } else { format!("{byte:02x}") };
            digits.extend_from_slice(pair.as_bytes());
        }
        self.pad(&digits);
    }
}
