//! Whole documents through both operations. Whatever comes in, both return; a Secret that can be
//! sealed opens again, and sealing what came out gives as many documents.

#![no_main]

use std::sync::LazyLock;

use gotemplate::{RenderContext, RenderLimits};
use kubeyaml::Format;
use libfuzzer_sys::fuzz_target;
use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;
use sealkit_core::{Certificate, KeyRing};
use sealkit_manifest::{
    Documents, NamespaceRule, Output, SealErrors, SealRules, Stream, UnsealErrors, UnsealRules,
    seal, unseal,
};
use zeroize::Zeroizing;

static CERTIFICATE: LazyLock<Certificate> = LazyLock::new(|| {
    let pem = include_bytes!("../../fixtures/kubeseal/keys/rsa-2048.crt");
    Certificate::from_pem(pem).expect("the fixture is a certificate")
});

static KEYS: LazyLock<KeyRing> = LazyLock::new(|| {
    let pem = include_bytes!("../../fixtures/kubeseal/keys/rsa-2048.key");
    KeyRing::from_pem(pem).expect("the fixture is a private key")
});

fuzz_target!(|text: &[u8]| {
    // Nothing is known of these SealedSecrets: opening them may end in any way.
    drop(unsealed(text));
    if let Ok(sealed) = sealed(text) {
        let secrets = unsealed(&joined(&sealed)).expect("what was sealed opens");
        assert_eq!(secrets.chunks.len(), sealed.chunks.len());
        let again = self::sealed(&joined(&secrets)).expect("what was opened can be sealed");
        assert_eq!(again.chunks.len(), sealed.chunks.len());
    }
});

fn sealed(text: &[u8]) -> Result<Output, SealErrors> {
    let rules = SealRules::default().namespace(NamespaceRule::Given("shop")).allow_empty_data(true);
    let documents = Documents::split(vec![Zeroizing::new(text.to_vec())])?;
    let stream = Stream::new(Format::Yaml);
    seal(&documents, CERTIFICATE.sealing_key(), &rules, &stream, &UnwrapErr(SysRng))
}

fn unsealed(text: &[u8]) -> Result<Output, UnsealErrors> {
    let rules =
        UnsealRules::new(&|| RenderContext::new(0, 0, UnwrapErr(SysRng), RenderLimits::default()));
    let documents = Documents::split(vec![Zeroizing::new(text.to_vec())])?;
    unseal(&documents, &KEYS, &rules, &Stream::new(Format::Yaml))
}

fn joined(output: &Output) -> Vec<u8> {
    output.chunks.iter().flat_map(|chunk| chunk.bytes()).collect()
}
