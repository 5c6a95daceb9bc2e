//! What `deploy/` installs, as helm and kustomize render it.

use std::path::{Path, PathBuf};

use kubeyaml::Tree;
use sealkit_testkit::{Finished, Folder, Program, repository};
use serde_json::Value;

use crate::programs::path_in;

/// A Helm chart that is rendered without a cluster.
#[derive(Clone, Debug)]
pub struct Chart(PathBuf);

impl Chart {
    /// Ours.
    #[must_use]
    pub fn ours() -> Self {
        Self(repository().join("deploy/helm/sealkit"))
    }

    /// Upstream's.
    #[must_use]
    pub fn upstream() -> Self {
        Self(path_in("SEALKIT_E2E_UPSTREAM_CHART").into())
    }

    /// A file of the chart.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// What a release of that name installs into `kube-system`.
    ///
    /// # Panics
    ///
    /// If helm refuses, or writes what is no YAML.
    #[must_use]
    pub fn render(&self, release: &str, arguments: &[&str]) -> Vec<Value> {
        documents(&self.template(release, arguments).success().stdout)
    }

    /// What helm says where it refuses to render.
    ///
    /// # Panics
    ///
    /// If it does not refuse.
    #[must_use]
    pub fn refusal(&self, arguments: &[&str]) -> String {
        self.template("sealed-secrets", arguments).exited(1).stderr_text().to_owned()
    }

    fn template(&self, release: &str, arguments: &[&str]) -> Finished {
        let home = Folder::new();
        let helm = Program::new(path_in("SEALKIT_E2E_HELM")).env("HOME", home.path());
        let helm = helm.arg("template").arg(release).arg(&self.0);
        helm.args(["--namespace", "kube-system"]).args(arguments).run()
    }
}

/// What a folder of `deploy/kustomize` installs.
#[must_use]
pub fn kustomize(folder: &str) -> Vec<Value> {
    let folder = repository().join("deploy/kustomize").join(folder);
    let done = Program::new(path_in("SEALKIT_E2E_KUSTOMIZE")).arg("build").arg(folder).run();
    documents(&done.success().stdout)
}

/// `promtool` with these arguments, in the folder of the rules.
#[must_use]
pub fn promtool(arguments: &[&str]) -> Finished {
    let promtool = Program::new(path_in("SEALKIT_E2E_PROMTOOL")).args(arguments);
    promtool.current_dir(repository().join("deploy")).run()
}

/// The documents of a YAML file.
///
/// # Panics
///
/// If it cannot be read.
#[must_use]
pub fn read_documents(file: impl AsRef<Path>) -> Vec<Value> {
    documents(&std::fs::read(file).expect("the file can be read"))
}

fn documents(yaml: &[u8]) -> Vec<Value> {
    let input = kubeyaml::split(yaml).expect("the output is YAML");
    let nodes = input.documents().map(|document| document.parse().expect("a document is YAML"));
    nodes.flatten().map(|node| json(&Tree::from(&node))).collect()
}

fn json(tree: &Tree) -> Value {
    serde_json::from_str(&kubeyaml::to_json_line(tree)).expect("kubeyaml writes JSON")
}

/// The object of that kind and name.
///
/// # Panics
///
/// If there is none.
#[must_use]
pub fn object<'a>(objects: &'a [Value], kind: &str, name: &str) -> &'a Value {
    let is = |object: &Value, field: &str, value: &str| {
        object.pointer(field).is_some_and(|found| found == value)
    };
    let mut objects = objects.iter().filter(|object| is(object, "/kind", kind));
    let found = objects.find(|object| is(object, "/metadata/name", name));
    found.unwrap_or_else(|| panic!("there is no {kind} {name}"))
}

/// How many objects of that kind there are.
#[must_use]
pub fn count(objects: &[Value], kind: &str) -> usize {
    objects.iter().filter(|object| object["kind"] == kind).count()
}
