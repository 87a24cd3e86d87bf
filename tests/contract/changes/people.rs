//! `PATCH /api/users/{user_id}`: name, address, zone and DND hours.

use harness::{Person, World, new_user, with};
use serde_json::{Value, json};

use super::{due, patch_user, stored, timers};
use crate::bad_fields;
use crate::hours::{every_day, never};

async fn user(world: &World, person: &Person) -> Value {
    let (status, body) = world.get(&format!("/api/users/{}", person.id)).await;
    assert_eq!(status, 200, "{body}");
    body
}

#[tokio::test]
async fn fields_can_be_changed_alone_and_together() {
    let world = World::start().await;
    let ana = world.person_with_dnd("ana", "UTC", 22, 7).await;
    let mut expected = user(&world, &ana).await;
    for (change, reported) in [
        (json!({ "name": " Ana María " }), json!({ "name": "Ana María" })),
        (json!({ "timezone": "asia/tokyo" }), json!({ "timezone": "Asia/Tokyo" })),
        (json!({ "time_zone": "Europe/Madrid" }), json!({ "timezone": "Europe/Madrid" })),
        (json!({ "email": "ana.b@example.com" }), json!({ "email": "ana.b@example.com" })),
        (json!({ "email": "Ana.B@Example.com" }), json!({ "email": "Ana.B@Example.com" })),
        (json!({ "dnd_start_time": "21:30" }), json!({ "dnd_start_time": "21:30" })),
        (json!({ "dnd_end_time": 8 }), json!({ "dnd_end_time": "08:00" })),
        (
            json!({ "dnd_start_time": null, "dnd_end_time": null }),
            json!({ "dnd_start_time": null, "dnd_end_time": null }),
        ),
        (
            json!({ "dnd_start_time": 0, "dnd_end_time": 24 }),
            json!({ "dnd_start_time": "00:00", "dnd_end_time": "24:00" }),
        ),
        (
            json!({ "name": "A", "email": "a@example.com", "timezone": "UTC", "dnd_start_time": 1, "dnd_end_time": "02:30" }),
            json!({ "name": "A", "email": "a@example.com", "timezone": "UTC", "dnd_start_time": "01:00", "dnd_end_time": "02:30" }),
        ),
    ] {
        expected = with(expected, reported);
        expected["do_not_disturb"] = match (&expected["dnd_start_time"], &expected["dnd_end_time"]) {
            (Value::String(start), Value::String(end)) => every_day(start, end),
            _ => never(),
        };
        let answer = patch_user(&world, &ana, change.clone()).await;
        assert_eq!(answer, (200, expected.clone()), "{change}");
        assert_eq!(user(&world, &ana).await, expected, "{change}");
    }
}

#[tokio::test]
async fn a_change_to_the_same_values_writes_nothing() {
    let world = World::start().await;
    let ana = world.person_with_dnd("ana", "Europe/Madrid", 22, 7).await;
    let bo = world.person("bo", "UTC").await;
    world.settle().await;
    let (before, reported) = (world.items().await, user(&world, &ana).await);
    for change in [
        json!({}),
        json!({ "name": "ana", "email": "ana@example.com" }),
        json!({ "timezone": "europe/madrid", "dnd_start_time": 22 }),
        json!({ "dnd_start_time": "22:00", "dnd_end_time": "07:00" }),
    ] {
        assert_eq!(patch_user(&world, &ana, change.clone()).await, (200, reported.clone()), "{change}");
    }
    for change in [json!({ "dnd_start_time": null }), json!({ "dnd_end_time": null, "dnd_start_time": null })]
    {
        assert_eq!(patch_user(&world, &bo, change.clone()).await.0, 200, "{change}");
    }
    assert!(world.items().await == before);
    for id in ["nobody", "%23", &"x".repeat(200)] {
        let nobody = Person { id: id.to_owned(), email: String::new() };
        let (status, problem) = patch_user(&world, &nobody, json!({ "name": "N" })).await;
        assert_eq!((status, &problem["code"]), (404, &json!("user_not_found")), "{id}");
    }
}

#[tokio::test]
async fn dnd_start_and_end_are_set_together_or_not_at_all() {
    let world = World::start().await;
    let ana = world.person_with_dnd("ana", "UTC", 22, 7).await;
    let bo = world.person("bo", "UTC").await;
    let before = world.items().await;
    for (person, change, field) in [
        (&ana, json!({ "dnd_start_time": null }), "dnd_end_time"),
        (&ana, json!({ "dnd_end_time": null, "name": "A" }), "dnd_start_time"),
        (&ana, json!({ "dnd_start_time": null, "dnd_end_time": 8 }), "dnd_end_time"),
        (&ana, json!({ "dnd_start_time": 7 }), "dnd_end_time"),
        (&ana, json!({ "dnd_end_time": "22:00" }), "dnd_end_time"),
        (&bo, json!({ "dnd_start_time": 22 }), "dnd_start_time"),
        (&bo, json!({ "dnd_end_time": 7 }), "dnd_end_time"),
        (&bo, json!({ "dnd_start_time": 9, "dnd_end_time": null }), "dnd_start_time"),
    ] {
        let (status, problem) = patch_user(&world, person, change.clone()).await;
        assert_eq!((status, bad_fields(&problem)), (422, vec![field]), "{change}");
    }
    assert!(world.items().await == before);
}

