//! The certificate of a cluster's controller: as it serves it, or as it was kept.

use clap::Args;
use sealkit_core::Certificate;
use zeroize::Zeroizing;

use super::kept::{Kept, Place};
use super::{Access, ClusterArgs, failure};
use crate::args::boolean;
use crate::certificate;
use crate::clock;
use crate::error::Error;
use crate::hints;
use crate::kubeconfig::Target;
use crate::ui::Ui;

/// The cluster whose certificate is taken.
#[derive(Args, Clone)]
pub(crate) struct FromClusterArgs {
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
    /// Ask nobody: take the certificate that was fetched from this cluster before
    #[arg(
        long,
        env = "SEALED_SECRETS_OFFLINE",
        hide_env_values = true,
        num_args = 0..=1,
        require_equals = true,
        default_value = "false",
        default_missing_value = "true",
        hide_default_value = true,
        hide_possible_values = true,
        value_parser = boolean
    )]
    pub(crate) offline: bool,
}

/// From the controller itself.
impl From<ClusterArgs> for FromClusterArgs {
    fn from(cluster: ClusterArgs) -> Self {
        Self { cluster, offline: false }
    }
}

/// A certificate that a cluster gave.
pub(crate) struct Fetched {
    pub(crate) certificate: Certificate,
    /// The text that it was read from.
    pub(crate) text: Zeroizing<Vec<u8>>,
    /// For people: the context of the kubeconfig, where there is one, the API server, and how old it is if it was kept.
    pub(crate) from: String,
    /// Why it is not there for `--offline` from now on.
    pub(crate) not_kept: Option<Error>,
}

/// The certificate that the controller of a cluster serves, which is kept; the one that was kept where nobody is to be
/// asked.
pub(crate) fn certificate(args: &FromClusterArgs, ui: &mut Ui<'_>) -> Result<Fetched, Error> {
    let cluster = &args.cluster;
    let target = Target::find(&cluster.wanted())?.ok_or_else(failure::no_kubeconfig)?;
    let place = Place::of(&target, cluster);
    if args.offline {
        return kept(place.as_ref(), &target);
    }
    let fetched = fetch(target, cluster, ui.stdin().is_terminal())?;
    Ok(fetched.keep(place.as_ref(), ui))
}

/// Asks the controller.
fn fetch(target: Target, args: &ClusterArgs, may_ask: bool) -> Result<Fetched, Error> {
    let access = Access::to(target, args, may_ask)?;
    let text = access.certificate(args);
    let text = text.map_err(|failure| failure.describe(&access.server, args))?;
    let from = access.name;
    let certificate = certificate::read(text.clone());
    let certificate = certificate.map_err(|error| error.about(format!("what {from} answers")))?;
    Ok(Fetched { certificate, text, from, not_kept: None })
}

fn kept(place: Option<&Place>, target: &Target) -> Result<Fetched, Error> {
    let server = target.shown_server();
    let Some(Kept { certificate, fetched }) = place.map(Place::read).transpose()?.flatten() else {
        return Err(Error::failed("no certificate of its controller was kept")
            .hint(hints::NOT_KEPT)
            .about(server));
    };
    let age = Kept::age(fetched, clock::now());
    Ok(Fetched {
        text: Zeroizing::new(certificate.to_pem().into_bytes()),
        certificate,
        from: format!("{}, fetched {age}", target.name()),
        not_kept: None,
    })
}

impl Fetched {
    fn keep(mut self, place: Option<&Place>, ui: &mut Ui<'_>) -> Self {
        let kept = match place {
            Some(place) => place.keep(&self.certificate, ui),
            None => {
                Err(Error::failed("there is no folder for it: neither XDG_CACHE_HOME nor HOME"))
            }
        };
        self.not_kept = kept.err();
        self
    }
}
