//! `seal --update`: values of the file that is written which have not changed keep their ciphertexts.

use std::slice;

use sealkit_core::Certificate;
use sealkit_manifest::{Documents, KnownValues, Metadata, sealed_secrets};

use super::SealArgs;
use crate::args::not_empty;
use crate::cluster::LiveSecrets;
use crate::documents;
use crate::error::Error;
use crate::guard::Guard;
use crate::input::{MANIFEST_LIMIT, Source};
use crate::key_files::{self, KeySource};
use crate::ui::Ui;

/// Refuses a run that could not tell whether anything has changed.
pub(super) fn check(args: &SealArgs) -> Result<(), Error> {
    if args.compare_live && args.cluster.offline {
        return Err(Error::usage("--compare-live asks the cluster, and --offline asks nobody")
            .hint("give private keys that open what is there: --key FILE"));
    }
    if !args.update || args.compare_live || !args.keys.is_empty() {
        return Ok(());
    }
    Err(Error::usage("--update has nothing to compare the values with")
        .hint("give private keys that open what is there: --key FILE")
        .hint("or compare with the Secrets in the cluster: --compare-live"))
}

/// What the output has already; nothing where there is no such file yet.
pub(super) fn known(
    args: &SealArgs,
    certificate: &Certificate,
    ui: &mut Ui<'_>,
) -> Result<Option<KnownValues>, Error> {
    let Some(path) = args.output.write.as_deref().filter(|path| args.update && path.exists())
    else {
        return Ok(None);
    };
    let source = Source::File(path.to_owned());
    let inputs = Documents::split(vec![source.read(MANIFEST_LIMIT, ui)?]);
    let inputs = inputs.map_err(|error| documents::failed(slice::from_ref(&source), error))?;
    let (known, how) = match args.compare_live {
        true => (in_cluster(args, &inputs, certificate, ui)?, "is in the cluster as it is here"),
        false => (by_keys(args, &inputs, certificate, ui)?, "opens with these keys"),
    };
    if known.is_empty() {
        ui.note(format!("{source}: no SealedSecret in it {how}: all values are sealed anew"));
    }
    Ok(Some(known))
}

fn by_keys(
    args: &SealArgs,
    inputs: &Documents,
    certificate: &Certificate,
    ui: &mut Ui<'_>,
) -> Result<KnownValues, Error> {
    let key_sources = KeySource::from_arguments(&args.keys);
    Guard::new().reads(key_sources.iter().filter_map(KeySource::local)).check(ui)?;
    let keys = key_files::load(&key_sources, ui)?;
    Ok(KnownValues::of(inputs, &keys, certificate.fingerprint()))
}

/// By the Secrets that a cluster's controller has made of the SealedSecrets.
fn in_cluster(
    args: &SealArgs,
    inputs: &Documents,
    certificate: &Certificate,
    ui: &mut Ui<'_>,
) -> Result<KnownValues, Error> {
    let cluster = &args.cluster.cluster;
    let secrets = LiveSecrets::open(cluster, ui)?;
    let given = not_empty(args.namespace.as_deref());
    let otherwise = match given {
        Some(namespace) => namespace.to_owned(),
        None => cluster.wanted().namespace()?.unwrap_or_default(),
    };
    let mut known = KnownValues::default();
    for (_, sealed) in sealed_secrets(inputs).0 {
        let Metadata { namespace, name, .. } = sealed.metadata();
        let namespace = not_empty(Some(namespace)).unwrap_or(&otherwise);
        if let Some(live) = secrets.get(namespace, name)? {
            known.add_opened(&sealed, &live.sealed, &live.opened, certificate.fingerprint());
        }
    }
    Ok(known)
}
