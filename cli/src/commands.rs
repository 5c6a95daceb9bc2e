//! The program's commands: one file each, with its help text, arguments and function.

pub(crate) mod cert;
pub(crate) mod completions;
pub(crate) mod keygen;
pub(crate) mod man;
pub(crate) mod raw;
pub(crate) mod seal;
pub(crate) mod unseal;

use crate::args::{Cli, Command};
use crate::error::Error;
use crate::ui::Ui;

/// Runs the command that was asked for.
pub(crate) fn run(cli: Cli, ui: &mut Ui) -> Result<(), Error> {
    match cli.command {
        None => seal::run(&cli.seal, ui),
        Some(Command::Unseal(args)) => unseal::run(&args, ui),
        Some(Command::Raw(args)) => raw::run(&args, ui),
        Some(Command::Keygen(args)) => keygen::run(&args, ui),
        Some(Command::Cert(args)) => cert::run(&args, ui),
        Some(Command::Completions(args)) => completions::run(&args),
        Some(Command::Man(args)) => man::run(&args),
    }
}
