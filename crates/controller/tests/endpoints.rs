//! What the endpoints answer: codes, types and bodies.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use sealkit_controller::Readiness;
use sealkit_controller::keys::KeySet;
use sealkit_core::{KeyRing, TrialLimit};
use sealkit_manifest::{Ciphertext, SealedSecret, annotations, open};
use support::{CANARY, Running, Sealed, certificate, get, key_set, post, request, ring};

const TEXT: Option<&str> = Some("text/plain; charset=utf-8");

/// A SealedSecret that opens, under a key that is not served.
fn good() -> Sealed {
    Sealed::new().value("password", Sealed::canary("production-old", "shop", "database"))
}

fn opens(sealed: &SealedSecret, keys: &KeyRing) -> bool {
    let opened = open(sealed, keys, TrialLimit::PerObject);
    opened.is_ok_and(|opened| {
        opened.iter().all(|(_, value)| value.plaintext.expose() == CANARY.as_bytes())
    })
}

#[test]
fn health_and_readiness_are_told_apart() {
    let readiness = Readiness::default();
    let service = Running::with(&[], key_set(), readiness.clone());
    let health = get(service.address, "/healthz");
    assert_eq!((health.code, health.text(), health.header("content-type")), (200, "ok\n", TEXT));
    let ready = || get(service.address, "/readyz");
    assert_eq!((ready().code, ready().text()), (503, "not ready\n"));
    readiness.keys_loaded();
    assert_eq!(ready().code, 503);
    readiness.stores_listed();
    assert_eq!((ready().code, ready().text(), ready().header("content-type")), (200, "ok\n", TEXT));
}

#[test]
fn the_certificate_of_the_newest_key_is_served() {
    let service = Running::start(&[]);
    let answer = get(service.address, "/v1/cert.pem");
    assert_eq!(answer.code, 200);
    assert_eq!(answer.header("content-type"), Some("application/x-pem-file"));
    assert_eq!(answer.text(), certificate("production-new").to_pem());

    let empty = Running::with(&[], KeySet::empty(), Readiness::default());
    let answer = get(empty.address, "/v1/cert.pem");
    assert_eq!((answer.code, answer.text()), (500, "cannot get certificate\n"));
}

#[test]
fn other_paths_are_not_found() {
    let service = Running::start(&[]);
    for path in ["/", "/v1/", "/v1/verify/", "/v1/seal", "/metrics"] {
        assert_eq!(get(service.address, path).code, 404, "{path}");
    }
    assert_eq!(get(service.metrics, "/v1/cert.pem").code, 404);
}

#[test]
fn verifying_tells_whether_it_opens_and_nothing_else() {
    let service = Running::unlimited();
    let foreign = || Sealed::canary("production-old", "shop", "other");
    let mut damaged = foreign().to_string().into_bytes();
    let last = damaged.len() - 4;
    damaged[last] ^= 1;
    let damaged = Ciphertext::read(std::str::from_utf8(&damaged).unwrap());
    for (what, body, code) in [
        ("JSON", good().json(), 200),
        ("YAML", good().yaml(), 200),
        ("a hint that misleads", good().hint("test-new").json(), 200),
        ("a template that fails", good().template("a", "{{ fail .password }}").json(), 200),
        ("no value", Sealed::new().json(), 200),
        ("another name", good().name("other").json(), 409),
        ("no name", good().name("").json(), 409),
        ("one foreign value", good().value("other", foreign()).json(), 409),
        ("a damaged value", good().value("other", damaged).json(), 409),
        ("no ciphertext", good().value("other", Ciphertext::read("AgA=")).json(), 409),
    ] {
        let answer = post(service.address, "/v1/verify", body.as_bytes());
        assert_eq!((answer.code, answer.text()), (code, ""), "{what}");
        let other = request(service.address, "GET", "/v1/verify", "", body.as_bytes());
        assert_eq!(other.code, code, "no method is checked: {what}");
    }
}

