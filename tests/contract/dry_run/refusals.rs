//! A dry run is refused as the real request would be, and for a bad `dry_run`.

use axum::http::Method;
use harness::{Person, World, new_meeting, new_user, with};
use serde_json::{Value, json};

use super::{MEETINGS, dry, try_dry};
use crate::changes::{cancel, path, request};
use crate::{bad_fields, message};

/// Ana's meeting with Bo, another one of hers at noon, and a cancelled one.
struct Fixture {
    world: World,
    ana: Person,
    bo: Person,
    meeting: Value,
    cancelled: Value,
}

async fn fixture() -> Fixture {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let meeting = world.book(&ana, "2026-12-01T10:00", "2026-12-01T11:00", &[&bo], json!({})).await;
    world.book(&ana, "2026-12-01T12:00", "2026-12-01T13:00", &[], json!({})).await;
    let cancelled = world.book(&ana, "2026-12-02T10:00", "2026-12-02T11:00", &[&bo], json!({})).await;
    assert_eq!(cancel(&world, &cancelled).await.0, 200);
    world.settle().await;
    Fixture { world, ana, bo, meeting, cancelled }
}

/// Who asks for a dry run where there is none gets no real one.
#[tokio::test]
async fn it_is_refused_where_it_is_no_field() {
    let Fixture { world, ana, bo, meeting, .. } = fixture().await;
    let new = with(
        new_meeting(&ana.id),
        json!({ "start_time": "2026-12-05T10:00", "end_time": "2026-12-05T11:00" }),
    );
    let (meeting_path, flag) = (path(&meeting), json!({ "dry_run": true }));
    let member = json!({ "user_id": bo.id, "meeting_id": meeting["meeting_id"] });
    let before = world.items().await;
    for (method, path, body) in [
        (Method::POST, format!("{MEETINGS}?dry_run=true"), new),
        (Method::PATCH, format!("{meeting_path}?dry_run=true"), json!({ "title": "Other" })),
        (Method::DELETE, format!("{meeting_path}?dry_run=1"), json!({})),
        (Method::DELETE, meeting_path.clone(), flag.clone()),
        (Method::DELETE, format!("/api/users/{}/snooze", ana.id), flag.clone()),
        (Method::POST, "/api/meeting/participant/remove".to_owned(), with(member, flag)),
    ] {
        let answer = world.send(method.clone(), &path, body.to_string().into_bytes()).await;
        assert_eq!((answer.status, bad_fields(&answer.body)), (422, vec!["dry_run"]), "{method} {path}");
    }
    assert_eq!(world.items().await, before);
}

#[tokio::test]
async fn a_request_that_would_be_refused_is_refused_in_the_same_words() {
    let Fixture { world, ana, bo, meeting, cancelled } = fixture().await;
    let new = |more| with(new_meeting(&ana.id), more);
    let unknown = "/api/meetings/0123456789abcdef0123456789abcdef".to_owned();
    let (meeting, cancelled, meetings) = (path(&meeting), path(&cancelled), MEETINGS.to_owned());
    let later = json!({ "start_time": "2026-12-05T10:00", "end_time": "2026-12-05T11:00" });
    for (method, path, body, expected) in [
        (Method::POST, &meetings, new(json!({})), (409, "meeting_conflict")),
        (Method::POST, &meetings, new(json!({ "end_time": "2026-12-01T09:00" })), (422, "invalid_request")),
        (
            Method::POST,
            &meetings,
            with(new(later.clone()), json!({ "participants": ["nobody@example.com"] })),
            (422, "unknown_participants"),
        ),
        (
            Method::POST,
            &meetings,
            with(new(later), json!({ "creator_id": "nobody" })),
            (404, "user_not_found"),
        ),
        (Method::PATCH, &meeting, json!({ "start_time": "2026-12-01T12:30" }), (409, "meeting_conflict")),
        (Method::PATCH, &meeting, json!({ "end_time": "2027-01-01T10:00" }), (422, "invalid_request")),
        (Method::PATCH, &meeting, json!({ "titel": "x" }), (422, "invalid_request")),
        (Method::PATCH, &cancelled, json!({ "title": "x" }), (409, "meeting_cancelled")),
        (Method::PATCH, &unknown, json!({ "title": "x" }), (404, "meeting_not_found")),
    ] {
        let (status, _, problem) = try_dry(&world, method.clone(), path, &[], &body).await;
        assert_eq!((status, problem["code"].as_str()), (expected.0, Some(expected.1)), "{path} {problem}");
        let real = world.request(request(method, path, &[], &body)).await;
        // What its fields may be includes `dry_run` in both.
        assert_eq!((status, problem), (real.status, real.body), "{path}");
    }
    assert_eq!(bo.email, "bo@example.com");
}

