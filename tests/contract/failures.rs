//! The store fails: nothing is written by half, and the client is asked to try again. And the number of round
//! trips.

use axum::http::Method;
use harness::{CallOutcome, Items, Person, World, new_meeting, new_user, with};
use serde_json::{Value, json};

use crate::changes::patched;

/// A request, and its status if nothing fails.
struct TestRequest {
    method: Method,
    path: String,
    body: Value,
    status: u16,
    /// Its status if it was done before.
    again: u16,
}

impl TestRequest {
    fn post(path: &str, body: Value, status: u16) -> Self {
        // What is done already is a conflict. Ana's second meeting conflicts with itself.
        Self { method: Method::POST, path: path.to_owned(), body, status, again: 409 }
    }

    async fn send(&self, world: &World) -> (u16, Value) {
        let body = self.body.to_string().into_bytes();
        let answer = world.send(self.method.clone(), &self.path, body).await;
        (answer.status, answer.body)
    }
}

struct Fixture {
    world: World,
    ana: Person,
    bo: Person,
    cy: Person,
    meeting: Value,
}

/// Ana has a meeting over midnight with Bo; Cy is there as well.
async fn fixture() -> Fixture {
    let world = World::start().await;
    let [ana, bo, cy] = world.people(["ana", "bo", "cy"]).await;
    let meeting = world.book(&ana, "2026-12-01T22:00", "2026-12-02T02:00", &[&bo], json!({})).await;
    // So every quota has a count. Otherwise a returned count would leave a 0.
    let meeting = patched(&world, &meeting, json!({ "title": "First" })).await;
    Fixture { world, ana, bo, cy, meeting }
}

impl Fixture {
    fn changes(&self) -> Vec<TestRequest> {
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
        let change = |method, path: &str, body| TestRequest {
            method,
            path: path.to_owned(),
            body,
            status: 200,
            again: 200,
        };
        vec![
            TestRequest::post("/api/create_user", user, 201),
            TestRequest::post("/api/create_meeting", booking, 201),
            TestRequest::post("/api/meeting/participant/add", member(cy), 200),
            TestRequest::post("/api/meeting/participant/remove", member(bo), 200),
            change(Method::PATCH, &here, moved),
            change(Method::PATCH, &format!("/api/users/{}", bo.id), renamed),
            change(Method::DELETE, &here, Value::Null),
        ]
    }

    /// Each with its number of round trips. Nothing is cancelled, and without candidates no meeting is read.
    fn reads(&self) -> Vec<(String, usize)> {
        let (user, meeting) = (&self.ana.id, self.meeting["meeting_id"].as_str().unwrap());
        let window = "start_time=2026-12-01T00:00&end_time=2026-12-05T00:00";
        vec![
            (format!("/api/users/{user}"), 1),
            (format!("/api/users/{user}/meetings?{window}"), 2),
            (format!("/api/users/{user}/meetings?{window}&status=cancelled"), 1),
            (format!("/api/meetings/{meeting}"), 1),
            (format!("/api/meetings/{meeting}/reminders"), 1),
            (format!("/api/get_free_slots?user_id={user}&{window}"), 1),
        ]
    }
}

/// All items but counts, which may be too high after a lost response.
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
async fn a_request_whose_aws_call_fails_writes_nothing() {
    let fixture = fixture().await;
    let world = &fixture.world;
    for asked in fixture.changes() {
        let TestRequest { path, status, .. } = &asked;
        let before = world.items().await;
        let mut number = 1;
        loop {
            world.calls().fail(number, CallOutcome::Unreachable);
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
async fn a_request_whose_aws_response_is_lost_is_done_completely_or_not_at_all() {
    for index in 0..fixture().await.changes().len() {
        let fixture = fixture().await;
        let world = &fixture.world;
        let asked = fixture.changes().swap_remove(index);
        let before = uncounted(world).await;
        world.calls().clear();
        assert_eq!(asked.send(world).await.0, asked.status);
        let (after, calls) = (kinds(&uncounted(world).await), world.calls().count());

        for number in 1..=calls {
            let fixture = self::fixture().await;
            let world = &fixture.world;
            let asked = fixture.changes().swap_remove(index);
            let (path, untouched) = (&asked.path, uncounted(world).await);
            world.calls().fail(number, CallOutcome::ResponseLost);
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
async fn a_process_that_dies_leaves_all_or_nothing_and_a_retry_succeeds() {
    let count = fixture().await.changes().len();
    for index in 0..count {
        for number in 1.. {
            let mut fixture = fixture().await;
            let asked = fixture.changes().swap_remove(index);
            let path = &asked.path;
            let before = uncounted(&fixture.world).await;
            fixture.world.calls().fail(number, CallOutcome::ProcessDies);
            let answered = fixture.world.calls().survive(asked.send(&fixture.world)).await;
            if answered.is_some() {
                assert!(number > 1, "{path} calls nothing");
                break;
            }
            let left = uncounted(&fixture.world).await;
            fixture.world.restart();
            let (status, again) = asked.send(&fixture.world).await;
            let expected = if left == before { asked.status } else { asked.again };
            assert_eq!(status, expected, "{path}, call {number}: {again}");
        }
    }
}

#[tokio::test]
async fn a_conflicting_transaction_is_retried() {
    let fixture = fixture().await;
    let world = &fixture.world;
    for asked in fixture.changes() {
        let TestRequest { path, status, .. } = &asked;
        let mut met = false;
        world.calls().watch(move |call| {
            let meets = call.operation == "TransactWriteItems" && !std::mem::replace(&mut met, true);
            if meets { CallOutcome::TransactionConflict } else { CallOutcome::Pass }
        });
        let (answered, body) = asked.send(world).await;
        assert_eq!(answered, *status, "{path}: {body}");
        let commits = world.calls().operations().iter().filter(|name| *name == "TransactWriteItems").count();
        assert_eq!(commits, 2, "{path}");
    }
}

#[tokio::test]
async fn a_failed_read_is_answered_with_503() {
    let fixture = fixture().await;
    let world = &fixture.world;
    for (path, _) in fixture.reads() {
        world.calls().clear();
        assert_eq!(world.get(&path).await.0, 200, "{path}");
        for number in 1..=world.calls().count() {
            world.calls().fail(number, CallOutcome::Unreachable);
            let (status, problem) = world.get(&path).await;
            assert_eq!((status, &problem["code"]), (503, &json!("busy_try_again")), "{path}, call {number}");
        }
    }
}

#[tokio::test]
async fn requests_need_the_documented_number_of_round_trips() {
    let fixture = fixture().await;
    let world = &fixture.world;
    world.settle().await;
    for (path, expected) in fixture.reads() {
        world.calls().clear();
        assert_eq!(world.get(&path).await.0, 200);
        assert_eq!(world.calls().round_trips(), expected, "{path}: {:?}", world.calls().operations());
    }
    for (asked, expected) in fixture.changes().into_iter().zip([1, 3, 3, 2, 3, 2, 2]) {
        world.calls().clear();
        assert_eq!(asked.send(world).await.0, asked.status);
        let (path, calls) = (&asked.path, world.calls());
        assert_eq!(calls.round_trips(), expected, "{} {path}: {:?}", asked.method, calls.operations());
    }
    // The reminders of a meeting that is not planned yet need its participants too.
    world.calls().clear();
    world.reminders(&fixture.meeting).await;
    assert_eq!(world.calls().round_trips(), 2);
}
