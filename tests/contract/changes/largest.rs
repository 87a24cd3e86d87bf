//! The largest item of each kind, and every copy in it changed: no text that the API accepts makes an item
//! that can't be written. The embedded DynamoDB refuses what DynamoDB refuses.

use axum::http::Method;
use harness::{Person, World, new_meeting, new_user, with};
use serde_json::{Map, Value, json};
use shared::store::sizes;

use super::{patched, request};

/// The participants of the largest meeting that is created with an idempotency key.
const PEOPLE: usize = 98;

/// The longest address of somebody: 64 characters before the `@`, with as much to escape in JSON as there can
/// be, and 254 in all.
fn longest_address(number: usize) -> String {
    let quoted = r#"\""#.repeat(29);
    let label = "d".repeat(62);
    format!("\"{quoted}{number:04}\"@{label}.{label}.{}.example", "d".repeat(254 - 64 - 1 - 2 * 63 - 8))
}

fn longest(characters: usize) -> String {
    "𝒜".repeat(characters)
}

/// An item's size as DynamoDB counts it.
fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Number(number) => number.to_string().len().div_ceil(2) + 1,
        Value::Array(list) => 3 + list.iter().map(|value| 1 + size(value)).sum::<usize>(),
        Value::Object(map) => 3 + map.iter().map(|(name, value)| 1 + name.len() + size(value)).sum::<usize>(),
        Value::Bool(_) | Value::Null => 1,
    }
}

/// Each with a do-not-disturb hour and eleven meetings at the time of the meeting, so that an answer has as
/// many times as it can.
async fn people(world: &World) -> Vec<Person> {
    let busy = |number: i64| {
        let start = 1_796_119_200_000 + number * 60_000;
        let entry =
            json!({ "start": start, "end": start + 60_000, "role": "participant", "title": longest(200) });
        (format!("{number:032}"), entry)
    };
    let busy: Map<_, _> = (0..11).map(busy).collect();
    let mut people = Vec::new();
    for number in 0..PEOPLE {
        let hours = json!({ "dnd_start_time": "10:00", "dnd_end_time": "11:00" });
        let named = json!({ "email": longest_address(number), "name": longest(200) });
        let (status, user) = world.post("/api/create_user", with(with(new_user("x"), hours), named)).await;
        assert_eq!(status, 201, "{user}");
        let person = Person::of(&user);
        if number > 0 {
            let key = json!({ "pk": format!("USER#{}", person.id), "sk": "DAY#2026-12-01", "version": 1 });
            world.put_item(with(key, json!({ "meetings": busy }))).await;
        }
        people.push(person);
    }
    people
}

fn texts() -> Value {
    let line = "\u{1F4C5}".repeat(4999) + "x";
    json!({ "title": longest(200), "location": longest(500), "description": line })
}

