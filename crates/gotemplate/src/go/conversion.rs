//! Go's conversions between numbers, where Rust's differ.

/// `int64(float)` as amd64 does it: what does not fit is the least integer.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
pub(crate) fn to_int64(float: f64) -> i64 {
    if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&float) {
        float as i64
    } else {
        i64::MIN
    }
}

/// `uint64(float)` as amd64 does it.
pub(crate) fn to_uint64(float: f64) -> u64 {
    const HALF: f64 = 9_223_372_036_854_775_808.0;
    if float < HALF {
        to_int64(float).cast_unsigned()
    } else {
        to_int64(float - HALF).cast_unsigned() ^ (1 << 63)
    }
}
