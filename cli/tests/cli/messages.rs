//! Whole messages, as a person sees them: the stories of `tests/messages/`, run and compared.
//!
//! A story is Markdown. A block that names a file behind its language, as in "```yaml secret.yaml", is that file.
//! In a `console` block a line that begins with `$ ` is given to a shell, in a folder of the story's own; what the
//! command says on standard error follows, then its exit code in brackets, then what it prints on standard output.

use std::fs;
use std::path::{Path, PathBuf};

use sealkit_testkit::{
    Answer, Finished, Folder, Program, WebServer, fixture, read_fixture, repository,
};

use crate::support::PASSWORD;

/// `scripts/generate`, and whoever changes a message, sets this to write what commands print into the stories instead of comparing it.
const WRITE: &str = "SEALKIT_GENERATE";

#[test]
fn commands_print_what_the_stories_say() {
    let servers = Servers::start();
    let differences: Vec<String> =
        stories().iter().filter_map(|path| difference(path, &servers)).collect();
    assert!(
        differences.is_empty(),
        "{}\nIf that is what they should print: {WRITE}=1 cargo test -p sealkit-cli messages",
        differences.join("\n")
    );
}

/// Servers with different answers. Stories know their addresses as variables.
struct Servers([(&'static str, WebServer); 5]);

impl Servers {
    fn start() -> Self {
        Self([
            ("NOTHING_THERE", WebServer::start(&Answer::new("404 Not Found", ""))),
            ("WEB_PAGE", WebServer::start(&Answer::ok("<html></html>"))),
            (
                "CERTIFICATE",
                WebServer::start(&Answer::ok(read_fixture("kubeseal/keys/rsa-2048.crt"))),
            ),
            ("ELSEWHERE", WebServer::start(&Answer::new("302 Found", "").header("Location", "/x"))),
            ("TOO_LARGE", WebServer::start(&Answer::ok(vec![b'x'; 2 << 20]))),
        ])
    }

    /// Name and address of each.
    fn addresses(&self) -> impl Iterator<Item = (&'static str, String)> {
        self.0.iter().map(|(name, server)| (*name, server.url("")))
    }
}

fn stories() -> Vec<PathBuf> {
    let folder = repository().join("cli/tests/messages");
    let entries = fs::read_dir(folder).expect("the folder can be read");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("it can be read").path()).collect();
    paths.sort();
    assert!(paths.len() > 5, "{paths:?}");
    paths
}

/// Where a story is not what its commands print.
fn difference(path: &Path, servers: &Servers) -> Option<String> {
    let written = fs::read_to_string(path).expect("the story can be read");
    let told = Story::new(servers).tell(&written);
    if std::env::var_os(WRITE).is_some() {
        fs::write(path, &told).expect("the story can be written");
        return None;
    }
    (told != written).then(|| format!("{}:\n{}", path.display(), first_difference(&written, &told)))
}

/// The lines from the first to the last that differ, with the command line above them.
fn first_difference(written: &str, told: &str) -> String {
    let (written, told): (Vec<_>, Vec<_>) = (written.lines().collect(), told.lines().collect());
    let same = written.iter().zip(&told).take_while(|(one, other)| one == other).count();
    let command = written[..same].iter().rfind(|line| line.starts_with("$ "));
    let both = written.len().min(told.len()) - same;
    let ends = written.iter().rev().zip(told.iter().rev());
    let same_end = ends.take(both).take_while(|(one, other)| one == other).count();
    let lines = |sign: &'static str, lines: &[&str]| -> Vec<String> {
        lines[same..lines.len() - same_end].iter().map(|line| format!("{sign} {line}")).collect()
    };
    let mut all = vec![format!("  {}", command.unwrap_or(&""))];
    all.extend(lines("-", &written));
    all.extend(lines("+", &told));
    all.join("\n")
}

/// A folder with keys and certificates, in which the commands of one story run.
struct Story<'a> {
    folder: Folder,
    servers: &'a Servers,
}

