//! All SealedSecrets that are watched, and the Secrets that concern them.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use sealkit_api::{Applied, SealedSecretStatus};

use super::sealed::Sealed;
use super::secret::SecretMetadata;
use crate::keys::KeySet;
use crate::object::{ObjectKey, SealedSecretObject};
use crate::plan::{Failure, Stage};

/// What is known of one SealedSecret.
#[derive(Clone)]
pub struct Entry {
    /// The SealedSecret.
    pub sealed: Arc<Sealed>,
    /// Its Secret, if one is known of.
    pub secret: Option<Arc<SecretMetadata>>,
    /// It is to be opened, although it may be in sync.
    pub is_audited: bool,
    /// What this process applied last.
    applied: Option<Arc<Applied>>,
    /// Why it could not be opened, and with which keys: with the same ones it need not be tried again.
    failed: Option<Failed>,
}

#[derive(Clone)]
struct Failed {
    failure: Failure,
    keys: Weak<KeySet>,
}

/// What a change of an object means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It was not known, or what is read of it is another.
    New,
    /// Its status, its labels or its Secret may be another.
    Touched,
    /// Nothing that counts.
    None,
}

/// What is known of the cluster. Everything about it is done under one lock, for some microseconds.
#[derive(Default)]
pub struct Index {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    sealed: HashMap<ObjectKey, Kept>,
    /// Those of a name that a SealedSecret has, and those that belong to one.
    secrets: HashMap<ObjectKey, Arc<SecretMetadata>>,
    /// The highest version of SealedSecrets that was seen.
    newest: u64,
}

struct Kept {
    sealed: Arc<Sealed>,
    is_audited: bool,
    applied: Option<Arc<Applied>>,
    failed: Option<Failed>,
}

impl Entry {
    /// What was applied last: what this process remembers, else what the status says.
    #[must_use]
    pub fn applied(&self) -> Option<&Applied> {
        self.applied.as_deref().or(self.sealed.status.applied.as_ref())
    }

    /// Whether it was applied as it is: another write restores what somebody has changed.
    #[must_use]
    pub fn was_applied(&self) -> bool {
        self.applied().is_some_and(|applied| self.sealed.is_source_of(applied))
    }

    /// Why it does not open with these keys, where that is known already.
    #[must_use]
    pub fn known_failure(&self, keys: &Arc<KeySet>) -> Option<&Failure> {
        let failed = self.failed.as_ref()?;
        Weak::ptr_eq(&failed.keys, &Arc::downgrade(keys)).then_some(&failed.failure)
    }
}

impl Index {
    /// What is known of one SealedSecret.
    #[must_use]
    pub fn get(&self, key: &ObjectKey) -> Option<Entry> {
        let inner = self.lock();
        let kept = inner.sealed.get(key)?;
        Some(Entry {
            sealed: Arc::clone(&kept.sealed),
            secret: inner.secrets.get(key).cloned(),
            is_audited: kept.is_audited,
            applied: kept.applied.clone(),
            failed: kept.failed.clone(),
        })
    }

    /// All SealedSecrets.
    #[must_use]
    pub fn keys(&self) -> Vec<ObjectKey> {
        self.lock().sealed.keys().cloned().collect()
    }

    /// How many SealedSecrets there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().sealed.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes in a SealedSecret, from a watch or an answer. None for one without name and namespace.
    ///
    /// An older state than the one known is passed over, unless it comes from a list: after a restore, versions start
    /// again from lower ones.
    pub fn put_sealed(
        &self,
        object: SealedSecretObject,
        is_listed: bool,
    ) -> Option<(Arc<Sealed>, Change)> {
        let sealed = Arc::new(Sealed::read(object)?);
        let mut inner = self.lock();
        inner.note_version(&sealed.resource_version);
        let Some(kept) = inner.sealed.get_mut(&sealed.key) else {
            let kept = Kept::new(Arc::clone(&sealed));
            inner.sealed.insert(sealed.key.clone(), kept);
            return Some((sealed, Change::New));
        };
        let is_older = sealed.uid == kept.sealed.uid
            && is_older(&sealed.resource_version, &kept.sealed.resource_version);
        if is_older && !is_listed {
            return Some((Arc::clone(&kept.sealed), Change::None));
        }
        let change = if sealed.differs_from(&kept.sealed) {
            kept.failed = None;
            Change::New
        } else if sealed.status != kept.sealed.status || is_older {
            Change::Touched
        } else {
            Change::None
        };
        if is_older || sealed.uid != kept.sealed.uid {
            kept.applied = None;
        }
        kept.sealed = keep_spec(sealed, &kept.sealed);
        Some((Arc::clone(&kept.sealed), change))
    }

