//! Items as the program wrote them before, in a world of their own: Fay's meeting with Gus, and Bo and a
//! meeting of Ana's that keep the records of the requests that created them.
//!
//! Everything of Fay and Gus was written before idempotency keys, counted changes, marks and expiries of
//! rows, and before an invitation kept title and place, and what else its message said: address, organizer
//! and `SEQUENCE`.

use axum::http::Method;
use harness::{World, instant};
use local::gateway::authorizer::TokenRequest;
use serde_json::json;

use crate::answers::{assert_repeated, assert_the_same};
use crate::deliveries::{assert_done, messages, objects, patch};
use crate::fixtures::{stored, world_with};
use crate::story::{meeting, request};

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
    for (who, method) in [("fay", "PUBLISH"), ("gus", "REQUEST")] {
        let expected = [format!("{method} 1 20261102T163000Z")];
        assert_eq!(objects(&world, who, "Old review"), expected, "{who}");
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

    // The rows that were written anew are no longer kept for ever.
    let is_row = |(_, sort): &(String, String)| sort.starts_with("REMINDER#");
    let expiries = items.iter().filter(|(key, row)| is_row(key) && row["start"] == 29_893_950);
    let expiries: Vec<_> = expiries.map(|(_, row)| row["expires_at"].as_i64()).collect();
    assert!(!expiries.is_empty() && !expiries.contains(&None), "{expiries:?}");

    // Of the cancelled reminders only the one that may have told somebody something is left.
    let cancelled = items.values().filter(|row| row["state"] == "cancelled" && row["channel"] == "email");
    assert_eq!(cancelled.map(|row| row["minutes_before"].clone()).collect::<Vec<_>>(), [40]);
}

