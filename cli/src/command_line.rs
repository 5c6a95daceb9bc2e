//! The command line: the program's commands, from the words that a person types to the function that is run.

#[cfg(test)]
mod canaries;
pub(crate) mod given;
mod mistyped;
pub(crate) mod refused;

use std::ffi::OsString;

use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::commands::{
    cert, completions, config, edit, keygen, man, merge, raw, rotate, seal, set, status, unseal,
    unset, validate, view,
};
use crate::error::Error;
use crate::ui::Ui;

/// What the program can do; sealing needs no command's name.
#[derive(Subcommand)]
pub(crate) enum Command {
    #[command(skip)]
    Seal(seal::SealArgs),
    Unseal(unseal::UnsealArgs),
    Raw(raw::RawArgs),
    Set(set::SetArgs),
    Unset(unset::UnsetArgs),
    Merge(merge::MergeArgs),
    Edit(edit::EditArgs),
    View(view::ViewArgs),
    Validate(validate::ValidateArgs),
    Rotate(rotate::RotateArgs),
    Status(status::StatusArgs),
    Keygen(keygen::KeygenArgs),
    Cert(cert::CertArgs),
    Config(config::ConfigArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

impl Command {
    /// Does what was asked for.
    pub(crate) fn run(self, ui: &mut Ui<'_>) -> Result<(), Error> {
        match self {
            Self::Seal(args) => seal::run(&args, ui),
            Self::Unseal(args) => unseal::run(&args, ui),
            Self::Raw(args) => raw::run(&args, ui),
            Self::Set(args) => set::run(&args, ui),
            Self::Unset(args) => unset::run(&args, ui),
            Self::Merge(args) => merge::run(&args, ui),
            Self::Edit(args) => edit::run(&args, ui),
            Self::View(args) => view::run(&args, ui),
            Self::Validate(args) => validate::run(&args, ui),
            Self::Rotate(args) => rotate::run(&args, ui),
            Self::Status(args) => status::run(&args, ui),
            Self::Keygen(args) => keygen::run(&args, ui),
            Self::Cert(args) => cert::run(&args, ui),
            Self::Config(args) => config::run(&args, ui),
            Self::Completions(args) => completions::run(&args, definition(), ui),
            Self::Man(args) => man::run(&args, definition(), ui),
        }
    }
}

/// Parses the command line and the environment. Help and version come back as an error that prints
/// them.
pub(crate) fn parse(arguments: &[OsString]) -> Result<Command, Error> {
    given::refuse_misfits(arguments)?;
    let mut program = definition();
    match program.try_get_matches_from_mut(arguments) {
        Ok(matches) if matches.subcommand().is_some() => {
            given::refuse_no_files(&program, &matches)?;
            Ok(Command::from_arg_matches(&matches)?)
        }
        Ok(matches) => {
            let args = Sealing::from_arg_matches(&matches)?.args;
            for file in &args.files {
                mistyped::refuse_file(file.as_os_str(), names)?;
            }
            given::refuse_no_files(&program, &matches)?;
            Ok(Command::Seal(args))
        }
        // Before what the parser says: it took the word for a file, and the flags behind it for those of sealing.
        Err(error) => match arguments.get(1) {
            Some(first) => {
                mistyped::refuse_command(first, names).and(Err(refused::told(error, arguments)))
            }
            None => Err(refused::told(error, arguments)),
        },
    }
}

/// The names of all commands.
pub(crate) fn names() -> Vec<String> {
    let mut program = definition();
    program.build();
    program.get_subcommands().map(|command| command.get_name().to_owned()).collect()
}

/// The command line as help, completions and man pages show it.
fn definition() -> clap::Command {
    // What is unsealed goes elsewhere: the variable is for sealing alone.
    let write = |arg: clap::Arg| arg.env("SEALED_SECRETS_SEALED_SECRET_FILE").hide_env_values(true);
    let sealing = Sealing::command().mut_arg("write", write);
    ignore_empty_variables(sealing).subcommands([
        named::<unseal::UnsealArgs>("unseal", "Open SealedSecrets with the cluster's private keys"),
        named::<raw::RawArgs>("raw", "Seal one value and print its ciphertext in base64"),
        named::<set::SetArgs>("set", "Seal one value into a file that has a SealedSecret"),
        named::<unset::UnsetArgs>("unset", "Take items out of a file that has a SealedSecret"),
        named::<merge::MergeArgs>(
            "merge",
            "Seal the values of a Secret into a file that has a SealedSecret",
        ),
        named::<edit::EditArgs>(
            "edit",
            "Edit the values of a SealedSecret, and seal those that have changed",
        ),
        named::<view::ViewArgs>(
            "view",
            "Show what SealedSecrets hold: items, what they are bound to, keys and lengths",
        ),
        named::<validate::ValidateArgs>(
            "validate",
            "Ask a cluster's controller whether it can open SealedSecrets",
        ),
        named::<rotate::RotateArgs>(
            "rotate",
            "Seal the values of a working tree again, for the newest key",
        ),
        named::<status::StatusArgs>(
            "status",
            "Show the sealed values of a working tree, and the key of each",
        ),
        named::<keygen::KeygenArgs>("keygen", "Make a sealing key and its certificate"),
        named::<cert::CertArgs>(
            "cert",
            "Show a certificate: fingerprint, validity, key size, subject",
        ),
        named::<config::ConfigArgs>("config", "Show which rule of .seal.yaml is a file's"),
        named::<completions::CompletionsArgs>(
            "completions",
            "Print a script that completes the command line in a shell",
        ),
        named::<man::ManArgs>("man", "Print a manual page"),
    ])
}

/// Keep Kubernetes Secrets in Git.
///
/// Reads Secrets and writes SealedSecrets, which only the cluster that owns the sealing key can
/// open. Without a command it seals: from the files named, or from standard input.
#[derive(Parser)]
#[command(
    name = "seal",
    version,
    args_conflicts_with_subcommands = true,
    after_long_help = LONG_EXAMPLES,
    after_help = "See --help for examples and exit codes."
)]
struct Sealing {
    #[command(flatten)]
    args: seal::SealArgs,
}

