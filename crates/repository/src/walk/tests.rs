use std::path::{Path, PathBuf};

use sealkit_testkit::{Folder, Program};

use super::*;

/// A folder, and what a walk through it comes upon.
struct Tree(Folder);

impl Tree {
    fn new(files: &[&str]) -> Self {
        let folder = Folder::new();
        for file in files {
            folder.write(file, "");
        }
        Self(folder)
    }

    /// One that Git looks after. None where there is no Git, as it need not be there for tests.
    fn of_git(files: &[&str]) -> Option<Self> {
        if Program::new("/bin/sh").args(["-c", "git --version"]).run().code() != Some(0) {
            println!("not tested: there is no program git");
            return None;
        }
        let tree = Self::new(files);
        tree.git(&["init", "--quiet"]);
        Some(tree)
    }

    fn git(&self, arguments: &[&str]) {
        Program::new("/bin/sh")
            .args(["-c", "exec git \"$@\"", "git"])
            .args(arguments)
            .current_dir(self.0.path())
            .run()
            .success();
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().canonicalize().unwrap().join(path)
    }

    fn walk(&self, roots: &[&str], selection: Selection) -> Found {
        let roots: Vec<PathBuf> = roots.iter().map(|root| self.0.join(root)).collect();
        Found::new(&self.path(""), &walk(&roots, selection, |_| Some(())))
    }

    fn files(&self) -> Vec<String> {
        self.walk(&[""], Selection::all()).files
    }
}

/// Paths relative to the tree.
struct Found {
    files: Vec<String>,
    passed_over: Vec<String>,
    errors: Vec<String>,
}

impl Found {
    fn new(top: &Path, walked: &Walked<()>) -> Self {
        let relative = |path: &Path| {
            path.strip_prefix(top).unwrap_or(path).to_string_lossy().replace('\\', "/")
        };
        let reason = |reason: &Reason| match reason {
            Reason::WorkingTree => "working tree",
            Reason::Rendered => "rendered",
            Reason::GitIsSilent(_) => "git is silent",
        };
        Self {
            files: walked.files.iter().map(|(file, ())| relative(file)).collect(),
            passed_over: walked
                .passed_over
                .iter()
                .map(|it| format!("{}: {}", relative(&it.folder), reason(&it.reason)))
                .collect(),
            errors: walked.errors.iter().map(|error| relative(error.path())).collect(),
        }
    }
}

fn patterns<const N: usize>(texts: [&str; N]) -> [PathPattern; N] {
    texts.map(|text| PathPattern::parse(text).unwrap())
}

#[test]
fn all_files_are_visited_in_the_order_of_their_bytes() {
    let tree = Tree::new(&["b", "a/b", "a-b", "a.b", ".hidden/.a", "B", "a/.ignore", "a/c/d"]);
    tree.0.write("a/.ignore", "*\n");
    let all = [".hidden/.a", "B", "a-b", "a.b", "a/.ignore", "a/b", "a/c/d", "b"];
    assert_eq!(tree.files(), all);
}

#[test]
fn what_git_ignores_is_left_out() {
    let tree = Tree::new(&["a", "a.log", "keep.log", "out/b", "c/d", "c/e", "c/out/f"]);
    tree.0.write(".gitignore", "*.log\n!keep.log\n/out/\n[\n");
    tree.0.write("c/.gitignore", "e\n");
    assert_eq!(tree.files().len(), 9, "without Git nothing is ignored");
    std::fs::create_dir_all(tree.0.join(".git/info")).unwrap();
    tree.0.write(".git/info/exclude", "d\n");
    let found = tree.walk(&[""], Selection::all());
    assert_eq!(found.files, [".gitignore", "a", "c/.gitignore", "c/out/f", "keep.log"]);
    assert_eq!(found.passed_over, [": git is silent"], "this is no repository");
    assert!(found.errors.is_empty());
    // What stands above a root counts as well, but not for the root itself.
    assert_eq!(
        tree.walk(&["c", "out"], Selection::all()).files,
        ["c/.gitignore", "c/out/f", "out/b"]
    );
}

#[test]
fn what_git_tracks_is_visited_even_if_it_is_ignored() {
    let Some(tree) = Tree::of_git(&["a.yaml", "b.log", "out/c/d.yaml", "out/e.yaml", "gone.log"])
    else {
        return;
    };
    tree.0.write("out/name\nof two lines", "");
    tree.0.write(".gitignore", "*.log\nout/\nmodule/\n");
    tree.0.write("out/rendered/f", "");
    tree.0.write("out/rendered/hydrator.metadata", "");
    let ignored = ["b.log", "gone.log", "out/c/d.yaml", "out/name\nof two lines", "out/rendered/f"];
    tree.git(&[&["add", "-f"], &ignored[..]].concat());
    std::fs::remove_file(tree.0.join("gone.log")).unwrap();
    let found = tree.walk(&[""], Selection::all());
    let all = [".gitignore", "a.yaml", "b.log", "out/c/d.yaml", "out/name\nof two lines"];
    assert_eq!(found.files, all);
    assert_eq!(found.passed_over, ["out/rendered: rendered"]);
    assert!(found.errors.is_empty());
    assert_eq!(tree.walk(&["out/c"], Selection::all()).files, ["out/c/d.yaml"]);
    let without = Selection::new(&tree.path(""), [], patterns(["out", "*.log"])).unwrap();
    assert_eq!(tree.walk(&[""], without).files, [".gitignore", "a.yaml"]);
}

