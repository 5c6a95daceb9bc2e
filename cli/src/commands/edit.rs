//! `seal edit`: the values of a SealedSecret in a person's editor.

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead as _;
use std::path::PathBuf;

use clap::Args;
use kubeyaml::{Tree, to_yaml};
use sealkit_core::{Certificate, EncryptionLabel, KeyRing, Plaintext, TrialLimit};
use sealkit_manifest::{Item, ItemChange, Metadata, OpenError, SealedSecret, Secret, open};
use zeroize::Zeroizing;

use crate::args::{CertificateArgs, FromEnvironment};
use crate::cluster::FromClusterArgs;
use crate::documents;
use crate::editor::{DRAFT, Draft};
use crate::error::Error;
use crate::guard::Guard;
use crate::in_file::{ObjectArgs, SealedSecretInFile, check_item};
use crate::input::Source;
use crate::key_files::{self, KeySource};
use crate::output::Destination;
use crate::random;
use crate::rules::FoundRule;
use crate::ui::Ui;

/// What stands for a value that is not opened.
const SEALED: &str = "<sealed>";

/// Edit the values of a SealedSecret, and seal those that have changed
///
/// The editor is that of VISUAL or EDITOR. Plaintext is in memory alone, in a private folder of /dev/shm that is gone
/// afterwards, however the program ends. Values that have not changed keep their ciphertexts, and every other byte of the file stays.
#[derive(Args)]
#[command(after_help = "\
Examples:
  seal edit overlays/production/database.yaml --key backup.yaml
  seal edit database.yaml --blind --cert cluster.pem")]
pub(crate) struct EditArgs {
    // First: see there.
    #[command(flatten)]
    environment: FromEnvironment,
    /// The file with the SealedSecret
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Private keys: PEM, DER, or backups of key Secrets in YAML or JSON; may be given several times
    #[arg(
        short,
        long = "key",
        value_name = "FILE",
        value_delimiter = ',',
        conflicts_with = "blind",
        env = "SEALED_SECRETS_RECOVERY_PRIVATE_KEY",
        hide_env_values = true
    )]
    keys: Vec<PathBuf>,
    /// Edit without a private key: <sealed> stands for each value, and stays unless it is replaced
    #[arg(long)]
    blind: bool,
    /// Edit in a temporary folder where there is no /dev/shm: on a disk, perhaps
    #[arg(long)]
    allow_disk: bool,
    #[command(flatten)]
    object: ObjectArgs,
    #[command(flatten)]
    certificate: CertificateArgs,
    #[command(flatten)]
    cluster: FromClusterArgs,
}

pub(crate) fn run(args: &EditArgs, ui: &mut Ui<'_>) -> Result<(), Error> {
    if args.keys.is_empty() && !args.blind {
        return Err(Error::usage("there is no private key to open the values with").hint(
            "give it: --key FILE; --blind edits without one, and shows <sealed> for each value",
        ));
    }
    let key_sources = KeySource::from_arguments(&args.keys);
    let destination = Destination::File(args.file.clone());
    let rule = FoundRule::for_sealing(None, &destination, &[])?;
    let choice = args.certificate.choose(&args.environment, rule.as_ref(), &args.cluster)?;
    Guard::new()
        .reads(key_sources.iter().filter_map(KeySource::local))
        .reads(choice.locals())
        .writes(&destination)
        .check(ui)?;
    let in_file = SealedSecretInFile::open(&args.file, &args.object, ui)?;
    let rule_binding = rule.as_ref().map(|found| found.rule().binding());
    let binding = args.environment.binding(args.object.binding(), rule_binding);
    let (sealed, label) = in_file.bound(&binding)?;
    let about = |error: Error| error.about(args.file.display());
    if sealed.is_deprecated_form() {
        return Err(about(Error::failed("it has the deprecated spec.data: seal the Secret again")));
    }
    let certificate = args.certificate.load(&choice, ui)?;
    let before = match args.blind {
        true => Values::hidden(&sealed),
        false => Values::opened(&sealed, &key_files::load(&key_sources, ui)?).map_err(about)?,
    };
    let change = |text: &[u8]| changes(text, &before, in_file.sealed(), &certificate, &label);
    let changes = edited(&before.document(in_file.sealed()), args.allow_disk, change, ui)?;
    if changes.is_empty() {
        ui.note("nothing has changed");
        return Ok(());
    }
    in_file.change(changes)?;
    if let Some(rule) = &rule {
        rule.note(ui);
    }
    choice.note_key(&certificate, ui);
    Ok(())
}

/// Lets the person edit until what they have written can be used.
fn edited<T>(
    document: &str,
    allow_disk: bool,
    use_it: impl Fn(&[u8]) -> Result<T, Error>,
    ui: &mut Ui<'_>,
) -> Result<T, Error> {
    let draft = Draft::new(document.as_bytes(), allow_disk)?;
    loop {
        match use_it(&draft.edit()?) {
            Ok(used) => return Ok(used),
            Err(error) => ask_again(error, ui)?,
        }
    }
}

/// What the person has written cannot be used: they go back to it, unless nobody is there.
fn ask_again(error: Error, ui: &mut Ui<'_>) -> Result<(), Error> {
    if !ui.stdin().is_terminal() {
        return Err(error);
    }
    ui.report(&error);
    ui.note("Enter goes back to the editor, Ctrl-C gives up: nothing is changed");
    let unreadable =
        |error: std::io::Error| Error::failed("standard input: cannot be read").caused_by(error);
    let mut line = String::new();
    let read = std::io::BufReader::new(ui.stdin()).read_line(&mut line).map_err(unreadable)?;
    if read == 0 { Err(error) } else { Ok(()) }
}

