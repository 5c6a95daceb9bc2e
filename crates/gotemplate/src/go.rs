//! What packages of Go do, knowing nothing of templates.

pub(crate) mod base64;
pub(crate) mod conversion;
pub(crate) mod regexp;
pub(crate) mod rune;
pub(crate) mod semver;
pub(crate) mod strconv;
pub(crate) mod time;
pub(crate) mod url;