#[tokio::test]
async fn the_largest_item_of_each_kind_can_be_written_and_changed() {
    let world = World::inviting().await;
    let people = people(&world).await;
    let others: Vec<_> = people.iter().skip(1).map(|person| person.email.clone()).collect();
    let list = json!([40320]);
    let rest = json!({ "participants": others, "notification_interval": list });
    let body = with(with(new_meeting(&people[0].id), texts()), rest);
    let create = || request(Method::POST, "/api/create_meeting", &[("idempotency-key", "k")], &body);
    let answer = world.request(create()).await;
    assert_eq!(answer.status, 201, "{}", answer.body["detail"]);
    let busy = answer.body["unavailable_participants"].as_array().unwrap();
    assert_eq!(busy.iter().map(|person| person["busy"].as_array().unwrap().len()).sum::<usize>(), 97 * 10);
    assert_eq!(answer.body["do_not_disturb_participants"].as_array().unwrap().len(), PEOPLE);
    assert_eq!(world.request(create()).await.body, answer.body);
    let last = world.person("last", "UTC").await;
    assert_eq!(world.participant("add", &answer.body, &last).await.0, 200);
    world.settle().await;

    // Every copy of a name, an address or a text is written again, with the longest there are.
    let items = world.items().await;
    for (number, person) in people.iter().chain([&last]).enumerate() {
        let user = items[&(format!("USER#{}", person.id), "PROFILE".to_owned())].clone();
        let version = user["version"].as_u64().unwrap() + 1;
        let change = json!({
            "name": "𝒞".repeat(200), "email": longest_address(number + PEOPLE), "version": version,
        });
        world.put_item(with(user, change)).await;
    }
    patched(&world, &answer.body, json!({ "title": "𝒞".repeat(200) })).await;
    world.settle().await;
    let items = world.items().await;
    let id = answer.body["meeting_id"].as_str().unwrap();
    let meeting = &items[&(format!("MEETING#{id}"), "MEETING".to_owned())];
    for (number, participant) in meeting["participants"].as_array().unwrap().iter().enumerate() {
        assert_eq!(participant["name"], "𝒞".repeat(200));
        assert_eq!(participant["email"], longest_address(number + PEOPLE));
    }
    assert!(meeting.get("owed_at").is_none());
    let kinds = largest_of_each_kind(&world).await;
    assert!(kinds.iter().all(|(_, size)| *size <= sizes::ITEM), "{kinds:?}");
    let of = |kind: &str| kinds.iter().find(|(name, _)| name == kind).unwrap().1;
    // Nearly as large as the bound, so that the bound is not a guess.
    for (kind, bound) in [("MEETING", sizes::MEETING), ("REQUEST", sizes::RECORD)] {
        assert!((bound * 8 / 10..=bound).contains(&of(kind)), "{kind}: {} of {bound}", of(kind));
    }
    for kind in ["PROFILE", "EMAIL", "QUOTA", "REMINDER"] {
        assert!(of(kind) < 5_000, "{kind}: {}", of(kind));
    }
}

async fn stored(world: &World, key: &(String, String)) -> Value {
    world.items().await[key].clone()
}

async fn largest_of_each_kind(world: &World) -> Vec<(String, usize)> {
    let mut kinds: Vec<(String, usize)> = Vec::new();
    for ((_, sort), item) in world.items().await {
        let (kind, size) = (sort.split('#').next().unwrap().to_owned(), size(&item));
        match kinds.iter_mut().find(|(name, _)| *name == kind) {
            Some((_, largest)) => *largest = size.max(*largest),
            None => kinds.push((kind, size)),
        }
    }
    kinds
}

/// A meeting that version 0.2.0 created with an idempotency key has the answer in its item. Where that leaves
/// no room for longer names, it is the answer that is left out.
#[tokio::test]
async fn a_stored_answer_leaves_room_for_what_changes() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let meeting = world.book(&ana, "2026-12-01T10:00", "2026-12-01T11:00", &[&bo], json!({})).await;
    let key = (format!("MEETING#{}", meeting["meeting_id"].as_str().unwrap()), "MEETING".to_owned());
    let item = stored(&world, &key).await;
    let origin = |length: usize| json!({ "origin": { "request": "", "answer": "x".repeat(length) } });
    for length in [sizes::EARLIER_ANSWER + 1, 408_000] {
        world.put_item(with(item.clone(), origin(length))).await;
        let path = format!("/api/users/{}", bo.id);
        let change = json!({ "name": format!("{}{length}", longest(190)) });
        assert_eq!(world.request(request(Method::PATCH, &path, &[], &change)).await.status, 200);
        world.settle().await;
        let changed = stored(&world, &key).await;
        assert_eq!(
            (&changed["origin"]["answer"], &changed["participants"][1]["name"]),
            (&json!(""), &change["name"])
        );
        assert!(changed.get("owed_at").is_none());

        world.put_item(with(item.clone(), origin(length))).await;
        patched(&world, &meeting, json!({ "title": longest(200) })).await;
        assert_eq!(stored(&world, &key).await["origin"]["answer"], "");
    }
    world.put_item(with(item, origin(sizes::EARLIER_ANSWER))).await;
    patched(&world, &meeting, texts()).await;
    assert_eq!(stored(&world, &key).await["origin"]["answer"].as_str().unwrap().len(), sizes::EARLIER_ANSWER);
}
