//! One file of a working tree: looked into, or rotated.

use std::io;
use std::path::Path;

use rand_core::CryptoRng;
use sealkit_core::{Fingerprint, KeyRing, SealingKey};
use zeroize::Zeroizing;

use super::MAX_FILE;
use super::look::{open, read_all};
use super::survey::{FoundRule, TreeFile};
use crate::config::Binding;
use crate::rotate::{
    Content, Context, FileOutcome, Finding, Labels, LeftCause, NotedCause, Options, Outcome,
    ReEncrypter, Target, Warning, rotate,
};

/// What is to be done with all files.
#[derive(Clone)]
pub struct Job<'a> {
    /// The private keys: a ring for each cluster.
    pub rings: &'a [KeyRing],
    /// Who has the private keys, where they are not here: then there are no rings.
    pub re_encrypter: Option<&'a dyn ReEncrypter>,
    /// The certificate's key for all files, whatever their rules say; else they say it.
    pub key: Option<&'a SealingKey>,
    /// That of files whose rules say nothing.
    pub otherwise: Option<&'a SealingKey>,
    /// The keys of the certificates that a rule names.
    pub keys_of_rule: &'a (dyn Fn(&FoundRule) -> Vec<&'a SealingKey> + Sync),
    /// The one environment that counts: files of others are passed over.
    pub environment: Option<&'a str>,
    /// What the user says for whatever nothing else tells.
    pub flags: Labels,
    /// What becomes of sealed values in text of other kinds than documents.
    pub text: TextMode,
    /// How it is done.
    pub options: Options,
}

/// What becomes of sealed values in text of other kinds than documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextMode {
    /// They are counted.
    Count,
    /// They are opened, to show what would be rotated.
    Show,
    /// They are rotated.
    Rotate,
}

/// What became of a file.
pub struct FileReport {
    /// What was found.
    pub findings: Vec<Finding>,
    /// What a person should know and what stops nothing.
    pub warnings: Vec<Warning>,
    /// The certificate's key that its values are sealed for, or should be.
    pub target: Option<Fingerprint>,
    /// Why it was not looked into.
    pub problem: Option<FileProblem>,
    /// How many times whoever has the private keys was asked; where nothing is sent, how many times at least that would be.
    pub requests: usize,
    /// The new content, where there is any.
    pub change: Option<Change>,
}

/// The content of a file, before and after.
pub struct Change {
    /// As it was read.
    pub before: Zeroizing<Vec<u8>>,
    /// As it should be.
    pub after: Zeroizing<Vec<u8>>,
}

/// Why a file was not looked into.
#[derive(Debug)]
pub enum FileProblem {
    /// It cannot be read.
    Read(io::Error),
    /// Neither its rule nor anybody else says which certificate its values are sealed for.
    NoCertificate,
    /// The certificate is of this key, and its rule has pins of others.
    NotPinned(Fingerprint),
}

impl Job<'_> {
    /// Looks into a file, or rotates it; `rng` is the source of session keys. The new content is the caller's to write.
    #[must_use]
    pub fn run(&self, file: &TreeFile, rng: &mut impl CryptoRng) -> FileReport {
        let before = match read(&file.path) {
            Ok(before) => before,
            Err(error) => return FileReport::failed(FileProblem::Read(error)),
        };
        let mut targets = self.targets(file);
        let not_pinned = not_pinned(file, &targets);
        if not_pinned.is_some() {
            // Nothing is sealed for any of them.
            targets.clear();
        }
        let is_generated = is_generated(&before);
        let (outcome, target) = self.outcome(file, &before, &targets, is_generated, rng);
        // Where there is nothing to be rotated, no certificate is missing or wrong.
        let is_noted = |found: &Finding| matches!(found.outcome, Outcome::Noted(_));
        if targets.is_empty() && !outcome.findings.iter().all(is_noted) {
            match not_pinned {
                Some(key) => return FileReport::failed(FileProblem::NotPinned(key)),
                None if self.options.inspect => {}
                None => return FileReport::failed(FileProblem::NoCertificate),
            }
        }
        let target = target.map(|target| target.key.fingerprint());
        FileReport::new(outcome, target, before, is_generated)
    }

    /// What becomes of the file with the first certificate that is of the cluster whose keys open it.
    fn outcome<'t>(
        &self,
        file: &TreeFile,
        before: &[u8],
        targets: &[Target<'t>],
        is_generated: bool,
        rng: &mut impl CryptoRng,
    ) -> (FileOutcome, Option<Target<'t>>) {
        let (last, others) = match targets.split_last() {
            Some((last, others)) => (Some(*last), others),
            None => (None, targets),
        };
        for target in others {
            let outcome = self.outcome_for(file, before, Some(*target), is_generated, rng);
            if !is_of_another_cluster(&outcome) {
                return (outcome, Some(*target));
            }
        }
        (self.outcome_for(file, before, last, is_generated, rng), last)
    }

    fn outcome_for(
        &self,
        file: &TreeFile,
        before: &[u8],
        target: Option<Target<'_>>,
        is_generated: bool,
        rng: &mut impl CryptoRng,
    ) -> FileOutcome {
        let rule = file.rule.as_ref().map(|found| &*found.rule);
        let rule_at = |keys: &[&str]| {
            let all = rule?.keys().iter();
            let found = { all }.find(|entry| entry.pattern().matches(keys.iter().copied()))?;
            Some(labels(found.binding()))
        };
        let mut context = Context::new(self.rings, target);
        context.re_encrypter = self.re_encrypter;
        context.rule = rule.map_or_else(Labels::default, |rule| match file.is_documents {
            true => labels(rule.binding()),
            false => labels(&rule.binding_anywhere()),
        });
        context.rule_at = &rule_at;
        context.overlays = &file.overlays;
        context.flags = self.flags.clone();
        context.options = Options {
            inspect: self.options.inspect || is_generated || target.is_none(),
            ..self.options
        };
        if !file.is_documents {
            context.content = Content::Text { is_rotated: self.text != TextMode::Count };
            context.options.inspect |= self.text == TextMode::Show;
        }
        rotate(before, &context, rng)
    }

    /// The keys that the file's values may be sealed for. Of several, none is the file's own before its values are opened.
    fn targets(&self, file: &TreeFile) -> Vec<Target<'_>> {
        if let Some(key) = self.key {
            let is_files_own = self.environment.is_some();
            return vec![Target { is_files_own, ..Target::new(key) }];
        }
        let keys = file.rule.as_ref().map(self.keys_of_rule).unwrap_or_default();
        if keys.is_empty() {
            return self.otherwise.into_iter().map(Target::new).collect();
        }
        let is_files_own = keys.len() == 1;
        keys.into_iter().map(|key| Target { is_files_own, ..Target::new(key) }).collect()
    }
}

