//! Values under fmt's verbs.

use super::Printer;
use super::number::Case;
use crate::engine::fault::Fault;
use crate::engine::value::{Certificate, Dict, IntType, List, Str, UintType, Value};
use crate::go::semver::Version;
use crate::go::time::Time;

/// Stands for the address of a list, dict or pointer, which no template can rely on.
const ADDRESS: u64 = 0xc0_0001_2000;

impl Printer<'_, '_> {
    /// One operand (`printArg`).
    pub(super) fn arg(&mut self, arg: &Value, verb: char) -> Result<(), Fault> {
        match verb {
            'T' | 'v' if arg.is_nil() => self.pad(b"<nil>"),
            _ if arg.is_nil() => self.bad_verb(None, verb),
            'T' => self.pad(self.flags.truncated(arg.type_name().as_bytes())),
            'p' => self.pointer(arg, verb),
            _ => self.value(arg, verb, 0),
        }
    }

    fn bad_verb(&mut self, arg: Option<&Value>, verb: char) -> Result<(), Fault> {
        let outer = std::mem::replace(&mut self.erroring, true);
        self.write(b"%!")?;
        self.write_rune(verb)?;
        self.write(b"(")?;
        match arg {
            None => self.out.extend_from_slice(b"<nil>"),
            Some(arg) => {
                self.write(arg.type_name().as_bytes())?;
                self.write(b"=")?;
                self.nested(|printer| printer.value(arg, 'v', 0))?;
            }
        }
        self.write(b")")?;
        self.erroring = outer;
        Ok(())
    }

    /// One value at `depth` (`printValue`).
    fn value(&mut self, value: &Value, verb: char, depth: usize) -> Result<(), Fault> {
        if verb == 'w' && !self.erroring && depth == 0 && !is_basic(value) {
            return self.bad_verb(Some(value), verb);
        }
        if self.method(value, verb)? {
            return Ok(());
        }
        match value {
            Value::Invalid | Value::Nil => self.nil()?,
            Value::Bool(flag) if matches!(verb, 't' | 'v') => {
                self.pad(if *flag { b"true" } else { b"false" })?;
            }
            Value::Int(number, _) => {
                return self.integer_verb(value, number.unsigned_abs(), *number < 0, verb);
            }
            Value::Uint(number, _) => {
                return self.integer_verb(value, *number, false, verb);
            }
            Value::Float(number) => return self.float_verb(value, *number, verb),
            Value::Complex(real, imaginary) => {
                return self.complex(value, (*real, *imaginary), verb);
            }
            Value::Str(text) => match verb {
                'v' if self.flags.sharp_v => self.quoted(text)?,
                'v' | 's' => {
                    self.pad(self.flags.truncated(text))?;
                }
                'x' => self.hexadecimal(text, false)?,
                'X' => self.hexadecimal(text, true)?,
                'q' => self.quoted(text)?,
                _ => return self.bad_verb(Some(value), verb),
            },
            Value::List(list) => return self.list(list, verb, depth),
            Value::Dict(dict) => return self.dict(dict, verb, depth),
            Value::Version(version, true) if depth == 0 => {
                self.write(b"&")?;
                return self.fields("semver.Version", &version_fields(version), verb, depth + 1);
            }
            Value::Version(_, true) => return self.pointer(value, verb),
            Value::Version(version, false) => {
                return self.fields("semver.Version", &version_fields(version), verb, depth);
            }
            Value::Certificate(certificate) => {
                return self.fields(
                    "sprig.certificate",
                    &certificate_fields(certificate),
                    verb,
                    depth,
                );
            }
            Value::Time(time) => {
                return self.fields("time.Time", &time_fields(time), verb, depth);
            }
            Value::Bool(_) => return self.bad_verb(Some(value), verb),
        }
        Ok(())
    }

    /// A nil among interfaces; it takes any verb.
    fn nil(&mut self) -> Result<(), Fault> {
        let text: &[u8] = if self.flags.sharp_v { b"interface {}(nil)" } else { b"<nil>" };
        self.write(text)
    }

