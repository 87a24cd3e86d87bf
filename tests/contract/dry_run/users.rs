//! Dry runs of changes of a user and of snoozes: which reminders would move, and to which minute.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, Method, header};
use chrono::{DateTime, Utc};
use fastrand::Rng;
use harness::{CallOutcome, Person, World};
use serde_json::{Value, json};
use shared::domain::Quotas;

use super::{dry, traces, try_dry, without};
use crate::changes::{patch_user, request};
use crate::quotas::UNLIMITED;

/// A change of a user: a `PATCH` or, under the path of the snooze, a `POST`.
#[derive(Clone, Debug)]
struct Change {
    method: Method,
    part: &'static str,
    body: Value,
}

impl Change {
    fn patch(body: Value) -> Self {
        Self { method: Method::PATCH, part: "", body }
    }

    fn snooze(body: Value) -> Self {
        Self { method: Method::POST, part: "/snooze", body }
    }

    fn path(&self, person: &Person) -> String {
        format!("/api/users/{}{}", person.id, self.part)
    }
}

async fn try_change(world: &World, person: &Person, change: &Change) -> (u16, HeaderMap, Value) {
    try_dry(world, change.method.clone(), &change.path(person), &[], &change.body).await
}

/// A reminder: its meeting, its type, and how long before the start it is wanted.
type Key = (String, String, u64);
/// When it is sent, why then, and its state.
type Shown = (Option<DateTime<Utc>>, String, String);

fn key(reminder: &Value, meeting: &Value) -> Key {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(meeting), text(&reminder["type"]), reminder["minutes_before"].as_u64().unwrap())
}

fn time(value: &Value) -> Option<DateTime<Utc>> {
    value.as_str().map(|text| text.parse().unwrap())
}

fn shown(reminder: &Value, at: &str) -> Shown {
    let text = |name: &str| reminder[name].as_str().unwrap().replace("scheduled", "planned");
    (time(&reminder[at]), text("reason"), text("state"))
}

/// One person's reminders, as they are listed.
async fn listed(world: &World, person: &Person, meetings: &[Value]) -> BTreeMap<Key, Shown> {
    let mut found = BTreeMap::new();
    for meeting in meetings {
        for reminder in world.reminders(meeting).await {
            if reminder["user_id"] == person.id.as_str() {
                found.insert(key(&reminder, &meeting["meeting_id"]), shown(&reminder, "remind_at"));
            }
        }
    }
    found
}

/// Asserts that a dry run of the change answers what the change itself does, and which reminders it moves.
/// Returns these.
async fn same_as_real(world: &World, person: &Person, meetings: &[Value], change: &Change) -> Vec<Value> {
    let (status, headers, planned) = try_change(world, person, change).await;
    assert_eq!(status, 200, "{change:?}: {planned}");
    let before = listed(world, person, meetings).await;
    let tag = headers[header::ETAG].to_str().unwrap();
    let real = request(change.method.clone(), &change.path(person), &[("if-match", tag)], &change.body);
    let real = world.request(real).await;
    assert_eq!(real.status, 200, "{change:?}: {}", real.body);
    assert_eq!(without(&planned, &["moved_reminders", "moved_reminders_until"]), real.body);
    assert_eq!(planned["moved_reminders_until"], Value::Null);
    world.settle().await;
    let after = listed(world, person, meetings).await;
    let mut moved = after.clone();
    moved.retain(|key, shown| before.get(key) != Some(shown));

    let answered = planned["moved_reminders"].as_array().unwrap().clone();
    let told: BTreeMap<_, _> =
        answered.iter().map(|moved| (key(moved, &moved["meeting_id"]), shown(moved, "to"))).collect();
    assert_eq!(told, moved, "{change:?}");
    assert_eq!(told.len(), answered.len());
    for moved in &answered {
        let key = key(moved, &moved["meeting_id"]);
        assert_eq!(time(&moved["from"]), before[&key].0, "{moved}");
        let meeting = meetings.iter().find(|meeting| meeting["meeting_id"] == moved["meeting_id"]).unwrap();
        assert_eq!(
            (&moved["title"], time(&moved["start_time"])),
            (&meeting["title"], time(&meeting["start_time"]))
        );
    }
    let place = |moved: &Value| (time(&moved["start_time"]), moved["meeting_id"].to_string());
    assert!(answered.is_sorted_by_key(place), "{answered:?}");
    answered
}

/// A reminder that moves, in brief: meeting, minutes before, from, to, why.
fn brief(moved: &Value) -> String {
    let at = |name: &str| moved[name].as_str().map_or("-", |at| &at[11..16]).to_owned();
    let (title, reason) = (moved["title"].as_str().unwrap_or("-"), moved["reason"].as_str().unwrap());
    format!("{title} {} {} {} {reason}", moved["minutes_before"], at("from"), at("to"))
}

