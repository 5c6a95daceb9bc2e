//! Annotations with a meaning: the scope, and Sealkit's hints. Read and written in one place.

use std::collections::BTreeMap;

use sealkit_core::{Fingerprint, Scope};

use crate::error::Error;
use crate::fields::{Fields, text};
use crate::metadata::Metadata;
use kubeyaml::{Format, Node};

/// Annotations of an object, as in `metadata.annotations`.
pub type Annotations = BTreeMap<String, String>;

/// `"true"` on a Secret or SealedSecret: cluster-wide scope.
pub const CLUSTER_WIDE: &str = "sealedsecrets.bitnami.com/cluster-wide";
/// `"true"` on a Secret or SealedSecret: namespace-wide scope.
pub const NAMESPACE_WIDE: &str = "sealedsecrets.bitnami.com/namespace-wide";
/// On a SealedSecret: the fingerprint of the key that all values are sealed with, or, where they
/// differ, a JSON object of item names and fingerprints. A hint: nobody has signed it.
pub const SEALED_WITH: &str = "sealkit.dev/sealed-with";
/// On a SealedSecret: `namespace/name` that its values are sealed for. A hint: nobody has signed it.
pub const SEALED_FOR: &str = "sealkit.dev/sealed-for";

/// Copies that `kubectl apply` and kubecfg keep of the whole object, plaintext included.
const LAST_APPLIED: [&str; 2] = [
    "kubectl.kubernetes.io/last-applied-configuration",
    "kubecfg.ksonnet.io/last-applied-configuration",
];

const TRUE: &str = "true";

/// The scope that annotations ask for. Cluster-wide wins over namespace-wide; neither is strict.
pub fn scope(annotations: &Annotations) -> Scope {
    let set = |name| annotations.get(name).is_some_and(|value| value == TRUE);
    if set(CLUSTER_WIDE) {
        Scope::ClusterWide
    } else if set(NAMESPACE_WIDE) {
        Scope::NamespaceWide
    } else {
        Scope::Strict
    }
}

/// Makes annotations ask for `scope` and nothing else.
pub(crate) fn set_scope(annotations: &mut Annotations, scope: Scope) {
    annotations.remove(CLUSTER_WIDE);
    annotations.remove(NAMESPACE_WIDE);
    let name = match scope {
        Scope::Strict => return,
        Scope::NamespaceWide => NAMESPACE_WIDE,
        Scope::ClusterWide => CLUSTER_WIDE,
    };
    annotations.insert(name.to_owned(), TRUE.to_owned());
}

/// Reads the field `annotations` of `metadata` less the copies of the whole object that other tools leave
/// there: they never leave the document, which is wiped.
pub(crate) fn read(metadata: Fields<'_>) -> Result<Annotations, Error> {
    let annotations = metadata.map("annotations", text)?.into_iter();
    Ok(annotations
        .filter(|(name, _)| !LAST_APPLIED.contains(&name.as_str()))
        .map(|(name, value)| (name, value.to_owned()))
        .collect())
}

/// What a SealedSecret's annotations claim about its values. Nobody has signed them: they may change
/// the order of trials and the words of a message, never what is checked or allowed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hints {
    sealed_with: SealedWith,
    sealed_for: Option<(String, String)>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum SealedWith {
    #[default]
    Unknown,
    One(Fingerprint),
    ByItem(BTreeMap<String, Fingerprint>),
}

impl Hints {
    /// Reads the hints; what does not parse is as good as absent.
    pub fn read(annotations: &Annotations) -> Self {
        let sealed_with = annotations.get(SEALED_WITH).map(|text| SealedWith::read(text));
        let sealed_for = annotations.get(SEALED_FOR).and_then(|text| text.split_once('/'));
        Self {
            sealed_with: sealed_with.unwrap_or_default(),
            sealed_for: sealed_for.map(|(namespace, name)| (namespace.into(), name.into())),
        }
    }

    /// The key that `item` is said to be sealed with.
    pub fn sealed_with(&self, item: &str) -> Option<Fingerprint> {
        match &self.sealed_with {
            SealedWith::Unknown => None,
            SealedWith::One(fingerprint) => Some(*fingerprint),
            SealedWith::ByItem(items) => items.get(item).copied(),
        }
    }

