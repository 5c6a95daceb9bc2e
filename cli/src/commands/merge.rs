//! `seal merge`: the values of a Secret, sealed into a file that has a SealedSecret.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use sealkit_core::{Certificate, EncryptionLabel};
use sealkit_manifest::{ItemChange, Metadata, SealedSecret, Secret};

use crate::args::{CertificateArgs, FromEnvironment};
use crate::cluster::ClusterArgs;
use crate::documents;
use crate::error::Error;
use crate::guard::Guard;
use crate::in_file::{ObjectArgs, SealedSecretInFile};
use crate::input::{MANIFEST_LIMIT, Source};
use crate::output::Destination;
use crate::random;
use crate::rules::FoundRule;
use crate::ui::Ui;

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
    environment: FromEnvironment,
    /// The file with the SealedSecret
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The file with the Secret; - or none for standard input
    #[arg(value_name = "SECRET")]
    secret: Option<PathBuf>,
    #[command(flatten)]
    object: ObjectArgs,
    #[command(flatten)]
    certificate: CertificateArgs,
    #[command(flatten)]
    cluster: ClusterArgs,
}

pub(crate) fn run(args: &MergeArgs, ui: &mut Ui<'_>) -> Result<(), Error> {
    let from = args.secret.as_deref().map_or(Source::Stdin, Source::from_argument);
    let destination = Destination::File(args.file.clone());
    let rule = FoundRule::for_sealing(None, &destination, &[])?;
    let choice = args.certificate.choose(&args.environment, rule.as_ref(), &args.cluster)?;
    Guard::new().reads([&from]).reads(choice.locals()).writes(&destination).check(ui)?;
    let in_file = SealedSecretInFile::open(&args.file, &args.object, ui)?;
    let rule_binding = rule.as_ref().map(|found| found.rule().binding());
    let label = in_file.label(&args.environment.binding(args.object.binding(), rule_binding))?;
    let certificate = args.certificate.load(&choice, ui)?;
    let secret = read(&from, ui)?;
    check_same(&secret, in_file.sealed()).map_err(|error| error.about(&from))?;
    in_file.change(&seal(&secret, &certificate, &label)?)?;
    if let Some(rule) = &rule {
        rule.note(ui);
    }
    choice.note_key(&certificate, ui);
    Ok(())
}

fn read(from: &Source, ui: &mut Ui<'_>) -> Result<Secret, Error> {
    let text = from.read(MANIFEST_LIMIT, ui)?;
    let secret = Secret::from_text(&text)
        .map_err(|errors| documents::failed(std::slice::from_ref(from), errors))?;
    match secret.data.is_empty() {
        true => Err(Error::failed("the Secret has no values").about(from)),
        false => Ok(secret),
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
