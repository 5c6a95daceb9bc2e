//! `seal status`: which sealed values there are in a working tree, and which key each is sealed for.

use clap::Args;
use sealkit_core::Certificate;
use sealkit_repository::rotate::Options;
use sealkit_repository::tree::{Job, TextMode};

use crate::args::{CertificateArgs, FromEnvironment, ReportForm, TreeArgs};
use crate::error::Error;
use crate::output::{Audience, Destination};
use crate::rotation::{
    Certificates, Detail, JsonReport, Rings, Summary, Writing, people, run as run_over,
};
use crate::ui::Ui;
use crate::walked;

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
    tree: TreeArgs,
    /// A cluster's private keys: PEM, DER, or backups; FILE,FILE for several files. Once for each cluster
    #[arg(short, long = "key", value_name = "FILE")]
    keys: Vec<String>,
    #[command(flatten)]
    certificate: CertificateArgs,
    #[command(flatten)]
    from_environment: FromEnvironment,
    /// A line for each value, not only for each file
    #[arg(long)]
    items: bool,
    /// How it is printed [default: text]
    #[arg(short, long, value_enum)]
    output: Option<ReportForm>,
}

pub(crate) fn run(args: &StatusArgs, ui: &mut Ui<'_>) -> Result<(), Error> {
    let rings = Rings::load(&args.keys, ui)?;
    let given = args.certificate.load_given(ui)?;
    let survey = args.tree.survey()?;
    args.tree.refuse_unknown_environment(&survey)?;
    let is_flag = given.is_some() && !args.from_environment.gives("cert");
    let covered = survey.files.iter().filter(|file| args.tree.covers(file));
    let certificates = match is_flag {
        true => Certificates::default(),
        false => Certificates::load(covered, &args.certificate, ui)?,
    };
    walked::tell_passed_over(&survey.passed_over, ui);

    let key = given.as_ref().map(Certificate::sealing_key);
    let keys_of_rule = |found: &_| certificates.of_rule(found);
    let job = Job {
        rings: rings.as_slice(),
        key: key.filter(|_| is_flag),
        otherwise: key,
        keys_of_rule: &keys_of_rule,
        environment: args.tree.environment(),
        flags: args.tree.labels(),
        text: TextMode::Show,
        options: Options { inspect: true, ..Options::default() },
    };
    let results = run_over(&survey, &job, &Writing::Nothing, "looking", ui);
    let summary = Summary::of(&results, &survey);
    let detail = if args.items { Detail::Items } else { Detail::Files };
    let report = match args.output.unwrap_or_default() {
        ReportForm::Text => people(&results, &survey, &summary, detail),
        ReportForm::Json => {
            JsonReport { results: &results, survey: &survey, summary: &summary }.to_json()
        }
    };
    Destination::Stdout.write(&[report], Audience::AsBefore, ui)?;
    match summary.files_failed {
        0 => Ok(()),
        files => Err(Error::failed(format!("{files} files could not be looked into"))),
    }
}