#[cfg(unix)]
#[test]
fn git_runs_nothing_and_no_link_is_followed() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let Some(tree) = Tree::of_git(&["out/a", "b"]) else { return };
    let elsewhere = Tree::new(&["a"]);
    tree.0.write(".gitignore", "out\n");
    tree.git(&["add", "-f", "out/a", "b"]);
    std::fs::remove_dir_all(tree.0.join("out")).unwrap();
    symlink(elsewhere.path(""), tree.0.join("out")).unwrap();
    symlink(elsewhere.path("a"), tree.0.join("link")).unwrap();
    symlink(elsewhere.path(""), tree.0.join("folder")).unwrap();

    let trap = tree.0.write("trap", format!("#!/bin/sh\ntouch '{}'\n", tree.path("b").display()));
    std::fs::set_permissions(&trap, std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::remove_file(tree.0.join("b")).unwrap();
    for setting in ["core.fsmonitor", "core.pager", "pager.ls-files", "core.sshCommand"] {
        tree.git(&["config", setting, trap.to_str().unwrap()]);
    }
    assert_eq!(tree.files(), [".gitignore", "trap"]);
}

#[test]
fn working_trees_below_a_root_are_passed_over() {
    let tree = Tree::new(&["a", "submodule/b", "submodule/.git", "nested/.git/HEAD", "nested/c"]);
    let found = tree.walk(&[""], Selection::all());
    assert_eq!(found.files, ["a"]);
    assert_eq!(found.passed_over, ["nested: working tree", "submodule: working tree"]);
    assert_eq!(tree.walk(&["submodule"], Selection::all()).files, ["submodule/b"]);
}

#[test]
fn what_has_been_rendered_is_passed_over() {
    let tree = Tree::new(&["a", "rendered/hydrator.metadata", "rendered/b/c"]);
    let found = tree.walk(&[""], Selection::all());
    assert_eq!(
        (found.files, found.passed_over),
        (vec!["a".into()], vec!["rendered: rendered".into()])
    );
    let found = tree.walk(&["rendered"], Selection::all());
    assert_eq!((found.files, found.passed_over), (vec![], vec!["rendered: rendered".into()]));
}

#[test]
fn files_are_selected_by_patterns() {
    let tree = Tree::new(&["a.yaml", "b.json", "c/d.yaml", "c/e/f.yaml", "generated/g.yaml"]);
    let walk = |include: &[&str], exclude: &[&str]| {
        let patterns = |texts: &[&str]| -> Vec<PathPattern> {
            texts.iter().map(|text| PathPattern::parse(text).unwrap()).collect()
        };
        let selection = Selection::new(&tree.path(""), patterns(include), patterns(exclude));
        tree.walk(&[""], selection.unwrap()).files
    };
    assert_eq!(walk(&["*.yaml", "c/*"], &[]), ["a.yaml", "c/d.yaml"]);
    assert_eq!(walk(&["**/*.yaml"], &["generated", "c/e/**"]), ["a.yaml", "c/d.yaml"]);
    assert_eq!(walk(&[], &["**/*.yaml"]), ["b.json"]);
    let selection = Selection::new(&tree.path("c"), patterns(["*.yaml"]), []).unwrap();
    assert_eq!(tree.walk(&[""], selection).files, ["c/d.yaml"]);
}

#[test]
fn a_file_is_met_once() {
    let tree = Tree::new(&["a/b", "a/c", "d"]);
    let found = tree.walk(&["a", "", "a/b", "a/../d"], Selection::all());
    assert_eq!(found.files, ["a/b", "a/c", "d"]);
    assert!(tree.walk(&[], Selection::all()).files.is_empty());
}

#[test]
fn a_root_that_is_not_there_is_told_beside_the_others() {
    let tree = Tree::new(&["a"]);
    let found = tree.walk(&["a", "b"], Selection::all());
    assert_eq!(found.files, ["a"]);
    assert_eq!(found.errors.len(), 1);
    assert!(found.errors[0].ends_with('b'), "{:?}", found.errors);
}

#[test]
fn only_what_is_seen_is_kept() {
    let tree = Tree::new(&["a", "b"]);
    let named_b = |file: &Path| file.ends_with("b").then_some(7);
    let walked = walk(&[tree.path("")], Selection::all(), named_b);
    assert_eq!(walked.files, [(tree.path("b"), 7)]);
}

#[cfg(unix)]
#[test]
fn any_name_will_do() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let tree = Tree::new(&["line\nfeed", "-"]);
    let name = OsStr::from_bytes(b"\xff.yaml");
    // Not all systems have names that are no UTF-8.
    let written = std::fs::write(tree.0.path().join(name), "").is_ok();
    let walked = walk(&[tree.path("")], Selection::all(), |_| Some(()));
    let mut all = vec![tree.path("-"), tree.path("line\nfeed")];
    all.extend(written.then(|| tree.path("").join(name)));
    assert_eq!(
        walked.files.iter().map(|(file, ())| file).collect::<Vec<_>>(),
        all.iter().collect::<Vec<_>>()
    );
}

#[cfg(unix)]
#[test]
fn rules_without_end_are_not_read() {
    let tree = Tree::new(&["a", "b/c", ".git/HEAD"]);
    std::os::unix::fs::symlink("/dev/zero", tree.0.join("b/.gitignore")).unwrap();
    let found = tree.walk(&[""], Selection::all());
    assert_eq!((found.files, found.errors), (vec!["a".into()], vec!["b/.gitignore".into()]));
}
