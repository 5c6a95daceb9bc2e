//! Private keys and certificates.

#[cfg(not(feature = "certificates"))]
mod left_out;
#[cfg(feature = "certificates")]
mod made;

#[cfg(not(feature = "certificates"))]
use left_out as bodies;
#[cfg(feature = "certificates")]
use made as bodies;

use std::rc::Rc;

use crate::engine::argument::function;
use crate::engine::function::Function;
use crate::engine::value::{Certificate, List, Str};

pub(super) const FUNCTIONS: &[Function] =
    &[
        function!("genPrivateKey", |runtime, kind: Str| bodies::private_key(runtime, &kind)),
        function!("buildCustomCert", |runtime, certificate: Str, key: Str| {
            bodies::custom(runtime, &certificate, &key)
        }),
        function!("genCA", |runtime, name: Str, days: i64| {
            bodies::authority(runtime, &Wanted::of(name, days), None)
        }),
        function!("genCAWithKey", |runtime, name: Str, days: i64, key: Str| {
            bodies::authority(runtime, &Wanted::of(name, days), Some(&key))
        }),
        function!("genSelfSignedCert", |runtime, name: Str, ips: List, dns: List, days: i64| {
            bodies::self_signed(runtime, &Wanted::with(name, ips, dns, days), None)
        }),
        function!(
            "genSelfSignedCertWithKey",
            |runtime, name: Str, ips: List, dns: List, days: i64, key: Str| {
                bodies::self_signed(runtime, &Wanted::with(name, ips, dns, days), Some(&key))
            }
        ),
        function!("genSignedCert", |runtime,
                                    name: Str,
                                    ips: List,
                                    dns: List,
                                    days: i64,
                                    signer: Rc<Certificate>| {
            bodies::signed(runtime, &Wanted::with(name, ips, dns, days), &signer, None)
        }),
        function!("genSignedCertWithKey", |runtime,
                                           name: Str,
                                           ips: List,
                                           dns: List,
                                           days: i64,
                                           signer: Rc<Certificate>,
                                           key: Str| {
            bodies::signed(runtime, &Wanted::with(name, ips, dns, days), &signer, Some(&key))
        }),
    ];

/// What a certificate shall say, as the template puts it.
#[cfg_attr(not(feature = "certificates"), expect(dead_code, reason = "such a build makes none"))]
struct Wanted {
    common_name: Str,
    /// Addresses and DNS names.
    names: Option<(List, List)>,
    days: i64,
}

impl Wanted {
    fn of(common_name: Str, days: i64) -> Self {
        Self { common_name, names: None, days }
    }

    fn with(common_name: Str, addresses: List, dns_names: List, days: i64) -> Self {
        Self { common_name, names: Some((addresses, dns_names)), days }
    }
}
