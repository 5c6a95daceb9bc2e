//! Certificates from files and URLs.

use sealkit_testkit::{Answer, Program, WebServer, fixture};

use crate::support::{SECRET, certificate, refuses, seal};
use crate::tls_server;

fn seal_from(url: &str) -> Program {
    seal().args(["--cert", url]).stdin(SECRET)
}

#[test]
fn from_a_web_server() {
    let pem = std::fs::read(certificate()).expect("the certificate can be read");
    let server = WebServer::start(&Answer::ok(pem));
    let done = seal_from(&server.url("/v1/cert.pem")).run().success();
    assert!(done.stdout_text().contains("kind: SealedSecret"));
    assert!(server.requests()[0].contains("/v1/cert.pem"), "{:?}", server.requests());
}

#[test]
fn by_https_from_a_server_that_the_system_trusts() {
    let pem = std::fs::read(certificate()).expect("the certificate can be read");
    let url = format!("https://{}/v1/cert.pem", tls_server::start(&Answer::ok(pem)));
    let trusting = || seal_from(&url).env("SSL_CERT_FILE", fixture("tls/authority.crt"));
    let done = trusting().run().success();
    assert!(done.stdout_text().contains("kind: SealedSecret"));
    refuses(seal_from(&url).run(), 1, "/v1/cert.pem: cannot be fetched\ncaused by: ");
}

#[test]
fn from_a_file_url() {
    let path = certificate();
    seal_from(&format!("file://{}", path.display())).run().success();
    seal_from(&format!("FILE://localhost{}", path.display())).run().success();
    refuses(
        seal_from("file://elsewhere/cert.pem").run(),
        2,
        "a file URL has the form file:///path",
    );
}

#[test]
fn from_standard_input() {
    let pem = std::fs::read(certificate()).expect("the certificate can be read");
    let folder = sealkit_testkit::Folder::new();
    let path = folder.write("secret.yaml", SECRET);
    let done = seal().args(["--cert", "-"]).arg(path).stdin(pem).run().success();
    assert!(done.stdout_text().contains("kind: SealedSecret"));
}

#[test]
fn answers_that_are_no_certificate() {
    let from = |answer: &Answer| seal_from(&WebServer::start(answer).url("/cert?token=x")).run();
    let refused = from(&Answer::new("404 Not Found", "nothing here"));
    assert!(!refused.stderr_text().contains("token"), "{}", refused.stderr_text());
    refuses(refused, 1, "the server answers 404");
    refuses(from(&Answer::new("500 Oops", "")), 1, "the server answers 500");
    refuses(from(&Answer::ok("<html></html>")), 1, "/cert: the certificate is not in PEM format");
    refuses(from(&Answer::ok(vec![b'x'; 2 << 20])), 1, "/cert: the answer is too large");
}

#[test]
fn a_server_that_is_not_there() {
    // No test listens there: the system gives ports to them from 1024 on.
    let done = seal_from("http://127.0.0.1:1/cert.pem").run();
    refuses(done, 1, "/cert.pem: cannot be fetched\ncaused by: Connection refused");
    refuses(
        seal_from("https://user:hunter2@localhost:1/cert.pem").run(),
        1,
        "https://localhost:1/cert.pem",
    );
}
