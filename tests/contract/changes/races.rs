//! Many changes at once have the same result as one after another.

use std::collections::BTreeSet;

use axum::http::Method;
use futures_util::future::{join, join_all};
use harness::World;
use serde_json::{Value, json};

use super::{ask, booked, cancel, patch, patch_user, stored, timers};
use crate::hours::every_day;
use crate::races::with_conflicts;

fn count(answers: &[(u16, Value)], status: u16, code: Option<&str>) -> usize {
    let code = code.map_or(Value::Null, Value::from);
    answers.iter().filter(|(answered, body)| *answered == status && body["code"] == code).count()
}

fn times(start: &str, end: &str) -> Value {
    json!({ "start_time": format!("2026-12-{start}"), "end_time": format!("2026-12-{end}") })
}

#[tokio::test]
async fn many_moves_at_once_leave_the_meeting_at_one_time() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let meeting = world.book(&ana, "2026-12-01T10:00", "2026-12-01T11:00", &[&bo], json!({})).await;
    with_conflicts(&world);
    let answers = join_all((0..24).map(async |number| {
        let day = 1 + number % 5;
        let change = times(&format!("{day:02}T23:{number:02}"), &format!("{:02}T00:30", day + 1));
        patch(&world, &meeting, change).await
    }));
    let answers = answers.await;
    world.calls().clear();
    assert_eq!(count(&answers, 200, None), 24);
    let versions: BTreeSet<_> = answers.iter().map(|(_, body)| body["version"].as_u64().unwrap()).collect();
    assert_eq!(versions, (2..=25).collect());

    let last = stored(&world, &meeting).await;
    let (_, reported) = answers.iter().find(|(_, body)| body["version"] == 25).unwrap();
    assert_eq!(last["start_time"], reported["start_time"]);
    let start = last["start_time"].as_str().unwrap().trim_end_matches(":00+00:00").to_owned();
    let end = last["end_time"].as_str().unwrap().trim_end_matches(":00+00:00").to_owned();
    for person in [&ana, &bo] {
        assert_eq!(booked(&world, person).await, [(Value::Null, start.clone(), end.clone())]);
    }
    world.settle().await;
    assert_eq!(timers(&world).await.len(), 2);
}

/// What takes no time from anyone leaves the versions alone that bookings depend on.
#[tokio::test]
async fn a_title_changed_many_times_at_once_is_in_nobodys_way() {
    let world = World::start().await;
    let [ana, bo, cy] = world.people(["ana", "bo", "cy"]).await;
    let meeting = world.book(&ana, "2026-12-01T22:00", "2026-12-02T02:00", &[&bo, &cy], json!({})).await;
    let renaming = join_all((0..24).map(async |number| {
        let list = json!([number + 1]);
        let change =
            json!({ "title": format!("No. {number}"), "location": "Room 1", "notification_interval": list });
        patch(&world, &meeting, change).await
    }));
    let booking = join_all((0..8).map(async |hour| {
        let (start, end) = (format!("2026-12-01T{hour:02}:00"), format!("2026-12-01T{hour:02}:30"));
        world.try_book(&bo, &start, &end, &[], json!({})).await
    }));
    let (renamed, booked_by_bo) = join(renaming, booking).await;
    assert_eq!((count(&renamed, 200, None), count(&booked_by_bo, 201, None)), (24, 8));
    world.settle().await;
    assert_eq!(patch_user(&world, &cy, json!({ "name": "Cyrus" })).await.0, 200);
    world.settle().await;

    let (_, last) = renamed.iter().find(|(_, body)| body["version"] == 25).unwrap();
    let items = world.items().await;
    for (person, day, bookings) in
        [(&ana, 1, 0), (&ana, 2, 0), (&bo, 1, 8), (&bo, 2, 0), (&cy, 1, 0), (&cy, 2, 0)]
    {
        let page = &items[&(format!("USER#{}", person.id), format!("DAY#2026-12-{day:02}"))];
        assert_eq!(page["version"], 1 + bookings, "{page}");
        assert_eq!(page["meetings"][meeting["meeting_id"].as_str().unwrap()]["title"], last["title"]);
    }
}

