use super::*;

fn zone(name: &str) -> Zone {
    name.parse::<Zone>().unwrap()
}

/// The text read in `zone`, written back in it; or the error's text.
fn read(text: &str, zone_name: &str, named: bool) -> Result<(String, bool), String> {
    let zone = zone(zone_name);
    let time = text.parse::<ParsedTime>().map_err(|error| error.to_string())?;
    let (instant, fold) = time.resolve(zone, named).map_err(|error| error.to_string())?;
    Ok((format(instant, zone), fold.is_some()))
}

#[test]
fn every_allowed_shape_is_read() {
    for (text, expected) in [
        ("2026-12-01T10:00", "2026-12-01T10:00:00+01:00"),
        ("2026-12-01 10:00", "2026-12-01T10:00:00+01:00"),
        ("2026-12-01T10:00:30", "2026-12-01T10:00:30+01:00"),
        ("2026-12-01T10:00:30.5", "2026-12-01T10:00:30.500+01:00"),
        ("2026-12-01T10:00:30.007", "2026-12-01T10:00:30.007+01:00"),
        ("2026-12-01T10:00:30.123456789", "2026-12-01T10:00:30.123+01:00"),
        ("2026-12-01T10:00:30.000999", "2026-12-01T10:00:30+01:00"),
        ("2026-12-01T10:00Z", "2026-12-01T11:00:00+01:00"),
        ("2026-12-01T10:00:00-00:00", "2026-12-01T11:00:00+01:00"),
        ("2026-12-01 10:00:00.250Z", "2026-12-01T11:00:00.250+01:00"),
        ("2026-12-01T10:00+01:00", "2026-12-01T10:00:00+01:00"),
        ("2026-12-01T10:00+0100", "2026-12-01T10:00:00+01:00"),
        ("2026-12-01t10:00z", "2026-12-01T11:00:00+01:00"),
        ("2026-12-01T10:00:00-0000", "2026-12-01T11:00:00+01:00"),
        ("1973-01-01T00:00", "1973-01-01T00:00:00+01:00"),
        ("2099-12-31T23:59:59.999", "2099-12-31T23:59:59.999+01:00"),
        ("2028-02-29T00:00", "2028-02-29T00:00:00+01:00"),
    ] {
        for named in [true, false] {
            assert_eq!(read(text, "Europe/Madrid", named), Ok((expected.to_owned(), false)), "{text}");
        }
    }
}

#[test]
fn every_other_shape_is_refused_with_an_example() {
    for text in [
        "",
        "now",
        "2026-12-01",
        "2026-12-01T10",
        "2026-12-01T10:0",
        "2026-12-01T10:00:",
        "2026-12-01T10:00:5",
        "2026-12-01T10:00:00.",
        "2026-12-01T10:00:00.1234567890",
        "2026-12-01T10:00:00,5",
        "2026-12-01T10:00.5",
        "2026-12-01T10:00 Z",
        "2026-12-01  10:00",
        " 2026-12-01T10:00",
        "2026-12-01T10:00\n",
        "2026-12-01T10:00+01",
        "2026-12-01T10:00+010",
        "2026-12-01T10:00+01000",
        "2026-12-01T10:00+1:00",
        "2026-12-01T10:00+01:00:00",
        "2026-12-01T10:00Z+01:00",
        "2026-12-01T10:00\u{2212}01:00",
        "2026-12-01T10:00[Europe/Madrid]",
        "26-12-01T10:00",
        "+2026-12-01T10:00",
        "-026-12-01T10:00",
        "02026-12-01T10:00",
        "2026/12/01T10:00",
        "2026-1-1T10:00",
        "20261201T1000",
        "2026-12-01T1٠:00",
        "1764583200",
    ] {
        assert!(matches!(text.parse::<ParsedTime>(), Err(TimeError::Malformed(..))), "{text:?}");
    }
    assert!("x".parse::<ParsedTime>().unwrap_err().to_string().contains("2026-12-01T10:00:00+01:00"));
}

