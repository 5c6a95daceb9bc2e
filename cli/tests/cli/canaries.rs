//! Nothing of what is secret is printed: canaries stand in every input, whole and damaged in many ways, and whatever a
//! run does with it, they come out where they belong and nowhere else.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use sealkit_cli::{InStream, OutStream, Streams};
use sealkit_testkit::{Folder, Program};

use crate::support::{SECRET, certificate, key, seal, seal_with_certificate, sealed};

/// The same runs every time.
const SEED: u64 = 1;
/// How often each input is damaged.
const ROUNDS: usize = 10;
/// So many characters of a secret in a row are not there by chance.
const TELLING: usize = 8;

/// A value as a password may be, with signs that mean something in YAML, base64 and URLs.
const CANARY: &str = "k4nArY+Zp7/qX0w=Vd2";
/// One that may stand in tags, aliases and annotations.
const IN_METADATA: &str = "k4nArYinMetaData9Zx3";

/// Looks for parts of secrets.
struct Watch(HashSet<Vec<u8>>);

impl Watch {
    /// Each secret as it is and in base64.
    fn new<'a>(secrets: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let forms = secrets.into_iter().flat_map(|secret| {
            // Where it stands in a longer text, base64 of it has one of three forms.
            let shifted = (0..3).map(|shift| {
                let encoded = STANDARD.encode([&vec![b' '; shift], secret].concat());
                encoded.into_bytes().split_off(shift + 1)
            });
            shifted.chain([secret.to_vec()]).collect::<Vec<_>>()
        });
        Self(
            forms
                .flat_map(|form| form.windows(TELLING).map(<[u8]>::to_vec).collect::<Vec<_>>())
                .collect(),
        )
    }

    fn part_in<'a>(&self, text: &'a [u8]) -> Option<std::borrow::Cow<'a, str>> {
        let found = text.windows(TELLING).find(|window| self.0.contains(*window));
        found.map(String::from_utf8_lossy)
    }
}

/// All the secrets of the inputs below.
fn watch() -> Watch {
    let pem = std::fs::read_to_string(key()).expect("PEM is text");
    let lines: Vec<&str> = pem.lines().filter(|line| !line.starts_with('-')).collect();
    // The head of PKCS#8, which every key has.
    let body = lines.concat();
    let secret_part = body.get(64..).expect("a key is longer");
    let all = [CANARY, IN_METADATA, secret_part];
    Watch::new(all.iter().map(|secret| secret.as_bytes()))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("the fixture is text")
}

