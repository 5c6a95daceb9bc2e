//! What a cluster has made of SealedSecrets: the Secrets that its controller has written.

use std::collections::BTreeMap;

use kubeyaml::{Node, Value};
use sealkit_core::Plaintext;
use sealkit_manifest::{SealedSecret, Secret};
use zeroize::Zeroizing;

use super::controller::is_name;
use super::failure::Failure;
use super::object::{self, field, text};
use super::{Access, ClusterArgs};
use crate::clock::Deadline;
use crate::error::Error;
use crate::ui::Ui;

/// An object of some megabytes, with what the server keeps beside it.
const OBJECT_LIMIT: u64 = 8 << 20;

/// The Secrets of a cluster, as far as the person may read them.
pub(crate) struct LiveSecrets<'a> {
    access: Access,
    args: &'a ClusterArgs,
}

/// A SealedSecret in a cluster, and what was opened of it. Has no `Debug`.
pub(crate) struct Live {
    pub(crate) sealed: SealedSecret,
    /// The values of the Secret that its controller has written, and nobody since.
    pub(crate) opened: BTreeMap<String, Plaintext>,
}

impl<'a> LiveSecrets<'a> {
    /// Those of the cluster.
    pub(crate) fn open(args: &'a ClusterArgs, ui: &mut Ui<'_>) -> Result<Self, Error> {
        Ok(Self { access: Access::open(args, ui)?, args })
    }

    /// What has become of a SealedSecret; nothing where it or its Secret is not there, or not up to date.
    pub(crate) fn get(&self, namespace: &str, name: &str) -> Result<Option<Live>, Error> {
        if ![namespace, name].into_iter().all(is_name) {
            return Ok(None);
        }
        self.find(namespace, name)
            .map_err(|failure| failure.describe(&self.access.server, self.args))
    }

    fn find(&self, namespace: &str, name: &str) -> Result<Option<Live>, Failure> {
        let group = "/apis/bitnami.com/v1alpha1";
        let sealed =
            self.object(&format!("{group}/namespaces/{namespace}/sealedsecrets/{name}"))?;
        let Some(sealed) = sealed.filter(|sealed| is_up_to_date(&sealed.node)) else {
            return Ok(None);
        };
        let secret = self.object(&format!("/api/v1/namespaces/{namespace}/secrets/{name}"))?;
        let Some(secret) = secret else { return Ok(None) };
        let uid = text(&sealed.node, &["metadata", "uid"]).unwrap_or_default();
        let mut read = Secret::from_text(&secret.text).map_err(|_| Failure::Answer)?;
        let opened = std::mem::take(&mut read.data).into_iter();
        let opened = opened.filter(|(item, _)| is_of_the_controller(&secret.node, item, uid));
        let sealed = SealedSecret::from_text(&sealed.text).map_err(|_| Failure::Answer)?;
        Ok(Some(Live { sealed, opened: opened.collect() }))
    }

    fn object(&self, path: &str) -> Result<Option<Object>, Failure> {
        let until = Deadline::within(self.access.timeout);
        let answer = self.access.exchange(path, None, OBJECT_LIMIT, &until)?;
        match answer.status {
            200 => Object::read(answer.body).map(Some).ok_or(Failure::Answer),
            404 => Ok(None),
            status => Err(Failure::Secret(status, answer.body)),
        }
    }
}

/// An object as the server has it.
struct Object {
    text: Zeroizing<Vec<u8>>,
    node: Node,
}

impl Object {
    fn read(text: Zeroizing<Vec<u8>>) -> Option<Self> {
        let node = object::read(&text)?;
        Some(Self { text, node })
    }
}

/// Whether the controller has handled the SealedSecret as it is now, and opened it.
fn is_up_to_date(sealed: &Node) -> bool {
    let number = |path: &[&str]| match field(sealed, path).map(Node::value) {
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    let generation = number(&["metadata", "generation"]);
    let conditions = field(sealed, &["status", "conditions"]).and_then(Node::as_sequence);
    let is_synced = conditions.into_iter().flatten().any(|condition| {
        text(condition, &["type"]) == Some("Synced") && text(condition, &["status"]) == Some("True")
    });
    is_synced && generation.is_some() && number(&["status", "observedGeneration"]) == generation
}

/// Whether those who have written an item are those who made the SealedSecret its owner: whoever else writes to it becomes
/// a manager of the field (Kubernetes, `metadata.managedFields`).
fn is_of_the_controller(secret: &Node, item: &str, uid: &str) -> bool {
    let entries = field(secret, &["metadata", "managedFields"]).and_then(Node::as_sequence);
    let owner = format!("k:{{\"uid\":\"{uid}\"}}");
    let manages = |entry: &Node, path: &[&str]| {
        field(entry, &["fieldsV1"]).is_some_and(|fields| field(fields, path).is_some())
    };
    let item = format!("f:{item}");
    let mut writers =
        entries.into_iter().flatten().filter(|entry| manages(entry, &["f:data", &item]));
    let is_owner =
        |entry: &Node| manages(entry, &["f:metadata", "f:ownerReferences", owner.as_str()]);
    writers.next().is_some_and(is_owner) && writers.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(text: &str) -> Node {
        object::read(text.as_bytes()).unwrap()
    }

    #[test]
    fn what_is_not_handled_or_not_opened_is_not_up_to_date() {
        let sealed = |generation: u8, observed: &str, status: &str| {
            node(&format!(
                "{{metadata: {{generation: {generation}}}, status: {{{observed} conditions: [{{type: Other, status: 'True'}}, \
                 {{type: Synced, status: '{status}'}}]}}}}"
            ))
        };
        assert!(is_up_to_date(&sealed(2, "observedGeneration: 2,", "True")));
        assert!(!is_up_to_date(&sealed(2, "observedGeneration: 2,", "False")));
        assert!(!is_up_to_date(&sealed(2, "observedGeneration: 1,", "True")));
        assert!(!is_up_to_date(&sealed(2, "", "True")));
        assert!(!is_up_to_date(&node("{}")));
    }

    #[test]
    fn an_item_that_somebody_else_has_written_is_not_the_controllers() {
        let controller = r#"{manager: controller, fieldsV1: {"f:data": {".": {}, "f:a": {}, "f:b": {}}, "f:metadata":
            {"f:ownerReferences": {".": {}, 'k:{"uid":"u"}': {}}}}}"#;
        let person = r#"{manager: kubectl-edit, fieldsV1: {"f:data": {"f:b": {}, "f:c": {}}}}"#;
        let secret = node(&format!("{{metadata: {{managedFields: [{controller}, {person}]}}}}"));
        assert!(is_of_the_controller(&secret, "a", "u"));
        for (item, uid) in [("b", "u"), ("c", "u"), ("d", "u"), ("a", "v"), ("a", "")] {
            assert!(!is_of_the_controller(&secret, item, uid), "{item} {uid}");
        }
        assert!(!is_of_the_controller(&node("{metadata: {}}"), "a", "u"));
    }
}