#[test]
fn the_example_is_for_the_value_that_was_given() {
    for (text, message) in [
        ("1793613600", r#""1793613600" is no time; write "2026-11-02T10:00:00Z""#),
        (
            "2026-12-01",
            "\"2026-12-01\" is no time; write \"2026-12-01T00:00\" for the beginning of the day, or \
             \"2026-12-02T00:00\" for its end",
        ),
        (
            "2026-12-01T24:00",
            r#""2026-12-01T24:00" can't be: its time of day doesn't exist; write "2026-12-02T00:00""#,
        ),
    ] {
        assert_eq!(text.parse::<ParsedTime>().unwrap_err().to_string(), message);
    }
}

#[test]
fn a_huge_text_is_cut_in_the_message() {
    let error = "9".repeat(60_000).parse::<ParsedTime>().unwrap_err();
    assert!(error.to_string().len() < 300);
}

#[test]
fn dates_and_times_that_do_not_exist_are_refused() {
    for (text, what) in [
        ("2026-02-29T10:00", "date"),
        ("2026-13-01T10:00", "date"),
        ("2026-00-10T10:00", "date"),
        ("2026-04-31T10:00", "date"),
        ("2026-04-00T10:00", "date"),
        ("2026-04-01T24:00", "time of day"),
        ("2026-04-01T10:60", "time of day"),
        ("2016-12-31T23:59:60Z", "time of day"),
        ("2026-04-01T10:00+24:00", "offset"),
        ("2026-04-01T10:00-01:60", "offset"),
    ] {
        assert!(
            matches!(text.parse::<ParsedTime>(), Err(TimeError::Impossible(_, found, _)) if found == what),
            "{text}"
        );
    }
}

#[test]
fn years_without_good_zone_data_are_refused() {
    for year in ["0000", "1972", "2100", "9999"] {
        let error = format!("{year}-06-01T10:00").parse::<ParsedTime>().unwrap_err();
        assert_eq!(error, TimeError::Year(year.parse().unwrap()));
        assert!(error.to_string().contains("1973 to 2099"));
    }
}

#[test]
fn an_offset_must_agree_with_a_zone_that_was_named() {
    let error = read("2026-12-01T10:00+02:00", "Europe/Madrid", true).unwrap_err();
    // The same instant comes first: whoever wrote an offset meant it.
    assert_eq!(
        error,
        "2026-12-01T10:00:00+02:00 doesn't agree with Europe/Madrid, whose offset then is +01:00; for the same \
         instant write 2026-12-01T09:00:00+01:00, for that time on the clocks of Europe/Madrid write \
         2026-12-01T10:00:00+01:00"
    );
    // Where the zone is only the user's own, the offset stands alone.
    let alone = read("2026-12-01T10:00+02:00", "Europe/Madrid", false);
    assert_eq!(alone, Ok(("2026-12-01T09:00:00+01:00".to_owned(), false)));
    assert!(read("2026-07-01T10:00+01:00", "Europe/London", true).is_ok());
    // An offset of zero is how many programs write Z.
    for zero in ["Z", "z", "+00:00", "-00:00", "+0000"] {
        let read = read(&format!("2026-07-01T10:00{zero}"), "Europe/London", true);
        assert_eq!(read, Ok(("2026-07-01T11:00:00+01:00".to_owned(), false)), "{zero}");
    }
    assert!(read("2026-12-01T10:00+05:45", "Asia/Kathmandu", true).is_ok());
    assert!(read("2026-12-01T10:00-07:00", "America/Vancouver", true).is_ok());
}

#[test]
fn a_time_in_a_gap_is_refused_with_the_two_nearest() {
    for (text, zone, before, after) in [
        ("2026-03-29T02:00", "Europe/Madrid", "2026-03-29T01:59:00+01:00", "2026-03-29T03:00:00+02:00"),
        (
            "2026-03-29T02:59:59.999",
            "Europe/Madrid",
            "2026-03-29T01:59:00+01:00",
            "2026-03-29T03:00:00+02:00",
        ),
        ("2026-10-04T02:15", "Australia/Lord_Howe", "2026-10-04T01:59:00+10:30", "2026-10-04T02:30:00+11:00"),
        ("2026-04-24T00:00", "Africa/Cairo", "2026-04-23T23:59:00+02:00", "2026-04-24T01:00:00+03:00"),
        ("2011-12-30T12:00", "Pacific/Apia", "2011-12-29T23:59:00-10:00", "2011-12-31T00:00:00+14:00"),
    ] {
        let error = read(text, zone, true).unwrap_err();
        for part in [text, zone, before, after] {
            assert!(error.contains(part), "{error}");
        }
    }
    // An offset doesn't make it exist in the zone that was named; without that name it stands alone.
    let error = read("2026-03-29T02:30+01:00", "Europe/Madrid", true).unwrap_err();
    assert!(error.contains("doesn't exist"), "{error}");
    assert!(error.contains("with the offset given it is 2026-03-29T03:30:00+02:00; the nearest"), "{error}");
    let alone = read("2026-03-29T02:30+01:00", "Europe/Madrid", false);
    assert_eq!(alone, Ok(("2026-03-29T03:30:00+02:00".to_owned(), false)));
}

#[test]
fn the_first_of_two_instants_is_taken_unless_an_offset_says_otherwise() {
    let warned = |text, expected: &str, fold| {
        assert_eq!(read(text, "Europe/Madrid", true), Ok((expected.to_owned(), fold)), "{text}");
    };
    warned("2026-10-25T02:30", "2026-10-25T02:30:00+02:00", true);
    warned("2026-10-25T02:30+02:00", "2026-10-25T02:30:00+02:00", false);
    warned("2026-10-25T02:30+01:00", "2026-10-25T02:30:00+01:00", false);
    warned("2026-10-25T00:30Z", "2026-10-25T02:30:00+02:00", false);
    warned("2026-10-25T03:00", "2026-10-25T03:00:00+01:00", false);
    warned("2026-10-25T01:59", "2026-10-25T01:59:00+02:00", false);
    assert!(read("2026-10-25T02:30+03:00", "Europe/Madrid", true).is_err());
}

#[test]
fn the_warning_names_both_instants() {
    let time = "2026-04-05T01:45".parse::<ParsedTime>().unwrap();
    let (_, fold) = time.resolve(zone("Australia/Lord_Howe"), true).unwrap();
    assert_eq!(
        fold.unwrap().to_string(),
        "2026-04-05T01:45:00 happens twice in Australia/Lord_Howe; the first, 2026-04-05T01:45:00+11:00, was taken; \
         for the second write 2026-04-05T01:45:00+10:30"
    );
}

#[test]
fn utc_is_written_with_a_numeric_offset() {
    assert_eq!(read("2026-12-01T10:00", "UTC", true), Ok(("2026-12-01T10:00:00+00:00".to_owned(), false)));
    let nanos = "2026-12-01T10:00:00.000999999Z".parse().unwrap();
    assert_eq!(format(nanos, Zone::UTC), "2026-12-01T10:00:00+00:00");
}

#[test]
fn a_formatted_instant_parses_as_the_same_instant() {
    let start = 1_790_000_000_i64;
    for (nth, name) in Zone::all().enumerate() {
        let zone = zone(name);
        let instant = DateTime::from_timestamp_millis(start * 1000 + nth as i64 * 3_654_321_987).unwrap();
        let text = format(instant, zone);
        let read = text.parse::<ParsedTime>().unwrap().resolve(zone, true);
        assert_eq!(read, Ok((instant, None)), "{text} in {name}");
    }
}
