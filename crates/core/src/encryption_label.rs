//! What a sealed value is bound to.

use crate::error::LabelError;
use crate::scope::Scope;

/// The text a sealed value is bound to: the label of RSA-OAEP ([RFC 8017], section 7.1). A value
/// opens only under the label it was sealed with.
///
/// | scope | label |
/// |---|---|
/// | [`Scope::Strict`] | `namespace/name` |
/// | [`Scope::NamespaceWide`] | `namespace` |
/// | [`Scope::ClusterWide`] | empty |
///
/// Namespaces and names hold no slash, so two places never share a label.
///
/// [RFC 8017]: https://www.rfc-editor.org/rfc/rfc8017#section-7.1
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EncryptionLabel(String);

impl EncryptionLabel {
    /// Binds to one name in one namespace.
    ///
    /// # Errors
    /// Either part is empty or contains a slash.
    pub fn strict(namespace: &str, name: &str) -> Result<Self, LabelError> {
        let namespace = checked_namespace(namespace)?;
        let name = checked_name(name)?;
        Ok(Self(format!("{namespace}/{name}")))
    }

    /// Binds to one namespace.
    ///
    /// # Errors
    /// The namespace is empty or contains a slash.
    pub fn namespace_wide(namespace: &str) -> Result<Self, LabelError> {
        Ok(Self(checked_namespace(namespace)?.to_owned()))
    }

    /// Binds to nothing but the sealing key.
    #[must_use]
    pub const fn cluster_wide() -> Self {
        Self(String::new())
    }

    /// The label of an object for a scope. Parts the scope does not bind are not looked at.
    ///
    /// # Errors
    /// A part the scope needs is empty or contains a slash.
    pub fn for_scope(scope: Scope, namespace: &str, name: &str) -> Result<Self, LabelError> {
        match scope {
            Scope::Strict => Self::strict(namespace, name),
            Scope::NamespaceWide => Self::namespace_wide(namespace),
            Scope::ClusterWide => Ok(Self::cluster_wide()),
        }
    }

    /// The bytes that go into RSA-OAEP.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

fn checked_namespace(namespace: &str) -> Result<&str, LabelError> {
    match namespace {
        "" => Err(LabelError::EmptyNamespace),
        _ if namespace.contains('/') => Err(LabelError::SlashInNamespace),
        _ => Ok(namespace),
    }
}

fn checked_name(name: &str) -> Result<&str, LabelError> {
    match name {
        "" => Err(LabelError::EmptyName),
        _ if name.contains('/') => Err(LabelError::SlashInName),
        _ => Ok(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_what_the_format_says() {
        let label = |scope| EncryptionLabel::for_scope(scope, "shop", "database").unwrap();
        assert_eq!(label(Scope::Strict).as_bytes(), b"shop/database");
        assert_eq!(label(Scope::NamespaceWide).as_bytes(), b"shop");
        assert_eq!(label(Scope::ClusterWide).as_bytes(), b"");
    }

    #[test]
    fn a_part_the_scope_needs_must_not_be_empty() {
        let label = |scope, namespace, name| EncryptionLabel::for_scope(scope, namespace, name);
        assert_eq!(label(Scope::Strict, "", "x"), Err(LabelError::EmptyNamespace));
        assert_eq!(label(Scope::Strict, "x", ""), Err(LabelError::EmptyName));
        assert_eq!(label(Scope::NamespaceWide, "", "x"), Err(LabelError::EmptyNamespace));
        assert!(label(Scope::NamespaceWide, "x", "").is_ok());
        assert!(label(Scope::ClusterWide, "", "").is_ok());
    }

    #[test]
    fn a_slash_cannot_make_two_places_share_a_label() {
        assert_eq!(EncryptionLabel::strict("a/b", "c"), Err(LabelError::SlashInNamespace));
        assert_eq!(EncryptionLabel::strict("a", "b/c"), Err(LabelError::SlashInName));
        assert_eq!(EncryptionLabel::namespace_wide("a/b"), Err(LabelError::SlashInNamespace));
    }
}
