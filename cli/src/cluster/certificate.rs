//! The certificate of a cluster's controller: as it serves it, or as it was kept.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;

use clap::Args;
use sealkit_core::{Certificate, UnixTime};
use zeroize::Zeroizing;

use super::kept::{Kept, Place};
use super::{Access, ClusterArgs, failure};
use crate::args::boolean;
use crate::certificate;
use crate::clock;
use crate::error::Error;
use crate::hints;
use crate::kubeconfig::{ContextTarget, Target};
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
    /// When it was fetched.
    pub(crate) fetched: UnixTime,
    /// How long ago that was, for people, if it was kept since.
    pub(crate) age: Option<String>,
    /// For people: the context of the kubeconfig, where there is one, the API server, and the age.
    pub(crate) from: String,
    /// Why it is not there for `--offline` from now on.
    pub(crate) not_kept: Option<Error>,
}

/// What the cluster of a context gave.
pub(crate) struct OfContext {
    pub(crate) context: String,
    /// The API server, as messages name it; none where the kubeconfig does not say.
    pub(crate) server: Option<String>,
    pub(crate) outcome: Result<Fetched, Error>,
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

/// The same of all contexts of the kubeconfig, in their order. Each has all of the time, and none waits for another that
/// hangs. No login program asks anybody.
pub(crate) fn of_all_contexts(
    args: &FromClusterArgs,
    ui: &mut Ui<'_>,
) -> Result<Vec<OfContext>, Error> {
    let cluster = &args.cluster;
    let targets = Target::of_all_contexts(&cluster.wanted())?;
    let places: Vec<Option<Place>> =
        targets.iter().map(|found| Place::of(found.target.as_ref().ok()?, cluster)).collect();
    let jobs: Vec<_> = targets.into_iter().zip(&places).collect();
    let bar = ui.bar("fetching", jobs.len(), "contexts");
    let found = at_once(jobs, |(ContextTarget { context, target }, place)| {
        let server = target.as_ref().ok().map(Target::shown_server);
        let outcome = target.and_then(|target| match args.offline {
            true => kept(place.as_ref(), &target),
            false => fetch(target, cluster, false),
        });
        bar.advance();
        OfContext { context, server, outcome }
    });
    drop(bar);
    let with_places = found.into_iter().zip(&places);
    let all = with_places.map(|(found, place)| match found.outcome {
        Ok(fetched) if !args.offline => {
            OfContext { outcome: Ok(fetched.keep(place.as_ref(), ui)), ..found }
        }
        outcome => OfContext { outcome, ..found },
    });
    Ok(all.collect())
}

/// Does several things at a time; the results come in the things' order.
fn at_once<J: Send, R: Send>(jobs: Vec<J>, run: impl Fn(J) -> R + Sync) -> Vec<R> {
    /// They wait for answers, mostly.
    const THREADS: usize = 16;
    let threads = jobs.len().min(THREADS);
    let queue = Mutex::new(jobs.into_iter().enumerate());
    // Taken before the work begins, so that the others go on meanwhile.
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let (sender, results) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..threads {
            let (sender, next, run) = (sender.clone(), &next, &run);
            scope.spawn(move || {
                while let Some((place, job)) = next() {
                    // The results outlive the threads.
                    sender.send((place, run(job))).ok();
                }
            });
        }
    });
    drop(sender);
    results.into_iter().collect::<BTreeMap<usize, R>>().into_values().collect()
}

/// Asks the controller.
fn fetch(target: Target, args: &ClusterArgs, may_ask: bool) -> Result<Fetched, Error> {
    let access = Access::to(target, args, may_ask)?;
    let text = access.certificate(args);
    let text = text.map_err(|failure| failure.describe(&access.server, args))?;
    let from = access.name;
    let certificate = certificate::read(text.clone());
    let certificate = certificate.map_err(|error| error.about(format!("what {from} answers")))?;
    Ok(Fetched { certificate, text, fetched: clock::now(), age: None, from, not_kept: None })
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
        fetched,
        from: format!("{}, fetched {age}", target.name()),
        age: Some(age),
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
