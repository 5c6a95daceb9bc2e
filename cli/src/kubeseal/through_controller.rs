//! What the controller does for kubeseal: it says whether SealedSecrets open, and seals their values again.

use kubeyaml::to_json_line;

use crate::cluster::{ClusterArgs, Verifier};
use crate::documents;
use crate::error::Error;
use crate::input::Source;
use crate::text;
use crate::ui::Ui;

/// Nothing where the controller can open all of them; else an error that names the first that it cannot.
pub(super) fn validate(
    source: &Source,
    cluster: &ClusterArgs,
    ui: &mut Ui<'_>,
) -> Result<(), Error> {
    let all = documents::read_sealed_secrets(source, ui)?;
    let mut verifier = Verifier::open(cluster, ui)?;
    for sealed in &all {
        if !verifier.can_open(&to_json_line(&sealed.to_tree()))? {
            let name = text::one_line(&sealed.metadata().name);
            return Err(Error::failed(format!("unable to decrypt sealed secret: {name}"))
                .about(source)
                .hint("seal unseal says why, with the private keys"));
        }
    }
    Ok(())
}