/// Inputs of every kind, each with a secret in it.
fn inputs() -> Vec<(&'static str, String)> {
    let (pem, encoded) = (read(&key()), STANDARD.encode(CANARY));
    let head = |kind: &str, api: &str| {
        format!("apiVersion: {api}\nkind: {kind}\nmetadata:\n  name: database\n  namespace: shop\n")
    };
    let (secret, config) = (head("Secret", "v1"), head("ConfigMap", "v1"));
    let sealed_secret = sealed(&format!("{secret}stringData:\n  password: {CANARY}\n"), &[]);
    let template = |text: &str| format!("{sealed_secret}    data:\n      url: \"{text}\"\n");
    let indented = pem.replace('\n', "\n    ");
    let last_applied = "kubectl.kubernetes.io/last-applied-configuration";
    vec![
        ("data", format!("{secret}data:\n  password: {encoded}\n  user: YWRtaW4=\n")),
        ("plain-in-data", format!("{secret}data:\n  password: {CANARY}\n")),
        ("string-data", format!("{secret}stringData:\n  password: {CANARY}\n  user: admin\n")),
        (
            "block",
            format!(
                "{secret}stringData:\n  file: |\n    {CANARY}\n    x\n  other: >-\n    {CANARY}\n"
            ),
        ),
        ("alias", format!("{secret}stringData:\n  a: &a {CANARY}\n  b: *a\n  c: *{IN_METADATA}\n")),
        ("tag", format!("{secret}stringData:\n  a: !{IN_METADATA} {CANARY}\n")),
        (
            "json",
            format!(
                r#"{{"apiVersion": "v1", "kind": "Secret", "metadata": {{"name": "a", "namespace": "b"}}, "stringData": {{"password": "{CANARY}"}}}}"#
            ),
        ),
        (
            "list",
            format!(
                "apiVersion: v1\nkind: List\nitems:\n- {}\n",
                format!("{secret}data:\n  password: {encoded}\n").replace('\n', "\n  ")
            ),
        ),
        (
            "annotation",
            format!(
                "{secret}  annotations: {{note: \"{IN_METADATA}\", {last_applied}: '{{\"data\":{{\"p\":\"{encoded}\"}}}}'}}\nstringData:\n  password: {IN_METADATA}\n"
            ),
        ),
        (
            "wrong-types",
            format!("{secret}stringData:\n  password: [{CANARY}]\n  user: {{{CANARY}: x}}\n"),
        ),
        ("other-kind", format!("{config}data:\n  password: {CANARY}\n")),
        ("sealed", sealed_secret.clone()),
        ("sealed-plain", sealed_secret.replace("AgB", CANARY)),
        ("template", template(&format!("{{{{ .password }}}} {CANARY}"))),
        ("template-fails", template("{{ fail .password }}{{ index .password 999 }}")),
        ("template-parses-not", template(&format!("{{{{ .password | {CANARY}"))),
        (
            "template-calls",
            template(
                "{{ atoi .password }}{{ regexMatch .password .password }}{{ fromJson .password }}",
            ),
        ),
        ("key", pem.clone()),
        ("backup", format!("{secret}data:\n  tls.key: {}\n", STANDARD.encode(&pem))),
        (
            "backup-string",
            format!("{secret}stringData:\n  tls.key: |\n    {indented}\n  tls.crt: {CANARY}\n"),
        ),
        ("certificate", format!("{}# {CANARY}\n", read(&certificate()))),
        ("html", format!("<!DOCTYPE html><html><body>{CANARY}</body></html>")),
        (
            "kubeconfig",
            format!(
                "apiVersion: v1\nkind: Config\ncurrent-context: a\nusers:\n- name: a\n  user:\n    token: {CANARY}\n"
            ),
        ),
        ("env-file", format!("PASSWORD={CANARY}\nexport KEY=\"{}\"\n", pem.replace('\n', "\\n"))),
        ("line", CANARY.to_owned()),
        ("rules", format!("version: 1\nrules:\n- paths: [a/*]\n  certificates: [{CANARY}]\n")),
        ("path", format!("version: 1\nrules:\n- paths: [a, \"/{CANARY}\", \"[{CANARY}\"]\n")),
        ("name", format!("version: 1\nrules:\n- paths: [a/*]\n  scope: {CANARY}\n")),
        ("field", format!("version: 1\nrules:\n- paths: [a/*]\n  {IN_METADATA}: {CANARY}\n")),
    ]
}

