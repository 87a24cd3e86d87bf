//! Booking: the response, conflicts, and limits of size.

use futures_util::future::join_all;
use harness::{World, new_meeting, new_user, with};
use serde_json::{Value, json};

use crate::changes::texts;
use crate::{bad_fields, message};

#[tokio::test]
async fn a_created_meeting_is_returned_completely_and_read_back_the_same() {
    let world = World::start().await;
    let ana = world.person("ana", "Europe/Madrid").await;
    let bo = world.person("bo", "America/New_York").await;
    let request = json!({
        "end_time": "2026-12-01 11:00:00", "time_zone": "Europe/Madrid", "participants": ["BO@example.com"],
        "notification_interval": 60, "title": " Design review ", "location": "",
    });
    let (status, mut answer) = world.post("/api/create_meeting", with(new_meeting(&ana.id), request)).await;
    assert_eq!(status, 201, "{answer}");
    let extra = answer.as_object_mut().unwrap();
    assert_eq!(extra.remove("unavailable_participants"), Some(json!([])));
    assert_eq!(extra.remove("do_not_disturb_participants"), Some(json!([])));
    let id = answer["meeting_id"].as_str().unwrap();
    let expected = json!({
        "meeting_id": id, "creator_id": ana.id, "title": "Design review", "status": "confirmed",
        "start_time": "2026-12-01T10:00:00+01:00", "end_time": "2026-12-01T11:00:00+01:00",
        "time_zone": "Europe/Madrid",
        "participants": [
            { "user_id": ana.id, "email": "ana@example.com", "name": "ana", "role": "organizer" },
            { "user_id": bo.id, "email": "bo@example.com", "name": "bo", "role": "participant" },
        ],
        "notification_interval": [{ "type": "email", "minutes_before": 60 }], "version": 1,
    });
    let expected = with(texts::none(), expected);
    assert_eq!(answer, expected);
    assert_eq!(world.get(&format!("/api/meetings/{id}")).await, (200, expected));
}

#[tokio::test]
async fn a_participant_listed_twice_counts_once() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let invited = json!(["Ana@Example.com", "bo@example.com", "BO@example.com", "ana@example.com"]);
    let more = json!({ "participants": invited });
    let meeting = world.book(&ana, "2026-12-01T10:00", "2026-12-01T11:00", &[], more).await;
    let ids: Vec<_> = meeting["participants"].as_array().unwrap().iter().map(|p| &p["user_id"]).collect();
    assert_eq!(ids, [&json!(ana.id), &json!(bo.id)]);
    assert_eq!(meeting["unavailable_participants"], json!([]));
}

#[tokio::test]
async fn a_creator_cannot_book_over_meetings_they_organize_or_attend() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let own = json!({ "title": "Own" });
    let first = world.book(&ana, "2026-12-01T09:00", "2026-12-01T10:00", &[], own).await;
    let invited = json!({ "title": "Invited" });
    let second = world.book(&bo, "2026-12-01T11:00", "2026-12-01T12:00", &[&ana], invited).await;

    let tokyo = json!({ "time_zone": "Asia/Tokyo" });
    let before = world.items().await;
    let (status, problem) = world.try_book(&ana, "2026-12-01T18:30", "2026-12-01T20:30", &[&bo], tokyo).await;
    assert_eq!((status, &problem["code"]), (409, &json!("meeting_conflict")));
    let expected = json!([
        { "meeting_id": first["meeting_id"], "title": "Own",
          "start_time": "2026-12-01T18:00:00+09:00", "end_time": "2026-12-01T19:00:00+09:00" },
        { "meeting_id": second["meeting_id"], "title": "Invited",
          "start_time": "2026-12-01T20:00:00+09:00", "end_time": "2026-12-01T21:00:00+09:00" },
    ]);
    assert_eq!(problem["conflicts"], expected);
    assert_eq!(world.items().await, before, "nothing is created");
}

