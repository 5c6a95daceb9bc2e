//! A cluster, and who asks: what a context of the kubeconfig says, or a pod's account.

use std::env;
use std::path::Path;

use kubeyaml::{Node, go_base64};
use zeroize::Zeroizing;

use super::{
    ConfigFile, Impersonation, SERVICE_ACCOUNT, Wanted, contexts_in, entries, field, text,
};
use crate::error::Error;
use crate::fetch;
use crate::input;
use crate::text::one_line;

/// Room for the certificates of an authority, or for a token.
pub(super) const PART_LIMIT: u64 = 1 << 20;

/// An API server.
pub(crate) struct Target {
    /// The name of the context; none in a pod.
    pub(crate) context: Option<String>,
    /// The server's URL.
    pub(crate) server: String,
    /// Who may have signed its certificate, in PEM; none for those whom the system trusts.
    pub(crate) authority: Option<Zeroizing<Vec<u8>>>,
    /// Its certificate is not looked at, as the kubeconfig wants it.
    pub(crate) insecure: bool,
    /// The name that its certificate is for, where that is not the URL's host.
    pub(crate) tls_server_name: Option<String>,
    /// The proxy on the way, as a URL.
    pub(crate) proxy: Option<String>,
    /// Who asks.
    pub(crate) login: Login,
    /// Who it is asked for.
    pub(crate) impersonation: Impersonation,
}

/// A context, and what it leads to.
pub(crate) struct ContextTarget {
    pub(crate) context: String,
    pub(crate) target: Result<Target, Error>,
}

/// Who asks a server.
#[derive(Default)]
pub(crate) struct Login {
    pub(crate) token: Option<Zeroizing<String>>,
    /// A name and a password.
    pub(crate) basic: Option<(String, Zeroizing<String>)>,
    pub(crate) certificate: Option<ClientCertificate>,
    /// The program that gives either.
    pub(crate) program: Option<Program>,
}

/// A certificate that says who asks, in PEM.
pub(crate) struct ClientCertificate {
    pub(crate) chain: Zeroizing<Vec<u8>>,
    pub(crate) key: Zeroizing<Vec<u8>>,
}

impl ClientCertificate {
    /// Both parts, or none.
    pub(crate) fn of(
        chain: Option<Zeroizing<Vec<u8>>>,
        key: Option<Zeroizing<Vec<u8>>>,
    ) -> Option<Self> {
        Some(Self { chain: chain?, key: key? })
    }
}

/// A login program (client.authentication.k8s.io).
pub(crate) struct Program {
    pub(crate) command: String,
    pub(crate) arguments: Vec<String>,
    pub(crate) environment: Vec<(String, String)>,
    pub(crate) api_version: String,
    /// It may ask the person something.
    pub(crate) is_interactive: bool,
}

impl Target {
    /// That of the context, or of the current one; else of the pod that this runs in; none where nothing says which.
    pub(crate) fn find(wanted: &Wanted<'_>) -> Result<Option<Self>, Error> {
        let found = Self::before_overrides(wanted)?;
        let Some(mut target) = found else { return Ok(None) };
        wanted.overrides.put_into(&mut target)?;
        Ok(Some(target))
    }

    /// Those of all contexts; none where there is no kubeconfig.
    pub(crate) fn of_all_contexts(wanted: &Wanted<'_>) -> Result<Vec<ContextTarget>, Error> {
        let files = wanted.files()?;
        let contexts = contexts_in(&files).into_iter().map(|name| ContextTarget {
            context: name.to_owned(),
            target: Self::of_context(&files, name, wanted),
        });
        Ok(contexts.collect())
    }

    fn before_overrides(wanted: &Wanted<'_>) -> Result<Option<Self>, Error> {
        let files = wanted.files()?;
        let server = wanted.overrides.server.as_deref();
        if files.is_empty() {
            return match (server, wanted.context) {
                (Some(server), _) => Ok(Some(Self::of_server(server))),
                (None, None) => Self::of_pod(),
                // A pod has no contexts.
                (None, Some(_)) => Ok(None),
            };
        }
        match (wanted.context_in(&files), server) {
            (Some(name), _) => Self::of_context(&files, name, wanted).map(Some),
            (None, Some(server)) => Ok(Some(Self::of_server(server))),
            (None, None) => Err(Error::failed("the kubeconfig has no current context")
                .hint("choose one: --context NAME, or kubectl config use-context NAME")),
        }
    }

