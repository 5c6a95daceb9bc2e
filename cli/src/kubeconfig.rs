//! What kubectl would use: the namespace of the kubeconfig's context, or the pod's own; and the cluster (`target`).

mod overrides;
mod target;

use std::collections::HashSet;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use kubeyaml::Node;

use crate::error::Error;
use crate::input;

pub(crate) use overrides::{Impersonation, Overrides};
pub(crate) use target::{ClientCertificate, ContextTarget, Login, Program, Target};

/// What Kubernetes calls the namespace that nobody has chosen.
const DEFAULT_NAMESPACE: &str = "default";
const SERVICE_ACCOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// Room for the contexts of some thousand clusters.
const KUBECONFIG_LIMIT: u64 = 16 << 20;

/// Which cluster is wanted, and as whom: what the command line says.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// The kubeconfig; those of the environment where none is named.
    pub(crate) kubeconfig: Option<&'a Path>,
    /// The context; the current one where none is named.
    pub(crate) context: Option<&'a str>,
    pub(crate) overrides: &'a Overrides,
}

impl<'a> Wanted<'a> {
    /// Whether something says which cluster: the command line, a kubeconfig where kubectl looks for it, or that this is a pod.
    pub(crate) fn is_said(&self) -> bool {
        self.kubeconfig.is_some()
            || self.context.is_some()
            || self.overrides.server.is_some()
            || read_files().is_ok_and(|files| !files.is_empty())
            || env::var_os("KUBERNETES_SERVICE_HOST").is_some()
    }

    /// The namespace of the context, `default` where that names none; without a context, of the pod that this runs in.
    pub(crate) fn namespace(&self) -> Result<Option<String>, Error> {
        let files = self.files()?;
        let namespace = match self.context_in(&files) {
            Some(context) => Some(self.namespace_of(&files, context)?),
            None => None,
        };
        Ok(namespace.or_else(pod_namespace))
    }

    /// The names of all contexts, each once, in their order.
    pub(crate) fn contexts(&self) -> Result<Vec<String>, Error> {
        let files = self.files()?;
        Ok(contexts_in(&files).into_iter().map(str::to_owned).collect())
    }

    fn namespace_of(&self, files: &[ConfigFile], context: &str) -> Result<String, Error> {
        let contexts = files.iter().flat_map(|file| entries(&file.document, "contexts"));
        let found = contexts.into_iter().find(|found| text(found, "name") == Some(context));
        let Some(found) = found else {
            let path = files.first().map(|file| file.path.display().to_string());
            return Err(match self.context {
                Some(_) => Error::failed("there is no context of that name"),
                None => Error::failed(format!("there is no context \"{context}\"")),
            }
            .about(path.unwrap_or_default()));
        };
        let namespace = field(found, "context").and_then(|context| text(context, "namespace"));
        Ok(namespace.unwrap_or(DEFAULT_NAMESPACE).to_owned())
    }

    fn files(&self) -> Result<Vec<ConfigFile>, Error> {
        match self.kubeconfig {
            Some(path) => Ok(read(path.to_owned())?.into_iter().collect()),
            None => read_files(),
        }
    }

    /// The context's name. Of several files the first that says something counts, as with kubectl.
    fn context_in<'f>(&self, files: &'f [ConfigFile]) -> Option<&'f str>
    where
        'a: 'f,
    {
        let current = || files.iter().find_map(|file| text(&file.document, "current-context"));
        self.context.or_else(current)
    }
}

/// The names of the contexts, each once: of several of a name the first counts.
fn contexts_in(files: &[ConfigFile]) -> Vec<&str> {
    let contexts = files.iter().flat_map(|file| entries(&file.document, "contexts"));
    let mut known = HashSet::new();
    let names = contexts.filter_map(|context| text(context, "name"));
    names.filter(|name| known.insert(*name)).collect()
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