    /// Takes in a SealedSecret that was asked for, with its spec.
    pub fn put_fetched(&self, object: SealedSecretObject) {
        let Some(sealed) = Sealed::read_whole(object) else { return };
        let mut inner = self.lock();
        if let Some(kept) = inner.sealed.get_mut(&sealed.key) {
            if sealed.differs_from(&kept.sealed) {
                kept.failed = None;
            }
            if sealed.uid != kept.sealed.uid {
                kept.applied = None;
            }
            kept.sealed = Arc::new(sealed);
        }
    }

    /// Forgets a SealedSecret. Returns whether it was known.
    pub fn remove_sealed(&self, key: &ObjectKey) -> bool {
        let mut inner = self.lock();
        let was_known = inner.sealed.remove(key).is_some();
        inner.forget_unrelated(key);
        was_known
    }

    /// Forgets the SealedSecrets of a list's namespaces that it does not have any more, and returns them.
    pub fn keep_sealed(
        &self,
        namespace: Option<&str>,
        listed: &HashSet<ObjectKey>,
    ) -> Vec<ObjectKey> {
        let mut inner = self.lock();
        let gone = missing(inner.sealed.keys(), namespace, listed);
        for key in &gone {
            inner.sealed.remove(key);
            inner.forget_unrelated(key);
        }
        gone
    }

    /// Takes in metadata of a Secret, if it concerns a SealedSecret. Returns what that means for the one of its name.
    pub fn put_secret(&self, metadata: ObjectMeta, is_listed: bool) -> Option<(ObjectKey, Change)> {
        let key = ObjectKey::of(&metadata)?;
        let mut inner = self.lock();
        let has_sealed = inner.sealed.contains_key(&key);
        if !has_sealed && !may_belong(&metadata) {
            return None;
        }
        let secret = SecretMetadata::from(metadata);
        let known = inner.secrets.get(&key);
        let is_older = known.is_some_and(|known| {
            known.uid == secret.uid && is_older(&secret.resource_version, &known.resource_version)
        });
        if is_older && !is_listed {
            return Some((key, Change::None));
        }
        let is_same = known.is_some_and(|known| {
            known.uid == secret.uid && known.resource_version == secret.resource_version
        });
        if !is_same {
            inner.secrets.insert(key.clone(), Arc::new(secret));
        }
        Some((key, if is_same || !has_sealed { Change::None } else { Change::Touched }))
    }

    /// Forgets a Secret, and returns what was known of it, if there is a SealedSecret of its name.
    pub fn remove_secret(&self, key: &ObjectKey) -> Option<Arc<SecretMetadata>> {
        let mut inner = self.lock();
        let removed = inner.secrets.remove(key)?;
        inner.sealed.contains_key(key).then_some(removed)
    }

    /// Forgets the Secrets of a list's namespaces that it does not have any more, and returns those that a SealedSecret
    /// has the name of.
    pub fn keep_secrets(
        &self,
        namespace: Option<&str>,
        listed: &HashSet<ObjectKey>,
    ) -> Vec<ObjectKey> {
        let mut inner = self.lock();
        let mut gone = missing(inner.secrets.keys(), namespace, listed);
        for key in &gone {
            inner.secrets.remove(key);
        }
        gone.retain(|key| inner.sealed.contains_key(key));
        gone
    }

    /// Remembers what was applied, and lets go of the spec.
    pub fn set_applied(&self, key: &ObjectKey, applied: Applied) {
        let mut inner = self.lock();
        if let Some(kept) = inner.sealed.get_mut(key)
            && kept.sealed.is_source_of(&applied)
        {
            kept.applied = Some(Arc::new(applied));
            kept.failed = None;
            kept.is_audited = false;
            Arc::make_mut(&mut kept.sealed).spec = None;
        }
    }

    /// Forgets what was applied and what failed, as far as it is remembered here alone.
    pub fn distrust_memory(&self) {
        for kept in self.lock().sealed.values_mut() {
            kept.applied = None;
            kept.failed = None;
        }
    }

    /// The highest version of a SealedSecret that was seen.
    #[must_use]
    pub fn newest_version(&self) -> u64 {
        self.lock().newest
    }

    /// Versions count from this one: what had higher ones is gone.
    pub fn restart_versions(&self, version: u64) {
        self.lock().newest = version;
    }

    /// Has it opened once more, although it may be in sync.
    pub fn ask_for_audit(&self, key: &ObjectKey) {
        if let Some(kept) = self.lock().sealed.get_mut(key) {
            kept.is_audited = true;
        }
    }

    /// Remembers that it does not open, and with which keys.
    pub fn set_failed(&self, sealed: &Sealed, failure: &Failure, keys: &Arc<KeySet>) {
        let mut inner = self.lock();
        if let Some(kept) = inner.sealed.get_mut(&sealed.key)
            && !kept.sealed.differs_from(sealed)
        {
            kept.is_audited = false;
            kept.failed = Some(Failed { failure: failure.clone(), keys: Arc::downgrade(keys) });
            Arc::make_mut(&mut kept.sealed).spec = None;
        }
    }

