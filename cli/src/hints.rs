//! What to do about it: the advice of the program, all in one place. The libraries say what is wrong and know no flags.
//!
//! Every kind of error has its line here, so that a new one is not forgotten.

use sealkit_core::LabelError;
use sealkit_manifest::{
    Base64Flaw, Cause, Expected, Field, Foreign, KeySecretErrorKind, ReadErrorKind, SealErrorKind,
    UnsealErrorKind,
};

/// What is said of any certificate that cannot be used.
pub(crate) const CERTIFICATE: &str =
    "a certificate is a PEM file with a CERTIFICATE block of an RSA key";
/// What is said of a certificate that has expired.
pub(crate) const EXPIRED_CERTIFICATE: &str =
    "fetch the cluster's newest certificate; --allow-expired seals with this one";
/// What is said where no certificate is given.
pub(crate) const NO_CERTIFICATE: &str = "name the cluster's certificate: --cert FILE or URL, SEALED_SECRETS_CERT, or a rule in .seal.yaml; seal cert fetch gets it where kubectl works";
/// What is said where nothing is kept of a cluster that is not to be asked.
pub(crate) const NOT_KEPT: &str = "fetch it once, where the cluster can be reached: seal cert fetch; or give the certificate: --cert FILE";
/// What is said of a URL where nobody is to be asked.
pub(crate) const OFFLINE: &str = "name a file that holds the certificate, or leave --offline out";
/// What is said of a certificate that would come by http.
pub(crate) const HTTP: &str =
    "use https; or fetch it by http with --allow-http, best with --pin FINGERPRINT";
/// What is said of a server on this machine that redirects.
pub(crate) const REDIRECT: &str = "give the URL that it redirects to";
/// What a fingerprint is.
pub(crate) const FINGERPRINT: &str =
    "a fingerprint is SHA256: and 43 characters of base64, as seal cert show prints it";
/// What is said of a certificate that is not the one that was asked for.
pub(crate) const PIN: &str = "find out which of the two is the cluster's key before you seal";
/// What is said where scope, namespace and name of a single value do not make a label.
pub(crate) const LABEL: &str = "give --name and --namespace as the scope needs them, or --scope";
/// What is said of any key file that cannot be used.
pub(crate) const KEY_FILE: &str =
    "a key file is PEM with RSA private keys that need no passphrase, or a backup of key Secrets";

/// What is said of inputs that no single rule is for.
pub(crate) const DIFFERENT_RULES: &str =
    "seal them one at a time, or name the file whose rule counts: --filename FILE";
/// What is said of a rule that is for several clusters.
pub(crate) const SEVERAL_CERTIFICATES: &str =
    "choose one: --cert FILE; seal config FILE lists them";
/// What is said where the rule and the environment do not agree.
pub(crate) const DIFFERENT_KEYS: &str =
    "correct one of them, or choose the certificate: --cert FILE or URL";
/// What is said of YAML that cannot be read because of a pattern.
pub(crate) const STAR: &str = "a pattern that begins with * is put in quotes";

/// What is said where values were not rotated.
pub(crate) const LEFT: &str =
    "what stands above says why; keep the old private key until nothing is left";

/// What is said where something is left out of a message.
pub(crate) const NOT_SHOWN: &str = "what was given is not shown here: it may be a secret";
/// What is said of a private key on the command line.
pub(crate) const KEY_IN_PROCESS_LIST: &str =
    "other users can read it in the list of processes, and often in the shell's history";
/// What to do instead.
pub(crate) const KEY_AS_ARGUMENT: &str =
    "name the file that holds it, or put it into SEALED_SECRETS_RECOVERY_PRIVATE_KEY";
/// What to do instead of giving a certificate on the command line.
pub(crate) const PEM_AS_ARGUMENT: &str =
    "name the file that holds it, or put a certificate into SEALED_SECRETS_CERT";
/// What to do instead of giving a value on the command line.
pub(crate) const VALUE_AS_ARGUMENT: &str =
    "a value is given on standard input: printf %s \"$PASSWORD\" | seal raw";

/// What is said where a value may stand for the name of an item.
pub(crate) const VALUE_ON_STDIN: &str =
    "a value is given on standard input: printf %s \"$PASSWORD\" | seal set FILE ITEM";
/// What is said of a SealedSecret that does not name what its values are bound to.
pub(crate) const NO_BINDING: &str =
    "give --namespace and --name, or a rule in .seal.yaml that says them";

/// An error with something to do about it.
pub(crate) trait Hint {
    /// What to do, if there is something to be said.
    fn hint(&self) -> Option<&'static str>;

    /// What whoever holds the private keys may know besides the message.
    fn detail(&self) -> Option<String> {
        None
    }
}

