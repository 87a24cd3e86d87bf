//! People: creating them, and reading them back.

use axum::http::Method;
use harness::{Person, World, new_user, with};
use serde_json::{Value, json};
use shared::domain::{DoNotDisturb, Email, User};
use shared::time::Zone;

use crate::hours::every_day;
use crate::{bad_fields, message};

/// The answer to creating Ana, who is in Madrid, with these fields changed.
async fn create(world: &World, changes: Value) -> (u16, Value) {
    let ana = with(new_user("Ana"), json!({ "timezone": "Europe/Madrid" }));
    world.post("/api/create_user", with(ana, changes)).await
}

#[tokio::test]
async fn a_created_user_is_returned_completely_and_read_back_the_same() {
    let world = World::start().await;
    let (status, user) = create(&world, json!({ "dnd_start_time": 22, "dnd_end_time": "07:00" })).await;
    assert_eq!(status, 201, "{user}");
    let id = user["user_id"].as_str().unwrap();
    let expected = json!({
        "user_id": id, "email": "ana@example.com", "name": "Ana", "timezone": "Europe/Madrid",
        "dnd_start_time": "22:00", "dnd_end_time": "07:00",
        "do_not_disturb": every_day("22:00", "07:00"),
        "snoozed_until": null, "working_hours": null,
    });
    assert_eq!(user, expected);
    assert_eq!(world.get(&format!("/api/users/{id}")).await, (200, user));
}

#[tokio::test]
async fn addresses_are_compared_without_case_and_returned_as_written() {
    let world = World::start().await;
    let (status, user) = create(&world, json!({ "email": "Ana.B@Example.com" })).await;
    assert_eq!((status, &user["email"]), (201, &json!("Ana.B@Example.com")));
    for again in ["Ana.B@Example.com", "ana.b@example.com", "ANA.B@EXAMPLE.COM"] {
        let (status, problem) = create(&world, json!({ "email": again, "name": "Another" })).await;
        assert_eq!((status, &problem["code"]), (409, &json!("email_taken")), "{again}");
    }
    assert_eq!(create(&world, json!({ "email": "ana.b+1@example.com" })).await.0, 201);
}

#[tokio::test]
async fn a_domain_in_any_script_is_kept_as_written_and_mailed_in_ascii() {
    let world = World::start().await;
    let (status, user) = create(&world, json!({ "email": "ana@bücher.example" })).await;
    assert_eq!((status, &user["email"]), (201, &json!("ana@bücher.example")), "{user}");
    for again in ["ana@xn--bcher-kva.example", "Ana@BÜCHER.example"] {
        let (status, problem) = create(&world, json!({ "email": again })).await;
        assert_eq!((status, &problem["code"]), (409, &json!("email_taken")), "{again}");
    }
    let ana = Person::of(&user);
    world.book(&ana, "2026-11-02T12:00", "2026-11-02T13:00", &[], json!({})).await;
    world.advance_to("2026-11-02T12:00:00Z").await;
    let to: Vec<_> = world.outbox().into_iter().map(|mail| mail.to).collect();
    assert_eq!(to, ["ana@xn--bcher-kva.example"]);
}

#[tokio::test]
async fn addresses_that_cannot_get_mail_are_refused_for_new_users_only() {
    let world = World::start().await;
    let (status, problem) = create(&world, json!({ "email": "ñandú@example.com" })).await;
    assert_eq!((status, bad_fields(&problem)), (422, vec!["email"]));
    assert!(message(&problem, "email").contains("no mail can be sent"), "{problem}");

    let before = User {
        id: "from-before".parse().unwrap(),
        email: Email::known("ñandú@example.com").unwrap(),
        name: "Ñandú".parse().unwrap(),
        zone: Zone::UTC,
        do_not_disturb: DoNotDisturb::default(),
        working_hours: None,
        version: 1,
        idempotency: None,
    };
    world.process.notifier.store.create_user(&before, None, None).await.unwrap();
    let bird = Person { id: "from-before".to_owned(), email: before.email.to_string() };
    let meeting = world.book(&bird, "2026-11-02T12:00", "2026-11-02T13:00", &[], json!({})).await;
    assert_eq!(meeting["participants"][0]["email"], "ñandú@example.com");
    world.settle().await;
    assert_eq!(world.reminders(&meeting).await[0]["email"], "ñandú@example.com");
    let path = format!("/api/users/{}", bird.id);
    assert_eq!(world.get(&path).await.1["email"], "ñandú@example.com");
    let other = json!({ "email": "nandu@example.com" }).to_string().into_bytes();
    assert_eq!(world.send(Method::PATCH, &path, other).await.body["email"], "nandu@example.com");
}

