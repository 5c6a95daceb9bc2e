//! Hashes, password hashes and AES.

use aes::Aes256;
use aes::cipher::block_padding::{NoPadding, Pkcs7};
use aes::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};

use super::random::DRAW;
use crate::engine::argument::function;
use crate::engine::error::REDACTED;
use crate::engine::fault::Fault;
use crate::engine::function::{Function, Outcome};
use crate::engine::runtime::Runtime;
use crate::engine::value::Str;
use crate::go::base64;

pub(super) const FUNCTIONS: &[Function] = &[
    function!("sha1sum", |runtime, text: Str| {
        hashed(runtime, &text, |text| hexadecimal(&Sha1::digest(text)))
    }),
    function!("sha256sum", |runtime, text: Str| {
        hashed(runtime, &text, |text| hexadecimal(&Sha256::digest(text)))
    }),
    function!("sha512sum", |runtime, text: Str| {
        hashed(runtime, &text, |text| hexadecimal(&Sha512::digest(text)))
    }),
    function!("adler32sum", |runtime, text: Str| {
        hashed(runtime, &text, |text| adler32(text).to_string())
    }),
    function!("bcrypt", |runtime, password: Str| {
        let hash = bcrypt(runtime, &password)?;
        runtime.string(hash)
    }),
    function!("htpasswd", |runtime, user: Str, password: Str| htpasswd(runtime, &user, &password)),
    function!("derivePassword", |runtime,
                                 counter: u32,
                                 kind: Str,
                                 password: Str,
                                 user: Str,
                                 site: Str| {
        derive_password(runtime, counter, &kind, &MasterPassword { password, user, site })
    }),
    function!("encryptAES", |runtime, password: Str, plain: Str| {
        encrypt(runtime, &password, &plain)
    }),
    function!("decryptAES", |runtime, password: Str, text: Str| {
        decrypt(runtime, &password, &text)
    }),
];

/// Who asks `derivePassword` for what.
struct MasterPassword {
    password: Str,
    user: Str,
    site: Str,
}

/// Steps for one of the functions that are slow on purpose.
const SLOW: u64 = 500_000;

/// The memory of scrypt as `derivePassword` asks for it (RFC 7914): 128 x 8 x 2^15 bytes, and a little.
const SCRYPT_BYTES: usize = ((128 * 8) << 15) + (1 << 16);

fn hashed(runtime: &mut Runtime<'_>, text: &[u8], hash: fn(&[u8]) -> String) -> Outcome {
    runtime.work(text.len() as u64 / 16)?;
    runtime.string(hash(text).into_bytes())
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// RFC 1950.
fn adler32(text: &[u8]) -> u32 {
    let (mut a, mut b) = (1_u32, 0_u32);
    // The sums of 3800 bytes cannot overflow.
    for chunk in text.chunks(3800) {
        for byte in chunk {
            a += u32::from(*byte);
            b += a;
        }
        a %= 65_521;
        b %= 65_521;
    }
    b << 16 | a
}

fn bcrypt(runtime: &mut Runtime<'_>, password: &[u8]) -> Result<Vec<u8>, Fault> {
    const COST: u32 = 10;
    const LONGEST: usize = 72;
    if password.len() > LONGEST {
        return Ok(
            b"failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes"
                .to_vec(),
        );
    }
    runtime.work(SLOW)?;
    let mut salt = [0; 16];
    runtime.context.rng.fill_bytes(&mut salt);
    // The key ends with a zero byte and is cut at 72 bytes.
    let key: Vec<u8> = password.iter().copied().chain([0]).take(LONGEST).collect();
    let hash = ::bcrypt::bcrypt(COST, salt, &key);
    let digest = hash.get(..23).unwrap_or_default();
    Ok([b"$2a$10$", bcrypt_base64(&salt).as_slice(), &bcrypt_base64(digest)].concat())
}

/// Bcrypt's own base64, without padding.
fn bcrypt_base64(bytes: &[u8]) -> Vec<u8> {
    const STANDARD: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const BCRYPT: &[u8] = b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let encoded = base64::encode(bytes);
    let digit = |byte: &u8| memchr::memchr(*byte, STANDARD).and_then(|index| BCRYPT.get(index));
    encoded.iter().filter_map(digit).copied().collect()
}

fn htpasswd(runtime: &mut Runtime<'_>, user: &[u8], password: &[u8]) -> Outcome {
    if user.contains(&b':') {
        return runtime.string([b"invalid username: ", user].concat());
    }
    let hash = bcrypt(runtime, password)?;
    runtime.string([user, b":", hash.as_slice()].concat())
}

/// The Master Password algorithm: counter, type, password, user, site.
fn derive_password(
    runtime: &mut Runtime<'_>,
    counter: u32,
    kind: &[u8],
    MasterPassword { password, user, site }: &MasterPassword,
) -> Outcome {
    const SEED: &[u8] = b"com.lyndir.masterpassword";
    let Some(templates) = password_templates(kind) else {
        return runtime.string([b"cannot find password template ", kind].concat());
    };
    runtime.work(5 * SLOW / 2)?;
    runtime.copies(user.len() + site.len(), 1)?;
    let length = |text: &[u8]| u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes();
    let salt = [SEED, &length(user), user].concat();
    let mut key = [0; 64];
    runtime.lend(SCRYPT_BYTES, |_| {
        let parameters = scrypt::Params::new(15, 8, 2).map_err(|_| Fault::HIDDEN)?;
        scrypt::scrypt(password, &salt, &parameters, &mut key).map_err(|_| Fault::HIDDEN)
    })?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).map_err(|_| Fault::HIDDEN)?;
    mac.update(&[SEED, &length(site), site, &counter.to_be_bytes()].concat());
    let seed = mac.finalize().into_bytes();
    let (first, seed) = seed.split_first().ok_or(Fault::HIDDEN)?;
    let template =
        templates.get(usize::from(*first) % templates.len()).copied().unwrap_or_default();
    let derived: Vec<u8> = template
        .bytes()
        .zip(seed)
        .filter_map(|(class, byte)| {
            let characters = character_class(class);
            characters.get(usize::from(*byte) % characters.len().max(1)).copied()
        })
        .collect();
    runtime.string(derived)
}

