//! Names of files that are made from names of contexts, which may have any characters.

use std::collections::HashSet;

use sha2::{Digest as _, Sha256};

/// Longer names are cut; no file system has names over 255 bytes.
const LONGEST: usize = 100;
/// Enough to tell the contexts of a person apart.
const DIGEST_BYTES: usize = 4;

/// The names that were given so far, in lower case: some file systems do not tell `A` from `a`.
#[derive(Default)]
pub(super) struct FileNames(HashSet<String>);

impl FileNames {
    /// The context's name where that is a file's name, else what is left of it and a digest, the same in every run.
    pub(super) fn of(&mut self, context: &str) -> String {
        let safe: String = context.chars().take(LONGEST).map(safe).collect();
        // Neither hidden nor like a flag.
        let shown = match safe.trim_start_matches(['.', '-']) {
            "" => "context",
            shown => shown,
        };
        let name = match shown == context && self.0.insert(context.to_lowercase()) {
            true => shown.to_owned(),
            false => format!("{shown}-{}", digest(context)),
        };
        format!("{name}.pem")
    }
}

fn safe(character: char) -> char {
    match character {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '-' | '_' => character,
        _ => '-',
    }
}

fn digest(context: &str) -> String {
    let digest = Sha256::digest(context);
    digest.iter().take(DIGEST_BYTES).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_contexts_as_far_as_they_can_be() {
        let mut names = FileNames::default();
        let mut name = |context: &str| names.of(context);
        assert_eq!(name("production"), "production.pem");
        assert_eq!(name("gke_shop_europe-west1.b"), "gke_shop_europe-west1.b.pem");
        let eks = name("arn:aws:eks:eu-west-1:1:cluster/shop");
        assert!(eks.starts_with("arn-aws-eks-eu-west-1-1-cluster-shop-"), "{eks}");
        assert_ne!(name("arn/aws/eks:eu-west-1:1:cluster/shop"), eks);
        for strange in
            ["Production", "..", ".", "", "-w", "../../etc/x", "a\0b", "a\nb", "\u{202e}"]
        {
            let name = name(strange);
            assert!(!name.starts_with(['.', '-']), "{name}");
            assert!(name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/'), "{name}");
            assert!(name.ends_with(".pem") && name.len() > 10, "{name}");
        }
        assert!(name(&"x".repeat(5000)).len() < 120);
        // The same in another run, whatever else there is.
        let eks_again = FileNames::default().of("arn:aws:eks:eu-west-1:1:cluster/shop");
        assert_eq!(eks_again, eks);
    }
}
