//! The login program of a kubeconfig: it prints who asks (client.authentication.k8s.io, ExecCredential).

use std::process::{Command, Stdio};

use kubeyaml::{Node, Tree, to_json_line};
use zeroize::Zeroizing;

use crate::error::Error;
use crate::kubeconfig::{ClientCertificate, Login, Program};

/// What the program is told of who calls it.
const INFORMATION: &str = "KUBERNETES_EXEC_INFO";

/// Runs the program, and gives what it prints. Its output may be a token, its arguments may be secret: neither is shown.
#[expect(
    clippy::disallowed_methods,
    reason = "the arguments are those of the kubeconfig, as kubectl gives them"
)]
pub(super) fn run(program: &Program, is_terminal: bool) -> Result<Login, Error> {
    let is_interactive = program.is_interactive && is_terminal;
    let stdin = if is_interactive { Stdio::inherit() } else { Stdio::null() };
    let output = Command::new(&program.command)
        .args(&program.arguments)
        .envs(program.environment.iter().map(|(name, value)| (name, value)))
        .env(INFORMATION, information(program, is_interactive))
        .stdin(stdin)
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| failed("cannot be started").caused_by(error))?;
    let printed = Zeroizing::new(output.stdout);
    if !output.status.success() {
        return Err(failed(&format!("has failed: {}", output.status)));
    }
    read(&printed).ok_or_else(|| failed("prints no ExecCredential with a token or a certificate"))
}

fn failed(how: &str) -> Error {
    Error::failed(format!("the login program of the kubeconfig {how}"))
        .hint("log in as you do for kubectl; kubectl get --raw /readyz shows whether that works")
}

fn information(program: &Program, is_interactive: bool) -> String {
    let spec = Tree::mapping([("interactive", Tree::from(is_interactive))]);
    let information = Tree::mapping([
        ("apiVersion", Tree::from(program.api_version.as_str())),
        ("kind", Tree::from("ExecCredential")),
        ("spec", spec),
    ]);
    to_json_line(&information).to_string()
}

fn read(printed: &[u8]) -> Option<Login> {
    let credential = kubeyaml::split(printed).ok()?.documents().next()?.parse().ok()??;
    let status = credential.as_mapping()?.get("status")?.as_mapping()?;
    let text = |name| status.get(name).and_then(Node::as_str).filter(|text| !text.is_empty());
    let pem = |name| text(name).map(|text| Zeroizing::new(text.as_bytes().to_vec()));
    let login = Login {
        token: text("token").map(|token| Zeroizing::new(token.to_owned())),
        certificate: ClientCertificate::of(pem("clientCertificateData"), pem("clientKeyData")),
        ..Login::default()
    };
    (login.token.is_some() || login.certificate.is_some()).then_some(login)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_or_a_certificate_is_read() {
        let token = br#"{"kind": "ExecCredential", "status": {"token": "t"}}"#;
        assert_eq!(read(token).unwrap().token.unwrap().as_str(), "t");
        let pair = br#"{"status": {"clientCertificateData": "c", "clientKeyData": "k"}}"#;
        assert!(read(pair).unwrap().certificate.is_some());
        for nothing in [&b""[..], b"{}", b"token", br#"{"status": {"clientKeyData": "k"}}"#] {
            assert!(read(nothing).is_none());
        }
    }
}
