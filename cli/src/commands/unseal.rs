//! `seal unseal`: SealedSecrets in, Secrets out, with the private keys.

use std::path::PathBuf;

use clap::Args;
use sealkit_core::KeyRing;
use sealkit_manifest::{Documents, Others, RenderContext, RenderLimits, Stream, UnsealRules};

use crate::args::{OutputArgs, not_empty};
use crate::clock;
use crate::documents;
use crate::error::Error;
use crate::guard::Guard;
use crate::input::Source;
use crate::key_files::{self, KeySource};
use crate::output::{Audience, Destination};
use crate::random;
use crate::ui::Ui;

/// Open SealedSecrets with the cluster's private keys
///
/// For disaster recovery and local checks. Needs no cluster: the keys come from a backup.
#[derive(Args)]
#[command(after_help = "\
Examples:
  kubectl get secret -n kube-system -l sealedsecrets.bitnami.com/sealed-secrets-key -o yaml > backup.yaml
  seal unseal sealed.yaml --key backup.yaml
  seal unseal sealed.yaml --key key.pem --item password")]
pub(crate) struct UnsealArgs {
    /// SealedSecrets in YAML or JSON; - or none for standard input
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Private keys: PEM, DER, or backups of key Secrets in YAML or JSON; may be given several times
    #[arg(
        short,
        long = "key",
        value_name = "FILE",
        required = true,
        value_delimiter = ',',
        env = "SEALED_SECRETS_RECOVERY_PRIVATE_KEY",
        hide_env_values = true
    )]
    keys: Vec<PathBuf>,
    /// Print this item's value and nothing else
    #[arg(long, value_name = "NAME")]
    item: Option<String>,
    /// Namespace of SealedSecrets that name none; an error for those that name another
    #[arg(short, long)]
    namespace: Option<String>,
    #[command(flatten)]
    output: OutputArgs,
    /// Pass documents of other kinds through unchanged instead of refusing them
    #[arg(long)]
    skip_other: bool,
}

pub(crate) fn run(args: &UnsealArgs, ui: &mut Ui<'_>) -> Result<(), Error> {
    let sources = Source::from_arguments(&args.files);
    let key_sources = KeySource::from_arguments(&args.keys);
    let destination = Destination::from_argument(args.output.write.as_deref());
    Guard::new()
        .reads(&sources)
        .reads(key_sources.iter().filter_map(KeySource::local))
        .writes(&destination)
        .check(ui)?;

    let keys = key_files::load(&key_sources, ui)?;
    let inputs = documents::read(&sources, ui)?;
    match &args.item {
        Some(item) => unseal_item(args, item, &inputs, &keys, &sources, &destination, ui),
        None => unseal_all(args, &inputs, &keys, &sources, &destination, ui),
    }
}

fn unseal_all(
    args: &UnsealArgs,
    inputs: &Documents,
    keys: &KeyRing,
    sources: &[Source],
    destination: &Destination,
    ui: &mut Ui<'_>,
) -> Result<(), Error> {
    let progress = ui.progress("unsealing", inputs.len());
    let secrets = sealkit_manifest::unseal(
        inputs,
        keys,
        &rules(args),
        &stream(args).progress(&|| progress.advance()),
    );
    drop(progress);
    let secrets = secrets.map_err(|error| documents::failed(sources, error))?;
    documents::show_warnings(sources, &secrets.warnings, ui);
    destination.write(&secrets.chunks, Audience::Private, ui)
}

fn unseal_item(
    args: &UnsealArgs,
    item: &str,
    inputs: &Documents,
    keys: &KeyRing,
    sources: &[Source],
    destination: &Destination,
    ui: &mut Ui<'_>,
) -> Result<(), Error> {
    let value = sealkit_manifest::unseal_item(inputs, keys, &rules(args), &stream(args), item)
        .map_err(|error| documents::failed(sources, error))?;
    destination.write(&[value.expose()], Audience::Private, ui)
}

fn rules(args: &UnsealArgs) -> UnsealRules<'_> {
    UnsealRules::new(&context).namespace(not_empty(args.namespace.as_deref()))
}

fn stream(args: &UnsealArgs) -> Stream<'static> {
    let others = if args.skip_other { Others::Pass } else { Others::Refuse };
    // What comes out is plaintext in any case.
    Stream::new(args.output.format()).others(others).allow_plaintext(true)
}

/// Templates may ask for the time and for random passwords.
fn context() -> RenderContext {
    let (seconds, nanoseconds) = clock::precisely_now();
    RenderContext::new(seconds, nanoseconds, random::system(), RenderLimits::default())
}