    /// Remembers the status that was written, and the version that came of it.
    pub fn set_status(
        &self,
        sealed: &Sealed,
        status: SealedSecretStatus,
        resource_version: String,
    ) {
        let mut inner = self.lock();
        inner.note_version(&resource_version);
        if let Some(kept) = inner.sealed.get_mut(&sealed.key)
            && kept.sealed.resource_version == sealed.resource_version
        {
            let kept = Arc::make_mut(&mut kept.sealed);
            kept.status = status;
            kept.resource_version = resource_version;
        }
    }

    /// The SealedSecrets that other keys may concern: those that did not open, and those that a key has opened which is not
    /// among `keys`.
    #[must_use]
    pub fn concerned_by(&self, keys: &KeySet) -> Vec<ObjectKey> {
        let inner = self.lock();
        let fingerprints: HashSet<String> =
            keys.ring().fingerprints().map(|key| key.to_string()).collect();
        let is_concerned = |kept: &Kept| {
            let failed =
                kept.failed.as_ref().is_some_and(|failed| failed.failure.stage == Stage::Unseal);
            let synced = kept.sealed.status.condition(sealkit_api::ConditionType::Synced);
            let is_false =
                synced.is_some_and(|synced| synced.status != sealkit_api::ConditionStatus::True);
            let applied = kept.applied.as_deref().or(kept.sealed.status.applied.as_ref());
            let has_keys = applied
                .is_none_or(|applied| applied.keys.iter().all(|key| fingerprints.contains(key)));
            failed || is_false || !has_keys
        };
        let concerned = inner.sealed.iter().filter(|(_, kept)| is_concerned(kept));
        concerned.map(|(key, _)| key.clone()).collect()
    }

    /// How many SealedSecrets each key has opened.
    #[must_use]
    pub fn opened_by(&self) -> HashMap<String, usize> {
        let inner = self.lock();
        let mut counts = HashMap::new();
        for kept in inner.sealed.values() {
            let applied = kept.applied.as_deref().or(kept.sealed.status.applied.as_ref());
            for key in applied.into_iter().flat_map(|applied| applied.keys.iter()) {
                *counts.entry(key.to_owned()).or_default() += 1;
            }
        }
        counts
    }

    /// How many SealedSecrets have a Secret that a person has paused.
    #[must_use]
    pub fn paused(&self) -> usize {
        let inner = self.lock();
        let is_paused = |key| inner.secrets.get(key).is_some_and(|secret| secret.is_paused());
        inner.sealed.keys().filter(|key| is_paused(*key)).count()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing in here panics half-way.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn new(sealed: Arc<Sealed>) -> Self {
        Self { sealed, is_audited: false, applied: None, failed: None }
    }
}

impl Inner {
    /// Versions are numbers on every server there is.
    fn note_version(&mut self, version: &str) {
        self.newest = self.newest.max(version.parse().unwrap_or_default());
    }

    /// A Secret that belonged to a SealedSecret of another name would be looked for again.
    fn forget_unrelated(&mut self, key: &ObjectKey) {
        if self.secrets.get(key).is_some_and(|secret| secret.sealed_secret_owner().is_none()) {
            self.secrets.remove(key);
        }
    }
}

/// A state without its spec, as after a write of the status, keeps the one that is known.
fn keep_spec(sealed: Arc<Sealed>, earlier: &Sealed) -> Arc<Sealed> {
    // What was dropped stays dropped as long as nothing else is read of it.
    if earlier.spec.is_none() && !sealed.differs_from(earlier) && sealed.spec.is_some() {
        return Arc::new(Sealed { spec: None, ..Arc::unwrap_or_clone(sealed) });
    }
    sealed
}

/// Whether metadata of a Secret says that it belongs to some SealedSecret.
fn may_belong(metadata: &ObjectMeta) -> bool {
    let owners = metadata.owner_references.iter().flatten();
    owners.into_iter().any(|owner| owner.kind == sealkit_api::KIND)
}

fn missing<'a>(
    known: impl Iterator<Item = &'a ObjectKey>,
    namespace: Option<&str>,
    listed: &HashSet<ObjectKey>,
) -> Vec<ObjectKey> {
    let is_covered = |key: &ObjectKey| namespace.is_none_or(|namespace| key.namespace == namespace);
    known.filter(|key| is_covered(key) && !listed.contains(*key)).cloned().collect()
}

