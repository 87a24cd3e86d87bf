//! What the API answers about stored items.

use axum::http::Method;
use harness::World;
use serde_json::{Value, json};

use crate::fixtures::{sort_of, stored, world_with};
use crate::story::{id_of, meeting, request};

/// Every request that can be made about those users and meetings and changes nothing.
pub(crate) fn requests(items: &[Value]) -> Vec<Value> {
    let mut requests = Vec::new();
    for item in items {
        match sort_of(item) {
            "PROFILE" => {
                let id = item["pk"].as_str().unwrap().strip_prefix("USER#").unwrap();
                requests.push(json!({ "method": "GET", "path": format!("/api/users/{id}") }));
                let window = json!({
                    "user_id": id, "time_zone": "UTC",
                    "start_time": "2026-11-02T00:00", "end_time": "2026-11-05T00:00",
                });
                requests.push(json!({ "method": "POST", "path": "/api/get_free_slots", "body": window }));
            }
            "MEETING" => {
                let path = format!("/api/meetings/{}", id_of(item));
                for part in ["", "/invite.ics", "/reminders"] {
                    requests.push(json!({ "method": "GET", "path": format!("{path}{part}") }));
                }
            }
            _ => {}
        }
    }
    requests
}

/// Those requests, each with its answer.
pub(crate) async fn of(world: &World, requests: &[Value]) -> Vec<Value> {
    let mut answers = Vec::new();
    for asked in requests {
        let method = asked["method"].as_str().unwrap().parse().unwrap();
        let asking = request(method, asked["path"].as_str().unwrap(), &[], &asked["body"]);
        let answer = world.request(asking).await;
        let header = |name: &str| answer.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
        answers.push(json!({
            "request": asked, "status": answer.status, "body": answer.body,
            "etag": header("etag"), "content-type": header("content-type"),
        }));
    }
    answers
}

/// Asks for everything about `items` again, and finds what was answered then.
pub(crate) async fn assert_the_same(world: &World, items: &[Value], expected: &[Value]) {
    let requests = requests(items);
    let answered: Vec<_> = expected.iter().map(|answer| answer["request"].clone()).collect();
    assert!(requests.len() == answered.len() && requests.iter().all(|one| answered.contains(one)));
    for (answer, expected) in of(world, &answered).await.iter().zip(expected) {
        assert_eq!(answer["status"], 200, "{answer}");
        let mut answer = answer.clone();
        remove_new_nulls(&mut answer["body"], &expected["body"]);
        // Answers about users had none.
        if expected["etag"].is_null() {
            answer["etag"] = Value::Null;
        }
        assert_eq!(&answer, expected, "{}", expected["request"]);
    }
}

/// What was stored before an optional field was added has none: an answer has it as null.
fn remove_new_nulls(answer: &mut Value, expected: &Value) {
    if let Some(fields) = answer.as_object_mut() {
        fields.retain(|name, value| !value.is_null() || expected.get(name).is_some());
    }
}

#[tokio::test]
async fn every_user_and_meeting_is_answered_as_before() {
    let stored = stored().await;
    let world = world_with(&stored.items).await;
    assert_the_same(&world, &stored.items, &stored.answers).await;
}

/// Users of every earlier version have one, which their `ETag` names and the next change raises.
#[tokio::test]
async fn every_stored_user_has_a_version_that_a_change_can_name() {
    let stored = stored().await;
    let world = world_with(&stored.items).await;
    let users: Vec<_> = stored.items.iter().filter(|item| sort_of(item) == "PROFILE").collect();
    assert!(users.len() > 2);
    for user in users {
        let version = user["version"].as_u64().unwrap();
        let path = format!("/api/users/{}", user["user_id"].as_str().unwrap());
        let read = world.send(Method::GET, &path, Vec::new()).await;
        assert_eq!(read.headers["etag"], format!("\"{version}\""), "{user}");
        let body = json!({ "name": "Another" });
        let change = |tag: u64| request(Method::PATCH, &path, &[("if-match", &format!("\"{tag}\""))], &body);
        assert_eq!(world.request(change(version + 1)).await.status, 412);
        let changed = world.request(change(version)).await;
        assert_eq!((changed.status, &changed.body["name"]), (200, &json!("Another")));
        assert_eq!(changed.headers["etag"], format!("\"{}\"", version + 1));
    }
}

#[tokio::test]
async fn a_stored_feed_is_answered_and_ended() {
    let stored = stored().await;
    let world = world_with(&stored.items).await;
    let owner = stored.items.iter().find(|item| item["digest"].is_string()).unwrap();
    let owner = owner["pk"].as_str().unwrap().strip_prefix("USER#").unwrap();
    let path = format!("/api/feeds/{}.ics", "ab".repeat(32));
    let (status, feed) = world.get(&path).await;
    let feed = feed.as_str().unwrap();
    assert_eq!(status, 200);
    assert_eq!(feed.matches("\r\nDTSTAMP:20261102T090000Z\r\n").count(), feed.matches("END:VEVENT").count());
    assert!(feed.contains("\r\nSUMMARY:Design review\r\n") && feed.contains("\r\nSUMMARY:Daily standup\r\n"));
    // Older items don't say when they changed.
    let mut items = stored.items.clone();
    items.iter_mut().filter_map(Value::as_object_mut).for_each(|item| drop(item.remove("changed_at")));
    let (_, older) = world_with(&items).await.get(&path).await;
    assert_eq!(older, feed.replace("\r\nDTSTAMP:20261102T090000Z", "\r\nDTSTAMP:19700101T000000Z"));

    let revoked = world.send(Method::DELETE, &format!("/api/users/{owner}/feed"), Vec::new()).await;
    assert_eq!((revoked.status, world.get(&path).await.0), (204, 404));
}

