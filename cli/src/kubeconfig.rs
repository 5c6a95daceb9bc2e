//! What kubectl would use: the namespace of the kubeconfig's current context, or the pod's own; and the cluster
//! (`target`).

mod target;

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use kubeyaml::Node;

use crate::error::Error;
use crate::input;

pub(crate) use target::{ClientCertificate, Login, Program, Target};

/// What Kubernetes calls the namespace that nobody has chosen.
const DEFAULT_NAMESPACE: &str = "default";
const SERVICE_ACCOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// Room for the contexts of some thousand clusters.
const KUBECONFIG_LIMIT: u64 = 16 << 20;

/// The namespace of the current context, `default` where that names none; without a context, of the pod that
/// this runs in.
pub(crate) fn context_namespace() -> Result<Option<String>, Error> {
    let files = read_files()?;
    Ok(current_namespace(&files)?.or_else(pod_namespace))
}

/// A kubeconfig file: its path and its one document.
struct ConfigFile {
    path: PathBuf,
    document: Node,
}

/// All files that exist of `KUBECONFIG`, else of `~/.kube/config`.
fn read_files() -> Result<Vec<ConfigFile>, Error> {
    let listed = env::var_os("KUBECONFIG").filter(|list| !list.is_empty());
    let paths = match listed {
        Some(list) => env::split_paths(&list).collect(),
        None => default_path(env::var_os("HOME")).into_iter().collect::<Vec<PathBuf>>(),
    };
    paths
        .into_iter()
        .filter(|path| path.exists())
        .filter_map(|path| read(path).transpose())
        .collect()
}

/// Whether there is a kubeconfig where kubectl looks for it, or this is a pod.
pub(crate) fn is_there() -> bool {
    read_files().is_ok_and(|files| !files.is_empty())
        || env::var_os("KUBERNETES_SERVICE_HOST").is_some()
}

fn default_path(home: Option<OsString>) -> Option<PathBuf> {
    home.map(|home| Path::new(&home).join(".kube").join("config"))
}

fn read(path: PathBuf) -> Result<Option<ConfigFile>, Error> {
    let failed = |error: &dyn std::fmt::Display| Error::failed(error).about(path.display());
    let text = input::read_file(&path, KUBECONFIG_LIMIT).map_err(|e| e.about(path.display()))?;
    let input = kubeyaml::split(&text).map_err(|error| failed(&error))?;
    for document in input.documents() {
        if let Some(document) = document.parse().map_err(|error| failed(&error))? {
            return Ok(Some(ConfigFile { path, document }));
        }
    }
    Ok(None)
}

/// Of several files the first that says something counts, as with kubectl.
fn current_namespace(files: &[ConfigFile]) -> Result<Option<String>, Error> {
    let current = files.iter().find_map(|file| text(&file.document, "current-context"));
    let Some(current) = current else { return Ok(None) };
    let contexts = files.iter().flat_map(|file| entries(&file.document, "contexts"));
    let context = contexts.into_iter().find(|context| text(context, "name") == Some(current));
    let Some(context) = context else {
        let path = files.first().map(|file| file.path.display().to_string()).unwrap_or_default();
        return Err(Error::failed(format!("there is no context \"{current}\"")).about(path));
    };
    let namespace = field(context, "context").and_then(|context| text(context, "namespace"));
    Ok(Some(namespace.unwrap_or(DEFAULT_NAMESPACE).to_owned()))
}

fn pod_namespace() -> Option<String> {
    env::var_os("KUBERNETES_SERVICE_HOST")?;
    if !Path::new(SERVICE_ACCOUNT).join("token").exists() {
        return None;
    }
    let named = env::var("POD_NAMESPACE").ok();
    let mounted = || fs::read_to_string(Path::new(SERVICE_ACCOUNT).join("namespace")).ok();
    named.or_else(mounted).map(|name| name.trim().to_owned()).filter(|name| !name.is_empty())
}

fn field<'a>(node: &'a Node, name: &str) -> Option<&'a Node> {
    node.as_mapping()?.get(name)
}

/// The field's text, unless it is empty.
fn text<'a>(node: &'a Node, name: &str) -> Option<&'a str> {
    field(node, name)?.as_str().filter(|text| !text.is_empty())
}

fn entries<'a>(node: &'a Node, name: &str) -> &'a [Node] {
    field(node, name).and_then(Node::as_sequence).unwrap_or_default()
}
