//! Values of reports for programs.

use kubeyaml::Tree;

/// A text, or null where there is none.
pub(crate) fn optional(text: Option<&str>) -> Tree {
    text.map_or(Tree::Null, Tree::from)
}

/// A count, or a place in a file.
pub(crate) fn number(number: usize) -> Tree {
    Tree::from(i64::try_from(number).unwrap_or(i64::MAX))
}
