//! One `.seal.yaml`.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::MAX_BYTES;
use super::error::{ConfigError, ConfigErrorKind};
use super::read;
use super::rule::{CertificateFile, Rule, UnusedRule};
use crate::patterns::Patterns;

/// The rules of a `.seal.yaml`.
#[derive(Debug)]
pub struct Config {
    path: PathBuf,
    rules: Vec<Arc<Rule>>,
    patterns: Patterns,
}

impl Config {
    /// Reads the file at `path`, an absolute path without links.
    ///
    /// # Errors
    /// The file cannot be read, is too large, or is not as the format wants it.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let failed = |error| ConfigError::io(path, error);
        let mut text = Vec::new();
        // One byte more, to see that it is too large.
        let file = File::open(path).map_err(failed)?;
        file.take(MAX_BYTES + 1).read_to_end(&mut text).map_err(failed)?;
        Self::from_text(path, &text)
    }

    /// Reads the text of the file at `path`, an absolute path without links; nothing is looked up there.
    ///
    /// # Errors
    /// The text is too large, or is not as the format wants it.
    pub fn from_text(path: &Path, text: &[u8]) -> Result<Self, ConfigError> {
        match read::rules(text) {
            Ok((rules, patterns)) => Ok(Self { path: path.to_owned(), rules, patterns }),
            Err((position, kind)) => Err(ConfigError { path: path.to_owned(), position, kind }),
        }
    }

    /// Where the file is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its folder, which paths in it are relative to.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// All rules, in the order in which they are tried.
    #[must_use]
    pub fn rules(&self) -> &[Arc<Rule>] {
        &self.rules
    }

    /// The rule of a file, whose path is relative to [`Self::folder`]: the first with a pattern that matches. The file
    /// need not be there.
    #[must_use]
    pub fn rule_for(&self, file: &Path) -> Option<&Arc<Rule>> {
        self.patterns.matching(file).next().and_then(|rule| self.rules.get(rule))
    }

    /// The rules that are the rule of none of the files, whose paths are relative to [`Self::folder`].
    pub fn unused_rules<'a>(
        &self,
        files: impl IntoIterator<Item = &'a Path>,
    ) -> Vec<UnusedRule<'_>> {
        let (mut used, mut matching) = (BTreeSet::new(), BTreeSet::new());
        for file in files {
            used.extend(self.patterns.matching(file).next());
            matching.extend(self.patterns.matching(file));
        }
        let rules = self.rules.iter().enumerate().filter(|(number, _)| !used.contains(number));
        rules
            .map(|(number, rule)| UnusedRule { rule, is_shadowed: matching.contains(&number) })
            .collect()
    }

    /// The path of a certificate of one of the rules, absolute and without links.
    ///
    /// # Errors
    /// There is nothing of that name, or a link leads out of [`Self::folder`].
    pub fn locate(&self, certificate: &CertificateFile) -> Result<PathBuf, ConfigError> {
        let failed = |kind| ConfigError {
            path: self.path.clone(),
            position: Some(certificate.position()),
            kind,
        };
        match self.folder().join(&certificate.path).canonicalize() {
            Ok(path) if path.starts_with(self.folder()) => Ok(path),
            Ok(_) => Err(failed(ConfigErrorKind::LeadsOut)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(failed(ConfigErrorKind::NoCertificate))
            }
            Err(error) => Err(failed(ConfigErrorKind::Io(error))),
        }
    }
}
