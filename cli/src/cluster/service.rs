//! A controller that is asked again and again.

use std::time::Duration;

use zeroize::Zeroizing;

use super::controller::{self, Controller};
use super::failure::Failure;
use super::{Access, Answer, ClusterArgs};
use crate::clock::Deadline;
use crate::error::Error;
use crate::input::CERTIFICATE_LIMIT;
use crate::ui::Ui;

/// The controller of a cluster. Several threads may ask it.
pub(super) struct Service {
    access: Access,
    controller: Controller,
    args: ClusterArgs,
}

impl Service {
    /// Finds it.
    pub(super) fn open(args: &ClusterArgs, ui: &mut Ui<'_>) -> Result<Self, Error> {
        let access = Access::open(args, ui)?;
        let controller = controller::find(&access, args);
        let controller = controller.map_err(|failure| failure.describe(&access.server, args))?;
        Ok(Self { access, controller, args: args.clone() })
    }

    /// The certificate that it serves, as PEM if it is what it should be.
    pub(super) fn certificate(&self) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let path = self.controller.path("v1/cert.pem");
        self.access.get(&path, CERTIFICATE_LIMIT).map_err(Failure::of_controller)
    }

    /// Posts a document to an endpoint, and gives the answer, whatever that is. A controller that has had enough is waited
    /// for, as long as one request may take.
    pub(super) fn post(&self, endpoint: &str, sent: &[u8], limit: u64) -> Result<Answer, Failure> {
        let path = self.controller.path(endpoint);
        let until = Deadline::within(self.access.timeout);
        loop {
            let answer = self.access.exchange(&path, Some(sent), limit, &until)?;
            let Some(wait) = answer.wait() else { return Ok(answer) };
            match until.left() {
                Some(left) if left > wait => std::thread::sleep(wait),
                _ => return Err(Failure::Busy),
            }
        }
    }

    /// For people: the context of the kubeconfig, where there is one, and the API server.
    pub(super) fn name(&self) -> String {
        self.access.name()
    }

    /// A failure in words.
    pub(super) fn describe(&self, failure: Failure) -> Error {
        failure.describe(&self.access.server, &self.args)
    }
}

impl Answer {
    /// How long to wait before the same is asked again, where that is what the answer says.
    fn wait(&self) -> Option<Duration> {
        let seconds = match (self.status, self.retry_after) {
            (429, seconds) => seconds.unwrap_or(1),
            // The API server that finds no Pod says no time.
            (503, Some(seconds)) => seconds,
            _ => return None,
        };
        Some(Duration::from_secs(seconds.max(1)))
    }
}
