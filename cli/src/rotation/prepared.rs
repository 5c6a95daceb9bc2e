//! What `seal rotate` and `seal status` go by before a file is looked into.

use sealkit_core::Certificate;
use sealkit_repository::rotate::{Options, ReEncrypter};
use sealkit_repository::tree::{Job, Survey, TextMode};

use super::keys::{Certificates, Rings};
use super::through::Through;
use super::{FileResult, Writing, run};
use crate::args::{CertificateArgs, FromEnvironment, TreeArgs};
use crate::cluster::ClusterArgs;
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
    /// Who has the private keys, where they are not here.
    through: Option<Through>,
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
        Ok(Self { tree, rings, given, is_flag, certificates, through: None, survey })
    }

    /// Looks at the files, and finds the controller of a cluster: what the values of all of them are sealed for is the key
    /// that it serves.
    pub(crate) fn load_through(
        tree: &'a TreeArgs,
        cluster: &ClusterArgs,
        certificate: &CertificateArgs,
        ui: &mut Ui<'_>,
    ) -> Result<Self, Error> {
        let survey = tree.survey()?;
        tree.refuse_unknown_environment(&survey)?;
        let through = Through::open(cluster, certificate, ui)?;
        let given = Some(through.certificate().clone());
        let (rings, certificates) = (Rings::default(), Certificates::default());
        Ok(Self { tree, rings, given, is_flag: true, certificates, through: Some(through), survey })
    }

    /// Why the controller was not asked any more, where it was not.
    pub(crate) fn failure(&self) -> Option<Error> {
        self.through.as_ref().and_then(Through::failure)
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
            re_encrypter: self.through.as_ref().map(|through| -> &dyn ReEncrypter { through }),
            key: key.filter(|_| self.is_flag),
            otherwise: key,
            keys_of_rule: &keys_of_rule,
            environment: self.tree.environment(),
            flags: self.tree.labels(),
            text,
            options,
        };
        run(&self.survey, &job, self.through.as_ref(), writing, verb, ui)
    }
}
