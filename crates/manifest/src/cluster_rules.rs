//! What a cluster refuses later, far from whom it concerns, and what somebody has probably not meant: known when sealing.

use kubeyaml::{Format, go_base64};
use sealkit_core::{Plaintext, Scope};
use zeroize::Zeroizing;

use crate::error::shortened;
use crate::sealed_secret::SealedSecret;
use crate::secret::Secret;
use crate::warning::WarningKind;

/// Bytes of all values of a Secret (Kubernetes API, `MaxSecretSize`).
const MAX_VALUES: usize = 1 << 20;

/// Bytes of the annotation in which `kubectl apply` keeps the object.
const MAX_APPLIED: usize = 256 << 10;

/// Below this many bytes of ciphertext nobody need count exactly.
const SURELY_APPLIED: usize = MAX_APPLIED / 2;

/// What to know about a Secret and what it was sealed as.
pub(crate) fn warnings(secret: &Secret, sealed: &SealedSecret) -> Vec<WarningKind> {
    let mut warnings = Vec::new();
    names(sealed, &mut warnings);
    let items = secret.data.keys().filter(|item| !is_item_name(item));
    warnings.extend(items.map(|item| WarningKind::ItemRefused { item: shortened(item) }));
    let bytes = secret.data.values().map(|value| value.expose().len()).sum();
    if bytes > MAX_VALUES {
        warnings.push(WarningKind::TooLarge { bytes });
    }
    warnings.extend(too_large_to_apply(sealed));
    warnings.extend(item_of_type(secret));
    for item in &secret.from_data {
        warnings.extend(secret.data.get(item).and_then(|value| suspicion(item, value)));
    }
    warnings
}

fn names(sealed: &SealedSecret, warnings: &mut Vec<WarningKind>) {
    let metadata = sealed.metadata();
    if !is_subdomain(&metadata.name) {
        warnings.push(WarningKind::NameRefused);
    }
    let is_bound = sealed.scope() != Scope::ClusterWide;
    if (is_bound || !metadata.namespace.is_empty()) && !is_namespace(&metadata.namespace) {
        warnings.push(WarningKind::NamespaceRefused);
    }
}

/// A DNS subdomain (RFC 1123).
fn is_subdomain(name: &str) -> bool {
    name.len() <= 253 && name.split('.').all(is_label)
}

/// A namespace: a DNS label (RFC 1123).
fn is_namespace(name: &str) -> bool {
    name.len() <= 63 && is_label(name)
}

fn is_label(name: &str) -> bool {
    let alphanumeric = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    name.bytes().all(|byte| alphanumeric(byte) || byte == b'-')
        && name.bytes().next().is_some_and(alphanumeric)
        && name.bytes().next_back().is_some_and(alphanumeric)
}

/// A key of a Secret's data (Kubernetes API, `IsConfigMapKey`).
fn is_item_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    !name.is_empty()
        && name.len() <= 253
        && name.bytes().all(allowed)
        && name != "."
        && !name.starts_with("..")
}

fn too_large_to_apply(sealed: &SealedSecret) -> Option<WarningKind> {
    let ciphertexts: usize = sealed.values().map(|(_, value)| value.len()).sum();
    if ciphertexts < SURELY_APPLIED {
        return None;
    }
    let bytes = kubeyaml::to_json_line(&sealed.to_tree()).len();
    (bytes > MAX_APPLIED).then_some(WarningKind::TooLargeToApply { bytes })
}