#[tokio::test]
async fn a_full_calendar_is_refused() {
    let Fixture { world, bo, .. } = fixture().await;
    let day = |number: usize| format!("2026-12-20T{:02}:{:02}", number / 60, number % 60);
    for number in 0..300 {
        let (start, end) = (day(number), day(number + 1));
        let (status, body) = world.try_book(&bo, &start, &end, &[], json!({})).await;
        assert_eq!(status, 201, "{number}: {body}");
    }
    let times = json!({ "start_time": day(301), "end_time": day(302) });
    let body = with(new_meeting(&bo.id), times);
    let answer = world.request(request(Method::POST, MEETINGS, &[], &dry(&body))).await;
    assert_eq!((answer.status, bad_fields(&answer.body)), (422, vec!["start_time"]));
    assert_eq!(world.post(MEETINGS, body).await, (422, answer.body));
}

#[tokio::test]
async fn the_value_is_true_or_false_and_nothing_else() {
    let Fixture { world, ana, meeting, .. } = fixture().await;
    let later = json!({ "start_time": "2026-12-05T10:00", "end_time": "2026-12-05T11:00" });
    let new = with(new_meeting(&ana.id), later);
    let before = world.items().await;
    let bad = [
        json!(null),
        json!("true"),
        json!("True"),
        json!("false"),
        json!(""),
        json!("yes"),
        json!(0),
        json!(1),
        json!(1.5),
        json!([]),
        json!([true]),
        json!({}),
        json!({ "dry_run": true }),
    ];
    for value in bad {
        let change = json!({ "dry_run": value });
        for (method, path, body) in [
            (Method::POST, MEETINGS.to_owned(), with(new.clone(), change.clone())),
            (Method::PATCH, path(&meeting), with(json!({ "title": "Other" }), change.clone())),
        ] {
            let answer = world.request(request(method, &path, &[], &body)).await;
            assert_eq!((answer.status, bad_fields(&answer.body)), (422, vec!["dry_run"]), "{path} {value}");
            let expected = if value.is_null() { "must not be null" } else { "must be true or false" };
            assert_eq!(message(&answer.body, "dry_run"), expected);
        }
    }
    // It is named beside the others.
    let several = json!({ "dry_run": "yes", "title": 5 });
    let answer = world.request(request(Method::PATCH, &path(&meeting), &[], &several)).await;
    assert_eq!((answer.status, bad_fields(&answer.body)), (422, vec!["title", "dry_run"]));
    assert!(world.items().await == before);
}

#[tokio::test]
async fn other_spellings_are_understood_and_calls_without_it_refuse_it() {
    let Fixture { world, ana, bo, meeting, .. } = fixture().await;
    let before = world.items().await;
    for name in ["dryRun", "dry-run", "dryrun", "simulate", "preview", "validate_only", "validateOnly"] {
        let body = with(new_meeting(&ana.id), json!({ name: true }));
        let (status, problem) = world.post(MEETINGS, body).await;
        assert_eq!((status, bad_fields(&problem)), (422, vec![name]));
        let expected = "is not a field of this call; did you mean dry_run?";
        assert_eq!(message(&problem, name), expected);
    }
    let member = json!({ "user_id": bo.id, "meeting_id": meeting["meeting_id"] });
    for (path, body) in [
        ("/api/create_user", new_user("Cy")),
        ("/api/meeting/participant/add", member.clone()),
        ("/api/meeting/participant/remove", member),
    ] {
        let (status, problem) = world.post(path, dry(&body)).await;
        assert_eq!((status, bad_fields(&problem)), (422, vec!["dry_run"]), "{path}");
    }
    assert!(world.items().await == before);
}
