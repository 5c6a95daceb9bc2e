//! DSA keys, which nothing here can use.

use dsa::{Components, KeySize, SigningKey};
use rand_core::CryptoRng;

use super::{X509Error, der, pem};

/// A new key of 2048 bits with parameters of its own, as PEM: `SEQUENCE { 0, p, q, g, y, x }`.
pub(crate) fn generate_dsa(rng: &mut dyn CryptoRng) -> Result<Vec<u8>, X509Error> {
    let mut rng = rng;
    let size = KeySize::DSA_2048_256;
    let components = Components::try_generate_from_rng_with_key_size(&mut rng, size);
    let components = components.map_err(|_| X509Error::BadKey)?;
    let key = SigningKey::try_generate_from_rng_with_components(&mut rng, components);
    let key = key.map_err(|_| X509Error::BadKey)?;
    let public = key.verifying_key();
    let parameters = public.components();
    let contents = der::sequence(&[
        &der::integer(&[0]),
        &der::integer(&parameters.p().to_be_bytes()),
        &der::integer(&parameters.q().to_be_bytes()),
        &der::integer(&parameters.g().to_be_bytes()),
        &der::integer(&public.y().to_be_bytes()),
        &der::integer(&key.x().to_be_bytes()),
    ]);
    Ok(pem::encode("DSA PRIVATE KEY", &contents))
}