#[tokio::test]
async fn meetings_may_touch_but_not_overlap() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    world.book(&ana, "2026-12-01T10:00", "2026-12-01T11:00", &[], json!({})).await;
    for (start, end, status) in [
        ("2026-12-01T11:00", "2026-12-01T12:00", 201),
        ("2026-12-01T09:00", "2026-12-01T10:00", 201),
        ("2026-12-01T10:59:59.999", "2026-12-01T13:00", 409),
        ("2026-12-01T08:00", "2026-12-01T09:00:00.001", 409),
        ("2026-12-01T10:15", "2026-12-01T10:45", 409),
        ("2026-11-30T00:00", "2026-12-05T00:00", 409),
    ] {
        let answered = world.try_book(&ana, start, end, &[], json!({})).await;
        assert_eq!(answered.0, status, "{start} {end}: {}", answered.1);
    }
}

#[tokio::test]
async fn a_meeting_over_midnight_conflicts_on_both_days() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    world.book(&ana, "2026-12-01T23:00", "2026-12-02T01:00", &[], json!({})).await;
    for (start, end, status) in [
        ("2026-12-01T22:00", "2026-12-01T23:30", 409),
        ("2026-12-02T00:30", "2026-12-02T02:00", 409),
        ("2026-12-02T01:00", "2026-12-02T02:00", 201),
    ] {
        let answered = world.try_book(&ana, start, end, &[], json!({})).await;
        assert_eq!(answered.0, status, "{start} {end}: {}", answered.1);
    }
}

#[tokio::test]
async fn busy_and_dnd_participants_are_reported_without_details_of_their_meetings() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    let bo = world.person_with_dnd("bo", "Asia/Tokyo", 22, 7).await;
    let cy = world.person("cy", "UTC").await;
    let secret = json!({ "title": "Secret merger", "description": "Hush", "location": "Basement" });
    world.book(&bo, "2026-12-01T12:00", "2026-12-01T12:45", &[], secret.clone()).await;
    world.book(&bo, "2026-12-01T13:30", "2026-12-01T14:30", &[], secret).await;

    // In Tokyo 21:30 to 23:00: two meetings, and from 22:00 on the window.
    let madrid = json!({ "time_zone": "Europe/Madrid" });
    let meeting = world.book(&ana, "2026-12-01T13:30", "2026-12-01T15:00", &[&bo, &cy], madrid).await;
    let expected = json!([{ "user_id": bo.id, "email": "bo@example.com", "busy": [
        { "start_time": "2026-12-01T13:00:00+01:00", "end_time": "2026-12-01T13:45:00+01:00" },
        { "start_time": "2026-12-01T14:30:00+01:00", "end_time": "2026-12-01T15:30:00+01:00" },
    ]}]);
    assert_eq!(meeting["unavailable_participants"], expected);
    let in_dnd = json!([{ "user_id": bo.id, "email": "bo@example.com" }]);
    assert_eq!(meeting["do_not_disturb_participants"], in_dnd);
    let text = meeting.to_string();
    assert!(!["Secret", "Hush", "Basement"].iter().any(|word| text.contains(word)), "{text}");

    // Times that only touch do not overlap, neither with DND hours nor with meetings.
    let di = world.person("di", "UTC").await;
    let meeting = world.book(&di, "2026-12-01T12:45", "2026-12-01T13:00", &[&bo], json!({})).await;
    assert_eq!(meeting["do_not_disturb_participants"], json!([]));
    let busy = meeting["unavailable_participants"][0]["busy"].as_array().unwrap();
    assert_eq!(busy.len(), 1, "only the meeting just booked: {busy:?}");
}

#[tokio::test]
async fn the_creator_is_never_reported_as_unavailable_but_may_be_in_dnd() {
    let world = World::start().await;
    let ana = world.person_with_dnd("ana", "UTC", 9, 11).await;
    let meeting = world.book(&ana, "2026-12-01T10:00", "2026-12-01T12:00", &[&ana], json!({})).await;
    assert_eq!(meeting["unavailable_participants"], json!([]));
    let in_dnd = json!([{ "user_id": ana.id, "email": "ana@example.com" }]);
    assert_eq!(meeting["do_not_disturb_participants"], in_dnd);
}

