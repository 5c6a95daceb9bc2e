//! Annotations with a meaning, read and written in one place: those of the contract with upstream, and Sealkit's hints.

use std::collections::BTreeMap;

use kubeyaml::{Format, Node, Tree};
use sealkit_core::{Fingerprint, Scope};

use crate::error::ReadError;
use crate::fields::{Fields, text};

/// Annotations of an object, as in `metadata.annotations`.
pub type Annotations = BTreeMap<String, String>;

/// `"true"` on a Secret or SealedSecret: cluster-wide scope.
pub const CLUSTER_WIDE: &str = "sealedsecrets.bitnami.com/cluster-wide";
/// `"true"` on a Secret or SealedSecret: namespace-wide scope.
pub const NAMESPACE_WIDE: &str = "sealedsecrets.bitnami.com/namespace-wide";
/// `"true"` on an existing Secret: the decryption service may take it over and replace all of it.
pub const MANAGED: &str = "sealedsecrets.bitnami.com/managed";
/// `"true"` on an existing Secret: the decryption service may add to it; nothing is removed.
pub const PATCH: &str = "sealedsecrets.bitnami.com/patch";
/// `"true"` in the template: the Secret does not belong to its SealedSecret, and survives it.
pub const SKIP_SET_OWNER_REFERENCES: &str = "sealedsecrets.bitnami.com/skip-set-owner-references";
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

/// Copies of the whole object, or of its values, that other tools keep: kapp, OpenShift, Rancher, object matchers, kopf.
const COPIES: [&str; 6] = [
    "kapp.k14s.io/original",
    "kapp.k14s.io/original-diff",
    "kapp.k14s.io/original-diff-full",
    "openshift.io/token-secret.value",
    "objectset.rio.cattle.io/applied",
    "banzaicloud.com/last-applied",
];

/// How the names of such copies end, whatever domain is in front.
const COPY_ENDINGS: [&str; 3] =
    ["/last-applied", "/last-applied-configuration", "/last-handled-configuration"];

/// What base64 of anything gzipped begins with: nobody can see what is in it.
const GZIP: &str = "H4sI";

const TRUE: &str = "true";

/// Whether the annotation is `"true"`: no other value counts.
pub fn is_set(annotations: &Annotations, name: &str) -> bool {
    annotations.get(name).is_some_and(|value| value == TRUE)
}

