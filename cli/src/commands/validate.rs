//! `seal validate`: whether the controller of a cluster can open SealedSecrets.

use std::path::PathBuf;

use clap::Args;
use kubeyaml::{Tree, to_json, to_json_line};
use sealkit_manifest::{Metadata, SealedSecret};

use crate::args::ReportForm;
use crate::cluster::{ClusterArgs, Verifier};
use crate::documents;
use crate::error::Error;
use crate::guard::Guard;
use crate::input::Source;
use crate::output::{Audience, Destination};
use crate::report::file;
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
  seal validate --context production sealed.yaml
  seal validate --output json sealed.yaml")]
pub(crate) struct ValidateArgs {
    /// Files with SealedSecrets; - or none for standard input
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    cluster: ClusterArgs,
    /// How it is printed [default: text]
    #[arg(short, long, value_enum)]
    output: Option<ReportForm>,
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
    let form = args.output.unwrap_or_default();
    let mut is_fine = true;
    let mut objects = Vec::new();
    for (source, sealed) in found {
        let opens = verifier.can_open(&to_json_line(&sealed.to_tree()))?;
        is_fine &= opens;
        match form {
            // As soon as it is known.
            ReportForm::Text => print(line(source, &sealed, opens), ui)?,
            ReportForm::Json => objects.push(object(source, &sealed, opens)),
        }
    }
    if matches!(form, ReportForm::Json) {
        let all = Tree::mapping([("sealedSecrets", Tree::Sequence(objects))]);
        print(to_json(&all).to_string(), ui)?;
    }
    if is_fine { Ok(()) } else { Err(Error::found()) }
}

fn print(text: String, ui: &mut Ui<'_>) -> Result<(), Error> {
    Destination::Stdout.write(&[text], Audience::AsBefore, ui)
}

fn line(source: &Source, sealed: &SealedSecret, opens: bool) -> String {
    let verdict = if opens { "opens" } else { "does not open" };
    format!("{source}: {}: {verdict}\n", name_of(sealed))
}

fn object(source: &Source, sealed: &SealedSecret, opens: bool) -> Tree {
    let Metadata { namespace, name, .. } = sealed.metadata();
    Tree::mapping([
        ("file", file(source)),
        ("namespace", Tree::from(namespace.as_str())),
        ("name", Tree::from(name.as_str())),
        ("opens", Tree::from(opens)),
    ])
}

fn name_of(sealed: &SealedSecret) -> String {
    let Metadata { namespace, name, .. } = sealed.metadata();
    text::one_line(&format!("{namespace}/{name}"))
}
