//! The store fails: nothing is half-written, and a client learns no more than to try again. And what a call costs.

use axum::http::Method;
use harness::{Fate, Items, Person, World, new_meeting, new_user, with};
use serde_json::{Value, json};

use crate::changes::patched;

/// A request, and how it is answered when nothing fails.
struct Asked {
    method: Method,
    path: String,
    body: Value,
    status: u16,
    /// How it is answered when it was done before.
    again: u16,
}

impl Asked {
    fn post(path: &str, body: Value, status: u16) -> Self {
        // What was done already is a clash; Ana's second meeting is in the way of itself.
        Self { method: Method::POST, path: path.to_owned(), body, status, again: 409 }
    }

    async fn send(&self, world: &World) -> (u16, Value) {
        let body = self.body.to_string().into_bytes();
        let answer = world.send(self.method.clone(), &self.path, body).await;
        (answer.status, answer.body)
    }
}

struct Scene {
    world: World,
    ana: Person,
    bo: Person,
    cy: Person,
    meeting: Value,
}

/// Ana has a meeting over midnight with Bo; Cy is there as well.
async fn scene() -> Scene {
    let world = World::start().await;
    let [ana, bo, cy] = world.people(["ana", "bo", "cy"]).await;
    let meeting = world.book(&ana, "2026-12-01T22:00", "2026-12-02T02:00", &[&bo], json!({})).await;
    // With it something of each quota is counted: what is given back to nothing would leave a 0.
    let meeting = patched(&world, &meeting, json!({ "title": "First" })).await;
    Scene { world, ana, bo, cy, meeting }
}

impl Scene {
    fn changes(&self) -> Vec<Asked> {
        let Self { ana, bo, cy, meeting, .. } = self;
        let member = |person: &Person| json!({ "user_id": person.id, "meeting_id": meeting["meeting_id"] });
        let times = json!({ "start_time": "2026-12-02T23:00", "end_time": "2026-12-03T01:00" });
        let invited = json!({ "participants": [bo.email, cy.email] });
        let booking = with(with(new_meeting(&ana.id), times), invited);
        let user = new_user("Di");
        // To other days but for one.
        let moved =
            json!({ "start_time": "2026-12-02T21:00", "end_time": "2026-12-02T22:00", "title": "Moved" });
        let renamed = json!({ "email": "bob@example.com", "name": "Bob", "timezone": "Asia/Tokyo" });
        let here = format!("/api/meetings/{}", meeting["meeting_id"].as_str().unwrap());
        let change =
            |method, path: &str, body| Asked { method, path: path.to_owned(), body, status: 200, again: 200 };
        vec![
            Asked::post("/api/create_user", user, 201),
            Asked::post("/api/create_meeting", booking, 201),
            Asked::post("/api/meeting/participant/add", member(cy), 200),
            Asked::post("/api/meeting/participant/remove", member(bo), 200),
            change(Method::PATCH, &here, moved),
            change(Method::PATCH, &format!("/api/users/{}", bo.id), renamed),
            change(Method::DELETE, &here, Value::Null),
        ]
    }

    fn reads(&self) -> Vec<String> {
        let (user, meeting) = (&self.ana.id, self.meeting["meeting_id"].as_str().unwrap());
        let window = "start_time=2026-12-01T00:00&end_time=2026-12-05T00:00";
        vec![
            format!("/api/users/{user}"),
            format!("/api/meetings/{meeting}"),
            format!("/api/meetings/{meeting}/reminders"),
            format!("/api/get_free_slots?user_id={user}&{window}"),
        ]
    }
}

/// Everything but what was counted: that may stay too high when an answer is lost.
async fn uncounted(world: &World) -> Items {
    let mut items = world.items().await;
    items.retain(|(_, sort), _| !sort.starts_with("QUOTA#"));
    items
}

/// How many items there are of each kind.
fn kinds(items: &Items) -> Vec<String> {
    let kind = |(partition, sort): &(String, String)| {
        let first = |key: &str| key.split('#').next().unwrap_or_default().to_owned();
        format!("{} {}", first(partition), first(sort))
    };
    let mut kinds: Vec<_> = items.keys().map(kind).collect();
    kinds.sort_unstable();
    kinds
}

#[tokio::test]
async fn a_request_whose_call_fails_leaves_no_trace() {
    let scene = scene().await;
    let world = &scene.world;
    for asked in scene.changes() {
        let Asked { path, status, .. } = &asked;
        let before = world.items().await;
        let mut number = 1;
        loop {
            world.calls().fail(number, Fate::Unreachable);
            let (answered, problem) = asked.send(world).await;
            if world.calls().count() < number {
                assert_eq!(answered, *status, "{path}: {problem}");
                break;
            }
            assert_eq!(
                (answered, &problem["code"]),
                (503, &json!("busy_try_again")),
                "{path}, call {number}"
            );
            assert!(world.items().await == before, "{path}, call {number} left a trace");
            number += 1;
        }
        assert!(number > 1 && world.items().await != before, "{path} writes");
    }
}

