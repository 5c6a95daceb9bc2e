//! `seal config --unused`: the rules that no file goes by.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kubeyaml::{Tree, to_json};
use sealkit_repository::config::{Config, ConfigFinder, UnusedRule};
use sealkit_repository::walk::{Selection, walk};

use super::shown_config;
use crate::args::ReportForm;
use crate::error::Error;
use crate::output::{Audience, Destination};
use crate::report::number;
use crate::rules;
use crate::text;
use crate::ui::Ui;
use crate::walked;

/// A `.seal.yaml`, and the files that it counts for, relative to its folder.
struct Counting {
    config: Arc<Config>,
    files: Vec<PathBuf>,
}

/// By the paths of the `.seal.yaml`.
type AllCounting = BTreeMap<PathBuf, Counting>;

/// Reports on the `.seal.yaml` of each path and on those below: on each with all files that it counts for, whichever path was
/// given.
pub(super) fn run(paths: &[PathBuf], form: ReportForm, ui: &mut Ui<'_>) -> Result<(), Error> {
    let mut finder = ConfigFinder::default();
    let mut counting = AllCounting::new();
    let mut roots = Vec::new();
    for path in paths {
        roots.push(match config_of(&mut finder, path)? {
            Some(config) => {
                let folder = config.folder().to_owned();
                add(&mut counting, config);
                folder
            }
            None => path.clone(),
        });
    }
    let walked = walk(&roots, Selection::all(), |_| Some(()));
    walked::tell(&walked.passed_over, &walked.errors, ui)?;
    for (file, ()) in walked.files {
        if let Some(found) = finder.find_real(&file).map_err(|error| rules::failed(&error))? {
            add(&mut counting, found.config).files.push(found.file);
        }
    }
    report(&counting, form, ui)
}

/// The `.seal.yaml` of a file or folder. Of what is not there, the walk says so.
fn config_of(finder: &mut ConfigFinder, path: &Path) -> Result<Option<Arc<Config>>, Error> {
    let found = match path.metadata() {
        Err(_) => return Ok(None),
        Ok(metadata) if metadata.is_dir() => finder.find_in(path),
        Ok(_) => finder.find(path).map(|found| found.map(|found| found.config)),
    };
    found.map_err(|error| rules::failed(&error))
}

fn add(counting: &mut AllCounting, config: Arc<Config>) -> &mut Counting {
    let path = config.path().to_owned();
    counting.entry(path).or_insert_with(|| Counting { config, files: Vec::new() })
}

fn report(counting: &AllCounting, form: ReportForm, ui: &mut Ui<'_>) -> Result<(), Error> {
    let unused: Vec<Unused<'_>> = counting.values().flat_map(Counting::unused).collect();
    let report = match form {
        ReportForm::Text => unused.iter().map(Unused::line).collect(),
        ReportForm::Json => {
            let list = Tree::Sequence(unused.iter().map(Unused::tree).collect());
            to_json(&Tree::mapping([("unused", list)])).to_string()
        }
    };
    Destination::Stdout.write(&[report], Audience::AsBefore, ui)?;
    if counting.is_empty() {
        ui.note("there is no .seal.yaml");
    }
    if unused.is_empty() { Ok(()) } else { Err(Error::found()) }
}

impl Counting {
    fn unused(&self) -> impl Iterator<Item = Unused<'_>> {
        let config = shown_config(&self.config);
        let unused = self.config.unused_rules(self.files.iter().map(PathBuf::as_path));
        unused.into_iter().map(move |rule| Unused { config: config.clone(), rule })
    }
}

/// A rule without files, and where its `.seal.yaml` is.
struct Unused<'a> {
    config: String,
    rule: UnusedRule<'a>,
}

impl Unused<'_> {
    fn line(&self) -> String {
        let reason = match self.rule.is_shadowed {
            true => "earlier rules match all of its files",
            false => "no file goes by it",
        };
        let line = self.rule.rule.position().line;
        format!("{}\n", text::one_line(&format!("{}:{line}: {reason}", self.config)))
    }

    fn tree(&self) -> Tree {
        let reason = if self.rule.is_shadowed { "earlier-rules" } else { "no-file" };
        let place = self.rule.rule.position();
        Tree::mapping([
            ("config", Tree::from(self.config.clone())),
            ("line", number(place.line)),
            ("column", number(place.column)),
            ("reason", Tree::from(reason)),
        ])
    }
}
