//! `seal validate`: whether the controller of a cluster can open SealedSecrets.

use std::path::PathBuf;

use clap::Args;
use kubeyaml::to_json_line;
use sealkit_manifest::{Metadata, SealedSecret};

use crate::cluster::{ClusterArgs, Verifier};
use crate::documents;
use crate::error::Error;
use crate::guard::Guard;
use crate::input::Source;
use crate::output::{Audience, Destination};
use crate::text;
use crate::ui::Ui;

/// Ask a cluster's controller whether it can open SealedSecrets
///
/// Each document is told. The controller says only whether, and never why not: seal unseal finds that out, with the private
/// keys. Exit code 3 when one does not open.
#[derive(Args)]
#[command(after_help = "\
Examples:
  seal validate overlays/production/*.yaml
  seal validate --context production sealed.yaml")]
pub(crate) struct ValidateArgs {
    /// Files with SealedSecrets; - or none for standard input
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    cluster: ClusterArgs,
}

pub(crate) fn run(args: &ValidateArgs, ui: &mut Ui<'_>) -> Result<(), Error> {
    let sources = Source::from_arguments(&args.files);
    Guard::new().reads(&sources).check(ui)?;
    let mut found = Vec::new();
    for source in &sources {
        found.extend(
            documents::read_sealed_secrets(source, ui)?.into_iter().map(|sealed| (source, sealed)),
        );
    }
    let verifier = Verifier::open(&args.cluster, ui)?;
    let mut is_fine = true;
    for (source, sealed) in found {
        let opens = verifier.can_open(&to_json_line(&sealed.to_tree()))?;
        is_fine &= opens;
        let verdict = if opens { "opens" } else { "does not open" };
        let line = format!("{source}: {}: {verdict}\n", name_of(&sealed));
        Destination::Stdout.write(&[line], Audience::AsBefore, ui)?;
    }
    if is_fine { Ok(()) } else { Err(Error::found()) }
}

fn name_of(sealed: &SealedSecret) -> String {
    let Metadata { namespace, name, .. } = sealed.metadata();
    text::one_line(&format!("{namespace}/{name}"))
}