fn password_templates(kind: &[u8]) -> Option<&'static [&'static str]> {
    Some(match kind {
        b"maximum" => &["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"],
        b"long" => &[
            "CvcvnoCvcvCvcv",
            "CvcvCvcvnoCvcv",
            "CvcvCvcvCvcvno",
            "CvccnoCvcvCvcv",
            "CvccCvcvnoCvcv",
            "CvccCvcvCvcvno",
            "CvcvnoCvccCvcv",
            "CvcvCvccnoCvcv",
            "CvcvCvccCvcvno",
            "CvcvnoCvcvCvcc",
            "CvcvCvcvnoCvcc",
            "CvcvCvcvCvccno",
            "CvccnoCvccCvcv",
            "CvccCvccnoCvcv",
            "CvccCvccCvcvno",
            "CvcvnoCvccCvcc",
            "CvcvCvccnoCvcc",
            "CvcvCvccCvccno",
            "CvccnoCvcvCvcc",
            "CvccCvcvnoCvcc",
            "CvccCvcvCvccno",
        ],
        b"medium" => &["CvcnoCvc", "CvcCvcno"],
        b"short" => &["Cvcn"],
        b"basic" => &["aaanaaan", "aannaaan", "aaannaaa"],
        b"pin" => &["nnnn"],
        _ => return None,
    })
}

fn character_class(class: u8) -> &'static [u8] {
    match class {
        b'V' => b"AEIOU",
        b'C' => b"BCDFGHJKLMNPQRSTVWXYZ",
        b'v' => b"aeiou",
        b'c' => b"bcdfghjklmnpqrstvwxyz",
        b'a' => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
        b'n' => b"0123456789",
        b'o' => b"@&%?,=[]_:-+*$#!'^~;()/.",
        _ => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
    }
}

/// The password cut or filled with zeros to 32 bytes.
fn aes_key(password: &[u8]) -> [u8; 32] {
    let mut key = [0; 32];
    for (target, byte) in key.iter_mut().zip(password) {
        *target = *byte;
    }
    key
}

/// AES-256-CBC with PKCS#7 padding, the vector in front.
fn encrypt(runtime: &mut Runtime<'_>, password: &[u8], plain: &[u8]) -> Outcome {
    if plain.is_empty() {
        return runtime.string("");
    }
    runtime.scan(plain.len())?;
    // Encrypted, with the vector in front, and as base64.
    runtime.charge(plain.len().saturating_mul(4))?;
    runtime.work(DRAW)?;
    let mut vector = [0; 16];
    runtime.context.rng.fill_bytes(&mut vector);
    let cipher = cbc::Encryptor::<Aes256>::new(&aes_key(password).into(), &vector.into());
    let encrypted = cipher.encrypt_padded_vec::<Pkcs7>(plain);
    runtime.charged_string(base64::encode(&[&vector[..], &encrypted].concat()))
}

fn decrypt(runtime: &mut Runtime<'_>, password: &[u8], text: &[u8]) -> Outcome {
    if text.is_empty() {
        return runtime.string("");
    }
    runtime.scan(text.len())?;
    runtime.charge(text.len().saturating_mul(2))?;
    let bytes = base64::decode(text)
        .map_err(|_| Fault::new(format!("illegal base64 data at input byte {REDACTED}")))?;
    let (vector, body) = bytes.split_at_checked(16).ok_or_else(Fault::out_of_range)?;
    let vector: [u8; 16] = vector.try_into().map_err(|_| Fault::out_of_range())?;
    let cipher = cbc::Decryptor::<Aes256>::new(&aes_key(password).into(), &vector.into());
    let plain = cipher
        .decrypt_padded_vec::<NoPadding>(body)
        .map_err(|_| Fault::new("crypto/cipher: input not full blocks"))?;
    // The padding is taken at its word, as in Sprig.
    let padding = *plain
        .last()
        .ok_or_else(|| Fault::new(format!("runtime error: index out of range {REDACTED}")))?;
    let end = plain.len().checked_sub(usize::from(padding)).ok_or_else(Fault::out_of_range)?;
    runtime.string(plain.get(..end).unwrap_or_default())
}
