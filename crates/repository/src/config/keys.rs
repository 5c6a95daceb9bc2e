//! Patterns for the keys of a values file.

use std::fmt;

use super::error::KeyPatternFlaw;

/// Which keys of a values file hold sealed values: keys from the top of the document down, with dots between, as
/// Helm's `--set` has them. A `*` is any one key, or any one item of a list; `\.`, `\*` and `\\` are the signs themselves.
///
/// ```
/// use sealkit_repository::config::KeyPattern;
///
/// let pattern = KeyPattern::parse(r"database.*.encryptedData.tls\.crt")?;
/// assert!(pattern.matches(["database", "main", "encryptedData", "tls.crt"]));
/// assert!(!pattern.matches(["database", "main", "encryptedData"]));
/// # Ok::<(), sealkit_repository::config::KeyPatternFlaw>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyPattern {
    text: String,
    parts: Vec<Part>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Part {
    /// Any key or item.
    Any,
    Key(String),
}

impl KeyPattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// A key is empty, a `*` is a part of a key, or a backslash stands before another sign.
    pub fn parse(text: &str) -> Result<Self, KeyPatternFlaw> {
        let mut parts = Vec::new();
        let mut part = Vec::new();
        let mut signs = text.chars();
        while let Some(sign) = signs.next() {
            match sign {
                '.' => parts.push(finish(&std::mem::take(&mut part))?),
                '\\' => match signs.next() {
                    Some(sign @ ('.' | '*' | '\\')) => part.push(Sign::Itself(sign)),
                    _ => return Err(KeyPatternFlaw::Escape),
                },
                '*' => part.push(Sign::Star),
                sign => part.push(Sign::Itself(sign)),
            }
        }
        parts.push(finish(&part)?);
        Ok(Self { text: text.to_owned(), parts })
    }

    /// Whether a value stands at these keys, from the top of the document down. An item of a list has its number as
    /// key.
    pub fn matches<'a>(&self, keys: impl IntoIterator<Item = &'a str>) -> bool {
        let mut parts = self.parts.iter();
        let fits = |key: &str| match parts.next() {
            Some(Part::Any) => true,
            Some(Part::Key(wanted)) => wanted == key,
            None => false,
        };
        keys.into_iter().all(fits) && parts.next().is_none()
    }
}

/// As it stands in the file.
impl fmt::Display for KeyPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A sign of a pattern, after backslashes are gone.
#[derive(Clone, Copy)]
enum Sign {
    Star,
    Itself(char),
}

fn finish(signs: &[Sign]) -> Result<Part, KeyPatternFlaw> {
    match signs {
        [] => Err(KeyPatternFlaw::EmptyKey),
        [Sign::Star] => Ok(Part::Any),
        signs => {
            let key = signs.iter().map(|sign| match sign {
                Sign::Itself(sign) => Ok(*sign),
                Sign::Star => Err(KeyPatternFlaw::PartialStar),
            });
            key.collect::<Result<_, _>>().map(Part::Key)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, keys: &[&str]) -> bool {
        KeyPattern::parse(pattern).unwrap().matches(keys.iter().copied())
    }

    #[test]
    fn a_star_is_one_key() {
        assert!(matches("password", &["password"]));
        assert!(matches("*", &["password"]));
        assert!(matches("secrets.*.data", &["secrets", "0", "data"]));
        assert!(!matches("secrets.*.data", &["secrets", "data"]));
        assert!(!matches("secrets.*", &["secrets", "0", "data"]));
        assert!(!matches("secrets.*.data", &["secrets", "0"]));
        assert!(!matches("secrets", &[]));
    }

    #[test]
    fn signs_are_taken_as_they_are_behind_a_backslash() {
        assert!(matches(r"a.tls\.crt", &["a", "tls.crt"]));
        assert!(matches(r"\*", &["*"]));
        assert!(!matches(r"\*", &["a"]));
        assert!(matches(r"a\\b", &[r"a\b"]));
        assert_eq!(KeyPattern::parse(r"a\.b.*").unwrap().to_string(), r"a\.b.*");
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for (pattern, flaw) in [
            ("", KeyPatternFlaw::EmptyKey),
            (".a", KeyPatternFlaw::EmptyKey),
            ("a.", KeyPatternFlaw::EmptyKey),
            ("a..b", KeyPatternFlaw::EmptyKey),
            ("a*", KeyPatternFlaw::PartialStar),
            ("**.a", KeyPatternFlaw::PartialStar),
            (r"a\b", KeyPatternFlaw::Escape),
            (r"a\", KeyPatternFlaw::Escape),
        ] {
            assert_eq!(KeyPattern::parse(pattern), Err(flaw), "{pattern}");
        }
    }
}
