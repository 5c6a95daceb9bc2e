//! Values sealed again by a controller, for the key that it serves. They are in the clear in the cluster alone.

use std::collections::BTreeMap;
use std::time::Duration;

use kubeyaml::{Key, Node, to_json_line};
use sealkit_core::{Certificate, SealedValue};
use sealkit_manifest::annotations::{Annotations, CLUSTER_WIDE, NAMESPACE_WIDE};
use sealkit_manifest::{
    Ciphertext, Item, Metadata, SealedSecret, SealedSecretParts, SecretTemplate,
};
use zeroize::Zeroizing;

use super::failure::{self, Failure, Wrong};
use super::object::field;
use super::service::{Endpoint, Service};
use super::{ANSWER_LIMIT, ClusterArgs};
use crate::certificate;
use crate::error::Error;
use crate::ui::Ui;

/// A controller that opens values and seals them for the key that it serves. Several threads may ask it.
pub(crate) struct ReEncrypter {
    service: Service,
    certificate: Certificate,
}

/// Why the values of a SealedSecret were not sealed again.
#[derive(Debug)]
pub(crate) enum ReEncryptError {
    /// The controller cannot open all of them for what the SealedSecret says that they are bound to. That is sure: it was
    /// asked whether it can.
    NotOpened,
    /// The SealedSecret is larger than the controller takes, or the API server.
    TooLarge,
    /// The controller cannot be reached, has too much to do, fails, or answers what it should not. The next SealedSecret
    /// would hardly fare better.
    Failed(Error),
}

/// The name under which the value of the deprecated `spec.data` is sent.
const WHOLE: &str = "data";

impl ReEncrypter {
    /// That of the cluster. Fetches the certificate that it serves.
    ///
    /// # Errors
    /// The controller cannot be found or reached, or serves no certificate.
    pub(crate) fn open(args: &ClusterArgs, ui: &mut Ui<'_>) -> Result<Self, Error> {
        let service = Service::open(args, ui)?;
        let certificate = service.certificate();
        let certificate =
            certificate.and_then(|pem| certificate::read(pem).map_err(Failure::Certificate));
        match certificate {
            Ok(certificate) => Ok(Self { service, certificate }),
            Err(failure) => Err(service.describe(failure)),
        }
    }

    /// The certificate that it serves.
    pub(crate) fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// For people: the context of the kubeconfig, where there is one, and the API server.
    pub(crate) fn name(&self) -> String {
        self.service.name()
    }

    /// Nobody is to ask any more: whoever waits for the controller is sent away.
    pub(crate) fn stop(&self) {
        self.service.stop();
    }

    /// How far apart SealedSecrets lie that are sent, where the controller has a limit that counts.
    pub(crate) fn interval(&self) -> Option<Duration> {
        self.service.interval()
    }

    /// Has the values of a SealedSecret sealed again, under the scope, namespace and name that it has. Nothing else of it is
    /// sent. The new values are those of the same items, sealed for a key of the size that is served, as long as the old
    /// ones; and the controller opens them.
    ///
    /// A controller that has had enough is waited for.
    ///
    /// # Errors
    /// See [`ReEncryptError`].
    pub(crate) fn re_encrypt(
        &self,
        sealed: &SealedSecret,
    ) -> Result<BTreeMap<Item, SealedValue>, ReEncryptError> {
        let old = sealed_values(sealed).ok_or(ReEncryptError::NotOpened)?;
        let sent = document(sealed.metadata(), &old);
        let failed = |failure| ReEncryptError::Failed(self.service.describe(failure));
        let limit = ANSWER_LIMIT + 2 * u64::try_from(sent.len()).unwrap_or(u64::MAX / 4);
        let answer = self.service.post(Endpoint::Rotate, sent.as_bytes(), limit).map_err(failed)?;
        match answer.status {
            200 => {}
            413 => return Err(ReEncryptError::TooLarge),
            500 => return Err(self.why_not(&sent, answer.body)),
            status => return Err(failed(Failure::Rotate(status, answer.body))),
        }
        let new = self.check(&old, &answer.body);
        let new = new.map_err(|wrong| failed(Failure::Sealed(wrong)))?;
        match self.service.verify(&document(sealed.metadata(), &new)) {
            Ok(true) => Ok(new),
            Ok(false) => Err(failed(Failure::Sealed(Wrong::NotVerified))),
            Err(failure) => Err(failed(failure)),
        }
    }