impl<'a> Story<'a> {
    fn new(servers: &'a Servers) -> Self {
        let folder = Folder::new();
        for name in ["rsa-2048.crt", "rsa-2048.key", "rsa-4096.crt", "rsa-4096.key"] {
            let contents = fs::read(fixture("kubeseal/keys").join(name)).expect("a fixture");
            // One is the cluster's; the other is that of another cluster.
            let name = name.replace("rsa-2048", "cluster").replace("rsa-4096", "other");
            folder.write(name, contents);
        }
        for key in fs::read_dir(fixture("keys")).expect("a folder of fixtures") {
            let key = key.expect("a fixture");
            let name = Path::new("keys").join(key.file_name());
            folder.write(name, fs::read(key.path()).expect("a fixture"));
        }
        Self { folder, servers }
    }

    /// The same story with what its commands print now.
    fn tell(&self, written: &str) -> String {
        let mut told = String::new();
        let mut lines = written.lines();
        while let Some(line) = lines.next() {
            told.extend([line, "\n"]);
            let Some(block) = line.strip_prefix("```") else { continue };
            let contents = lines.by_ref().take_while(|line| *line != "```");
            if block == "console" {
                let commands = contents.filter_map(|line| line.strip_prefix("$ "));
                told.extend(commands.map(|command| self.run(command)));
            } else {
                let (_, file) = block.split_once(' ').expect("a block is console, or names a file");
                let contents: String = contents.flat_map(|line| [line, "\n"]).collect();
                told.push_str(&contents);
                self.folder.write(file, contents);
            }
            told.push_str("```\n");
        }
        told
    }

    /// A command line and what it prints.
    fn run(&self, command: &str) -> String {
        let program = Path::new(env!("CARGO_BIN_EXE_seal")).parent().expect("it is in a folder");
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(program.to_path_buf()).chain(std::env::split_paths(&path));
        let mut shell = Program::new("/bin/sh")
            .args(["-c", command])
            .env("PATH", std::env::join_paths(folders).expect("folders without a colon"))
            .current_dir(self.folder.path());
        for (name, address) in self.servers.addresses() {
            shell = shell.env(name, address);
        }
        self.masked(&show(command, &shell.run()))
    }

    /// Without what differs from run to run.
    fn masked(&self, text: &str) -> String {
        let mut text = text.replace(env!("CARGO_PKG_VERSION"), "VERSION");
        for (name, address) in self.servers.addresses() {
            text = text.replace(&address, &format!("http://{}", name.to_lowercase()));
        }
        text.split_inclusive(|c: char| !is_of_word(c)).map(mask_word).collect()
    }
}

fn show(command: &str, done: &Finished) -> String {
    let code = done.code().expect("a shell gives an exit code");
    let (stderr, stdout) = (done.stderr_text(), done.stdout_text());
    assert!(!stderr.contains(PASSWORD), "{command}: {stderr}");
    let then = if stdout.is_empty() { "" } else { ", standard output:" };
    let end = if stdout.is_empty() || stdout.ends_with('\n') { "" } else { "\n" };
    format!("$ {command}\n{stderr}[exit code {code}{then}]\n{stdout}{end}")
}

/// A character of base64, of a fingerprint or of a time.
fn is_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || "+/=:-".contains(c)
}

/// `word` may end with a character that is of none.
fn mask_word(word: &str) -> String {
    let (word, rest) = word.split_at(word.trim_end_matches(|c| !is_of_word(c)).len());
    let is_time = word.len() == "2026-01-01T00:00:00Z".len() && word.ends_with('Z');
    let masked = match word.strip_prefix("SHA256:") {
        Some(hash) if hash.len() == 43 => "SHA256:FINGERPRINT",
        _ if is_time => "TIME",
        _ if word.len() > 300 => "BASE64",
        _ => word,
    };
    format!("{masked}{rest}")
}