    /// Namespace and name that the values are said to be sealed for.
    pub fn sealed_for(&self) -> Option<(&str, &str)> {
        self.sealed_for.as_ref().map(|(namespace, name)| (namespace.as_str(), name.as_str()))
    }
}

impl SealedWith {
    fn read(text: &str) -> Self {
        if let Ok(fingerprint) = text.parse() {
            return Self::One(fingerprint);
        }
        Self::ByItem(read_items(text).unwrap_or_default())
    }
}

/// A JSON object of item names and fingerprints.
fn read_items(text: &str) -> Option<BTreeMap<String, Fingerprint>> {
    let input =
        kubeyaml::split(text.as_bytes()).ok().filter(|input| input.format() == Format::Json)?;
    let node = input.documents().next()?.parse().ok().flatten()?;
    let items = node.as_mapping()?.iter();
    let fingerprint = |node: &Node| node.as_str()?.parse().ok();
    Some(
        items.filter_map(|(key, node)| Some((key.text().to_owned(), fingerprint(node)?))).collect(),
    )
}

/// Writes the hints of a SealedSecret whose values are all sealed with one key.
pub(crate) fn set_hints(metadata: &mut Metadata, sealed_with: Fingerprint, scope: Scope) {
    let Metadata { namespace, name, annotations, .. } = metadata;
    annotations.insert(SEALED_WITH.to_owned(), sealed_with.to_string());
    // A cluster-wide value is sealed for no name at all.
    if scope != Scope::ClusterWide {
        annotations.insert(SEALED_FOR.to_owned(), format!("{namespace}/{name}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn annotations(pairs: &[(&str, &str)]) -> Annotations {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn fingerprint(byte: u8) -> Fingerprint {
        use base64::Engine as _;
        let digest = base64::engine::general_purpose::STANDARD_NO_PAD.encode([byte; 32]);
        format!("SHA256:{digest}").parse().unwrap()
    }

    #[test]
    fn cluster_wide_wins_and_only_the_word_true_counts() {
        let both = annotations(&[(CLUSTER_WIDE, "true"), (NAMESPACE_WIDE, "true")]);
        assert_eq!(scope(&both), Scope::ClusterWide);
        assert_eq!(scope(&annotations(&[(NAMESPACE_WIDE, "true")])), Scope::NamespaceWide);
        assert_eq!(scope(&annotations(&[(NAMESPACE_WIDE, "True")])), Scope::Strict);
        assert_eq!(scope(&annotations(&[])), Scope::Strict);
    }

    #[test]
    fn setting_a_scope_removes_the_other() {
        let mut both = annotations(&[(CLUSTER_WIDE, "true"), (NAMESPACE_WIDE, "true"), ("a", "b")]);
        set_scope(&mut both, Scope::NamespaceWide);
        assert_eq!(both, annotations(&[(NAMESPACE_WIDE, "true"), ("a", "b")]));
        set_scope(&mut both, Scope::Strict);
        assert_eq!(both, annotations(&[("a", "b")]));
    }

    #[test]
    fn hints_are_read_for_all_items_or_for_each() {
        let one = fingerprint(1);
        let hints = Hints::read(&annotations(&[
            (SEALED_WITH, &one.to_string()),
            (SEALED_FOR, "shop/database"),
        ]));
        assert_eq!(hints.sealed_with("anything"), Some(one));
        assert_eq!(hints.sealed_for(), Some(("shop", "database")));

        let two = fingerprint(2);
        let by_item = format!("{{\"a\":\"{one}\",\"b\":\"{two}\",\"c\":\"nonsense\"}}");
        let hints = Hints::read(&annotations(&[(SEALED_WITH, &by_item)]));
        assert_eq!(hints.sealed_with("a"), Some(one));
        assert_eq!(hints.sealed_with("b"), Some(two));
        assert_eq!(hints.sealed_with("c"), None);
        assert_eq!(hints.sealed_with("d"), None);
    }

    #[test]
    fn a_hint_that_does_not_parse_is_absent() {
        for text in ["", "SHA256:", "SHA256:short", "[]", "{\"a\":1}", "{", "null"] {
            let hints = Hints::read(&annotations(&[(SEALED_WITH, text), (SEALED_FOR, "noslash")]));
            assert_eq!(hints.sealed_with("a"), None, "{text}");
            assert_eq!(hints.sealed_for(), None);
        }
    }
}