/// The scope that annotations ask for. Cluster-wide wins over namespace-wide; neither is strict.
pub fn scope(annotations: &Annotations) -> Scope {
    if is_set(annotations, CLUSTER_WIDE) {
        Scope::ClusterWide
    } else if is_set(annotations, NAMESPACE_WIDE) {
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

/// Reads the field `annotations` of `metadata` less the copies of the whole object that kubectl and kubecfg leave there:
/// they never leave the document, which is wiped.
pub(crate) fn read(metadata: Fields<'_>) -> Result<Annotations, ReadError> {
    read_if(metadata, |name, _| !LAST_APPLIED.contains(&name))
}

/// As [`read`], for a Secret: less all copies of the object or its values that are known.
pub(crate) fn read_of_secret(metadata: Fields<'_>) -> Result<Annotations, ReadError> {
    read_if(metadata, |name, value| !is_copy(name, value))
}

fn read_if(
    metadata: Fields<'_>,
    is_kept: impl Fn(&str, &str) -> bool,
) -> Result<Annotations, ReadError> {
    let annotations = metadata.map("annotations", text)?.into_iter();
    Ok(annotations
        .filter(|(name, value)| is_kept(name, value))
        .map(|(name, value)| (name, value.to_owned()))
        .collect())
}

/// The annotations that [`read_of_secret`] leaves out and that a person would not expect to go: all but kubectl's own.
pub(crate) fn copies(metadata: Fields<'_>) -> Result<Vec<String>, ReadError> {
    let annotations = metadata.map("annotations", text)?.into_iter();
    Ok(annotations
        .filter(|(name, value)| is_copy(name, value) && !LAST_APPLIED.contains(&name.as_str()))
        .map(|(name, _)| name)
        .collect())
}

fn is_copy(name: &str, value: &str) -> bool {
    COPIES.contains(&name)
        || COPY_ENDINGS.iter().any(|ending| name.ends_with(ending))
        || value.trim_start().starts_with(GZIP)
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
    /// All values are sealed with one key.
    #[must_use]
    pub fn sealed_with_one(key: Fingerprint) -> Self {
        Self { sealed_with: SealedWith::One(key), sealed_for: None }
    }

    /// Each value is sealed with the key given for its item.
    #[must_use]
    pub fn sealed_with_each(keys: BTreeMap<String, Fingerprint>) -> Self {
        let mut different = keys.values();
        let first = different.next().copied();
        let sealed_with = match first {
            None => SealedWith::Unknown,
            Some(first) if different.all(|key| *key == first) => SealedWith::One(first),
            Some(_) => SealedWith::ByItem(keys),
        };
        Self { sealed_with, sealed_for: None }
    }

    /// The same, sealed for this namespace and name.
    #[must_use]
    pub fn for_object(self, namespace: &str, name: &str) -> Self {
        Self { sealed_for: Some((namespace.to_owned(), name.to_owned())), ..self }
    }

    /// Reads the hints; what does not parse is as good as absent.
    pub fn read(annotations: &Annotations) -> Self {
        let sealed_with = annotations.get(SEALED_WITH).map(|text| SealedWith::read(text));
        let sealed_for = annotations.get(SEALED_FOR).and_then(|text| text.split_once('/'));
        Self {
            sealed_with: sealed_with.unwrap_or_default(),
            sealed_for: sealed_for.map(|(namespace, name)| (namespace.into(), name.into())),
        }
    }

    /// Makes annotations hold these hints and no others. [`Hints::read`] gives them back.
    pub fn write(&self, annotations: &mut Annotations) {
        let sealed_for =
            self.sealed_for.as_ref().map(|(namespace, name)| format!("{namespace}/{name}"));
        set(annotations, SEALED_WITH, self.sealed_with.write());
        set(annotations, SEALED_FOR, sealed_for);
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

    /// None where there is nothing to say.
    fn write(&self) -> Option<String> {
        match self {
            Self::Unknown => None,
            Self::One(fingerprint) => Some(fingerprint.to_string()),
            Self::ByItem(items) => {
                let items = items.iter();
                let items = items.map(|(item, key)| (item.clone(), Tree::from(key.to_string())));
                Some(kubeyaml::to_json_line(&Tree::mapping(items)).to_string())
            }
        }
    }
}

/// The hint that says of each item which key it is sealed with, as far as that is known; none where nothing is.
pub(crate) fn sealed_with_text(keys: &BTreeMap<&str, Option<Fingerprint>>) -> Option<String> {
    let known = keys.iter().filter_map(|(item, key)| Some(((*item).to_owned(), (*key)?)));
    let known: BTreeMap<String, Fingerprint> = known.collect();
    let hint = match known.len() {
        // One key for all says nothing of those that are not known.
        0 => SealedWith::Unknown,
        count if count == keys.len() => Hints::sealed_with_each(known).sealed_with,
        _ => SealedWith::ByItem(known),
    };
    hint.write()
}

fn set(annotations: &mut Annotations, name: &str, value: Option<String>) {
    match value {
        Some(value) => drop(annotations.insert(name.to_owned(), value)),
        None => drop(annotations.remove(name)),
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
    fn hints_that_are_written_read_back() {
        let (one, two) = (fingerprint(1), fingerprint(2));
        let keys = |pairs: &[(&str, Fingerprint)]| {
            pairs.iter().map(|(item, key)| ((*item).to_owned(), *key)).collect::<BTreeMap<_, _>>()
        };
        let each = keys(&[("a", one), ("b \"quoted\"", two)]);
        for hints in [
            Hints::default(),
            Hints::sealed_with_one(one),
            Hints::sealed_with_one(one).for_object("shop", "database"),
            Hints::sealed_with_each(each).for_object("shop", "database"),
        ] {
            let mut written =
                annotations(&[(SEALED_WITH, "old"), (SEALED_FOR, "old/old"), ("a", "b")]);
            hints.write(&mut written);
            assert_eq!(Hints::read(&written), hints);
            assert_eq!(written.get("a").map(String::as_str), Some("b"));
            assert!(!written.values().any(|value| value.contains(['\n', '\r'])), "one line each");
        }
        let same = Hints::sealed_with_each(keys(&[("a", one), ("b", one)]));
        assert_eq!(same, Hints::sealed_with_one(one), "one key for all needs no list");
        assert_eq!(Hints::sealed_with_each(keys(&[])), Hints::default());
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
