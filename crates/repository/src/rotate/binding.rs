//! What a value may be bound to: what several sources say, put together and in the order in which it is tried.

use std::collections::HashSet;
use std::fmt;

use sealkit_core::Scope;
use sealkit_manifest::Binding;

use super::context::Labels;
use super::mask;

/// Who says what a value is bound to. The earlier one wins; a later one fills what it leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A hint: the annotation `sealkit.dev/sealed-for`, or a comment on the value's line.
    Hint,
    /// The document.
    Document,
    /// A rule of the repository.
    Rule,
    /// A kustomization that puts the file into a cluster.
    Kustomization,
    /// Where the enclosing document puts what it makes: Argo CD's `destination`, Flux' `targetNamespace`.
    Destination,
    /// The user.
    Flags,
}

/// What a value may be bound to, and who says so last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) binding: Binding,
    pub(super) source: Source,
}

/// What one source says.
pub(super) struct Said {
    pub(super) labels: Labels,
    pub(super) source: Source,
}

/// What a value may be bound to, the likeliest first: for what each hint says, then for what all others say together, each
/// scope whose parts are known. Of the others there may be several sets, for several clusters or namespaces. Cluster-wide is
/// always among them.
pub(super) fn candidates(hints: Vec<Labels>, others: &[Vec<Said>]) -> Vec<Candidate> {
    let hints = hints.into_iter().map(|labels| vec![Said { labels, source: Source::Hint }]);
    let hints: Vec<Vec<Said>> = hints.collect();
    let mut met = HashSet::new();
    let all = hints.iter().chain(others).flat_map(|said| of_set(said));
    all.filter(|candidate| candidate.binding.label().is_some_and(|label| met.insert(label)))
        .collect()
}

/// Each scope whose parts a set tells, those first that a source asks for.
fn of_set(said: &[Said]) -> impl Iterator<Item = Candidate> {
    let namespace = first(said, |labels| labels.namespace.as_deref());
    let name = first(said, |labels| labels.name.as_deref());
    let wanted = said.iter().filter_map(|said| said.labels.scope);
    wanted.chain(Scope::ALL).filter_map(move |scope| {
        let (namespace, name, source) = match scope {
            Scope::Strict => {
                let ((namespace, first), (name, second)) = namespace.zip(name)?;
                (namespace, name, first.max(second))
            }
            Scope::NamespaceWide => namespace.map(|(namespace, source)| (namespace, "", source))?,
            Scope::ClusterWide => ("", "", Source::Document),
        };
        Some(Candidate { binding: Binding::new(scope, namespace, name), source })
    })
}

/// The most bytes of a name in a cluster: a longer one is none.
const MAX_NAME: usize = 253;

/// The first source that says something about a part. A part that is a template or a variable is left open.
fn first<'a>(
    said: &'a [Said],
    part: impl Fn(&'a Labels) -> Option<&'a str>,
) -> Option<(&'a str, Source)> {
    let known = |said: &'a Said| Some((part(&said.labels)?, said.source));
    let is_said = |text: &str| !text.is_empty() && text.len() <= MAX_NAME && !is_variable(text);
    said.iter().filter_map(known).find(|(text, _)| is_said(text))
}

/// `{{ .Values.namespace }}`, `${NAMESPACE}`, `$(NAMESPACE)`: filled in later, by another program.
pub(super) fn is_variable(text: &str) -> bool {
    text.contains(['$', '{']) || mask::may_be_hidden(text)
}

impl Source {
    /// A name for programs, which stays the same.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Hint => "Hint",
            Self::Document => "Document",
            Self::Rule => "Rule",
            Self::Kustomization => "Kustomization",
            Self::Destination => "Destination",
            Self::Flags => "Flags",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hint => "a hint",
            Self::Document => "the document",
            Self::Rule => "a rule",
            Self::Kustomization => "a kustomization",
            Self::Destination => "the destination",
            Self::Flags => "the command line",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(source: Source, namespace: Option<&str>, name: Option<&str>) -> Said {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let labels = Labels { scope: None, namespace: owned(namespace), name: owned(name) };
        Said { labels, source }
    }

    fn shown(candidates: &[Candidate]) -> Vec<String> {
        candidates
            .iter()
            .map(|candidate| format!("{} {}", candidate.binding, candidate.source.reason()))
            .collect()
    }

    #[test]
    fn a_later_source_fills_what_an_earlier_one_leaves_open() {
        let document = said(Source::Document, Some("${NAMESPACE}"), Some("orders"));
        let flags = said(Source::Flags, Some("shop"), Some("other"));
        assert_eq!(
            shown(&candidates(Vec::new(), &[vec![document, flags]])),
            [
                "shop/orders (strict) Flags",
                "namespace shop (namespace-wide) Flags",
                "any namespace (cluster-wide) Document",
            ]
        );
    }

    #[test]
    fn the_scope_that_is_asked_for_is_tried_first_and_a_hint_before_all() {
        let mut document = said(Source::Document, Some("shop"), Some("orders"));
        document.labels.scope = Some(Scope::NamespaceWide);
        let hint = said(Source::Hint, Some("blue"), Some("orders")).labels;
        assert_eq!(
            shown(&candidates(vec![hint], &[vec![document]])),
            [
                "blue/orders (strict) Hint",
                "namespace blue (namespace-wide) Hint",
                "any namespace (cluster-wide) Document",
                "namespace shop (namespace-wide) Document",
                "shop/orders (strict) Document",
            ]
        );
    }

    #[test]
    fn what_cannot_be_a_label_is_not_tried() {
        let long = "a".repeat(254);
        let slash = said(Source::Document, Some("a/b"), Some(&long));
        assert_eq!(
            shown(&candidates(Vec::new(), &[vec![slash]])),
            ["any namespace (cluster-wide) Document"]
        );
    }
}
