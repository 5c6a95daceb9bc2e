//! From text to rules.

use std::sync::Arc;

use kubeyaml::{Node, Position, Value, YamlError};
use sealkit_core::{Fingerprint, Scope};

use super::certificates::Environments;
use super::error::{ConfigErrorKind, NameKind};
use super::fields::{Fields, Flaw, entries, text};
use super::keys::KeyPattern;
use super::rule::{Binding, Rule, SealedKeys};
use super::{MAX_BYTES, MAX_PATTERN_BYTES};
use crate::patterns::{PathFlaw, PathPattern, Patterns};

/// The fields of the file. `deploy/seal-config.schema.json` lists the same.
pub(super) const FILE_FIELDS: &[&str] = &["version", "environments", "rules"];
/// The fields of a rule.
pub(super) const RULE_FIELDS: &[&str] = &[
    "paths",
    "environment",
    "certificate",
    "certificates",
    "pins",
    "scope",
    "namespace",
    "name",
    "keys",
];
/// The fields of an entry of `keys` that is no pattern alone.
pub(super) const KEYS_FIELDS: &[&str] = &["pattern", "scope", "namespace", "name"];

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
    let environments = fields.get("environments").map(Environments::read).transpose()?;
    let environments = environments.unwrap_or_default();
    let list = fields.required("rules")?;
    let mut rules = Vec::new();
    let mut globs = Globs::default();
    for node in entries(list)? {
        let fields = Fields::of(node, RULE_FIELDS)?;
        globs.add(&fields, rules.len())?;
        rules.push(Arc::new(rule(node, &fields, &environments)?));
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
    globs: Vec<(PathPattern, usize)>,
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
                return Err(flawed(PathFlaw::TooLarge));
            }
            self.globs.push((PathPattern::parse(text).map_err(flawed)?, rule));
        }
        Ok(())
    }
}

fn rule(node: &Node, fields: &Fields<'_>, environments: &Environments<'_>) -> Result<Rule, Flaw> {
    let binding = binding(fields)?;
    Ok(Rule {
        position: node.position(),
        environment: fields.name("environment", NameKind::Environment)?,
        certificates: environments.of_rule(fields)?,
        pins: fields.list("pins")?.iter().map(pin).collect::<Result<_, _>>()?,
        keys: keys(fields, &binding)?,
        binding,
    })
}

fn pin(node: &Node) -> Result<Fingerprint, Flaw> {
    text(node)?.parse().map_err(|_| (node.position(), ConfigErrorKind::Pin))
}

/// The field `keys`: a pattern, or a list.
fn keys(fields: &Fields<'_>, of_rule: &Binding) -> Result<Vec<SealedKeys>, Flaw> {
    match fields.get("keys") {
        Some(node) if node.as_sequence().is_none() => {
            Ok(vec![SealedKeys { pattern: key_pattern(node)?, binding: of_rule.clone() }])
        }
        _ => fields.list("keys")?.iter().map(|node| sealed_keys(node, of_rule)).collect(),
    }
}

/// An entry of `keys`: a pattern alone, or with what differs from the rule.
fn sealed_keys(node: &Node, of_rule: &Binding) -> Result<SealedKeys, Flaw> {
    if node.as_mapping().is_none() {
        return Ok(SealedKeys { pattern: key_pattern(node)?, binding: of_rule.clone() });
    }
    let fields = Fields::of(node, KEYS_FIELDS)?;
    let pattern = key_pattern(fields.required("pattern")?)?;
    Ok(SealedKeys { pattern, binding: binding(&fields)?.or(of_rule) })
}

fn key_pattern(node: &Node) -> Result<KeyPattern, Flaw> {
    KeyPattern::parse(text(node)?).map_err(|flaw| (node.position(), ConfigErrorKind::Keys(flaw)))
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