/// Ana's meetings of the next days, her own and those of two others, who are in some at the same time.
async fn calendar(world: &World) -> (Person, Vec<Value>) {
    let ana = world.person_with_dnd("ana", "Europe/Madrid", 22, 7).await;
    let [bo, cy] = world.people(["bo", "cy"]).await;
    let mut meetings = Vec::new();
    let lists = [json!([60]), json!([{ "minutes_before": 45, "repeat_every": 15 }]), json!([1440, 10, 0])];
    for (number, start) in [
        (0, "2026-11-02T12:00"),
        (1, "2026-11-02T12:30"),
        (2, "2026-11-02T13:00"),
        (1, "2026-11-02T21:30"),
        (0, "2026-11-03T07:00"),
        (1, "2026-11-03T07:15"),
        (2, "2026-11-03T09:30"),
        (0, "2026-11-03T15:00"),
        (1, "2026-11-03T15:45"),
        (2, "2026-11-04T00:30"),
        (0, "2026-11-04T11:00"),
        (1, "2026-11-05T20:15"),
    ] {
        let creator = [&ana, &bo, &cy][number];
        let end = (format!("{start}:00Z").parse::<DateTime<Utc>>().unwrap() + chrono::TimeDelta::minutes(40))
            .format("%Y-%m-%dT%H:%M")
            .to_string();
        let guests: &[&Person] = if number == 0 { &[] } else { &[&ana] };
        let more = json!({ "notification_interval": lists[number], "title": format!("M{}", meetings.len()) });
        meetings.push(world.book(creator, start, &end, guests, more).await);
    }
    world.settle().await;
    (ana, meetings)
}

/// Any change that a person can make to when they are reminded, or to something else.
fn any(rng: &mut Rng, number: usize) -> Change {
    let clock = |rng: &mut Rng| format!("{:02}:{:02}", rng.u32(0..24), 5 * rng.u32(0..12));
    let window = |rng: &mut Rng| loop {
        let (start, end) = (clock(rng), clock(rng));
        if start != end {
            return json!({ "start": start, "end": end });
        }
    };
    let day = |number: u32| format!("2026-11-{number:02}");
    match rng.u32(0..9) {
        0 | 1 => {
            let window = window(rng);
            Change::patch(json!({ "dnd_start_time": window["start"], "dnd_end_time": window["end"] }))
        }
        2 => Change::patch(json!({ "dnd_start_time": null, "dnd_end_time": null })),
        3 => {
            let (from, windows) =
                (rng.u32(2..6), (0..rng.usize(0..3)).map(|_| window(rng)).collect::<Vec<_>>());
            let exception =
                json!({ "from": day(from), "until": day(from + rng.u32(0..2)), "windows": windows });
            Change::patch(json!({ "do_not_disturb": { "exceptions": [exception] } }))
        }
        4 => Change::patch(json!({ "do_not_disturb": { "during_meetings": rng.bool() } })),
        5 => {
            let zones = ["UTC", "Asia/Kolkata", "America/New_York", "Pacific/Chatham", "Europe/Madrid"];
            Change::patch(json!({ "timezone": zones[rng.usize(0..zones.len())] }))
        }
        6 => Change::snooze(json!({ "minutes": rng.u32(1..2_000) })),
        7 => Change::patch(json!({ "email": format!("ana{number}@example.com") })),
        _ => Change::patch(json!({ "name": format!("Ana {number}"), "working_hours": null })),
    }
}

#[tokio::test]
async fn every_change_moves_what_its_dry_run_told() {
    for seed in 0..2 {
        let mut rng = Rng::with_seed(seed);
        let world = World::start().await;
        let (ana, meetings) = calendar(&world).await;
        let mut moved = 0;
        for (number, hour) in (9..17).flat_map(|hour| [hour; 3]).enumerate() {
            world.advance_to(&format!("2026-11-02T{hour:02}:00:00Z")).await;
            moved += same_as_real(&world, &ana, &meetings, &any(&mut rng, number)).await.len();
        }
        assert!(moved > 20, "seed {seed} moved {moved}");
    }
}

