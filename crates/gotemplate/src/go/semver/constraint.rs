//! Version constraints: `>= 1.2, < 2 || ~3.1 || 4.x - 5`.

use std::sync::OnceLock;

use regex::Regex;

use super::{SemverError, Version, compare_prerelease};

/// The patterns that say what a constraint is.
struct Patterns {
    one: Regex,
    range: Regex,
    find: Regex,
    valid: Regex,
}

/// Go's `\s`.
const SPACE: &str = r"[\t\n\f\r ]";
const OPERATOR: &str = r"=||!=|>|<|>=|=>|<=|=<|~|~>|\^";

fn patterns() -> Option<&'static Patterns> {
    static PATTERNS: OnceLock<Option<Patterns>> = OnceLock::new();
    PATTERNS.get_or_init(compile).as_ref()
}

fn compile() -> Option<Patterns> {
    let number = r"[0-9|x|X|\*]+";
    let suffix = r"[0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*";
    let version = format!(r"v?({number})(\.{number})?(\.{number})?(-({suffix}))?(\+({suffix}))?");
    let regex = |pattern: String| Regex::new(&pattern).ok();
    Some(Patterns {
        one: regex(format!("^{SPACE}*({OPERATOR}){SPACE}*({version}){SPACE}*$"))?,
        range: regex(format!("{SPACE}*({version}){SPACE}+-{SPACE}+({version}){SPACE}*"))?,
        find: regex(format!("({OPERATOR}){SPACE}*({version})"))?,
        valid: regex(format!(
            "^({SPACE}*({OPERATOR}){SPACE}*({version}){SPACE}*)\
             ((?:{SPACE}+|,{SPACE}*)({OPERATOR}){SPACE}*({version}){SPACE}*)*$"
        ))?,
    })
}

/// Whether `version` satisfies `constraint`; both are read, the constraint first.
pub(crate) fn check(constraint: &[u8], version: &[u8]) -> Result<bool, SemverError> {
    let text = std::str::from_utf8(constraint).map_err(|_| SemverError::Hidden)?;
    let alternatives = parse(text)?;
    let version = Version::parse(version)?;
    Ok(alternatives.iter().any(|all| {
        // Pre-releases count only where one of the constraints names one.
        let releases_only = all.iter().all(|constraint| constraint.version.prerelease.is_empty());
        (version.prerelease.is_empty() || !releases_only)
            && all.iter().all(|constraint| constraint.holds(&version))
    }))
}

fn parse(text: &str) -> Result<Vec<Vec<Constraint>>, SemverError> {
    let patterns = patterns().ok_or(SemverError::ConstraintParser)?;
    let text = rewrite_ranges(text, patterns);
    text.split("||").map(|part| parse_all(part, patterns)).collect()
}

/// `1 - 2` means `>= 1, <= 2`.
fn rewrite_ranges(text: &str, patterns: &Patterns) -> String {
    let mut result = text.to_owned();
    for found in patterns.range.captures_iter(text) {
        let part = |index| found.get(index).map_or("", |m| m.as_str());
        result = result.replacen(part(0), &format!(">= {}, <= {} ", part(1), part(11)), 1);
    }
    result
}

fn parse_all(text: &str, patterns: &Patterns) -> Result<Vec<Constraint>, SemverError> {
    if !patterns.valid.is_match(text) {
        return Err(SemverError::Hidden);
    }
    patterns.find.find_iter(text).map(|found| Constraint::parse(found.as_str(), patterns)).collect()
}

/// How much of a version a wildcard or omission left open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Nothing,
    Patch,
    Minor,
    Everything,
}

struct Constraint {
    operator: String,
    version: Version,
    open: Open,
}

impl Constraint {
    fn parse(text: &str, patterns: &Patterns) -> Result<Self, SemverError> {
        let found = patterns.one.captures(text).ok_or(SemverError::Hidden)?;
        let part = |index| found.get(index).map_or("", |m| m.as_str());
        let is_open = |text: &str| matches!(text.trim_start_matches('.'), "" | "x" | "X" | "*");
        let (major, minor, patch, prerelease) = (part(3), part(4), part(5), part(6));
        let (open, version) = if is_open(major) {
            (Open::Everything, format!("0.0.0{prerelease}"))
        } else if is_open(minor) {
            (Open::Minor, format!("{major}.0.0{prerelease}"))
        } else if is_open(patch) {
            (Open::Patch, format!("{major}{minor}.0{prerelease}"))
        } else {
            (Open::Nothing, part(2).to_owned())
        };
        let version =
            Version::parse(version.as_bytes()).map_err(|_| SemverError::ConstraintParser)?;
        Ok(Self { operator: part(1).to_owned(), version, open })
    }

    fn holds(&self, version: &Version) -> bool {
        if self.operator == "!=" {
            return self.differs(version);
        }
        match self.operator.as_str() {
            "" | "=" if self.open == Open::Nothing => version.compare(&self.version).is_eq(),
            ">" => self.greater(version),
            "<" => version.compare(&self.version).is_lt(),
            ">=" | "=>" => version.compare(&self.version).is_ge(),
            "<=" | "=<" => self.at_most(version),
            "^" => self.caret(version),
            _ => self.tilde(version),
        }
    }

    fn differs(&self, version: &Version) -> bool {
        if self.open == Open::Nothing {
            return version.compare(&self.version).is_ne();
        }
        if self.version.major != version.major {
            return true;
        }
        match self.open {
            Open::Minor => false,
            _ if self.version.minor != version.minor => true,
            Open::Patch => {
                let (left, right) = (&version.prerelease, &self.version.prerelease);
                (!left.is_empty() || !right.is_empty()) && compare_prerelease(left, right).is_ne()
            }
            _ if self.version.patch != version.patch => true,
            _ => version.compare(&self.version).is_ne(),
        }
    }

    fn greater(&self, version: &Version) -> bool {
        match self.open {
            Open::Minor => version.major > self.version.major,
            Open::Patch => {
                (version.major, version.minor) > (self.version.major, self.version.minor)
            }
            _ => version.compare(&self.version).is_gt(),
        }
    }

    fn at_most(&self, version: &Version) -> bool {
        if self.open == Open::Nothing {
            return version.compare(&self.version).is_le();
        }
        let same_major = version.major == self.version.major;
        let minor_counts = self.open != Open::Minor;
        !(version.major > self.version.major
            || (same_major && version.minor > self.version.minor && minor_counts))
    }

    fn tilde(&self, version: &Version) -> bool {
        let from = &self.version;
        if version.compare(from).is_lt() {
            return false;
        }
        let fixed = !matches!(self.open, Open::Minor | Open::Patch);
        if (from.major, from.minor, from.patch) == (0, 0, 0) && fixed {
            return true;
        }
        version.major == from.major && (version.minor == from.minor || self.open == Open::Minor)
    }

    fn caret(&self, version: &Version) -> bool {
        let from = &self.version;
        if version.compare(from).is_lt() {
            return false;
        }
        if from.major > 0 || self.open == Open::Minor {
            return version.major == from.major;
        }
        if version.major > 0 {
            return false;
        }
        if from.minor > 0 || self.open == Open::Patch {
            return version.minor == from.minor;
        }
        version.minor == 0 && version.patch == from.patch
    }
}
