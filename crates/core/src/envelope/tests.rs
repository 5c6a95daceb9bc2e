use proptest::prelude::*;

use super::*;

/// `R` is `0x01 0x02`, `C` is 16 bytes of `0x03`.
fn small() -> Vec<u8> {
    [[0, 2, 1, 2].as_slice(), &[3; 16]].concat()
}

#[test]
fn the_wire_form_is_length_session_key_ciphertext() {
    let value = SealedValue::from_bytes(&small()).unwrap();
    assert_eq!(value.encrypted_session_key(), [1, 2]);
    assert_eq!(value.ciphertext(), [3; 16]);
    assert_eq!(value.to_bytes(), small());
    assert_eq!(value.to_string(), "AAIBAgMDAwMDAwMDAwMDAwMDAwM=");
}

#[test]
fn bytes_that_end_early_are_refused() {
    for length in 0..small().len() {
        let result = SealedValue::from_bytes(&small()[..length]);
        assert_eq!(result, Err(EnvelopeError::Truncated), "{length}");
    }
}

#[test]
fn an_empty_session_key_is_refused() {
    let result = SealedValue::from_bytes(&[0; 18]);
    assert_eq!(result, Err(EnvelopeError::NoSessionKey));
}

#[test]
fn an_envelope_over_the_limit_is_refused() {
    let mut bytes = small();
    bytes.resize(SealedValue::MAX_BYTES, 3);
    assert!(SealedValue::from_bytes(&bytes).is_ok());
    bytes.push(3);
    assert_eq!(SealedValue::from_bytes(&bytes), Err(EnvelopeError::TooLarge));
}

#[test]
fn text_over_the_limit_is_refused_before_it_is_decoded() {
    let text = format!("{}{}", SealedValue::from_bytes(&small()).unwrap(), "\n".repeat(100));
    assert!(text.parse::<SealedValue>().is_ok());
    let text = text + &"\n".repeat(SealedValue::MAX_TEXT_BYTES);
    assert_eq!(text.parse::<SealedValue>(), Err(EnvelopeError::TooLarge));
}

#[test]
fn line_breaks_and_spare_bits_are_accepted() {
    let value = SealedValue::from_bytes(&small());
    for text in [
        "AAIBAgMDAwMDAwMDAwMDAwMDAwM=",
        "AAIBAgMDAwMD\nAwMDAwMDAwMDAwM=\n",
        "\r\nAAIBAgMDAwMD\r\nAwMDAwMDAwMDAwM=\r\n",
        "A\rA\rI\nBAgMDAwMDAwMDAwMDAwMDAwM\n=\n",
        "AAIBAgMDAwMDAwMDAwMDAwMDAwN=",
    ] {
        assert_eq!(text.parse(), value, "{text:?}");
    }
}

#[test]
fn other_departures_from_base64_are_refused() {
    for text in [
        "AAIBAgMDAwMDAwMDAwMDAwMDAwM",
        "AAIBAgMDAwMDAwMDAwMDAwMDAwM==",
        "AAIBAgMDAwMDAwMDAwMDAwMDAwM=AA",
        "AAIBAgMDAwMDAwMDAwMDAwMDAwM= ",
        "AAIBAgMD AwMDAwMDAwMDAwMDAwM=",
        "\tAAIBAgMDAwMDAwMDAwMDAwMDAwM=",
        "AAIBAgMDAwMDAwMDAwMDAwMDAw-_",
        "AAIBAgMD\u{e4}wMDAwMDAwMDAwMDAwM=",
        "=",
        "A",
    ] {
        assert_eq!(text.parse::<SealedValue>(), Err(EnvelopeError::NotBase64), "{text:?}");
    }
    assert_eq!("".parse::<SealedValue>(), Err(EnvelopeError::Truncated));
}

#[test]
fn a_session_key_longer_than_its_length_can_say_is_refused() {
    let longest = usize::from(u16::MAX);
    let made = |length| SealedValue::from_parts(vec![1; length], vec![0; AES_GCM_TAG_BYTES]);
    let bytes = made(longest).map(|value| value.to_bytes());
    assert_eq!(bytes.and_then(|bytes| SealedValue::from_bytes(&bytes)), made(longest));
    assert_eq!(made(longest + 1), Err(EnvelopeError::TooLarge));
}

proptest! {
    #[test]
    fn what_is_read_is_written_back_alike(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        if let Ok(value) = SealedValue::from_bytes(&bytes) {
            prop_assert_eq!(value.to_bytes(), bytes);
            prop_assert_eq!(value.to_string().parse(), Ok(value));
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[A-Za-z0-9+/=\r\n]{0,200}") {
        if let Ok(value) = text.parse::<SealedValue>() {
            prop_assert_eq!(value.to_string().parse(), Ok(value));
        }
    }
}
