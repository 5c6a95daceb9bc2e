//! The controller's Service, and how it is reached through the API server.

use kubeyaml::Node;

use super::failure::Failure;
use super::object::{self, field, text};
use super::{ANSWER_LIMIT, Access, ClusterArgs};

/// What upstream's chart and ours put on the Service.
const LABEL: &str = "app.kubernetes.io%2Fname%3Dsealed-secrets";

/// A Service with its first port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Controller {
    namespace: String,
    name: String,
    /// May be empty: a Service with one port need not name it.
    port: String,
}

impl Controller {
    /// The path of an endpoint, through the API server's proxy. By the port's name: the role allows no number.
    pub(super) fn path(&self, endpoint: &str) -> String {
        let Self { namespace, name, port } = self;
        format!("/api/v1/namespaces/{namespace}/services/http:{name}:{port}/proxy/{endpoint}")
    }
}

/// The Service of the name asked for, with a port of the name that most have. To try it at once saves a question.
pub(super) fn usual(args: &ClusterArgs) -> Result<Controller, Failure> {
    let (namespace, name) = (args.controller_namespace.clone(), args.controller_name.clone());
    if ![&namespace, &name].into_iter().all(|name| is_name(name)) {
        return Err(Failure::Name);
    }
    Ok(Controller { namespace, name, port: "http".to_owned() })
}

/// The Service of the name asked for; else the only one that is labelled as a controller's.
pub(super) fn find(access: &Access, args: &ClusterArgs) -> Result<Controller, Failure> {
    let Controller { namespace, name, .. } = &usual(args)?;
    let path = format!("/api/v1/namespaces/{namespace}/services/{name}");
    match access.get(&path, ANSWER_LIMIT) {
        Ok(body) => one(&body, namespace).ok_or(Failure::Answer),
        Err(Failure::Status(404, _)) => by_label(access),
        Err(failure) => Err(failure),
    }
}

fn by_label(access: &Access) -> Result<Controller, Failure> {
    let path = format!("/api/v1/services?labelSelector={LABEL}");
    let body = match access.get(&path, ANSWER_LIMIT) {
        Ok(body) => body,
        // Who may not list has the name to give.
        Err(Failure::Status(403 | 404, _)) => return Err(Failure::NoController(Vec::new())),
        Err(failure) => return Err(failure),
    };
    let mut found = all(&body).ok_or(Failure::Answer)?;
    // The metrics have a Service of their own.
    found.retain(|controller| !controller.name.ends_with("-metrics"));
    match found.as_slice() {
        [controller] => Ok(controller.clone()),
        several => {
            let name = |found: &Controller| format!("{}/{}", found.namespace, found.name);
            Err(Failure::NoController(several.iter().map(name).collect()))
        }
    }
}

/// What may stand in a path as it is.
pub(super) fn is_name(text: &str) -> bool {
    let is_usual = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    !text.is_empty() && text.bytes().all(is_usual)
}

fn one(body: &[u8], namespace: &str) -> Option<Controller> {
    read(&object::read(body)?, namespace)
}

fn all(body: &[u8]) -> Option<Vec<Controller>> {
    let list = object::read(body)?;
    let items = field(&list, &["items"])?.as_sequence()?;
    Some(items.iter().filter_map(|item| read(item, "")).collect())
}

fn read(service: &Node, namespace: &str) -> Option<Controller> {
    let ports = field(service, &["spec", "ports"]).and_then(Node::as_sequence);
    let port = ports.and_then(<[Node]>::first).and_then(|port| text(port, &["name"]));
    let found = Controller {
        namespace: text(service, &["metadata", "namespace"]).unwrap_or(namespace).to_owned(),
        name: text(service, &["metadata", "name"])?.to_owned(),
        port: port.unwrap_or_default().to_owned(),
    };
    let is_safe = is_name(&found.namespace) && is_name(&found.name);
    (is_safe && (found.port.is_empty() || is_name(&found.port))).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_port_is_named_or_not() {
        let service = |ports: &str| {
            format!(
                r#"{{"metadata": {{"name": "c", "namespace": "n"}}, "spec": {{"ports": {ports}}}}}"#
            )
        };
        let path =
            |ports| one(service(ports).as_bytes(), "").map(|found| found.path("v1/cert.pem"));
        for (ports, port) in [
            (r#"[{"name": "http", "port": 8080}, {"name": "metrics"}]"#, "http"),
            (r#"[{"port": 80}]"#, ""),
            ("[]", ""),
        ] {
            let expected = format!("/api/v1/namespaces/n/services/http:c:{port}/proxy/v1/cert.pem");
            assert_eq!(path(ports), Some(expected));
        }
        // What a server says is not put into a path unseen.
        assert_eq!(path(r#"[{"name": "a/../b"}]"#), None);
        assert_eq!(one(b"<html>", "n"), None);
    }
}
