//! Who may ask the API server for something: a fixed list, for tokens must be known when it starts.

use serde_json::json;

/// May do everything.
pub const ADMIN: &str = "admin";

/// May do nothing that RBAC does not grant.
pub const DEVELOPER: &str = "developer";

/// Everybody: people by their name, service accounts as `namespace/name`.
pub const USERS: [&str; 6] = [
    ADMIN,
    DEVELOPER,
    "kube-system/sealed-secrets-controller",
    "kube-system/sealed-secrets",
    "kube-system/seal-controller",
    "default/default",
];

/// The token of one of [`USERS`].
///
/// # Panics
///
/// If it is none of them.
#[must_use]
pub fn token_of(user: &str) -> String {
    assert!(USERS.contains(&user), "{user} is not a user of the test cluster");
    format!("token-of-{}", user.replace('/', "-"))
}

/// The contents of the file for `--token-auth-file`: token, user, number, groups.
pub(super) fn token_file() -> String {
    USERS.iter().map(|user| format!("{},{}\n", token_of(user), identity(user))).collect()
}

fn identity(user: &str) -> String {
    match user.split_once('/') {
        Some((namespace, name)) => format!(
            "system:serviceaccount:{namespace}:{name},{user},\
             \"system:serviceaccounts,system:serviceaccounts:{namespace},system:authenticated\""
        ),
        None if user == ADMIN => format!("{user},{user},\"system:masters\""),
        None => format!("{user},{user},\"developers\""),
    }
}

/// A kubeconfig for one of [`USERS`]. JSON is YAML.
pub(super) fn kubeconfig(user: &str, url: &str, ca_file: &str) -> String {
    json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "test", "cluster": {"server": url, "certificate-authority": ca_file}}],
        "users": [{"name": user, "user": {"token": token_of(user)}}],
        "contexts": [{
            "name": "test",
            "context": {"cluster": "test", "user": user, "namespace": "default"},
        }],
        "current-context": "test",
    })
    .to_string()
}
