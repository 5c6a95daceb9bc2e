//! Who may open a sealed value.

use std::fmt;
use std::str::FromStr;

use crate::error::ParseScopeError;

/// Where in the cluster a sealed value may be opened. The wider the scope, the less of its place the
/// [encryption label](crate::EncryptionLabel) binds.
///
/// ```
/// use sealkit_core::Scope;
/// assert_eq!("namespace-wide".parse(), Ok(Scope::NamespaceWide));
/// assert_eq!(Scope::Strict.to_string(), "strict");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Only under the same name in the same namespace.
    #[default]
    Strict,
    /// Under any name in the same namespace.
    NamespaceWide,
    /// Under any name in any namespace.
    ClusterWide,
}

impl Scope {
    /// All scopes, narrowest first.
    pub const ALL: [Self; 3] = [Self::Strict, Self::NamespaceWide, Self::ClusterWide];

    /// The name used on command lines and in messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::NamespaceWide => "namespace-wide",
            Self::ClusterWide => "cluster-wide",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Scope {
    type Err = ParseScopeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text).ok_or(ParseScopeError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_reads_back_from_its_own_name() {
        for scope in Scope::ALL {
            assert_eq!(scope.to_string().parse(), Ok(scope));
        }
    }

    #[test]
    fn other_spellings_are_refused() {
        for text in ["", "Strict", "strict ", "namespace", "cluster", "clusterwide"] {
            assert_eq!(text.parse::<Scope>(), Err(ParseScopeError), "{text:?}");
        }
    }
}