/// What a word processor puts between lines can't be seen where the text is pasted.
#[tokio::test]
async fn pasted_separators_of_lines_become_spaces_or_line_breaks() {
    let world = World::start().await;
    for separator in ['\u{2028}', '\u{2029}', '\u{85}'] {
        let email = format!("ana{}@example.com", u32::from(separator));
        let name = format!("Ana{separator}María{separator}");
        let (status, user) = create(&world, json!({ "email": email, "name": name })).await;
        assert_eq!((status, &user["name"]), (201, &json!("Ana María")));
        let ana = Person::of(&user);
        let text = json!({ "title": format!("a{separator}b"), "description": format!("a{separator}b") });
        let meeting = world.book(&ana, "2026-12-01T10:00", "2026-12-01T11:00", &[], text).await;
        assert_eq!((&meeting["title"], &meeting["description"]), (&json!("a b"), &json!("a\nb")));
    }
    let (status, problem) = create(&world, json!({ "name": "Ana\u{7}" })).await;
    assert_eq!((status, bad_fields(&problem)), (422, vec!["name"]));
}

#[tokio::test]
async fn the_zone_is_accepted_as_timezone_or_time_zone() {
    let world = World::start().await;
    let body = json!({ "email": "bo@example.com", "name": "Bo", "time_zone": "Asia/Tokyo" });
    let (status, user) = world.post("/api/create_user", body).await;
    assert_eq!((status, &user["timezone"]), (201, &json!("Asia/Tokyo")));

    let both = json!({ "timezone": "Europe/Madrid", "time_zone": "Europe/Madrid" });
    assert_eq!(create(&world, both).await.0, 201);
    let (status, problem) =
        create(&world, json!({ "email": "c@example.com", "time_zone": "Asia/Tokyo" })).await;
    assert_eq!((status, bad_fields(&problem)), (422, vec!["time_zone"]));
    let (status, problem) = create(&world, json!({ "timezone": null })).await;
    assert_eq!((status, bad_fields(&problem)), (422, vec!["timezone"]));
}

#[tokio::test]
async fn zones_are_found_by_alias_and_in_any_case() {
    let world = World::start().await;
    let spellings = [
        ("eUROPE/mADRID", "Europe/Madrid"),
        ("asia/CALCUTTA", "Asia/Calcutta"),
        ("us/eastern", "US/Eastern"),
        ("utc", "UTC"),
        ("america/argentina/buenos_aires", "America/Argentina/Buenos_Aires"),
        ("etc/gmt-14", "Etc/GMT-14"),
        ("cet", "CET"),
    ];
    for (number, (given, stored)) in spellings.into_iter().enumerate() {
        let email = format!("zone{number}@example.com");
        let (status, user) = create(&world, json!({ "email": email, "timezone": given })).await;
        assert_eq!((status, &user["timezone"]), (201, &json!(stored)), "{given}");
    }
}

#[tokio::test]
async fn an_unknown_zone_is_refused_with_similar_names() {
    let world = World::start().await;
    for (given, hint) in [
        ("Europe/Madird", "Europe/Madrid"),
        ("Madrid", "Europe/Madrid"),
        ("PST", "America/Los_Angeles"),
        ("GMT+2", "Etc/GMT-2"),
        ("Amercia/New_York", "America/New_York"),
    ] {
        let (status, problem) = create(&world, json!({ "timezone": given })).await;
        assert_eq!(status, 422, "{given}");
        assert!(message(&problem, "timezone").contains(hint), "{given}: {problem}");
    }
}

#[tokio::test]
async fn dnd_hours_are_accepted_in_several_forms_and_returned_in_one() {
    let world = World::start().await;
    let forms = [
        (json!(22), json!(7), json!(["22:00", "07:00"])),
        (json!("22:30"), json!("07:15"), json!(["22:30", "07:15"])),
        (json!(9), json!("17:30"), json!(["09:00", "17:30"])),
        (json!(0), json!(24), json!(["00:00", "24:00"])),
        (json!("00:00"), json!("24:00"), json!(["00:00", "24:00"])),
        (json!(23), json!(0), json!(["23:00", "00:00"])),
        (json!(null), json!(null), json!([null, null])),
    ];
    for (number, (start, end, expected)) in forms.into_iter().enumerate() {
        let email = format!("dnd{number}@example.com");
        let body = json!({ "email": email, "dnd_start_time": start, "dnd_end_time": end });
        let (status, user) = create(&world, body).await;
        assert_eq!(status, 201, "{start} {end}: {user}");
        assert_eq!(json!([user["dnd_start_time"], user["dnd_end_time"]]), expected);
    }
}