/// Versions are numbers on every server there is; where one is not, nothing is taken for older.
fn is_older(version: &str, known: &str) -> bool {
    match (version.parse::<u64>(), known.parse::<u64>()) {
        (Ok(version), Ok(known)) => version < known,
        _ => false,
    }
}

#[cfg(test)]
#[expect(clippy::needless_pass_by_value, reason = "tables read better with `json!` in place")]
mod tests {
    use serde_json::json;

    use super::*;

    fn sealed(name: &str, version: &str, generation: i64) -> SealedSecretObject {
        let text = json!({"metadata": {"name": name, "namespace": "n", "uid": name, "resourceVersion": version, "generation": generation},
            "spec": {"encryptedData": {}}});
        serde_json::from_value(text).unwrap()
    }

    fn secret(name: &str, version: &str, owners: serde_json::Value) -> ObjectMeta {
        serde_json::from_value(json!({"name": name, "namespace": "n", "uid": "s", "resourceVersion": version, "ownerReferences": owners})).unwrap()
    }

    fn change(index: &Index, object: SealedSecretObject) -> Change {
        index.put_sealed(object, false).unwrap().1
    }

    #[test]
    fn an_older_state_counts_from_a_list_alone() {
        let index = Index::default();
        assert_eq!(change(&index, sealed("a", "10", 2)), Change::New);
        assert_eq!(change(&index, sealed("a", "9", 1)), Change::None);
        assert_eq!(
            index
                .get(&ObjectKey { namespace: "n".into(), name: "a".into() })
                .unwrap()
                .sealed
                .generation,
            2
        );
        assert_eq!(index.put_sealed(sealed("a", "9", 1), true).unwrap().1, Change::New);
        assert_eq!(change(&index, sealed("a", "11", 1)), Change::None);
        assert_eq!(change(&index, sealed("a", "12", 2)), Change::New);
    }

    #[test]
    fn only_secrets_that_concern_a_sealed_secret_are_kept() {
        let index = Index::default();
        assert!(index.put_secret(secret("other", "1", json!([])), false).is_none());
        let owner = json!([{"apiVersion": "bitnami.com/v1alpha1", "kind": "SealedSecret", "name": "a", "uid": "a", "controller": true}]);
        assert_eq!(index.put_secret(secret("a", "1", owner), false).unwrap().1, Change::None);
        change(&index, sealed("a", "10", 1));
        change(&index, sealed("b", "10", 1));
        assert_eq!(
            index.put_secret(secret("b", "5", json!([])), false).unwrap().1,
            Change::Touched
        );
        assert_eq!(index.put_secret(secret("b", "5", json!([])), false).unwrap().1, Change::None);
        assert_eq!(index.put_secret(secret("b", "4", json!([])), false).unwrap().1, Change::None);
        let key = ObjectKey { namespace: "n".into(), name: "b".into() };
        assert!(index.get(&key).unwrap().secret.is_some());
        assert!(index.remove_sealed(&key));
        assert!(index.remove_secret(&key).is_none(), "a stranger's is forgotten with it");
    }

    #[test]
    fn the_highest_version_is_known_until_versions_start_again() {
        let index = Index::default();
        change(&index, sealed("a", "20", 1));
        change(&index, sealed("a", "10", 1));
        assert_eq!(index.newest_version(), 20);
        index.restart_versions(15);
        let (known, _) = index.put_sealed(sealed("a", "16", 1), true).unwrap();
        assert_eq!(index.newest_version(), 16);
        index.set_status(&known, SealedSecretStatus::default(), "18".to_owned());
        assert_eq!(index.newest_version(), 18);
    }

    #[test]
    fn the_paused_are_counted_where_there_is_a_sealed_secret() {
        let index = Index::default();
        change(&index, sealed("a", "10", 1));
        change(&index, sealed("b", "10", 1));
        index.put_secret(secret("b", "5", json!([])), false);
        assert_eq!(index.paused(), 0);
        let owner = json!([{"apiVersion": "bitnami.com/v1alpha1", "kind": "SealedSecret", "name": "x", "uid": "x", "controller": true}]);
        for name in ["a", "gone"] {
            let mut paused = secret(name, "6", owner.clone());
            paused.annotations = Some([("sealkit.dev/paused".into(), "true".into())].into());
            index.put_secret(paused, false);
        }
        assert_eq!(index.paused(), 1);
    }

    #[test]
    fn what_a_list_does_not_have_is_gone() {
        let index = Index::default();
        change(&index, sealed("a", "10", 1));
        change(&index, sealed("b", "10", 1));
        let a = ObjectKey { namespace: "n".into(), name: "a".into() };
        let listed = HashSet::from([a.clone()]);
        assert!(index.keep_sealed(Some("other"), &listed).is_empty());
        assert_eq!(index.keep_sealed(None, &listed).len(), 1);
        assert_eq!(index.keys(), [a]);
    }
}
