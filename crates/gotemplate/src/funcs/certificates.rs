//! Private keys and certificates.

use super::Type::{Certificate, Int, List, Str as Text};
use super::{Call, Function, Outcome, fixed};
use crate::fault::Fault;

pub(super) const FUNCTIONS: &[Function] = &[
    fixed("genPrivateKey", &[Text], unsupported),
    fixed("buildCustomCert", &[Text, Text], unsupported),
    fixed("genCA", &[Text, Int], unsupported),
    fixed("genCAWithKey", &[Text, Int, Text], unsupported),
    fixed("genSelfSignedCert", &[Text, List, List, Int], unsupported),
    fixed("genSelfSignedCertWithKey", &[Text, List, List, Int, Text], unsupported),
    fixed("genSignedCert", &[Text, List, List, Int, Certificate], unsupported),
    fixed("genSignedCertWithKey", &[Text, List, List, Int, Certificate, Text], unsupported),
];

fn unsupported(_: &mut Call<'_, '_>) -> Outcome {
    Err(Fault::Unsupported("private keys and certificates are not made here"))
}
