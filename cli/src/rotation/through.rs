//! A rotation through a cluster's controller: values are opened and sealed again there.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sealkit_core::{Certificate, Scope, SealedValue};
use sealkit_manifest::annotations::{CLUSTER_WIDE, NAMESPACE_WIDE};
use sealkit_manifest::{Binding, Item, Metadata, SealedSecret, SealedSecretParts, SecretTemplate};
use sealkit_repository::rotate::{NotReEncrypted, ReEncrypter};

use super::show::count;
use crate::args::CertificateArgs;
use crate::clock::Stopwatch;
use crate::cluster::{self, ClusterArgs, ReEncryptError};
use crate::error::Error;
use crate::ui::Ui;

/// The controller of a cluster, until it fails.
pub(crate) struct Through {
    controller: cluster::ReEncrypter,
    /// Why it is not asked any more.
    failure: Mutex<Option<Error>>,
}

impl Through {
    /// Finds the controller, and takes the certificate that it serves if it may be sealed with now.
    pub(crate) fn open(
        args: &ClusterArgs,
        certificate: &CertificateArgs,
        ui: &mut Ui<'_>,
    ) -> Result<Self, Error> {
        let controller = cluster::ReEncrypter::open(args, ui)?;
        let (served, from) = (controller.certificate(), controller.name());
        certificate.accept(served, &from, ui)?;
        ui.note(format!("the key is {}, from {from}", served.fingerprint()));
        Ok(Self { controller, failure: Mutex::new(None) })
    }

    /// The certificate that it serves.
    pub(crate) fn certificate(&self) -> &Certificate {
        self.controller.certificate()
    }

    /// How far apart requests lie, where the controller has a limit that counts.
    pub(super) fn interval(&self) -> Option<Duration> {
        self.controller.interval()
    }

    /// Why it was not asked any more, where it was not.
    pub(super) fn failure(&self) -> Option<Error> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The first failure is the one that is told: those of other threads follow from it, mostly.
    fn fail(&self, error: Error) {
        let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        failure.get_or_insert(error);
        drop(failure);
        self.controller.stop();
    }

    fn has_failed(&self) -> bool {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }
}

impl ReEncrypter for Through {
    fn re_encrypt(
        &self,
        binding: &Binding,
        values: &[&SealedValue],
    ) -> Result<Vec<SealedValue>, NotReEncrypted> {
        if self.has_failed() {
            return Err(NotReEncrypted::Failed);
        }
        let sealed = sealed_secret(binding, values).ok_or(NotReEncrypted::NotOpened)?;
        match self.controller.re_encrypt(&sealed) {
            Ok(mut new) => {
                let new = (0..values.len()).map(|place| new.remove(&Item::Named(name(place))));
                new.collect::<Option<_>>().ok_or(NotReEncrypted::Failed)
            }
            Err(ReEncryptError::NotOpened) => Err(NotReEncrypted::NotOpened),
            Err(ReEncryptError::TooLarge) => Err(NotReEncrypted::TooLarge),
            Err(ReEncryptError::Failed(error)) => {
                self.fail(error);
                Err(NotReEncrypted::Failed)
            }
        }
    }
}

/// A SealedSecret that opens if these values are bound to this.
fn sealed_secret(binding: &Binding, values: &[&SealedValue]) -> Option<SealedSecret> {
    let mut metadata = Metadata::default();
    metadata.name.clone_from(&binding.name);
    metadata.namespace.clone_from(&binding.namespace);
    let annotation = match binding.scope {
        Scope::Strict => None,
        Scope::NamespaceWide => Some(NAMESPACE_WIDE),
        Scope::ClusterWide => Some(CLUSTER_WIDE),
    };
    metadata.annotations.extend(annotation.map(|name| (name.to_owned(), "true".to_owned())));
    let items = values.iter().enumerate();
    let items = items.map(|(place, value)| (name(place), SealedValue::clone(value).into()));
    let parts = SealedSecretParts {
        metadata,
        encrypted_data: Some(items.collect()),
        template: SecretTemplate::default(),
        deprecated_data: None,
    };
    SealedSecret::from_parts(parts).ok()
}

