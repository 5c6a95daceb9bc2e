//! `seal completions`: scripts that complete the command line.

use clap::Args;
use clap_complete::Shell;

use crate::error::Error;
use crate::output::{Audience, Destination};
use crate::ui::Ui;

/// Print a script that completes the command line in a shell
///
/// For bash: seal completions bash > /etc/bash_completion.d/seal
#[derive(Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// `program` is the whole command line, which the script completes.
pub(crate) fn run(
    args: &CompletionsArgs,
    mut program: clap::Command,
    ui: &mut Ui<'_>,
) -> Result<(), Error> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut program, "seal", &mut script);
    Destination::Stdout.write(&[script], Audience::AsBefore, ui)
}
