//! The program's commands: one file each, with its help text, arguments and function.

pub(crate) mod cert;
pub(crate) mod completions;
pub(crate) mod keygen;
pub(crate) mod man;
pub(crate) mod raw;
pub(crate) mod seal;
pub(crate) mod unseal;

use crate::args::Command;
use crate::error::Error;
use crate::ui::Ui;

/// Runs the command that was asked for.
pub(crate) fn run(command: Command, ui: &mut Ui<'_>) -> Result<(), Error> {
    match command {
        Command::Seal(args) => seal::run(&args, ui),
        Command::Unseal(args) => unseal::run(&args, ui),
        Command::Raw(args) => raw::run(&args, ui),
        Command::Keygen(args) => keygen::run(&args, ui),
        Command::Cert(args) => cert::run(&args, ui),
        Command::Completions(args) => completions::run(&args, ui),
        Command::Man(args) => man::run(&args, ui),
    }
}
