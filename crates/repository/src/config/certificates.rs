//! The certificates that a rule names: its own, or those of its environment.

use std::collections::BTreeMap;
use std::sync::Arc;

use kubeyaml::Node;

use super::error::{ConfigErrorKind, NameKind};
use super::fields::{Fields, Flaw, check_name, named_entries, text};
use super::rule::CertificateFile;
use crate::patterns;

/// The fields of an environment.
pub(super) const ENVIRONMENT_FIELDS: &[&str] = &["certificate", "certificates"];

/// Shared, as many rules name one environment.
pub(super) type Certificates = Arc<[CertificateFile]>;

/// The environments of a `.seal.yaml`.
#[derive(Default)]
pub(super) struct Environments<'a>(BTreeMap<&'a str, Certificates>);

impl<'a> Environments<'a> {
    /// Reads the field `environments`.
    pub(super) fn read(node: &'a Node) -> Result<Self, Flaw> {
        let environments = named_entries(node)?.iter().map(|(name, node)| {
            check_name(NameKind::Environment, name.text(), name.position())?;
            let fields = Fields::of(node, ENVIRONMENT_FIELDS)?;
            let missing = (node.position(), ConfigErrorKind::Missing("certificate"));
            Ok((name.text(), own(&fields)?.ok_or(missing)?))
        });
        environments.collect::<Result<_, _>>().map(Self)
    }

    /// The certificates of a rule: its own, else those of the environment that it names. Without any of its own, a name
    /// that no environment has is a mistake.
    pub(super) fn of_rule(&self, fields: &Fields<'_>) -> Result<Certificates, Flaw> {
        if let Some(own) = own(fields)? {
            return Ok(own);
        }
        let Some(node) = fields.get("environment") else { return Ok(Arc::default()) };
        match self.0.get(text(node)?) {
            Some(certificates) => Ok(Arc::clone(certificates)),
            None => Err((node.position(), ConfigErrorKind::NoEnvironment)),
        }
    }
}

/// What `certificate` or `certificates` name, if one of them is there.
fn own(fields: &Fields<'_>) -> Result<Option<Certificates>, Flaw> {
    match (fields.get("certificate"), fields.get("certificates")) {
        (Some(_), Some(node)) => {
            Err((node.position(), ConfigErrorKind::CertificateAndCertificates))
        }
        (Some(node), None) => Ok(Some([certificate(node)?].into())),
        (None, Some(_)) => {
            let files = fields.list("certificates")?.iter().map(certificate);
            files.collect::<Result<_, _>>().map(Some)
        }
        (None, None) => Ok(None),
    }
}

fn certificate(node: &Node) -> Result<CertificateFile, Flaw> {
    let path = text(node)?;
    patterns::check_path(path).map_err(|flaw| (node.position(), ConfigErrorKind::Path(flaw)))?;
    Ok(CertificateFile { position: node.position(), path: path.into() })
}