/// The same input as it looks when something went wrong with it.
fn variants(input: &str, random: &mut StdRng) -> Vec<Vec<u8>> {
    let utf16 =
        |bytes: fn(u16) -> [u8; 2]| input.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let marked = |mark: &[u8], text: Vec<u8>| [mark, &text].concat();
    let mut variants = vec![
        input.as_bytes().to_vec(),
        input.replace('\n', "").into_bytes(),
        input.replace('\n', " ").into_bytes(),
        input.replace('\n', "\\n").into_bytes(),
        input.replace('\n', "\r").into_bytes(),
        input.replace('\n', "\r\n").into_bytes(),
        input.replace("-----", "").into_bytes(),
        input.replacen("-----\n", "", 1).into_bytes(),
        input.replace("-----\n", " ").into_bytes(),
        input.replace(' ', "").into_bytes(),
        input.replace(": ", ":").into_bytes(),
        format!("\u{feff}{input}").into_bytes(),
        format!("'{input}'").into_bytes(),
        STANDARD.encode(input).into_bytes(),
        utf16(u16::to_le_bytes),
        utf16(u16::to_be_bytes),
        marked(b"\xff\xfe", utf16(u16::to_le_bytes)),
        marked(b"\xfe\xff", utf16(u16::to_be_bytes)),
        [input, input].concat().into_bytes(),
    ];
    for _ in 0..ROUNDS {
        let mut bytes = input.as_bytes().to_vec();
        match random.random_range(0..4) {
            0 => bytes.truncate(random.random_range(0..bytes.len())),
            1 => drop(bytes.drain(..random.random_range(0..bytes.len()))),
            2 => {
                let at = random.random_range(0..bytes.len());
                bytes[at] ^= 1 << random.random_range(0..8);
            }
            _ => {
                let at = random.random_range(0..bytes.len());
                bytes.splice(at..=at, []);
            }
        }
        variants.push(bytes);
    }
    variants
}

/// What a run left.
struct Done {
    code: u8,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
}

/// The program in this process, which is faster than a thousand processes.
fn run(arguments: &[&OsStr], stdin: &[u8]) -> Done {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let streams = Streams {
        stdin: InStream::new(stdin),
        stdout: OutStream::new(&mut stdout),
        stderr: OutStream::new(&mut stderr),
    };
    let arguments = std::iter::once(OsString::from("seal"))
        .chain(arguments.iter().map(|argument| (*argument).to_owned()));
    let code = sealkit_cli::run(arguments, streams);
    Done { code, stdout, stderr }
}

/// A command that takes one input, from standard input or a file.
struct Role {
    name: &'static str,
    arguments: fn(&Files) -> Vec<OsString>,
    /// Whether plaintext on standard output is what was asked for.
    prints_plaintext: bool,
}

/// What the roles need besides.
struct Files {
    damaged: PathBuf,
    /// The same with the name of a document.
    document: PathBuf,
    sealed: PathBuf,
    secret: PathBuf,
    value: PathBuf,
    /// A file whose rules are the damaged ones.
    ruled: PathBuf,
}

