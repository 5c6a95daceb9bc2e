//! What `seal rotate` and `seal status` go by before a file is looked into.

use sealkit_core::Certificate;
use sealkit_repository::rotate::Options;
use sealkit_repository::tree::{Job, Survey, TextMode};

use super::keys::{Certificates, Rings};
use super::{FileResult, Writing, run};
use crate::args::{CertificateArgs, FromEnvironment, TreeArgs};
use crate::error::Error;
use crate::ui::Ui;
use crate::walked;

/// The files, the private keys and the certificates.
pub(crate) struct Prepared<'a> {
    tree: &'a TreeArgs,
    rings: Rings,
    /// The certificate of the flag, or of the environment.
    given: Option<Certificate>,
    /// It is that of the flag, and wins over all rules.
    is_flag: bool,
    certificates: Certificates,
    pub(crate) survey: Survey,
}

impl<'a> Prepared<'a> {
    /// Reads the keys and certificates, and looks at the files.
    pub(crate) fn load(
        tree: &'a TreeArgs,
        keys: &[String],
        certificate: &CertificateArgs,
        from_environment: &FromEnvironment,
        ui: &mut Ui<'_>,
    ) -> Result<Self, Error> {
        let rings = Rings::load(keys, ui)?;
        let given = certificate.load_given(ui)?;
        let survey = tree.survey()?;
        tree.refuse_unknown_environment(&survey)?;
        let is_flag = given.is_some() && !from_environment.gives("cert");
        let covered = survey.files.iter().filter(|file| file.is_of(tree.environment()));
        let certificates = match is_flag {
            true => Certificates::default(),
            false => Certificates::load(covered, certificate, ui)?,
        };
        Ok(Self { tree, rings, given, is_flag, certificates, survey })
    }

    /// Whether neither the user nor a rule names a certificate.
    pub(crate) fn has_no_certificate(&self) -> bool {
        self.given.is_none() && self.certificates.is_empty()
    }

    /// Looks into all files that are covered, or rotates them.
    pub(crate) fn run(
        &self,
        text: TextMode,
        options: Options,
        writing: &Writing,
        verb: &'static str,
        ui: &mut Ui<'_>,
    ) -> Vec<FileResult<'_>> {
        walked::warn_of_silence(&self.survey.passed_over, ui);
        let key = self.given.as_ref().map(Certificate::sealing_key);
        let keys_of_rule = |found: &_| self.certificates.of_rule(found);
        let job = Job {
            rings: self.rings.as_slice(),
            key: key.filter(|_| self.is_flag),
            otherwise: key,
            keys_of_rule: &keys_of_rule,
            environment: self.tree.environment(),
            flags: self.tree.labels(),
            text,
            options,
        };
        run(&self.survey, &job, writing, verb, ui)
    }
}
