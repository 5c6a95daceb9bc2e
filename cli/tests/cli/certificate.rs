//! Certificates from files and URLs.

use sealkit_testkit::{Answer, Program, WebServer, fixture};

use crate::support::{SECRET, certificate, refuses, seal};
use crate::tls_server;

fn seal_from(url: &str) -> Program {
    seal().args(["--cert", url]).stdin(SECRET)
}

/// Of [`certificate`], as the program prints it.
fn fingerprint() -> String {
    let done = seal().args(["cert", "show"]).arg(certificate()).run().success();
    let fingerprint =
        done.stdout_text().lines().next().and_then(|line| line.split(' ').next_back());
    fingerprint.expect("it is printed").to_owned()
}

/// A server by https that sends everybody on, and what tells the program to trust it.
fn redirect(status: &str, location: &str) -> Program {
    let answer = Answer::new(status, "").header("Location", location);
    seal_from(&format!("https://{}/", tls_server::start(&answer)))
        .env("SSL_CERT_FILE", fixture("tls/authority.crt"))
}

#[test]
fn https_stays_https() {
    let pem = std::fs::read(certificate()).expect("the certificate can be read");
    let by_http = WebServer::start(&Answer::ok(pem.clone()));
    let by_https = format!("https://{}/cert", tls_server::start(&Answer::ok(pem)));
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
        for allowed in [&["--allow-http"][..], &[]] {
            let done = redirect(status, &by_http.url("/secret?token=x")).args(allowed).run();
            assert!(!done.stderr_text().contains("token"), "{}", done.stderr_text());
            refuses(done, 1, "the server redirects to http, which is not followed");
        }
        redirect(status, &by_https).run().success();
    }
    assert_eq!(by_http.requests(), [""; 0]);
}

#[test]
fn http_from_another_machine_has_to_be_allowed() {
    // No loopback address by its looks, but the system takes it for this machine: no test depends on the network.
    let pem = std::fs::read(certificate()).expect("the certificate can be read");
    let server = WebServer::start(&Answer::ok(pem));
    let url = server.url("/cert.pem?token=x").replace("127.0.0.1", "0.0.0.0");
    let message = "/cert.pem: by http, anybody on the way";
    refuses(seal_from(&url).run(), 2, message);
    refuses(seal().args(["cert", "show", &url]).run(), 2, message);
    assert_eq!(server.requests(), [""; 0]);
    let done = seal_from(&url).arg("--allow-http").run().success();
    assert_eq!(done.stderr_text(), format!("note: sealed for key {}\n", fingerprint()));
    seal().args(["cert", "show", "--allow-http", &url]).run().success();
    seal().args(["cert", "--allow-http", &url]).run().success();
}

#[test]
fn http_from_this_machine_is_from_this_machine() {
    let pem = std::fs::read(certificate()).expect("the certificate can be read");
    let elsewhere = WebServer::start(&Answer::ok(pem.clone()));
    let here = WebServer::start(&Answer::ok(pem));
    // A proxy would answer in its place.
    seal_from(&here.url("/")).env("http_proxy", elsewhere.url("")).run().success();
    assert_eq!((here.requests().len(), elsewhere.requests().len()), (1, 0));
    let sent_on =
        WebServer::start(&Answer::new("302 Found", "").header("Location", &elsewhere.url("/")));
    refuses(seal_from(&sent_on.url("/")).run(), 1, "the server redirects, which is not followed");
    assert_eq!(elsewhere.requests(), [""; 0]);
    seal_from(&sent_on.url("/")).arg("--allow-http").run().success();
}

#[test]
fn a_pin_is_the_fingerprint_of_the_key() {
    let pem = std::fs::read(certificate()).expect("the certificate can be read");
    let server = WebServer::start(&Answer::ok(pem.clone()));
    let path = certificate();
    let path = path.to_str().expect("a path in ASCII");
    let folder = sealkit_testkit::Folder::new();
    let secret = folder.write("secret.yaml", SECRET);
    let other = format!("SHA256:{}", "A".repeat(43));
    for source in [path, &format!("file://{path}"), &server.url("/"), "-"] {
        let pinned = |pin: &str| {
            seal().args(["--cert", source, "--pin", pin]).arg(&secret).stdin(&pem).run()
        };
        pinned(&fingerprint()).success();
        let message =
            format!("the certificate is of key {}, and --pin demands {other}", fingerprint());
        refuses(pinned(&other), 1, &message);
    }
    for pin in [
        "",
        "SHA256:",
        other.trim_start_matches("SHA256:"),
        &format!("{other}="),
        &other.replace('A', "é"),
    ] {
        refuses(seal_from(path).args(["--pin", pin]).run(), 2, "--pin <FINGERPRINT>");
    }
}

#[test]
fn a_pin_in_the_environment() {
    let path = certificate();
    let path = path.to_str().expect("a path in ASCII");
    let other = format!("SHA256:{}", "A".repeat(43));
    let pinned = |pin: &str| seal_from(path).env("SEALED_SECRETS_PIN", pin).stdin(SECRET);
    pinned(&fingerprint()).run().success();
    refuses(pinned(&other).run(), 1, "--pin demands");
    refuses(pinned("SHA256:").run(), 2, "--pin <FINGERPRINT>");
    // The argument counts.
    pinned(&other).args(["--pin", &fingerprint()]).run().success();
}

#[test]
fn from_a_file_whose_name_is_no_text() {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = sealkit_testkit::Folder::new();
    let name = std::ffi::OsStr::from_bytes(b"cert\xff.pem");
    let path = folder.write(name, std::fs::read(certificate()).expect("it can be read"));
    seal().arg("--cert").arg(&path).stdin(SECRET).run().success();
    seal().env("SEALED_SECRETS_CERT", &path).stdin(SECRET).run().success();
    seal().args(["cert", "show"]).arg(&path).run().success();
}

#[test]
fn from_a_web_server() {
    let pem = std::fs::read(certificate()).expect("the certificate can be read");
    let server = WebServer::start(&Answer::ok(pem));
    let done = seal_from(&server.url("/v1/cert.pem")).run().success();
    assert!(done.stdout_text().contains("kind: SealedSecret"));
    assert_eq!(done.stderr_text(), format!("note: sealed for key {}\n", fingerprint()));
    assert!(server.requests()[0].contains("/v1/cert.pem"), "{:?}", server.requests());
    let raw = ["raw", "--scope=cluster-wide", "--cert", &server.url("/")];
    let done = seal().args(raw).stdin("value").run().success();
    assert_eq!(done.stderr_text(), format!("note: sealed for key {}\n", fingerprint()));
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
