//! Each example of each command's help is run, in a repository, beside a cluster; and each line of what the README says about
//! daily use, under upstream's controller as well.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "what is not as it should be fails the test there and then"
)]

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealkit_e2e::seal;
use sealkit_e2e::service::{NAME, Service, cluster_for_the_service};
use sealkit_testkit::cluster::{ADMIN, Cluster};
use sealkit_testkit::repository as root;
use sealkit_testkit::{Answer, Folder, Program, WebServer, eventually, fixture, read_fixture};
use serde_json::{Value, json};

const SOON: Duration = Duration::from_secs(60);

/// What `kubectl` prints here: it is not what is tested.
const KUBECTL: &str = r#"#!/bin/sh
case $* in
    "create secret generic db "*|"create secret generic database "*)
        printf 'apiVersion: v1\nkind: Secret\nmetadata: {name: %s}\nstringData: {password: hunter2}\n' "$4" ;;
    "get secret -n kube-system "*) cat backup.yaml.before ;;
    "get sealedsecret database -o yaml") cat database.yaml ;;
    *) echo "kubectl: $*" >&2; exit 1 ;;
esac
"#;

/// The commands of the program, and how they are called.
fn commands(words: &[String], all: &mut Vec<(Vec<String>, String)>) {
    let help = seal().args(words).arg("--help").run().success().stdout_text().to_owned();
    let listed = help.split("\nCommands:\n").nth(1).unwrap_or_default();
    let names = listed.lines().take_while(|line| line.starts_with("  ")).filter_map(|line| {
        let name = line.strip_prefix("  ")?;
        name.split(' ').next().filter(|name| !name.is_empty() && *name != "help")
    });
    let below: Vec<Vec<String>> = names.map(|name| [words, &[name.to_owned()]].concat()).collect();
    all.push((words.to_vec(), help));
    for words in below {
        commands(&words, all);
    }
}

/// The lines below `Examples:`.
fn examples(help: &str) -> Vec<&str> {
    let block = help.split("Examples:\n").nth(1).unwrap_or_default();
    block.lines().map_while(|line| line.strip_prefix("  ")).collect()
}

/// A cluster with a controller and two keys, of which what is in the repository is sealed for the older one.
struct Stage {
    cluster: Cluster,
    certificate: String,
    web: WebServer,
    _service: Service,
}

/// Nobody waits for a quota here.
const SETTINGS: [&str; 3] = ["--key-size=2048", "--rate-limit=10000", "--rate-limit-burst=10000"];

impl Stage {
    fn set(start: impl FnOnce(&Cluster, &[&str]) -> Service) -> Self {
        let cluster = cluster_for_the_service();
        let secrets = "/api/v1/namespaces/kube-system/secrets";
        cluster.api().post(secrets, &old_key()).success();
        let mut service = start(&cluster, &SETTINGS);
        service.wait_for_certificate(&cluster);
        eventually("a new key", SOON, || {
            let all = cluster.api().get(secrets).success();
            let keys = all["items"].as_array().expect("a list").iter();
            match keys.filter(|secret| secret["type"] == "kubernetes.io/tls").count() {
                2 => Ok(()),
                number => Err(format!("{number} keys")),
            }
        });
        cluster.publish("kube-system", NAME, service.port);
        let certificate = eventually("a certificate through the API server", SOON, || {
            let fetch = seal().args(["cert", "fetch"]);
            let done = fetch.env("KUBECONFIG", cluster.kubeconfig_file(ADMIN)).run();
            match done.code() {
                Some(0) => Ok(done.stdout_text().to_owned()),
                _ => Err(done.stderr_text().to_owned()),
            }
        });
        let web = WebServer::start(&Answer::ok(certificate.clone()));
        Self { cluster, certificate, web, _service: service }
    }

    /// Runs a line of a shell in a repository of its own; what is wrong with it, if anything is.
    fn problem(&self, line: &str) -> Option<String> {
        let folder = repository(&self.certificate);
        let here = self.web.url("");
        let command = line.replace("https://example.com", here.trim_end_matches('/'));
        let done = run(&folder, &self.cluster, &command);
        // Checks that have something to find.
        let may_find = line.contains("--check") || line.contains("--unused");
        match done.code() {
            Some(0) => None,
            Some(3) if may_find => None,
            code => Some(format!("$ {line}\n{code:?}\n{}", done.stderr_text())),
        }
    }
}

