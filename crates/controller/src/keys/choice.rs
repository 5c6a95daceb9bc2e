//! Why a key is the newest, in words for the log.

use sealkit_core::KeyOrder;

use super::key_set::{KeyInfo, KeySet};

/// Why the key that is served is the newest, and which one would be by the other order; none without one that is served.
pub(super) fn reason(set: &KeySet) -> Option<String> {
    let served = set.served()?.certificate.fingerprint();
    let (before, from) =
        set.keys().split_at(set.keys().iter().position(|key| key.fingerprint == served)?);
    let (newest, rest) = from.split_first()?;
    let mut reason = match rest.first() {
        None => "it is the only one".to_owned(),
        Some(next) => compare(newest, next, set.order()),
    };
    if !before.is_empty() {
        let names: Vec<_> = before.iter().map(|key| key.source.as_str()).collect();
        reason +=
            &format!("; {} would come before it, but without a certificate", names.join(", "));
    }
    if let Some((other, order)) = newest_by_other_order(newest, rest, set.order()) {
        reason +=
            &format!("; {} would be the newest by --key-order-priority={order}", other.source);
    }
    Some(reason)
}

fn compare(newest: &KeyInfo, next: &KeyInfo, order: KeyOrder) -> String {
    let (what, when) = match order {
        KeyOrder::CertNotBefore => ("certificate", "is valid from"),
        KeyOrder::SecretCreationTimestamp => ("Secret", "was created at"),
    };
    let next_source = &next.source;
    match (newest.time(order), next.time(order)) {
        (Some(time), Some(next)) if time != next => {
            format!("its {what} {when} {time}, that of {next_source} {when} {next}")
        }
        (Some(time), None) => format!("its {what} {when} {time}; {next_source} has no such time"),
        _ if newest.created != next.created => {
            format!(
                "it is as new as {next_source} by its {what}, and its Secret was created earlier"
            )
        }
        _ => format!("it is as new as {next_source}, and its fingerprint comes first"),
    }
}

/// The key that would be served by the other order, if that is another one.
fn newest_by_other_order<'a>(
    newest: &KeyInfo,
    rest: &'a [KeyInfo],
    order: KeyOrder,
) -> Option<(&'a KeyInfo, KeyOrder)> {
    let other = match order {
        KeyOrder::CertNotBefore => KeyOrder::SecretCreationTimestamp,
        KeyOrder::SecretCreationTimestamp => KeyOrder::CertNotBefore,
    };
    let has_certificate = |key: &&KeyInfo| key.not_before.is_some();
    let latest = rest.iter().filter(has_certificate).max_by_key(|key| key.time(other))?;
    (latest.time(other) > newest.time(other)).then_some((latest, other))
}