fn roles() -> Vec<Role> {
    fn of(words: &[&OsStr]) -> Vec<OsString> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }
    let role = |name, prints_plaintext, arguments| Role { name, arguments, prints_plaintext };
    vec![
        role("seal", false, |_| of(&["--cert".as_ref(), certificate().as_ref()])),
        role("seal a file", false, |files| {
            of(&["--cert".as_ref(), certificate().as_ref(), files.damaged.as_ref()])
        }),
        role("seal and pass", true, |_| {
            of(&["--skip-other".as_ref(), "--cert".as_ref(), certificate().as_ref()])
        }),
        role("unseal", true, |_| of(&["unseal".as_ref(), "--key".as_ref(), key().as_ref()])),
        role("unseal an item", true, |_| {
            of(&["unseal".as_ref(), "--item=password".as_ref(), "--key".as_ref(), key().as_ref()])
        }),
        role("key", true, |files| {
            of(&["unseal".as_ref(), "--key".as_ref(), "-".as_ref(), files.sealed.as_ref()])
        }),
        role("certificate", false, |files| {
            of(&["--cert".as_ref(), "-".as_ref(), files.secret.as_ref()])
        }),
        role("certificate of a value", false, |files| {
            of(&[
                "raw".as_ref(),
                "--scope=cluster-wide".as_ref(),
                "--cert".as_ref(),
                "-".as_ref(),
                files.value.as_ref(),
            ])
        }),
        role("certificate to show", false, |_| {
            of(&["cert".as_ref(), "show".as_ref(), "-".as_ref()])
        }),
        role("rules", false, |files| of(&["config".as_ref(), files.ruled.as_ref()])),
        role("rules of what is sealed", false, |files| {
            of(&["--filename".as_ref(), files.ruled.as_ref(), files.secret.as_ref()])
        }),
        role("rotate", false, |files| {
            of(&[
                "rotate".as_ref(),
                "--dry-run".as_ref(),
                "--verbose".as_ref(),
                "--cert".as_ref(),
                other_certificate().as_ref(),
                "--key".as_ref(),
                key().as_ref(),
                files.document.as_ref(),
            ])
        }),
        role("rotate text", false, |files| {
            of(&[
                "rotate".as_ref(),
                "--check".as_ref(),
                "--text".as_ref(),
                "--cert".as_ref(),
                other_certificate().as_ref(),
                "--key".as_ref(),
                key().as_ref(),
                files.damaged.as_ref(),
            ])
        }),
        role("key to rotate", false, |files| {
            of(&[
                "rotate".as_ref(),
                "--dry-run".as_ref(),
                "--cert".as_ref(),
                other_certificate().as_ref(),
                "--key".as_ref(),
                files.damaged.as_ref(),
                files.sealed.as_ref(),
            ])
        }),
        role("status", false, |files| {
            of(&[
                "status".as_ref(),
                "--output=json".as_ref(),
                "--key".as_ref(),
                key().as_ref(),
                files.document.as_ref(),
            ])
        }),
        role("rules of what is rotated", false, |files| {
            of(&["status".as_ref(), "--items".as_ref(), files.ruled.as_ref()])
        }),
        role("set", false, |files| {
            of(&[
                "set".as_ref(),
                files.damaged.as_ref(),
                "password".as_ref(),
                "--cert".as_ref(),
                certificate().as_ref(),
            ])
        }),
        role("merge", false, |files| {
            of(&[
                "merge".as_ref(),
                files.sealed.as_ref(),
                "--cert".as_ref(),
                certificate().as_ref(),
            ])
        }),
        role("unset", false, |files| {
            of(&["unset".as_ref(), files.damaged.as_ref(), "password".as_ref()])
        }),
        role("view", false, |_| of(&["view".as_ref()])),
        role("validate", false, |_| of(&["validate".as_ref()])),
        role("value", false, |_| {
            of(&[
                "raw".as_ref(),
                "--scope=cluster-wide".as_ref(),
                "--cert".as_ref(),
                certificate().as_ref(),
            ])
        }),
    ]
}

/// Of a key that nothing is sealed for.
fn other_certificate() -> PathBuf {
    sealkit_testkit::fixture("keys/rsa-2048.crt")
}

#[test]
fn no_input_is_told_in_a_message() {
    let folder = Folder::new();
    let inputs = inputs();
    let text_of = |wanted: &str| {
        let found = inputs.iter().find(|(name, _)| *name == wanted);
        found.map(|(_, text)| text.as_str()).expect("an input of that name")
    };
    let files = Files {
        damaged: folder.join("damaged"),
        document: folder.join("document.yaml"),
        sealed: folder.write("sealed.yaml", text_of("sealed")),
        secret: folder.write("secret", text_of("string-data")),
        value: folder.write("value", CANARY),
        ruled: folder.write("rules/a/b.yaml", text_of("sealed")),
    };
    let watch = watch();
    let mut random = StdRng::seed_from_u64(SEED);
    let (mut succeeded, mut failed) = (0, 0);
    let mut leaks = Vec::new();
    for (name, input) in &inputs {
        for variant in variants(input, &mut random) {
            folder.write("damaged", &variant);
            folder.write("document.yaml", &variant);
            folder.write("rules/.seal.yaml", &variant);
            for role in roles() {
                let arguments = (role.arguments)(&files);
                let arguments: Vec<&OsStr> = arguments.iter().map(OsString::as_os_str).collect();
                let done = run(&arguments, &variant);
                // Damaged, the copy of a value in an annotation is another text, which is published.
                let may_print = role.prints_plaintext || *name == "annotation";
                let printed = (done.code != 0 || !may_print).then_some(done.stdout);
                for text in printed.iter().chain([&done.stderr]) {
                    if let Some(part) = watch.part_in(text) {
                        leaks.push(format!(
                            "{} of {name}: {part:?} in {}",
                            role.name,
                            String::from_utf8_lossy(text)
                        ));
                    }
                }
                *if done.code == 0 { &mut succeeded } else { &mut failed } += 1;
            }
        }
    }
    assert!(leaks.is_empty(), "{}\n{}", leaks.len(), leaks.join("\n"));
    assert!(succeeded > 500 && failed > 500, "{succeeded} runs succeeded, {failed} failed");
    assert_eq!(
        folder.names(),
        ["damaged", "document.yaml", "rules", "sealed.yaml", "secret", "value"]
    );
}

