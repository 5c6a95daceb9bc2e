//! Names, as Kubernetes and this program have them.

use super::error::NameKind;

/// Whether `text` is a name of that kind.
pub(super) fn is_name(kind: NameKind, text: &str) -> bool {
    const MAX_LABEL: usize = 63;
    const MAX_SUBDOMAIN: usize = 253;
    match kind {
        NameKind::Environment => text.len() <= MAX_LABEL && is_environment(text),
        NameKind::Namespace => text.len() <= MAX_LABEL && is_label(text),
        NameKind::Object => text.len() <= MAX_SUBDOMAIN && text.split('.').all(is_label),
    }
}

/// It becomes a part of paths, so it can be neither `..` nor hidden.
fn is_environment(text: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.bytes().all(inside)
}

fn is_label(text: &str) -> bool {
    let at_ends = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    text.starts_with(at_ends)
        && text.ends_with(at_ends)
        && text.chars().all(|c| at_ends(c) || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_as_kubernetes_has_them() {
        let long = |length| "a".repeat(length);
        for (kind, good, bad) in [
            (
                NameKind::Environment,
                vec!["production".to_owned(), "EU_1.a-".to_owned(), long(63)],
                vec![String::new(), "..".to_owned(), "-a".to_owned(), "a/b".to_owned(), long(64)],
            ),
            (
                NameKind::Namespace,
                vec!["shop".to_owned(), "a-1".to_owned(), "1".to_owned(), long(63)],
                vec![String::new(), "Shop".to_owned(), "a.b".to_owned(), "a-".to_owned(), long(64)],
            ),
            (
                NameKind::Object,
                vec!["a.b-c".to_owned(), long(253)],
                vec![
                    String::new(),
                    "a..b".to_owned(),
                    "a/b".to_owned(),
                    "a_b".to_owned(),
                    long(254),
                ],
            ),
        ] {
            for text in good {
                assert!(is_name(kind, &text), "{kind:?} {text}");
            }
            for text in bad {
                assert!(!is_name(kind, &text), "{kind:?} {text}");
            }
        }
    }
}
