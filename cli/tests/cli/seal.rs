//! `seal`: what becomes of a Secret.

use sealkit_testkit::Folder;

use crate::support::{
    PASSWORD, SECRET, certificate, refuses, seal, seal_with_certificate, sealed, unsealed,
};

#[test]
fn the_document_has_the_form_that_upstream_gives_it() {
    let text = sealed(SECRET, &["--no-hints"]);
    let masked: Vec<String> = text.lines().map(mask).collect();
    let expected = "\
---
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata:
  name: database
  namespace: shop
spec:
  encryptedData:
    host: …
    password: …
    user: …
  template:
    metadata:
      labels:
        app: shop
      name: database
      namespace: shop
    type: Opaque";
    assert_eq!(masked.join("\n"), expected);
}

/// Ciphertexts differ each time.
fn mask(line: &str) -> String {
    match line.split_once(": ") {
        Some((key, value)) if value.len() > 300 => format!("{key}: …"),
        _ => line.to_owned(),
    }
}

#[test]
fn hints_name_the_key_and_what_was_sealed_for() {
    let text = sealed(SECRET, &[]);
    assert!(text.contains("    sealkit.dev/sealed-for: shop/database\n"), "{text}");
    assert!(text.contains("    sealkit.dev/sealed-with: SHA256:"), "{text}");
    let text = sealed(SECRET, &["--scope", "cluster-wide"]);
    assert!(!text.contains("sealed-for"), "{text}");
    assert!(!sealed(SECRET, &["--no-hints"]).contains("sealkit.dev"));
}

#[test]
fn no_value_stands_in_the_output() {
    let text = sealed(SECRET, &[]);
    for value in [PASSWORD, "aHVudGVyMg", "db.example.com", "admin"] {
        assert!(!text.contains(value), "{value}");
    }
}

#[test]
fn copies_of_the_plaintext_in_annotations_are_removed() {
    let annotations = "  annotations:
    kubectl.kubernetes.io/last-applied-configuration: '{\"data\":{\"password\":\"aHVudGVyMg==\"}}'
    kubecfg.ksonnet.io/last-applied-configuration: '{\"data\":{\"password\":\"aHVudGVyMg==\"}}'
    note: kept
";
    let secret = SECRET.replace("  labels:\n", &format!("{annotations}  labels:\n"));
    let text = sealed(&secret, &[]);
    assert!(text.contains("note: kept"));
    assert!(!text.contains("last-applied"), "{text}");
    assert!(!text.contains("aHVudGVyMg"), "{text}");
}

#[test]
fn what_belongs_to_one_stored_object_is_left_out() {
    let server_side = "  uid: 8c5b9b2e-0000-4000-8000-000000000000
  resourceVersion: \"12345\"
  generation: 3
  creationTimestamp: \"2024-01-01T00:00:00Z\"
  deletionTimestamp: \"2024-01-01T00:00:00Z\"
  selfLink: /api/v1/namespaces/shop/secrets/database
  ownerReferences:
  - apiVersion: v1
    kind: X
    name: y
    uid: z
  managedFields:
  - manager: kubectl
";
    let secret = SECRET.replace("  labels:\n", &format!("{server_side}  labels:\n"));
    assert_eq!(
        mask_all(&sealed(&secret, &["--no-hints"])),
        mask_all(&sealed(SECRET, &["--no-hints"]))
    );
}

fn mask_all(text: &str) -> Vec<String> {
    text.lines().map(mask).collect()
}

#[test]
fn the_scope_comes_from_annotations_unless_it_is_asked_for() {
    let annotated = |name: &str| {
        let annotation =
            format!("  annotations:\n    sealedsecrets.bitnami.com/{name}: \"true\"\n");
        SECRET.replace("  labels:\n", &format!("{annotation}  labels:\n"))
    };
    let count = |text: &str, name: &str| {
        text.matches(&format!("sealedsecrets.bitnami.com/{name}: \"true\"")).count()
    };
    // In the SealedSecret's own metadata, and in the template.
    let text = sealed(&annotated("cluster-wide"), &[]);
    assert_eq!(count(&text, "cluster-wide"), 2);
    let text = sealed(&annotated("namespace-wide"), &[]);
    assert_eq!((count(&text, "namespace-wide"), count(&text, "cluster-wide")), (2, 0));
    let text = sealed(&annotated("namespace-wide"), &["--scope", "cluster-wide"]);
    assert_eq!((count(&text, "namespace-wide"), count(&text, "cluster-wide")), (0, 2));
    let text = sealed(&annotated("cluster-wide"), &["--scope", "strict"]);
    assert_eq!((count(&text, "namespace-wide"), count(&text, "cluster-wide")), (0, 0));
}

