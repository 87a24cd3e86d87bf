//! Moving a meeting changes every calendar and the reminders.

use harness::{Person, World};
use serde_json::{Value, json};

use super::{booked, due, patch, patched, timers};

fn entry(title: &str, start: &str, end: &str) -> (Value, String, String) {
    (json!(title), format!("2026-12-{start}"), format!("2026-12-{end}"))
}

#[tokio::test]
async fn moving_frees_the_old_days_and_books_the_new_ones_for_everyone() {
    let world = World::start().await;
    let (ana, bo) = (world.person("ana", "UTC").await, world.person("bo", "Asia/Tokyo").await);
    let everyone = [&ana, &bo];
    let title = json!({ "title": "Review" });
    let meeting = world.book(&ana, "2026-12-01T22:00", "2026-12-02T02:00", &[&bo], title).await;
    let mut version = 1;
    for (start, end) in [
        // One day in common, none, the same again, and from two days to one.
        ("02T23:00", "03T01:00"),
        ("06T23:00", "07T01:00"),
        ("06T22:30", "07T01:30"),
        ("07T00:00", "08T00:00"),
        // From one day to three, and to an hour within them.
        ("07T10:00", "09T10:00"),
        ("08T10:00", "08T11:00"),
        ("01T10:00", "01T11:00"),
    ] {
        let times = json!({ "start_time": format!("2026-12-{start}"), "end_time": format!("2026-12-{end}") });
        version += 1;
        assert_eq!(patched(&world, &meeting, times).await["version"], version);
        for person in everyone {
            assert_eq!(booked(&world, person).await, [entry("Review", start, end)], "{}", person.email);
        }
    }
    // On the former days nothing conflicts any more.
    world.book(&ana, "2026-12-02T00:00", "2026-12-11T00:00", &[], json!({})).await;
    let free = world.calendar(&bo, "2026-12-02T00:00", "2026-12-11T00:00").await;
    assert_eq!(free["free_slots"][0]["minutes"], 9 * 24 * 60);
}

#[tokio::test]
async fn a_new_title_shows_on_every_calendar() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let meeting =
        world.book(&ana, "2026-12-01T22:00", "2026-12-02T02:00", &[&bo], json!({ "title": "A" })).await;
    for title in [json!("B"), json!(null), json!("C")] {
        patched(&world, &meeting, json!({ "title": title })).await;
        for person in [&ana, &bo] {
            let expected = (title.clone(), "2026-12-01T22:00".to_owned(), "2026-12-02T02:00".to_owned());
            assert_eq!(booked(&world, person).await, [expected]);
        }
    }
    patched(&world, &meeting, json!({ "title": "D", "start_time": "2026-12-01T23:00" })).await;
    assert_eq!(booked(&world, &bo).await, [entry("D", "01T23:00", "02T03:00")]);
}

#[tokio::test]
async fn the_new_time_may_overlap_the_old_one_and_touch_other_meetings() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    let bo = world.person("bo", "UTC").await;
    let meeting = world.book(&ana, "2026-12-01T10:00", "2026-12-01T11:00", &[], json!({})).await;
    world.book(&ana, "2026-12-01T12:00", "2026-12-01T13:00", &[], json!({})).await;
    world.book(&bo, "2026-12-01T08:00", "2026-12-01T09:00", &[&ana], json!({})).await;
    let times = |start: &str, end: &str| json!({ "start_time": format!("2026-12-01T{start}"), "end_time": format!("2026-12-01T{end}") });
    for (start, end, status) in [
        ("10:30", "11:30", 200),
        ("09:00", "12:00", 200),
        ("08:59:59.999", "12:00", 409),
        ("09:00", "12:00:00.001", 409),
        ("12:15", "12:45", 409),
        ("00:00", "23:00", 409),
        ("13:00", "23:00", 200),
    ] {
        let (answered, body) = patch(&world, &meeting, times(start, end)).await;
        assert_eq!(answered, status, "{start} {end}: {body}");
    }
}

