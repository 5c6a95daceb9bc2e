//! `seal unseal`: what becomes of a SealedSecret, and why one cannot be opened.

use std::os::unix::fs::PermissionsExt as _;

use sealkit_testkit::kubeseal::Index;
use sealkit_testkit::{Folder, fixture};

use crate::support::{PASSWORD, SECRET, key, refuses, seal, sealed, unseal, unsealed};

#[test]
fn the_secret_comes_back() {
    let expected = "\
---
apiVersion: v1
data:
  host: ZGIuZXhhbXBsZS5jb20=
  password: aHVudGVyMg==
  user: YWRtaW4=
kind: Secret
metadata:
  labels:
    app: shop
  name: database
  namespace: shop
type: Opaque
";
    assert_eq!(unsealed(&sealed(SECRET, &[]), &[]), expected);
}

#[test]
fn one_item_is_its_bytes_and_nothing_else() {
    let text = sealed(SECRET, &[]);
    assert_eq!(unsealed(&text, &["--item", "password"]), PASSWORD);
    let done = unseal().args(["--item", "absent"]).stdin(&text).run();
    refuses(done, 1, "absent: no document has this item");
    let done = unseal().args(["--item", "password"]).stdin([text.as_str(), &text].concat()).run();
    refuses(done, 1, "password: more than one document has this item");
}

#[test]
fn a_file_of_plaintext_is_for_its_owner_alone() {
    let folder = Folder::new();
    let mode = |name: &str| {
        let metadata = std::fs::metadata(folder.join(name)).expect("the file is there");
        metadata.permissions().mode() & 0o7777
    };
    unseal().arg("-w").arg(folder.join("new")).stdin(sealed(SECRET, &[])).run().success();
    assert_eq!(mode("new"), 0o600);
    let old = folder.write("old", "what was there");
    std::fs::set_permissions(&old, std::fs::Permissions::from_mode(0o644))
        .expect("a mode can be set");
    unseal().arg("-w").arg(&old).stdin(sealed(SECRET, &[])).run().success();
    assert_eq!(mode("old"), 0o600);
    assert_eq!(folder.names(), ["new", "old"]);
}

#[test]
fn what_the_real_kubeseal_sealed_opens() {
    let index = Index::load();
    for documents in &index.documents {
        let private_key = index.key(&documents.key).private_key.path();
        let program = seal().args(["unseal", "--format", "json", "--key"]).arg(private_key);
        let done = program.arg(documents.sealed.path()).run().success();
        let opened = serde_json::Deserializer::from_slice(&done.stdout).into_iter();
        let opened: Result<Vec<serde_json::Value>, _> = opened.collect();
        let expected: Vec<_> =
            documents.secrets.iter().map(|secret| resource(&secret.secret)).collect();
        assert_eq!(opened.expect("the output is JSON"), expected, "{:?}", documents.sealed.path());
    }
}

/// The index leaves out what is the same for all Secrets.
fn resource(secret: &serde_json::Value) -> serde_json::Value {
    let mut secret = secret.clone();
    secret["apiVersion"] = "v1".into();
    secret["kind"] = "Secret".into();
    secret
}

#[test]
fn a_moved_or_renamed_secret_is_told_what_it_was_sealed_for() {
    let text = sealed(SECRET, &[]);
    let renamed = text.replacen("  name: database", "  name: db", 1);
    let expected = "SealedSecret shop/db: spec.encryptedData.host: was sealed for shop/database (strict), \
                    but the document is shop/db (strict)";
    refuses(unseal().stdin(renamed).run(), 1, expected);
    let moved = text.replacen("  namespace: shop", "  namespace: prod", 1);
    refuses(unseal().stdin(&moved).run(), 1, "was sealed for shop/database (strict)");

    // Without hints and template there is nothing that knows the old name.
    let bare: String = moved
        .lines()
        .filter(|line| !line.contains("sealkit.dev") && !line.contains("      name"))
        .flat_map(|line| [line, "\n"])
        .collect();
    let expected = "none of the 1 key given opens it, neither for this document nor for \
                    namespace prod (namespace-wide) nor for any namespace (cluster-wide)";
    refuses(unseal().stdin(bare).run(), 1, expected);
}

#[test]
fn a_changed_scope_is_named() {
    let text = sealed(SECRET, &["--scope", "namespace-wide"]);
    let strict = without_scope(&text);
    let expected = "was sealed for namespace shop (namespace-wide), but the document is shop/database (strict)";
    refuses(unseal().stdin(strict).run(), 1, expected);
    let text = sealed(SECRET, &["--scope", "cluster-wide"]);
    let strict = without_scope(&text);
    refuses(unseal().stdin(strict).run(), 1, "was sealed for any namespace (cluster-wide)");
}

fn without_scope(text: &str) -> String {
    let is_scope = |line: &&str| line.contains("sealedsecrets.bitnami.com/");
    text.lines().filter(|line| !is_scope(line)).flat_map(|line| [line, "\n"]).collect()
}