#[test]
fn the_examples_of_every_command_do_what_they_say() {
    let stage = Stage::set(Service::start);
    let mut all = Vec::new();
    commands(&[], &mut all);
    assert!(all.len() > 15, "{} commands", all.len());
    let mut problems = Vec::new();
    for (words, help) in &all {
        let examples = examples(help);
        assert!(!examples.is_empty(), "{words:?} has no example");
        problems.extend(examples.into_iter().filter_map(|example| stage.problem(example)));
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn what_the_readme_says_about_daily_use_works_with_both_controllers() {
    let readme = fs::read_to_string(root().join("README.md")).expect("it can be read");
    let lines = daily_use(&readme);
    assert!(lines.len() > 25, "{} lines", lines.len());
    for start in [Service::start, Service::start_upstream] {
        let stage = Stage::set(start);
        let problems: Vec<_> = lines.iter().filter_map(|line| stage.problem(line)).collect();
        assert!(problems.is_empty(), "{}", problems.join("\n"));
    }
}

/// The commands of a section of the README.
fn daily_use(readme: &str) -> Vec<&str> {
    let section = readme.split("\n## Daily use\n").nth(1).unwrap_or_default();
    let section = section.split("\n## ").next().unwrap_or_default();
    let blocks = section.split("\n```sh\n").skip(1);
    let lines = blocks.flat_map(|block| block.split("\n```").next().unwrap_or_default().lines());
    lines.filter(|line| !line.is_empty()).collect()
}

fn run(folder: &Folder, cluster: &Cluster, command: &str) -> sealkit_testkit::Finished {
    let path = std::env::var("PATH").expect("a PATH");
    Program::new("sh")
        .args(["-c", command])
        .current_dir(folder.join("repository"))
        .env("PATH", format!("{}:{path}", folder.join("bin").display()))
        .env("HOME", folder.join("home"))
        .env("KUBECONFIG", kubeconfig(folder, cluster))
        .env("PASSWORD", "correct")
        .env("EDITOR", "sed -i s/hunter2/correct/")
        .stdin("a value that is typed")
        .run()
}

fn kubeconfig(folder: &Folder, cluster: &Cluster) -> std::path::PathBuf {
    let text = fs::read(cluster.kubeconfig_file(ADMIN)).expect("a kubeconfig");
    let mut config: Value = serde_json::from_slice(&text).expect("it is JSON");
    config["contexts"][0]["name"] = json!("production");
    config["contexts"][0]["context"]["namespace"] = json!("shop");
    config["current-context"] = json!("production");
    folder.write("kubeconfig", config.to_string())
}

/// A folder with a repository in it, and the programs.
fn repository(certificate: &str) -> Folder {
    let folder = Folder::new();
    let bin = folder.join("bin");
    fs::create_dir_all(&bin).expect("a folder");
    let program = std::env::var_os("SEALKIT_E2E_SEAL").expect("run by scripts/e2e");
    symlink(program, bin.join("seal")).expect("a link");
    fs::write(bin.join("kubectl"), KUBECTL).expect("a script");
    fs::set_permissions(bin.join("kubectl"), fs::Permissions::from_mode(0o755)).expect("a mode");
    for name in ["home/.local/share/bash-completion/completions", "home/.local/bin"] {
        fs::create_dir_all(folder.join(name)).expect("a folder");
    }
    let root = folder.join("repository");
    for name in ["overlays/production", "clusters/production"] {
        fs::create_dir_all(root.join(name)).expect("a folder");
    }
    let put = |name: &str, text: &[u8]| fs::write(root.join(name), text).expect("a file");
    for name in ["cluster.pem", "new.pem"] {
        put(name, certificate.as_bytes());
    }
    for name in ["old.pem", "key.pem", "dev.pem", "prod.pem"] {
        put(name, &read_fixture("keys/rsa-2048.key"));
    }
    for name in ["backup.yaml", "backup.yaml.before"] {
        put(name, old_key().to_string().as_bytes());
    }
    for name in ["password", "ca.pem", "tls.key"] {
        put(name, b"hunter2");
    }
    let items = &["password", "user", "old-password", "tls.key"];
    for name in ["secret.yaml", "a.yaml"] {
        put(name, secret("database", &["password"]).as_bytes());
    }
    put("b.yaml", secret("other", &["password"]).as_bytes());
    let sealed = sealed(&root, &[secret("database", items)]);
    for name in [
        "sealed.yaml",
        "database.yaml",
        "tls.yaml",
        "overlays/production/database.yaml",
        "clusters/production/database.yaml",
    ] {
        put(name, &sealed);
    }
    let other = secret("other", items);
    put("all.yaml", &self::sealed(&root, &[secret("database", items), other]));
    put(".seal.yaml", RULES.as_bytes());
    folder
}

const RULES: &str = "\
version: 1
environments:
  production: {certificate: new.pem}
rules:
- paths: ['overlays/production/**', 'clusters/production/**']
  environment: production
";

fn secret(name: &str, items: &[&str]) -> String {
    let items = items.iter().map(|item| ((*item).to_owned(), json!("hunter2")));
    let items: serde_json::Map<String, Value> = items.collect();
    json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": "shop"}, "stringData": items})
        .to_string()
}

/// For the older key of the cluster.
fn sealed(root: &Path, secrets: &[String]) -> Vec<u8> {
    let run = seal().current_dir(root).arg("--cert").arg(fixture("keys/rsa-2048.crt"));
    run.stdin(secrets.join("\n")).run().success().stdout
}

fn old_key() -> Value {
    let encoded = |name: &str| STANDARD.encode(read_fixture(name));
    json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": "old",
            "namespace": "kube-system",
            "labels": {"sealedsecrets.bitnami.com/sealed-secrets-key": "active"},
        },
        "type": "kubernetes.io/tls",
        "data": {"tls.crt": encoded("keys/rsa-2048.crt"), "tls.key": encoded("keys/rsa-2048.key")},
    })
}
