//! Random text and numbers, all from the caller's generator.

use crate::engine::fault::Fault;
use crate::engine::function::Type::{Int, Str as Text};
use crate::engine::function::{Call, Function, Outcome, fixed};
use crate::engine::value::Value;
use crate::go::base64;
use crate::go::rune;

pub(super) const FUNCTIONS: &[Function] = &[
    fixed("randAlphaNum", &[Int], |call| text_of(call, |byte| byte.is_ascii_alphanumeric())),
    fixed("randAlpha", &[Int], |call| text_of(call, |byte| byte.is_ascii_alphabetic())),
    fixed("randNumeric", &[Int], |call| text_of(call, |byte| byte.is_ascii_digit())),
    fixed("randAscii", &[Int], |call| text_of(call, |byte| (32..127).contains(&byte))),
    fixed("randBytes", &[Int], |call| {
        let count = usize::try_from(call.int(0))
            .map_err(|_| Fault::new("runtime error: makeslice: len out of range"))?;
        // The bytes, and as base64.
        call.runtime.scan(count)?;
        call.runtime.charge(count.saturating_mul(3))?;
        let mut bytes = vec![0; count];
        call.runtime.context.rng.fill_bytes(&mut bytes);
        call.runtime.charged_string(base64::encode(&bytes))
    }),
    fixed("randInt", &[Int, Int], |call| {
        let (low, high) = (call.int(0), call.int(1));
        let range = high.wrapping_sub(low);
        if range <= 0 {
            return Err(Fault::new("invalid argument to Intn"));
        }
        let offset = call.runtime.context.below(range.unsigned_abs());
        Ok(Value::int(low.wrapping_add_unsigned(offset)))
    }),
    fixed("uuidv4", &[], uuid),
    fixed("shuffle", &[Text], shuffle),
];

/// `count` characters, each equally likely among those allowed; none for a count below 1.
fn text_of(call: &mut Call<'_, '_>, allowed: fn(u8) -> bool) -> Outcome {
    let count = usize::try_from(call.int(0)).unwrap_or(0);
    call.runtime.work(count as u64 / 4)?;
    call.runtime.charge(count)?;
    let alphabet: Vec<u8> = (0..128).filter(|byte| allowed(*byte)).collect();
    let mut text = Vec::with_capacity(count);
    for _ in 0..count {
        let index = call.runtime.context.below(alphabet.len() as u64);
        text.extend(usize::try_from(index).ok().and_then(|index| alphabet.get(index)));
    }
    call.runtime.charged_string(text)
}

/// Version 4 of RFC 9562.
fn uuid(call: &mut Call<'_, '_>) -> Outcome {
    let mut bytes = [0; 16];
    call.runtime.context.rng.fill_bytes(&mut bytes);
    let number = u128::from_be_bytes(bytes);
    let number = number & !(0xF << 76) & !(0x3 << 62) | (4 << 76) | (2 << 62);
    let digits = format!("{number:032x}");
    let group = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    let groups = [group(0, 8), group(8, 12), group(12, 16), group(16, 20), group(20, 32)];
    call.string(groups.join("-").into_bytes())
}

fn shuffle(call: &mut Call<'_, '_>) -> Outcome {
    let text = call.text(0);
    call.runtime.scan(text.len())?;
    let count = rune::count(&text);
    call.runtime.work(count as u64)?;
    call.runtime.charge(count.saturating_mul(size_of::<char>()))?;
    let mut runes = Vec::with_capacity(count);
    runes.extend(rune::runes(&text).map(|(_, rune, _)| rune));
    for last in (1..runes.len()).rev() {
        let index = call.runtime.context.below(last as u64 + 1);
        runes.swap(last, usize::try_from(index).unwrap_or(last));
    }
    call.string(runes.into_iter().collect::<String>().into_bytes())
}
