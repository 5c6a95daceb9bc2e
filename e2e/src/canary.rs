//! A secret that can be told from everything else, and the search for it.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A secret of the usual kind, with characters that JSON, URLs and shells escape between two parts that none of them does.
pub struct Canary {
    parts: [String; 2],
}

impl Canary {
    /// One that there was never before.
    #[must_use]
    pub fn new() -> Self {
        Self { parts: [(); 2].map(|()| format!("{:012x}", rand::random::<u64>() >> 16)) }
    }

    /// The secret.
    #[must_use]
    pub fn secret(&self) -> String {
        let [first, second] = &self.parts;
        format!("://%zz[\"{first}' \n\u{fc}${{{second}")
    }

    /// How a part of the secret stands in a text, whether as it is, in base64, in hexadecimal, or as the numbers of its
    /// bytes; none where it does not.
    #[must_use]
    pub fn found_in(&self, text: &str) -> Option<&'static str> {
        let small = text.to_lowercase();
        self.parts.iter().find_map(|part| {
            let is_in = |forms: &[String], text: &str| forms.iter().any(|form| text.contains(form));
            if small.contains(part) {
                return Some("as it is");
            }
            if is_in(&base64(part), text) {
                return Some("in base64");
            }
            if small.contains(&hexadecimal(part)) {
                return Some("in hexadecimal");
            }
            is_in(&numbers(part), text).then_some("as numbers")
        })
    }
}

impl Default for Canary {
    fn default() -> Self {
        Self::new()
    }
}

/// What is in base64 of any text with this part: it begins at the first, second or third of three bytes. Where bytes share a
/// digit with what is around the part, the digit is left out.
fn base64(part: &str) -> Vec<String> {
    let aligned = [part, part.get(2..).unwrap_or_default(), part.get(1..).unwrap_or_default()];
    let standard = aligned.map(|part| {
        let whole = part.len() / 3 * 3;
        STANDARD.encode(part.get(..whole).unwrap_or_default())
    });
    standard
        .iter()
        .flat_map(|form| [form.clone(), form.replace('+', "-").replace('/', "_")])
        .collect()
}

fn hexadecimal(part: &str) -> String {
    part.bytes().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a text can be written to");
        text
    })
}

/// As `Debug` and JSON show bytes.
fn numbers(part: &str) -> [String; 2] {
    let bytes: Vec<String> = part.bytes().map(|byte| byte.to_string()).collect();
    [bytes.join(", "), bytes.join(",")]
}