/// What the API server asks of the built-in types (Kubernetes API, validation of Secrets).
fn item_of_type(secret: &Secret) -> Option<WarningKind> {
    let has = |item: &str| secret.data.contains_key(item);
    let is_json = |item: &str| secret.data.get(item).is_some_and(is_json_object);
    let (is_met, wanted) = match secret.secret_type.as_str() {
        "kubernetes.io/dockerconfigjson" => {
            (is_json(".dockerconfigjson"), "the item .dockerconfigjson in JSON")
        }
        "kubernetes.io/dockercfg" => (is_json(".dockercfg"), "the item .dockercfg in JSON"),
        "kubernetes.io/tls" => (has("tls.crt") && has("tls.key"), "the items tls.crt and tls.key"),
        "kubernetes.io/ssh-auth" => (has("ssh-privatekey"), "the item ssh-privatekey"),
        "kubernetes.io/basic-auth" => {
            (has("username") || has("password"), "the item username or password")
        }
        "bootstrap.kubernetes.io/token" => {
            (has("token-id") && has("token-secret"), "the items token-id and token-secret")
        }
        _ => return None,
    };
    let secret_type = secret.secret_type.clone();
    (!is_met).then_some(WarningKind::ItemOfTypeMissing { secret_type, wanted })
}

fn is_json_object(value: &Plaintext) -> bool {
    let Ok(input) = kubeyaml::split(value.expose()) else { return false };
    let mut documents = input.documents();
    let is_object =
        documents.next().is_some_and(|document| matches!(document.parse(), Ok(Some(_))));
    input.format() == Format::Json && is_object && documents.next().is_none()
}

/// What somebody has probably not meant with a value of `data`.
fn suspicion(item: &str, value: &Plaintext) -> Option<WarningKind> {
    let bytes = value.expose();
    if is_one_line_with_its_end(bytes) {
        return Some(WarningKind::NewlineAtEnd { item: shortened(item) });
    }
    is_plain_text(bytes).then(|| WarningKind::PlainTextInData { item: shortened(item) })
}

/// As `echo password` makes it; text of several lines ends with a line feed on purpose.
fn is_one_line_with_its_end(value: &[u8]) -> bool {
    value.len() > 1 && value.iter().position(|byte| *byte == b'\n') == Some(value.len() - 1)
}

/// Whether the base64 reads like a word, or a number in hexadecimal, and the bytes are no text. Random bytes seldom have
/// neither capitals nor signs in their base64.
fn is_plain_text(value: &[u8]) -> bool {
    const LONGEST: usize = 48;
    if value.is_empty() || value.len() > LONGEST || !value.len().is_multiple_of(3) {
        return false;
    }
    let encoded = Zeroizing::new(go_base64::encode(value));
    let is_word = encoded.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let is_text = std::str::from_utf8(value).is_ok_and(|text| !text.contains(char::is_control));
    is_word && !is_text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_kubernetes_takes() {
        for name in ["a", "a-b", "a.b-c.d", "1a", &"a".repeat(253)] {
            assert!(is_subdomain(name), "{name}");
        }
        for name in ["", "A", "a_b", "-a", "a-", "a..b", ".a", "a ", "a\r", &"a".repeat(254)] {
            assert!(!is_subdomain(name), "{name:?}");
        }
        assert!(is_namespace("shop") && !is_namespace("shop.x") && !is_namespace("shop "));
        assert!(is_namespace(&"a".repeat(63)) && !is_namespace(&"a".repeat(64)));
        for item in ["a", "A_b.c-d", ".dockercfg", "...".trim_end_matches("..")] {
            assert_eq!(is_item_name(item), item != ".", "{item}");
        }
        for item in ["", ".", "..", "..a", "a/b", "a b", "ä", &"a".repeat(254)] {
            assert!(!is_item_name(item), "{item}");
        }
    }

    #[test]
    fn plain_text_under_data_is_told_from_bytes() {
        let decoded = |text: &str| go_base64::decode(text).unwrap().to_vec();
        assert!(is_plain_text(&decoded("admin123")));
        assert!(is_plain_text(&decoded("6120fcf7640f052861fcac52087a0c72")));
        for text in ["aGVsbG8h", "YWJj", "Zm9vYmFy", "3q2+7w==", "AAECAwQF"] {
            assert!(!is_plain_text(&decoded(text)), "{text}");
        }
    }

    #[test]
    fn only_a_single_line_is_suspected_of_an_unwanted_line_feed() {
        assert!(is_one_line_with_its_end(b"hunter2\n"));
        for value in [&b"hunter2"[..], b"a\nb\n", b"\n", b""] {
            assert!(!is_one_line_with_its_end(value));
        }
    }
}
