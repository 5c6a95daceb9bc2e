//! Where Argo CD and Flux put what is in a folder.

use std::path::{Path, PathBuf};

use kubeyaml::{DuplicateKeys, Mapping, Node, split};
use memchr::memmem;

use super::file::{changes, short};
use super::paths::joined;
use crate::rotate::Overlay;

/// The groups of the objects that tell it, and a field that each has.
const TOLD_BY: [(&str, &str); 2] =
    [("argoproj.io/", "destination"), ("kustomize.toolkit.fluxcd.io/", "spec")];

/// What is put into a cluster, and how.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Destination {
    pub(super) path: PathBuf,
    pub(super) changes: Overlay,
}

/// Whether a text may tell destinations.
pub(super) fn may_be_told(text: &[u8]) -> bool {
    let has = |word: &str| memmem::find(text, word.as_bytes()).is_some();
    TOLD_BY.iter().any(|(group, field)| has(group) && has(field))
}

/// The destinations that a file tells: of folders, and of files with values. Paths are relative to `root`, the top of the
/// repository: whether another one is meant is not looked at.
pub(super) fn read(root: &Path, text: &[u8]) -> Vec<Destination> {
    let Ok(input) = split(text) else { return Vec::new() };
    let documents = input.documents();
    let documents = documents.filter_map(|one| one.parse_any(DuplicateKeys::LastCounts).ok()?);
    let told = documents.flat_map(|document| of_document(root, &document).unwrap_or_default());
    told.filter(|told| told.changes != Overlay::default()).collect()
}

fn of_document(root: &Path, document: &Node) -> Option<Vec<Destination>> {
    let fields = document.as_mapping()?;
    let text = |field| fields.get(field).and_then(Node::as_str);
    let (group, _) = text("apiVersion")?.split_once('/')?;
    let spec = inside(fields, "spec")?;
    match (group, text("kind")?) {
        ("argoproj.io", "Application") => Some(of_application(root, spec)),
        ("argoproj.io", "ApplicationSet") => {
            Some(of_application(root, inside(inside(spec, "template")?, "spec")?))
        }
        ("kustomize.toolkit.fluxcd.io", "Kustomization") => {
            of_flux(root, spec).map(|one| vec![one])
        }
        _ => None,
    }
}

fn inside<'n>(fields: &'n Mapping, field: &str) -> Option<&'n Mapping> {
    fields.get(field)?.as_mapping()
}

/// Flux changes what is in the folder as a kustomization around it would.
fn of_flux(root: &Path, spec: &Mapping) -> Option<Destination> {
    let path = spec.get("path").map_or(Some("."), Node::as_str)?;
    let changes = Overlay { namespace: short(spec, "targetNamespace"), ..changes(spec) };
    Some(Destination { path: joined(root, path)?, changes })
}

fn of_application(root: &Path, spec: &Mapping) -> Vec<Destination> {
    let destination = inside(spec, "destination").and_then(|found| short(found, "namespace"));
    let several = spec.get("sources").and_then(Node::as_sequence).unwrap_or_default();
    let sources = spec.get("source").into_iter().chain(several).filter_map(Node::as_mapping);
    sources.flat_map(|source| of_source(root, source, destination.as_ref())).collect()
}

/// Argo CD's namespace is for what has none; that of `kustomize` takes the place of any.
fn of_source(root: &Path, source: &Mapping, destination: Option<&String>) -> Vec<Destination> {
    let path = source.get("path").and_then(Node::as_str);
    let folder = path.and_then(|path| joined(root, path));
    let kustomized = inside(source, "kustomize").map(changes).unwrap_or_default();
    let to = |changes| Overlay { destination: destination.cloned(), ..changes };
    let values = value_files(root, folder.as_deref(), source);
    let values =
        values.into_iter().map(|path| Destination { path, changes: to(Overlay::default()) });
    let folder = folder.map(|path| Destination { path, changes: to(kustomized) });
    values.chain(folder).collect()
}

/// The files with values for a chart: relative to its folder, or behind the name of a source to the top of that one.
fn value_files(root: &Path, folder: Option<&Path>, source: &Mapping) -> Vec<PathBuf> {
    let files = inside(source, "helm").and_then(|helm| helm.get("valueFiles")?.as_sequence());
    let files = files.unwrap_or_default().iter().filter_map(Node::as_str);
    let path = |file: &str| match file.strip_prefix('$') {
        Some(named) => joined(root, named.split_once('/')?.1),
        None => joined(folder?, file),
    };
    files.filter_map(path).collect()
}
