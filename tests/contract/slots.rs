//! Free slots: meetings, free time and DND hours.

use axum::http::Method;
use harness::{Person, World};
use serde_json::{Value, json};

use crate::{bad_fields, message};

fn spans(list: &Value) -> Vec<(&str, &str)> {
    let text = |value: &'_ Value, name: &str| value[name].as_str().unwrap().len();
    list.as_array()
        .unwrap()
        .iter()
        .inspect(|span| assert!(text(span, "start_time") >= 25 && text(span, "end_time") >= 25))
        .map(|span| {
            (&span["start_time"].as_str().unwrap()[5..16], &span["end_time"].as_str().unwrap()[5..16])
        })
        .collect()
}

async fn ask(world: &World, person: &Person, more: Value) -> Value {
    let body = harness::with(json!({ "user_id": person.id }), more);
    let (status, body) = world.post("/api/get_free_slots", body).await;
    assert_eq!(status, 200, "{body}");
    body
}

#[tokio::test]
async fn free_slots_are_the_window_without_the_meetings() {
    let world = World::start().await;
    let (ana, bo) = (world.person("ana", "Europe/Madrid").await, world.person("bo", "UTC").await);
    let madrid = |title: &str| json!({ "time_zone": "Europe/Madrid", "title": title });
    let first = world.book(&ana, "2026-12-01T08:00", "2026-12-01T09:30", &[], madrid("First")).await;
    let second = world.book(&bo, "2026-12-01T11:00", "2026-12-01T12:00", &[&ana], madrid("Second")).await;
    let third = world
        .book(&ana, "2026-12-01T12:00", "2026-12-01T12:15", &[], json!({ "time_zone": "Europe/Madrid" }))
        .await;
    world.book(&ana, "2026-12-01T18:00", "2026-12-01T19:00", &[], madrid("Beyond")).await;

    let window = json!({ "start_time": "2026-12-01T09:00", "end_time": "2026-12-01T18:00" });
    let expected = json!({
        "user_id": ana.id, "time_zone": "Europe/Madrid",
        "start_time": "2026-12-01T09:00:00+01:00", "end_time": "2026-12-01T18:00:00+01:00",
        "booked_meetings": [
            { "meeting_id": first["meeting_id"], "title": "First", "role": "organizer",
              "start_time": "2026-12-01T08:00:00+01:00", "end_time": "2026-12-01T09:30:00+01:00" },
            { "meeting_id": second["meeting_id"], "title": "Second", "role": "participant",
              "start_time": "2026-12-01T11:00:00+01:00", "end_time": "2026-12-01T12:00:00+01:00" },
            { "meeting_id": third["meeting_id"], "title": null, "role": "organizer",
              "start_time": "2026-12-01T12:00:00+01:00", "end_time": "2026-12-01T12:15:00+01:00" },
        ],
        "free_slots": [
            { "start_time": "2026-12-01T09:30:00+01:00", "end_time": "2026-12-01T11:00:00+01:00", "minutes": 90 },
            { "start_time": "2026-12-01T12:15:00+01:00", "end_time": "2026-12-01T18:00:00+01:00", "minutes": 345 },
        ],
        "do_not_disturb": [],
        "working_hours": null,
    });
    assert_eq!(ask(&world, &ana, window.clone()).await, expected);

    let tokyo = ask(&world, &ana, harness::with(window, json!({ "timezone": "Asia/Tokyo" }))).await;
    assert_eq!(tokyo["time_zone"], "Asia/Tokyo");
    assert_eq!(tokyo["start_time"], "2026-12-01T09:00:00+09:00", "the window is shown in the requested zone");
}

#[tokio::test]
async fn dnd_hours_are_shown_and_excluded_on_request() {
    let world = World::start().await;
    let ana = world.person_with_dnd("ana", "Europe/Madrid", 22, "07:30").await;
    let more = json!({ "time_zone": "Europe/Madrid" });
    world.book(&ana, "2026-12-01T07:00", "2026-12-01T08:00", &[], more).await;
    let window = json!({ "start_time": "2026-12-01T06:00", "end_time": "2026-12-02T00:00" });

    let with_quiet = ask(&world, &ana, window.clone()).await;
    assert_eq!(
        spans(&with_quiet["free_slots"]),
        [("12-01T06:00", "12-01T07:00"), ("12-01T08:00", "12-02T00:00")]
    );
    assert_eq!(
        spans(&with_quiet["do_not_disturb"]),
        [("12-01T06:00", "12-01T07:30"), ("12-01T22:00", "12-02T00:00")]
    );

    let without = ask(&world, &ana, harness::with(window.clone(), json!({ "exclude_dnd": true }))).await;
    assert_eq!(spans(&without["free_slots"]), [("12-01T08:00", "12-01T22:00")]);
    assert_eq!(without["do_not_disturb"], with_quiet["do_not_disturb"]);

    for (least, left) in [(0, 2), (60, 2), (61, 1), (960, 1), (961, 0)] {
        let slots = ask(&world, &ana, harness::with(window.clone(), json!({ "min_minutes": least }))).await;
        assert_eq!(slots["free_slots"].as_array().map(Vec::len), Some(left), "{least}");
    }
}