    /// For people: the context of the kubeconfig, where there is one, and the API server.
    pub(crate) fn name(&self) -> String {
        let server = self.shown_server();
        let context = self.context.as_ref().map(|context| format!("{context} ({server})"));
        one_line(context.as_ref().unwrap_or(&server))
    }

    /// The API server, as messages name it. What is no URL may be anything, and is not shown.
    pub(crate) fn shown_server(&self) -> String {
        match self.server.contains("://") {
            true => fetch::without_password(&self.server),
            false => "the API server".to_owned(),
        }
    }

    /// A server that nothing else is known of.
    pub(crate) fn of_server(server: &str) -> Self {
        Self {
            context: None,
            server: server.to_owned(),
            authority: None,
            insecure: false,
            tls_server_name: None,
            proxy: None,
            login: Login::default(),
            impersonation: Impersonation::default(),
        }
    }

    fn of_context(files: &[ConfigFile], name: &str, wanted: &Wanted<'_>) -> Result<Self, Error> {
        let missing = |what: &str| {
            Error::failed(format!("the kubeconfig has no {what}"))
                .hint("kubectl config get-contexts lists the contexts")
        };
        let context = Part::find(files, "contexts", name);
        let context = context.ok_or_else(|| missing("context of that name"))?;
        let context = context.inner("context");
        let overrides = wanted.overrides;
        let cluster = overrides.cluster.as_deref().or_else(|| context.text("cluster"));
        let cluster = cluster.and_then(|name| Part::find(files, "clusters", name));
        let cluster = cluster.ok_or_else(|| missing("cluster for that context"))?.inner("cluster");
        let server = cluster.text("server").or(overrides.server.as_deref());
        let server = server.ok_or_else(|| missing("server for that context"))?;
        let user = match overrides.user.as_deref() {
            Some(name) => {
                Some(Part::find(files, "users", name).ok_or_else(|| missing("user of that name"))?)
            }
            None => context.text("user").and_then(|name| Part::find(files, "users", name)),
        };
        let user = user.map(|user| user.inner("user"));
        let impersonation = user.as_ref().map(Impersonation::of).transpose()?;
        Ok(Self {
            context: Some(name.to_owned()),
            authority: cluster.content("certificate-authority")?,
            insecure: cluster.is_true("insecure-skip-tls-verify"),
            tls_server_name: cluster.text("tls-server-name").map(str::to_owned),
            proxy: cluster.text("proxy-url").map(str::to_owned),
            login: user.as_ref().map(Login::of).transpose()?.unwrap_or_default(),
            impersonation: impersonation.unwrap_or_default(),
            ..Self::of_server(server)
        })
    }

    fn of_pod() -> Result<Option<Self>, Error> {
        let (Ok(host), Ok(port)) =
            (env::var("KUBERNETES_SERVICE_HOST"), env::var("KUBERNETES_SERVICE_PORT"))
        else {
            return Ok(None);
        };
        let part = |name: &str| {
            let path = Path::new(SERVICE_ACCOUNT).join(name);
            input::read_file(&path, PART_LIMIT).map_err(|error| error.about(path.display()))
        };
        let host = if host.contains(':') { format!("[{host}]") } else { host };
        Ok(Some(Self {
            authority: Some(part("ca.crt")?),
            login: Login { token: Some(as_text(&part("token")?)?), ..Login::default() },
            ..Self::of_server(&format!("https://{host}:{port}"))
        }))
    }
}

impl Login {
    /// Whether anything says who asks.
    pub(super) fn is_there(&self) -> bool {
        self.token.is_some() || self.basic.is_some() || self.certificate.is_some()
    }