#[tokio::test]
async fn of_many_meetings_moved_to_overlapping_times_one_moves() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    let mut meetings = Vec::new();
    for hour in 0..12 {
        let (start, end) = (format!("2026-12-01T{hour:02}:00"), format!("2026-12-01T{hour:02}:30"));
        meetings.push(world.book(&ana, &start, &end, &[], json!({})).await);
    }
    with_conflicts(&world);
    let answers = join_all(meetings.iter().enumerate().map(async |(number, meeting)| {
        patch(&world, meeting, times(&format!("02T23:{number:02}"), "03T01:00")).await
    }));
    let answers = answers.await;
    world.calls().clear();
    assert_eq!((count(&answers, 200, None), count(&answers, 409, Some("meeting_conflict"))), (1, 11));
    let (_, moved) = answers.iter().find(|(status, _)| *status == 200).unwrap();
    for (_, problem) in answers.iter().filter(|(status, _)| *status == 409) {
        assert_eq!(problem["conflicts"][0]["meeting_id"], moved["meeting_id"]);
    }
    let calendar = booked(&world, &ana).await;
    assert_eq!(calendar.len(), 12);
    assert_eq!(calendar.iter().filter(|(_, start, _)| start.starts_with("2026-12-02")).count(), 1);
}

#[tokio::test]
async fn a_move_and_a_booking_never_both_get_the_time() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    with_conflicts(&world);
    let mut expected = 0;
    for day in 1..=8 {
        let day = format!("2026-12-{day:02}");
        let meeting =
            world.book(&ana, &format!("{day}T08:00"), &format!("{day}T09:00"), &[], json!({})).await;
        let change = json!({ "start_time": format!("{day}T10:00"), "end_time": format!("{day}T11:00") });
        let (start, end) = (format!("{day}T10:30"), format!("{day}T11:30"));
        let (moved, created) =
            join(patch(&world, &meeting, change), world.try_book(&ana, &start, &end, &[], json!({}))).await;
        assert!(matches!((moved.0, created.0), (200, 409) | (409, 201)), "{moved:?} {created:?}");
        expected += if created.0 == 201 { 2 } else { 1 };
    }
    world.calls().clear();
    assert_eq!(booked(&world, &ana).await.len(), expected);
}

#[tokio::test]
async fn cancelling_during_many_changes_leaves_nothing_behind() {
    for round in 0..6 {
        let world = World::start().await;
        let [ana, bo, cy] = world.people(["ana", "bo", "cy"]).await;
        let meeting = world.book(&ana, "2026-12-01T22:00", "2026-12-02T01:00", &[&bo], json!({})).await;
        if round % 2 == 0 {
            with_conflicts(&world);
        }
        let changes = join_all((0..6).map(async |number| {
            let day = 2 + number;
            let change = times(&format!("{day:02}T22:00"), &format!("{:02}T01:00", day + 1));
            patch(&world, &meeting, change).await
        }));
        let cancels = join_all((0..2).map(|_| cancel(&world, &meeting)));
        let added = world.participant("add", &meeting, &cy);
        let (changes, (cancels, added)) = join(changes, join(cancels, added)).await;
        world.calls().clear();
        assert_eq!(count(&cancels, 200, None), 2, "{cancels:?}");
        assert_eq!(cancels[0].1, cancels[1].1, "cancelled once");
        let refused = count(&changes, 409, Some("meeting_cancelled"));
        assert_eq!(count(&changes, 200, None) + refused, 6, "{changes:?}");
        assert!(matches!(added.0, 200 | 409), "{added:?}");

        assert_eq!(stored(&world, &meeting).await, cancels[0].1);
        for person in [&ana, &bo, &cy] {
            assert_eq!(booked(&world, person).await, [], "{}", person.email);
        }
        world.settle().await;
        assert!(timers(&world).await.is_empty());
    }
}