#[tokio::test]
async fn dnd_hours_follow_the_wall_clock_over_a_dst_change() {
    let world = World::start().await;
    // On 28 March 2027 Madrid's clocks go from 02:00 to 03:00: the night has an hour less.
    let ana = world.person_with_dnd("ana", "Europe/Madrid", 22, 7).await;
    let window =
        json!({ "start_time": "2027-03-27T12:00", "end_time": "2027-03-28T12:00", "exclude_dnd": true });
    let day = ask(&world, &ana, window).await;
    let (start, end) = ("2027-03-27T22:00:00+01:00", "2027-03-28T07:00:00+02:00");
    let expected = json!([{ "start_time": start, "end_time": end, "source": "weekly" }]);
    assert_eq!(day["do_not_disturb"], expected);
    let minutes: Vec<_> = day["free_slots"].as_array().unwrap().iter().map(|slot| &slot["minutes"]).collect();
    assert_eq!(minutes, [&json!(600), &json!(300)]);
}

#[tokio::test]
async fn get_and_post_give_the_same_answer() {
    let world = World::start().await;
    let ana = world.person_with_dnd("ana", "America/New_York", 22, 7).await;
    world.book(&ana, "2026-12-01T14:00", "2026-12-01T15:00", &[], json!({})).await;
    let body = json!({ "start_time": "2026-12-01T00:00:00+01:00", "end_time": "2026-12-02T00:00:00+01:00",
        "time_zone": "Europe/Madrid", "exclude_dnd": true, "min_minutes": 30 });
    let posted = ask(&world, &ana, body).await;
    assert_eq!(posted["start_time"], "2026-12-01T00:00:00+01:00");
    let rest = "time_zone=Europe/Madrid&exclude_dnd=true&min_minutes=30";
    for (start, end) in [
        ("2026-12-01T00:00:00%2B01:00", "2026-12-02T00:00:00%2B01:00"),
        // An unescaped plus arrives as a space.
        ("2026-12-01T00:00:00+01:00", "2026-12-02T00:00:00+01:00"),
        ("2026-12-01T00:00", "2026-12-02+00:00"),
        ("2026-11-30T23:00Z", "2026-12-01T23:00:00Z"),
    ] {
        let path = format!("/api/get_free_slots?user_id={}&start_time={start}&end_time={end}&{rest}", ana.id);
        assert_eq!(world.get(&path).await, (200, posted.clone()), "{path}");
    }
    let zone = "time_zone=europe%2Fmadrid&exclude_dnd=true&min_minutes=30";
    let path = format!(
        "/api/get_free_slots?user_id={}&start_time=2026-12-01T00:00&end_time=2026-12-02T00:00&{zone}",
        ana.id
    );
    assert_eq!(world.get(&path).await, (200, posted.clone()));

    // As programs write what is true; HEAD is the same without a body, which the server leaves out.
    for yes in ["True", "TRUE", "1"] {
        let path = path.replace("exclude_dnd=true", &format!("exclude_dnd={yes}"));
        assert_eq!(world.get(&path).await, (200, posted.clone()), "{yes}");
        assert_eq!(world.send(Method::HEAD, &path, Vec::new()).await.status, 200);
    }
    let with_dnd = world.get(&path.replace("exclude_dnd=true", "exclude_dnd=false")).await;
    assert_ne!(with_dnd.1, posted);
    for no in ["False", "0"] {
        let path = path.replace("exclude_dnd=true", &format!("exclude_dnd={no}"));
        assert_eq!(world.get(&path).await, with_dnd, "{no}");
    }
}

#[tokio::test]
async fn a_plus_that_was_not_escaped_is_suspected_where_something_is_wrong() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    let query = |start: &str, zone: &str| {
        format!(
            "/api/get_free_slots?user_id={}&start_time={start}&end_time=2026-12-02T00:00&time_zone={zone}",
            ana.id
        )
    };
    for (query, field) in [
        (query("2026-12-01T00:00", "Etc/GMT+5"), "time_zone"),
        (query("2026-12-01T00:00+01", "UTC"), "start_time"),
    ] {
        let (status, problem) = world.get(&query).await;
        assert_eq!((status, bad_fields(&problem)), (422, vec![field]), "{query}");
        assert!(message(&problem, field).ends_with("; if the space was a +, write it as %2B"), "{problem}");
        let escaped = world.get(&query.replace('+', "%2B")).await;
        assert!(!escaped.1.to_string().contains("%2B"), "{escaped:?}");
    }
    let (_, problem) = world.post("/api/get_free_slots", json!({ "user_id": "a b" })).await;
    assert!(!problem.to_string().contains("%2B"), "{problem}");
}

