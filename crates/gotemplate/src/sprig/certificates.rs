//! Private keys and certificates.

#[cfg(not(feature = "certificates"))]
mod left_out;
#[cfg(feature = "certificates")]
mod made;

#[cfg(not(feature = "certificates"))]
use left_out as bodies;
#[cfg(feature = "certificates")]
use made as bodies;

use crate::engine::function::Type::{Certificate, Int, List, Str as Text};
use crate::engine::function::{Function, fixed};

pub(super) const FUNCTIONS: &[Function] = &[
    fixed("genPrivateKey", &[Text], bodies::private_key),
    fixed("buildCustomCert", &[Text, Text], bodies::custom),
    fixed("genCA", &[Text, Int], |call| bodies::authority(call, None)),
    fixed("genCAWithKey", &[Text, Int, Text], |call| bodies::authority(call, Some(2))),
    fixed("genSelfSignedCert", &[Text, List, List, Int], |call| bodies::self_signed(call, None)),
    fixed("genSelfSignedCertWithKey", &[Text, List, List, Int, Text], |call| {
        bodies::self_signed(call, Some(4))
    }),
    fixed("genSignedCert", &[Text, List, List, Int, Certificate], |call| {
        bodies::signed(call, None)
    }),
    fixed("genSignedCertWithKey", &[Text, List, List, Int, Certificate, Text], |call| {
        bodies::signed(call, Some(5))
    }),
];
