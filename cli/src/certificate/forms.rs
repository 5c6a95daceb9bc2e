//! A certificate in whatever people have of it: PEM, DER, base64, or the Kubernetes Secret of the sealing key.

use kubeyaml::Node;
use sealkit_core::{Certificate, CertificateError};

use crate::error::Error;
use crate::hints;
use crate::input::is_web_page;

const ITEM: &str = "tls.crt";

/// Reads the one certificate that the text holds, or says what it is instead.
pub(super) fn read(text: &[u8]) -> Result<Certificate, Error> {
    match Certificate::from_bytes(text) {
        Err(CertificateError::NotPem) if is_web_page(text) => Err(not_pem_but("a web page")),
        Err(CertificateError::NotPem) => in_documents(text),
        other => other.map_err(unusable),
    }
}

/// The certificate of the Secrets in YAML or JSON.
fn in_documents(text: &[u8]) -> Result<Certificate, Error> {
    let documents = documents(text);
    let resources: Vec<&Node> = documents.iter().flat_map(resources).collect();
    let mut found: Vec<Certificate> = Vec::new();
    for certificate in resources.iter().filter_map(|resource| item(resource)) {
        let certificate =
            Certificate::from_bytes(certificate).map_err(|error| unusable(error).about(ITEM))?;
        if !found.contains(&certificate) {
            found.push(certificate);
        }
    }
    match found.len() {
        0 => Err(match resources.first().and_then(|resource| kind(resource)) {
            Some("Config") => not_pem_but("a kubeconfig"),
            Some("Secret") => not_pem_but("a Secret without tls.crt"),
            _ => unusable(CertificateError::NotPem),
        }),
        1 => found.pop().ok_or_else(|| unusable(CertificateError::NotPem)),
        several => Err(Error::failed(format!(
            "holds {several} certificates, which are not told apart here"
        ))
        .hint(
            "the cluster seals with its newest: put the tls.crt of that one into a file of its own",
        )),
    }
}

/// Those that can be read; text that is no YAML is no certificate either, whatever is wrong with it.
fn documents(text: &[u8]) -> Vec<Node> {
    let Ok(input) = kubeyaml::split(text) else { return Vec::new() };
    input.documents().filter_map(|document| document.parse().ok().flatten()).collect()
}

/// The document itself, or what its list holds.
fn resources(document: &Node) -> Vec<&Node> {
    match field(document, "items").and_then(Node::as_sequence) {
        Some(items) => items.iter().collect(),
        None => vec![document],
    }
}

/// What stands under `tls.crt`: PEM, or base64 of it.
fn item(resource: &Node) -> Option<&[u8]> {
    let fields = ["stringData", "data"].into_iter().filter_map(|name| field(resource, name));
    fields.filter_map(|data| field(data, ITEM)?.as_str()).map(str::as_bytes).next()
}

fn kind(resource: &Node) -> Option<&str> {
    field(resource, "kind")?.as_str()
}

fn field<'a>(node: &'a Node, name: &str) -> Option<&'a Node> {
    node.as_mapping()?.get(name)
}

fn not_pem_but(what: &str) -> Error {
    Error::failed(format!("{}, but {what}", CertificateError::NotPem)).hint(hints::CERTIFICATE)
}

fn unusable(error: CertificateError) -> Error {
    Error::failed(error).hint(hints::CERTIFICATE)
}
