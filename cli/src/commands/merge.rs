//! `seal merge`: the values of a Secret, sealed into a file that has a SealedSecret.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use sealkit_core::{Certificate, EncryptionLabel};
use sealkit_manifest::annotations::{CLUSTER_WIDE, NAMESPACE_WIDE};
use sealkit_manifest::{ItemChange, Metadata, ObjectChanges, SealedSecret, Secret};
use sealkit_repository::config::Binding;

use crate::args::{CertificateArgs, FromEnvironment};
use crate::cluster::FromClusterArgs;
use crate::documents;
use crate::error::Error;
use crate::guard::Guard;
use crate::in_file::{ObjectArgs, SealedSecretInFile};
use crate::input::{MANIFEST_LIMIT, Source};
use crate::output::Destination;
use crate::random;
use crate::rules::FoundRule;
use crate::ui::Ui;

/// What annotations say of the scope.
const SCOPE_ANNOTATIONS: [&str; 2] = [CLUSTER_WIDE, NAMESPACE_WIDE];

/// Seal the values of a Secret into a file that has a SealedSecret
///
/// Items that are there get the new values, others are put in; those that the Secret does not have stay, and so does every
/// other byte of the file. No private key is needed.
#[derive(Args)]
#[command(after_help = "\
Examples:
  seal merge database.yaml --cert cluster.pem < secret.yaml
  kubectl create secret generic database --dry-run=client --from-file=ca.pem -o yaml | seal merge database.yaml")]
pub(crate) struct MergeArgs {
    // First: see there.
    #[command(flatten)]
    pub(crate) environment: FromEnvironment,
    /// The file with the SealedSecret
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The file with the Secret; - or none for standard input
    #[arg(value_name = "SECRET")]
    pub(crate) secret: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) object: ObjectArgs,
    #[command(flatten)]
    pub(crate) certificate: CertificateArgs,
    #[command(flatten)]
    pub(crate) cluster: FromClusterArgs,
    /// As kubeseal --merge-into: the Secret may have any name, and its labels and annotations count as well.
    #[arg(skip)]
    pub(crate) of_kubeseal: bool,
    /// A Secret without values is no mistake.
    #[arg(skip)]
    pub(crate) allow_empty_data: bool,
}

pub(crate) fn run(args: &MergeArgs, ui: &mut Ui<'_>) -> Result<(), Error> {
    let from = args.secret.as_deref().map_or(Source::Stdin, Source::from_argument);
    let destination = Destination::File(args.file.clone());
    let rule = FoundRule::for_sealing(None, &destination, &[])?;
    let choice = args.certificate.choose(&args.environment, rule.as_ref(), &args.cluster)?;
    Guard::new().reads([&from]).reads(choice.locals()).writes(&destination).check(ui)?;
    let in_file = SealedSecretInFile::open(&args.file, &args.object, ui)?;
    let secret = args.read(&from, ui)?;
    if !args.of_kubeseal {
        check_same(&secret, in_file.sealed()).map_err(|error| error.about(&from))?;
    }
    let label = in_file.label(&args.binding(rule.as_ref(), &secret, in_file.sealed())?)?;
    let certificate = args.certificate.load(&choice, ui)?;
    in_file.change(args.changes(&secret, &certificate, &label)?)?;
    if let Some(rule) = &rule {
        rule.note(ui);
    }
    choice.note_key(&certificate, ui);
    Ok(())
}

impl MergeArgs {
    fn read(&self, from: &Source, ui: &mut Ui<'_>) -> Result<Secret, Error> {
        let text = from.read(MANIFEST_LIMIT, ui)?;
        let secret = Secret::from_text(&text)
            .map_err(|errors| documents::failed(std::slice::from_ref(from), errors))?;
        match secret.data.is_empty() && !self.allow_empty_data {
            true => Err(Error::failed("the Secret has no values").about(from)),
            false => Ok(secret),
        }
    }

    /// What the values are bound to where the file does not say it. With kubeseal the Secret may say it, and the kubeconfig.
    fn binding(
        &self,
        rule: Option<&FoundRule>,
        secret: &Secret,
        sealed: &SealedSecret,
    ) -> Result<Binding, Error> {
        let rule = rule.map(|found| found.rule().binding());
        let mut binding = self.environment.binding(self.object.binding(), rule);
        if self.of_kubeseal && sealed.metadata().namespace.is_empty() {
            let own = Some(secret.metadata.namespace.clone()).filter(|own| !own.is_empty());
            binding.namespace = own.or(binding.namespace);
            if binding.namespace.is_none() {
                binding.namespace = self.cluster.cluster.wanted().namespace()?;
            }
        }
        Ok(binding)
    }

    /// kubeseal takes labels and annotations over, too; what they say of the scope is the file's to say.
    fn changes(
        &self,
        secret: &Secret,
        certificate: &Certificate,
        label: &EncryptionLabel,
    ) -> Result<ObjectChanges, Error> {
        let items = seal(secret, certificate, label)?;
        if !self.of_kubeseal {
            return Ok(items.into());
        }
        let Metadata { labels, annotations, .. } = &secret.metadata;
        let mut annotations = annotations.clone();
        annotations.retain(|name, _| !SCOPE_ANNOTATIONS.contains(&name.as_str()));
        Ok(ObjectChanges { items, labels: labels.clone(), annotations })
    }
}

/// Refuses a Secret that names itself otherwise than the SealedSecret does.
fn check_same(secret: &Secret, sealed: &SealedSecret) -> Result<(), Error> {
    let differs =
        |secret: &str, sealed: &str| !secret.is_empty() && !sealed.is_empty() && secret != sealed;
    let (ours, theirs): (&Metadata, &Metadata) = (sealed.metadata(), &secret.metadata);
    if differs(&theirs.name, &ours.name) || differs(&theirs.namespace, &ours.namespace) {
        return Err(Error::failed(
            "the Secret has another name or namespace than the SealedSecret",
        )
        .hint("give it the same, or none: its values are sealed for those of the SealedSecret"));
    }
    Ok(())
}

fn seal(
    secret: &Secret,
    certificate: &Certificate,
    label: &EncryptionLabel,
) -> Result<BTreeMap<String, ItemChange>, Error> {
    let key = certificate.sealing_key();
    let sealed = secret.data.iter().map(|(item, value)| {
        let sealed = key.seal(value.expose(), label, &mut random::system());
        let sealed = sealed.map_err(|error| Error::failed(error).about(item))?;
        Ok((item.clone(), ItemChange::Set(sealed, certificate.fingerprint())))
    });
    sealed.collect()
}
