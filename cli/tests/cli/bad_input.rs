//! Input that cannot be sealed or opened: an error, and nothing on standard output.

use crate::support::{SECRET, refuses, seal, seal_with_certificate, sealed, unseal};

/// Both directions read documents in the same way, and refuse the same.
fn both_refuse(input: impl AsRef<[u8]>, message: &str) {
    refuses(seal_with_certificate().stdin(&input).run(), 1, message);
    refuses(unseal().stdin(&input).run(), 1, message);
}

fn secret_with(line: &str) -> String {
    format!("apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n  namespace: b\n{line}\n")
}

#[test]
fn nothing() {
    both_refuse("", "there is no document in the input");
    both_refuse("\n\n# only a comment\n---\n---\n", "there is no document in the input");
}

#[test]
fn binary_garbage() {
    both_refuse([0xff, 0xfe, 0x00, 0xd8, 0x01, 0x02], "standard input: document 1");
    let noise: Vec<u8> = (0..4096_u32).map(|i| u8::try_from(i * 197 % 251).unwrap_or(0)).collect();
    both_refuse(noise, "standard input: document 1");
}

#[test]
fn ten_mebibytes_of_one_line() {
    both_refuse("a".repeat(10 << 20), "standard input: document 1");
    both_refuse(format!("{{\"a\":\"{}", "x".repeat(10 << 20)), "standard input: document 1");
}

#[test]
fn an_alias_bomb() {
    let mut bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned();
    for level in 1..30 {
        let below = vec![format!("*a{}", level - 1); 9].join(",");
        bomb.push_str(&format!("a{level}: &a{level} [{below}]\n"));
    }
    both_refuse(bomb, "standard input: document 1");
}

#[test]
fn a_hundred_thousand_brackets() {
    for bracket in ["[", "{", "- ", "? ", "{\"a\":"] {
        both_refuse(bracket.repeat(100_000), "standard input: document 1");
        both_refuse(format!("a: {}", bracket.repeat(100_000)), "standard input: document 1");
    }
}

#[test]
fn json_that_is_cut_short() {
    let whole = r#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a","namespace":"b"},"data":{"a":"YQ=="}}"#;
    seal_with_certificate().stdin(whole).run().success();
    for len in (1..whole.len()).step_by(7) {
        both_refuse(&whole[..len], "standard input: document 1");
    }
}

#[test]
fn values_of_the_wrong_kind() {
    let refused = |line: &str, message: &str| {
        refuses(seal_with_certificate().stdin(secret_with(line)).run(), 1, message);
    };
    refused("data:\n  a: hello world", "document 1, line 7, column 6: data.a: is not base64");
    refused("data:\n  a: YQ", "data.a: is not base64");
    refused(
        "stringData:\n  a: 5",
        "stringData.a: has to be a string, but is a number\nhint: put it in quotes",
    );
    refused("stringData:\n  a: yes", "stringData.a: has to be a string, but is a boolean");
    refused("stringData:\n  a: 0x1f", "has to be a string, but is a number");
    refused("stringData:\n  a: [b]", "has to be a string, but is a list");
    refused("stringData:\n  a: {b: c}", "has to be a string, but is a mapping");
    refused("stringData: text", "stringData: has to be a mapping, but is a string");
    refused("data: []", "data: has to be a mapping, but is a list");
    refused("data:\n  a: YQ==\nimmutable: \"true\"", "immutable: has to be true or false");
    refused("data:\n  a: YQ==\ntype: 1", "type: has to be a string");
}

#[test]
fn an_error_never_quotes_a_value() {
    let secret = secret_with("data:\n  a: \"hunter2 is no base64\"");
    let done = seal_with_certificate().stdin(secret).run();
    refuses(done, 1, "data.a: is not base64");
    let secret = secret_with("stringData:\n  a: \"hunter2\n  b");
    refuses(seal_with_certificate().stdin(secret).run(), 1, "document 1");
}

#[test]
fn a_secret_without_a_name() {
    let secret = SECRET.replace("  name: database\n", "");
    let done = seal_with_certificate().stdin(&secret).run();
    refuses(done, 1, "metadata.name is missing");
    seal_with_certificate().args(["--name", "database"]).stdin(&secret).run().success();
}

