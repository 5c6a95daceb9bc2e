//! The Secret as it is sent: what the SealedSecret says, and what others have put there.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;
use kubeyaml::go_base64;
use sealkit_manifest::{Secret, annotations};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::index::{Fields, Sealed, SecretMetadata};

/// The type that Kubernetes gives a Secret without one.
const DEFAULT_TYPE: &str = "Opaque";

/// Labels and annotations that every Secret gets. Where the template has them, the template wins.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// `--additional-secret-labels`.
    pub labels: BTreeMap<String, String>,
    /// `--additional-secret-annotations`.
    pub annotations: BTreeMap<String, String>,
}

/// A Secret to be sent. Has no `Debug`: it holds plaintext.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SecretBody<'a> {
    api_version: &'static str,
    kind: &'static str,
    metadata: BodyMetadata<'a>,
    #[serde(rename = "type")]
    secret_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    immutable: Option<bool>,
    #[serde(serialize_with = "encoded")]
    data: BTreeMap<&'a str, &'a [u8]>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BodyMetadata<'a> {
    name: &'a str,
    namespace: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_version: Option<&'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<&'a str, &'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<&'a str, &'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    finalizers: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    owner_references: Vec<OwnerReference>,
}

impl<'a> SecretBody<'a> {
    /// A Secret that is made: all that the template says.
    #[must_use]
    pub fn to_create(sealed: &'a Sealed, secret: &'a Secret, settings: &'a Settings) -> Self {
        let metadata = BodyMetadata {
            name: &sealed.key.name,
            namespace: &sealed.key.namespace,
            uid: None,
            resource_version: None,
            labels: with_settings(&secret.metadata.labels, &settings.labels),
            annotations: with_settings(&secret.metadata.annotations, &settings.annotations),
            finalizers: &secret.metadata.finalizers,
            owner_references: own_reference(sealed, secret).into_iter().collect(),
        };
        Self::of(metadata, secret)
    }

    /// A Secret that is replaced, with what was seen of it: its version must still be that one.
    ///
    /// Labels, annotations and owners that others have put there stay, unless it is taken over.
    #[must_use]
    pub fn to_replace(
        sealed: &'a Sealed,
        secret: &'a Secret,
        there: &'a SecretMetadata,
        takes_over: bool,
        settings: &'a Settings,
    ) -> Self {
        let mut labels = with_settings(&secret.metadata.labels, &settings.labels);
        let mut annotations = with_settings(&secret.metadata.annotations, &settings.annotations);
        let mut owner_references: Vec<_> = own_reference(sealed, secret).into_iter().collect();
        if !takes_over {
            keep_others(&mut labels, &there.labels, &there.our_labels);
            keep_others(&mut annotations, &there.annotations, &there.our_annotations);
            owner_references.extend(foreign_references(there));
        }
        let metadata = BodyMetadata {
            name: &sealed.key.name,
            namespace: &sealed.key.namespace,
            uid: Some(&there.uid),
            resource_version: Some(&there.resource_version),
            labels,
            annotations,
            finalizers: &there.finalizers,
            owner_references,
        };
        Self::of(metadata, secret)
    }

    fn of(metadata: BodyMetadata<'a>, secret: &'a Secret) -> Self {
        let data = secret.data.iter().map(|(item, value)| (item.as_str(), value.expose()));
        let secret_type = Some(secret.secret_type.as_str()).filter(|name| !name.is_empty());
        Self {
            api_version: "v1",
            kind: "Secret",
            metadata,
            secret_type: secret_type.unwrap_or(DEFAULT_TYPE),
            immutable: secret.immutable,
            data: data.collect(),
        }
    }
}

/// The one reference of a Secret to its SealedSecret. Without `blockOwnerDeletion`, which some clusters refuse.
fn own_reference(sealed: &Sealed, secret: &Secret) -> Option<OwnerReference> {
    let annotations = &secret.metadata.annotations;
    let is_wanted = !annotations::is_set(annotations, annotations::SKIP_SET_OWNER_REFERENCES);
    is_wanted.then(|| owner_reference(sealed))
}

/// A reference to a SealedSecret as the owner who decides.
pub(crate) fn owner_reference(sealed: &Sealed) -> OwnerReference {
    OwnerReference {
        api_version: format!("{}/{}", sealkit_api::GROUP, sealkit_api::VERSION),
        kind: sealkit_api::KIND.to_owned(),
        name: sealed.key.name.clone(),
        uid: sealed.uid.clone(),
        controller: Some(true),
        block_owner_deletion: None,
    }
}

/// The references of others. Those to a SealedSecret as the owner who decides are replaced by the new one.
fn foreign_references(there: &SecretMetadata) -> impl Iterator<Item = OwnerReference> {
    let own = there.sealed_secret_owner().map(|owner| owner.uid.as_str());
    there.owner_references.iter().filter(move |owner| Some(owner.uid.as_str()) != own).cloned()
}

fn with_settings<'a>(
    template: &'a BTreeMap<String, String>,
    settings: &'a BTreeMap<String, String>,
) -> BTreeMap<&'a str, &'a str> {
    let texts = settings.iter().chain(template);
    texts.map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// Adds what others have put there.
fn keep_others<'a>(
    texts: &mut BTreeMap<&'a str, &'a str>,
    there: &'a BTreeMap<String, String>,
    ours: &Fields,
) {
    for (name, value) in there {
        if !ours.own.contains(name) && !ours.former.contains(name) {
            texts.entry(name).or_insert(value);
        }
    }
}

fn encoded<S: serde::Serializer>(
    data: &BTreeMap<&str, &[u8]>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    use serde::ser::SerializeMap as _;
    let mut map = serializer.serialize_map(Some(data.len()))?;
    for (item, value) in data {
        map.serialize_entry(item, Zeroizing::new(go_base64::encode(value)).as_str())?;
    }
    map.end()
}