/// Values are not bound to the names of their items.
fn name(place: usize) -> String {
    format!("value-{place}")
}

/// How long a run will take.
pub(super) struct Plan {
    /// The requests that each file takes.
    of_files: Vec<usize>,
    left: usize,
    done: usize,
    watch: Stopwatch,
    is_told: bool,
}

/// What takes less is not worth a word.
const LONG: Duration = Duration::from_secs(10);
/// Before that, nobody knows how long the rest takes, unless there is a limit.
const SHORT: Duration = Duration::from_secs(1);

impl Plan {
    pub(super) fn new(of_files: Vec<usize>) -> Self {
        let left = of_files.iter().sum();
        Self { of_files, left, done: 0, watch: Stopwatch::start(), is_told: false }
    }

    /// A file is done. Gives what there is to say, once and if the rest takes long.
    pub(super) fn done(&mut self, place: usize, interval: Option<Duration>) -> Option<String> {
        let requests = self.of_files.get(place).copied().unwrap_or(0);
        self.done += requests;
        self.left = self.left.saturating_sub(requests);
        let done = u32::try_from(self.done).ok().filter(|done| *done > 0 && !self.is_told)?;
        let passed = self.watch.elapsed();
        if interval.is_none() && passed < SHORT {
            return None;
        }
        let each = interval.unwrap_or_default().max(passed.checked_div(done).unwrap_or_default());
        let rest = each.saturating_mul(u32::try_from(self.left).unwrap_or(u32::MAX));
        self.is_told = rest > LONG;
        self.is_told.then(|| said(self.left, rest, interval))
    }
}

fn said(left: usize, rest: Duration, interval: Option<Duration>) -> String {
    let requests = count(left, "more request");
    let time = time(rest);
    match interval {
        Some(_) => format!(
            "{requests} to rotate, and as many to verify, take about {time}: a quarter of the controller's quota is left to others"
        ),
        None => format!("{requests} to rotate, and as many to verify, take about {time}"),
    }
}

/// `40 s`, `12 min`, `3 h 5 min`
fn time(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 3600, seconds / 60) {
        (0, 0..2) => format!("{seconds} s"),
        (0, minutes) => format!("{minutes} min"),
        (hours, minutes) => format!("{hours} h {} min", minutes % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_long_is_told_once() {
        let mut plan = Plan::new(vec![0, 1, 2, 97]);
        let second = Some(Duration::from_secs(1));
        assert_eq!(plan.done(0, second), None, "nothing was asked yet");
        assert_eq!(plan.done(1, None), None, "nothing is known yet");
        let told = plan.done(2, second).expect("it takes long");
        assert!(
            told.starts_with(
                "97 more requests to rotate, and as many to verify, take about 97 s: "
            ),
            "{told}"
        );
        assert_eq!(plan.done(3, second), None);
        let mut short = Plan::new(vec![1, 9]);
        assert_eq!(short.done(0, second), None);
    }

    #[test]
    fn times_are_told_in_what_people_count_them_in() {
        for (seconds, text) in [(11, "11 s"), (119, "119 s"), (120, "2 min"), (7505, "2 h 5 min")] {
            assert_eq!(time(Duration::from_secs(seconds)), text);
        }
    }

    #[test]
    fn what_is_sent_is_bound_to_the_binding_and_nothing_else() {
        let value: SealedValue = {
            let mut bytes = vec![1, 0];
            bytes.extend([1; 300]);
            SealedValue::from_bytes(&bytes).unwrap()
        };
        for scope in Scope::ALL {
            let binding = Binding::new(scope, "shop", "orders");
            let sealed = sealed_secret(&binding, &[&value, &value]).unwrap();
            assert_eq!(sealed.label().ok(), binding.label());
            assert_eq!(sealed.values().count(), 2);
        }
    }
}
