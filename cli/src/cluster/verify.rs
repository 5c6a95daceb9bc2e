//! Whether a controller can open a SealedSecret.

use super::failure::Failure;
use super::service::{Endpoint, Service};
use super::{ANSWER_LIMIT, ClusterArgs};
use crate::error::Error;
use crate::ui::Ui;

/// A controller that opens SealedSecrets for whoever asks, and says whether it can.
pub(crate) struct Verifier(Service);

impl Verifier {
    /// That of the cluster.
    pub(crate) fn open(args: &ClusterArgs, ui: &mut Ui<'_>) -> Result<Self, Error> {
        Service::open(args, ui).map(Self)
    }

    /// Whether the controller can open a SealedSecret, in JSON. A controller that has had enough is waited for.
    pub(crate) fn can_open(&self, document: &str) -> Result<bool, Error> {
        self.0.verify(document).map_err(|failure| self.0.describe(failure))
    }
}

impl Service {
    /// Whether it can open a SealedSecret, in JSON.
    pub(super) fn verify(&self, document: &str) -> Result<bool, Failure> {
        let answer = self.post(Endpoint::Verify, document.as_bytes(), ANSWER_LIMIT)?;
        match answer.status {
            200 => Ok(true),
            409 => Ok(false),
            status => Err(Failure::Verify(status, answer.body)),
        }
    }
}
