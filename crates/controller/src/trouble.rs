//! Trouble that lasts is told once.

/// Whether something is in trouble at the moment.
#[derive(Default)]
pub(crate) struct Trouble(bool);

impl Trouble {
    /// It is. Returns whether that is news.
    pub(crate) fn begins(&mut self) -> bool {
        !std::mem::replace(&mut self.0, true)
    }

    /// It is not. Returns whether that is news.
    pub(crate) fn ends(&mut self) -> bool {
        std::mem::take(&mut self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_is_told_once_until_it_ends() {
        let mut trouble = Trouble::default();
        assert!(!trouble.ends());
        assert!(trouble.begins());
        assert!(!trouble.begins());
        assert!(trouble.ends());
        assert!(!trouble.ends());
        assert!(trouble.begins());
    }
}
