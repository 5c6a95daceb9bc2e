//! A controller that is asked again and again.

use std::time::Duration;

use zeroize::Zeroizing;

use super::controller::{self, Controller};
use super::failure::Failure;
use super::pace::{Pace, Told};
use super::{Access, Answer, ClusterArgs};
use crate::clock::Deadline;
use crate::error::Error;
use crate::input::CERTIFICATE_LIMIT;
use crate::ui::Ui;

/// The controller of a cluster. Several threads may ask it; others have their share of it.
pub(super) struct Service {
    access: Access,
    controller: Controller,
    args: ClusterArgs,
    /// Each endpoint has a quota of its own.
    rotate: Pace,
    verify: Pace,
}

/// What of a controller is asked.
#[derive(Clone, Copy)]
pub(super) enum Endpoint {
    Rotate,
    Verify,
}

/// How often a request is repeated that did not get through to a controller: one that is replaced is back soon.
const REPEATS: u32 = 2;

impl Service {
    /// Finds it.
    pub(super) fn open(args: &ClusterArgs, ui: &mut Ui<'_>) -> Result<Self, Error> {
        let access = Access::open(args, ui)?;
        let controller = controller::find(&access, args);
        let controller = controller.map_err(|failure| failure.describe(&access.server, args))?;
        let args = args.clone();
        Ok(Self { access, controller, args, rotate: Pace::new(), verify: Pace::new() })
    }

    /// The certificate that it serves, as PEM if it is what it should be.
    pub(super) fn certificate(&self) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let path = self.controller.path("v1/cert.pem");
        self.access.get(&path, CERTIFICATE_LIMIT).map_err(Failure::of_controller)
    }

    /// Posts a document to an endpoint, and gives the answer, whatever that is. A controller that has had enough is waited
    /// for, as long as one request may take.
    pub(super) fn post(
        &self,
        endpoint: Endpoint,
        sent: &[u8],
        limit: u64,
    ) -> Result<Answer, Failure> {
        let (path, pace) = match endpoint {
            Endpoint::Rotate => (self.controller.path("v1/rotate"), &self.rotate),
            Endpoint::Verify => (self.controller.path("v1/verify"), &self.verify),
        };
        let mut patience: Option<Deadline> = None;
        let mut repeats = 0..REPEATS;
        loop {
            pace.wait().map_err(|_| Failure::Busy)?;
            let until = Deadline::within(self.access.timeout);
            let answer = self.access.exchange(&path, Some(sent), limit, &until);
            pace.answered(answer.as_ref().ok().map(Answer::told));
            if !has_got_through(&answer)
                && let Some(repeat) = repeats.next()
            {
                std::thread::sleep(Duration::from_secs(1 << repeat));
                continue;
            }
            let answer = answer?;
            let Some(wait) = answer.wait() else { return Ok(answer) };
            // The next turn comes after that time.
            let patience = patience.get_or_insert_with(|| Deadline::within(self.access.timeout));
            if patience.left().is_none_or(|left| left <= wait) {
                return Err(Failure::Busy);
            }
        }
    }

    /// Nobody is to ask any more: whoever waits for a turn is sent away.
    pub(super) fn stop(&self) {
        self.rotate.stop();
        self.verify.stop();
    }

    /// How far apart requests lie, where the controller has a limit that counts.
    pub(super) fn interval(&self) -> Option<Duration> {
        self.rotate.interval().max(self.verify.interval())
    }

    /// For people: the context of the kubeconfig, where there is one, and the API server.
    pub(super) fn name(&self) -> String {
        self.access.name.clone()
    }

    /// A failure in words.
    pub(super) fn describe(&self, failure: Failure) -> Error {
        failure.describe(&self.access.server, &self.args)
    }
}

/// Whether a request has come to a controller, as far as can be told. What was not answered in time is not repeated.
fn has_got_through(answer: &Result<Answer, Failure>) -> bool {
    match answer {
        Ok(answer) => !matches!((answer.status, answer.retry_after), (502 | 504, _) | (503, None)),
        Err(failure) => !matches!(failure, Failure::Client(_)),
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

    fn told(&self) -> Told {
        Told { wait: self.wait(), is_over_quota: self.status == 429, ..self.quota }
    }
}