    /// Values that print themselves (`handleMethods`).
    fn method(&mut self, value: &Value, verb: char) -> Result<bool, Fault> {
        let prints_itself = matches!(
            value,
            Value::Time(_)
                | Value::Version(..)
                | Value::Int(_, IntType::Duration | IntType::Month | IntType::Weekday)
        );
        if self.erroring || !prints_itself {
            return Ok(false);
        }
        if self.flags.sharp_v {
            let Value::Time(time) = value else { return Ok(false) };
            let text = time.go_string();
            self.pad(self.flags.truncated(text.as_bytes()))?;
            return Ok(true);
        }
        if !matches!(verb, 'v' | 's' | 'x' | 'X' | 'q') {
            return Ok(false);
        }
        let text = match value {
            Value::Time(time) => time.to_string(),
            Value::Version(version, _) => version.to_string(),
            Value::Int(number, IntType::Duration) => crate::go::time::duration::format(*number),
            Value::Int(number, IntType::Month) => crate::go::time::month_name(*number),
            Value::Int(number, _) => crate::go::time::weekday_name(*number),
            _ => return Ok(false),
        };
        self.value(&Value::from(text.into_bytes()), verb, 0)?;
        Ok(true)
    }

    fn integer_verb(
        &mut self,
        value: &Value,
        magnitude: u64,
        negative: bool,
        verb: char,
    ) -> Result<(), Fault> {
        let unsigned = matches!(value, Value::Uint(..));
        let bits = if negative { magnitude.wrapping_neg() } else { magnitude };
        match verb {
            'v' if self.flags.sharp_v && unsigned => {
                let sharp = std::mem::replace(&mut self.flags.sharp, true);
                self.integer(magnitude, false, 16, 'v', Case::Lower)?;
                self.flags.sharp = sharp;
            }
            'v' | 'd' => self.integer(magnitude, negative, 10, verb, Case::Lower)?,
            'b' => self.integer(magnitude, negative, 2, verb, Case::Lower)?,
            'o' | 'O' => self.integer(magnitude, negative, 8, verb, Case::Lower)?,
            'x' => self.integer(magnitude, negative, 16, verb, Case::Lower)?,
            'X' => self.integer(magnitude, negative, 16, verb, Case::Upper)?,
            'c' => self.character(bits)?,
            'q' => self.quoted_character(bits)?,
            'U' => self.unicode(bits)?,
            _ => return self.bad_verb(Some(value), verb),
        }
        Ok(())
    }

    fn float_verb(&mut self, value: &Value, number: f64, verb: char) -> Result<(), Fault> {
        match verb {
            'v' => self.float(number, b'g', None)?,
            'b' | 'g' | 'G' | 'x' | 'X' => self.float(number, verb as u8, None)?,
            'f' | 'e' | 'E' => self.float(number, verb as u8, Some(6))?,
            'F' => self.float(number, b'f', Some(6))?,
            _ => return self.bad_verb(Some(value), verb),
        }
        Ok(())
    }

    fn complex(
        &mut self,
        value: &Value,
        (real, imaginary): (f64, f64),
        verb: char,
    ) -> Result<(), Fault> {
        if !matches!(verb, 'v' | 'b' | 'g' | 'G' | 'x' | 'X' | 'f' | 'F' | 'e' | 'E') {
            return self.bad_verb(Some(value), verb);
        }
        let plus = self.flags.plus;
        self.write(b"(")?;
        self.float_verb(value, real, verb)?;
        self.flags.plus = true;
        self.float_verb(value, imaginary, verb)?;
        self.write(b"i)")?;
        self.flags.plus = plus;
        Ok(())
    }

    fn list(&mut self, list: &List, verb: char, depth: usize) -> Result<(), Fault> {
        let (open, close): (&[u8], &[u8]) =
            if self.flags.sharp_v { (b"{", b"}") } else { (b"[", b"]") };
        if self.flags.sharp_v {
            self.write(Value::List(list.clone()).type_name().as_bytes())?;
            if list.is_nil() {
                self.write(b"(nil)")?;
                return Ok(());
            }
        }
        self.write(open)?;
        for index in 0..list.len() {
            self.separator(index)?;
            self.runtime.step()?;
            let Some(item) = list.get(index) else { break };
            self.nested(|printer| printer.value(&item, verb, depth + 1))?;
        }
        self.write(close)?;
        Ok(())
    }