#[test]
fn string_data_wins_over_data() {
    let secret = SECRET.replace("  user: admin\n", "  user: admin\n  password: other\n");
    assert_eq!(unsealed(&sealed(&secret, &[]), &["--item", "password"]), "other");
}

#[test]
fn a_null_value_is_an_empty_one() {
    let secret = SECRET.replace("  user: admin\n", "  user:\n");
    assert_eq!(unsealed(&sealed(&secret, &[]), &["--item", "user"]), "");
}

#[test]
fn unknown_fields_are_warned_about() {
    let secret = SECRET.replace("stringData:", "stringdata:");
    let done = seal_with_certificate().stdin(secret).run().success();
    let expected = "standard input: document 1: Secret shop/database: \"stringdata\" is no field";
    assert!(done.stderr_text().contains(expected), "{}", done.stderr_text());
}

#[test]
fn several_documents_and_files_keep_their_order() {
    let folder = Folder::new();
    let named = |name: &str| SECRET.replace("database", name);
    let first = folder.write("first.yaml", [named("a"), named("b")].join("---\n"));
    let second = folder.write("second.yaml", named("c"));
    let input = [first.as_os_str(), "-".as_ref(), second.as_os_str()];
    let done = seal_with_certificate().args(input).stdin(named("d")).run().success();
    let names = done.stdout_text().lines().filter_map(|line| line.strip_prefix("  name: "));
    assert_eq!(names.collect::<Vec<_>>(), ["a", "b", "d", "c"]);
}

#[test]
fn the_name_can_be_chosen() {
    let text = sealed(SECRET, &["--name", "other"]);
    assert!(text.contains("\n  name: other\n") && !text.contains("name: database"), "{text}");
    assert_eq!(unsealed(&text, &["--item", "password"]), PASSWORD);
}

#[test]
fn an_error_names_the_file() {
    let folder = Folder::new();
    folder.write("good.yaml", SECRET);
    folder.write("bad.yaml", "kind: [");
    let run = seal_with_certificate().args(["good.yaml", "bad.yaml"]).current_dir(folder.path());
    refuses(run.run(), 1, "error: bad.yaml: document 1, line ");
}

