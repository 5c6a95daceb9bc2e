//! The values of single flags.

use std::collections::BTreeMap;

use sealkit_core::UnixTime;

/// `a=b,c=d`.
pub(super) type Pairs = BTreeMap<String, String>;

/// Reads a truth value as Go does.
pub(super) fn boolean(text: &str) -> Result<bool, String> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err("neither true nor false".to_owned()),
    }
}

/// Reads what the names of key Secrets begin with; the API server adds five characters and the rest of a name.
pub(super) fn key_prefix(text: &str) -> Result<String, String> {
    let is_allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if text.is_empty() || text.len() > 245 || !text.bytes().all(is_allowed) {
        return Err("up to 245 of the characters a-z, 0-9 and - are allowed".to_owned());
    }
    Ok(text.to_owned())
}

/// Reads the size of new keys.
pub(super) fn key_size(text: &str) -> Result<u32, String> {
    let bits = text
        .parse()
        .ok()
        .filter(|bits: &u32| (2048..=8192).contains(bits) && bits.is_multiple_of(8));
    bits.ok_or_else(|| "from 2048 to 8192 bits, in steps of 8, are supported".to_owned())
}

/// Reads annotations.
pub(super) fn annotations(text: &str) -> Result<Pairs, String> {
    pairs(text, |_| true)
}

/// Reads labels.
pub(super) fn labels(text: &str) -> Result<Pairs, String> {
    pairs(text, |value| value.is_empty() || is_name(value))
}

fn pairs(text: &str, is_value: impl Fn(&str) -> bool) -> Result<Pairs, String> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let read = parts.map(|part| {
        let (name, value) = part.split_once('=').ok_or_else(|| format!("{part:?} has no ="))?;
        let (name, value) = (name.trim(), value.trim());
        if !is_qualified_name(name) {
            return Err(format!("{name:?} is no name of a label or an annotation"));
        }
        if !is_value(value) {
            return Err(format!("{value:?} is no value of a label"));
        }
        Ok((name.to_owned(), value.to_owned()))
    });
    read.collect()
}

/// `name`, or `domain/name`.
fn is_qualified_name(text: &str) -> bool {
    let (domain, name) = match text.split_once('/') {
        Some((domain, name)) => (Some(domain), name),
        None => (None, text),
    };
    let is_label = |label: &str| {
        let is_allowed =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        !label.is_empty()
            && label.bytes().all(is_allowed)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    is_name(name)
        && domain.is_none_or(|domain| domain.len() <= 253 && domain.split('.').all(is_label))
}

/// Up to 63 letters, digits, `-`, `_` and `.`, with a letter or a digit at both ends.
fn is_name(text: &str) -> bool {
    let is_end = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    text.len() <= 63
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        && is_end(text.chars().next())
        && is_end(text.chars().next_back())
}

/// Reads a time as RFC 1123 has it, with a numeric zone: `Mon, 02 Jan 2006 15:04:05 -0700`.
pub(super) fn rfc_1123(text: &str) -> Result<UnixTime, String> {
    read_rfc_1123(text)
        .ok_or_else(|| "not a time as Mon, 02 Jan 2006 15:04:05 -0700 is one".to_owned())
}

fn read_rfc_1123(text: &str) -> Option<UnixTime> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let (day_of_week, rest) = text.split_once(", ")?;
    let words: Vec<&str> = rest.split(' ').collect();
    let [day, month, year, time, zone] = words.try_into().ok()?;
    let month = 1 + MONTHS.iter().position(|name| *name == month)?;
    let local: UnixTime = format!("{year}-{month:02}-{day:0>2}T{time}Z").parse().ok()?;
    DAYS.contains(&day_of_week).then_some(UnixTime(local.0 - zone_seconds(zone)?))
}

/// `-0700`, in seconds.
fn zone_seconds(zone: &str) -> Option<i64> {
    let (sign, digits) = zone.split_at_checked(1)?;
    let sign = match sign {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let is_whole = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let (hours, minutes) = digits.split_at_checked(2).filter(|_| is_whole)?;
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    (minutes < 60).then_some(sign * (3600 * hours + 60 * minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truth_values_are_go_s() {
        for text in ["1", "t", "T", "true", "TRUE", "True"] {
            assert_eq!(boolean(text), Ok(true));
        }
        for text in ["0", "f", "F", "false", "FALSE", "False"] {
            assert_eq!(boolean(text), Ok(false));
        }
        for text in ["", "yes", "tRUE", "2", " true"] {
            assert!(boolean(text).is_err(), "{text}");
        }
    }

    #[test]
    fn prefixes_and_sizes_have_bounds() {
        assert!(key_prefix("sealed-secrets-key").is_ok());
        assert!(key_prefix(&"a".repeat(245)).is_ok());
        for prefix in ["", "Key", "a.b", "a_b", "ä", &"a".repeat(246)] {
            assert!(key_prefix(prefix).is_err(), "{prefix}");
        }
        for (text, bits) in [("2048", Some(2048)), ("4096", Some(4096)), ("8192", Some(8192))] {
            assert_eq!(key_size(text).ok(), bits);
        }
        for text in ["1024", "2047", "2049", "16384", "", "4k"] {
            assert!(key_size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn pairs_are_checked() {
        let read = annotations("a=b, example.com/c = d=e ,f=").unwrap();
        let expected = [("a", "b"), ("example.com/c", "d=e"), ("f", "")];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(read, BTreeMap::from(expected));
        assert_eq!(annotations(""), Ok(BTreeMap::new()));
        for text in ["a", "=b", "a=b,c", "a b=c", "-a=b", "A.com/a=b", "/a=b", "a/b/c=d", "a.=b"] {
            assert!(annotations(text).is_err(), "{text}");
        }
        assert!(annotations("a=any thing!").is_ok());
        for text in ["a=any thing", "a=-b", &format!("a={}", "b".repeat(64))] {
            assert!(labels(text).is_err(), "{text}");
        }
        assert!(labels("a=b_c.d-e,f=").is_ok());
    }

    #[test]
    fn times_have_a_numeric_zone() {
        for (text, time) in [
            ("Mon, 02 Jan 2006 15:04:05 -0700", Some("2006-01-02T22:04:05Z")),
            ("Thu, 15 Mar 2018 14:30:00 +0130", Some("2018-03-15T13:00:00Z")),
            ("Thu, 1 Mar 2018 00:00:00 +0000", Some("2018-03-01T00:00:00Z")),
            ("Mon, 02 Jan 2006 15:04:05 MST", None),
            ("Mon, 02 Jan 2006 15:04:05", None),
            ("2006-01-02T15:04:05Z", None),
            ("Mon, 32 Jan 2006 15:04:05 -0700", None),
            ("Xyz, 02 Jan 2006 15:04:05 -0700", None),
            ("Mon, 02 Jan 2006 15:04:05 -07", None),
            ("", None),
        ] {
            let read = read_rfc_1123(text).map(|time| time.to_string());
            assert_eq!(read.as_deref(), time, "{text}");
        }
    }
}
