//! Times, zones and layouts.

use super::*;

fn text(time: &Time, layout: &str) -> String {
    String::from_utf8(time.format(layout.as_bytes())).expect("layouts of text give text")
}

#[test]
fn zones_are_found_by_their_exact_names() {
    assert!(Zone::load(b"Europe/Berlin").is_some());
    assert!(Zone::load(b"europe/berlin").is_none());
    assert!(Zone::load(b"../etc/passwd").is_none());
    assert!(Zone::load(b"\xff").is_none());
}

#[test]
fn a_zone_has_its_offset_and_abbreviation() {
    let berlin = Zone::load(b"Europe/Berlin").expect("it is known");
    let summer = Time::new(1_720_000_000, 0, berlin);
    assert_eq!(text(&summer, "2006-01-02 15:04:05 MST -07:00"), "2024-07-03 11:46:40 CEST +02:00");
    assert!(summer.zone.is_dst(summer.seconds));
}

#[test]
fn the_ends_of_time_do_not_panic() {
    for seconds in [i64::MIN, i64::MIN + 1, -62_135_596_801, 0, i64::MAX - 1, i64::MAX] {
        for zone in [Zone::Utc, Zone::load(b"Asia/Tokyo").expect("it is known")] {
            let time = Time::new(seconds, 999_999_999, zone);
            assert!(!time.to_string().is_empty());
            assert!(!time.go_string().is_empty());
            assert!(time.add(i64::MAX).add(i64::MIN).nanoseconds < 1_000_000_000);
            let _: i64 = time.since(&Time::zero());
        }
    }
    assert_eq!(Time::new(i64::MAX, 0, Zone::Utc).civil().year, 292_277_026_596);
}

#[test]
fn civil_dates_come_back() {
    for days in (-1_000_000..1_000_000).step_by(997) {
        let (year, month, day) = civil_from_days(days);
        assert_eq!(days_from_civil(year, month, day), days);
    }
}

#[test]
fn durations_are_read_and_written() {
    for text in [
        "1h2m3.5s",
        "-1.5ms",
        "100ns",
        "0s",
        "2562047h47m16.854775807s",
        "-2562047h47m16.854775808s",
    ] {
        let parsed = duration::parse(text.as_bytes()).expect("it is a duration");
        assert_eq!(duration::format(parsed), text);
    }
    for text in ["", "1", "-", "1x", ".s", "2562047h47m16.854775808s", "1h 1m"] {
        assert_eq!(duration::parse(text.as_bytes()), None, "{text}");
    }
}