#[test]
fn another_namespace_than_asked_for() {
    let run = |flags: [&str; 2]| seal_with_certificate().args(flags).stdin(SECRET).run();
    refuses(run(["--namespace", "other"]), 1, "namespace is \"shop\", not \"other\" as asked for");
    run(["--namespace", "shop"]).success();
    // Nothing binds the namespace of a cluster-wide value.
    let cluster_wide = ["--scope", "cluster-wide", "--namespace", "other"];
    seal_with_certificate().args(cluster_wide).stdin(SECRET).run().success();
}

#[test]
fn a_secret_without_data() {
    for line in ["", "data: {}", "stringData:", "data: {}\nstringData: {}"] {
        let secret = secret_with(line);
        refuses(seal_with_certificate().stdin(&secret).run(), 1, "the Secret has no data");
        seal_with_certificate().arg("--allow-empty-data").stdin(&secret).run().success();
    }
}

#[test]
fn documents_of_other_kinds() {
    let config_map = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n";
    let input = format!("{SECRET}---\n{config_map}");
    let expected =
        "document 2, line 15, column 1: ConfigMap settings: is a ConfigMap (v1), not a Secret";
    refuses(seal_with_certificate().stdin(&input).run(), 1, expected);
    refuses(seal_with_certificate().stdin("a: b\n").run(), 1, "apiVersion and kind are missing");
    refuses(seal_with_certificate().stdin("- a\n").run(), 1, "document 1");
    refuses(seal_with_certificate().stdin("just text\n").run(), 1, "document 1");
    let sealed_already = sealed(SECRET, &[]);
    let done = seal_with_certificate().stdin(sealed_already).run();
    refuses(done, 1, "is a SealedSecret (bitnami.com/v1alpha1), not a Secret");
}

#[test]
fn the_last_of_many_documents_is_bad() {
    let many = [vec![SECRET; 50].join("---\n").as_str(), "---\nkind: [\n"].concat();
    refuses(seal_with_certificate().stdin(many).run(), 1, "document 51");
}

#[test]
fn ciphertext_that_is_cut_short() {
    let whole = sealed(SECRET, &[]);
    let line = whole.lines().find(|line| line.starts_with("    password: ")).expect("the item");
    let value = line.trim_start().trim_start_matches("password: ");
    for len in 0..=20 {
        let cut = whole.replace(value, &format!("\"{}\"", &value[..len]));
        refuses(unseal().stdin(cut).run(), 1, "spec.encryptedData.password: is not a sealed value");
    }
}

#[test]
fn a_command_line_that_makes_no_sense() {
    let usage = |program: sealkit_testkit::Program, message: &str| {
        refuses(program.stdin(SECRET).run(), 2, message);
    };
    usage(seal(), "no certificate is given");
    usage(seal_with_certificate().arg("--scope=galaxy-wide"), "galaxy-wide");
    usage(seal_with_certificate().arg("--no-such-flag"), "--no-such-flag");
    usage(seal_with_certificate().args(["-", "-"]), "standard input (-) is named more than once");
    usage(seal().args(["--cert", "-"]), "standard input (-) is named more than once");
    usage(seal().args(["unseal", "--key", "-"]), "standard input (-) is named more than once");
    usage(seal().args(["unseal", "x", "--key=-,-"]), "standard input (-) is named more than once");
    usage(seal().arg("unseal"), "--key");
}

#[test]
fn a_mistyped_command_is_named() {
    let folder = sealkit_testkit::Folder::new();
    let run = |program: sealkit_testkit::Program| program.current_dir(folder.path()).run();
    let words = [&["unseall"][..], &["unsael", "a.yaml", "--key", "k"], &["crt", "--help"]];
    for words in words {
        let message = format!("there is no command \"{}\", and no such file", words[0]);
        refuses(run(seal().args(words)), 2, &message);
    }
    refuses(run(seal().arg("unseall")), 2, "did you mean seal unseal?");
    refuses(run(seal().args(["seal", "a.yaml"])), 2, "sealing needs no command");
    // What is a file, or meant as one.
    folder.write("unseall", SECRET);
    run(seal_with_certificate().arg("./unseall")).success();
    let certificate = crate::support::certificate();
    run(seal().arg("unseall").arg("--cert").arg(&certificate)).success();
    refuses(run(seal().arg("./cret").arg("--cert").arg(&certificate)), 1, "./cret: no such file");
    refuses(run(seal().arg("secret").arg("--cert").arg(&certificate)), 1, "secret: no such file");
    // A command that exists keeps its own message.
    refuses(run(seal().args(["unseal", "--no-such-flag"])), 2, "--no-such-flag");
}
