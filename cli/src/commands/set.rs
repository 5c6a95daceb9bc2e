//! `seal set`: one value of a SealedSecret, sealed into its file.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use sealkit_manifest::ItemChange;
use zeroize::Zeroizing;

use crate::args::{CertificateArgs, FromEnvironment};
use crate::cluster::FromClusterArgs;
use crate::error::Error;
use crate::generated::{self, Form};
use crate::guard::Guard;
use crate::in_file::{ObjectArgs, SealedSecretInFile, check_item};
use crate::input::{Source, VALUE_LIMIT};
use crate::output::Destination;
use crate::random;
use crate::rules::FoundRule;
use crate::typed;
use crate::ui::Ui;

/// Characters or bytes of a random value where no number is given.
const LENGTH: u16 = 32;

/// Seal one value into a file that has a SealedSecret
///
/// The value comes from standard input, from a file, or from whoever types it unseen. It is sealed for the
/// scope, namespace and name of the SealedSecret; every other byte of the file stays. No private key is needed.
#[derive(Args)]
#[command(after_help = "\
Examples:
  seal set overlays/production/database.yaml password
  printf %s \"$PASSWORD\" | seal set database.yaml password --cert cluster.pem
  seal set database.yaml session-key --generate 64 --generate-as hex
  seal set tls.yaml tls.key --from-file tls.key")]
pub(crate) struct SetArgs {
    // First: see there.
    #[command(flatten)]
    environment: FromEnvironment,
    /// The file with the SealedSecret
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The item: one that is there, or a new one
    #[arg(value_name = "ITEM")]
    item: String,
    /// The file that holds the value, instead of standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["generate", "generate_as"])]
    from_file: Option<PathBuf>,
    /// Make a random value of so many characters, or bytes, that nobody sees [without a number: 32]
    #[arg(
        long,
        value_name = "LENGTH",
        num_args = 0..=1,
        default_missing_value = "32",
        value_parser = clap::value_parser!(u16).range(1..=4096)
    )]
    generate: Option<u16>,
    /// How the random value is written [default: password]
    #[arg(long, value_name = "FORM", value_enum)]
    generate_as: Option<Form>,
    #[command(flatten)]
    object: ObjectArgs,
    #[command(flatten)]
    certificate: CertificateArgs,
    #[command(flatten)]
    cluster: FromClusterArgs,
}

pub(crate) fn run(args: &SetArgs, ui: &mut Ui<'_>) -> Result<(), Error> {
    check_item(&args.item)?;
    let destination = Destination::File(args.file.clone());
    let rule = FoundRule::for_sealing(None, &destination, &[])?;
    let choice = args.certificate.choose(&args.environment, rule.as_ref(), &args.cluster)?;
    let value_from = args.value_source();
    Guard::new().reads(&value_from).reads(choice.locals()).writes(&destination).check(ui)?;
    let in_file = SealedSecretInFile::open(&args.file, &args.object, ui)?;
    let rule_binding = rule.as_ref().map(|found| found.rule().binding());
    let label = in_file.label(&args.environment.binding(args.object.binding(), rule_binding))?;
    let certificate = args.certificate.load(&choice, ui)?;
    let value = args.value(value_from.as_ref(), ui)?;
    let sealed = certificate
        .sealing_key()
        .seal(&value, &label, &mut random::system())
        .map_err(|error| Error::failed(error).about(&args.item))?;
    let change = ItemChange::Set(sealed, certificate.fingerprint());
    in_file.change(BTreeMap::from([(args.item.clone(), change)]))?;
    if let Some(rule) = &rule {
        rule.note(ui);
    }
    choice.note_key(&certificate, ui);
    Ok(())
}

impl SetArgs {
    /// Where the value is read from; none where it is made here.
    fn value_source(&self) -> Option<Source> {
        match (&self.from_file, self.generate, self.generate_as) {
            (Some(file), ..) => Some(Source::from_argument(file)),
            (None, None, None) => Some(Source::Stdin),
            (None, ..) => None,
        }
    }

    fn value(&self, from: Option<&Source>, ui: &mut Ui<'_>) -> Result<Zeroizing<Vec<u8>>, Error> {
        let value = match from {
            None => {
                let form = self.generate_as.unwrap_or_default();
                return Ok(generated::value(self.generate.unwrap_or(LENGTH), form));
            }
            Some(Source::Stdin) if ui.stdin().is_terminal() => return typed::value(ui),
            Some(source) => source.read(VALUE_LIMIT, ui)?,
        };
        typed::warn_of_newline(&value, ui);
        Ok(value)
    }
}