/// The first key that the file's rule does not allow.
fn not_pinned(file: &TreeFile, targets: &[Target<'_>]) -> Option<Fingerprint> {
    let rule = &file.rule.as_ref()?.rule;
    targets.iter().map(|target| target.key.fingerprint()).find(|key| !rule.allows(*key))
}

impl FileReport {
    fn failed(problem: FileProblem) -> Self {
        Self {
            findings: Vec::new(),
            warnings: Vec::new(),
            target: None,
            problem: Some(problem),
            requests: 0,
            change: None,
        }
    }

    fn new(
        outcome: FileOutcome,
        target: Option<Fingerprint>,
        before: Zeroizing<Vec<u8>>,
        is_generated: bool,
    ) -> Self {
        let FileOutcome { file, mut findings, warnings, requests, .. } = outcome;
        if is_generated {
            findings.iter_mut().for_each(note_as_generated);
        }
        let change = file.map(|after| Change { before, after });
        Self { findings, warnings, target, problem: None, requests, change }
    }
}

/// What is made by a program is not changed: the next run of that program would undo it.
fn note_as_generated(finding: &mut Finding) {
    let is_stale = matches!(finding.outcome, Outcome::Stale { .. } | Outcome::ToBeSent);
    if is_stale || matches!(finding.outcome, Outcome::Left(_)) {
        finding.outcome = Outcome::Noted(NotedCause::Generated);
    }
}

fn is_of_another_cluster(outcome: &FileOutcome) -> bool {
    outcome.findings.iter().any(|finding| {
        matches!(
            finding.outcome,
            Outcome::Left(LeftCause::OtherCluster | LeftCause::UnknownCluster)
        )
    })
}

fn read(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut file = open(path)?;
    let len = file.metadata()?.len();
    if len > MAX_FILE {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    read_all(&mut file, len)
}

fn labels(binding: &Binding) -> Labels {
    let Binding { scope, namespace, name } = binding.clone();
    Labels { scope, namespace, name }
}

/// How far a file is searched for the words that say that a program made it, and will again.
const HEAD: usize = 1 << 10;

/// Whether a comment at the file's head says not to edit it.
fn is_generated(file: &[u8]) -> bool {
    let head = file.get(..HEAD).unwrap_or(file);
    let lines =
        head.split(|byte| *byte == b'\n').map(|line| line.trim_ascii().to_ascii_lowercase());
    let is_comment = |line: &Vec<u8>| {
        [&b"#"[..], b"//", b"/*", b"<!--"].iter().any(|sign| line.starts_with(sign))
    };
    let says_so = |line: &Vec<u8>| memchr::memmem::find(line, b"do not edit").is_some();
    lines
        .take_while(|line| line.is_empty() || is_comment(line) || line == b"---")
        .any(|line| says_so(&line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_that_says_so_is_that_of_a_generated_file() {
        for file in [
            "# Code generated by x. DO NOT EDIT.\na: b\n",
            "---\n\n# made by x\n# do not edit\na: b\n",
            "// Code generated; DO NOT EDIT.\n",
        ] {
            assert!(is_generated(file.as_bytes()), "{file}");
        }
        for file in ["a: b\n# do not edit\n", "a: do not edit\n", "# edit\n", ""] {
            assert!(!is_generated(file.as_bytes()), "{file}");
        }
    }
}
