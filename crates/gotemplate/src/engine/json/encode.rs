//! Values to JSON.

use crate::engine::fault::Fault;
use crate::engine::runtime::Runtime;
use crate::engine::value::{Dict, List, Value};
use crate::go::rune;
use crate::go::strconv;

/// How JSON is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// On one line, `<`, `>` and `&` escaped.
    Compact,
    /// Indented by two spaces, escaped as well.
    Pretty,
    /// On one line, nothing escaped that need not be.
    Raw,
}

/// From this depth on Go looks for dicts that hold themselves.
const CYCLE_CHECK_DEPTH: usize = 1000;

/// The JSON of `value`, charged already, or what Go says it cannot encode.
pub(crate) fn encode(
    runtime: &mut Runtime<'_>,
    value: &Value,
    style: Style,
) -> Result<Vec<u8>, Fault> {
    let mut encoder = Encoder { runtime, out: Vec::new(), style, open: Vec::new(), level: 0 };
    encoder.value(value)?;
    Ok(encoder.out)
}

struct Encoder<'r, 'e> {
    /// Pays for what is written.
    runtime: &'r mut Runtime<'e>,
    out: Vec<u8>,
    style: Style,
    /// The dicts being written.
    open: Vec<Dict>,
    level: usize,
}

impl Encoder<'_, '_> {
    fn value(&mut self, value: &Value) -> Result<(), Fault> {
        match value {
            Value::Invalid | Value::Nil => self.write(b"null"),
            Value::Bool(flag) => self.write(if *flag { b"true" } else { b"false" }),
            Value::Int(number, _) => self.write(number.to_string().as_bytes()),
            Value::Uint(number, _) => self.write(number.to_string().as_bytes()),
            Value::Float(number) => self.float(*number),
            Value::Complex(..) => Err(Fault::new("json: unsupported type: complex128")),
            Value::Str(text) => self.string(text),
            Value::List(list) if list.is_nil() => self.write(b"null"),
            Value::Dict(dict) if dict.0.nil => self.write(b"null"),
            Value::List(list) => self.nested(|encoder| encoder.list(list)),
            Value::Dict(dict) => self.nested(|encoder| encoder.dict(dict)),
            Value::Time(time) => {
                if !(0..=9999).contains(&time.civil().year) {
                    return Err(Fault::new(
                        "json: error calling MarshalJSON for type time.Time: \
                         Time.MarshalJSON: year outside of range [0,9999]",
                    ));
                }
                let text = time.format(b"2006-01-02T15:04:05.999999999Z07:00");
                self.string(&text)
            }
            Value::Version(version, _) => self.string(version.to_string().as_bytes()),
            Value::Certificate(certificate) => {
                self.open(b"{")?;
                self.entry(0, b"Cert")?;
                self.string(&certificate.cert)?;
                self.entry(1, b"Key")?;
                self.string(&certificate.key)?;
                self.close(b"}", 2)
            }
        }
    }

    fn write(&mut self, text: &[u8]) -> Result<(), Fault> {
        self.runtime.copies(text.len(), 1)?;
        self.out.extend_from_slice(text);
        Ok(())
    }

    /// Goes one level deeper for the time of `encode`.
    fn nested(&mut self, encode: impl FnOnce(&mut Self) -> Result<(), Fault>) -> Result<(), Fault> {
        self.runtime.enter()?;
        let result = encode(self);
        self.runtime.leave();
        result
    }

    fn list(&mut self, list: &List) -> Result<(), Fault> {
        self.open(b"[")?;
        for index in 0..list.len() {
            self.runtime.step()?;
            self.next(index)?;
            let Some(item) = list.get(index) else { break };
            self.value(&item)?;
        }
        self.close(b"]", list.len())
    }

    fn dict(&mut self, dict: &Dict) -> Result<(), Fault> {
        if self.open.len() > CYCLE_CHECK_DEPTH {
            self.runtime.work(self.open.len() as u64 / 16)?;
            if self.open.iter().any(|open| open.same(dict)) {
                return Err(Fault::new(
                    "json: unsupported value: encountered a cycle via map[string]interface {}",
                ));
            }
        }
        self.open.push(dict.clone());
        self.open(b"{")?;
        let entries = self.runtime.entries(dict)?;
        for (index, (key, item)) in entries.iter().enumerate() {
            self.runtime.step()?;
            self.entry(index, key)?;
            self.value(item)?;
        }
        self.close(b"}", entries.len())?;
        self.open.pop();
        Ok(())
    }

    fn open(&mut self, bracket: &[u8]) -> Result<(), Fault> {
        self.level += 1;
        self.write(bracket)
    }

    /// What stands before the item at `index`.
    fn next(&mut self, index: usize) -> Result<(), Fault> {
        if index > 0 {
            self.write(b",")?;
        }
        self.new_line()
    }

    fn entry(&mut self, index: usize, key: &[u8]) -> Result<(), Fault> {
        self.next(index)?;
        self.string(key)?;
        self.write(if self.style == Style::Pretty { b": " } else { b":" })
    }

    fn close(&mut self, bracket: &[u8], count: usize) -> Result<(), Fault> {
        self.level -= 1;
        if count > 0 {
            self.new_line()?;
        }
        self.write(bracket)
    }

    fn new_line(&mut self) -> Result<(), Fault> {
        if self.style == Style::Pretty {
            let indentation = 2 * self.level;
            self.runtime.copies(1 + indentation, 1)?;
            self.out.push(b'\n');
            self.out.resize(self.out.len() + indentation, b' ');
        }
        Ok(())
    }

    /// As JavaScript writes numbers.
    fn float(&mut self, number: f64) -> Result<(), Fault> {
        if !number.is_finite() {
            return Err(Fault::new(format!(
                "json: unsupported value: {}",
                crate::engine::error::REDACTED
            )));
        }
        let size = number.abs();
        let exponential = size != 0.0 && !(1e-6..1e21).contains(&size);
        let mut text = strconv::format_float(number, if exponential { b'e' } else { b'f' }, None);
        if let Some(head) = text.strip_suffix(|_: char| true)
            && let Some(mantissa) = head.strip_suffix("e-0")
        {
            let digit = text.chars().next_back().unwrap_or('0');
            text = format!("{mantissa}e-{digit}");
        }
        self.write(text.as_bytes())
    }

    fn string(&mut self, text: &[u8]) -> Result<(), Fault> {
        let escape_html = self.style != Style::Raw;
        self.runtime.scan(text.len())?;
        self.write(b"\"")?;
        // What needs no escape is written in one go.
        let mut written = 0;
        for (at, rune, width) in rune::runes(text) {
            let escape: &[u8] = match rune {
                '"' => b"\\\"",
                '\\' => b"\\\\",
                '\x08' => b"\\b",
                '\x0C' => b"\\f",
                '\n' => b"\\n",
                '\r' => b"\\r",
                '\t' => b"\\t",
                '\u{2028}' => b"\\u2028",
                '\u{2029}' => b"\\u2029",
                rune::REPLACEMENT if width == 1 => b"\\ufffd",
                '<' if escape_html => b"\\u003c",
                '>' if escape_html => b"\\u003e",
                '&' if escape_html => b"\\u0026",
                '\0'..' ' => b"",
                _ => continue,
            };
            self.write(text.get(written..at).unwrap_or_default())?;
            written = at + width;
            if escape.is_empty() {
                self.write(format!("\\u{:04x}", u32::from(rune)).as_bytes())?;
            } else {
                self.write(escape)?;
            }
        }
        self.write(text.get(written..).unwrap_or_default())?;
        self.write(b"\"")
    }
}