const LONG_EXAMPLES: &str = "\
Examples:
  seal --cert cluster.pem < secret.yaml > sealed.yaml
  seal --cert https://example.com/cert.pem secret.yaml -w sealed.yaml
  kubectl create secret generic db --dry-run=client --from-file=password -o yaml | seal --cert cluster.pem
  seal unseal sealed.yaml --key backup.yaml
  printf %s \"$PASSWORD\" | seal raw --cert cluster.pem --namespace shop --name db

A file that is called like a command is given as ./NAME.

Exit codes:
  0  done
  1  the operation failed; nothing was written
  2  the command line makes no sense
  3  a check found something";

/// A command with the line that lists it. The rest is built only for the command that is used: all of them
/// together would take longer than to seal a value.
fn named<A: Args>(name: &'static str, about: &'static str) -> clap::Command {
    clap::Command::new(name)
        .about(about)
        .defer(|command| ignore_empty_variables(A::augment_args(command)))
}

/// An environment variable that is set to nothing counts as not set.
pub(crate) fn ignore_empty_variables(command: clap::Command) -> clap::Command {
    let is_empty = |arg: &clap::Arg| {
        let value = arg.get_env().and_then(std::env::var_os);
        value.is_some_and(|value| value.is_empty())
    };
    command
        .mut_args(|arg| if is_empty(&arg) { arg.env(None::<&str>) } else { arg })
        .mut_subcommands(ignore_empty_variables)
}

#[cfg(test)]
mod tests {
    use super::definition;

    #[test]
    fn the_command_line_is_well_formed() {
        definition().debug_assert();
    }

    #[test]
    fn commands_are_listed_as_they_describe_themselves() {
        let listed = definition();
        let mut built = definition();
        built.build();
        for short in listed.get_subcommands() {
            let full = built.find_subcommand(short.get_name()).expect("it is there");
            assert_eq!(short.get_about(), full.get_about(), "{}", short.get_name());
            assert!(full.get_arguments().next().is_some(), "{}", short.get_name());
        }
    }
}
