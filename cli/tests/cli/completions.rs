//! Scripts that complete the command line: the names of contexts.

use std::path::{Path, PathBuf};

use sealkit_testkit::{Folder, Program};

use crate::offline::kubeconfig;
use crate::support::seal;

const EKS: &str = "arn:aws:eks:eu-west-1:1:cluster/shop";
const STRANGE: &str = "$(touch pwned) `touch pwned` *";

fn contexts(folder: &Folder) -> PathBuf {
    let names = ["production", "preview", "staging", EKS, STRANGE];
    kubeconfig(folder, &names.map(|name| (name, "https://127.0.0.1:1".to_owned())))
}

/// What bash completes the last of the words with, as it takes the line apart.
fn completed(folder: &Folder, words: &[&str]) -> Vec<String> {
    let script = seal().args(["completions", "bash"]).run().success();
    let path = folder.write("seal.bash", script.stdout_text());
    let program = Path::new(env!("CARGO_BIN_EXE_seal")).parent().expect("it is in a folder");
    let run = r#"
        source "$1"; shift
        [[ $(complete -p seal) =~ -F\ ([^ ]+) ]] || exit 9
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE}
        "${BASH_REMATCH[1]}" seal "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\n' "${COMPREPLY[@]}"
    "#;
    let done = Program::new("/bin/bash")
        .args(["--norc", "--noprofile", "-c", run, "bash"])
        .arg(path)
        .arg("seal")
        .args(words)
        .env("PATH", format!("{}:/usr/bin:/bin", program.display()))
        .env("KUBECONFIG", contexts(folder))
        .env("HOME", folder.path())
        .current_dir(folder.path())
        .run()
        .success();
    assert_eq!(done.stderr_text(), "", "{words:?}");
    done.stdout_text().lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

#[test]
fn bash_completes_contexts() {
    let folder = Folder::new();
    let completed = |words: &[&str]| completed(&folder, words);
    assert_eq!(completed(&["--context", "pr"]), ["production", "preview"]);
    assert_eq!(completed(&["cert", "fetch", "--context", "s"]), ["staging"]);
    assert_eq!(completed(&["validate", "--context", "=", "stag"]), ["staging"]);
    assert_eq!(completed(&["--context", "="]).len(), 5);
    assert_eq!(completed(&["--context", ""]).len(), 5);
    assert!(completed(&["--context", "nothing"]).is_empty());
    // bash takes the word apart, and replaces what stands behind the last colon.
    assert_eq!(completed(&["--context", "arn"]), [EKS]);
    assert_eq!(
        completed(&["--context", "arn", ":", "aws", ":", "e"]),
        ["eks:eu-west-1:1:cluster/shop"]
    );
    assert_eq!(completed(&["--context", "=", "arn", ":"]), ["aws:eks:eu-west-1:1:cluster/shop"]);
    // A name that means something to the shell is put in quotes, and nothing of it is run.
    let quoted = completed(&["--context", "$"]);
    assert_eq!(quoted, [r"\$\(touch\ pwned\)\ \`touch\ pwned\`\ \*"]);
    assert!(!folder.join("pwned").exists());
    // All else is completed as before.
    assert!(completed(&["--context", "staging", "va"]).contains(&"validate".to_owned()));
    assert!(completed(&["--cont"]).contains(&"--context".to_owned()));
    assert!(completed(&["cert", "f"]).contains(&"fetch".to_owned()));
}

#[test]
fn the_kubeconfig_of_the_command_line_counts() {
    let (folder, other) = (Folder::new(), Folder::new());
    let path = kubeconfig(&other, &[("elsewhere", "https://127.0.0.1:1".to_owned())]);
    let path = path.to_str().expect("a path in ASCII");
    assert_eq!(completed(&folder, &["--kubeconfig", path, "--context", ""]), ["elsewhere"]);
    assert_eq!(completed(&folder, &["--kubeconfig", "=", path, "--context", ""]), ["elsewhere"]);
    folder.write("own", other.read("kubeconfig"));
    assert_eq!(completed(&folder, &["--kubeconfig", "~/own", "--context", "e"]), ["elsewhere"]);
    assert!(completed(&folder, &["--kubeconfig", "absent", "--context", ""]).is_empty());
}

#[test]
fn names_are_printed_and_nothing_else() {
    let folder = Folder::new();
    let names = |kubeconfig: &Path| {
        let run = seal().args(["completions", "contexts"]).env("KUBECONFIG", kubeconfig);
        let done = run.run().success();
        assert_eq!(done.stderr_text(), "");
        done.stdout_text().to_owned()
    };
    let all = names(&contexts(&folder));
    assert_eq!(all.lines().collect::<Vec<_>>(), ["production", "preview", "staging", EKS, STRANGE]);
    for broken in ["", "[", "contexts: 1", "contexts: [1, {name: [a]}, {}]", "\0", "a: *b"] {
        assert_eq!(names(&folder.write("broken", broken)), "", "{broken}");
    }
    let twice = folder.write("two", "contexts: [{name: a}, {name: a}, {name: \"b\\nc\"}]");
    assert_eq!(names(&twice), "a\n");
    let many: String = (0..3000).map(|at| format!("- name: c{at}\n")).collect();
    let many = folder.write("many", format!("contexts:\n{many}"));
    assert_eq!(names(&many).lines().count(), 1000);
    // Variables that say the same do not get in the way of the scripts.
    let run = seal().args(["completions", "bash"]).env("SEALED_SECRETS_KUBECONFIG", &many);
    run.run().success();
}

#[test]
fn scripts_of_other_shells_ask_for_contexts() {
    let script = |shell: &str| {
        let done = seal().args(["completions", shell]).run().success();
        done.stdout_text().to_owned()
    };
    let flags = |script: &str, flag: &str| script.matches(flag).count();
    let zsh = script("zsh");
    assert!(zsh.starts_with("#compdef seal\n"));
    assert!(zsh.contains("seal completions contexts"));
    let with_names = flags(&zsh, ":NAME:_seal_contexts'");
    assert!(with_names > 5 && with_names == flags(&zsh, "'--context=["), "{with_names}");
    let fish = script("fish");
    assert!(fish.contains("seal completions contexts"));
    assert!(fish.contains("-l context -x -a \"(__fish_seal_contexts)\"\n"));
}
