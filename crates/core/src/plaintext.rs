//! A value in the clear.

use zeroize::Zeroizing;

/// A secret value in the clear. It is wiped when dropped, and [`Plaintext::expose`] is the only way to
/// its bytes.
///
/// It cannot be printed:
/// ```compile_fail,E0277
/// # use sealkit_core::Plaintext;
/// let value = Plaintext::from(b"hunter2".to_vec());
/// println!("{value:?}");
/// ```
/// nor copied by accident:
/// ```compile_fail,E0599
/// # use sealkit_core::Plaintext;
/// let value = Plaintext::from(b"hunter2".to_vec());
/// let _copy = value.clone();
/// ```
pub struct Plaintext(Zeroizing<Vec<u8>>);

impl Plaintext {
    /// The bytes. Whoever calls this answers for where they go.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for Plaintext {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl From<Zeroizing<Vec<u8>>> for Plaintext {
    fn from(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }
}