#[tokio::test]
async fn a_request_whose_answer_is_lost_is_done_whole_or_not_at_all() {
    for index in 0..scene().await.changes().len() {
        let scene = scene().await;
        let world = &scene.world;
        let asked = scene.changes().swap_remove(index);
        let before = uncounted(world).await;
        world.calls().clear();
        assert_eq!(asked.send(world).await.0, asked.status);
        let (after, calls) = (kinds(&uncounted(world).await), world.calls().count());

        for number in 1..=calls {
            let scene = self::scene().await;
            let world = &scene.world;
            let asked = scene.changes().swap_remove(index);
            let (path, untouched) = (&asked.path, uncounted(world).await);
            world.calls().fail(number, Fate::AnswerLost);
            assert_eq!(asked.send(world).await.0, 503, "{path}, call {number}");
            let left = uncounted(world).await;
            // Only the last call writes.
            assert_eq!(left == untouched, number != calls, "{path}, call {number}");
            let expected = if number == calls { after.clone() } else { kinds(&before) };
            assert_eq!(kinds(&left), expected, "{path}, call {number}");
        }
    }
}

#[tokio::test]
async fn a_process_that_dies_leaves_all_or_nothing_and_its_successor_goes_on() {
    let count = scene().await.changes().len();
    for index in 0..count {
        for number in 1.. {
            let mut scene = scene().await;
            let asked = scene.changes().swap_remove(index);
            let path = &asked.path;
            let before = uncounted(&scene.world).await;
            scene.world.calls().fail(number, Fate::LastCall);
            let answered = scene.world.calls().survive(asked.send(&scene.world)).await;
            if answered.is_some() {
                assert!(number > 1, "{path} calls nothing");
                break;
            }
            let left = uncounted(&scene.world).await;
            scene.world.restart();
            let (status, again) = asked.send(&scene.world).await;
            let expected = if left == before { asked.status } else { asked.again };
            assert_eq!(status, expected, "{path}, call {number}: {again}");
        }
    }
}

#[tokio::test]
async fn a_transaction_that_meets_another_is_tried_again() {
    let scene = scene().await;
    let world = &scene.world;
    for asked in scene.changes() {
        let Asked { path, status, .. } = &asked;
        let mut met = false;
        world.calls().watch(move |call| {
            let meets = call.operation == "TransactWriteItems" && !std::mem::replace(&mut met, true);
            if meets { Fate::TransactionConflict } else { Fate::Pass }
        });
        let (answered, body) = asked.send(world).await;
        assert_eq!(answered, *status, "{path}: {body}");
        let commits = world.calls().operations().iter().filter(|name| *name == "TransactWriteItems").count();
        assert_eq!(commits, 2, "{path}");
    }
}

#[tokio::test]
async fn a_read_that_fails_says_to_try_again() {
    let scene = scene().await;
    let world = &scene.world;
    for path in scene.reads() {
        world.calls().clear();
        assert_eq!(world.get(&path).await.0, 200, "{path}");
        for number in 1..=world.calls().count() {
            world.calls().fail(number, Fate::Unreachable);
            let (status, problem) = world.get(&path).await;
            assert_eq!((status, &problem["code"]), (503, &json!("busy_try_again")), "{path}, call {number}");
        }
    }
}

#[tokio::test]
async fn round_trips_are_as_few_as_promised() {
    let scene = scene().await;
    let world = &scene.world;
    world.settle().await;
    for path in scene.reads() {
        world.calls().clear();
        assert_eq!(world.get(&path).await.0, 200);
        assert_eq!(world.calls().round_trips(), 1, "{path}: {:?}", world.calls().operations());
    }
    for (asked, expected) in scene.changes().into_iter().zip([1, 3, 3, 2, 3, 2, 2]) {
        world.calls().clear();
        assert_eq!(asked.send(world).await.0, asked.status);
        let (path, calls) = (&asked.path, world.calls());
        assert_eq!(calls.round_trips(), expected, "{} {path}: {:?}", asked.method, calls.operations());
    }
    // The reminders of a meeting whose plan is on its way need its participants too.
    world.calls().clear();
    world.reminders(&scene.meeting).await;
    assert_eq!(world.calls().round_trips(), 2);
}
