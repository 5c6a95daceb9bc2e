//! The login program of a kubeconfig: it prints who asks (client.authentication.k8s.io, ExecCredential).

use std::io::Read as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use kubeyaml::{Node, Tree, to_json_line};
use zeroize::Zeroizing;

use super::object;
use crate::clock::Deadline;
use crate::error::Error;
use crate::kubeconfig::{ClientCertificate, Login, Program};

/// What the program is told of who calls it.
const INFORMATION: &str = "KUBERNETES_EXEC_INFO";

/// Room for what it prints.
const OUTPUT_LIMIT: u64 = 1 << 20;

/// Runs the program, and gives what it prints. Its output may be a token, its arguments may be secret: neither is shown.
/// One that asks the person takes as long as they do; any other has so much time.
#[expect(
    clippy::disallowed_methods,
    reason = "the arguments are those of the kubeconfig, as kubectl gives them"
)]
pub(super) fn run(program: &Program, may_ask: bool, time: Duration) -> Result<Login, Error> {
    let is_interactive = program.is_interactive && may_ask;
    let stdin = if is_interactive { Stdio::inherit() } else { Stdio::null() };
    let mut child = Command::new(&program.command)
        .args(&program.arguments)
        .envs(program.environment.iter().map(|(name, value)| (name, value)))
        .env(INFORMATION, information(program, is_interactive))
        .stdin(stdin)
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .map_err(|error| failed("cannot be started").caused_by(error))?;
    let ended = match is_interactive {
        true => printed(&mut child).recv().ok().zip(child.wait().ok()),
        false => ended(&mut child, &Deadline::within(time)),
    };
    let Some((printed, status)) = ended else {
        // It may have ended meanwhile.
        drop(child.kill().and_then(|()| child.wait()));
        return Err(failed(&format!("has not ended within {} seconds", time.as_secs())));
    };
    if !status.success() {
        return Err(failed(&format!("has failed: {status}")));
    }
    read(&printed).ok_or_else(|| failed("prints no ExecCredential with a token or a certificate"))
}

/// What the program has printed, and how it has ended, if it does in time.
fn ended(child: &mut Child, until: &Deadline) -> Option<(Zeroizing<Vec<u8>>, ExitStatus)> {
    /// Mostly it has ended when its output has.
    const PAUSE: Duration = Duration::from_millis(2);
    let printed = printed(child).recv_timeout(until.left()?).ok()?;
    loop {
        match child.try_wait().ok()? {
            Some(status) => return Some((printed, status)),
            None => std::thread::sleep(PAUSE.min(until.left()?)),
        }
    }
}

/// What the program prints, once it has closed its output.
fn printed(child: &mut Child) -> Receiver<Zeroizing<Vec<u8>>> {
    let (sender, receiver) = mpsc::sync_channel(1);
    let stdout = child.stdout.take();
    std::thread::spawn(move || {
        let mut printed = Zeroizing::new(Vec::new());
        if let Some(stdout) = stdout {
            // What cannot be read is no ExecCredential.
            stdout.take(OUTPUT_LIMIT).read_to_end(&mut printed).ok();
        }
        // Nobody may be waiting any more.
        sender.send(printed).ok();
    });
    receiver
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
    let credential = object::read(printed)?;
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
