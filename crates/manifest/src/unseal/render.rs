//! `spec.template.data`: Go templates over the decrypted values.
//!
//! Private to unsealing: no other operation can render, since the result of a template tells about
//! the values that went in.

use std::collections::BTreeMap;

use sealkit_core::Plaintext;

use crate::error::{Error, Reason};

/// Renders the templates; dot is the map of values, and of the texts of those templates whose names
/// are not among the values.
pub(super) fn render(
    templates: &BTreeMap<String, String>,
    _values: &BTreeMap<String, Plaintext>,
) -> Result<BTreeMap<String, Plaintext>, Error> {
    match templates.keys().next() {
        None => Ok(BTreeMap::new()),
        Some(item) => {
            let reason = Reason::Template("templates are not rendered yet".to_owned());
            Err(Error::from(reason)
                .in_field(item)
                .in_field("data")
                .in_field("template")
                .in_field("spec"))
        }
    }
}
