//! Single values: what one program seals, the other opens.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealkit_e2e::{
    KeyPair, SCOPES, Scope, documents, kubeseal_raw, kubeseal_unseal, seal, seal_raw,
};

/// From nothing to a mebibyte, around the sizes of a block and of a page.
const SIZES: [usize; 9] = [0, 1, 15, 16, 17, 4096, 65_537, 1_000_000, 1 << 20];

#[test]
fn kubeseal_opens_what_we_seal() {
    for_every_combination(|value, key, scope| {
        let sealed = documents::around(&seal_raw(value, key, scope), scope);
        let secret = kubeseal_unseal(&sealed, &key.private_key);
        let opened = secret.pointer("/data/value").and_then(|data| data.as_str());
        assert!(opened == Some(&STANDARD.encode(value)), "another value came out");
    });
}

#[test]
fn we_open_what_kubeseal_seals() {
    for_every_combination(|value, key, scope| {
        let sealed = documents::around(&kubeseal_raw(value, key, scope), scope);
        let unseal = seal().args(["unseal", "--item", "value", "--key"]).arg(&key.private_key);
        let done = unseal.stdin(sealed).run().success();
        assert!(done.stdout == value, "another value came out");
    });
}

/// Neither program opens a value of another scope, name or namespace.
#[test]
fn neither_opens_a_value_under_another_label() {
    let key = KeyPair::fixture();
    for (from, to) in SCOPES.iter().flat_map(|from| SCOPES.iter().map(move |to| (from, to))) {
        if from == to {
            continue;
        }
        let ours = documents::around(&seal_raw(b"value", &key, *from), *to);
        let theirs = documents::around(&kubeseal_raw(b"value", &key, *from), *to);
        for sealed in [ours, theirs] {
            let recovery = ["--recovery-unseal", "--recovery-private-key"];
            let kubeseal = sealkit_e2e::kubeseal().args(recovery).arg(&key.private_key);
            kubeseal.stdin(&sealed).run().exited(1);
            let seal = seal().args(["unseal", "--key"]).arg(&key.private_key);
            let refused = seal.stdin(&sealed).run().exited(1);
            assert!(refused.stdout.is_empty());
        }
    }
}

fn for_every_combination(check: impl Fn(&[u8], &KeyPair, Scope)) {
    for key in KeyPair::fixtures() {
        for scope in SCOPES {
            for size in SIZES {
                check(&bytes(size), &key, scope);
            }
        }
    }
}

/// All byte values, in an order that does not repeat soon.
fn bytes(size: usize) -> Vec<u8> {
    (0_u32..).map(|n| (n.wrapping_mul(2_654_435_761) >> 24).to_le_bytes()[0]).take(size).collect()
}