/// The values of a SealedSecret by their items; none for one that is not opened.
struct Values(BTreeMap<String, Option<Plaintext>>);

impl Values {
    fn hidden(sealed: &SealedSecret) -> Self {
        let items = sealed.values().filter_map(|(item, _)| name_of(&item).map(str::to_owned));
        Self(items.map(|item| (item, None)).collect())
    }

    fn opened(sealed: &SealedSecret, keys: &KeyRing) -> Result<Self, Error> {
        let opened = open(sealed, keys, TrialLimit::Unlimited).map_err(|error| {
            let failed = Error::failed(&error);
            match error {
                OpenError::NotOpened { .. } => failed.hint(
                    "seal unseal says why; --blind edits without opening, and shows <sealed> for each value",
                ),
                _ => failed,
            }
        })?;
        let values = opened.iter().filter_map(|(item, unsealed)| {
            let value = Plaintext::from(unsealed.plaintext.expose().to_vec());
            Some((name_of(item)?.to_owned(), Some(value)))
        });
        Ok(Self(values.collect()))
    }

    /// A Secret, as people know it: text in stringData, all else in base64.
    fn document(&self, sealed: &SealedSecret) -> Zeroizing<String> {
        let mut text = Vec::new();
        let mut binary = Vec::new();
        for (item, value) in &self.0 {
            let value = value.as_ref().map_or(SEALED.as_bytes(), Plaintext::expose);
            match std::str::from_utf8(value) {
                Ok(value) if is_editable(value) => text.push((item.clone(), Tree::from(value))),
                _ => {
                    let encoded = kubeyaml::go_base64::encode(value);
                    binary.push((item.clone(), Tree::from(encoded)));
                }
            }
        }
        let Metadata { namespace, name, .. } = sealed.metadata();
        let metadata = [("name", name), ("namespace", namespace)].into_iter();
        let metadata = metadata.filter(|(_, text)| !text.is_empty());
        let metadata = Tree::mapping(metadata.map(|(key, text)| (key, Tree::from(text.as_str()))));
        let mut fields = vec![
            ("apiVersion", Tree::from("v1")),
            ("kind", Tree::from("Secret")),
            ("metadata", metadata),
            ("stringData", Tree::mapping(text)),
        ];
        if !binary.is_empty() {
            fields.push(("data", Tree::mapping(binary)));
        }
        let document = Zeroizing::new(to_yaml(&Tree::mapping(fields)));
        let blind = match self.0.values().any(Option::is_none) {
            true => "# <sealed> is a value that is not shown: it stays, unless you replace it.\n",
            false => "",
        };
        Zeroizing::new(format!(
            "# Values that you change are sealed again, new ones are put in, and those that are gone are taken out.\n\
             # Text is in stringData; what is no text is in data, in base64. All else stays as it is in the file.\n{blind}{}",
            document.as_str()
        ))
    }
}

/// Text that an editor shows as it is, and gives back as it was.
fn is_editable(text: &str) -> bool {
    !text.contains(|character: char| character.is_control() && !matches!(character, '\n' | '\t'))
}

fn name_of(item: &Item) -> Option<&str> {
    match item {
        Item::Named(name) => Some(name),
        Item::Whole => None,
    }
}

/// What becomes of the items.
fn changes(
    text: &[u8],
    before: &Values,
    sealed: &SealedSecret,
    certificate: &Certificate,
    label: &EncryptionLabel,
) -> Result<BTreeMap<String, ItemChange>, Error> {
    let edited = read(text, sealed)?;
    let mut changes = BTreeMap::new();
    for (item, value) in &edited.data {
        check_item(item)?;
        let is_same = match before.0.get(item) {
            Some(Some(old)) => old.expose() == value.expose(),
            Some(None) => value.expose() == SEALED.as_bytes(),
            None if value.expose() == SEALED.as_bytes() => {
                return Err(Error::failed(format!("{item} is new, and has no value")));
            }
            None => false,
        };
        if !is_same {
            let new = certificate.sealing_key().seal(value.expose(), label, &mut random::system());
            let new = new.map_err(|error| Error::failed(error).about(item))?;
            changes.insert(item.clone(), ItemChange::Set(new, certificate.fingerprint()));
        }
    }
    let kept: BTreeSet<&String> = edited.data.keys().collect();
    let gone = before.0.keys().filter(|item| !kept.contains(item));
    changes.extend(gone.map(|item| (item.clone(), ItemChange::Unset)));
    Ok(changes)
}

fn read(text: &[u8], sealed: &SealedSecret) -> Result<Secret, Error> {
    let draft = Source::File(PathBuf::from(DRAFT));
    let secret = Secret::from_text(text)
        .map_err(|errors| documents::failed(std::slice::from_ref(&draft), errors))?;
    let (ours, theirs) = (sealed.metadata(), &secret.metadata);
    if (&ours.name, &ours.namespace) != (&theirs.name, &theirs.namespace) {
        return Err(Error::failed("name and namespace cannot be changed here")
            .hint("a value is sealed for them: seal a Secret of the other name"));
    }
    if let [field, ..] = secret.unknown_fields() {
        return Err(Error::failed(format!("a Secret has no field {field}")));
    }
    Ok(secret)
}
