//! `seal unset`: items of a SealedSecret taken out of its file.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use sealkit_manifest::ItemChange;

use crate::error::Error;
use crate::in_file::{ObjectArgs, SealedSecretInFile, check_item};
use crate::ui::Ui;

/// Take items out of a file that has a SealedSecret
///
/// Every other byte of the file stays. No key is needed.
#[derive(Args)]
#[command(after_help = "\
Examples:
  seal unset overlays/production/database.yaml old-password
  seal unset all.yaml user password --name database")]
pub(crate) struct UnsetArgs {
    /// The file with the SealedSecret
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The items
    #[arg(value_name = "ITEM", required = true)]
    items: Vec<String>,
    #[command(flatten)]
    object: ObjectArgs,
}

pub(crate) fn run(args: &UnsetArgs, ui: &mut Ui<'_>) -> Result<(), Error> {
    args.items.iter().try_for_each(|item| check_item(item))?;
    let in_file = SealedSecretInFile::open(&args.file, &args.object, ui)?;
    let changes = args.items.iter().map(|item| (item.clone(), ItemChange::Unset));
    let changes: BTreeMap<_, _> = changes.collect();
    in_file.change(changes)
}
