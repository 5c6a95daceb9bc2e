//! Paths as they stand in a `.seal.yaml`, and patterns for them.

use std::path::{Component, Path};

use globset::{ErrorKind, Glob, GlobBuilder, GlobSet, GlobSetBuilder};

use super::error::PathFlaw;

/// The patterns of all rules, which are matched in one go.
#[derive(Debug)]
pub(super) struct Patterns {
    set: GlobSet,
    /// The number of the rule that each pattern belongs to, in ascending order.
    rules: Vec<usize>,
}

impl Patterns {
    /// Of the patterns and the numbers of their rules, in ascending order.
    pub(super) fn new(patterns: Vec<(Glob, usize)>) -> Result<Self, PathFlaw> {
        let mut set = GlobSetBuilder::new();
        let mut rules = Vec::with_capacity(patterns.len());
        for (glob, rule) in patterns {
            set.add(glob);
            rules.push(rule);
        }
        let set = set.build().map_err(|error| flaw(error.kind()))?;
        Ok(Self { set, rules })
    }

    /// The number of the first rule with a pattern that matches the path.
    pub(super) fn first_rule(&self, path: &Path) -> Option<usize> {
        let matching = self.set.matches(path).into_iter();
        matching.filter_map(|pattern| self.rules.get(pattern)).min().copied()
    }
}

/// Reads a pattern.
pub(super) fn pattern(text: &str) -> Result<Glob, PathFlaw> {
    check_path(text)?;
    let mut builder = GlobBuilder::new(text);
    builder.literal_separator(true).backslash_escape(false);
    builder.build().map_err(|error| flaw(error.kind()))
}

/// Holds a path to the form in which it means the same on every system, and stays in the folder that it begins in.
pub(super) fn check_path(text: &str) -> Result<(), PathFlaw> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(text: &str, path: &str) -> bool {
        let glob = pattern(text).unwrap();
        Patterns::new(vec![(glob, 0)]).unwrap().first_rule(Path::new(path)).is_some()
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
    fn the_first_rule_wins() {
        let patterns = [("**/*.yaml", 0), ("a/**", 1), ("**", 2)];
        let patterns = patterns.map(|(text, rule)| (pattern(text).unwrap(), rule)).to_vec();
        let patterns = Patterns::new(patterns).unwrap();
        assert_eq!(patterns.first_rule(Path::new("a/b.yaml")), Some(0));
        assert_eq!(patterns.first_rule(Path::new("a/b.json")), Some(1));
        assert_eq!(patterns.first_rule(Path::new("b.json")), Some(2));
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
            assert_eq!(pattern(text).unwrap_err(), flaw, "{text}");
        }
    }
}
