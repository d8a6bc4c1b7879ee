use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::cpex::prelude::*;

#[test]
fn no_time_is_the_zero_time_of_go() {
    let none = Time::default();
    assert!(none.is_zero());
    assert_eq!(none.clone().into_json(), json!("0001-01-01T00:00:00Z"));
    assert_eq!(none.to_system(), None);
    assert_eq!(Time::from_json(json!("")), Ok(none.clone()));
    assert_eq!(Time::from_json(json!(null)), Ok(none));
}

#[test]
fn text_survives_as_it_is() {
    for text in [
        "2026-02-03T04:05:06Z",
        "2026-02-03T04:05:06.123456789+05:30",
        "2024-02-29T23:59:59-12:00",
        "9999-12-31T23:59:59Z",
    ] {
        let time = Time::from_json(json!(text)).unwrap();
        assert_eq!(time.into_json(), json!(text));
    }
}

#[test]
fn what_is_no_time_is_refused() {
    for text in [
        "soon",
        "2026-02-03",
        "2026-02-03 04:05:06Z",
        "2026-02-03T04:05:06",
        "2026-02-03T04:05:06.Z",
        "2026-02-03T04:05:06z",
        "2026-02-03T04:05:06+1:00",
        "2026-02-03T04:05:06+24:00",
        "2026-2-03T04:05:06ZZ",
        "2026-02-30T04:05:06Z",
        "2025-02-29T04:05:06Z",
        "2026-13-01T04:05:06Z",
        "2026-00-01T04:05:06Z",
        "2026-01-00T04:05:06Z",
        "2026-01-01T24:05:06Z",
        "2026-01-01T04:60:06Z",
        "2026-01-01T04:05:60Z",
        "+026-01-01T04:05:06Z",
        "2026-01-01T04:05:+6Z",
        "2026-01-01T4:005:06Z",
        "202é-01-01T04:05:06Z",
        "1-2-3-4-56T04:05:06Z",
    ] {
        assert!(Time::parse(text).is_err(), "{text}");
    }
}

#[test]
fn days_and_seconds_are_those_of_the_calendar() {
    for (seconds, text) in [
        (1, "1970-01-01T00:00:01Z"),
        (951_782_399, "2000-02-28T23:59:59Z"),
        (951_782_400, "2000-02-29T00:00:00Z"),
        (951_868_800, "2000-03-01T00:00:00Z"),
        (1_767_225_599, "2025-12-31T23:59:59Z"),
        (4_107_542_400, "2100-03-01T00:00:00Z"),
        (253_402_300_799, "9999-12-31T23:59:59Z"),
    ] {
        let system = UNIX_EPOCH + Duration::from_secs(seconds);
        let time = Time::from(system);
        assert_eq!(time.as_str(), text);
        assert_eq!(time.to_system(), Some(system));
    }
    // Days of all years up to the last one, there and back; 11 goes into no month.
    for day in (1..2_932_896).step_by(11) {
        let system = UNIX_EPOCH + Duration::from_secs(day * 86_400);
        assert_eq!(Time::from(system).to_system(), Some(system));
    }
    let beyond = UNIX_EPOCH + Duration::from_secs(253_402_300_800);
    assert!(Time::from(beyond).is_zero());
    assert!(Time::from(UNIX_EPOCH - Duration::from_secs(1)).is_zero());
}

#[test]
fn zones_count() {
    let east = Time::parse("1970-01-01T05:30:00+05:30").unwrap();
    assert_eq!(east.to_system(), Some(UNIX_EPOCH));
    let west = Time::parse("1969-12-31T23:00:00.5-01:00").unwrap();
    assert_eq!(west.to_system(), Some(UNIX_EPOCH));
}

#[test]
fn the_present_is_now() {
    let later = Time::after(Duration::from_secs(3600)).to_system().unwrap();
    let now = Time::now().to_system().unwrap();
    assert!(later > now);
    assert!(now <= SystemTime::now());
    assert!(Time::after(Duration::MAX).is_zero());
}
