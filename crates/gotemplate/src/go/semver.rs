//! Semantic versions as Sprig compares them: loosely read, with ranges.

mod constraint;

use std::cmp::Ordering;
use std::fmt;

use crate::go::strconv;
pub(crate) use constraint::check;

/// Why a version or constraint could not be read. Sprig's messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SemverError {
    Invalid,
    SegmentStartsZero,
    /// The message holds the text.
    Hidden,
    ConstraintParser,
    Prerelease,
    Metadata,
}

impl SemverError {
    /// The message, if the text is not in it.
    pub(crate) fn message(self) -> Option<&'static str> {
        match self {
            Self::Invalid => Some("invalid semantic version"),
            Self::SegmentStartsZero => Some("version segment starts with 0"),
            Self::Hidden => None,
            Self::ConstraintParser => Some("constraint parser error"),
            Self::Prerelease => Some("invalid prerelease string"),
            Self::Metadata => Some("invalid metadata string"),
        }
    }
}

/// A version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) major: u64,
    pub(crate) minor: u64,
    pub(crate) patch: u64,
    pub(crate) prerelease: String,
    pub(crate) metadata: String,
    pub(crate) original: String,
}

impl Version {
    /// How long its texts are together.
    pub(crate) fn bytes(&self) -> usize {
        self.prerelease.len() + self.metadata.len() + self.original.len()
    }

    /// Reads `v1.2.3-pre+meta`; the `v`, the minor and the patch may be left out.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, SemverError> {
        let text = std::str::from_utf8(text).map_err(|_| SemverError::Invalid)?;
        let parts = parts(text).ok_or(SemverError::Invalid)?;
        let number = |digits: &str| {
            strconv::parse_uint(digits.as_bytes(), 10).map_err(|_| SemverError::Hidden)
        };
        let [major, minor, patch] = parts.numbers;
        let version = Self {
            major: number(major)?,
            minor: if minor.is_empty() { 0 } else { number(minor)? },
            patch: if patch.is_empty() { 0 } else { number(patch)? },
            prerelease: parts.prerelease.to_owned(),
            metadata: parts.metadata.to_owned(),
            original: text.to_owned(),
        };
        if version
            .prerelease
            .split('.')
            .any(|part| part.len() > 1 && part.starts_with('0') && is_number(part))
        {
            return Err(SemverError::SegmentStartsZero);
        }
        Ok(version)
    }

    /// Precedence; the metadata does not count.
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        let core =
            (self.major, self.minor, self.patch).cmp(&(other.major, other.minor, other.patch));
        core.then_with(|| match (self.prerelease.is_empty(), other.prerelease.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => compare_prerelease(&self.prerelease, &other.prerelease),
        })
    }

    fn with_prefix(mut self, old: &str) -> Self {
        let prefix = if old.starts_with('v') { "v" } else { "" };
        self.original = format!("{prefix}{self}");
        self
    }

    /// The next version, raised at `level`: 0 major, 1 minor, 2 patch.
    pub(crate) fn increased(&self, level: usize) -> Self {
        let mut next = Self { prerelease: String::new(), metadata: String::new(), ..self.clone() };
        match level {
            0 => (next.major, next.minor, next.patch) = (self.major.wrapping_add(1), 0, 0),
            1 => (next.minor, next.patch) = (self.minor.wrapping_add(1), 0),
            _ if self.prerelease.is_empty() => next.patch = self.patch.wrapping_add(1),
            _ => {}
        }
        next.with_prefix(&self.original)
    }

    /// The version with another pre-release or other metadata.
    pub(crate) fn with_part(&self, part: &[u8], prerelease: bool) -> Result<Self, SemverError> {
        let invalid = if prerelease { SemverError::Prerelease } else { SemverError::Metadata };
        let text = std::str::from_utf8(part).map_err(|_| invalid)?;
        let allowed =
            |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        for part in text.split('.') {
            if prerelease && part.len() > 1 && part.starts_with('0') && is_number(part) {
                return Err(SemverError::SegmentStartsZero);
            }
            if !text.is_empty() && (part.is_empty() || !allowed(part)) {
                return Err(invalid);
            }
        }
        let mut next = self.clone();
        *(if prerelease { &mut next.prerelease } else { &mut next.metadata }) = text.to_owned();
        Ok(next.with_prefix(&self.original))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if !self.prerelease.is_empty() {
            write!(f, "-{}", self.prerelease)?;
        }
        if !self.metadata.is_empty() {
            write!(f, "+{}", self.metadata)?;
        }
        Ok(())
    }
}

/// The parts of a version's text, unchecked.
struct Parts<'t> {
    numbers: [&'t str; 3],
    prerelease: &'t str,
    metadata: &'t str,
}

fn parts(text: &str) -> Option<Parts<'_>> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let (text, metadata) = match text.split_once('+') {
        Some((text, metadata)) => (text, Some(metadata)),
        None => (text, None),
    };
    let (core, prerelease) = match text.split_once('-') {
        Some((core, prerelease)) => (core, Some(prerelease)),
        None => (text, None),
    };
    let suffix_ok =
        |suffix: Option<&str>| suffix.is_none_or(|text| text.split('.').all(is_identifier));
    if !suffix_ok(prerelease) || !suffix_ok(metadata) {
        return None;
    }
    let mut numbers = [""; 3];
    for (index, part) in core.split('.').enumerate() {
        *numbers.get_mut(index)? = Some(part).filter(|part| is_number(part))?;
    }
    Some(Parts {
        numbers,
        prerelease: prerelease.unwrap_or_default(),
        metadata: metadata.unwrap_or_default(),
    })
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_identifier(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn compare_prerelease(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left.split('.'), right.split('.'));
    loop {
        let (a, b) = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (a, b) => (a.unwrap_or_default(), b.unwrap_or_default()),
        };
        let order = compare_identifier(a, b);
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// Numbers by value and before words; what is missing comes first.
fn compare_identifier(left: &str, right: &str) -> Ordering {
    if left == right {
        return Ordering::Equal;
    }
    if left.is_empty() || right.is_empty() {
        return if left.is_empty() { Ordering::Less } else { Ordering::Greater };
    }
    let number = |text: &str| strconv::parse_uint(text.as_bytes(), 10).ok();
    match (number(left), number(right)) {
        (None, None) => left.cmp(right),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (Some(a), Some(b)) if a > b => Ordering::Greater,
        (Some(_), Some(_)) => Ordering::Less,
    }
}
