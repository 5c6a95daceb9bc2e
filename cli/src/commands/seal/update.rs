//! `seal --update`: values of the file that is written which have not changed keep their ciphertexts.

use std::slice;

use sealkit_core::Certificate;
use sealkit_manifest::{Documents, KnownValues};

use super::SealArgs;
use crate::documents;
use crate::error::Error;
use crate::guard::Guard;
use crate::input::{MANIFEST_LIMIT, Source};
use crate::key_files::{self, KeySource};
use crate::ui::Ui;

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
    let key_sources = KeySource::from_arguments(&args.keys);
    Guard::new().reads(key_sources.iter().filter_map(KeySource::local)).check(ui)?;
    let keys = key_files::load(&key_sources, ui)?;
    let source = Source::File(path.to_owned());
    let inputs = Documents::split(vec![source.read(MANIFEST_LIMIT, ui)?]);
    let inputs = inputs.map_err(|error| documents::failed(slice::from_ref(&source), error))?;
    let known = KnownValues::of(&inputs, &keys, certificate.fingerprint());
    if known.is_empty() {
        ui.note(format!(
            "{source}: no SealedSecret in it opens with these keys: all values are sealed anew"
        ));
    }
    Ok(Some(known))
}
