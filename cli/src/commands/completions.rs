//! `seal completions`: scripts that complete the command line.

mod contexts;

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

use crate::error::Error;
use crate::output::{Audience, Destination};
use crate::ui::Ui;

/// Print a script that completes the command line in a shell
///
/// In bash, zsh and fish it completes the names of contexts as well, as the kubeconfig has them at that moment.
#[derive(Args)]
#[command(after_help = "\
Examples:
  seal completions bash > ~/.local/share/bash-completion/completions/seal
  seal completions zsh > _seal")]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum, required_unless_present = "contexts")]
    shell: Option<Shell>,
    /// Print the names of the kubeconfig's contexts: for the scripts
    #[arg(long, hide = true, conflicts_with = "shell")]
    contexts: bool,
    /// The kubeconfig that was named on the command line that is completed
    #[arg(
        long,
        value_name = "FILE",
        hide = true,
        env = "SEALED_SECRETS_KUBECONFIG",
        hide_env_values = true
    )]
    kubeconfig: Option<PathBuf>,
}

/// `program` is the whole command line, which the script completes.
pub(crate) fn run(
    args: &CompletionsArgs,
    mut program: clap::Command,
    ui: &mut Ui<'_>,
) -> Result<(), Error> {
    let Some(shell) = args.shell else {
        return Destination::Stdout.write(
            &[contexts::names(args.kubeconfig.as_deref())],
            Audience::AsBefore,
            ui,
        );
    };
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut program, "seal", &mut script);
    let script = contexts::completed_by(shell, &String::from_utf8_lossy(&script));
    Destination::Stdout.write(&[script], Audience::AsBefore, ui)
}