#[test]
fn json_and_lists_are_read() {
    let secret = |name: &str| {
        format!(
            r#"{{"apiVersion":"v1","kind":"Secret","metadata":{{"name":"{name}","namespace":"n"}},"data":{{"k":"YQ=="}}}}"#
        )
    };
    let (a, b) = (secret("a"), secret("b"));
    let list = format!(r#"{{"apiVersion":"v1","kind":"List","items":[{a},{b}]}}"#);
    for input in [format!("{a}{b}"), format!("{a}\n{b}\n"), list] {
        let text = sealed(&input, &[]);
        assert_eq!(text.matches("\n  name: ").count(), 2, "{text}");
        assert_eq!(text.matches("---\n").count(), 2, "{text}");
    }
}

#[test]
fn json_is_written_when_asked_for() {
    // As kubeseal's users type it.
    assert!(sealed(SECRET, &["-o", "json"]).starts_with("{\n"));
    let text = sealed(SECRET, &["--format", "json"]);
    assert!(text.starts_with("{\n"), "{text}");
    assert_eq!(unsealed(&text, &["--item", "password"]), PASSWORD);
    let folder = Folder::new();
    let path = folder.join("sealed.json");
    seal_with_certificate().arg("-w").arg(&path).stdin(SECRET).run().success();
    assert!(folder.read("sealed.json").starts_with(b"{\n"));
}

#[test]
fn other_documents_pass_through_unchanged_when_asked_to() {
    let other = "# a comment\napiVersion: v1\nkind:   ConfigMap\ndata: {a:    'b'}\n";
    let input = format!("{other}---\n{SECRET}");
    let text = sealed(&input, &["--skip-other"]);
    assert!(text.starts_with(&format!("---\n{other}---\n")), "{text}");
    assert!(text.contains("kind: SealedSecret"));
    let text = sealed(&input, &["--skip-other", "--format", "json"]);
    assert!(text.contains("\"kind\": \"ConfigMap\""), "{text}");
}

#[test]
fn the_namespace_comes_from_the_kubeconfig_where_none_is_named() {
    let folder = Folder::new();
    let kubeconfig = "\
current-context: work
contexts:
- name: other
  context: {namespace: wrong}
- name: work
  context: {cluster: c, namespace: shop}
";
    let path = folder.write("config", kubeconfig);
    let secret = SECRET.replace("  namespace: shop\n", "");
    let done = seal_with_certificate().env("KUBECONFIG", &path).stdin(&secret).run().success();
    assert!(done.stdout_text().contains("\n  namespace: shop\n"), "{}", done.stdout_text());
    assert!(done.stderr_text().contains("namespace \"shop\""), "{}", done.stderr_text());

    let unnamed = folder.write("unnamed", kubeconfig.replace(", namespace: shop", ""));
    let done = seal_with_certificate().env("KUBECONFIG", &unnamed).stdin(&secret).run().success();
    assert!(done.stdout_text().contains("\n  namespace: default\n"), "{}", done.stdout_text());
    // Without any context nothing is guessed: sealed for the wrong namespace, the values would be of no use.
    for empty in [&[][..], &["-n", ""]] {
        let done = seal_with_certificate().args(empty).stdin(&secret).run();
        refuses(done, 1, "metadata.namespace is missing");
    }
    let done = seal_with_certificate().args(["-n", "flag"]).stdin(&secret).run().success();
    assert!(done.stdout_text().contains("\n  namespace: flag\n"), "{}", done.stdout_text());

    let broken = folder.write("broken", "contexts: [");
    let done = seal_with_certificate().env("KUBECONFIG", broken).stdin(&secret).run();
    refuses(done, 1, "broken: document 1");
    let lost = folder.write("lost", "current-context: gone\n");
    let done = seal_with_certificate().env("KUBECONFIG", lost).stdin(&secret).run();
    refuses(done, 1, "there is no context \"gone\"");
}

#[test]
fn flags_can_come_from_the_environment() {
    let done = seal()
        .env("SEALED_SECRETS_CERT", certificate())
        .env("SEALED_SECRETS_SCOPE", "cluster-wide")
        .env("SEALED_SECRETS_FORMAT", "json")
        .env("SEALED_SECRETS_ALLOW_EMPTY_DATA", "T")
        .env("SEALED_SECRETS_NAME", "")
        .stdin(SECRET.replace("stringData:\n  user: admin\n", ""))
        .run()
        .success();
    assert!(done.stdout_text().starts_with('{'), "{}", done.stdout_text());
    assert!(done.stdout_text().contains("cluster-wide"), "{}", done.stdout_text());
    let done = seal_with_certificate().env("SEALED_SECRETS_SCOPE", "galaxy").stdin(SECRET).run();
    refuses(done, 2, "galaxy");
    let done = seal_with_certificate().env("SEALED_SECRETS_SCOPE", "galaxy").arg("--scope=strict");
    done.stdin(SECRET).run().success();
}

#[test]
fn variables_that_are_set_for_sealing_disturb_no_other_command() {
    let text = sealed(SECRET, &[]);
    let variables = |program: sealkit_testkit::Program| {
        program
            .env("SEALED_SECRETS_CERT", certificate())
            .env("SEALED_SECRETS_FORMAT", "json")
            .env("SEALED_SECRETS_SCOPE", "strict")
            .env("SEALED_SECRETS_NAMESPACE", "shop")
            .env("SEALED_SECRETS_SECRET_FILE", "/nonexistent")
            .env("SEALED_SECRETS_SEALED_SECRET_FILE", "/nonexistent")
    };
    let opened =
        variables(crate::support::unseal()).args(["--item", "password"]).stdin(&text).run();
    assert_eq!(opened.success().stdout_text(), PASSWORD);
    variables(crate::support::unseal()).stdin(&text).run().success();
    variables(seal().arg("cert")).run().success();
}

#[test]
fn empty_flags_count_as_not_given() {
    let done = seal_with_certificate().args(["--name", "", "-n", ""]).stdin(SECRET).run().success();
    assert!(done.stdout_text().contains("\n  name: database\n  namespace: shop\n"));
}

#[test]
fn the_certificate_is_never_overwritten() {
    let folder = Folder::new();
    let pem = std::fs::read(certificate()).expect("it can be read");
    let path = folder.write("cluster.pem", &pem);
    let done = seal().arg("--cert").arg(&path).arg("-w").arg(&path).stdin(SECRET).run();
    refuses(done, 2, "is both input and output");
    let raw =
        seal().args(["raw", "--scope=cluster-wide", "--cert"]).arg(&path).arg("-w").arg(&path);
    refuses(raw.stdin("x").run(), 2, "is both input and output");
    assert_eq!(std::fs::read(&path).expect("it is there"), pem);
}

#[test]
fn what_passes_through_keeps_one_separator() {
    let other = "apiVersion: v1\nkind: ConfigMap\ndata: {a: 'b'}\n";
    let text = sealed(&format!("---\n{other}---\n{SECRET}"), &["--skip-other"]);
    assert!(text.starts_with(&format!("---\n{other}---\napiVersion:")), "{text}");
}

#[test]
fn what_passes_through_cannot_grow_without_bound() {
    let (open, close) = ("[".repeat(200), "]".repeat(200));
    let other = format!("{{\"apiVersion\": \"v1\", \"kind\": \"Deep\", \"x\": {open}{close}}}");
    let done = seal_with_certificate().arg("--skip-other").stdin(&other).run();
    refuses(done, 1, "nested too deeply");
    let same = seal_with_certificate().args(["--skip-other", "--format=json"]).stdin(&other).run();
    assert_eq!(same.success().stdout_text().trim_end(), other);
}

#[test]
fn misspelt_fields_are_warned_about() {
    let secret = SECRET.replace("  labels:", "  label:").replace("type:", "typ:");
    let done = seal_with_certificate().stdin(secret).run().success();
    for field in ["\"typ\"", "\"metadata.label\""] {
        let warning = format!("Secret shop/database: {field} is no field of a Secret");
        assert!(done.stderr_text().contains(&warning), "{}", done.stderr_text());
    }
}

const OPEN_LIST: &str = "apiVersion: v1\nkind: SecretList\nitems:\n- metadata: {name: a, namespace: b}\n  data: {x: aHVudGVyMg==}\n";

#[test]
fn a_list_of_secrets_is_sealed_and_never_passed_through() {
    for flags in [&[][..], &["--skip-other"]] {
        let text = sealed(OPEN_LIST, flags);
        assert!(text.contains("kind: SealedSecret") && !text.contains("aHVudGVyMg"), "{text}");
        assert!(unsealed(&text, &[]).contains("x: aHVudGVyMg=="));
    }
    let named = OPEN_LIST.replace("- metadata", "- kind: Secret\n  apiVersion: v1\n  metadata");
    let text = sealed(&named.replace("SecretList", "OddList"), &["--skip-other"]);
    assert!(text.contains("kind: SealedSecret") && !text.contains("aHVudGVyMg"), "{text}");
    let nested = OPEN_LIST.replace('\n', "\n  ");
    let nested = format!("apiVersion: v1\nkind: List\nitems:\n- {nested}");
    let done = seal_with_certificate().arg("--skip-other").stdin(nested.trim_end()).run();
    refuses(done, 1, "a List inside a List");
}

#[test]
fn what_looks_like_a_secret_is_passed_through_with_a_warning() {
    for (from, to) in [("kind: Secret", "kind: secret"), ("apiVersion: v1", "apiVersion: v2")] {
        let done =
            seal_with_certificate().arg("--skip-other").stdin(SECRET.replace(from, to)).run();
        let done = done.success();
        assert!(done.stderr_text().contains("is not a Secret: passed through"), "{from}");
    }
}

#[test]
fn a_list_of_nothing_is_input_without_a_document() {
    for items in ["", "items: []", "items: null"] {
        let list = format!("apiVersion: v1\nkind: List\n{items}\n");
        refuses(seal_with_certificate().stdin(list).run(), 1, "there is no document");
    }
    let list = "apiVersion: v1\nkind: List\nitems: []\n";
    assert!(sealed(&format!("{list}---\n{SECRET}"), &[]).contains("kind: SealedSecret"));
}

#[test]
fn a_secret_that_is_misspelt_says_so() {
    let text =
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: b}\nstringdata: {a: b}\n";
    let done = seal_with_certificate().stdin(text).run();
    refuses(done, 1, "the Secret has no data: no field of a Secret is stringdata");
    for (field, message) in
        [("kind: Secret\n", "kind is missing"), ("apiVersion: v1\n", "apiVersion is missing")]
    {
        let done = seal_with_certificate().stdin(SECRET.replace(field, "")).run();
        refuses(done, 1, &format!("not a Kubernetes resource: {message}"));
    }
}

#[test]
fn files_can_come_from_the_environment() {
    let folder = Folder::new();
    let input = folder.write("secret.yaml", SECRET);
    let run = || {
        seal_with_certificate()
            .env("SEALED_SECRETS_SECRET_FILE", &input)
            .env("SEALED_SECRETS_SEALED_SECRET_FILE", folder.join("sealed.yaml"))
    };
    assert!(run().run().success().stdout.is_empty());
    assert!(folder.read("sealed.yaml").starts_with(b"---\napiVersion"));
    let done = run().args(["-w", "-"]).run().success();
    assert!(done.stdout_text().contains("kind: SealedSecret"));
}

#[test]
fn one_name_for_several_secrets_is_refused() {
    let other = SECRET.replace("name: database", "name: other");
    let two = format!("{SECRET}---\n{other}");
    let named = |input: &str| seal_with_certificate().args(["--name", "one"]).stdin(input).run();
    refuses(named(&two), 1, "2 Secrets would all become SealedSecret shop/one");
    let elsewhere = two.replacen("namespace: shop", "namespace: test", 1);
    assert_eq!(named(&elsewhere).success().stdout_text().matches("  name: one\n").count(), 4);
}