/// The row doesn't say where its message went, but for which address it was planned.
#[tokio::test]
async fn who_was_invited_under_a_former_address_is_invited_under_the_present_one() {
    let stored = stored().await;
    let world = world_with(&stored.earlier).await;
    let gus = stored.earlier.iter().find(|item| item["email"] == "gus@example.com").unwrap();
    let path = format!("/api/users/{}", gus["user_id"].as_str().unwrap());
    let change = json!({ "email": "august@example.com" });
    let answer = world.request(request(Method::PATCH, &path, &[], &change)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    world.settle().await;
    world.pass_to(instant("2026-11-02T11:00:00Z")).await;
    assert_eq!(objects(&world, "gus", "Old review"), ["CANCEL 1 20261102T170000"]);
    assert_eq!(objects(&world, "august", "Old review"), ["REQUEST 2 20261102T160000Z"]);
    assert_eq!(objects(&world, "fay", "Old review"), [] as [&str; 0]);
}

#[tokio::test]
async fn a_meeting_without_local_times_gets_them_and_nobody_is_told() {
    let world = world_with(&stored().await.earlier).await;
    world.begin_walk().await;
    let key = (format!("MEETING#{OLD_REVIEW}"), "MEETING".to_owned());
    let mut before = world.items().await[&key].clone();
    assert_eq!((world.recompute().await.moved, world.recompute().await.is_pending), (0, false));
    before["local_start"] = json!("2026-11-02T16:00:00");
    before["local_end"] = json!("2026-11-02T17:00:00");
    before["tzdb"] = json!(shared::time::TZDB);
    assert_eq!(world.items().await[&key], before);
    world.lose_stream().await;
    world.pass_to(instant("2026-11-02T10:40:00Z")).await;
    assert!(world.outbox().is_empty());
}

/// The id of the meeting of the earlier form.
const OLD_REVIEW: &str = "e1000000000000000000000000000011";

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

/// Ivy's claim is where earlier versions wrote it: under the domain as she wrote it.
#[tokio::test]
async fn an_address_is_found_by_both_forms_of_its_domain() {
    let stored = stored().await;
    for spelling in ["ivy@bücher.example", "IVY@xn--bcher-kva.example"] {
        let world = world_with(&stored.earlier).await;
        let fay = meeting(&stored.earlier, "Old review")["creator_id"].clone();
        let (status, booked) = world
            .post(
                "/api/create_meeting",
                json!({
                    "creator_id": fay, "start_time": "2026-11-03T16:30", "end_time": "2026-11-03T17:30",
                    "time_zone": "UTC", "participants": [spelling],
                }),
            )
            .await;
        assert_eq!((status, &booked["participants"][1]["name"]), (201, &json!("Ivy")), "{booked}");

        let user = json!({ "email": spelling, "name": "Other", "timezone": "UTC" });
        let (status, problem) = world.post("/api/create_user", user).await;
        assert_eq!((status, &problem["code"]), (409, &json!("email_taken")), "{spelling}");
        let to_taken = json!({ "email": spelling });
        let path = format!("/api/users/{}", fay.as_str().unwrap());
        let answer = world.request(request(Method::PATCH, &path, &[], &to_taken)).await;
        assert_eq!((answer.status, &answer.body["code"]), (409, &json!("email_taken")), "{spelling}");
    }
}

#[tokio::test]
async fn an_address_that_was_respelled_where_its_claim_is_of_an_earlier_form_can_still_be_changed() {
    let world = world_with(&stored().await.earlier).await;
    let ivy = "/api/users/e1000000000000000000000000000004";
    for email in ["ivy@xn--bcher-kva.example", "ivy@new.example"] {
        let changed = world.request(request(Method::PATCH, ivy, &[], &json!({ "email": email }))).await;
        assert_eq!(changed.status, 200, "{email}: {}", changed.body);
    }
    let claims = world.items().await.into_keys().filter(|(partition, _)| partition.starts_with("EMAIL#ivy"));
    assert_eq!(claims.map(|(partition, _)| partition).collect::<Vec<_>>(), ["EMAIL#ivy@new.example"]);
}

#[tokio::test]
async fn an_address_whose_claim_is_of_an_earlier_form_can_be_changed_and_taken_again() {
    let world = world_with(&stored().await.earlier).await;
    let ivy = "/api/users/e1000000000000000000000000000004";
    let change = async |email: &str| {
        world.request(request(Method::PATCH, ivy, &[], &json!({ "email": email }))).await.status
    };
    assert_eq!(change("ivy@example.com").await, 200);
    let claims = async || {
        let items = world.items().await.into_keys();
        items
            .map(|(partition, _)| partition)
            .filter(|partition| partition.contains("ivy"))
            .collect::<Vec<_>>()
    };
    assert_eq!(claims().await, ["EMAIL#ivy@example.com"]);
    assert_eq!(change("ivy@bücher.example").await, 200);
    assert_eq!(claims().await, ["EMAIL#ivy@xn--bcher-kva.example"]);
    assert_eq!(change("Ivy@xn--bcher-kva.example").await, 200);
    assert_eq!(claims().await, ["EMAIL#ivy@xn--bcher-kva.example"]);
}

/// An account that an address was bound to stays the only one that may sign in with it.
#[tokio::test]
async fn a_claim_without_an_account_is_bound_and_one_with_an_account_is_not() {
    let world = World::signed_in().await;
    for item in &stored().await.earlier {
        world.put_item(item.clone()).await;
    }
    let bound = json!({
        "pk": "EMAIL#gus@example.com", "sk": "EMAIL", "user_id": "e1000000000000000000000000000002",
        "issuer": "https://local.tactful.example", "subject": "of-gus",
    });
    world.put_item(bound.clone()).await;
    let rename = async |email: &str, id: &str, subject: &str| {
        let wish = TokenRequest { subject: Some(subject.to_owned()), ..TokenRequest::of(email) };
        let path = format!("/api/users/e100000000000000000000000000000{id}");
        let body = json!({ "name": "Renamed" });
        world.send_as(&world.token(&wish), Method::PATCH, &path, &body).await.status
    };
    assert_eq!(rename("gus@example.com", "2", "of-another").await, 403);
    assert_eq!(rename("gus@example.com", "2", "of-gus").await, 200);
    assert_eq!(rename("ivy@xn--bcher-kva.example", "4", "of-ivy").await, 200);
    assert_eq!(rename("ivy@bücher.example", "4", "of-another").await, 403);
    let items = world.items().await;
    let claim = |address: &str| &items[&(format!("EMAIL#{address}"), "EMAIL".to_owned())];
    assert_eq!(claim("gus@example.com"), &bound);
    assert_eq!(claim("ivy@bücher.example")["subject"], "of-ivy");
}
