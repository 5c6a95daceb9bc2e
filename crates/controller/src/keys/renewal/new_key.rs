//! A new key, and the Secret that it becomes.

use sealkit_core::{Certificate, CertificateParams, PrivateKey, UnixTime};
use sealkit_manifest::key_secret::{KEY_ACTIVE, KEY_LABEL, to_secret};

use super::RenewalOptions;
use crate::keys::cluster_secret::WipedSecret;

/// The last second that a certificate can name.
const END_OF_TIME: i64 = 253_402_300_799;
/// The longest name of a Secret.
const LONGEST_NAME: usize = 253;
/// How much of the installation's uid goes into a name.
const UID_CHARACTERS: usize = 8;

/// A new key and its certificate. Has no `Debug`.
pub(super) struct NewKey {
    pub(super) key: PrivateKey,
    pub(super) certificate: Certificate,
}

/// Makes a key, which takes a second or more.
pub(super) fn generate(options: &RenewalOptions, now: UnixTime) -> Result<NewKey, String> {
    let key = PrivateKey::generate(options.size).map_err(|error| error.to_string())?;
    let ttl = i64::try_from(options.ttl.as_secs()).unwrap_or(i64::MAX);
    let params = CertificateParams {
        common_name: options.common_name.clone(),
        not_before: now,
        not_after: UnixTime(now.0.saturating_add(ttl).min(END_OF_TIME)),
    };
    let certificate = Certificate::self_signed(&key, &params, &mut rand::rng());
    Ok(NewKey { certificate: certificate.map_err(|error| error.to_string())?, key })
}

/// The Secret of a new key: immutable, so that no restore puts another key in its place. Labels can still retire it.
pub(super) fn secret(
    key: &NewKey,
    name: String,
    namespace: &str,
    options: &RenewalOptions,
) -> WipedSecret {
    let mut secret = to_secret(&key.key, &key.certificate, namespace);
    secret.metadata.name = name;
    secret.metadata.labels.extend(options.labels.clone());
    secret.metadata.labels.insert(KEY_LABEL.to_owned(), KEY_ACTIVE.to_owned());
    secret.metadata.annotations.extend(options.annotations.clone());
    secret.immutable = Some(true);
    WipedSecret::from_secret(secret)
}

/// What all names of an installation's keys have in common: the same name in two clusters would let a restore of one
/// cluster's keys meet the other's. Chance, where the installation has no uid that can be read.
pub(super) fn infix(installation: Option<&str>) -> String {
    let usable = |c: &char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let uid = installation.unwrap_or_default().chars().filter(usable);
    let uid: String = uid.take(UID_CHARACTERS).collect();
    if uid.is_empty() { format!("{:08x}", rand::random::<u32>()) } else { uid }
}

/// The name of the key with this number: of two replicas that make the same one, the server lets only the first.
pub(super) fn name(prefix: &str, infix: &str, number: usize) -> String {
    let suffix = format!("-{infix}-{number}");
    let room = LONGEST_NAME.saturating_sub(suffix.len());
    prefix.chars().take(room).chain(suffix.chars()).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const NOW: UnixTime = UnixTime(1_700_000_000);

    fn options() -> RenewalOptions {
        RenewalOptions { size: 2048, ..RenewalOptions::default() }
    }

    #[test]
    fn a_key_secret_has_what_the_flags_say() {
        let texts = |entries: &[(&str, &str)]| {
            entries.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
        };
        let options = RenewalOptions {
            common_name: "seal".to_owned(),
            ttl: Duration::from_secs(3600),
            labels: texts(&[("team", "ops"), (KEY_LABEL, "retired")]),
            annotations: texts(&[("backup", "yes")]),
            ..options()
        };
        let key = generate(&options, NOW).unwrap();
        let secret = secret(&key, "sealed-secrets-key-1-0".to_owned(), "seal", &options);
        assert_eq!(secret.type_.as_deref(), Some("kubernetes.io/tls"));
        assert_eq!(secret.immutable, Some(true));
        let labels = secret.metadata.labels.clone().unwrap();
        assert_eq!(labels, texts(&[("team", "ops"), (KEY_LABEL, KEY_ACTIVE)]));
        assert_eq!(secret.metadata.annotations.clone().unwrap(), texts(&[("backup", "yes")]));
        let data = secret.data.clone().unwrap();
        let certificate = Certificate::from_pem(&data["tls.crt"].0).unwrap();
        assert_eq!(certificate.subject(), "CN=seal");
        assert_eq!(certificate.not_before(), NOW);
        assert_eq!(certificate.not_after(), UnixTime(NOW.0 + 3600));
        let private = PrivateKey::from_pem(&data["tls.key"].0).unwrap();
        assert_eq!(private.fingerprint(), certificate.fingerprint());
    }

    #[test]
    fn no_validity_is_too_long_and_a_wrong_size_is_said() {
        let for_ever = RenewalOptions { ttl: Duration::MAX, ..options() };
        let certificate = generate(&for_ever, NOW).unwrap().certificate;
        assert_eq!(certificate.not_after(), UnixTime(END_OF_TIME));
        let odd = RenewalOptions { size: 1000, ..options() };
        assert!(generate(&odd, NOW).err().unwrap().contains("1000"));
    }

    #[test]
    fn names_come_from_the_installation_and_the_number() {
        let infix = infix(Some("3F2504e0-4f89-11d3-9a0c-0305e82c3301"));
        assert_eq!(infix, "32504e04");
        assert_eq!(name("sealed-secrets-key", &infix, 2), "sealed-secrets-key-32504e04-2");
        let longest = name(&"k".repeat(245), &infix, 100);
        assert_eq!(longest.len(), LONGEST_NAME);
        assert!(longest.ends_with("k-32504e04-100"));
    }

    #[test]
    fn without_an_installation_chance_tells_names_apart() {
        for unusable in [None, Some(""), Some("---")] {
            assert_eq!(infix(unusable).len(), 8);
            assert_ne!(infix(unusable), infix(unusable));
        }
    }
}
