//! Items as the program wrote them before, in a world of their own: Fay's meeting with Gus, and Bo and a
//! meeting of Ana's that keep the records of the requests that created them.
//!
//! Everything of Fay and Gus was written before idempotency keys, counted changes and marks, and before an
//! invitation kept title and place.

use harness::instant;
use serde_json::json;

use crate::answers::{assert_repeated, assert_the_same};
use crate::deliveries::{assert_done, messages, objects, patch};
use crate::fixtures::{stored, world_with};
use crate::story::meeting;

#[tokio::test]
async fn every_user_and_meeting_is_answered() {
    let stored = stored().await;
    let world = world_with(&stored.earlier).await;
    assert_the_same(&world, &stored.earlier, &stored.earlier_answers).await;
}

#[tokio::test]
async fn a_request_whose_record_is_in_what_it_created_is_repeated() {
    let stored = stored().await;
    assert_eq!(stored.earlier_created.len(), 2);
    assert_repeated(&world_with(&stored.earlier).await, &stored.earlier_created).await;
}

#[tokio::test]
async fn what_was_scheduled_is_delivered_and_nothing_is_delivered_again() {
    let world = world_with(&stored().await.earlier).await;
    world.pass_to(instant("2026-11-02T18:00:00Z")).await;
    assert_eq!(
        messages(&world),
        [
            "10:31 fay: webhook Old review [330]",
            "15:01 fay: Reminder: Old review, Mon 2 Nov 16:00",
            "15:01 gus: Reminder: Old review, Mon 2 Nov 17:00",
        ]
    );
}

#[tokio::test]
async fn who_was_invited_is_sent_the_new_time() {
    let stored = stored().await;
    let world = world_with(&stored.earlier).await;
    let review = meeting(&stored.earlier, "Old review");
    patch(&world, &review, json!({ "start_time": "2026-11-02T16:30", "end_time": "2026-11-02T17:30" })).await;
    world.pass_to(instant("2026-11-02T18:00:00Z")).await;
    for who in ["fay", "gus"] {
        assert_eq!(objects(&world, who, "Old review"), ["REQUEST 1 20261102T163000Z"], "{who}");
    }
    assert_done(&world).await;

    // The change is counted beside what the day's item counts already, and the calendar page says how many
    // reminders there are.
    let items = world.items().await;
    let fay = review["creator_id"].as_str().unwrap();
    let of_fay = |sort: &str| &items[&(format!("USER#{fay}"), sort.to_owned())];
    let counted = of_fay("QUOTA#2026-11-02");
    let counted =
        ["meetings_per_day", "invitations_per_day", "changes_per_day"].map(|name| counted[name].as_u64());
    assert_eq!(counted, [Some(1), Some(1), Some(8)]);
    let id = review["meeting_id"].as_str().unwrap();
    assert_eq!(of_fay("DAY#2026-11-02")["meetings"][id]["reminders"], 6);
}

#[tokio::test]
async fn a_stored_booking_is_in_the_way_of_another_one() {
    let stored = stored().await;
    let world = world_with(&stored.earlier).await;
    let fay = meeting(&stored.earlier, "Old review")["creator_id"].clone();
    let body = |start: &str, end: &str| {
        json!({
            "creator_id": fay, "start_time": start, "end_time": end, "time_zone": "UTC",
            "participants": ["gus@example.com"],
        })
    };
    let (status, problem) =
        world.post("/api/create_meeting", body("2026-11-02T16:30", "2026-11-02T17:30")).await;
    assert_eq!((status, &problem["code"]), (409, &json!("meeting_conflict")));
    let (status, booked) =
        world.post("/api/create_meeting", body("2026-11-02T17:00", "2026-11-02T17:30")).await;
    assert_eq!(status, 201, "{booked}");
}
