//! Where the service runs: its namespace, and what tells this installation and this process from all others.

use std::{env, fs};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use k8s_openapi::api::core::v1::Namespace;
use kube::{Api, Client};
use serde_json::Value;

const SERVICE_ACCOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
const DEFAULT_NAMESPACE: &str = "default";

/// The service's own namespace: `POD_NAMESPACE`, else that of its service account, else `default`.
#[must_use]
pub fn own_namespace() -> String {
    let file = || fs::read_to_string(format!("{SERVICE_ACCOUNT}/namespace")).ok();
    namespace_of([env::var("POD_NAMESPACE").ok(), file()])
}

fn namespace_of(places: [Option<String>; 2]) -> String {
    let names = places.into_iter().flatten().map(|name| name.trim().to_owned());
    let mut given = names.filter(|name| !name.is_empty());
    given.next().unwrap_or_else(|| DEFAULT_NAMESPACE.to_owned())
}

/// A name of this process that no other has or ever had: the name of its pod, and chance.
#[must_use]
pub fn process_identity() -> String {
    let pod = env::var("POD_NAME").or_else(|_| env::var("HOSTNAME"));
    let pod = pod.unwrap_or_else(|_| "seal-controller".to_owned());
    format!("{pod}_{:016x}", rand::random::<u64>())
}

/// What all replicas of this installation have in common, and no other installation has: the uid of the service account,
/// else that of the namespace; none where neither can be read.
pub async fn uid(client: Client, namespace: &str) -> Option<String> {
    let token = fs::read_to_string(format!("{SERVICE_ACCOUNT}/token")).ok();
    if let Some(uid) = token.as_deref().and_then(service_account_uid) {
        return Some(uid);
    }
    Api::<Namespace>::all(client).get(namespace).await.ok()?.metadata.uid
}

/// The uid in a service account's token: a JWT, whose signature is not this program's business.
fn service_account_uid(token: &str) -> Option<String> {
    let payload = URL_SAFE_NO_PAD.decode(token.trim().split('.').nth(1)?).ok()?;
    let claims: Value = serde_json::from_slice(&payload).ok()?;
    let bound = claims.pointer("/kubernetes.io/serviceaccount/uid");
    // Tokens that are kept in Secrets, of clusters before 1.24.
    let uid = bound.or_else(|| claims.get("kubernetes.io/serviceaccount/service-account.uid"));
    uid?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_namespace_comes_from_the_first_place_that_has_one() {
        let name = |text: &str| Some(text.to_owned());
        assert_eq!(namespace_of([name("seal"), name("kube-system")]), "seal");
        assert_eq!(namespace_of([name(""), name("kube-system\n")]), "kube-system");
        assert_eq!(namespace_of([None, None]), "default");
    }

    #[test]
    fn the_uid_is_read_from_both_kinds_of_tokens() {
        for payload in [
            r#"{"kubernetes.io":{"namespace":"a","serviceaccount":{"name":"b","uid":"1-2-3"}}}"#,
            r#"{"kubernetes.io/serviceaccount/service-account.uid":"1-2-3"}"#,
        ] {
            let token = format!("e30.{}.c2ln\n", URL_SAFE_NO_PAD.encode(payload));
            assert_eq!(service_account_uid(&token).as_deref(), Some("1-2-3"));
        }
    }

    #[test]
    fn what_is_no_such_token_has_no_uid() {
        for token in ["", "abc", "a.b.c", "e30.e30.e30", "e30.W10.e30"] {
            assert_eq!(service_account_uid(token), None, "{token}");
        }
    }

    #[test]
    fn every_process_has_its_own_name() {
        assert_ne!(process_identity(), process_identity());
    }
}
