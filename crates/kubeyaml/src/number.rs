//! Numbers as kubectl holds them, and how Go writes them.

use std::fmt;

/// A number as Kubernetes holds it: a 64-bit integer where it fits, else a 64-bit float.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Number {
    /// An integer.
    Integer(i64),
    /// A finite float.
    Float(f64),
}

impl Number {
    /// A number from its text in JSON. `None` when it is out of range.
    pub(super) fn from_json(text: &str) -> Option<Self> {
        if let Ok(integer) = text.parse() {
            return Some(Self::Integer(integer));
        }
        text.parse().ok().filter(|float: &f64| float.is_finite()).map(Self::Float)
    }

    /// A float goes through JSON on its way, where `1e3` becomes `1000`, an integer.
    pub(super) fn from_float(float: f64) -> Option<Self> {
        if !float.is_finite() {
            return None;
        }
        Self::from_json(&Self::Float(float).to_string())
    }
}

impl From<i64> for Number {
    fn from(integer: i64) -> Self {
        Self::Integer(integer)
    }
}

/// As Go's `encoding/json` writes it.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(integer) => write!(f, "{integer}"),
            Self::Float(float) if *float == 0.0 || (1e-6..1e21).contains(&float.abs()) => {
                write!(f, "{float}")
            }
            Self::Float(float) => {
                let text = format!("{float:e}");
                let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
                match exponent.strip_prefix('-') {
                    Some(exponent) => write!(f, "{digits}e-{exponent:0>2}"),
                    None => write!(f, "{digits}e+{exponent:0>2}"),
                }
            }
        }
    }
}

/// A float that is a key: Go writes it with the precision of 32 bits.
#[expect(clippy::cast_possible_truncation, reason = "the rounding to 32 bits is what is wanted")]
pub(super) fn float_key(float: f64) -> String {
    let float = float as f32;
    if float.is_nan() {
        return ".nan".to_owned();
    }
    if float.is_infinite() {
        return if float > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let text = format!("{float:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(-4..6).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", exponent.abs());
    }
    float.to_string()
}