#[tokio::test]
async fn of_many_changes_of_the_same_version_one_succeeds() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    let meeting = world.book(&ana, "2026-12-01T10:00", "2026-12-01T11:00", &[], json!({})).await;
    for version in 1..=3 {
        with_conflicts(&world);
        let tag = format!("\"{version}\"");
        let answers = join_all((0..16).map(async |number| {
            let change = json!({ "title": format!("{version}.{number}") });
            let answer = ask(&world, Method::PATCH, &meeting, Some(&tag), change).await;
            (answer.status, answer.body)
        }));
        let answers = answers.await;
        world.calls().clear();
        assert_eq!((count(&answers, 200, None), count(&answers, 412, Some("version_mismatch"))), (1, 15));
        let (_, won) = answers.iter().find(|(status, _)| *status == 200).unwrap();
        assert_eq!(stored(&world, &meeting).await["title"], won["title"]);
    }
    // One cancels or one changes, never both.
    with_conflicts(&world);
    let change = json!({ "location": "Room 1" });
    let (changed, cancelled) = join(
        ask(&world, Method::PATCH, &meeting, Some("\"4\""), change),
        ask(&world, Method::DELETE, &meeting, Some("\"4\""), Value::Null),
    )
    .await;
    world.calls().clear();
    assert!(
        matches!((changed.status, cancelled.status), (200, 412) | (409, 200)),
        "{changed:?} {cancelled:?}"
    );
}

#[tokio::test]
async fn of_many_users_who_take_the_same_address_one_gets_it() {
    let world = World::start().await;
    let names: Vec<_> = (0..12).map(|number| format!("p{number}")).collect();
    let people = join_all(names.iter().map(|name| world.person(name, "UTC"))).await;
    with_conflicts(&world);
    let answers = join_all(people.iter().enumerate().map(async |(number, person)| {
        let email = if number % 2 == 0 { "wanted@example.com" } else { "WANTED@example.com" };
        patch_user(&world, person, json!({ "email": email })).await
    }));
    let answers = answers.await;
    world.calls().clear();
    assert_eq!((count(&answers, 200, None), count(&answers, 409, Some("email_taken"))), (1, 11));
    let claims = world.items().await.into_keys().filter(|(_, sort)| sort == "EMAIL").count();
    assert_eq!(claims, 12);
}

/// The later requests find the address taken, but by the same user.
#[tokio::test]
async fn a_user_who_takes_the_same_new_address_many_times_at_once_succeeds_every_time() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    with_conflicts(&world);
    let answers = join_all(
        (0..12).map(async |_| patch_user(&world, &ana, json!({ "email": "new@example.com" })).await),
    );
    let answers = answers.await;
    world.calls().clear();
    assert_eq!(count(&answers, 200, None), 12, "{answers:?}");
    let owners: Vec<_> = world.items().await.into_keys().filter(|(_, sort)| sort == "EMAIL").collect();
    assert_eq!(owners, [("EMAIL#new@example.com".to_owned(), "EMAIL".to_owned())]);
}

#[tokio::test]
async fn changes_of_different_fields_at_once_are_all_kept() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    with_conflicts(&world);
    let changes = [
        json!({ "name": "Ana" }),
        json!({ "timezone": "Asia/Tokyo" }),
        json!({ "dnd_start_time": 22, "dnd_end_time": 7 }),
        json!({ "email": "new@example.com" }),
    ];
    let answers = join_all(changes.into_iter().map(|change| patch_user(&world, &ana, change))).await;
    world.calls().clear();
    assert_eq!(count(&answers, 200, None), 4, "{answers:?}");
    let expected = json!({
        "user_id": ana.id, "email": "new@example.com", "name": "Ana", "timezone": "Asia/Tokyo",
        "dnd_start_time": "22:00", "dnd_end_time": "07:00", "do_not_disturb": every_day("22:00", "07:00"),
        "snoozed_until": null, "working_hours": null,
    });
    assert_eq!(world.get(&format!("/api/users/{}", ana.id)).await, (200, expected));
}
