//! `seal cert`: what a certificate says.

mod all_contexts;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use kubeyaml::{Tree, to_json};
use sealkit_core::{Certificate, Fingerprint, Validity};

use crate::args::{FromEnvironment, ReportForm, fingerprint};
use crate::certificate::{CertificateSource, pins};
use crate::clock;
use crate::cluster::{self, Fetched, FromClusterArgs};
use crate::error::Error;
use crate::fetch::Trust;
use crate::output::{Audience, Destination};
use crate::text;
use crate::ui::Ui;

/// Show a certificate: fingerprint, validity, key size, subject
///
/// seal cert FILE is short for seal cert show FILE.
#[derive(Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "\
Examples:
  seal cert cluster.pem
  seal cert fetch > cluster.pem"
)]
pub(crate) struct CertArgs {
    #[command(subcommand)]
    command: Option<CertCommand>,
    #[command(flatten)]
    show: Option<ShowArgs>,
}

/// What can be done with a certificate.
#[derive(Subcommand)]
enum CertCommand {
    Show(ShowArgs),
    Fetch(FetchArgs),
}

/// Show a certificate: fingerprint, validity, key size, subject
#[derive(Args)]
#[command(after_help = "\
Examples:
  seal cert show cluster.pem
  seal cert show https://example.com/cert.pem --output json")]
struct ShowArgs {
    /// The certificate: a PEM file, - for standard input, or an http, https or file URL
    #[arg(value_name = "FILE|URL", env = "SEALED_SECRETS_CERT", hide_env_values = true)]
    cert: OsString,
    /// Fetch the certificate by http from another machine, which cannot prove that it is the right one
    #[arg(long)]
    allow_http: bool,
    /// How to print it [default: text]
    #[arg(short, long, value_enum)]
    output: Option<ReportForm>,
}

/// Fetch the certificate of a cluster's controller, in PEM
///
/// From the cluster that kubectl talks to, through the API server: a login there, and the right to reach the controller's
/// Service through it.
#[derive(Args)]
#[command(after_help = "\
Examples:
  seal cert fetch > cluster.pem
  seal cert fetch --context production -w clusters/production.pem
  seal cert fetch --all-contexts
  seal cert fetch --all-contexts -w clusters")]
struct FetchArgs {
    // First: see there.
    #[command(flatten)]
    environment: FromEnvironment,
    #[command(flatten)]
    cluster: FromClusterArgs,
    /// From the cluster of each context, several at once: a line for each, and with -w a file for each in this folder
    #[arg(long, conflicts_with = "pin")]
    all_contexts: bool,
    /// With --all-contexts: how it is printed [default: text]
    #[arg(short, long, value_enum, requires = "all_contexts")]
    output: Option<ReportForm>,
    /// Refuse any other key than the one with this fingerprint
    #[arg(long, value_name = "FINGERPRINT", value_parser = fingerprint)]
    pin: Option<Fingerprint>,
    /// Write to this file, in one step, instead of standard output; with --all-contexts, the folder for the files
    #[arg(short = 'w', long = "write", value_name = "FILE")]
    write: Option<PathBuf>,
}

pub(crate) fn run(args: &CertArgs, ui: &mut Ui<'_>) -> Result<(), Error> {
    match (&args.command, &args.show) {
        (Some(CertCommand::Fetch(args)), _) => fetch(args, ui),
        (Some(CertCommand::Show(args)), _) | (None, Some(args)) => show(args, ui),
        (None, None) => Err(Error::usage("no certificate is given")
            .hint("name it: seal cert show FILE or URL, or SEALED_SECRETS_CERT")),
    }
}

fn fetch(args: &FetchArgs, ui: &mut Ui<'_>) -> Result<(), Error> {
    if args.all_contexts {
        let is_flag = args.cluster.cluster.context.is_some() && !args.environment.gives("context");
        if is_flag {
            return Err(Error::usage("--context and --all-contexts are both given")
                .hint("leave one of them out"));
        }
        let form = args.output.unwrap_or_default();
        return all_contexts::run(&args.cluster, form, args.write.as_deref(), ui);
    }
    let fetched = cluster::certificate(&args.cluster, ui)?;
    let Fetched { certificate, text, from, not_kept, .. } = fetched;
    let fingerprint = certificate.fingerprint();
    pins::check(fingerprint, args.pin.as_slice(), "--pin").map_err(|error| error.about(&from))?;
    Destination::from_argument(args.write.as_deref()).write(
        &[text],
        Audience::WorldReadable,
        ui,
    )?;
    ui.note(format!("key {fingerprint}, from {from}"));
    if let Some(reason) = not_kept {
        ui.note(format!("it is not kept for --offline: {}", reason.message()));
    }
    Ok(())
}

fn show(args: &ShowArgs, ui: &mut Ui<'_>) -> Result<(), Error> {
    let certificate =
        CertificateSource::from_argument(&args.cert, Trust::given(args.allow_http))?.load(ui)?;
    let validity = validity(&certificate);
    let description = match args.output.unwrap_or_default() {
        ReportForm::Text => for_people(&certificate, validity),
        ReportForm::Json => json(&certificate, validity),
    };
    Destination::Stdout.write(&[description], Audience::AsBefore, ui)
}

fn validity(certificate: &Certificate) -> &'static str {
    match certificate.validity_at(clock::now()) {
        Validity::NotYetValid => "not yet valid",
        Validity::Valid { .. } => "valid",
        Validity::Expired => "expired",
    }
}

fn for_people(certificate: &Certificate, validity: &str) -> String {
    let subject = match certificate.subject() {
        "" => "(empty)",
        subject => subject,
    };
    format!(
        "Fingerprint: {}\nValidity:    {} to {} ({validity})\nKey:         RSA, {} bits\nSubject:     {}\n",
        certificate.fingerprint(),
        certificate.not_before(),
        certificate.not_after(),
        certificate.sealing_key().bits(),
        text::one_line(subject),
    )
}

fn json(certificate: &Certificate, validity: &str) -> String {
    let bits = i64::from(certificate.sealing_key().bits());
    let description = Tree::mapping([
        ("fingerprint", Tree::from(certificate.fingerprint().to_string())),
        ("notBefore", Tree::from(certificate.not_before().to_string())),
        ("notAfter", Tree::from(certificate.not_after().to_string())),
        ("validity", Tree::from(validity)),
        ("algorithm", Tree::from("RSA")),
        ("bits", Tree::from(bits)),
        ("subject", Tree::from(certificate.subject())),
    ]);
    to_json(&description).to_string()
}
