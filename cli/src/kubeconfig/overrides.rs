//! What is said otherwise than in the kubeconfig, by flags that are named as kubectl's.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::target::PART_LIMIT;
use super::{ClientCertificate, Login, Target};
use crate::error::Error;
use crate::input;

/// What takes the place of what a kubeconfig says.
#[derive(Clone, Default)]
pub(crate) struct Overrides {
    /// Another cluster of the kubeconfig than the context's.
    pub(crate) cluster: Option<String>,
    /// Another user of the kubeconfig than the context's.
    pub(crate) user: Option<String>,
    /// The server's URL.
    pub(crate) server: Option<String>,
    /// A file with those who may have signed its certificate.
    pub(crate) authority: Option<PathBuf>,
    /// Its certificate is not looked at.
    pub(crate) insecure: bool,
    /// The name that its certificate is for.
    pub(crate) tls_server_name: Option<String>,
    /// The proxy on the way, as a URL.
    pub(crate) proxy: Option<String>,
    /// A bearer token.
    pub(crate) token: Option<Zeroizing<String>>,
    /// A name and a password.
    pub(crate) basic: Option<(String, Zeroizing<String>)>,
    /// Files with a certificate that says who asks, and with its key.
    pub(crate) client_certificate: Option<(PathBuf, PathBuf)>,
    pub(crate) impersonation: Impersonation,
}

/// Who somebody asks for (impersonation of users, by `Impersonate-` headers).
#[derive(Clone, Default)]
pub(crate) struct Impersonation {
    pub(crate) user: Option<String>,
    pub(crate) uid: Option<String>,
    pub(crate) groups: Vec<String>,
}

impl Overrides {
    /// Puts what is said into its place.
    pub(super) fn put_into(&self, target: &mut Target) -> Result<(), Error> {
        if let Some(server) = &self.server {
            target.server.clone_from(server);
            // It was that of the kubeconfig's server.
            target.tls_server_name = None;
        }
        put(&mut target.tls_server_name, self.tls_server_name.as_ref());
        put(&mut target.proxy, self.proxy.as_ref());
        if let Some(path) = &self.authority {
            target.authority = Some(read(path, "--certificate-authority")?);
            target.insecure = false;
        }
        if self.insecure {
            target.insecure = true;
        }
        if let Some(login) = self.login()? {
            target.login = login;
        }
        put(&mut target.impersonation.user, self.impersonation.user.as_ref());
        put(&mut target.impersonation.uid, self.impersonation.uid.as_ref());
        if !self.impersonation.groups.is_empty() {
            target.impersonation.groups.clone_from(&self.impersonation.groups);
        }
        Ok(())
    }

    /// Who asks, where that is said: no login program is run then.
    fn login(&self) -> Result<Option<Login>, Error> {
        let certificate = match &self.client_certificate {
            Some((chain, key)) => ClientCertificate::of(
                Some(read(chain, "--client-certificate")?),
                Some(read(key, "--client-key")?),
            ),
            None => None,
        };
        let login = Login {
            token: self.token.clone(),
            basic: self.basic.clone(),
            certificate,
            program: None,
        };
        Ok(login.is_there().then_some(login))
    }
}

fn put(place: &mut Option<String>, said: Option<&String>) {
    if let Some(said) = said {
        *place = Some(said.clone());
    }
}

fn read(path: &Path, flag: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
    input::read_file(path, PART_LIMIT).map_err(|error| error.about(flag))
}
