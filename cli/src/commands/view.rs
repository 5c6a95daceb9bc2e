//! `seal view`: what there is to know of SealedSecrets without a private key.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;
use kubeyaml::{Tree, to_json};
use sealkit_core::SealedValue;
use sealkit_manifest::{Ciphertext, Item, Metadata, SealedSecret};

use crate::args::ReportForm;
use crate::documents;
use crate::error::Error;
use crate::guard::Guard;
use crate::input::Source;
use crate::output::{Audience, Destination};
use crate::report::{file, number, optional};
use crate::text;
use crate::ui::Ui;

/// Show what SealedSecrets hold: items, what they are bound to, keys and lengths
///
/// Never a value: that takes a private key (seal unseal --item). Which key a value is sealed for is what a hint in the file
/// says; the length is that of the value.
#[derive(Args)]
#[command(after_help = "\
Examples:
  seal view overlays/production/database.yaml
  kubectl get sealedsecret database -o yaml | seal view
  seal view --output json database.yaml")]
pub(crate) struct ViewArgs {
    /// Files with SealedSecrets; - or none for standard input
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How it is printed [default: text]
    #[arg(short, long, value_enum)]
    output: Option<ReportForm>,
}

pub(crate) fn run(args: &ViewArgs, ui: &mut Ui<'_>) -> Result<(), Error> {
    let sources = Source::from_arguments(&args.files);
    Guard::new().reads(&sources).check(ui)?;
    let mut found = Vec::new();
    for source in &sources {
        let of_source = documents::read_sealed_secrets(source, ui)?.into_iter();
        found.extend(of_source.map(|sealed| (source, sealed)));
    }
    let report = match args.output.unwrap_or_default() {
        ReportForm::Text => {
            found.iter().map(|(_, sealed)| for_people(sealed)).collect::<Vec<_>>().join("\n")
        }
        ReportForm::Json => json(&found),
    };
    Destination::Stdout.write(&[report], Audience::AsBefore, ui)
}

fn for_people(sealed: &SealedSecret) -> String {
    let Metadata { namespace, name, .. } = sealed.metadata();
    let place = if namespace.is_empty() { name.clone() } else { format!("{namespace}/{name}") };
    let mut lines = format!("{} ({})\n", text::one_line(&place), sealed.scope());
    let rows: Vec<[String; 3]> = sealed.values().map(|value| row(sealed, value)).collect();
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max()
    };
    let (first, second) = (width(0).unwrap_or_default(), width(1).unwrap_or_default());
    for [item, length, key] in &rows {
        // A String takes all there is.
        writeln!(lines, "  {item:first$}  {length:>second$}  {key}").ok();
    }
    lines
}

fn row(sealed: &SealedSecret, (item, value): (Item, &Ciphertext)) -> [String; 3] {
    let name = match &item {
        Item::Named(name) => text::one_line(name),
        Item::Whole => "(spec.data)".to_owned(),
    };
    let (length, bits) = match value.sealed_value() {
        Ok(value) => (bytes(value.value_len()), format!("RSA {}", value.key_bits())),
        Err(error) => ("?".to_owned(), error.to_string()),
    };
    let key = hint(sealed, &item).unwrap_or(bits);
    [name, length, key]
}

fn bytes(count: usize) -> String {
    if count == 1 { "1 byte".to_owned() } else { format!("{count} bytes") }
}

/// Empty for the one value of a whole Secret.
fn name_of(item: &Item) -> &str {
    match item {
        Item::Named(name) => name,
        Item::Whole => "",
    }
}

/// The key that the hint names.
fn hint(sealed: &SealedSecret, item: &Item) -> Option<String> {
    sealed.hints().sealed_with(name_of(item)).map(|key| key.to_string())
}

fn json(found: &[(&Source, SealedSecret)]) -> String {
    let objects: Vec<Tree> = found.iter().map(|(source, sealed)| object(source, sealed)).collect();
    to_json(&Tree::mapping([("sealedSecrets", Tree::Sequence(objects))])).to_string()
}

fn object(source: &Source, sealed: &SealedSecret) -> Tree {
    let Metadata { namespace, name, .. } = sealed.metadata();
    let items: Vec<Tree> = sealed
        .values()
        .map(|(item, value)| {
            let value = value.sealed_value().ok();
            let count = |of: Option<usize>| of.map_or(Tree::Null, number);
            Tree::mapping([
                ("item", Tree::from(name_of(&item))),
                ("bytes", count(value.map(SealedValue::value_len))),
                ("keyBits", count(value.map(SealedValue::key_bits))),
                ("sealedWith", optional(hint(sealed, &item).as_deref())),
            ])
        })
        .collect();
    Tree::mapping([
        ("file", file(source)),
        ("namespace", Tree::from(namespace.as_str())),
        ("name", Tree::from(name.as_str())),
        ("scope", Tree::from(sealed.scope().to_string())),
        ("items", Tree::Sequence(items)),
    ])
}
