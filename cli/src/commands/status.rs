//! `seal status`: which sealed values there are in a working tree, and which key each is sealed for.

use clap::Args;
use sealkit_repository::rotate::Options;
use sealkit_repository::tree::TextMode;

use crate::args::{CertificateArgs, FromEnvironment, ReportForm, TreeArgs};
use crate::error::Error;
use crate::output::{Audience, Destination};
use crate::rotation::{Detail, Prepared, Report, Writing, count};
use crate::ui::Ui;

/// Show the sealed values of a working tree, and the key of each
///
/// What each is bound to, and whether it is sealed for the newest certificate: that of --cert, or of its rule in
/// .seal.yaml. Without --key, hints say it; with it, each value is opened.
#[derive(Args)]
#[command(after_help = "\
Examples:
  seal status
  seal status clusters/production --key backup.yaml --cert new.pem --items
  seal status --output json")]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    from_environment: FromEnvironment,
    #[command(flatten)]
    tree: TreeArgs,
    /// A cluster's private keys: PEM, DER, or backups; FILE,FILE for several files. Once for each cluster
    #[arg(short, long = "key", value_name = "FILE")]
    keys: Vec<String>,
    #[command(flatten)]
    certificate: CertificateArgs,
    /// A line for each value, not only for each file
    #[arg(long)]
    items: bool,
    /// How it is printed [default: text]
    #[arg(short, long, value_enum)]
    output: Option<ReportForm>,
}

pub(crate) fn run(args: &StatusArgs, ui: &mut Ui<'_>) -> Result<(), Error> {
    let StatusArgs { tree, keys, certificate, from_environment, .. } = args;
    let prepared = Prepared::load(tree, keys, certificate, from_environment, ui)?;
    let survey = &prepared.survey;
    let options = Options { inspect: true, ..Options::default() };
    let results = prepared.run(TextMode::Show, options, &Writing::Nothing, "looking", ui);
    let report = Report::of(&results, survey);
    let detail = if args.items { Detail::Items } else { Detail::Files };
    let text = report.in_form(args.output.unwrap_or_default(), detail);
    Destination::Stdout.write(&[text], Audience::AsBefore, ui)?;
    match report.summary.files_failed {
        0 => Ok(()),
        files => Err(Error::failed(format!("{} could not be looked into", count(files, "file")))),
    }
}
