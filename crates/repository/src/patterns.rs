//! Relative paths that mean the same on every system, and patterns for them.

use std::fmt;
use std::path::{Component, Path};

use globset::{ErrorKind, Glob, GlobBuilder, GlobSet, GlobSetBuilder};

/// Why a path, or a pattern for paths, cannot be meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PathFlaw {
    /// It is empty.
    Empty,
    /// It begins at the root, or with the letter of a drive.
    Absolute,
    /// It holds `..`, and may lead out of the folder that it is relative to.
    Parent,
    /// It holds `.` or nothing between two slashes: no path that is matched does.
    NoName,
    /// It ends in a slash.
    Folder,
    /// It holds a backslash.
    Backslash,
    /// A `[` without `]`.
    UnclosedClass,
    /// A range whose end comes before its start, as in `[z-a]`.
    Range,
    /// A `{` without `}`, or the other way round.
    Alternatives,
    /// A pattern, or all of them together, would take too much memory.
    TooLarge,
}

/// A pattern for paths that are relative to a folder.
///
/// `*` and `?` stay in a folder, `**` does not; `[a-z]` is one of several signs, and `{a,b}` one of several texts. The whole
/// path has to match.
#[derive(Clone, Debug)]
pub struct PathPattern(Glob);

impl PathPattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// It cannot be meant as it stands.
    pub fn parse(text: &str) -> Result<Self, PathFlaw> {
        check_path(text)?;
        let mut builder = GlobBuilder::new(text);
        builder.literal_separator(true).backslash_escape(false);
        builder.build().map(Self).map_err(|error| flaw(error.kind()))
    }
}

/// Patterns in groups, which are matched in one go.
#[derive(Default, Debug)]
pub(crate) struct Patterns {
    set: GlobSet,
    /// The number of the group that each pattern belongs to, in ascending order.
    groups: Vec<usize>,
}

impl Patterns {
    /// Of the patterns and the numbers of their groups, in ascending order.
    pub(crate) fn new(
        patterns: impl IntoIterator<Item = (PathPattern, usize)>,
    ) -> Result<Self, PathFlaw> {
        let mut set = GlobSetBuilder::new();
        let mut groups = Vec::new();
        for (PathPattern(glob), group) in patterns {
            set.add(glob);
            groups.push(group);
        }
        let set = set.build().map_err(|error| flaw(error.kind()))?;
        Ok(Self { set, groups })
    }

    /// The numbers of the groups with a pattern that matches the path, in ascending order.
    pub(crate) fn matching(&self, path: &Path) -> impl Iterator<Item = usize> {
        self.set.matches(path).into_iter().filter_map(|pattern| self.groups.get(pattern)).copied()
    }

    /// Whether there are no patterns.
    pub(crate) fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    /// Whether any pattern matches the path.
    pub(crate) fn match_any(&self, path: &Path) -> bool {
        self.set.is_match(path)
    }
}

/// Holds a path to the form in which it means the same on every system, and stays in the folder that it begins in.
pub(crate) fn check_path(text: &str) -> Result<(), PathFlaw> {
    if text.is_empty() {
        return Err(PathFlaw::Empty);
    }
    if text.contains('\\') {
        return Err(PathFlaw::Backslash);
    }
    if text.starts_with('/') || has_drive(text) {
        return Err(PathFlaw::Absolute);
    }
    if text.split('/').any(|name| name == "..") {
        return Err(PathFlaw::Parent);
    }
    if text.ends_with('/') {
        return Err(PathFlaw::Folder);
    }
    // What the system takes for more than names is what its own paths begin with.
    let is_name = |part: Component<'_>| matches!(part, Component::Normal(_));
    match text.split('/').any(|name| name.is_empty() || name == ".") {
        true => Err(PathFlaw::NoName),
        false if Path::new(text).components().all(is_name) => Ok(()),
        false => Err(PathFlaw::Absolute),
    }
}

/// Whether the text begins as `C:` does.
fn has_drive(text: &str) -> bool {
    let mut signs = text.chars();
    signs.next().is_some_and(|sign| sign.is_ascii_alphabetic()) && signs.next() == Some(':')
}

