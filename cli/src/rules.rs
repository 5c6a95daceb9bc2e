//! The rule of a `.seal.yaml` that counts for a file, and what it gives to sealing.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use kubeyaml::{Position, YamlErrorKind};
use sealkit_repository::config::{
    CertificateFile, Config, ConfigError, ConfigErrorKind, ConfigFinder, ConfiguredFile, PathFlaw,
    Rule,
};

use crate::error::Error;
use crate::hints;
use crate::input::Source;
use crate::output::Destination;
use crate::ui::Ui;

/// A rule, and the `.seal.yaml` that it stands in.
pub(crate) struct FoundRule {
    config: Arc<Config>,
    rule: Arc<Rule>,
}

impl FoundRule {
    /// The rule for what is sealed: that of `filename`, else of the output, else of the inputs. Standard streams have
    /// none.
    pub(crate) fn for_sealing(
        filename: Option<&Path>,
        output: &Destination,
        inputs: &[Source],
    ) -> Result<Option<Self>, Error> {
        let mut finder = ConfigFinder::default();
        match (filename, output) {
            (Some(file), _) => Self::of_file(&mut finder, file),
            (None, Destination::File(file)) => Self::of_used(&mut finder, file),
            (None, Destination::Stdout) => Self::of_inputs(&mut finder, inputs),
        }
    }

    fn of_file(finder: &mut ConfigFinder, file: &Path) -> Result<Option<Self>, Error> {
        let found = finder.find(file).map_err(|error| failed(&error))?;
        Ok(found.and_then(Self::new))
    }

    /// The rule of a file that is read or written. Where its path cannot be followed, reading or writing says so.
    fn of_used(finder: &mut ConfigFinder, file: &Path) -> Result<Option<Self>, Error> {
        match finder.find(file) {
            Ok(found) => Ok(found.and_then(Self::new)),
            Err(error) if matches!(error.kind(), ConfigErrorKind::NotFollowed(_)) => Ok(None),
            Err(error) => Err(failed(&error)),
        }
    }

    fn new(found: ConfiguredFile) -> Option<Self> {
        let rule = Arc::clone(found.rule()?);
        Some(Self { config: found.config, rule })
    }

    /// The rule that all inputs have.
    fn of_inputs(finder: &mut ConfigFinder, inputs: &[Source]) -> Result<Option<Self>, Error> {
        let mut find = |input: &Source| match input {
            Source::Stdin => Ok(None),
            Source::File(file) => Self::of_used(finder, file),
        };
        let Some((first, others)) = inputs.split_first() else { return Ok(None) };
        let found = find(first)?;
        for other in others {
            if !same(found.as_ref(), find(other)?.as_ref()) {
                return Err(Error::usage(format!("{first} and {other} have different rules"))
                    .hint(hints::DIFFERENT_RULES));
            }
        }
        Ok(found)
    }

    /// What the rule says.
    pub(crate) fn rule(&self) -> &Rule {
        &self.rule
    }

    /// The file of the rule's certificate, if it names one. Of several, none can be chosen.
    pub(crate) fn certificate(&self) -> Result<Option<Source>, Error> {
        match self.rule.certificates() {
            [] => Ok(None),
            [certificate] => Ok(Some(Source::File(locate(&self.config, certificate)?))),
            several => {
                let count = several.len();
                Err(Error::usage(format!(
                    "{self} names {count} certificates, and a SealedSecret is for one cluster"
                ))
                .hint(hints::SEVERAL_CERTIFICATES))
            }
        }
    }

    /// Says that the rule counts.
    pub(crate) fn note(&self, ui: &mut Ui<'_>) {
        match self.rule.environment() {
            Some(environment) => ui.note(format!("{self} applies ({environment})")),
            None => ui.note(format!("{self} applies")),
        }
    }
}

/// `the rule at PATH:LINE`.
impl std::fmt::Display for FoundRule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&place(&self.config, &self.rule))
    }
}

/// `the rule at PATH:LINE`.
pub(crate) fn place(config: &Config, rule: &Rule) -> String {
    let line = rule.position().line;
    format!("the rule at {}:{line}", as_seen(config.path()).display())
}

/// The file of a certificate that a rule names.
pub(crate) fn locate(config: &Config, certificate: &CertificateFile) -> Result<PathBuf, Error> {
    config.locate(certificate).map(|path| as_seen(&path)).map_err(|error| failed(&error))
}

/// A path without links as it is seen from the working directory, unless only the root is above both.
pub(crate) fn as_seen(path: &Path) -> PathBuf {
    Here::find().sees(path)
}

/// The working directory, asked for once where many paths are told.
pub(crate) struct Here(Option<PathBuf>);

impl Here {
    /// Where the program runs; unknown if that cannot be found out.
    pub(crate) fn find() -> Self {
        Self(std::env::current_dir().and_then(|here| here.canonicalize()).ok())
    }

    /// As [`as_seen`].
    pub(crate) fn sees(&self, path: &Path) -> PathBuf {
        self.0.as_ref().map_or_else(|| path.to_owned(), |here| seen_from(here, path))
    }
}

fn seen_from(here: &Path, path: &Path) -> PathBuf {
    let above = here.ancestors().take_while(|folder| folder.file_name().is_some());
    let below = above.enumerate().find_map(|(steps, folder)| {
        path.strip_prefix(folder)
            .ok()
            .map(|below| [".."].repeat(steps).iter().collect::<PathBuf>().join(below))
    });
    match below {
        Some(here) if here.as_os_str().is_empty() => PathBuf::from("."),
        Some(below) => below,
        None => path.to_owned(),
    }
}

