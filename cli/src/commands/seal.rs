//! `seal`: Secrets in, SealedSecrets out.

mod in_place;
mod update;

use std::path::PathBuf;
use std::sync::OnceLock;

use clap::Args;
use sealkit_core::{Certificate, SealingKey};
use sealkit_manifest::{
    Documents, LookUp, LookUpError, NamespaceRule, Others, Output, SealErrors, SealRules, Stream,
};
use sealkit_repository::config::Binding;

use crate::args::{
    CertificateArgs, FilenameArgs, FromEnvironment, OutputArgs, ScopeArgs, boolean, not_empty,
};
use crate::certificate::CertificateChoice;
use crate::cluster::{ClusterArgs, FromClusterArgs};
use crate::documents;
use crate::error::Error;
use crate::guard::Guard;
use crate::heap;
use crate::input::Source;
use crate::output::{Audience, Destination};
use crate::random;
use crate::rules::FoundRule;
use crate::ui::Ui;

/// Arguments of sealing, the program's main job.
#[derive(Args)]
pub(crate) struct SealArgs {
    // First: see there.
    #[command(flatten)]
    pub(crate) environment: FromEnvironment,
    /// Secrets in YAML or JSON; - or none for standard input
    #[arg(value_name = "FILE", env = "SEALED_SECRETS_SECRET_FILE", hide_env_values = true)]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) certificate: CertificateArgs,
    #[command(flatten)]
    pub(crate) cluster: FromClusterArgs,
    #[command(flatten)]
    pub(crate) scope: ScopeArgs,
    /// Namespace of Secrets that name none; an error for those that name another
    #[arg(short, long, env = "SEALED_SECRETS_NAMESPACE", hide_env_values = true)]
    pub(crate) namespace: Option<String>,
    /// Seal for this name, whatever the Secret's own is
    #[arg(long, env = "SEALED_SECRETS_NAME", hide_env_values = true)]
    pub(crate) name: Option<String>,
    #[command(flatten)]
    pub(crate) filename: FilenameArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    /// Seal the Secrets of each FILE where they stand; documents of other kinds keep every byte
    #[arg(short, long, requires = "files", conflicts_with_all = ["write", "format", "skip_other"])]
    pub(crate) in_place: bool,
    /// Keep the ciphertexts of values that -w FILE has already, and that have not changed
    #[arg(long, requires = "write", conflicts_with = "in_place")]
    pub(crate) update: bool,
    /// With --update: private keys that open what is there; PEM, DER, or backups of key Secrets; may be given several times
    #[arg(long = "key", value_name = "FILE", value_delimiter = ',', requires = "update")]
    pub(crate) keys: Vec<PathBuf>,
    /// With --update: compare with the Secrets in the cluster, which the controller has opened
    #[arg(long, requires = "update", conflicts_with = "keys")]
    pub(crate) compare_live: bool,
    /// Seal Secrets without data, too
    #[arg(
        long,
        env = "SEALED_SECRETS_ALLOW_EMPTY_DATA",
        hide_env_values = true,
        num_args = 0..=1,
        require_equals = true,
        default_value = "false",
        default_missing_value = "true",
        hide_default_value = true,
        hide_possible_values = true,
        value_parser = boolean
    )]
    pub(crate) allow_empty_data: bool,
    /// Pass documents of other kinds through unchanged instead of refusing them
    #[arg(long)]
    pub(crate) skip_other: bool,
    /// With --skip-other or -i: let documents be that hold a Secret in plaintext, such as templates
    #[arg(long)]
    pub(crate) allow_plaintext: bool,
    /// Seal a Secret of which a label or an annotation holds a value, and publishes it
    #[arg(long)]
    pub(crate) allow_values_in_metadata: bool,
    /// Leave out the sealkit.dev annotations that name the key and what was sealed for
    #[arg(long)]
    pub(crate) no_hints: bool,
}