    /// Why the controller has not sealed again what was sent: it answers 500 whatever the cause.
    fn why_not(&self, sent: &str, body: Zeroizing<Vec<u8>>) -> ReEncryptError {
        let failure = match self.service.verify(sent) {
            Ok(true) => Failure::Rotate(500, body),
            Ok(false) => return ReEncryptError::NotOpened,
            // A controller that takes it for no SealedSecret; what the API server says has a message.
            Err(Failure::Verify(500, body)) if failure::message(&body).is_none() => {
                return ReEncryptError::NotOpened;
            }
            Err(failure) => failure,
        };
        ReEncryptError::Failed(self.service.describe(failure))
    }

    /// The new values, if they are what they should be as far as can be seen from here.
    fn check(
        &self,
        old: &BTreeMap<Item, SealedValue>,
        answer: &[u8],
    ) -> Result<BTreeMap<Item, SealedValue>, Wrong> {
        let answer = items(answer).ok_or(Wrong::NoSealedSecret)?;
        let bits = usize::try_from(self.certificate.sealing_key().bits());
        let bits = bits.map_err(|_| Wrong::KeySize)?.next_multiple_of(8);
        check(old, &answer, bits)
    }
}

fn check(
    old: &BTreeMap<Item, SealedValue>,
    answer: &BTreeMap<String, Ciphertext>,
    bits: usize,
) -> Result<BTreeMap<Item, SealedValue>, Wrong> {
    if answer.len() != old.len() {
        return Err(Wrong::Items);
    }
    let new = old.iter().map(|(item, old)| {
        let new = answer.get(name(item)).ok_or(Wrong::Items)?;
        let new = new.sealed_value().map_err(|_| Wrong::KeySize)?;
        match new {
            new if new.key_bits() != bits => Err(Wrong::KeySize),
            new if new == old => Err(Wrong::Unchanged),
            new if new.value_len() != old.value_len() => Err(Wrong::Length),
            new => Ok((item.clone(), new.clone())),
        }
    });
    new.collect()
}

/// What stands in `spec.encryptedData` of an answer. Upstream's says neither `apiVersion` nor `kind`.
fn items(answer: &[u8]) -> Option<BTreeMap<String, Ciphertext>> {
    let input = kubeyaml::split(answer).ok()?;
    let mut documents = input.documents();
    let answer = documents.next()?.parse().ok()??;
    if documents.next().is_some() {
        return None;
    }
    let items = field(&answer, &["spec", "encryptedData"])?;
    let text = |(name, value): (&Key, &Node)| {
        Some((name.text().to_owned(), Ciphertext::read(value.as_str()?)))
    };
    items.as_mapping()?.iter().map(text).collect()
}

/// The values of a SealedSecret; none where one of them is no sealed value.
fn sealed_values(sealed: &SealedSecret) -> Option<BTreeMap<Item, SealedValue>> {
    let values = sealed.values();
    values.map(|(item, value)| Some((item, value.sealed_value().ok()?.clone()))).collect()
}

/// A SealedSecret of these values with nothing that is not needed to open them, in JSON.
///
/// The template's metadata is the same: controllers before v0.36 take the scope from there.
fn document(metadata: &Metadata, values: &BTreeMap<Item, SealedValue>) -> String {
    let needed = needed(metadata);
    let values = values.iter().map(|(item, value)| (name(item).to_owned(), value.clone().into()));
    let parts = SealedSecretParts {
        encrypted_data: Some(values.collect()),
        template: SecretTemplate { metadata: needed.clone(), ..SecretTemplate::default() },
        metadata: needed,
        ..SealedSecretParts::default()
    };
    // It has items, so it can be put together.
    SealedSecret::from_parts(parts)
        .map_or_else(|_| String::new(), |sealed| to_json_line(&sealed.to_tree()).to_string())
}

/// Name, namespace and scope.
fn needed(metadata: &Metadata) -> Metadata {
    let is_scope =
        |(name, _): &(&String, &String)| [CLUSTER_WIDE, NAMESPACE_WIDE].contains(&name.as_str());
    let scope = metadata.annotations.iter().filter(is_scope);
    let annotations: Annotations =
        scope.map(|(name, value)| (name.clone(), value.clone())).collect();
    let mut needed = Metadata::default();
    needed.name.clone_from(&metadata.name);
    needed.namespace.clone_from(&metadata.namespace);
    needed.annotations = annotations;
    needed
}