#[test]
fn the_wrong_key_is_named() {
    let other = fixture("kubeseal/keys/rsa-4096.key");
    let run = |text: &str| seal().args(["unseal", "--key"]).arg(&other).stdin(text).run();
    let text = sealed(SECRET, &[]);
    let index = Index::load();
    let wanted = &index.key("rsa-2048").fingerprint;
    let expected = format!(
        "no key fits: it is said to be sealed with {wanted}, which is not among the 1 key given"
    );
    refuses(run(&text), 1, &expected);
    let text = sealed(SECRET, &["--no-hints"]);
    refuses(run(&text), 1, "none of the 1 key given opens it");
}

#[test]
fn damage_is_told_from_a_wrong_key() {
    let text = sealed(SECRET, &[]);
    // The last character before the padding belongs to the tag.
    let line = text.lines().find(|line| line.starts_with("    password: ")).expect("the item");
    let value = line.trim_start_matches("    password: ");
    let at = value.len() - 8;
    let other = if &value[at..=at] == "A" { "B" } else { "A" };
    let damaged = format!("{}{other}{}", &value[..at], &value[at + 1..]);
    let done = unseal().stdin(text.replace(value, &damaged)).run();
    refuses(done, 1, "spec.encryptedData.password: was sealed with key SHA256:");
    let done = unseal().stdin(text.replace(value, &damaged)).run();
    refuses(done, 1, "but is damaged");
}

#[test]
fn hints_are_not_trusted() {
    let text = sealed(SECRET, &[]);
    let index = Index::load();
    let (right, wrong) = (&index.key("rsa-2048").fingerprint, &index.key("rsa-4096").fingerprint);
    for hint in [wrong.as_str(), "nonsense", "'{\"host\": 5}'", "'{'"] {
        let misled = text.replace(right, hint).replace("shop/database", "other/place");
        assert_eq!(unsealed(&misled, &["--item", "password"]), PASSWORD, "{hint}");
    }
}

#[test]
fn a_document_without_a_namespace_takes_the_one_asked_for() {
    let text = sealed(SECRET, &[]).replacen("  namespace: shop\n", "", 1);
    refuses(unseal().stdin(&text).run(), 1, "the scope needs a namespace");
    assert_eq!(unsealed(&text, &["-n", "shop", "--item", "password"]), PASSWORD);
    let whole = sealed(SECRET, &[]);
    let done = unseal().args(["-n", "other"]).stdin(whole).run();
    refuses(done, 1, "namespace is \"shop\", not \"other\" as asked for");
}

#[test]
fn an_alias_cannot_smuggle_a_value_in() {
    let text = sealed(SECRET, &[]);
    let line = text.lines().find(|line| line.starts_with("    password: ")).expect("the item");
    let value = line.trim_start_matches("    password: ");
    let aliased = text
        .replace(&format!("password: {value}"), "password: *value")
        .replace("    host: ", "    host: &value ");
    refuses(unseal().stdin(aliased).run(), 1, "alias or merge key");
}

#[test]
fn both_forms_of_data_exclude_each_other() {
    let text = sealed(SECRET, &[]).replace("spec:\n", "spec:\n  data: AAAA\n");
    refuses(unseal().stdin(text).run(), 1, "spec.data and spec.encryptedData exclude each other");
}

#[test]
fn several_keys_may_be_given() {
    let other = fixture("kubeseal/keys/rsa-4096.key");
    let text = sealed(SECRET, &["--no-hints"]);
    let keys = format!("{},{}", other.display(), key().display());
    let item = ["--item", "password"];
    let done = seal().args(["unseal", "--key", &keys]).args(item).stdin(&text).run().success();
    assert_eq!(done.stdout_text(), PASSWORD);
    let done = seal().arg("unseal").arg("--key").arg(&other).arg("--key").arg(key()).args(item);
    assert_eq!(done.stdin(&text).run().success().stdout_text(), PASSWORD);
    let done = seal().arg("unseal").env("SEALED_SECRETS_RECOVERY_PRIVATE_KEY", keys).args(item);
    assert_eq!(done.stdin(&text).run().success().stdout_text(), PASSWORD);
}

#[test]
fn a_misspelt_field_is_not_taken_for_an_empty_secret() {
    let text = sealed(SECRET, &[]).replace("encryptedData:", "encrypteddata:");
    refuses(unseal().stdin(text).run(), 1, "spec.encryptedData is missing");
}

#[test]
fn a_name_from_a_file_begins_no_line_of_its_own() {
    let text = sealed(SECRET, &[]).replace("name: database", "name: \"a\\n::warning::b\"");
    let done = unseal().stdin(text).run();
    assert!(done.stderr_text().contains("a\u{fffd}::warning::b"), "{}", done.stderr_text());
    refuses(done, 1, "was sealed for");
}