#[test]
fn neither_is_the_environment() {
    let folder = Folder::new();
    let watch = watch();
    let mut random = StdRng::seed_from_u64(SEED);
    let inputs = inputs();
    let quiet = |program: Program, stdin: &str| {
        let done = program.stdin(stdin).run();
        let told = watch.part_in(&done.stderr).or_else(|| watch.part_in(&done.stdout));
        assert_eq!(told, None, "{}{}", done.stdout_text(), done.stderr_text());
    };
    let nowhere = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {p: x}\n";
    for (_, input) in inputs.iter().filter(|(name, _)| ["kubeconfig", "key", "line"].contains(name))
    {
        for variant in variants(input, &mut random) {
            let config = folder.write("config", &variant);
            quiet(seal_with_certificate().env("KUBECONFIG", config), nowhere);
            let Ok(text) = String::from_utf8(variant) else { continue };
            // No variable holds a zero byte.
            let text = text.replace('\0', "");
            for variable in
                ["SEALED_SECRETS_SECRET_FILE", "SEALED_SECRETS_SCOPE", "SEALED_SECRETS_FORMAT"]
            {
                quiet(seal_with_certificate().env(variable, &text), SECRET);
            }
            quiet(seal().env("SEALED_SECRETS_CERT", &text), SECRET);
            quiet(seal().arg("unseal").env("SEALED_SECRETS_RECOVERY_PRIVATE_KEY", &text), SECRET);
        }
    }
}

/// While it has read the key and waits for the rest of its input, nobody finds a secret in the list of processes.
#[cfg(target_os = "linux")]
#[test]
#[expect(clippy::disallowed_methods, reason = "the program itself, looked at while it runs")]
fn no_process_is_started() {
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    /// More than a pipe holds: when it is written, most of it has been read.
    const PART: usize = 1 << 20;

    let mut child = Command::new(env!("CARGO_BIN_EXE_seal"))
        .args(["unseal", "--item=password"])
        .env("SEALED_SECRETS_RECOVERY_PRIVATE_KEY", read(&key()))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program is built");
    let mut stdin = child.stdin.take().expect("it is a pipe");
    let written = stdin.write_all("#".repeat(PART).as_bytes());
    let children = processes::children_of(child.id());
    let command_line = processes::command_line(child.id());
    child.kill().expect("it runs");
    child.wait().expect("it has ended");
    written.expect("it reads its input");
    assert_eq!(children, [0; 0]);
    assert_eq!(watch().part_in(&command_line), None);
    assert!(command_line.ends_with(b"\0unseal\0--item=password\0"), "{command_line:?}");
}

#[cfg(target_os = "linux")]
mod processes {
    use std::fs;

    pub(super) fn command_line(process: u32) -> Vec<u8> {
        fs::read(format!("/proc/{process}/cmdline")).expect("the process runs")
    }

    /// The processes that it started and that run.
    pub(super) fn children_of(process: u32) -> Vec<u32> {
        let entries = fs::read_dir("/proc").expect("it can be read").flatten();
        let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        numbers.filter(|number| parent_of(*number) == Some(process)).collect()
    }

    fn parent_of(process: u32) -> Option<u32> {
        let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
        status.lines().find_map(|line| line.strip_prefix("PPid:"))?.trim().parse().ok()
    }
}
