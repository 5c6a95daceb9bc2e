//! The programs, and what the tests make them do.

use std::ffi::OsString;
use std::path::Path;

use sealkit_testkit::Program;
use serde_json::Value;

use crate::documents::{self, normalized};
use crate::{KeyPair, Scope};

/// Our `seal`.
#[must_use]
pub fn seal() -> Program {
    Program::new(path_in("SEALKIT_E2E_SEAL"))
}

/// The real `kubeseal`. It knows no kubeconfig.
#[must_use]
pub fn kubeseal() -> Program {
    Program::new(path_in("SEALKIT_E2E_KUBESEAL"))
}

/// The real controller. It knows only the in-cluster configuration: `Cluster::in_pod`.
#[must_use]
pub fn upstream_controller() -> Program {
    Program::new(path_in("SEALKIT_E2E_UPSTREAM_CONTROLLER"))
}

/// The fingerprint of a certificate's key, as the upstream code computes it.
#[must_use]
pub fn upstream_fingerprint(certificate: &Path) -> String {
    let done = Program::new(path_in("SEALKIT_E2E_FINGERPRINT")).arg(certificate).run().success();
    done.stdout_text().trim_end().to_owned()
}

/// One value through `seal raw`.
#[must_use]
pub fn seal_raw(value: &[u8], key: &KeyPair, scope: Scope) -> Vec<u8> {
    let raw = seal().arg("raw").arg("--cert").arg(&key.certificate);
    raw.args(["--scope", scope.flag]).args(scope.binds).stdin(value).run().success().stdout
}

/// One value through `kubeseal --raw`.
#[must_use]
pub fn kubeseal_raw(value: &[u8], key: &KeyPair, scope: Scope) -> Vec<u8> {
    let raw = kubeseal().arg("--raw").arg("--cert").arg(&key.certificate);
    raw.args(["--scope", scope.flag]).args(scope.binds).stdin(value).run().success().stdout
}

/// SealedSecrets, in YAML or JSON, through `seal unseal`: the Secrets, comparable.
#[must_use]
pub fn seal_unseal(sealed: &[u8], private_key: &Path) -> Vec<Value> {
    let unseal = seal().args(["unseal", "--format", "json", "--key"]).arg(private_key);
    let done = unseal.stdin(sealed).run().success();
    documents::json(&done.stdout).into_iter().map(normalized).collect()
}

/// One SealedSecret, in YAML or JSON, through `kubeseal --recovery-unseal`, which takes no more at
/// a time: the Secret, comparable.
#[must_use]
pub fn kubeseal_unseal(sealed: &[u8], private_key: &Path) -> Value {
    let unseal = kubeseal().args(["--recovery-unseal", "--recovery-private-key"]).arg(private_key);
    let done = unseal.stdin(sealed).run().success();
    let mut secrets = documents::json(&done.stdout);
    assert_eq!(secrets.len(), 1, "kubeseal opens one document");
    normalized(secrets.remove(0))
}

pub(crate) fn path_in(variable: &str) -> OsString {
    std::env::var_os(variable)
        .unwrap_or_else(|| panic!("{variable} is not set: these tests are run by scripts/e2e"))
}
