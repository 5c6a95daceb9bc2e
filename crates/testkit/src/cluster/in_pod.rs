//! What a process in a Pod finds: the API server's address in its environment, and its service account's files.

use std::path::Path;

use crate::Program;

/// Puts the files of folder `$1` where a Pod has them, for the program alone: a mount namespace of its own.
///
/// A new file system on /var/run, for the folders above the files cannot be made there without root.
const MOUNT: &str = r#"
    files=$1 && shift &&
    run=$(readlink -f /var/run) &&
    mount -t tmpfs sealkit-test "$run" &&
    mkdir -p "$run/secrets/kubernetes.io/serviceaccount" &&
    mount --bind "$files" "$run/secrets/kubernetes.io/serviceaccount" &&
    exec "$@"
"#;

/// The program as it would run in a Pod, with `files` as its service account's.
pub(super) fn in_pod(program: Program, host: &str, port: u16, files: &Path) -> Program {
    program
        .env("KUBERNETES_SERVICE_HOST", host)
        .env("KUBERNETES_SERVICE_PORT", port.to_string())
        .behind(
            Program::new("unshare")
                .args(["--mount", "--propagation", "private", "sh", "-c", MOUNT, "in-pod"])
                .arg(files),
        )
}
