//! The private keys of clusters, and the certificates of rules.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use sealkit_core::{Certificate, KeyRing, SealingKey};
use sealkit_repository::config::Rule;
use sealkit_repository::tree::{FoundRule, TreeFile};

use crate::args::CertificateArgs;
use crate::error::Error;
use crate::key_files::{self, KeySource};
use crate::rules;
use crate::ui::Ui;

/// Private keys: a ring for each cluster.
#[derive(Default)]
pub(crate) struct Rings(Vec<KeyRing>);

impl Rings {
    /// Each argument is the keys of one cluster: a file, or several with commas between.
    pub(crate) fn load(arguments: &[String], ui: &mut Ui<'_>) -> Result<Self, Error> {
        let rings = arguments.iter().map(|argument| {
            let paths: Vec<PathBuf> = argument.split(',').map(PathBuf::from).collect();
            key_files::load(&KeySource::from_arguments(&paths), ui)
        });
        rings.collect::<Result<_, _>>().map(Self)
    }

    pub(crate) fn as_slice(&self) -> &[KeyRing] {
        &self.0
    }
}

/// The certificates that rules name, each read once.
#[derive(Default)]
pub(crate) struct Certificates {
    loaded: Vec<Certificate>,
    /// The places in `loaded` of the certificates of a rule, by where the rule is in memory.
    of_rules: HashMap<usize, Vec<usize>>,
}

impl Certificates {
    /// Reads the certificates of the rules of these files.
    pub(crate) fn load<'t>(
        files: impl IntoIterator<Item = &'t TreeFile>,
        args: &CertificateArgs,
        ui: &mut Ui<'_>,
    ) -> Result<Self, Error> {
        let mut certificates = Self::default();
        let mut places: HashMap<PathBuf, usize> = HashMap::new();
        for found in files.into_iter().filter_map(|file| file.rule.as_ref()) {
            if certificates.of_rules.contains_key(&address(&found.rule)) {
                continue;
            }
            let mut of_rule = Vec::new();
            for file in found.rule.certificates() {
                let path = rules::locate(&found.config, file)?;
                let place = match places.get(&path) {
                    Some(place) => *place,
                    None => {
                        certificates.loaded.push(args.load_file(&path, ui)?);
                        let place = certificates.loaded.len() - 1;
                        places.insert(path, place);
                        place
                    }
                };
                of_rule.push(place);
            }
            certificates.of_rules.insert(address(&found.rule), of_rule);
        }
        Ok(certificates)
    }

    /// Whether no rule names any.
    pub(crate) fn is_empty(&self) -> bool {
        self.loaded.is_empty()
    }

    /// The keys that a rule's files are sealed for.
    pub(crate) fn of_rule(&self, found: &FoundRule) -> Vec<&SealingKey> {
        let places = self.of_rules.get(&address(&found.rule)).map(Vec::as_slice);
        let loaded = places.unwrap_or_default().iter().filter_map(|place| self.loaded.get(*place));
        loaded.map(Certificate::sealing_key).collect()
    }
}

/// Where a rule is in memory: the same rule is there once.
fn address(rule: &Arc<Rule>) -> usize {
    Arc::as_ptr(rule).addr()
}