#[tokio::test]
async fn invalid_dnd_hours_are_refused_by_field() {
    let world = World::start().await;
    let (start, end) = ("dnd_start_time", "dnd_end_time");
    for (from, to, field, says) in [
        (json!(22), json!(null), end, "both"),
        (json!(null), json!(7), start, "both"),
        (json!(8), json!(8), end, "08:00"),
        (json!("22:00"), json!(22), end, "22:00"),
        (json!("10 PM"), json!(7), start, "\"22:00\""),
        (json!("7.30"), json!(22), start, "\"07:30\""),
        (json!(24), json!(7), start, "00:00"),
        (json!("24:00"), json!(7), start, "00:00"),
        (json!(-1), json!(7), start, "0 to 23"),
        (json!(25), json!(7), start, "0 to 23"),
        (json!(22.5), json!(7), start, "whole hour"),
        (json!(true), json!(7), start, "whole hour"),
        (json!(22), json!("24:01"), end, "HH:MM"),
        (json!(22), json!(""), end, "HH:MM"),
    ] {
        let (status, problem) = create(&world, json!({ start: from, end: to })).await;
        assert_eq!((status, bad_fields(&problem)), (422, vec![field]), "{from} {to}");
        assert!(message(&problem, field).contains(says), "{from} {to}: {problem}");
    }
}

#[tokio::test]
async fn all_bad_fields_are_named_together() {
    let world = World::start().await;
    let body = json!({
        "email": "ana", "timezone": 3, "dnd_start_time": "late", "dnd_end_time": 99, "nmae": "Ana", "shoe": 42,
    });
    let (status, problem) = world.post("/api/create_user", body).await;
    assert_eq!((status, &problem["code"]), (422, &json!("invalid_request")));
    let mut fields = bad_fields(&problem);
    fields.sort_unstable();
    let expected = ["dnd_end_time", "dnd_start_time", "email", "name", "nmae", "shoe", "timezone"];
    assert_eq!(fields, expected);
    assert!(message(&problem, "nmae").contains("did you mean name?"), "{problem}");
    assert!(world.items().await.is_empty());
}

/// The last letter of a word and the same letter within it are one in a domain.
#[tokio::test]
async fn an_address_may_change_to_one_that_was_written_at_the_same_key() {
    let world = World::start().await;
    let body = with(new_user("ana"), json!({ "email": "ana@\u{39f}\u{394}\u{39f}\u{3a3}-x.example" }));
    let user = world.send(Method::POST, "/api/create_user", body.to_string().into_bytes()).await;
    assert_eq!(user.status, 201, "{}", user.body);
    let path = format!("/api/users/{}", user.body["user_id"].as_str().unwrap());
    let email = json!({ "email": "ana@\u{3bf}\u{3b4}\u{3bf}\u{3c2}-x.example" }).to_string();
    let changed = world.send(Method::PATCH, &path, email.into_bytes()).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
}

#[tokio::test]
async fn an_unknown_user_is_not_found() {
    let world = World::start().await;
    for id in ["0", "6f9619ff8b86d011b42d00c04fc964ff", "%20", "a%2Fb", "%00", "%C3%A9", &"x".repeat(500)] {
        let (status, problem) = world.get(&format!("/api/users/{id}")).await;
        assert_eq!((status, &problem["code"]), (404, &json!("user_not_found")), "{id}");
    }
}

#[tokio::test]
async fn health_reports_version_and_tzdb_and_unknown_routes_are_problems() {
    let world = World::start().await;
    let (status, health) = world.get("/api/health").await;
    let version = env!("CARGO_PKG_VERSION");
    let expected = json!({ "status": "ok", "version": version, "tzdb": shared::time::TZDB });
    assert_eq!((status, health), (200, expected));
    assert_eq!(world.calls().count(), 0, "health asks nothing of the store");
    for path in ["/api", "/api/users/", "/api/meeting/participant"] {
        let (status, problem) = world.get(path).await;
        assert_eq!((status, &problem["code"]), (404, &json!("route_not_found")), "{path}");
    }
}
