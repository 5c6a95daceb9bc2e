//! Objects that servers and programs answer with: nobody has said that they are what they should be.

use kubeyaml::Node;

/// The first document of an answer, if it is YAML or JSON.
pub(super) fn read(answer: &[u8]) -> Option<Node> {
    kubeyaml::split(answer).ok()?.documents().next()?.parse().ok()?
}

/// What stands at a path.
pub(super) fn field<'n>(node: &'n Node, path: &[&str]) -> Option<&'n Node> {
    path.iter().try_fold(node, |node, name| node.as_mapping()?.get(name))
}

/// The text that stands at a path.
pub(super) fn text<'n>(node: &'n Node, path: &[&str]) -> Option<&'n str> {
    field(node, path)?.as_str()
}
