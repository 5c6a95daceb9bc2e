//! The second step: the values in the clear, and the Secret that they make. Takes milliseconds of a processor for each value.

use std::time::{Duration, Instant};

use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;
use sealkit_api::KeysUsed;
use sealkit_core::TrialLimit;
use sealkit_manifest::{
    Item, ParseLimits, RenderContext, RenderError, RenderLimits, SealedSecret, Secret, Templates,
    open,
};

use super::outcome::Failure;
use crate::index::Sealed;
use crate::keys::KeySet;

/// How long the templates of one SealedSecret may be rendered. Their limit on steps ends nearly everything before.
const RENDER_TIME: Duration = Duration::from_secs(5);

/// A Secret in the clear, and the keys that opened its values. Has no `Debug`.
pub struct Unsealed {
    /// The Secret, as the SealedSecret says.
    pub secret: Secret,
    /// The key of each value.
    pub keys: KeysUsed,
}

/// Opens a SealedSecret and renders its templates. The time is for templates that ask for it, in seconds since 1970.
///
/// # Errors
/// Why not. To find that out takes private-key operations, too.
pub fn unseal(
    sealed: &Sealed,
    keys: &KeySet,
    accepts_deprecated_data: bool,
    seconds: i64,
) -> Result<Unsealed, Failure> {
    let document = match sealed.document() {
        Some(Ok(document)) => document,
        Some(Err(errors)) => return Err(Failure::unreadable(&errors)),
        None => return Err(Failure::no_spec()),
    };
    if document.is_deprecated_form() && !accepts_deprecated_data {
        return Err(Failure::deprecated_data());
    }
    open_and_render(&document, keys, seconds)
}

fn open_and_render(
    document: &SealedSecret,
    keys: &KeySet,
    seconds: i64,
) -> Result<Unsealed, Failure> {
    let templates = Templates::parse(document, &ParseLimits::default())
        .map_err(|error| Failure::render(&RenderError::Template(error)))?;
    let opened = open(document, keys.ring(), TrialLimit::PerObject)
        .map_err(|error| Failure::not_opened(&error, document, keys.ring().diagnosing()))?;
    let used =
        KeysUsed::of(opened.keys().map(|(item, key)| (name(item), key.to_string())).collect());
    let secret = opened
        .into_secret(document, &templates, &mut context(seconds))
        .map_err(|error| Failure::render(&error))?;
    Ok(Unsealed { secret, keys: used })
}

/// The deprecated form has one value, without a name.
fn name(item: &Item) -> String {
    match item {
        Item::Named(name) => name.clone(),
        Item::Whole => String::new(),
    }
}

fn context(seconds: i64) -> RenderContext {
    let until = Instant::now() + RENDER_TIME;
    RenderContext::new(seconds, 0, UnwrapErr(SysRng), RenderLimits::default())
        .with_deadline(move || Instant::now() > until)
}