#[tokio::test]
async fn unknown_participants_are_named_and_nothing_is_created() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let before = world.items().await;
    let more = json!({ "participants": ["x@example.com", bo.email, "Y@Example.com"] });
    let (status, problem) = world.try_book(&ana, "2026-12-01T10:00", "2026-12-01T11:00", &[], more).await;
    assert_eq!((status, &problem["code"]), (422, &json!("unknown_participants")));
    assert_eq!(problem["unknown"], json!(["x@example.com", "Y@Example.com"]));
    assert_eq!(bad_fields(&problem), ["participants"]);
    assert_eq!(world.items().await, before);

    let nobody = harness::Person { id: "nobody".to_owned(), email: String::new() };
    let (status, problem) =
        world.try_book(&nobody, "2026-12-01T10:00", "2026-12-01T11:00", &[&bo], json!({})).await;
    assert_eq!((status, &problem["code"]), (404, &json!("user_not_found")));
    for path in ["/api/meetings/nothing", "/api/meetings/nothing/reminders", "/api/meetings/%23"] {
        let (status, problem) = world.get(path).await;
        assert_eq!((status, &problem["code"]), (404, &json!("meeting_not_found")), "{path}");
    }
}

#[tokio::test]
async fn a_meeting_lasts_at_most_fourteen_days() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    let (status, problem) =
        world.try_book(&ana, "2026-12-01T10:00", "2026-12-15T10:00:00.001", &[], json!({})).await;
    assert_eq!((status, bad_fields(&problem)), (422, vec!["end_time"]));
    assert!(message(&problem, "end_time").contains("14 days"), "{problem}");
    let meeting = world.book(&ana, "2026-12-01T10:00", "2026-12-15T10:00", &[], json!({})).await;
    assert_eq!(meeting["end_time"], "2026-12-15T10:00:00+00:00");
    let (status, problem) =
        world.try_book(&ana, "2026-12-15T09:59", "2026-12-15T11:00", &[], json!({})).await;
    assert_eq!((status, &problem["conflicts"][0]["meeting_id"]), (409, &meeting["meeting_id"]));
}

#[tokio::test]
async fn a_meeting_is_limited_to_ninety_nine_participant_days() {
    let world = World::start().await;
    let people = join_all((0..100).map(async |number| {
        let (_, user) = world.post("/api/create_user", new_user(&format!("p{number}"))).await;
        user["user_id"].as_str().unwrap().to_owned()
    }));
    let ids = people.await;
    let book = async |count: usize, start: &str, end: &str| {
        let invited: Vec<_> = (1..count).map(|number| format!("p{number}@example.com")).collect();
        let request = json!({ "start_time": start, "end_time": end, "participants": invited });
        world.post("/api/create_meeting", with(new_meeting(&ids[0]), request)).await
    };
    let refused = |(status, problem): (u16, Value)| {
        assert_eq!((status, bad_fields(&problem)), (422, vec!["participants"]));
        assert!(message(&problem, "participants").contains("99 participant-days"), "{problem}");
    };
    refused(book(100, "2026-12-01T10:00", "2026-12-01T11:00").await);
    // Fifty people over two UTC days are a hundred; a meeting that ends at midnight is on one.
    refused(book(50, "2026-12-01T23:00", "2026-12-02T00:00:00.001").await);
    assert_eq!(book(50, "2026-12-01T23:00", "2026-12-02T00:00").await.0, 201);
    let (status, meeting) = book(99, "2026-12-01T10:00", "2026-12-01T11:00").await;
    assert_eq!((status, meeting["participants"].as_array().map(Vec::len)), (201, Some(99)));

    let body = json!({ "user_id": ids[99], "meeting_id": meeting["meeting_id"] });
    let (status, problem) = world.post("/api/meeting/participant/add", body).await;
    assert_eq!((status, bad_fields(&problem)), (422, vec!["user_id"]));
    assert!(message(&problem, "user_id").contains("99 participant-days"), "{problem}");
}
