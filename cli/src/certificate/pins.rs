//! Keys that somebody demands, and no other may be sealed for.

use std::fmt::Display;

use sealkit_core::Fingerprint;

use crate::error::Error;
use crate::hints;

/// Refuses another key than the ones that are demanded; where none is, any will do.
pub(crate) fn check(key: Fingerprint, pins: &[Fingerprint], by: impl Display) -> Result<(), Error> {
    if pins.is_empty() || pins.contains(&key) {
        return Ok(());
    }
    Err(Error::failed(refusal(key, pins, by)).hint(hints::PIN))
}

/// Why another key is refused.
pub(crate) fn refusal(key: Fingerprint, pins: &[Fingerprint], by: impl Display) -> String {
    let pins: Vec<String> = pins.iter().map(Fingerprint::to_string).collect();
    format!("the certificate is of key {key}, and {by} demands {}", pins.join(" or "))
}