fn name(item: &Item) -> &str {
    match item {
        Item::Named(name) => name,
        Item::Whole => WHOLE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An envelope for a key of so many bits, with so many bytes in it.
    fn envelope(bits: usize, bytes: usize, fill: u8) -> SealedValue {
        let len = u16::try_from(bits / 8).unwrap();
        let rest = vec![fill; bits / 8 + bytes + 16];
        SealedValue::from_bytes(&[&len.to_be_bytes()[..], &rest].concat()).unwrap()
    }

    fn values(all: &[(&str, SealedValue)]) -> BTreeMap<Item, SealedValue> {
        all.iter().map(|(name, value)| (Item::Named((*name).to_owned()), value.clone())).collect()
    }

    fn answer(all: &[(&str, SealedValue)]) -> BTreeMap<String, Ciphertext> {
        items(document(&Metadata::default(), &values(all)).as_bytes()).unwrap()
    }

    #[test]
    fn an_answer_has_items_and_need_not_say_what_it_is() {
        let read = |text: &str| items(text.as_bytes()).map(|items| items.len());
        assert_eq!(read(r#"{"spec": {"encryptedData": {"a": "x", "b": "y"}}}"#), Some(2));
        assert_eq!(read("spec: {encryptedData: {a: x}}\n"), Some(1));
        for nothing in [
            "",
            "<html></html>",
            "[]",
            r#"{"spec": {}}"#,
            r#"{"spec": {"encryptedData": {"a": 1}}}"#,
            r#"{"spec": {"encryptedData": []}}"#,
            "spec: {encryptedData: {a: x}}\n---\nspec: {encryptedData: {a: x}}\n",
        ] {
            assert_eq!(read(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn only_the_same_items_for_the_served_key_are_taken() {
        let old = values(&[("a", envelope(2048, 3, 1)), ("b", envelope(2048, 5, 1))]);
        let (a, b) = (("a", envelope(4096, 3, 2)), ("b", envelope(4096, 5, 2)));
        let checked = |all: &[_]| check(&old, &answer(all), 4096);
        assert_eq!(checked(&[a.clone(), b.clone()]), Ok(values(&[a.clone(), b.clone()])));
        for (wrong, all) in [
            (Wrong::Items, vec![a.clone()]),
            (Wrong::Items, vec![a.clone(), ("c", envelope(4096, 5, 2))]),
            (Wrong::Items, vec![a.clone(), b.clone(), ("c", envelope(4096, 5, 2))]),
            (Wrong::KeySize, vec![a.clone(), ("b", envelope(2048, 5, 2))]),
            (Wrong::KeySize, vec![a.clone(), ("b", envelope(4088, 5, 2))]),
            (Wrong::Length, vec![a.clone(), ("b", envelope(4096, 6, 2))]),
        ] {
            assert_eq!(checked(&all), Err(wrong), "{all:?}");
        }
        let old = values(std::slice::from_ref(&a));
        assert_eq!(check(&old, &answer(&[a]), 4096), Err(Wrong::Unchanged));
    }

    #[test]
    fn nothing_is_sent_that_is_not_needed() {
        let text = br#"{"apiVersion": "bitnami.com/v1alpha1", "kind": "SealedSecret",
            "metadata": {"name": "n", "namespace": "s", "labels": {"l": "m"}, "annotations":
                {"sealedsecrets.bitnami.com/namespace-wide": "true", "a": "b"}},
            "spec": {"encryptedData": {"i": "AAA="}, "template": {"data": {"t": "text"}}}}"#;
        let sealed = SealedSecret::from_text(text).unwrap();
        assert_eq!(sealed_values(&sealed), None, "it is no sealed value");
        let sent = document(sealed.metadata(), &values(&[("i", envelope(2048, 1, 1))]));
        let sent = SealedSecret::from_text(sent.as_bytes()).unwrap();
        assert_eq!(sent.metadata(), &needed(sealed.metadata()));
        assert_eq!(sent.metadata(), &sent.template().metadata);
        assert_eq!((sent.scope(), sent.label()), (sealed.scope(), sealed.label()));
        assert!(sent.metadata().labels.is_empty() && sent.metadata().annotations.len() == 1);
        assert!(sent.template().data.is_empty());
    }

    #[test]
    fn the_whole_of_the_deprecated_form_is_an_item() {
        let whole = BTreeMap::from([(Item::Whole, envelope(2048, 3, 1))]);
        let new = answer(&[(WHOLE, envelope(2048, 3, 2))]);
        let expected = BTreeMap::from([(Item::Whole, envelope(2048, 3, 2))]);
        assert_eq!(check(&whole, &new, 2048), Ok(expected));
    }
}