pub(crate) fn run(args: &SealArgs, ui: &mut Ui<'_>) -> Result<(), Error> {
    if args.allow_plaintext && !args.skip_other && !args.in_place {
        return Err(Error::usage("--allow-plaintext is for --skip-other or --in-place"));
    }
    update::check(args)?;
    if args.in_place {
        return in_place::run(args, ui);
    }
    let sources = Source::from_arguments(&args.files);
    let destination = Destination::from_argument(args.output.write.as_deref());
    let filename = args.filename.filename.as_deref();
    let rule = FoundRule::for_sealing(filename, &destination, &sources)?;
    let choice = args.certificate.choose(&args.environment, rule.as_ref(), &args.cluster)?;
    Guard::new().reads(&sources).reads(choice.locals()).writes(&destination).check(ui)?;

    let certificate = args.certificate.load(&choice, ui)?;
    let inputs = documents::read(&sources, ui)?;
    let known = update::known(args, &certificate, ui)?;
    // Looked up only when a Secret names no namespace, and once.
    let context_namespace = OnceLock::new();
    let binding = args.binding(rule.as_ref());
    let look_up = || look_up(&args.cluster.cluster, &context_namespace);
    let rules = rules(args, &binding, &look_up).known(known.as_ref());
    let sealed = seal(args, &inputs, certificate.sealing_key(), &rules, ui)
        .map_err(|error| documents::failed(&sources, error))?;
    documents::show_warnings(&sources, &sealed.warnings, ui);
    destination.write(&sealed.chunks, Audience::AsBefore, ui)?;
    tell(rule.as_ref(), &choice, &certificate, context_namespace.into_inner().flatten(), ui);
    Ok(())
}

/// Says what has decided beside the command line: the rule, whose key it is, the namespace that was looked up.
fn tell(
    rule: Option<&FoundRule>,
    choice: &CertificateChoice<'_>,
    certificate: &Certificate,
    namespace: Option<String>,
    ui: &mut Ui<'_>,
) {
    if let Some(rule) = rule {
        rule.note(ui);
    }
    choice.note_key(certificate, ui);
    if let Some(namespace) = namespace {
        ui.note(format!("sealed for namespace \"{namespace}\", where a Secret names none"));
    }
}

impl SealArgs {
    /// What is sealed for, as far as the flags, the rule and the environment say.
    fn binding(&self, rule: Option<&FoundRule>) -> Binding {
        let given = Binding {
            scope: self.scope.scope.map(Into::into),
            namespace: not_empty(self.namespace.as_deref()).map(str::to_owned),
            name: not_empty(self.name.as_deref()).map(str::to_owned),
        };
        self.environment.binding(given, rule.map(|found| found.rule().binding()))
    }
}

/// The namespace of the kubeconfig's context, looked up once.
fn look_up(
    cluster: &ClusterArgs,
    context_namespace: &OnceLock<Option<String>>,
) -> Result<Option<String>, LookUpError> {
    if let Some(namespace) = context_namespace.get() {
        return Ok(namespace.clone());
    }
    let namespace = cluster.wanted().namespace()?;
    Ok(context_namespace.get_or_init(|| namespace).clone())
}

fn rules<'a>(args: &SealArgs, binding: &'a Binding, look_up: LookUp<'a>) -> SealRules<'a> {
    let namespace = match binding.namespace.as_deref() {
        Some(namespace) => NamespaceRule::Given(namespace),
        None => NamespaceRule::LookedUp(look_up),
    };
    SealRules::default()
        .scope(binding.scope)
        .namespace(namespace)
        .name(binding.name.as_deref())
        .allow_empty_data(args.allow_empty_data)
        .allow_values_in_metadata(args.allow_values_in_metadata)
        .hints(!args.no_hints)
}

fn seal(
    args: &SealArgs,
    documents: &Documents,
    key: &SealingKey,
    rules: &SealRules<'_>,
    ui: &mut Ui<'_>,
) -> Result<Output, SealErrors> {
    let _pages = heap::keep_pages(documents.len());
    let progress = ui.progress("sealing", documents.len());
    let advance = || progress.advance();
    let others = if args.skip_other { Others::Pass } else { Others::Refuse };
    let stream = Stream::new(args.output.format())
        .others(others)
        .allow_plaintext(args.allow_plaintext)
        .progress(&advance);
    sealkit_manifest::seal(documents, key, rules, &stream, &random::system())
}