    fn dict(&mut self, dict: &Dict, verb: char, depth: usize) -> Result<(), Fault> {
        if self.flags.sharp_v {
            self.write(Value::Dict(dict.clone()).type_name().as_bytes())?;
            if dict.0.nil {
                self.write(b"(nil)")?;
                return Ok(());
            }
        }
        self.write(if self.flags.sharp_v { b"{" } else { b"map[" })?;
        for (index, (key, item)) in self.runtime.entries(dict)?.into_iter().enumerate() {
            self.separator(index)?;
            self.runtime.step()?;
            self.value(&Value::Str(key), verb, depth + 1)?;
            self.write(b":")?;
            self.nested(|printer| printer.value(&item, verb, depth + 1))?;
        }
        self.write(if self.flags.sharp_v { b"}" } else { b"]" })?;
        Ok(())
    }

    fn separator(&mut self, index: usize) -> Result<(), Fault> {
        if index > 0 {
            self.write(if self.flags.sharp_v { b", " } else { b" " })?;
        }
        Ok(())
    }

    /// A struct's fields, in order.
    fn fields(
        &mut self,
        name: &str,
        fields: &[(&'static str, Value)],
        verb: char,
        depth: usize,
    ) -> Result<(), Fault> {
        if self.flags.sharp_v {
            self.write(name.as_bytes())?;
        }
        self.write(b"{")?;
        for (index, (field, value)) in fields.iter().enumerate() {
            self.separator(index)?;
            if self.flags.plus_v || self.flags.sharp_v {
                self.write(field.as_bytes())?;
                self.write(b":")?;
            }
            self.nested(|printer| printer.value(value, verb, depth + 1))?;
        }
        self.write(b"}")?;
        Ok(())
    }

    /// An address: of lists, dicts and pointers only.
    fn pointer(&mut self, value: &Value, verb: char) -> Result<(), Fault> {
        if !matches!(value, Value::List(_) | Value::Dict(_) | Value::Version(_, true)) {
            return self.bad_verb(Some(value), verb);
        }
        match verb {
            'p' | 'v' => {
                let sharp = self.flags.sharp;
                self.flags.sharp = !sharp;
                self.integer(ADDRESS, false, 16, 'v', Case::Lower)?;
                self.flags.sharp = sharp;
                Ok(())
            }
            'b' | 'o' | 'd' | 'x' | 'X' => self.integer_verb(value, ADDRESS, false, verb),
            _ => self.bad_verb(Some(value), verb),
        }
    }
}

/// Whether fmt prints the value without looking for methods.
fn is_basic(value: &Value) -> bool {
    match value {
        Value::Int(_, kind) => matches!(kind, IntType::Int | IntType::Int64),
        Value::Bool(_) | Value::Uint(..) | Value::Float(_) | Value::Complex(..) | Value::Str(_) => {
            true
        }
        _ => false,
    }
}

/// The zone is an address to Go, and left out.
fn time_fields(time: &Time) -> [(&'static str, Value); 3] {
    [
        ("wall", Value::Uint(u64::from(time.nanoseconds), UintType::Uint64)),
        ("ext", Value::int64(time.seconds_since_year_one())),
        ("loc", Value::Nil),
    ]
}

fn version_fields(version: &Version) -> [(&'static str, Value); 6] {
    let number = |value| Value::Uint(value, UintType::Uint64);
    let text = |text: &str| Value::Str(Str::from(text));
    [
        ("major", number(version.major)),
        ("minor", number(version.minor)),
        ("patch", number(version.patch)),
        ("pre", text(&version.prerelease)),
        ("metadata", text(&version.metadata)),
        ("original", text(&version.original)),
    ]
}

fn certificate_fields(certificate: &Certificate) -> [(&'static str, Value); 2] {
    [("Cert", Value::Str(certificate.cert.clone())), ("Key", Value::Str(certificate.key.clone()))]
}
