//! Random values that nobody has to see.

use clap::ValueEnum;
use kubeyaml::go_base64;
use rand::Rng as _;
use zeroize::Zeroizing;

use crate::random;

/// How a random value is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// Letters, digits, - and _, as many as asked for
    #[default]
    Password,
    /// Bytes in hexadecimal
    Hex,
    /// Bytes in base64
    Base64,
    /// A random UUID (version 4)
    Uuid,
}

/// Sixty-four characters, so that six bits are one of them and each is as likely as any other.
const CHARACTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// A value of so many characters, or bytes.
pub(crate) fn value(length: u16, form: Form) -> Zeroizing<Vec<u8>> {
    match form {
        Form::Password => password(&bytes(length)),
        Form::Hex => hex(&bytes(length)),
        Form::Base64 => {
            Zeroizing::new(Zeroizing::new(go_base64::encode(&bytes(length))).as_bytes().to_vec())
        }
        Form::Uuid => uuid(bytes(16)),
    }
}

fn bytes(length: u16) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(vec![0; usize::from(length)]);
    random::system().fill_bytes(&mut bytes);
    bytes
}

fn password(random: &[u8]) -> Zeroizing<Vec<u8>> {
    let character = |byte: &u8| CHARACTERS.get(usize::from(byte & 63)).copied();
    Zeroizing::new(random.iter().filter_map(character).collect())
}

fn hex(random: &[u8]) -> Zeroizing<Vec<u8>> {
    let digit = |half: u8| DIGITS.get(usize::from(half & 15)).copied();
    let digits = random.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]);
    let mut text = Zeroizing::new(Vec::with_capacity(2 * random.len()));
    text.extend(digits.flatten());
    text
}

/// RFC 9562, section 5.4.
fn uuid(mut random: Zeroizing<Vec<u8>>) -> Zeroizing<Vec<u8>> {
    for (place, keep, set) in [(6, 0x0f, 0x40), (8, 0x3f, 0x80)] {
        random.get_mut(place).into_iter().for_each(|byte| *byte = (*byte & keep) | set);
    }
    let digits = hex(&random);
    let mut text = Zeroizing::new(Vec::with_capacity(36));
    for (number, digit) in digits.iter().enumerate() {
        if [8, 12, 16, 20].contains(&number) {
            text.push(b'-');
        }
        text.push(*digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(length: u16, form: Form) -> String {
        String::from_utf8(value(length, form).to_vec()).unwrap()
    }

    #[test]
    fn values_have_their_form_and_length() {
        let password = text(300, Form::Password);
        assert_eq!(password.len(), 300);
        assert!(password.bytes().all(|byte| CHARACTERS.contains(&byte)));
        let hex = text(20, Form::Hex);
        assert_eq!(hex.len(), 40);
        assert!(hex.bytes().all(|byte| DIGITS.contains(&byte)));
        assert_eq!(go_base64::decode(&text(32, Form::Base64)).unwrap().len(), 32);
        let uuid = text(0, Form::Uuid);
        let lengths: Vec<usize> = uuid.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
        assert_eq!(uuid.as_bytes()[14], b'4');
        assert!(b"89ab".contains(&uuid.as_bytes()[19]));
        assert_ne!(text(16, Form::Password), text(16, Form::Password));
    }
}