/// What is wrong with a `.seal.yaml`, where, and what to do.
pub(crate) fn failed(error: &ConfigError) -> Error {
    let path = as_seen(error.path());
    let failed = Error::failed(error.kind());
    let failed = match error.position() {
        Some(Position { line, column }) => {
            failed.about(format!("{}:{line}:{column}", path.display()))
        }
        None => failed.about(path.display()),
    };
    let failed = match hint(error.kind()) {
        Some(hint) => failed.hint(hint),
        None => failed,
    };
    match error.kind() {
        ConfigErrorKind::Io(cause) | ConfigErrorKind::NotFollowed(cause) => {
            failed.caused_by(cause.to_string())
        }
        _ => failed,
    }
}

fn hint(kind: &ConfigErrorKind) -> Option<String> {
    match kind {
        ConfigErrorKind::UnknownField { name, known } => {
            Some(unknown_field(name.as_deref(), known))
        }
        ConfigErrorKind::Version | ConfigErrorKind::Missing("version") => {
            Some("this program reads version 1: version: 1".to_owned())
        }
        ConfigErrorKind::Yaml(YamlErrorKind::AliasUndefined) => Some(hints::STAR.to_owned()),
        ConfigErrorKind::Yaml(YamlErrorKind::Syntax(what)) if what.contains("anchor") => {
            Some(hints::STAR.to_owned())
        }
        ConfigErrorKind::Pin => Some(hints::FINGERPRINT.to_owned()),
        ConfigErrorKind::Scope => {
            Some("a scope is strict, namespace-wide or cluster-wide".to_owned())
        }
        ConfigErrorKind::Path(PathFlaw::Folder) => {
            Some("what lies in a folder is FOLDER/*, and what lies below FOLDER/**".to_owned())
        }
        ConfigErrorKind::Path(PathFlaw::Backslash) => {
            Some("folders are separated by /, and a sign is itself in brackets: [*]".to_owned())
        }
        ConfigErrorKind::Path(PathFlaw::Absolute | PathFlaw::Parent)
        | ConfigErrorKind::LeadsOut => Some(
            "a rule is for files in the folder of .seal.yaml, and its certificates lie there"
                .to_owned(),
        ),
        ConfigErrorKind::OfAnotherUser => {
            Some("it would say whose key is sealed for: work in a folder of your own".to_owned())
        }
        ConfigErrorKind::CertificateAndCertificates => {
            Some("certificate names one file, and certificates a list: keep one of them".to_owned())
        }
        ConfigErrorKind::NoEnvironment => {
            Some("correct its name, or add it to environments with its certificate".to_owned())
        }
        ConfigErrorKind::NoCertificate => {
            Some("a certificate's path is relative to the folder of .seal.yaml".to_owned())
        }
        ConfigErrorKind::Io(_)
        | ConfigErrorKind::NotFollowed(_)
        | ConfigErrorKind::NotAFile
        | ConfigErrorKind::TooLarge
        | ConfigErrorKind::Yaml(_)
        | ConfigErrorKind::NoDocument
        | ConfigErrorKind::SeveralDocuments
        | ConfigErrorKind::Missing(_)
        | ConfigErrorKind::WrongType { .. }
        | ConfigErrorKind::EmptyList
        | ConfigErrorKind::TooMany(_)
        | ConfigErrorKind::Path(_)
        | ConfigErrorKind::Keys(_)
        | ConfigErrorKind::Name(_) => None,
    }
}

/// The field that was meant, or all that there are.
fn unknown_field(name: Option<&str>, known: &[&str]) -> String {
    let near = name.and_then(|name| {
        let distances = known.iter().map(|field| (strsim::osa_distance(name, field), field));
        distances.filter(|(distance, field)| *distance <= field.len() / 3).min()
    });
    match near {
        Some((_, field)) => format!("did you mean {field}?"),
        None => format!("the fields here are {}", known.join(", ")),
    }
}

fn same(one: Option<&FoundRule>, other: Option<&FoundRule>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => Arc::ptr_eq(&one.rule, &other.rule),
        (None, None) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_the_working_directory() {
        let seen = |path| seen_from(Path::new("/home/me/shop"), Path::new(path));
        assert_eq!(seen("/home/me/shop/a/b"), Path::new("a/b"));
        assert_eq!(seen("/home/me/.seal.yaml"), Path::new("../.seal.yaml"));
        assert_eq!(seen("/home/me/shop"), Path::new("."));
        assert_eq!(seen("/home/you/a"), Path::new("../../you/a"));
        assert_eq!(seen("/tmp/a"), Path::new("/tmp/a"));
        assert_eq!(seen_from(Path::new("/"), Path::new("/tmp/a")), Path::new("/tmp/a"));
    }

    #[test]
    fn the_field_that_was_meant_is_named() {
        let known = ["paths", "scope", "namespace", "name"];
        assert_eq!(unknown_field(Some("scop"), &known), "did you mean scope?");
        assert_eq!(unknown_field(Some("namespaces"), &known), "did you mean namespace?");
        let all = "the fields here are paths, scope, namespace, name";
        assert_eq!(unknown_field(Some("clusters"), &known), all);
        assert_eq!(unknown_field(None, &known), all);
    }
}
