//! Warnings about times that are allowed and probably not meant.

use harness::World;
use serde_json::{Value, json};

use super::{patch, patched};

/// The fields that the answer warns about, in order.
fn warned(answer: &Value) -> Vec<&str> {
    let warnings = answer["warnings"].as_array().map(Vec::as_slice).unwrap_or_default();
    warnings.iter().map(|warning| warning["field"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_booking_at_a_doubtful_time_succeeds_with_warnings() {
    let world = World::start().await;
    let ana = world.person("ana", "Europe/Madrid").await;
    let bo = world.person("bo", "Asia/Kolkata").await;
    world.advance_to("2026-11-02T09:00:00Z").await;
    for (start, end, guests, words) in [
        ("2026-11-03T10:00", "2026-11-03T18:00", &[][..], &[][..]),
        ("2026-11-01T10:00", "2026-11-01T11:00", &[], &["start_time: is in the past"]),
        ("2028-11-03T10:00", "2028-11-03T11:00", &[], &["start_time: is more than two years ahead"]),
        ("2026-11-04T10:00", "2026-11-04T18:01", &[], &["end_time: is more than eight hours"]),
        ("2026-11-05T03:00", "2026-11-05T04:00", &[], &["start_time: is between midnight and five"]),
        // It is morning in Kolkata by then.
        ("2026-11-06T03:00", "2026-11-06T04:00", &[&bo], &[]),
        (
            "2026-10-31T00:30",
            "2026-10-31T23:30",
            &[],
            &["start_time: is in", "start_time: is bet", "end_time: is"],
        ),
    ] {
        let zone = json!({ "time_zone": "Europe/Madrid" });
        let (status, answer) = world.try_book(&ana, start, end, guests, zone).await;
        assert_eq!(status, 201, "{start}: {answer}");
        let warnings = answer["warnings"].as_array().map(Vec::as_slice).unwrap_or_default();
        assert_eq!(warnings.len(), words.len(), "{start}: {answer}");
        for (warning, words) in warnings.iter().zip(words) {
            let said =
                format!("{}: {}", warning["field"].as_str().unwrap(), warning["message"].as_str().unwrap());
            assert!(said.starts_with(words), "{start}: {said}");
        }
    }
}

#[tokio::test]
async fn a_change_warns_about_new_times_only() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    let meeting = world.book(&ana, "2026-12-01T10:00", "2026-12-01T11:00", &[], json!({})).await;
    let (_, moved) = patch(&world, &meeting, json!({ "start_time": "2026-12-02T03:00" })).await;
    assert_eq!(warned(&moved), ["start_time"]);
    let (_, longer) = patch(&world, &meeting, json!({ "end_time": "2026-12-02T13:00" })).await;
    assert_eq!(warned(&longer), ["start_time", "end_time"]);
    // The same again changes nothing, and warns again. Another field says nothing about the times.
    let (_, again) = patch(&world, &meeting, json!({ "end_time": "2026-12-02T13:00" })).await;
    assert_eq!(again, longer);
    let renamed = patched(&world, &meeting, json!({ "title": "Night shift" })).await;
    assert_eq!(warned(&renamed), Vec::<&str>::new());
}
