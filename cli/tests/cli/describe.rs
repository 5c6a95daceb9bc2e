//! `seal cert`: what a certificate says.

use sealkit_testkit::fixture;
use sealkit_testkit::kubeseal::Index;

use crate::support::{refuses, seal};

#[test]
fn for_programs() {
    let index = Index::load();
    for key in &index.keys {
        let done = seal().args(["cert", "show", "-o", "json"]).arg(key.certificate.path()).run();
        let described: serde_json::Value =
            serde_json::from_slice(&done.success().stdout).expect("it is JSON");
        assert_eq!(described["fingerprint"], key.fingerprint.as_str());
        assert_eq!(described["bits"], key.bits);
        assert_eq!(described["validity"], "valid");
        assert_eq!(described["algorithm"], "RSA");
        assert!(described["notAfter"].as_str().is_some_and(|date| date.ends_with('Z')));
    }
}

#[test]
fn what_is_no_certificate() {
    let done = seal().args(["cert", "show"]).arg(fixture("keys/demo.key")).run();
    refuses(done, 1, "this is a private key, not a certificate");
    for words in [&["cert"][..], &["cert", "show"], &["cert", "-ojson"]] {
        refuses(seal().args(words).stdin("").run(), 2, "FILE|URL");
        let unset = seal().args(words).env("SEALED_SECRETS_CERT", "").stdin("");
        refuses(unset.run(), 2, "FILE|URL");
    }
    refuses(
        seal().args(["cert", "-"]).stdin("").run(),
        1,
        "standard input: the certificate is empty",
    );
}