#[tokio::test]
async fn a_bad_query_is_refused_as_a_bad_body_is() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    let day = "start_time=2026-12-01T00:00&end_time=2026-12-02T00:00";
    for (query, fields) in [
        (format!("user_id={}&{day}&min_minutes=many", ana.id), vec!["min_minutes"]),
        (format!("user_id={}&{day}&exclude_dnd=yes", ana.id), vec!["exclude_dnd"]),
        (format!("user_id={}&{day}&zone=UTC", ana.id), vec!["zone"]),
        (format!("user_id={}&start_time=now&end_time=", ana.id), vec!["start_time", "end_time"]),
        (day.to_owned(), vec!["user_id"]),
        (String::new(), vec!["user_id", "start_time", "end_time"]),
    ] {
        let (status, problem) = world.get(&format!("/api/get_free_slots?{query}")).await;
        assert_eq!((status, bad_fields(&problem)), (422, fields), "{query}");
    }
    let (status, problem) = world.get(&format!("/api/get_free_slots?user_id=nobody&{day}")).await;
    assert_eq!((status, &problem["code"]), (404, &json!("user_not_found")));
}

#[tokio::test]
async fn a_meeting_over_several_days_is_shown_once_and_completely() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    world.book(&ana, "2026-12-01T12:00", "2026-12-08T12:00", &[], json!({})).await;
    let answer =
        ask(&world, &ana, json!({ "start_time": "2026-12-01T00:00", "end_time": "2026-12-09T00:00" })).await;
    assert_eq!(spans(&answer["booked_meetings"]), [("12-01T12:00", "12-08T12:00")]);
    assert_eq!(
        spans(&answer["free_slots"]),
        [("12-01T00:00", "12-01T12:00"), ("12-08T12:00", "12-09T00:00")]
    );
    let inside =
        ask(&world, &ana, json!({ "start_time": "2026-12-03T00:00", "end_time": "2026-12-04T00:00" })).await;
    assert_eq!(spans(&inside["booked_meetings"]), [("12-01T12:00", "12-08T12:00")]);
    assert_eq!(inside["free_slots"], json!([]));
    // Half-open on both sides: what ends as the window begins is not in it.
    let after =
        ask(&world, &ana, json!({ "start_time": "2026-12-08T12:00", "end_time": "2026-12-08T13:00" })).await;
    assert_eq!(
        (&after["booked_meetings"], after["free_slots"][0]["minutes"].as_i64()),
        (&json!([]), Some(60))
    );
}

#[tokio::test]
async fn the_window_is_limited_to_366_days() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    let year =
        ask(&world, &ana, json!({ "start_time": "2026-12-01T00:00", "end_time": "2027-12-02T00:00" })).await;
    assert_eq!(year["free_slots"][0]["minutes"], 366 * 24 * 60);
    for (start, end, says) in [
        ("2026-12-01T00:00", "2027-12-02T00:01", "366 days"),
        ("2026-12-01T00:00", "2090-12-02T00:01", "366 days"),
        ("2026-12-01T00:00", "2026-12-01T00:00", "after start_time"),
        ("2026-12-01T00:00", "2026-11-01T00:00", "after start_time"),
    ] {
        let body = json!({ "user_id": ana.id, "start_time": start, "end_time": end });
        let (status, problem) = world.post("/api/get_free_slots", body).await;
        assert_eq!((status, bad_fields(&problem)), (422, vec!["end_time"]), "{start} {end}");
        assert!(message(&problem, "end_time").contains(says), "{problem}");
    }
}

#[tokio::test]
async fn without_a_time_zone_times_are_read_in_the_users_zone() {
    let world = World::start().await;
    let ana = world.person("ana", "Europe/Madrid").await;
    let gap = json!({ "user_id": ana.id, "start_time": "2027-03-28T02:30", "end_time": "2027-03-28T12:00" });
    let (status, problem) = world.post("/api/get_free_slots", gap).await;
    assert_eq!((status, bad_fields(&problem)), (422, vec!["start_time"]));
    assert!(message(&problem, "start_time").contains("2027-03-28T03:00:00+02:00"), "{problem}");

    let fold = json!({ "start_time": "2026-10-25T02:30", "end_time": "2026-10-25T12:00" });
    let read = ask(&world, &ana, fold).await;
    assert_eq!(read["start_time"], "2026-10-25T02:30:00+02:00");
    assert_eq!(read["warnings"][0]["field"], "start_time");
    // Without a zone, an offset decides.
    let offset = json!({ "start_time": "2026-12-01T09:00+05:30", "end_time": "2026-12-01T10:00Z" });
    assert_eq!(ask(&world, &ana, offset).await["start_time"], "2026-12-01T04:30:00+01:00");
}