#[tokio::test]
async fn it_names_the_meeting_both_minutes_and_the_reason() {
    let world = World::start().await;
    let ana = world.person_with_dnd("ana", "Europe/Madrid", 22, 7).await;
    let more = json!({ "title": "Design review", "notification_interval": [60] });
    let meetings = [world.book(&ana, "2026-12-01T09:00", "2026-12-01T10:00", &[], more).await];
    world.settle().await;
    let longer = json!({ "dnd_end_time": "09:05" });
    let (_, headers, planned) = try_change(&world, &ana, &Change::patch(longer)).await;
    assert_eq!(headers[header::ETAG], "\"1\"");
    let expected = json!([{
        "meeting_id": meetings[0]["meeting_id"], "title": "Design review", "type": "email", "minutes_before": 60,
        "start_time": "2026-12-01T10:00:00+01:00", "from": "2026-12-01T09:00:00+01:00",
        "to": "2026-12-01T09:05:00+01:00", "reason": "after_dnd", "state": "planned",
    }]);
    assert_eq!(planned["moved_reminders"], expected);
    // In the zone that the user would have.
    let moves = Change::patch(json!({ "timezone": "Asia/Kolkata", "dnd_end_time": "14:00" }));
    let moved = same_as_real(&world, &ana, &meetings, &moves).await;
    assert_eq!(moved[0]["to"], "2026-12-01T14:00:00+05:30");
    // No minute is left, and then again one.
    let all_day = json!({ "do_not_disturb": { "exceptions": [
        { "from": "2026-11-29", "until": "2026-12-01", "windows": [{ "start": "00:00", "end": "24:00" }] },
    ] } });
    world.advance_to("2026-11-29T12:00:00Z").await;
    let moved = same_as_real(&world, &ana, &meetings, &Change::patch(all_day)).await;
    assert_eq!(moved.iter().map(brief).collect::<Vec<_>>(), ["Design review 60 14:00 - dnd_until_start"]);
    assert_eq!(moved[0]["state"], "suppressed");
    let none = json!({ "do_not_disturb": null });
    let moved = same_as_real(&world, &ana, &meetings, &Change::patch(none)).await;
    assert_eq!(moved.iter().map(brief).collect::<Vec<_>>(), ["Design review 60 - 13:30 on_time"]);
}

#[tokio::test]
async fn what_is_not_planned_yet_counts_as_planned() {
    let world = World::start().await;
    let ana = world.person_with_dnd("ana", "UTC", 22, 7).await;
    let more = json!({ "title": "Early", "notification_interval": [60] });
    world.book(&ana, "2026-12-01T07:30", "2026-12-01T08:00", &[], more).await;
    let answer = patch_user(&world, &ana, dry(&json!({ "dnd_end_time": "06:45" }))).await.1;
    let moved = answer["moved_reminders"].as_array().unwrap();
    assert_eq!(moved.iter().map(brief).collect::<Vec<_>>(), ["Early 60 07:00 06:45 after_dnd"]);
}

#[tokio::test]
async fn a_change_that_would_be_refused_is_refused_in_the_same_words() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let nobody = Person { id: "nobody".to_owned(), ..ana.clone() };
    for (person, change, expected) in [
        (&ana, Change::patch(json!({ "email": bo.email })), (409, "email_taken")),
        (&ana, Change::patch(json!({ "dnd_start_time": 8 })), (422, "invalid_request")),
        (&ana, Change::patch(json!({ "timezone": "Europe/Nowhere", "nmae": "x" })), (422, "invalid_request")),
        (&nobody, Change::patch(json!({ "name": "x" })), (404, "user_not_found")),
        (&ana, Change::snooze(json!({ "until": "2026-01-01T10:00" })), (422, "invalid_request")),
        (&ana, Change::snooze(json!({})), (422, "invalid_request")),
        (&nobody, Change::snooze(json!({ "minutes": 5 })), (404, "user_not_found")),
    ] {
        let (status, _, problem) = try_change(&world, person, &change).await;
        assert_eq!(
            (status, problem["code"].as_str()),
            (expected.0, Some(expected.1)),
            "{change:?} {problem}"
        );
        let real = request(change.method.clone(), &change.path(person), &[], &change.body);
        let real = world.request(real).await;
        assert_eq!((status, problem), (real.status, real.body), "{change:?}");
    }
    for value in [json!(null), json!("true"), json!(1)] {
        let answer = patch_user(&world, &ana, json!({ "name": 5, "dry_run": value })).await;
        assert_eq!((answer.0, crate::bad_fields(&answer.1)), (422, vec!["name", "dry_run"]));
    }
    // An address that differs only in its spelling is the user's own.
    let own = Change::patch(json!({ "email": "ANA@example.com" }));
    assert_eq!(same_as_real(&world, &ana, &[], &own).await, Vec::<Value>::new());
}

