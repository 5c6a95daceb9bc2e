//! A SealedSecret in a file, whose items are changed where they stand.

use std::path::{Path, PathBuf};

use clap::Args;
use sealkit_core::{EncryptionLabel, LabelError, Scope};
use sealkit_manifest::{
    Documents, ItemError, Metadata, ObjectChanges, ObjectPlace, ReadErrors, SealedSecret,
    change_items, sealed_secrets,
};
use sealkit_repository::config::Binding;
use zeroize::Zeroizing;

use crate::args::not_empty;
use crate::documents;
use crate::error::Error;
use crate::hints;
use crate::input::{MANIFEST_LIMIT, Source};
use crate::output;
use crate::ui::Ui;

/// Which SealedSecret of a file is meant, and what its values are bound to where it does not say it itself.
#[derive(Args)]
pub(crate) struct ObjectArgs {
    /// Namespace: of the SealedSecret meant, or where the file's says none
    #[arg(short, long, env = "SEALED_SECRETS_NAMESPACE", hide_env_values = true)]
    pub(crate) namespace: Option<String>,
    /// Name of the SealedSecret meant, where a file has several
    #[arg(long, env = "SEALED_SECRETS_NAME", hide_env_values = true)]
    pub(crate) name: Option<String>,
}

impl ObjectArgs {
    /// What the flags say.
    pub(crate) fn binding(&self) -> Binding {
        Binding {
            scope: None,
            namespace: not_empty(self.namespace.as_deref()).map(str::to_owned),
            name: not_empty(self.name.as_deref()).map(str::to_owned),
        }
    }

    fn means(&self, metadata: &Metadata) -> bool {
        let is =
            |given: Option<&str>, found: &str| not_empty(given).is_none_or(|given| given == found);
        // A namespace that the file does not name may be meant as well.
        let namespace = &metadata.namespace;
        is(self.name.as_deref(), &metadata.name)
            && (namespace.is_empty() || is(self.namespace.as_deref(), namespace))
    }
}

/// A SealedSecret, and the file that it stands in.
pub(crate) struct SealedSecretInFile {
    path: PathBuf,
    before: Zeroizing<Vec<u8>>,
    documents: Documents,
    place: ObjectPlace,
    sealed: SealedSecret,
}

impl SealedSecretInFile {
    /// Reads the file, and finds the one SealedSecret that is meant.
    pub(crate) fn open(path: &Path, meant: &ObjectArgs, ui: &mut Ui<'_>) -> Result<Self, Error> {
        let source = file(path)?;
        let before = source.read(MANIFEST_LIMIT, ui)?;
        let sources = std::slice::from_ref(&source);
        let documents = Documents::split(vec![before.clone()]);
        let documents = documents.map_err(|error| documents::failed(sources, error))?;
        let (found, unread) = sealed_secrets(&documents);
        let (place, sealed) = choose(found, unread, meant, &source)?;
        Ok(Self { path: path.to_owned(), before, documents, place, sealed })
    }

    /// The SealedSecret as it was read.
    pub(crate) fn sealed(&self) -> &SealedSecret {
        &self.sealed
    }

    /// The SealedSecret with what its values are bound to: namespace and name are the document's; where it names none, those of
    /// `given`.
    pub(crate) fn bound(&self, given: &Binding) -> Result<(SealedSecret, EncryptionLabel), Error> {
        let mut parts = self.sealed.clone().into_parts();
        let fill = |own: &mut String, given: Option<&String>| {
            if own.is_empty() {
                given.unwrap_or(&String::new()).clone_into(own);
            }
        };
        fill(&mut parts.metadata.namespace, given.namespace.as_ref());
        fill(&mut parts.metadata.name, given.name.as_ref());
        let about = |error: Error| error.about(self.path.display());
        let bound = SealedSecret::from_parts(parts).map_err(|error| about(Error::failed(error)))?;
        let label = bound.label().map_err(|error| self.unbound(&error, bound.scope()))?;
        Ok((bound, label))
    }

    /// What a new value is to be bound to.
    pub(crate) fn label(&self, given: &Binding) -> Result<EncryptionLabel, Error> {
        self.bound(given).map(|(_, label)| label)
    }

    fn unbound(&self, error: &LabelError, scope: Scope) -> Error {
        let failed = Error::failed(format!("{error}, and the SealedSecret is {scope}"));
        failed.about(self.path.display()).hint(hints::NO_BINDING)
    }

    /// Writes the file with these changes, in one step, unless it has changed since it was read.
    pub(crate) fn change(&self, changes: impl Into<ObjectChanges>) -> Result<(), Error> {
        let about = |error: Error| error.about(self.path.display());
        let after = change_items(&self.documents, self.place, &changes.into());
        let after = after.map_err(|error| about(not_changed(&error)))?;
        output::replace_unchanged(&self.path, &self.before, &after).map_err(about)
    }
}

/// The file that is changed, which is no standard stream.
fn file(path: &Path) -> Result<Source, Error> {
    match Source::from_argument(path) {
        Source::Stdin => Err(Error::usage("standard input cannot be changed where it stands")
            .hint("name the file that the SealedSecret is in")),
        source => Ok(source),
    }
}

fn choose(
    found: Vec<(ObjectPlace, SealedSecret)>,
    unread: Option<ReadErrors>,
    meant: &ObjectArgs,
    source: &Source,
) -> Result<(ObjectPlace, SealedSecret), Error> {
    let is_any = !found.is_empty();
    let names = found.iter().map(|(_, sealed)| described(sealed)).collect::<Vec<_>>().join(", ");
    let mut chosen = found.into_iter().filter(|(_, sealed)| meant.means(sealed.metadata()));
    match (chosen.next(), chosen.next(), unread) {
        (Some(one), None, _) => Ok(one),
        (Some(_), Some(_), _) => {
            Err(Error::failed(format!("it has several SealedSecrets: {names}"))
                .about(source)
                .hint("say which is meant: --name NAME, and --namespace NAMESPACE"))
        }
        (None, _, Some(errors)) => Err(documents::failed(std::slice::from_ref(source), errors)),
        (None, _, None) if is_any => {
            Err(Error::failed(format!("it has no SealedSecret of that name, but {names}"))
                .about(source))
        }
        (None, _, None) => Err(Error::failed("it has no SealedSecret").about(source)),
    }
}

fn described(sealed: &SealedSecret) -> String {
    let Metadata { namespace, name, .. } = sealed.metadata();
    match namespace.as_str() {
        "" => name.clone(),
        namespace => format!("{namespace}/{name}"),
    }
}

/// Why items cannot be changed, and what to do.
pub(crate) fn not_changed(error: &ItemError) -> Error {
    let failed = Error::failed(error);
    match error {
        ItemError::WholeSecret => {
            failed.hint("seal the Secret again: seal writes spec.encryptedData")
        }
        ItemError::Missing { .. } => failed.hint("seal view FILE shows what it has"),
        ItemError::Edit(_) => failed
            .hint("write this part of the file more plainly: one line an item, without anchors"),
        _ => failed,
    }
}

/// Refuses what is no name of an item: it may be a value.
pub(crate) fn check_item(item: &str) -> Result<(), Error> {
    let is_usual = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if !item.is_empty() && item.len() <= 253 && item.bytes().all(is_usual) {
        return Ok(());
    }
    Err(Error::usage("ITEM is no name of an item: letters, digits, -, _ and .")
        .hint(hints::VALUE_ON_STDIN)
        .hint(hints::NOT_SHOWN))
}
