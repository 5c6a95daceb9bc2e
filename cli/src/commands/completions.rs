//! `seal completions`: scripts that complete the command line.

mod contexts;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
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
    #[arg(value_enum)]
    shell: ShellName,
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

#[derive(Clone, Copy, ValueEnum)]
enum ShellName {
    Bash,
    Elvish,
    Fish,
    #[value(name = "powershell")]
    PowerShell,
    Zsh,
    /// The names of the kubeconfig's contexts: for the scripts
    #[value(hide = true)]
    Contexts,
}

/// `program` is the whole command line, which the script completes.
pub(crate) fn run(
    args: &CompletionsArgs,
    mut program: clap::Command,
    ui: &mut Ui<'_>,
) -> Result<(), Error> {
    let text = match args.shell {
        ShellName::Contexts => contexts::names(args.kubeconfig.as_deref()),
        ShellName::Bash => contexts::in_bash(&script(Shell::Bash, &mut program)),
        ShellName::Zsh => contexts::in_zsh(&script(Shell::Zsh, &mut program)),
        ShellName::Fish => contexts::in_fish(&script(Shell::Fish, &mut program)),
        ShellName::Elvish => script(Shell::Elvish, &mut program),
        ShellName::PowerShell => script(Shell::PowerShell, &mut program),
    };
    Destination::Stdout.write(&[text], Audience::AsBefore, ui)
}

fn script(shell: Shell, program: &mut clap::Command) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, program, "seal", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}
