//! `seal -i`: files whose Secrets are sealed where they stand.

use std::path::Path;
use std::sync::OnceLock;

use kubeyaml::Format;
use sealkit_core::SealingKey;
use sealkit_manifest::{Documents, InPlaceError, SealedInPlace, Stream, seal_in_place};

use super::{SealArgs, look_up, rules, tell};
use crate::documents;
use crate::error::Error;
use crate::guard::Guard;
use crate::input::{MANIFEST_LIMIT, Source};
use crate::output::{self, Destination};
use crate::random;
use crate::rules::FoundRule;
use crate::ui::Ui;

/// Each file by itself, with the rule that is its own: one that fails stays as it is, and those before it are sealed.
pub(super) fn run(args: &SealArgs, ui: &mut Ui<'_>) -> Result<(), Error> {
    args.files.iter().try_for_each(|file| seal_file(args, file, ui))
}

fn seal_file(args: &SealArgs, path: &Path, ui: &mut Ui<'_>) -> Result<(), Error> {
    let source = Source::from_argument(path);
    if source == Source::Stdin {
        return Err(Error::usage("standard input cannot be sealed where it stands")
            .hint("name the file, or leave -i out"));
    }
    let destination = Destination::File(path.to_owned());
    let filename = args.filename.filename.as_deref();
    let rule = FoundRule::for_sealing(filename, &destination, &[])?;
    let choice = args.certificate.choose(&args.environment, rule.as_ref(), &args.cluster)?;
    Guard::new().reads(choice.locals()).writes(&destination).check(ui)?;
    let certificate = args.certificate.load(&choice, ui)?;
    let before = source.read(MANIFEST_LIMIT, ui)?;
    let sources = std::slice::from_ref(&source);
    let inputs = Documents::split(vec![before.clone()]);
    let inputs = inputs.map_err(|error| documents::failed(sources, error))?;
    let binding = args.binding(rule.as_ref());
    let context_namespace = OnceLock::new();
    let look_up = || look_up(&args.cluster.cluster, &context_namespace);
    let rules = rules(args, &binding, &look_up);
    let done = seal(args, &inputs, certificate.sealing_key(), &rules)
        .map_err(|error| failed(error, &source))?;
    documents::show_warnings(sources, &done.warnings, ui);
    if done.sealed == 0 {
        ui.note(format!("{source}: it has no Secret, and stays as it is"));
        return Ok(());
    }
    output::replace_unchanged(path, &before, &done.file).map_err(|error| error.about(&source))?;
    tell(rule.as_ref(), &choice, &certificate, context_namespace.into_inner().flatten(), ui);
    Ok(())
}

fn seal(
    args: &SealArgs,
    inputs: &Documents,
    key: &SealingKey,
    rules: &sealkit_manifest::SealRules<'_>,
) -> Result<SealedInPlace, InPlaceError> {
    let format = inputs.inputs().first().map_or(Format::Yaml, kubeyaml::Input::format);
    let stream = Stream::new(format).allow_plaintext(args.allow_plaintext);
    seal_in_place(inputs, key, rules, &stream, &random::system())
}

fn failed(error: InPlaceError, source: &Source) -> Error {
    match error {
        InPlaceError::Seal(errors) => documents::failed(std::slice::from_ref(source), errors),
        InPlaceError::List { document } => Error::failed(format!(
            "document {document}: Secrets in a List are not sealed where they stand"
        ))
        .about(source)
        .hint("give each Secret a document of its own, or seal without -i"),
        InPlaceError::Edit(error) => Error::failed(error).about(source).hint("seal without -i"),
        _ => Error::failed("it cannot be sealed where it stands").about(source),
    }
}