#[tokio::test]
async fn a_user_can_only_take_a_free_address() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let email = |email: &str| json!({ "email": email });
    let before = world.items().await;
    for taken in ["bo@example.com", "BO@example.com", "Bo@Example.COM"] {
        let change = with(email(taken), json!({ "name": "Never" }));
        let (status, problem) = patch_user(&world, &ana, change).await;
        assert_eq!((status, &problem["code"]), (409, &json!("email_taken")), "{taken}");
    }
    assert!(world.items().await == before);

    // Ana's new address is taken in any case. Her old one is free.
    assert_eq!(patch_user(&world, &ana, email("Ana.New@example.com")).await.0, 200);
    let create = async |email: &str| {
        world.post("/api/create_user", with(new_user("Cy"), json!({ "email": email }))).await
    };
    assert_eq!(create("ana.new@EXAMPLE.com").await.0, 409);
    let (status, cy) = create("ANA@example.com").await;
    assert_eq!(status, 201, "{cy}");
    assert_eq!(patch_user(&world, &ana, email("ana@example.com")).await.0, 409);

    // She changes only its case. It stays taken.
    assert_eq!(
        patch_user(&world, &ana, email("ANA.NEW@example.com")).await.1["email"],
        "ANA.NEW@example.com"
    );
    assert_eq!(patch_user(&world, &bo, email("ana.new@example.com")).await.0, 409);

    // Two users swap their addresses by using a third one.
    for (person, address) in
        [(&ana, "third@example.com"), (&bo, "ana.new@example.com"), (&ana, "bo@example.com")]
    {
        let (status, answer) = patch_user(&world, person, email(address)).await;
        assert_eq!(status, 200, "{answer}");
    }
    assert_eq!(create("third@example.com").await.0, 201);
    let claims = world.items().await.into_keys().filter(|(_, sort)| sort == "EMAIL").count();
    assert_eq!(claims, 4, "one for each of the four");
}

#[tokio::test]
async fn a_new_address_is_used_for_invitations_and_reminders() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let past = world.book(&ana, "2026-11-01T10:00", "2026-11-01T11:00", &[&bo], json!({})).await;
    let coming = world.book(&ana, "2026-11-02T11:00", "2026-11-02T12:00", &[&bo], json!({})).await;
    world.settle().await;
    let change = json!({ "email": "Bob@example.com", "name": "Bob" });
    assert_eq!(patch_user(&world, &bo, change).await.0, 200);
    world.settle().await;

    let bob = json!({ "user_id": bo.id, "email": "Bob@example.com", "name": "Bob", "role": "participant" });
    let shown = stored(&world, &coming).await;
    assert_eq!((&shown["participants"][1], &shown["version"]), (&bob, &json!(1)));
    assert_eq!(stored(&world, &past).await["participants"][1]["email"], bo.email, "over is over");
    let reported = world.reminders(&coming).await;
    assert_eq!(reported[1]["email"], "Bob@example.com");

    let (status, problem) =
        world.try_book(&ana, "2026-12-01T10:00", "2026-12-01T11:00", &[&bo], json!({})).await;
    assert_eq!((status, &problem["code"]), (422, &json!("unknown_participants")));
    let renamed = Person { id: bo.id.clone(), email: "BOB@example.com".to_owned() };
    let invited = world.book(&ana, "2026-12-01T10:00", "2026-12-01T11:00", &[&renamed], json!({})).await;
    assert_eq!(invited["participants"][1], bob);

    world.advance_to("2026-11-02T12:00:00Z").await;
    let mut to: Vec<_> = world.outbox().into_iter().map(|mail| mail.to).collect();
    to.sort_unstable();
    assert_eq!(to, ["Bob@example.com", "ana@example.com"]);
}

#[tokio::test]
async fn changing_a_user_replans_their_pending_reminders() {
    let world = World::start().await;
    let bo = world.person("bo", "UTC").await;
    let ana = world.person("ana", "UTC").await;
    // One meeting is over midnight, so that it is on two pages. A second one shows that all are planned.
    let night = world.book(&ana, "2026-12-01T23:30", "2026-12-02T01:00", &[&bo], json!({})).await;
    let noon = world.book(&bo, "2026-12-03T12:00", "2026-12-03T13:00", &[], json!({})).await;
    world.settle().await;
    let of_bo = async |meeting: &Value| {
        let due = due(&world, meeting).await;
        due.into_iter().find(|(name, _, _)| name == "bo").map(|(_, _, at)| at)
    };
    for (change, at_night, at_noon) in [
        (json!({ "name": "Bo" }), Some("2026-12-01T22:30"), Some("2026-12-03T11:00")),
        (
            json!({ "dnd_start_time": 22, "dnd_end_time": 7 }),
            Some("2026-12-01T21:55"),
            Some("2026-12-03T11:00"),
        ),
        // In Tokyo it is night when it is noon in London.
        (json!({ "timezone": "Asia/Tokyo" }), Some("2026-12-01T22:30"), Some("2026-12-03T11:00")),
        (json!({ "dnd_start_time": "20:00" }), Some("2026-12-01T22:30"), Some("2026-12-03T10:55")),
        (json!({ "dnd_start_time": 0, "dnd_end_time": 24 }), None, None),
        (
            json!({ "dnd_start_time": null, "dnd_end_time": null }),
            Some("2026-12-01T22:30"),
            Some("2026-12-03T11:00"),
        ),
    ] {
        let (status, answer) = patch_user(&world, &bo, change.clone()).await;
        assert_eq!(status, 200, "{answer}");
        world.settle().await;
        assert_eq!(
            (of_bo(&night).await.as_deref(), of_bo(&noon).await.as_deref()),
            (at_night, at_noon),
            "{change}"
        );
        let mut expected: Vec<_> =
            [Some("2026-12-01T22:30"), at_night, at_noon].into_iter().flatten().collect();
        expected.sort_unstable();
        assert_eq!(timers(&world).await, expected, "{change}");
    }
}
