//! `seal unseal`: SealedSecrets in, Secrets out, with the private keys.

use std::path::PathBuf;
use std::time::Duration;

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
    pub(crate) files: Vec<PathBuf>,
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
    pub(crate) keys: Vec<PathBuf>,
    /// Print this item's value and nothing else
    #[arg(long, value_name = "NAME")]
    pub(crate) item: Option<String>,
    /// Namespace of SealedSecrets that name none; an error for those that name another
    #[arg(short, long)]
    pub(crate) namespace: Option<String>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    /// Pass documents of other kinds through unchanged instead of refusing them
    #[arg(long)]
    pub(crate) skip_other: bool,
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

/// How long the templates of one SealedSecret may be rendered.
///
/// The limit on steps ends nearly everything within two seconds, on one core that nobody else uses. What remains is chance,
/// as the search for the primes of an RSA key, which a step cannot be priced for, and machines that are slow or busy.
const RENDER_TIME: Duration = Duration::from_secs(10);

/// Templates may ask for the time and for random passwords.
fn context() -> RenderContext {
    context_within(RENDER_TIME)
}

fn context_within(time: Duration) -> RenderContext {
    let (seconds, nanoseconds) = clock::precisely_now();
    RenderContext::new(seconds, nanoseconds, random::system(), RenderLimits::default())
        .with_deadline(clock::has_passed(time))
}

#[cfg(test)]
mod tests {
    use sealkit_core::{Certificate, EncryptionLabel, PrivateKey, Scope};
    use sealkit_manifest::{Format, UnsealErrors};
    use sealkit_testkit::read_fixture;
    use zeroize::Zeroizing;

    use super::*;
    use crate::hints::Hint as _;

    /// Opens a SealedSecret with a template that loops, within this time.
    fn unsealed(time: Duration) -> Result<(), UnsealErrors> {
        let certificate = Certificate::from_pem(&read_fixture("keys/rsa-2048.crt")).unwrap();
        let key = PrivateKey::from_pem(&read_fixture("keys/rsa-2048.key")).unwrap();
        let label = EncryptionLabel::for_scope(Scope::Strict, "shop", "app").unwrap();
        let key_to_seal = certificate.sealing_key();
        let value = key_to_seal.seal(b"hunter2", &label, &mut random::system()).unwrap();
        let text = format!(
            "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {{name: app, namespace: shop}}\n\
             spec:\n  encryptedData: {{password: {value}}}\n\
             \x20 template: {{data: {{url: '{{{{ range 10000 }}}}{{{{ end }}}}'}}}}\n"
        );
        let documents = Documents::split(vec![Zeroizing::new(text.into_bytes())]).unwrap();
        let make_context = || context_within(time);
        let rules = UnsealRules::new(&make_context);
        let stream = Stream::new(Format::Yaml);
        let keys = KeyRing::new(vec![key]);
        sealkit_manifest::unseal(&documents, &keys, &rules, &stream).map(drop)
    }

    #[test]
    fn templates_end_when_their_time_is_up() {
        assert!(unsealed(RENDER_TIME).is_ok());
        let errors = unsealed(Duration::ZERO).unwrap_err();
        let error = errors.first();
        assert_eq!(error.path(), ["spec", "template", "data", "url"]);
        assert_eq!(error.resource(), Some("SealedSecret shop/app"));
        let detail = error.kind().detail().unwrap();
        assert!(detail.contains("rendering takes more time than allowed"), "{detail}");
        assert!(error.kind().hint().is_some());
    }
}