#[tokio::test]
async fn a_change_reports_who_is_busy_or_in_dnd_at_the_new_time() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    let bo = world.person_with_dnd("bo", "UTC", 22, 7).await;
    let cy = world.person("cy", "UTC").await;
    let secret = json!({ "title": "Secret" });
    world.book(&bo, "2026-12-01T10:30", "2026-12-01T11:30", &[], secret.clone()).await;
    world.book(&cy, "2026-12-02T21:00", "2026-12-02T21:30", &[], secret).await;
    let meeting = world.book(&ana, "2026-12-01T10:00", "2026-12-01T11:00", &[&bo, &cy], json!({})).await;
    let busy = |person: &Person, start: &str, end: &str| {
        json!([{ "user_id": person.id, "email": person.email, "busy": [
            { "start_time": format!("2026-12-{start}:00+01:00"), "end_time": format!("2026-12-{end}:00+01:00") },
        ]}])
    };
    let in_dnd = json!([{ "user_id": bo.id, "email": bo.email }]);
    for (change, unavailable, disturbed) in [
        // The lists are current even if the time does not change.
        (json!({ "time_zone": "Europe/Madrid" }), busy(&bo, "01T11:30", "01T12:30"), json!([])),
        (json!({}), busy(&bo, "01T11:30", "01T12:30"), json!([])),
        (json!({ "start_time": "2026-12-01T11:30Z", "end_time": "2026-12-01T12:00Z" }), json!([]), json!([])),
        (
            json!({ "start_time": "2026-12-02T21:15Z", "end_time": "2026-12-02T22:15Z" }),
            busy(&cy, "02T22:00", "02T22:30"),
            in_dnd,
        ),
    ] {
        let (status, answer) = patch(&world, &meeting, change.clone()).await;
        assert_eq!(status, 200, "{answer}");
        assert_eq!(answer["unavailable_participants"], unavailable, "{change}");
        assert_eq!(answer["do_not_disturb_participants"], disturbed, "{change}");
        assert!(!answer.to_string().contains("Secret"), "{answer}");
    }
}

fn reminder(name: &str, minutes: u64, at: &str) -> (String, u64, String) {
    (name.to_owned(), minutes, format!("2026-12-{at}"))
}

#[tokio::test]
async fn reminders_follow_the_meeting_and_leave_no_timer_behind() {
    let world = World::start().await;
    let (ana, bo) = (world.person("ana", "UTC").await, world.person_with_dnd("bo", "UTC", 20, 8).await);
    let meeting = world.book(&ana, "2026-12-01T10:00", "2026-12-01T11:00", &[&bo], json!({})).await;
    world.settle().await;
    for (change, expected) in [
        (
            json!({ "notification_interval": [30, 10] }),
            vec![
                reminder("ana", 10, "01T09:50"),
                reminder("ana", 30, "01T09:30"),
                reminder("bo", 10, "01T09:50"),
                reminder("bo", 30, "01T09:30"),
            ],
        ),
        // Bo is reminded before or after DND hours.
        (
            json!({ "start_time": "2026-12-05T08:20", "end_time": "2026-12-05T10:00" }),
            vec![
                reminder("ana", 10, "05T08:10"),
                reminder("ana", 30, "05T07:50"),
                reminder("bo", 10, "05T08:10"),
                reminder("bo", 30, "05T08:00"),
            ],
        ),
        (
            json!({ "notification_interval": 10, "start_time": "2026-12-03T08:00", "end_time": "2026-12-03T09:00" }),
            vec![reminder("ana", 10, "03T07:50"), reminder("bo", 10, "02T19:55")],
        ),
        (
            json!({ "time_zone": "Asia/Tokyo", "title": "Review" }),
            vec![reminder("ana", 10, "03T07:50"), reminder("bo", 10, "02T19:55")],
        ),
        (json!({ "notification_interval": [] }), vec![]),
        (
            json!({ "notification_interval": null }),
            vec![reminder("ana", 60, "03T07:00"), reminder("bo", 60, "02T19:55")],
        ),
    ] {
        patched(&world, &meeting, change.clone()).await;
        assert_eq!(due(&world, &meeting).await, expected, "at once, {change}");
        world.settle().await;
        assert_eq!(due(&world, &meeting).await, expected, "planned, {change}");
        let mut fires: Vec<_> = expected.into_iter().map(|(_, _, at)| at).collect();
        fires.sort_unstable();
        assert_eq!(timers(&world).await, fires, "{change}");
    }
    world.advance_to("2026-12-05T12:00:00Z").await;
    let sent = world.outbox();
    let sent: Vec<_> =
        sent.iter().map(|m| (m.to.as_str(), m.sent_at.format("%d %H:%M").to_string())).collect();
    assert_eq!(sent, [("bo@example.com", "02 19:55".to_owned()), ("ana@example.com", "03 07:00".to_owned())]);
}
