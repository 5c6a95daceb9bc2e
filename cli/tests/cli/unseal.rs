//! `seal unseal`: its flags and the file it writes. What becomes of a SealedSecret is tested in `crates/manifest/tests`.

use std::os::unix::fs::PermissionsExt as _;

use sealkit_testkit::Folder;

use crate::support::{PASSWORD, SECRET, refuses, sealed, unseal, unsealed};

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
fn flags_reach_unsealing() {
    let text = sealed(SECRET, &[]).replacen("  namespace: shop\n", "", 1);
    let given = ["--namespace", "shop"];
    assert_eq!(unsealed(&text, &[&given[..], &["--item", "password"]].concat()), PASSWORD);
    let json = unsealed(&text, &[&given[..], &["-o", "json"]].concat());
    assert!(json.starts_with("{\n") && json.contains("\"aHVudGVyMg==\""), "{json}");
    let other = "apiVersion: v1\nkind:   ConfigMap\n";
    let both = unsealed(&format!("{other}{text}"), &[&given[..], &["--skip-other"]].concat());
    assert!(both.starts_with(&format!("---\n{other}---\napiVersion: v1\ndata:\n")), "{both}");
}

#[test]
fn a_name_from_a_file_begins_no_line_of_its_own() {
    let text = sealed(SECRET, &[]).replace("name: database", "name: \"a\\n::warning::b\"");
    let done = unseal().stdin(text).run();
    assert!(done.stderr_text().contains("a\u{fffd}::warning::b"), "{}", done.stderr_text());
    refuses(done, 1, "was sealed for");
}
