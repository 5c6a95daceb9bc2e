//! From text to rules.

use std::sync::Arc;

use kubeyaml::{Node, Position, Value, YamlError};
use sealkit_core::Scope;

use super::error::{ConfigErrorKind, NameKind};
use super::fields::{Fields, Flaw, entries, text};
use super::keys::KeyPattern;
use super::patterns::{self, Patterns};
use super::rule::{Binding, CertificateFile, Rule, SealedKeys};
use super::{MAX_BYTES, MAX_PATTERN_BYTES};

/// The fields of the file. `deploy/seal-config.schema.json` lists the same.
pub(super) const FILE_FIELDS: &[&str] = &["version", "rules"];
/// The fields of a rule.
pub(super) const RULE_FIELDS: &[&str] =
    &["paths", "environment", "certificates", "scope", "namespace", "name", "values"];
/// The fields of an entry of `values`.
pub(super) const VALUES_FIELDS: &[&str] = &["keys", "scope", "namespace", "name"];

/// What is wrong, and where; nowhere where it is the file as a whole.
type FileFlaw = (Option<Position>, ConfigErrorKind);

/// Reads the rules of a `.seal.yaml`, and their patterns.
pub(super) fn rules(file: &[u8]) -> Result<(Vec<Arc<Rule>>, Patterns), FileFlaw> {
    if u64::try_from(file.len()).is_ok_and(|length| length > MAX_BYTES) {
        return Err((None, ConfigErrorKind::TooLarge));
    }
    let document = only_document(file)?;
    of_document(&document).map_err(|(position, kind)| (Some(position), kind))
}

fn only_document(file: &[u8]) -> Result<Node, FileFlaw> {
    let not_yaml = |YamlError { line, column, kind, .. }| {
        (Some(Position { line, column }), ConfigErrorKind::Yaml(kind))
    };
    let input = kubeyaml::split(file).map_err(not_yaml)?;
    let mut only = None;
    for document in input.documents() {
        let Some(node) = document.parse().map_err(not_yaml)? else { continue };
        if only.is_some() {
            return Err((Some(node.position()), ConfigErrorKind::SeveralDocuments));
        }
        only = Some(node);
    }
    only.ok_or((None, ConfigErrorKind::NoDocument))
}

fn of_document(document: &Node) -> Result<(Vec<Arc<Rule>>, Patterns), Flaw> {
    // Before the fields: those of another version are others.
    check_version(document)?;
    let fields = Fields::of(document, FILE_FIELDS)?;
    let list = fields.required("rules")?;
    let mut rules = Vec::new();
    let mut globs = Globs::default();
    for node in entries(list)? {
        let fields = Fields::of(node, RULE_FIELDS)?;
        globs.add(&fields, rules.len())?;
        rules.push(Arc::new(rule(node, &fields)?));
    }
    let patterns = Patterns::new(globs.globs)
        .map_err(|flaw| (list.position(), ConfigErrorKind::Path(flaw)))?;
    Ok((rules, patterns))
}

fn check_version(document: &Node) -> Result<(), Flaw> {
    // Of what is no mapping, the fields say so.
    let Some(mapping) = document.as_mapping() else { return Ok(()) };
    match mapping.get("version") {
        Some(node) => match node.value() {
            Value::Number(number) if number.to_string() == "1" => Ok(()),
            _ => Err((node.position(), ConfigErrorKind::Version)),
        },
        None => Err((document.position(), ConfigErrorKind::Missing("version"))),
    }
}

/// The patterns of all rules, as they are read.
#[derive(Default)]
struct Globs {
    globs: Vec<(globset::Glob, usize)>,
    bytes: usize,
}

impl Globs {
    /// Adds the patterns of the rule with this number.
    fn add(&mut self, fields: &Fields<'_>, rule: usize) -> Result<(), Flaw> {
        fields.required("paths")?;
        for node in fields.list("paths")? {
            let text = text(node)?;
            let flawed = |flaw| (node.position(), ConfigErrorKind::Path(flaw));
            self.bytes += text.len();
            if self.bytes > MAX_PATTERN_BYTES {
                return Err(flawed(super::PathFlaw::TooLarge));
            }
            self.globs.push((patterns::pattern(text).map_err(flawed)?, rule));
        }
        Ok(())
    }
}

fn rule(node: &Node, fields: &Fields<'_>) -> Result<Rule, Flaw> {
    let binding = binding(fields)?;
    let certificates = fields.list("certificates")?.iter().map(certificate);
    let values = fields.list("values")?.iter().map(|node| sealed_keys(node, &binding));
    Ok(Rule {
        position: node.position(),
        environment: fields.name("environment", NameKind::Environment)?,
        certificates: certificates.collect::<Result<_, _>>()?,
        values: values.collect::<Result<_, _>>()?,
        binding,
    })
}

fn certificate(node: &Node) -> Result<CertificateFile, Flaw> {
    let path = text(node)?;
    patterns::check_path(path).map_err(|flaw| (node.position(), ConfigErrorKind::Path(flaw)))?;
    Ok(CertificateFile { position: node.position(), path: path.into() })
}

fn sealed_keys(node: &Node, of_rule: &Binding) -> Result<SealedKeys, Flaw> {
    let fields = Fields::of(node, VALUES_FIELDS)?;
    let keys = fields.required("keys")?;
    let pattern = KeyPattern::parse(text(keys)?)
        .map_err(|flaw| (keys.position(), ConfigErrorKind::Keys(flaw)))?;
    Ok(SealedKeys { keys: pattern, binding: binding(&fields)?.or(of_rule) })
}

fn binding(fields: &Fields<'_>) -> Result<Binding, Flaw> {
    Ok(Binding {
        scope: fields.get("scope").map(scope).transpose()?,
        namespace: fields.name("namespace", NameKind::Namespace)?,
        name: fields.name("name", NameKind::Object)?,
    })
}

fn scope(node: &Node) -> Result<Scope, Flaw> {
    text(node)?.parse().map_err(|_| (node.position(), ConfigErrorKind::Scope))
}
