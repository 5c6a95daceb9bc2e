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

/// The JSON of `value`, or what Go says it cannot encode.
pub(crate) fn encode(
    runtime: &mut Runtime<'_>,
    value: &Value,
    style: Style,
) -> Result<Vec<u8>, Fault> {
    let mut encoder =
        Encoder { out: Vec::new(), style, room: runtime.memory_left(), open: Vec::new(), level: 0 };
    encoder.value(runtime, value)?;
    Ok(encoder.out)
}

struct Encoder {
    out: Vec<u8>,
    style: Style,
    room: usize,
    /// The dicts being written.
    open: Vec<Dict>,
    level: usize,
}

impl Encoder {
    fn value(&mut self, runtime: &mut Runtime<'_>, value: &Value) -> Result<(), Fault> {
        if self.out.len() > self.room {
            return Err(Fault::MEMORY);
        }
        match value {
            Value::Invalid | Value::Nil => self.out.extend_from_slice(b"null"),
            Value::Bool(flag) => self.out.extend_from_slice(if *flag { b"true" } else { b"false" }),
            Value::Int(number, _) => self.out.extend_from_slice(number.to_string().as_bytes()),
            Value::Uint(number, _) => self.out.extend_from_slice(number.to_string().as_bytes()),
            Value::Float(number) => return self.float(*number),
            Value::Complex(..) => return Err(Fault::new("json: unsupported type: complex128")),
            Value::Str(text) => {
                runtime.has_room(text.len().saturating_mul(6))?;
                self.string(text);
            }
            Value::List(list) if list.is_nil() => self.out.extend_from_slice(b"null"),
            Value::Dict(dict) if dict.0.nil => self.out.extend_from_slice(b"null"),
            Value::List(list) => return runtime.nested(|runtime| self.list(runtime, list)),
            Value::Dict(dict) => return runtime.nested(|runtime| self.dict(runtime, dict)),
            Value::Time(time) => {
                if !(0..=9999).contains(&time.civil().year) {
                    return Err(Fault::new(
                        "json: error calling MarshalJSON for type time.Time: \
                         Time.MarshalJSON: year outside of range [0,9999]",
                    ));
                }
                let text = time.format(b"2006-01-02T15:04:05.999999999Z07:00");
                self.string(&text);
            }
            Value::Version(version, _) => self.string(version.to_string().as_bytes()),
            Value::Certificate(certificate) => {
                self.open(b'{');
                self.entry(0, b"Cert");
                self.string(&certificate.cert);
                self.entry(1, b"Key");
                self.string(&certificate.key);
                self.close(b'}', 2);
            }
        }
        Ok(())
    }

    fn list(&mut self, runtime: &mut Runtime<'_>, list: &List) -> Result<(), Fault> {
        self.open(b'[');
        for index in 0..list.len() {
            runtime.step()?;
            self.next(index);
            let Some(item) = list.get(index) else { break };
            self.value(runtime, &item)?;
        }
        self.close(b']', list.len());
        Ok(())
    }

    fn dict(&mut self, runtime: &mut Runtime<'_>, dict: &Dict) -> Result<(), Fault> {
        if self.open.len() > CYCLE_CHECK_DEPTH && self.open.iter().any(|open| open.same(dict)) {
            return Err(Fault::new(
                "json: unsupported value: encountered a cycle via map[string]interface {}",
            ));
        }
        self.open.push(dict.clone());
        self.open(b'{');
        let entries = dict.entries();
        for (index, (key, item)) in entries.iter().enumerate() {
            runtime.step()?;
            self.entry(index, key);
            self.value(runtime, item)?;
        }
        self.close(b'}', entries.len());
        self.open.pop();
        Ok(())
    }

    fn open(&mut self, bracket: u8) {
        self.out.push(bracket);
        self.level += 1;
    }

    /// What stands before the item at `index`.
    fn next(&mut self, index: usize) {
        if index > 0 {
            self.out.push(b',');
        }
        self.new_line();
    }

    fn entry(&mut self, index: usize, key: &[u8]) {
        self.next(index);
        self.string(key);
        self.out.extend_from_slice(if self.style == Style::Pretty { b": " } else { b":" });
    }

    fn close(&mut self, bracket: u8, count: usize) {
        self.level -= 1;
        if count > 0 {
            self.new_line();
        }
        self.out.push(bracket);
    }

    fn new_line(&mut self) {
        if self.style == Style::Pretty {
            self.out.push(b'\n');
            self.out.resize(self.out.len() + 2 * self.level, b' ');
        }
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
        self.out.extend_from_slice(text.as_bytes());
        Ok(())
    }

    fn string(&mut self, text: &[u8]) {
        let escape_html = self.style != Style::Raw;
        self.out.push(b'"');
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
                '\0'..' ' => {
                    self.out.extend_from_slice(format!("\\u{:04x}", u32::from(rune)).as_bytes());
                    continue;
                }
                _ => text.get(at..at + width).unwrap_or_default(),
            };
            self.out.extend_from_slice(escape);
        }
        self.out.push(b'"');
    }
}