impl Hint for ReadErrorKind {
    fn hint(&self) -> Option<&'static str> {
        match self {
            Self::OtherKind { .. } => Some("--skip-other passes other documents through unchanged"),
            Self::WrongType { expected: Expected::String, found } => match found {
                kubeyaml::NodeKind::Boolean | kubeyaml::NodeKind::Number => {
                    Some("put it in quotes")
                }
                _ => None,
            },
            Self::Missing { field } => match field {
                Field::Name => Some("--name NAME gives one"),
                Field::Namespace => Some("--namespace NAMESPACE gives one"),
            },
            Self::NoEncryptedData { unknown } if !unknown.is_empty() => Some(
                "the sealed values belong into spec.encryptedData: correct the field's name or its place",
            ),
            Self::NamespaceMismatch { .. } => {
                Some("correct the document, or the flag or rule that asks for it")
            }
            Self::NotBase64 { flaw } => Some(match flaw {
                None => "values of data are base64; plain text belongs into stringData",
                Some(Base64Flaw::Space { .. }) => {
                    "write base64 on one line, or in a block that begins with |"
                }
                Some(Base64Flaw::UrlAlphabet) => "write + for - and / for _",
                Some(Base64Flaw::PaddingMissing) => {
                    "add = or ==, so that the length is a multiple of four"
                }
            }),
            Self::Alias => Some("write the value out where it belongs"),
            Self::PlaintextSecret { .. } => Some(
                "make the Secret a document of its own, which is sealed; --allow-plaintext passes it through as it is",
            ),
            Self::Foreign { what, .. } => Some(foreign(*what)),
            Self::NotAResource { api_version_missing: true, kind_missing: true }
            | Self::Yaml(kubeyaml::YamlErrorKind::NotAMapping) => {
                Some("this is no manifest; kubectl prints one with -o yaml")
            }
            Self::Yaml(kubeyaml::YamlErrorKind::Encoding(_)) => Some("save it as UTF-8"),
            Self::Yaml(_)
            | Self::NotAResource { .. }
            | Self::Misnamed { .. }
            | Self::NoDocuments
            | Self::SeveralDocuments
            | Self::NoEncryptedData { .. }
            | Self::ListInList
            | Self::WrongType { .. }
            | Self::DeprecatedDataBesideEncryptedData
            | Self::TooDeep => None,
        }
    }
}

impl Hint for SealErrorKind {
    fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Read(kind) => kind.hint(),
            Self::NoData { unknown } if !unknown.is_empty() => Some("correct the field's name"),
            Self::NoData { .. } => Some(
                "a Secret that somebody else fills needs no sealing: --skip-other passes it through",
            ),
            Self::Encrypted { with: "SOPS" } => Some("decrypt it first: sops -d FILE | seal"),
            Self::Encrypted { .. } => Some("decrypt it first"),
            Self::ValueInMetadata { .. } => {
                Some("take it out there; --allow-values-in-metadata publishes it all the same")
            }
            Self::Namespace(_) => Some("--namespace NAMESPACE gives one"),
            Self::NameForSeveral { .. } => Some("leave --name out, or seal one Secret at a time"),
            Self::Label(error) => label(*error),
            Self::MetadataTooLarge | Self::Value(_) => None,
        }
    }
}

impl Hint for UnsealErrorKind {
    fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Read(kind) => kind.hint(),
            Self::NotOpened(cause) => cause.hint(),
            Self::NoSuchItem | Self::ItemInSeveralDocuments => {
                Some("--item takes the name of an item of spec.encryptedData in one document")
            }
            Self::Label(error) => label(*error),
            Self::Template(error) if error.is_limit() => {
                Some("let the templates do less, or spread them over several SealedSecrets")
            }
            Self::DeprecatedDataIsNoSecret | Self::Template(_) => None,
        }
    }

    fn detail(&self) -> Option<String> {
        match self {
            Self::Template(error) => error.detail(),
            Self::Read(_)
            | Self::Label(_)
            | Self::NotOpened(_)
            | Self::DeprecatedDataIsNoSecret
            | Self::NoSuchItem
            | Self::ItemInSeveralDocuments => None,
        }
    }
}

fn foreign(what: Foreign) -> &'static str {
    match what {
        Foreign::Template => "render it first, as with helm template, and seal what comes out",
        Foreign::Message => {
            "leave it out: kubectl prints manifests with -o yaml, and messages on standard error"
        }
        Foreign::Report => "kubectl prints manifests with -o yaml",
        Foreign::EnvFile => {
            "make a Secret of it: kubectl create secret generic NAME --from-env-file FILE --dry-run=client -o yaml"
        }
        Foreign::Prompt => "leave it out, and keep what the command prints",
        Foreign::WebPage => {
            "a server has answered with it, for a login or an error: fetch the manifest again"
        }
        Foreign::Markdown => "take out what stands between the lines that begin with ```",
        Foreign::MergeConflict => "resolve the conflict first",
        Foreign::Pem => "--cert takes a certificate, unseal --key takes a key",
    }
}

fn label(error: LabelError) -> Option<&'static str> {
    match error {
        LabelError::EmptyNamespace => Some("--namespace NAMESPACE gives one"),
        LabelError::EmptyName | LabelError::SlashInNamespace | LabelError::SlashInName => {
            Some("correct the document: metadata.name and metadata.namespace")
        }
    }
}

impl Hint for KeySecretErrorKind {
    fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Read(_)
            | Self::NoPrivateKey
            | Self::PrivateKey(_)
            | Self::Certificate(_)
            | Self::CertificateOfAnotherKey => Some(KEY_FILE),
        }
    }
}

impl Hint for Cause {
    fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Malformed(_) | Self::Damaged { .. } => {
                Some("seal the value again, or take it back from the file's history")
            }
            Self::SealedForAnother { .. } => Some(
                "give the document the scope, namespace and name that it was sealed for, or seal again",
            ),
            Self::SearchLimit { .. } => None,
            Self::OtherKeySize { .. } => {
                Some("name a file with the keys of its cluster: --key FILE")
            }
            Self::WrongKey { .. } => Some("--key with that private key opens it"),
            Self::KeyIsHere { .. } | Self::NoKeyFits { .. } => Some(
                "the document may have been renamed or moved, be of another cluster, or be damaged",
            ),
        }
    }
}
