//! Times, hours and windows in other forms than the API's.

use harness::{new_user, with};
use serde_json::{Value, json};

use super::{Row, Scene, get, patch, post};

pub(super) fn rows(scene: &Scene) -> Vec<Row> {
    [starts(scene), ends(scene), hours(scene), windows(scene)].into_iter().flatten().collect()
}

fn starts(scene: &Scene) -> Vec<Row> {
    let start = |start: Value, words: &[&str]| {
        scene.meeting_with(json!({ "start_time": start })).names(&["start_time"]).says(words)
    };
    let text = |given: &str, written: &str| start(json!(given), &[&format!("write {written:?}")]);
    vec![
        start(json!(1_793_613_600), &["\"1793613600\" is no time; write \"2026-11-02T10:00:00Z\""]),
        start(json!(1_793_613_600_000_i64), &["write \"2026-11-02T10:00:00Z\""]),
        start(json!(1_793_613_600.5), &["write \"2026-11-02T10:00:00Z\""]),
        text("1793613600", "2026-11-02T10:00:00Z"),
        start(json!("2026-12-01"), &["write \"2026-12-01T00:00\" for the beginning of the day"]),
        text("2026-12-01T24:00", "2026-12-02T00:00"),
        text("2026-12-01 10:00 PM", "2026-12-01T22:00"),
        text("2026/12/01 10:00", "2026-12-01T10:00"),
        text("2026-12-1T9:00", "2026-12-01T09:00"),
        text("20261201T100000Z", "2026-12-01T10:00:00Z"),
        text("2026-12-01T10:00+01", "2026-12-01T10:00+01:00"),
        text("2026-12-01 10:00 UTC", "2026-12-01T10:00Z"),
        text("2026-12-01T10:00:00+01:00[Europe/Madrid]", "2026-12-01T10:00:00+01:00"),
        start(json!("01/12/2026 10:00"), &["write YYYY-MM-DDTHH:MM"]),
        start(json!("10:00"), &["write YYYY-MM-DDTHH:MM", "2026-12-01T10:00:00+01:00"]),
        start(json!("tomorrow at ten"), &["\"tomorrow at ten\" is no time"]),
        start(json!("2026-02-30T10:00"), &["its date doesn't exist"]),
        start(json!("2026-12-01T25:00"), &["its time of day doesn't exist"]),
        start(json!("2126-12-01T10:00"), &["use 1973 to 2099"]),
        start(json!(null), &["is missing"]),
        start(json!({ "dateTime": "2026-12-01T10:00:00" }), &["must be text, not an object"]),
        start(
            json!("2026-12-01T04:00:00-05:00"),
            &["for the same instant write 2026-12-01T10:00:00+01:00, for that time on the clocks of \
               Europe/Madrid write 2026-12-01T04:00:00+01:00"],
        ),
        start(
            json!("2027-03-28T02:30"),
            &["doesn't exist in Europe/Madrid", "2027-03-28T01:59:00+01:00", "2027-03-28T03:00:00+02:00"],
        ),
        start(json!("2027-03-28T02:30+0100"), &["with the offset given it is 2027-03-28T03:30:00+02:00"]),
    ]
}

fn ends(scene: &Scene) -> Vec<Row> {
    let end = |end: Value, words: &[&str]| {
        scene.meeting_with(json!({ "end_time": end })).names(&["end_time"]).says(words)
    };
    vec![
        end(json!("2026-12-01"), &["or \"2026-12-02T00:00\" for its end"]),
        end(json!("2026-12-01T10:00"), &["must be after start_time"]),
        end(json!("2026-11-01T10:00"), &["must be after start_time"]),
        end(json!("2026-12-20T10:00"), &["must be at most 14 days after start_time"]),
        end(json!(60), &["\"60\" is no time; write YYYY-MM-DDTHH:MM"]),
    ]
}