#[tokio::test]
async fn it_counts_against_no_quota_and_is_refused_where_the_change_would_be() {
    let world = World::with_quotas(Quotas { changes_per_day: 4, ..UNLIMITED }).await;
    let ana = world.person("ana", "UTC").await;
    world.book(&ana, "2026-12-01T10:00", "2026-12-01T11:00", &[], json!({})).await;
    let change = |name: &str| Change::patch(json!({ "name": name }));
    // Each needs two of four.
    for _ in 0..3 {
        assert_eq!(try_change(&world, &ana, &change("Anna")).await.0, 200);
    }
    for name in ["Anna", "Annie"] {
        assert_eq!(patch_user(&world, &ana, json!({ "name": name })).await.0, 200);
    }
    for refused in [change("Ann"), Change::snooze(json!({ "minutes": 5 }))] {
        let (status, headers, problem) = try_change(&world, &ana, &refused).await;
        assert_eq!((status, &problem["quota"]["name"]), (429, &json!("changes_per_day")), "{problem}");
        let real = request(refused.method.clone(), &refused.path(&ana), &[], &refused.body);
        let real = world.request(real).await;
        assert_eq!((status, problem), (real.status, real.body));
        assert_eq!(headers["retry-after"], real.headers["retry-after"]);
    }
    // What changes nothing is always possible.
    assert_eq!(try_change(&world, &ana, &change("Annie")).await.0, 200);
}

#[tokio::test]
async fn it_takes_three_round_trips_however_many_meetings_there_are() {
    let world = World::start().await;
    let (ana, meetings) = calendar(&world).await;
    for (during, expected) in [(false, 3), (true, 4)] {
        let change = json!({ "do_not_disturb": { "during_meetings": during } });
        assert_eq!(patch_user(&world, &ana, change).await.0, 200);
        world.settle().await;
        world.calls().clear();
        let (status, answer) =
            patch_user(&world, &ana, json!({ "dnd_start_time": 8, "dnd_end_time": 20, "dry_run": true }))
                .await;
        let calls = world.calls();
        assert!(answer["moved_reminders"].as_array().unwrap().len() > meetings.len(), "{status} {answer}");
        assert!(calls.round_trips() <= expected, "{:?}", calls.operations());
        let reads = ["BatchGetItem", "Query"];
        assert!(calls.operations().iter().all(|name| reads.contains(&name.as_str())));
    }
}

#[tokio::test]
async fn a_call_that_fails_is_503_and_leaves_nothing() {
    let world = World::start().await;
    let (ana, _) = calendar(&world).await;
    let before = traces(&world).await;
    let change =
        json!({ "dnd_start_time": 8, "dnd_end_time": 20, "email": "other@example.com", "dry_run": true });
    for number in 1.. {
        world.calls().fail(number, CallOutcome::Unreachable);
        let (status, answer) = patch_user(&world, &ana, change.clone()).await;
        if world.calls().count() < number {
            assert_eq!(status, 200, "{answer}");
            assert!(number > 5);
            break;
        }
        assert_eq!((status, &answer["code"]), (503, &json!("busy_try_again")), "call {number}");
    }
    assert!(traces(&world).await == before);
}

#[tokio::test]
async fn a_long_calendar_is_looked_at_up_to_a_meeting() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    let at = |number: usize| {
        format!("2026-12-{:02}T{:02}:{:02}", 1 + number / 100, 7 + number % 100 / 10, 6 * (number % 10))
    };
    for number in 0..201 {
        let end = format!("{}:30", at(number));
        world.book(&ana, &at(number), &end, &[], json!({ "notification_interval": [60] })).await;
    }
    let quiet = json!({ "dnd_start_time": "01:00", "dnd_end_time": "20:00", "dry_run": true });
    let answer = patch_user(&world, &ana, quiet.clone()).await.1;
    let count = |answer: &Value| answer["moved_reminders"].as_array().unwrap().len();
    assert_eq!(
        (count(&answer), &answer["moved_reminders_until"]),
        (200, &json!("2026-12-03T07:00:00+00:00"))
    );
    // Fifty reminders of each of twenty meetings are a thousand.
    let every = |minutes: u32| json!({ "minutes_before": minutes, "repeat_every": 5 });
    let fifty = [50, 99, 148, 197, 246].map(every);
    for number in 0..21 {
        let (start, end) = (at(number).replace("2026-12", "2026-11").replace("-01T", "-03T"), at(number));
        let end = format!("{}:30", end.replace("2026-12", "2026-11").replace("-01T", "-03T"));
        let (status, answer) =
            world.try_book(&ana, &start, &end, &[], json!({ "notification_interval": fifty })).await;
        assert_eq!(status, 201, "{answer}");
    }
    let answer = patch_user(&world, &ana, quiet).await.1;
    assert_eq!(
        (count(&answer), &answer["moved_reminders_until"]),
        (1_000, &json!("2026-11-03T09:00:00+00:00"))
    );
}