/// Makes those requests again, under their keys and with other bodies too. Nothing is written.
pub(crate) async fn assert_repeated(world: &World, all_created: &[Value]) {
    let before = world.items().await;
    for created in all_created {
        let text = |name: &str| created[name].as_str().unwrap();
        let headers = [("Idempotency-Key", text("key"))];
        let again = request(Method::POST, text("path"), &headers, &created["body"]);
        let answer = world.request(again).await;
        assert_eq!((answer.status, &answer.body), (201, &created["answer"]));
        assert_eq!(answer.headers["idempotent-replayed"], "true");

        let mut other = created["body"].clone();
        let changed = if other["name"].is_string() { "name" } else { "title" };
        other[changed] = json!("Other");
        let answer = world.request(request(Method::POST, text("path"), &headers, &other)).await;
        assert_eq!((answer.status, &answer.body["code"]), (422, &json!("idempotency_key_reused")));
    }
    assert!(world.items().await == before);
}

#[tokio::test]
async fn a_request_made_again_under_its_key_gets_the_stored_answer() {
    let stored = stored().await;
    assert_eq!(stored.created.len(), 3);
    assert_repeated(&world_with(&stored.items).await, &stored.created).await;
}

#[tokio::test]
async fn stored_addresses_and_counts_go_on() {
    let stored = stored().await;
    let world = world_with(&stored.items).await;
    let taken = json!({ "email": "ANA@example.com", "name": "Ana", "timezone": "UTC" });
    let (status, problem) = world.post("/api/create_user", taken).await;
    assert_eq!((status, &problem["code"]), (409, &json!("email_taken")));

    // Ana's night shift is in the way; an hour later she can meet Cy, who is found by his address.
    let counts = |items: &[Value], ana: &str| {
        let key = (json!(format!("USER#{ana}")), json!("QUOTA#2026-11-02"));
        let item = items.iter().find(|item| (&item["pk"], &item["sk"]) == (&key.0, &key.1)).unwrap();
        ["meetings_per_day", "invitations_per_day"].map(|name| item[name].as_u64().unwrap())
    };
    let ana =
        stored.items.iter().find(|item| sort_of(item) == "PROFILE" && item["email"] == "ana@example.com");
    let ana = ana.unwrap()["pk"].as_str().unwrap().strip_prefix("USER#").unwrap();
    for (start, status) in [("2026-11-02T17:30", 409), ("2026-11-02T18:00", 201)] {
        let body = json!({
            "creator_id": ana, "start_time": start, "end_time": "2026-11-02T18:30", "time_zone": "UTC",
            "participants": ["cy@example.com"],
        });
        let (answered, answer) = world.post("/api/create_meeting", body).await;
        assert_eq!(answered, status, "{answer}");
    }
    let items: Vec<_> = world.items().await.into_values().collect();
    let [meetings, invitations] = counts(&stored.items, ana);
    assert_eq!(counts(&items, ana), [meetings + 1, invitations + 1]);
}

/// The pending reminders are summed up from the meetings, or else from the organizer's stored pages.
#[tokio::test]
async fn what_a_stored_meeting_or_page_counts_is_counted() {
    let stored = stored().await;
    let review = meeting(&stored.items, "Design review");
    let (ana, id) = (review["creator_id"].as_str().unwrap(), review["meeting_id"].as_str().unwrap());
    let page = |item: &&Value| item["pk"] == format!("USER#{ana}") && item["sk"] == "DAY#2026-11-02";
    let page = stored.items.iter().find(page).unwrap();
    // Five reminders for each of three people.
    assert_eq!((&review["reminders"], &page["meetings"][id]["reminders"]), (&json!(15), &json!(15)));
    for is_noted_in_the_meeting in [true, false] {
        for (reminders, status) in [(15, 201), (50_000, 429)] {
            let world = world_with(&stored.items).await;
            let (mut review, mut page) = (review.clone(), page.clone());
            if is_noted_in_the_meeting {
                review["reminders"] = json!(reminders);
            } else {
                review.as_object_mut().unwrap().remove("reminders");
                page["meetings"][id]["reminders"] = json!(reminders);
            }
            world.put_item(review).await;
            world.put_item(page).await;
            let body = json!({
                "creator_id": ana, "start_time": "2026-11-05T10:00", "end_time": "2026-11-05T11:00",
                "time_zone": "UTC", "participants": [],
            });
            let (answered, answer) = world.post("/api/create_meeting", body).await;
            assert_eq!(answered, status, "{answer}");
        }
    }
}
