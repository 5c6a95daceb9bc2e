//! `seal keygen`: a new sealing key and its certificate.

use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use sealkit_core::{Certificate, CertificateParams, PrivateKey, UnixTime};
use sealkit_manifest::key_secret;

use crate::clock;
use crate::error::Error;
use crate::output::{Audience, Destination, NewFile};
use crate::random;
use crate::ui::Ui;

/// Make a sealing key and its certificate
///
/// Writes PEM files, or the Kubernetes Secret that a cluster takes as its sealing key. A file that is
/// there already is never overwritten.
#[derive(Args)]
#[command(after_help = "\
Examples:
  seal keygen --key sealing.key --cert sealing.crt
  seal keygen --as secret -w sealing-key.yaml")]
pub(crate) struct KeygenArgs {
    /// Write the private key to this PEM file, mode 0600
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Write the certificate to this PEM file, mode 0644
    #[arg(long, value_name = "FILE")]
    cert: Option<PathBuf>,
    /// Size of the key in bits
    #[arg(long, default_value = "4096", value_parser = sizes())]
    bits: u32,
    /// Days until the certificate expires
    #[arg(long, default_value_t = 3650, value_parser = clap::value_parser!(u32).range(1..=365_000))]
    days: u32,
    /// Common name of the certificate
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    cn: String,
    /// What to write: PEM files, or a Kubernetes Secret
    #[arg(long = "as", value_enum, value_name = "FORM", default_value = "pem")]
    form: KeyForm,
    /// Namespace of the Secret: the one that the decryption service runs in
    #[arg(short, long, default_value = "kube-system")]
    namespace: String,
    /// Write the Secret to this file, mode 0600, instead of standard output; - prints it even on a
    /// terminal
    #[arg(short = 'w', long = "write", value_name = "FILE")]
    write: Option<PathBuf>,
}

/// The sizes of keys that can be made.
fn sizes() -> impl TypedValueParser<Value = u32> {
    PossibleValuesParser::new(["2048", "3072", "4096", "8192"]).try_map(|bits| bits.parse::<u32>())
}

/// Forms of a new key.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum KeyForm {
    /// A private key and a certificate, a file each
    Pem,
    /// A Secret of type kubernetes.io/tls, in YAML
    Secret,
}

const SECONDS_PER_DAY: i64 = 24 * 60 * 60;

pub(crate) fn run(args: &KeygenArgs, ui: &mut Ui<'_>) -> Result<(), Error> {
    check_flags(args, ui)?;
    let key_file = match args.form {
        KeyForm::Pem => &args.key,
        KeyForm::Secret => &args.write,
    };
    let key_file = Destination::from_argument(key_file.as_deref());
    let certificate_file = args.cert.as_deref().map(|path| Destination::from_argument(Some(path)));
    // Looked at before the key is made, which takes a second; the writes themselves refuse as well.
    for file in [Some(&key_file), certificate_file.as_ref()].into_iter().flatten() {
        file.refuse_existing()?;
    }

    let key = PrivateKey::generate(args.bits).map_err(Error::failed)?;
    let certificate = self_signed(args, &key)?;
    let secret = match args.form {
        KeyForm::Pem => key.to_pkcs1_pem(),
        KeyForm::Secret => key_secret::to_yaml(&key, &certificate, &args.namespace),
    };
    let made = key_file.create(&[secret], Audience::Private, ui)?;
    if let Some(file) = certificate_file {
        let written = file.create(&[certificate.to_pem()], Audience::WorldReadable, ui);
        // Half a pair is of no use.
        written.inspect_err(|_| made.into_iter().for_each(NewFile::remove))?;
    }
    ui.note(format!("new key {}, valid until {}", key.fingerprint(), certificate.not_after()));
    Ok(())
}

fn self_signed(args: &KeygenArgs, key: &PrivateKey) -> Result<Certificate, Error> {
    let not_before = clock::now();
    let not_after = UnixTime(not_before.0 + i64::from(args.days) * SECONDS_PER_DAY);
    let params = CertificateParams { common_name: args.cn.clone(), not_before, not_after };
    Certificate::self_signed(key, &params, &mut random::system()).map_err(Error::failed)
}

fn check_flags(args: &KeygenArgs, ui: &mut Ui<'_>) -> Result<(), Error> {
    match args.form {
        KeyForm::Pem if args.key.is_none() || args.cert.is_none() => {
            Err(Error::usage("a key takes two files: --key FILE and --cert FILE")
                .hint("or --as secret, for a Kubernetes Secret on standard output"))
        }
        KeyForm::Pem if args.key == args.cert => {
            Err(Error::usage("--key and --cert name the same file: a key takes two"))
        }
        KeyForm::Pem => refuse_flag("--write", args.write.as_deref(), "pem"),
        KeyForm::Secret if args.write.is_none() && ui.stdout().is_terminal() => {
            Err(Error::usage("a private key is not printed on a terminal")
                .hint("-w FILE writes it to a file, mode 0600; -w - prints it all the same"))
        }
        KeyForm::Secret => refuse_flag("--key", args.key.as_deref(), "secret"),
    }
}

fn refuse_flag(flag: &str, value: Option<&Path>, form: &str) -> Result<(), Error> {
    match value {
        Some(_) => Err(Error::usage(format!("{flag} does not go with --as {form}"))),
        None => Ok(()),
    }
}
