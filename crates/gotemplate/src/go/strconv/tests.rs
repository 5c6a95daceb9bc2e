//! Numbers read and written as strconv does.

use super::*;

#[test]
fn integers_take_prefixes_and_underscores_in_base_0() {
    for (text, value) in
        [("0x_1F", 31), ("0b11", 3), ("017", 15), ("0o17", 15), ("1_000", 1000), ("-0x8", -8)]
    {
        assert_eq!(parse_int(text.as_bytes(), 0), Ok(value), "{text}");
    }
    for text in ["", "_1", "1__0", "1_", "0x", "08", "1.0", " 1", "+-1"] {
        assert_eq!(parse_int(text.as_bytes(), 0), Err(NumberError::Syntax), "{text}");
    }
    assert_eq!(parse_int(b"-9223372036854775808", 10), Ok(i64::MIN));
    assert_eq!(parse_int(b"9223372036854775808", 10), Err(NumberError::Range));
    assert_eq!(
        (atoi(b"99999999999999999999"), atoi(b"-99999999999999999999")),
        (i64::MAX, i64::MIN)
    );
}

#[test]
fn floats_are_rounded_once() {
    for (text, value) in [
        ("0x1p-2", 0.25),
        ("0x1.8p1", 3.0),
        ("0x.8p0", 0.5),
        ("0x1.00000000000008p0", 1.0),
        ("0x1.00000000000018p0", 1.000_000_000_000_000_4),
        ("0x1p-1074", 5e-324),
        ("0x1p-1076", 0.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("1_0.5", 10.5),
        ("-Infinity", f64::NEG_INFINITY),
    ] {
        assert_eq!(parse_float(text.as_bytes()), Ok(value), "{text}");
    }
    assert_eq!(parse_float(b"1e400"), Err(NumberError::Range));
    assert_eq!(parse_float(b"0x1p2000"), Err(NumberError::Range));
    for text in ["", ".", "e5", "1e", "0x1", "0x1.8", "inf1", "+nan", "1f"] {
        assert_eq!(parse_float(text.as_bytes()), Err(NumberError::Syntax), "{text}");
    }
}

#[test]
fn floats_are_written_as_go_does() {
    for (value, precision, text) in [
        (100_000.0, None, "100000"),
        (1e21, None, "1e+21"),
        (1e-5, None, "1e-05"),
        (1_234_567.0, Some(3), "1.23e+06"),
        (100_000.0, Some(10), "100000"),
        (0.0, Some(3), "0"),
        (-0.0, None, "-0"),
    ] {
        assert_eq!(format_float(value, b'g', precision), text);
    }
    assert_eq!(format_float(1.5, b'f', Some(70_000)).len(), 70_002);
    assert_eq!(format_float(1.5, b'e', Some(70_000)).len(), 70_006);
}