    fn of(user: &Part<'_>) -> Result<Self, Error> {
        if user.field("auth-provider").is_some() {
            return Err(Error::failed(
                "the kubeconfig logs in by an auth-provider, which is not supported",
            )
            .hint("use the login program (exec) of your provider, as kubectl needs it by now"));
        }
        let token = match user.text("token") {
            Some(token) => Some(Zeroizing::new(token.to_owned())),
            None => user.file("tokenFile")?.map(|token| as_text(&token)).transpose()?,
        };
        let chain = user.content("client-certificate")?;
        let password = || user.text("password").unwrap_or_default().to_owned();
        let basic = user.text("username");
        Ok(Self {
            token,
            basic: basic.map(|name| (name.to_owned(), Zeroizing::new(password()))),
            certificate: ClientCertificate::of(chain, user.content("client-key")?),
            program: user.field("exec").map(Program::of).transpose()?,
        })
    }
}

impl Impersonation {
    fn of(user: &Part<'_>) -> Result<Self, Error> {
        if user.field("as-user-extra").is_some() {
            return Err(Error::failed("as-user-extra of the kubeconfig is not supported"));
        }
        let groups = entries(user.node, "as-groups").iter().filter_map(Node::as_str);
        Ok(Self {
            user: user.text("as").map(str::to_owned),
            uid: user.text("as-uid").map(str::to_owned),
            groups: groups.map(str::to_owned).collect(),
        })
    }
}

impl Program {
    fn of(exec: &Node) -> Result<Self, Error> {
        let needed = |name: &str| {
            let failed =
                || Error::failed(format!("the login program of the kubeconfig has no {name}"));
            text(exec, name).map(str::to_owned).ok_or_else(failed)
        };
        let arguments = entries(exec, "args").iter().filter_map(Node::as_str);
        let environment = entries(exec, "env").iter();
        let environment = environment.filter_map(|entry| {
            Some((text(entry, "name")?.to_owned(), field(entry, "value")?.as_str()?.to_owned()))
        });
        Ok(Self {
            command: needed("command")?,
            arguments: arguments.map(str::to_owned).collect(),
            environment: environment.collect(),
            api_version: needed("apiVersion")?,
            is_interactive: text(exec, "interactiveMode") != Some("Never"),
        })
    }
}

/// A token with what surrounds it in a file taken away.
fn as_text(bytes: &[u8]) -> Result<Zeroizing<String>, Error> {
    let text = std::str::from_utf8(bytes).map_err(|_| Error::failed("the token is not text"))?;
    Ok(Zeroizing::new(text.trim().to_owned()))
}

/// An object of a kubeconfig, and the folder of its file, from which paths are followed.
struct Part<'a> {
    node: &'a Node,
    folder: &'a Path,
}

impl<'a> Part<'a> {
    /// Of several of a name the first counts, as with kubectl.
    fn find(files: &'a [ConfigFile], list: &str, name: &str) -> Option<Self> {
        files.iter().find_map(|file| {
            let mut all = entries(&file.document, list).iter();
            let node = all.find(|entry| text(entry, "name") == Some(name))?;
            Some(Self { node, folder: file.path.parent().unwrap_or(Path::new("")) })
        })
    }

    /// What the entry is about; the entry itself where it does not say.
    fn inner(&self, name: &str) -> Self {
        Self { node: self.field(name).unwrap_or(self.node), folder: self.folder }
    }

    fn field(&self, name: &str) -> Option<&'a Node> {
        field(self.node, name)
    }

    fn text(&self, name: &str) -> Option<&'a str> {
        text(self.node, name)
    }

    fn is_true(&self, name: &str) -> bool {
        matches!(self.field(name).map(Node::value), Some(kubeyaml::Value::Bool(true)))
    }

    /// What stands in base64 in `NAME-data`, or in the file that `NAME` names.
    fn content(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        match self.text(&format!("{name}-data")) {
            Some(data) => go_base64::decode(data).map(Some).ok_or_else(|| {
                Error::failed(format!("{name}-data of the kubeconfig is not base64"))
            }),
            None => self.file(name),
        }
    }

    fn file(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        let Some(path) = self.text(name).map(|path| self.folder.join(path)) else {
            return Ok(None);
        };
        let content = input::read_file(&path, PART_LIMIT);
        content.map(Some).map_err(|error| error.about(format!("{name} of the kubeconfig")))
    }
}
