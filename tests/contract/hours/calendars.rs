//! What `get_free_slots` tells of somebody's hours, and to whom.

use axum::http::Method;
use harness::{Person, World, new_user, with};
use local::gateway::authorizer::TokenRequest;
use serde_json::{Value, json};

use super::{create, week};
use crate::{bad_fields, message};

/// The times in a list, by the clock of the answer, each with its source.
fn times(list: &Value) -> Vec<(String, String, Value)> {
    let text = |entry: &Value, name: &str| entry[name].as_str().unwrap()[5..16].to_owned();
    let entry = |entry: &Value| (text(entry, "start_time"), text(entry, "end_time"), entry["source"].clone());
    list.as_array().unwrap().iter().map(entry).collect()
}

fn ask(person: &Person, start: &str, end: &str) -> Value {
    json!({ "user_id": person.id, "start_time": start, "end_time": end, "time_zone": "Europe/Madrid" })
}

/// Ana is off on Saturday, 28 November 2026, and works on weekdays.
fn hours() -> Value {
    json!({
        "do_not_disturb": { "weekly": week(), "exceptions": [
            { "from": "2026-11-28", "until": "2026-11-28", "windows": [{ "start": "06:00", "end": "24:00" }] },
        ] },
        "working_hours": {
            "weekly": [{ "days": ["mon", "tue", "wed", "thu", "fri"], "start": "09:00", "end": "17:30" }],
            "exceptions": [{ "from": "2026-11-30", "until": "2026-12-04", "windows": [] }],
        },
    })
}

#[tokio::test]
async fn each_time_has_its_source() {
    let world = World::start().await;
    let ana = Person::of(&create(&world, hours()).await);
    let (status, answer) =
        world.post("/api/get_free_slots", ask(&ana, "2026-11-27T00:00", "2026-11-30T12:00")).await;
    assert_eq!(status, 200, "{answer}");
    let entry = |start: &str, end: &str, source: &str| (start.to_owned(), end.to_owned(), json!(source));
    assert_eq!(
        times(&answer["do_not_disturb"]),
        [
            entry("11-27T00:00", "11-27T07:00", "weekly"),
            // What opens on Friday ends on Saturday, where the exception has its last hour.
            entry("11-27T22:00", "11-28T06:00", "weekly"),
            entry("11-28T06:00", "11-29T00:00", "exception"),
            entry("11-29T23:30", "11-30T10:00", "weekly"),
        ]
    );
    let working = times(&answer["working_hours"]);
    assert_eq!(working, [("11-27T09:00".to_owned(), "11-27T17:30".to_owned(), Value::Null)]);

    let all = world.calendar(&ana, "2026-11-30T00:00", "2026-12-05T00:00").await;
    assert_eq!(all["working_hours"], json!([]), "none, as opposed to none told");
    let bo = world.person("bo", "UTC").await;
    let none = world.calendar(&bo, "2026-11-30T00:00", "2026-12-05T00:00").await;
    assert_eq!((&none["working_hours"], &none["do_not_disturb"]), (&Value::Null, &json!([])));
}

/// Others see the times at which somebody is not to be disturbed, as ever, and not why; nor when they work.
#[tokio::test]
async fn others_see_no_more_than_quiet_times() {
    let world = World::signed_in().await;
    let token = |name: &str| world.token(&TokenRequest::of(&format!("{name}@example.com")));
    let mut people = Vec::new();
    for name in ["ana", "bo"] {
        let zone = json!({ "timezone": "Europe/Madrid" });
        let body = with(with(new_user(name), zone), hours());
        let created = world.send_as(&token(name), Method::POST, "/api/create_user", &body).await;
        assert_eq!(created.status, 201, "{}", created.body);
        people.push(Person::of(&created.body));
    }
    let body = ask(&people[0], "2026-11-27T00:00", "2026-11-30T12:00");
    let own = world.send_as(&token("ana"), Method::POST, "/api/get_free_slots", &body).await.body;
    let other = world.send_as(&token("bo"), Method::POST, "/api/get_free_slots", &body).await.body;
    let entry = |start: &str, end: &str| (start.to_owned(), end.to_owned(), Value::Null);
    assert_eq!(
        times(&other["do_not_disturb"]),
        [
            entry("11-27T00:00", "11-27T07:00"),
            entry("11-27T22:00", "11-29T00:00"),
            entry("11-29T23:30", "11-30T10:00"),
        ]
    );
    assert_eq!((&other["working_hours"], other["free_slots"] == own["free_slots"]), (&Value::Null, true));
    assert_eq!(times(&own["working_hours"]).len(), 1);
    assert_eq!(times(&own["do_not_disturb"]).len(), 4);
    let path = format!("/api/users/{}", people[0].id);
    assert_eq!(world.send_as(&token("bo"), Method::GET, &path, &Value::Null).await.status, 404);
}

/// Ten exceptions on the same days of a year, each with ten windows: a hundred times a day.
#[tokio::test]
async fn an_answer_with_too_many_times_is_refused() {
    let world = World::start().await;
    let windows = |first: usize| -> Value {
        let window = |number: usize| {
            let minute = (first * 10 + number) * 14;
            let at = |minute: usize| format!("{:02}:{:02}", minute / 60, minute % 60);
            json!({ "start": at(minute), "end": at(minute + 1) })
        };
        (0..10).map(window).collect()
    };
    let exceptions: Value = (0..10)
        .map(|number| json!({ "from": "2027-01-01", "until": "2027-12-31", "windows": windows(number) }))
        .collect();
    for (name, email) in [("do_not_disturb", "a@example.com"), ("working_hours", "b@example.com")] {
        let user = create(&world, json!({ "email": email, name: { "exceptions": exceptions } })).await;
        let ana = Person::of(&user);
        let body = ask(&ana, "2027-02-01T00:00", "2027-03-03T00:00");
        let (status, answer) = world.post("/api/get_free_slots", body).await;
        assert_eq!((status, answer[name].as_array().map(Vec::len)), (200, Some(3_000)));
        let body = ask(&ana, "2027-02-01T00:00", "2027-03-03T00:01");
        let (status, problem) = world.post("/api/get_free_slots", body).await;
        assert_eq!((status, bad_fields(&problem)), (422, vec!["end_time"]));
        let words = format!("more than the 3000 times in {name}");
        assert!(message(&problem, "end_time").contains(&words), "{problem}");
    }
}
