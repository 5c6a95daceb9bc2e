//! A Service of a process that no kubelet knows.

use std::net::IpAddr;

use serde_json::json;

use super::Api;

/// The name of the port: the proxy finds the address by it, so it is the same in both objects.
const PORT_NAME: &str = "http";

/// A Service without selector, and an address for it. The proxy takes an address only if it belongs to a Pod that
/// says that it has it.
pub(super) fn publish(api: &Api, namespace: &str, name: &str, address: IpAddr, port: u16) {
    let core = format!("/api/v1/namespaces/{namespace}");
    let address = address.to_string();
    let metadata = json!({"name": name});
    let container = json!({"name": "process", "image": "none"});
    let pod = json!({"metadata": metadata, "spec": {"containers": [container]}});
    api.post(&format!("{core}/pods"), &pod).success();
    let status = json!({"status": {"podIP": address, "podIPs": [{"ip": address}]}});
    api.patch(&format!("{core}/pods/{name}/status"), &status).success();
    let service =
        json!({"metadata": metadata, "spec": {"ports": [{"name": PORT_NAME, "port": port}]}});
    api.post(&format!("{core}/services"), &service).success();
    let endpoints = json!({
        "metadata": metadata,
        "subsets": [{
            "addresses": [{
                "ip": address,
                "targetRef": {"kind": "Pod", "namespace": namespace, "name": name},
            }],
            "ports": [{"name": PORT_NAME, "port": port}],
        }],
    });
    api.post(&format!("{core}/endpoints"), &endpoints).success();
}