fn flaw(kind: &ErrorKind) -> PathFlaw {
    match kind {
        ErrorKind::UnclosedClass => PathFlaw::UnclosedClass,
        ErrorKind::InvalidRange(..) => PathFlaw::Range,
        ErrorKind::UnopenedAlternates | ErrorKind::UnclosedAlternates => PathFlaw::Alternatives,
        // The automaton is over its limit, or braces stand too deep in each other.
        _ => PathFlaw::TooLarge,
    }
}

impl fmt::Display for PathFlaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the path is empty",
            Self::Absolute => "the path is absolute",
            Self::Parent => "the path leads out of its folder by \"..\"",
            Self::NoName => "the path has \".\" or nothing between slashes, and matches nothing",
            Self::Folder => "the path ends in a slash, and matches no file",
            Self::Backslash => "the path holds a backslash",
            Self::UnclosedClass => "a \"[\" is not closed",
            Self::Range => "a range in \"[…]\" ends before it begins",
            Self::Alternatives => "a brace has no counterpart",
            Self::TooLarge => "the patterns are too large",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(text: &str, path: &str) -> bool {
        let pattern = PathPattern::parse(text).unwrap();
        Patterns::new([(pattern, 0)]).unwrap().match_any(Path::new(path))
    }

    #[test]
    fn a_star_stays_in_its_folder_and_two_do_not() {
        assert!(matches("*.yaml", "a.yaml"));
        assert!(!matches("*.yaml", "b/a.yaml"));
        assert!(matches("**/*.yaml", "a.yaml"));
        assert!(matches("**/*.yaml", "b/c/a.yaml"));
        assert!(matches("overlays/production/**", "overlays/production/b/a.yaml"));
        assert!(!matches("overlays/production/**", "overlays/production"));
        assert!(!matches("overlays/production/**", "overlays/production-2/a.yaml"));
        assert!(matches("charts/*/values-*.yaml", "charts/shop/values-eu.yaml"));
        assert!(!matches("charts/*/values-*.yaml", "charts/shop/eu/values-eu.yaml"));
        assert!(!matches("a?b", "a/b"));
        assert!(!matches("a[!x]b", "a/b"));
        assert!(!matches("production", "production/a.yaml"));
    }

    #[test]
    fn other_signs_of_patterns() {
        assert!(matches("{staging,production}/**", "staging/a"));
        assert!(!matches("{staging,production}/**", "test/a"));
        assert!(matches("values-[a-c].yaml", "values-b.yaml"));
        assert!(matches("[*].yaml", "*.yaml"));
        assert!(!matches("[*].yaml", "a.yaml"));
        assert!(matches("**", ".hidden/.a"));
        assert!(!matches("A.yaml", "a.yaml"));
    }

    #[test]
    fn groups_come_in_their_order() {
        let patterns = [("**/*.yaml", 0), ("a/**", 1), ("**", 2)];
        let patterns = patterns.map(|(text, group)| (PathPattern::parse(text).unwrap(), group));
        let patterns = Patterns::new(patterns).unwrap();
        let matching = |path| patterns.matching(Path::new(path)).collect::<Vec<_>>();
        assert_eq!(matching("a/b.yaml"), [0, 1, 2]);
        assert_eq!(matching("a/b.json"), [1, 2]);
        assert_eq!(matching("b.json"), [2]);
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for (text, flaw) in [
            ("", PathFlaw::Empty),
            ("/a", PathFlaw::Absolute),
            ("C:/a", PathFlaw::Absolute),
            ("../a", PathFlaw::Parent),
            ("a/../b", PathFlaw::Parent),
            ("..", PathFlaw::Parent),
            ("./a", PathFlaw::NoName),
            ("a//b", PathFlaw::NoName),
            ("a/", PathFlaw::Folder),
            (r"a\b", PathFlaw::Backslash),
            ("a[b", PathFlaw::UnclosedClass),
            ("[b-a]", PathFlaw::Range),
            ("{a", PathFlaw::Alternatives),
            ("a}", PathFlaw::Alternatives),
            (&"{".repeat(1000), PathFlaw::TooLarge),
        ] {
            assert_eq!(PathPattern::parse(text).unwrap_err(), flaw, "{text}");
        }
    }
}
