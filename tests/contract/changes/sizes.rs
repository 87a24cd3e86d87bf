//! How much one change can touch.

use futures_util::future::join_all;
use harness::{Person, World};
use serde_json::{Value, json};

use super::{booked, cancel, patch, patched};
use crate::{bad_fields, message};

async fn crowd(world: &World, count: usize) -> Vec<Person> {
    let names: Vec<_> = (0..count).map(|number| format!("p{number}")).collect();
    join_all(names.iter().map(|name| world.person(name, "UTC"))).await
}

/// A meeting of the first `count` people, the first of them its creator.
async fn meeting(world: &World, people: &[Person], start: &str, end: &str) -> Value {
    let others: Vec<_> = people.iter().skip(1).collect();
    let (start, end) = (format!("2026-12-{start}"), format!("2026-12-{end}"));
    world.book(&people[0], &start, &end, &others, json!({ "notification_interval": [] })).await
}

fn times(start: &str, end: &str) -> Value {
    json!({ "start_time": format!("2026-12-{start}"), "end_time": format!("2026-12-{end}"), "title": "Moved" })
}

#[tokio::test]
async fn too_many_participants_are_refused_before_any_is_looked_up() {
    let world = World::start().await;
    let people = crowd(&world, 2).await;
    let (start, end) = ("2026-12-01T10:00", "2026-12-01T11:00");
    let nobody = |number| Person { id: String::new(), email: format!("nobody{number}@example.com") };
    let unknown: Vec<_> = (0..100).map(nobody).collect();
    world.calls().clear();
    let unknown: Vec<_> = unknown.iter().collect();
    let (status, problem) = world.try_book(&people[0], start, end, &unknown, json!({})).await;
    assert_eq!((status, &problem["code"]), (422, &json!("invalid_request")), "{problem}");
    assert!(message(&problem, "participants").contains("at most 99"), "{problem}");
    assert_eq!(world.calls().count(), 0);
    // A participant who is listed several times counts once.
    let (status, meeting) = world.try_book(&people[0], start, end, &[&people[1]; 120], json!({})).await;
    assert_eq!(status, 201, "{meeting}");
}

#[tokio::test]
async fn a_move_may_touch_ninety_nine_participant_days_at_most() {
    let world = World::start().await;
    let people = crowd(&world, 99).await;
    for (count, start, end, moves) in [
        // Fifty people on the old day and on the new one are a hundred.
        (50, "01T10:00", "01T11:00", vec![(422, "02T10:00", "02T11:00"), (422, "01T23:00", "02T01:00")]),
        (49, "01T12:00", "01T13:00", vec![(200, "02T12:00", "02T13:00"), (422, "03T23:00", "04T00:01")]),
        (33, "01T14:00", "01T15:00", vec![(200, "03T23:00", "05T00:00"), (200, "04T01:00", "05T01:00")]),
        // The largest meeting can move within its day only.
        (
            99,
            "01T16:00",
            "01T17:00",
            vec![(200, "01T00:00", "01T01:00"), (422, "01T23:00", "02T00:00:00.001")],
        ),
    ] {
        let meeting = meeting(&world, &people[..count], start, end).await;
        for (status, start, end) in moves {
            let before = world.items().await;
            let (answered, body) = patch(&world, &meeting, times(start, end)).await;
            assert_eq!(answered, status, "{count} people to {start}: {body}");
            if status == 422 {
                assert_eq!(bad_fields(&body), ["start_time"], "{body}");
                assert!(message(&body, "start_time").contains("99 participant-days"), "{body}");
                assert!(world.items().await == before, "{count} people to {start} wrote something");
            }
        }
        // A meeting of any size can be renamed and cancelled.
        patched(&world, &meeting, json!({ "title": "Renamed" })).await;
        assert!(!booked(&world, &people[count - 1]).await.is_empty());
        assert_eq!(cancel(&world, &meeting).await.0, 200);
        assert!(booked(&world, &people[count - 1]).await.is_empty());
    }
}

/// A calendar page holds 250 meetings, and 50 more that its owner organizes. A meeting that is on it already
/// needs no further place when it changes.
#[tokio::test]
async fn on_a_full_day_the_owner_can_still_book_and_meetings_can_still_change() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    let bo = world.person("bo", "UTC").await;
    let at = |minute: usize| format!("01T{:02}:{:02}", minute / 60, minute % 60);
    for number in 0..250 {
        meeting(&world, &[ana.clone(), bo.clone()], &at(number), &at(number + 1)).await;
    }
    let (start, end) = ("2026-12-01T20:00", "2026-12-01T21:00");
    let (status, problem) = world.try_book(&ana, start, end, &[&bo], json!({})).await;
    assert_eq!((status, bad_fields(&problem)), (422, vec!["participants"]));
    assert!(message(&problem, "participants").contains("bo@example.com is full"), "{problem}");
    let mut last = meeting(&world, std::slice::from_ref(&ana), &at(250), &at(251)).await;
    let invitation = json!({ "user_id": bo.id, "meeting_id": last["meeting_id"] });
    let (status, problem) = world.post("/api/meeting/participant/add", invitation).await;
    assert_eq!((status, bad_fields(&problem)), (422, vec!["user_id"]));
    meeting(&world, &[bo.clone(), ana.clone()], "02T10:00", "02T11:00").await;
    meeting(&world, std::slice::from_ref(&bo), "01T20:00", "01T21:00").await;

    for number in 251..300 {
        last = meeting(&world, std::slice::from_ref(&ana), &at(number), &at(number + 1)).await;
    }
    let (status, problem) = world.try_book(&ana, start, end, &[], json!({})).await;
    assert_eq!((status, bad_fields(&problem)), (422, vec!["start_time"]));
    let elsewhere = meeting(&world, &[bo.clone(), ana.clone()], "02T12:00", "02T13:00").await;
    let (status, problem) = patch(&world, &elsewhere, times("01T21:00", "01T22:00")).await;
    assert_eq!((status, bad_fields(&problem)), (422, vec!["start_time"]));

    patched(&world, &last, json!({ "title": "Renamed" })).await;
    let moved = patched(&world, &last, times("01T22:00", "01T23:00")).await;
    assert_eq!(moved["start_time"], "2026-12-01T22:00:00+00:00");
    assert_eq!(cancel(&world, &last).await.0, 200);
    meeting(&world, std::slice::from_ref(&ana), "01T20:00", "01T21:00").await;
}
