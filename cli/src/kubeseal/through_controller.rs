//! What the controller does for kubeseal: it says whether SealedSecrets open, and seals their values again.

use std::path::Path;

use kubeyaml::{DuplicateKeys, Format, to_json, to_json_line, to_yaml};
use sealkit_core::SealedValue;
use sealkit_manifest::{
    Documents, Item, ItemChange, ItemError, ObjectChanges, ObjectPlace, ReadErrors, SealedSecret,
    change_items, sealed_secrets,
};
use zeroize::Zeroizing;

use crate::cluster::{ClusterArgs, ReEncryptError, ReEncrypter, Verifier};
use crate::documents;
use crate::error::Error;
use crate::in_file::not_changed;
use crate::input::{MANIFEST_LIMIT, Source};
use crate::output::{self, Audience, Destination};
use crate::text;
use crate::ui::Ui;

/// Nothing where the controller can open all of them; else an error that names the first that it cannot.
pub(super) fn validate(
    source: &Source,
    cluster: &ClusterArgs,
    ui: &mut Ui<'_>,
) -> Result<(), Error> {
    let all = documents::read_sealed_secrets(source, ui)?;
    let verifier = Verifier::open(cluster, ui)?;
    for sealed in &all {
        if !verifier.can_open(&to_json_line(&sealed.to_tree()))? {
            let name = text::one_line(&sealed.metadata().name);
            return Err(Error::failed(format!("unable to decrypt sealed secret: {name}"))
                .about(source)
                .hint("seal unseal says why, with the private keys"));
        }
    }
    Ok(())
}

/// Reads SealedSecrets, and writes the same with new ciphertexts.
pub(super) fn re_encrypt(
    source: &Source,
    destination: &Destination,
    format: Format,
    cluster: &ClusterArgs,
    ui: &mut Ui<'_>,
) -> Result<(), Error> {
    let (documents, found) = read(source.read(MANIFEST_LIMIT, ui)?, source)?;
    refuse_others(&documents, source)?;
    let controller = ReEncrypter::open(cluster, ui)?;
    let key = controller.certificate().fingerprint();
    let mut written = Vec::new();
    for (_, sealed) in found {
        let values = new_values(&controller, &sealed, source)?;
        let tree = sealed.with_values(values, key).to_tree();
        match format {
            Format::Yaml => written.extend([Zeroizing::new("---\n".to_owned()), to_yaml(&tree)]),
            Format::Json => written.extend([to_json(&tree)]),
        }
    }
    destination.write(&written, Audience::AsBefore, ui)
}

/// Puts new ciphertexts into a file; every other byte stays.
pub(super) fn re_encrypt_in(
    path: &Path,
    cluster: &ClusterArgs,
    ui: &mut Ui<'_>,
) -> Result<(), Error> {
    let source = Source::File(path.to_owned());
    let before = source.read(MANIFEST_LIMIT, ui)?;
    let (_, found) = read(before.clone(), &source)?;
    let controller = ReEncrypter::open(cluster, ui)?;
    let key = controller.certificate().fingerprint();
    let mut after = before.clone();
    for (place, sealed) in found {
        let values = new_values(&controller, &sealed, &source)?;
        let items = values.into_iter().filter_map(|(item, value)| match item {
            Item::Named(name) => Some((name, ItemChange::Set(value, key))),
            Item::Whole => None,
        });
        let changes = ObjectChanges { items: items.collect(), ..ObjectChanges::default() };
        let changed = change_items(&split(after, &source)?, place, &changes);
        after = changed.map_err(|error| not_changed(&error).about(&source))?;
    }
    output::replace_unchanged(path, &before, &after).map_err(|error| error.about(&source))
}

fn split(text: Zeroizing<Vec<u8>>, source: &Source) -> Result<Documents, Error> {
    let documents = Documents::split(vec![text]);
    documents.map_err(|errors| documents::failed(std::slice::from_ref(source), errors))
}

/// The documents of a text, and the SealedSecrets among them.
fn read(
    text: Zeroizing<Vec<u8>>,
    source: &Source,
) -> Result<(Documents, Vec<(ObjectPlace, SealedSecret)>), Error> {
    let documents = split(text, source)?;
    match sealed_secrets(&documents) {
        (_, Some(errors)) => Err(documents::failed(std::slice::from_ref(source), errors)),
        (found, None) if found.is_empty() => {
            Err(Error::failed("it has no SealedSecret").about(source))
        }
        (found, None) => Ok((documents, found)),
    }
}

/// Refuses other documents beside the SealedSecrets: they would be lost on the way.
fn refuse_others(documents: &Documents, source: &Source) -> Result<(), Error> {
    let visited = documents.visit(DuplicateKeys::Refused, |document| {
        let resources = document.resources()?;
        let is_other = resources.iter().any(|resource| resource.kind() != "SealedSecret");
        Ok::<_, ReadErrors>(is_other)
    });
    let other = visited.into_iter().find(|located| matches!(located.result, Ok(true)));
    match other.map(|located| located.document) {
        None => Ok(()),
        Some(number) => Err(Error::failed(format!("document {number} is no SealedSecret"))
            .about(source)
            .hint("with -f alone the file is changed where it stands, and other documents stay")),
    }
}

fn new_values(
    controller: &ReEncrypter,
    sealed: &SealedSecret,
    source: &Source,
) -> Result<Vec<(Item, SealedValue)>, Error> {
    if sealed.is_deprecated_form() {
        return Err(not_changed(&ItemError::WholeSecret).about(source));
    }
    let about = |message: &str| {
        let name = text::one_line(&sealed.metadata().name);
        Error::failed(format!("{message}: {name}")).about(source)
    };
    match controller.re_encrypt(sealed) {
        Ok(values) => Ok(values.into_iter().collect()),
        Err(ReEncryptError::NotOpened) => Err(about("the controller cannot open the values")
            .hint("seal unseal says why, with the private keys")),
        Err(ReEncryptError::TooLarge) => Err(about("it is larger than the controller takes")),
        Err(ReEncryptError::Failed(error)) => Err(error),
    }
}