fn hours(scene: &Scene) -> Vec<Row> {
    let user = |start: Value, end: Value| {
        let hours = json!({ "dnd_start_time": start, "dnd_end_time": end });
        post("/api/create_user", with(new_user("Cy"), hours))
    };
    let start = |start: Value, words: &[&str]| user(start, json!(7)).names(&["dnd_start_time"]).says(words);
    vec![
        start(json!("10 PM"), &["\"22:00\""]),
        start(json!("22h30"), &["\"22:30\""]),
        start(json!("22:00:30"), &["for example \"22:00\""]),
        start(json!("night"), &["\"HH:MM\" on the 24-hour clock"]),
        start(json!(25), &["25 is no hour of the day"]),
        start(json!(22.5), &["a whole hour from 0 to 23 or text like \"22:30\""]),
        start(json!("24:00"), &["can't start at 24:00; use 00:00"]),
        user(json!(22), json!(22)).names(&["dnd_end_time"]).says(&["use 00:00 to 24:00 for the whole day"]),
        user(json!(22), json!(null)).names(&["dnd_end_time"]).says(&["send both do-not-disturb hours"]),
        patch(&format!("/api/users/{}", scene.ana.id), json!({ "dnd_end_time": 7 }))
            .names(&["dnd_end_time"])
            .says(&["needs dnd_start_time too"]),
    ]
}

fn windows(scene: &Scene) -> Vec<Row> {
    let window = |changes: Value| {
        let body = json!({
            "user_id": scene.ana.id, "start_time": "2026-12-01T00:00", "end_time": "2026-12-02T00:00",
        });
        post("/api/get_free_slots", with(body, changes))
    };
    let query = |more: &str| get(format!("/api/get_free_slots?user_id={}&{more}", scene.ana.id));
    let day = "start_time=2026-12-01T00:00&end_time=2026-12-02T00:00";
    vec![
        window(json!({ "start_time": "2026-12-01", "end_time": "2026-12-31" }))
            .names(&["start_time", "end_time"])
            .says(&["\"2026-12-01T00:00\" for the beginning", "\"2027-01-01T00:00\" for its end"]),
        window(json!({ "end_time": "2026-12-01T24:00" }))
            .names(&["end_time"])
            .says(&["write \"2026-12-02T00:00\""]),
        query("start_time=1793613600&end_time=1793700000")
            .names(&["start_time", "end_time"])
            .says(&["\"2026-11-02T10:00:00Z\"", "\"2026-11-03T10:00:00Z\""]),
        window(json!({ "end_time": "2028-12-01T00:00" })).names(&["end_time"]).says(&["at most 366 days"]),
        window(json!({ "end_time": "2026-11-01T00:00" })).names(&["end_time"]).says(&["after start_time"]),
        query(&format!("{day}&exclude_dnd=yes")).names(&["exclude_dnd"]).says(&["true or false"]),
        query(&format!("{day}&min_minutes=half")).names(&["min_minutes"]).says(&["a whole number from 0"]),
        query(&format!("{day}&start_time=2026-12-01T00:00")).names(&["start_time"]).says(&["more than once"]),
        query("").names(&["start_time", "end_time"]).says(&["is missing"]),
    ]
}

#[tokio::test]
async fn times() {
    let scene = Scene::set().await;
    scene.try_all(rows(&scene)).await;
}

/// What programs write without meaning anything else is understood.
#[tokio::test]
async fn other_forms_that_are_clear_are_understood() {
    let Scene { world, ana, .. } = Scene::set().await;
    for (minute, suffix) in ["Z", "z", "+00:00", "-00:00", "+0000", "+0100"].into_iter().enumerate() {
        let (start, end) =
            (format!("2026-12-01t1{minute}:00:00{suffix}"), format!("2026-12-01T1{minute}:30{suffix}"));
        let more = json!({ "time_zone": "Europe/Madrid" });
        // Those in Madrid's own time come an hour earlier, on the next day.
        let (start, end) = if suffix == "+0100" {
            (start.replace("-01t", "-02t"), end.replace("-01T", "-02T"))
        } else {
            (start, end)
        };
        let meeting = world.book(&ana, &start, &end, &[], more).await;
        let hour = if suffix == "+0100" { 10 + minute } else { 11 + minute };
        let expected = format!("T{hour}:00:00+01:00");
        assert!(meeting["start_time"].as_str().unwrap().ends_with(&expected), "{start}: {meeting}");
    }
    for (start, end) in [("22", "7:00"), ("22:00:00", "7"), ("22:00", "07:00:00")] {
        let hours = json!({ "dnd_start_time": start, "dnd_end_time": end });
        let path = format!("/api/users/{}", ana.id);
        let user = world.send(axum::http::Method::PATCH, &path, hours.to_string().into()).await.body;
        assert_eq!(
            (&user["dnd_start_time"], &user["dnd_end_time"]),
            (&json!("22:00"), &json!("07:00")),
            "{user}"
        );
    }
}
