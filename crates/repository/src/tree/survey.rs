//! All files of a working tree that may hold sealed values.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::kind;
use super::look::{self, Seen, Sight, look};
use crate::config::{Config, ConfigError, ConfigFinder, Rule};
use crate::kustomize::{Kustomizations, Overlays};
use crate::rotate::Overlay;
use crate::walk::{PassedOver, Selection, WalkError, walk};

/// What there is in a working tree.
pub struct Survey {
    /// The files that may hold sealed values, in the order of their paths.
    pub files: Vec<TreeFile>,
    /// Files that stand for others which are not here: pointers of Git LFS, what git-crypt has not opened.
    pub stand_ins: Vec<PathBuf>,
    /// Files that may hold sealed values and are larger than [`MAX_FILE`](super::MAX_FILE).
    pub too_large: Vec<PathBuf>,
    /// Files that runs have left over which were killed while they wrote: copies of others.
    pub left_over: Vec<PathBuf>,
    /// Files that could not be read.
    pub unreadable: Vec<(PathBuf, io::Error)>,
    /// What was not visited, although somebody might expect it.
    pub passed_over: Vec<PassedOver>,
    /// What could not be visited.
    pub errors: Vec<WalkError>,
}

/// A file that may hold sealed values.
pub struct TreeFile {
    /// Its path, absolute and without links.
    pub path: PathBuf,
    /// Whether it is read as documents; else it is text of any other kind.
    pub is_documents: bool,
    /// Its rule.
    pub rule: Option<FoundRule>,
    /// The kustomizations that put it into a cluster.
    pub overlays: Vec<Overlay>,
}

/// A rule, and the `.seal.yaml` that it stands in.
#[derive(Clone)]
pub struct FoundRule {
    /// The `.seal.yaml`.
    pub config: Arc<Config>,
    /// The rule.
    pub rule: Arc<Rule>,
}

impl TreeFile {
    /// The environment that its rule names.
    #[must_use]
    pub fn environment(&self) -> Option<&str> {
        self.rule.as_ref().and_then(|found| found.rule.environment())
    }

    /// Whether it is of the one environment that counts; where none does, all files are.
    #[must_use]
    pub fn is_of(&self, environment: Option<&str>) -> bool {
        environment.is_none_or(|wanted| self.environment() == Some(wanted))
    }
}

/// Looks at every file of `roots` that is selected, and finds the rules of those that may hold sealed values.
///
/// # Errors
/// A `.seal.yaml` cannot be used.
pub fn survey(roots: &[PathBuf], selection: Selection) -> Result<Survey, ConfigError> {
    let is_partial = !selection.is_all();
    let walked = walk(roots, selection, look);
    let mut survey = Survey {
        files: Vec::new(),
        stand_ins: Vec::new(),
        too_large: Vec::new(),
        left_over: Vec::new(),
        unreadable: Vec::new(),
        passed_over: walked.passed_over,
        errors: walked.errors,
    };
    let real: BTreeSet<PathBuf> =
        roots.iter().filter_map(|root| root.canonicalize().ok()).collect();
    let mut kustomizations = Kustomizations::default();
    let mut with_values = Vec::new();
    for (path, Sight { seen, kustomization }) in walked.files {
        if let Some(text) = kustomization {
            add(&mut kustomizations, &real, &path, &text);
        }
        match seen {
            Seen::Nothing => {}
            Seen::Values => with_values.push(path),
            Seen::TooLarge => survey.too_large.push(path),
            Seen::LeftOver => survey.left_over.push(path),
            Seen::StandIn => survey.stand_ins.push(path),
            Seen::Unreadable(error) => survey.unreadable.push((path, error)),
        }
    }
    add_others(&mut kustomizations, &real, is_partial);
    let overlays = kustomizations.resolve();
    let mut finder = ConfigFinder::default();
    for path in with_values {
        survey.files.push(tree_file(path, &mut finder, &overlays)?);
    }
    Ok(survey)
}

/// Adds the kustomizations that were not selected, and those of the working trees that the roots are only a part of: an
/// overlay may lie beside them.
fn add_others(kustomizations: &mut Kustomizations, roots: &BTreeSet<PathBuf>, is_partial: bool) {
    let top = |root: &PathBuf| top_above(root).or_else(|| is_partial.then(|| root.clone()));
    let tops: BTreeSet<PathBuf> = roots.iter().filter_map(top).collect();
    if tops.is_empty() {
        return;
    }
    let tops: Vec<PathBuf> = tops.into_iter().collect();
    // What cannot be read there is no part of what was asked for.
    let unread = |path: &Path| match kustomizations.has(path) {
        true => None,
        false => look::kustomization(path),
    };
    for (path, text) in walk(&tops, Selection::all(), unread).files {
        add(kustomizations, roots, &path, &text);
    }
}

fn add(kustomizations: &mut Kustomizations, roots: &BTreeSet<PathBuf>, path: &Path, text: &[u8]) {
    if Kustomizations::is_kustomization(path) {
        kustomizations.add(path, text);
    } else if let Some(top) = top_of(path).or_else(|| root_of(path, roots)) {
        kustomizations.add_destinations(&top, path, text);
    }
}

/// The top of the working tree that a root is in; none where it is the top itself, or in no working tree.
fn top_above(root: &Path) -> Option<PathBuf> {
    top_of(root).filter(|top| top != root)
}

/// The top of the working tree that a path is in.
fn top_of(path: &Path) -> Option<PathBuf> {
    path.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_owned)
}

/// The outermost root around a path.
fn root_of(path: &Path, roots: &BTreeSet<PathBuf>) -> Option<PathBuf> {
    path.ancestors().skip(1).filter(|folder| roots.contains(*folder)).last().map(Path::to_owned)
}

fn tree_file(
    path: PathBuf,
    finder: &mut ConfigFinder,
    overlays: &Overlays,
) -> Result<TreeFile, ConfigError> {
    let rule = rule_of(&path, finder)?;
    let overlays = overlays.of(&path);
    Ok(TreeFile { is_documents: kind::is_documents(&path), path, rule, overlays })
}

fn rule_of(path: &Path, finder: &mut ConfigFinder) -> Result<Option<FoundRule>, ConfigError> {
    let Some(found) = finder.find_real(path)? else { return Ok(None) };
    let rule = found.rule().map(Arc::clone);
    Ok(rule.map(|rule| FoundRule { config: found.config, rule }))
}
