//! `seal man`: manual pages.

use clap::Args;
use clap_mangen::Man;

use crate::error::Error;
use crate::output::{Audience, Destination};
use crate::ui::Ui;

/// Print a manual page
///
/// To read it: seal man | man -l -
#[derive(Args)]
#[command(after_help = "\
Examples:
  seal man > seal.1
  seal man unseal > seal-unseal.1")]
pub(crate) struct ManArgs {
    /// The command to describe, such as unseal or cert show [default: seal itself]
    command: Vec<String>,
}

/// `program` is the whole command line, which the pages describe.
pub(crate) fn run(args: &ManArgs, program: clap::Command, ui: &mut Ui<'_>) -> Result<(), Error> {
    let mut page = Vec::new();
    Man::new(described(program, &args.command)?)
        .render(&mut page)
        .map_err(|error| Error::failed("the page cannot be made").caused_by(error))?;
    Destination::Stdout.write(&[page], Audience::AsBefore, ui)
}

fn described(mut program: clap::Command, names: &[String]) -> Result<clap::Command, Error> {
    program.build();
    let found = names.iter().try_fold(&program, |command, name| command.find_subcommand(name));
    found.cloned().ok_or_else(|| {
        Error::usage("there is no such command").hint("seal --help lists the commands")
    })
}
