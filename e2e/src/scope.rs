//! The scopes, as the flags and annotations of both programs name them.

/// A scope, with the namespace and name that the tests seal for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    /// The value of `--scope`.
    pub flag: &'static str,
    /// The annotation that a SealedSecret of this scope carries.
    pub annotation: Option<&'static str>,
    /// What `--namespace` and `--name` the scope needs.
    pub binds: &'static [&'static str],
}

/// All scopes.
pub const SCOPES: [Scope; 3] = [
    Scope { flag: "strict", annotation: None, binds: &["--namespace=shop", "--name=database"] },
    Scope {
        flag: "namespace-wide",
        annotation: Some("sealedsecrets.bitnami.com/namespace-wide"),
        binds: &["--namespace=shop"],
    },
    Scope {
        flag: "cluster-wide",
        annotation: Some("sealedsecrets.bitnami.com/cluster-wide"),
        binds: &[],
    },
];
