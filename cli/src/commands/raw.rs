//! `seal raw`: one value in, its ciphertext out.

use std::path::PathBuf;

use clap::Args;
use sealkit_core::{EncryptionLabel, LabelError, Scope};
use sealkit_repository::config::Binding;

use crate::args::{CertificateArgs, FilenameArgs, FromEnvironment, ScopeName, not_empty};
use crate::cluster::{ClusterArgs, FromClusterArgs};
use crate::error::Error;
use crate::guard::Guard;
use crate::hints;
use crate::input::{Source, VALUE_LIMIT};
use crate::output::{Audience, Destination};
use crate::random;
use crate::rules::FoundRule;
use crate::typed;
use crate::ui::Ui;

/// Seal one value and print its ciphertext in base64
///
/// The result is a value for spec.encryptedData of a SealedSecret with that name and namespace. It
/// is printed without a newline, except on a terminal.
#[derive(Args)]
#[command(after_help = "\
Examples:
  seal raw --cert cluster.pem --namespace shop --name database
  printf %s \"$PASSWORD\" | seal raw --cert cluster.pem --namespace shop --name database
  seal raw tls.key --cert cluster.pem --scope cluster-wide")]
pub(crate) struct RawArgs {
    // First: see there.
    #[command(flatten)]
    pub(crate) environment: FromEnvironment,
    /// The file that holds the value; - or none for standard input: a terminal does not show what is typed
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) certificate: CertificateArgs,
    #[command(flatten)]
    pub(crate) cluster: FromClusterArgs,
    /// What the value is bound to [default: strict]
    #[arg(long, value_enum, env = "SEALED_SECRETS_SCOPE", hide_env_values = true)]
    pub(crate) scope: Option<ScopeName>,
    /// Namespace of the SealedSecret; for strict and namespace-wide scope
    #[arg(short, long, env = "SEALED_SECRETS_NAMESPACE", hide_env_values = true)]
    pub(crate) namespace: Option<String>,
    /// Name of the SealedSecret; for strict scope
    #[arg(long, env = "SEALED_SECRETS_NAME", hide_env_values = true)]
    pub(crate) name: Option<String>,
    #[command(flatten)]
    pub(crate) filename: FilenameArgs,
    /// Write to this file, in one step, instead of standard output
    #[arg(short = 'w', long = "write", value_name = "FILE")]
    pub(crate) write: Option<PathBuf>,
}

pub(crate) fn run(args: &RawArgs, ui: &mut Ui<'_>) -> Result<(), Error> {
    let source = args.file.as_deref().map_or(Source::Stdin, Source::from_argument);
    let destination = Destination::from_argument(args.write.as_deref());
    let filename = args.filename.filename.as_deref();
    let rule = FoundRule::for_sealing(filename, &destination, std::slice::from_ref(&source))?;
    let choice = args.certificate.choose(&args.environment, rule.as_ref(), &args.cluster)?;
    Guard::new().reads([&source]).reads(choice.locals()).writes(&destination).check(ui)?;
    let (label, looked_up) = label(&args.binding(rule.as_ref()), &args.cluster.cluster)?;

    let certificate = args.certificate.load(&choice, ui)?;
    let value = match source {
        Source::Stdin if ui.stdin().is_terminal() => typed::value(ui)?,
        _ => source.read(VALUE_LIMIT, ui)?,
    };
    typed::warn_of_newline(&value, ui);
    let sealed = certificate
        .sealing_key()
        .seal(&value, &label, &mut random::system())
        .map_err(|error| Error::failed(error).about(&source))?;
    let mut text = sealed.to_string();
    if destination == Destination::Stdout && ui.stdout().is_terminal() {
        text.push('\n');
    }
    destination.write(&[text], Audience::AsBefore, ui)?;
    if let Some(rule) = &rule {
        rule.note(ui);
    }
    choice.note_key(&certificate, ui);
    if let Some(namespace) = looked_up {
        ui.note(format!("sealed for namespace \"{namespace}\", from the kubeconfig"));
    }
    Ok(())
}

impl RawArgs {
    /// What is sealed for, as far as the flags, the rule and the environment say. Which of the keys of a values file the
    /// value is for is not known, so a rule says what they agree on.
    fn binding(&self, rule: Option<&FoundRule>) -> Binding {
        let given = Binding {
            scope: self.scope.map(Into::into),
            namespace: not_empty(self.namespace.as_deref()).map(str::to_owned),
            name: not_empty(self.name.as_deref()).map(str::to_owned),
        };
        let rule = rule.map(|found| found.rule().binding_anywhere());
        self.environment.binding(given, rule.as_ref())
    }
}

/// What the value is bound to, and the namespace if it had to be looked up.
fn label(
    binding: &Binding,
    cluster: &ClusterArgs,
) -> Result<(EncryptionLabel, Option<String>), Error> {
    let scope = binding.scope.unwrap_or_default();
    let name = binding.name.as_deref().unwrap_or_default();
    let given = binding.namespace.as_deref();
    let looked_up = match given {
        None if scope != Scope::ClusterWide => cluster.wanted().namespace()?,
        _ => None,
    };
    let namespace = given.or(looked_up.as_deref()).unwrap_or_default();
    let label = EncryptionLabel::for_scope(scope, namespace, name);
    Ok((label.map_err(|error| label_failed(&error))?, looked_up))
}

fn label_failed(error: &LabelError) -> Error {
    Error::usage(error).hint(hints::LABEL)
}
