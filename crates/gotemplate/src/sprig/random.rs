//! Random text and numbers, all from the caller's generator.

use crate::engine::argument::function;
use crate::engine::fault::Fault;
use crate::engine::function::{Function, Outcome};
use crate::engine::runtime::Runtime;
use crate::engine::value::{Str, Value};
use crate::go::base64;
use crate::go::rune;

/// Steps for a random number: a generator that asks the system each time takes about a microsecond.
pub(super) const DRAW: u64 = 8;

pub(super) const FUNCTIONS: &[Function] = &[
    function!("randAlphaNum", |runtime, count: i64| {
        text_of(runtime, count, |byte| byte.is_ascii_alphanumeric())
    }),
    function!("randAlpha", |runtime, count: i64| {
        text_of(runtime, count, |byte| byte.is_ascii_alphabetic())
    }),
    function!("randNumeric", |runtime, count: i64| {
        text_of(runtime, count, |byte| byte.is_ascii_digit())
    }),
    function!("randAscii", |runtime, count: i64| {
        text_of(runtime, count, |byte| (32..127).contains(&byte))
    }),
    function!("randBytes", |runtime, count: i64| random_bytes(runtime, count)),
    function!("randInt", |runtime, low: i64, high: i64| {
        let range = high.wrapping_sub(low);
        if range <= 0 {
            return Err(Fault::new("invalid argument to Intn"));
        }
        runtime.work(DRAW)?;
        let offset = runtime.context.below(range.unsigned_abs());
        Ok(Value::int(low.wrapping_add_unsigned(offset)))
    }),
    function!("uuidv4", |runtime| uuid(runtime)),
    function!("shuffle", |runtime, text: Str| shuffle(runtime, &text)),
];

/// So many bytes as base64.
fn random_bytes(runtime: &mut Runtime<'_>, count: i64) -> Outcome {
    let count = usize::try_from(count)
        .map_err(|_| Fault::new("runtime error: makeslice: len out of range"))?;
    // The bytes, and as base64.
    runtime.scan(count)?;
    runtime.charge(count.saturating_mul(3))?;
    let mut bytes = vec![0; count];
    runtime.context.rng.fill_bytes(&mut bytes);
    runtime.charged_string(base64::encode(&bytes))
}

/// `count` characters, each equally likely among those allowed; none for a count below 1.
fn text_of(runtime: &mut Runtime<'_>, count: i64, allowed: fn(u8) -> bool) -> Outcome {
    let count = usize::try_from(count).unwrap_or(0);
    runtime.work((count as u64).saturating_mul(DRAW))?;
    runtime.charge(count)?;
    let alphabet: Vec<u8> = (0..128).filter(|byte| allowed(*byte)).collect();
    let mut text = Vec::with_capacity(count);
    for _ in 0..count {
        let index = runtime.context.below(alphabet.len() as u64);
        text.extend(usize::try_from(index).ok().and_then(|index| alphabet.get(index)));
    }
    runtime.charged_string(text)
}

/// Version 4 of RFC 9562.
fn uuid(runtime: &mut Runtime<'_>) -> Outcome {
    runtime.work(DRAW)?;
    let mut bytes = [0; 16];
    runtime.context.rng.fill_bytes(&mut bytes);
    let number = u128::from_be_bytes(bytes);
    let number = number & !(0xF << 76) & !(0x3 << 62) | (4 << 76) | (2 << 62);
    let digits = format!("{number:032x}");
    let group = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    let groups = [group(0, 8), group(8, 12), group(12, 16), group(16, 20), group(20, 32)];
    runtime.string(groups.join("-").into_bytes())
}

fn shuffle(runtime: &mut Runtime<'_>, text: &[u8]) -> Outcome {
    runtime.scan(text.len())?;
    let count = rune::count(text);
    runtime.work((count as u64).saturating_mul(DRAW))?;
    runtime.charge(count.saturating_mul(size_of::<char>()))?;
    let mut runes = Vec::with_capacity(count);
    runes.extend(rune::runes(text).map(|(_, rune, _)| rune));
    for last in (1..runes.len()).rev() {
        let index = runtime.context.below(last as u64 + 1);
        runes.swap(last, usize::try_from(index).unwrap_or(last));
    }
    runtime.string(runes.into_iter().collect::<String>().into_bytes())
}