#[test]
fn what_is_no_sealed_secret_is_the_service_s_failure() {
    let service = Running::unlimited();
    let two = format!("{}---\n{}", good().yaml(), good().yaml());
    let secret = "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"a\"}}";
    for body in ["", "{", "a: b: c", "\u{0}", "[]", secret, &two] {
        for path in ["/v1/verify", "/v1/rotate"] {
            let answer = post(service.address, path, body.as_bytes());
            assert_eq!(answer.code, 500, "{path} {body:?}");
        }
    }
}

#[test]
fn rotating_changes_ciphertexts_and_no_more() {
    let service = Running::unlimited();
    let template = "db://{{ .password }}";
    let before = good().template("url", template).hint("production-old").build();
    let body = kubeyaml::to_json(&before.to_tree());
    let answer = post(service.address, "/v1/rotate", body.as_bytes());
    assert_eq!((answer.code, answer.header("content-type")), (200, TEXT));
    assert!(answer.text().ends_with('}'), "no newline at the end");
    assert!(!answer.text().contains("status"));
    let after = SealedSecret::from_text(&answer.body).unwrap();
    assert!(opens(&before, &ring("production-old")) && !opens(&before, &ring("production-new")));
    assert!(opens(&after, &ring("production-new")) && !opens(&after, &ring("production-old")));
    assert_eq!(after.template(), before.template());
    let hint = after.metadata().annotations.get(annotations::SEALED_WITH).unwrap();
    assert_eq!(*hint, certificate("production-new").fingerprint().to_string());
}

#[test]
fn what_does_not_open_is_not_rotated() {
    let service = Running::unlimited();
    for body in [good().name("other").json(), good().name("").json()] {
        let answer = post(service.address, "/v1/rotate", body.as_bytes());
        assert_eq!((answer.code, answer.text()), (500, "cannot rotate\n"));
    }
    let empty = Running::with(&[], KeySet::empty(), Readiness::default());
    assert_eq!(post(empty.address, "/v1/rotate", good().json().as_bytes()).code, 500);
}

#[test]
fn the_deprecated_form_can_be_switched_off() {
    let whole = || Sealed::new().whole(Sealed::canary("production-old", "shop", "database")).json();
    for (flag, verified, rotated) in [
        ("--accept-deprecated-v1-data=true", 200, 200),
        ("--accept-deprecated-v1-data=false", 409, 500),
    ] {
        let service = Running::start(&[flag]);
        assert_eq!(post(service.address, "/v1/verify", whole().as_bytes()).code, verified);
        assert_eq!(post(service.address, "/v1/rotate", whole().as_bytes()).code, rotated);
    }
}

#[test]
fn no_answer_holds_a_value() {
    let service = Running::unlimited();
    let failing = good().template("a", "{{ fail .password }}").template("b", "{{");
    let (failing, other) = (failing.json(), good().name("other").json());
    for path in ["/v1/verify", "/v1/rotate", "/v1/cert.pem"] {
        for body in [&failing, &other] {
            let answer = post(service.address, path, body.as_bytes());
            assert!(!format!("{answer:?}").contains(CANARY));
            assert!(!answer.text().contains(CANARY) && !answer.text().contains("PRIVATE KEY"));
        }
    }
}

#[test]
fn requests_are_counted() {
    let service = Running::unlimited();
    get(service.address, "/v1/cert.pem");
    get(service.address, "/healthz");
    post(service.address, "/v1/verify", b"");
    let metrics = get(service.metrics, "/metrics");
    assert_eq!(metrics.code, 200);
    assert_eq!(metrics.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    let series = |path: &str, code: u16, method: &str| {
        format!(
            "sealed_secrets_controller_http_requests_total\
             {{path=\"{path}\",code=\"{code}\",method=\"{method}\"}} 1\n"
        )
    };
    assert!(metrics.text().contains(&series("/v1/cert.pem", 200, "get")), "{}", metrics.text());
    assert!(metrics.text().contains(&series("/v1/verify", 500, "post")));
    assert!(!metrics.text().contains("healthz"));
    assert!(metrics.text().contains("sealed_secrets_controller_sealing_keys 4\n"));
}
