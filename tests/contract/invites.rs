//! `GET /api/meetings/{meeting_id}/invite.ics`: the file for calendar programs.

use axum::http::Method;
use harness::{ApiResponse, World};
use local::gateway::authorizer::TokenRequest;
use serde_json::{Value, json};

async fn invite(world: &World, meeting: &Value) -> ApiResponse {
    let path = format!("/api/meetings/{}/invite.ics", meeting["meeting_id"].as_str().unwrap());
    world.send(Method::GET, &path, Vec::new()).await
}

/// The value of that property. The tested lines are short, so they aren't folded.
fn property<'a>(object: &'a Value, name: &str) -> &'a str {
    let lines = object.as_str().unwrap().split("\r\n");
    let mut values = lines.filter_map(|line| line.strip_prefix(name)?.split_once(':'));
    values.next().unwrap_or_else(|| panic!("no {name} in {object}")).1
}

fn header<'a>(answer: &'a ApiResponse, name: &str) -> &'a str {
    answer.headers[name].to_str().unwrap()
}

#[tokio::test]
async fn the_calendar_file_follows_the_changes_of_its_meeting() {
    let world = World::start().await;
    let (ana, bo) = (world.person("ana", "Europe/Madrid").await, world.person("bo", "UTC").await);
    let with = json!({ "title": "Review", "time_zone": "Europe/Madrid" });
    let meeting = world.book(&ana, "2026-12-01T10:00", "2026-12-01T11:00", &[&bo], with).await;
    let first = invite(&world, &meeting).await;
    assert_eq!(first.status, 200);
    assert_eq!(header(&first, "content-type"), "text/calendar; charset=utf-8; method=REQUEST");
    assert_eq!(header(&first, "content-disposition"), "attachment; filename=\"invite.ics\"");
    assert_eq!(header(&first, "etag"), "\"1\"");
    assert_eq!(property(&first.body, "METHOD"), "REQUEST");
    assert_eq!(property(&first.body, "SUMMARY"), "Review");
    assert_eq!(property(&first.body, "DTSTART;TZID=Europe/Madrid"), "20261201T100000");
    assert_eq!(property(&first.body, "DTSTAMP"), "20261102T090000Z");
    assert_eq!(property(&first.body, "SEQUENCE"), "0");
    assert_eq!(first.body.as_str().unwrap().matches("\r\nATTENDEE;").count(), 2);

    let path = format!("/api/meetings/{}", meeting["meeting_id"].as_str().unwrap());
    let change = json!({ "start_time": "2026-12-02T10:00", "end_time": "2026-12-02T11:00" });
    world.send(Method::PATCH, &path, change.to_string().into_bytes()).await;
    let second = invite(&world, &meeting).await;
    assert_eq!(header(&second, "etag"), "\"2\"");
    assert_eq!(property(&second.body, "SEQUENCE"), "1");
    assert_eq!(property(&second.body, "DTSTART;TZID=Europe/Madrid"), "20261202T100000");

    world.send(Method::DELETE, &path, Vec::new()).await;
    let third = invite(&world, &meeting).await;
    assert_eq!(header(&third, "content-type"), "text/calendar; charset=utf-8; method=CANCEL");
    assert_eq!(header(&third, "content-disposition"), "attachment; filename=\"cancel.ics\"");
    assert_eq!((property(&third.body, "METHOD"), property(&third.body, "STATUS")), ("CANCEL", "CANCELLED"));
    assert_eq!(property(&third.body, "SEQUENCE"), "2");
    for later in [&second, &third] {
        assert_eq!(property(&later.body, "UID"), property(&first.body, "UID"));
    }
}

#[tokio::test]
async fn the_organizers_file_is_their_own_copy() {
    let world = World::signed_in().await;
    let token = |name: &str| world.token(&TokenRequest::of(&format!("{name}@example.com")));
    let ask = async |name: &str, method: Method, path: &str, body: &Value| {
        world.send_as(&token(name), method, path, body).await
    };
    let mut ids = Vec::new();
    for name in ["ana", "bo"] {
        let body = json!({ "email": format!("{name}@example.com"), "name": name, "timezone": "UTC" });
        let user = ask(name, Method::POST, "/api/create_user", &body).await;
        ids.push(user.body["user_id"].as_str().unwrap().to_owned());
    }
    let body = json!({ "creator_id": ids[0], "start_time": "2026-12-01T10:00", "end_time": "2026-12-01T11:00",
        "time_zone": "UTC", "participants": ["bo@example.com"] });
    let meeting = ask("ana", Method::POST, "/api/create_meeting", &body).await.body;
    let path = format!("/api/meetings/{}", meeting["meeting_id"].as_str().unwrap());
    for cancelled in [false, true] {
        if cancelled {
            assert_eq!(ask("ana", Method::DELETE, &path, &Value::Null).await.status, 200);
        }
        for (name, method, people) in [("ana", "PUBLISH", 0), ("bo", "REQUEST", 2)] {
            let method = if cancelled { "CANCEL" } else { method };
            let file = ask(name, Method::GET, &format!("{path}/invite.ics"), &Value::Null).await;
            assert_eq!(
                header(&file, "content-type"),
                format!("text/calendar; charset=utf-8; method={method}")
            );
            assert_eq!(property(&file.body, "METHOD"), method, "{name}");
            assert_eq!(file.body.as_str().unwrap().matches("\r\nATTENDEE;").count(), people, "{name}");
        }
    }
}

#[tokio::test]
async fn an_unknown_meeting_has_no_calendar_file() {
    let world = World::start().await;
    for id in ["nobody", "a%20b", "%23"] {
        let (status, problem) = world.get(&format!("/api/meetings/{id}/invite.ics")).await;
        assert_eq!((status, &problem["code"]), (404, &json!("meeting_not_found")), "{id}");
    }
}
