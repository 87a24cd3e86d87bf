//! The log of requests that succeed, are refused, or fail.

use aws_sdk_dynamodb::types::AttributeValue;
use axum::body::Body;
use axum::http::{Method, Request};
use harness::{CallOutcome, Person, TABLE, World};
use local::gateway::authorizer::TokenRequest;
use local::sdk::Loopback;
use serde_json::{Value, json};

use crate::log::Log;
use crate::{MARK, about, call, marked_person, meeting, with_key};

struct Fixture {
    world: World,
    ana: Person,
    bo: Person,
    cy: Person,
    /// Ana's, with Bo.
    meeting: Value,
}

const START: &str = "2026-12-01T10";

async fn fixture() -> Fixture {
    let world = World::start().await;
    let ana = marked_person(&world, "Ana").await;
    let (bo, cy) = (marked_person(&world, "Bo").await, marked_person(&world, "Cy").await);
    let body = meeting(&ana, &[&bo], START, json!({}));
    let (status, meeting) = call(&world, Method::POST, "/api/create_meeting", &body).await;
    assert_eq!(status, 201, "{meeting}");
    Fixture { world, ana, bo, cy, meeting }
}

impl Fixture {
    fn path(&self) -> String {
        format!("/api/meetings/{}", self.meeting["meeting_id"].as_str().unwrap())
    }

    fn member(&self, person: &Person) -> Value {
        json!({ "user_id": person.id, "meeting_id": self.meeting["meeting_id"] })
    }

    /// One request to every route that reads or writes people's data.
    fn requests(&self) -> Vec<(Method, String, Value)> {
        let Self { ana, bo, cy, .. } = self;
        let user = format!("/api/users/{}", bo.id);
        let window = "start_time=2026-12-01T00:00&end_time=2026-12-05T00:00";
        let slots =
            json!({ "user_id": ana.id, "start_time": "2026-12-01T00:00", "end_time": "2026-12-02T00:00" });
        let group = json!({
            "organizer_id": ana.id, "attendees": [{ "email": bo.email }, { "user_id": cy.id }], "time_zone": "UTC",
            "start_time": "2026-12-01T00:00", "end_time": "2026-12-02T00:00", "duration_minutes": 60,
        });
        let renamed = json!({ "name": format!("Bob {MARK}"), "email": format!("bob-{MARK}@{MARK}.example") });
        let retitled = json!({ "title": format!("Other {MARK}"), "location": format!("Room {MARK}") });
        let booked = meeting(ana, &[bo, cy], "2026-12-02T10", json!({}));
        let post = |path: &str, body: Value| (Method::POST, path.to_owned(), body);
        let get = |path: String| (Method::GET, path, Value::Null);
        vec![
            post("/api/create_user", about("Di")),
            post("/api/create_meeting", booked),
            post("/api/get_free_slots", slots),
            get(format!("/api/get_free_slots?user_id={}&{window}", ana.id)),
            post("/api/find_meeting_times", group),
            post("/api/meeting/participant/add", self.member(cy)),
            post("/api/meeting/participant/remove", self.member(cy)),
            get(self.path()),
            get(format!("{}/invite.ics", self.path())),
            get(format!("{}/reminders", self.path())),
            get(user.clone()),
            get(format!("{user}/meetings?{window}")),
            (Method::POST, format!("{user}/feed"), Value::Null),
            (Method::DELETE, format!("{user}/feed"), Value::Null),
            (Method::PATCH, user, renamed),
            (Method::PATCH, self.path(), retitled),
            (Method::DELETE, self.path(), Value::Null),
        ]
    }
}

#[tokio::test]
async fn successful_requests_log_nothing_personal() {
    let log = Log::listen();
    let fixture = fixture().await;
    for (method, path, body) in fixture.requests() {
        let (status, answer) = call(&fixture.world, method, &path, &body).await;
        assert!(status < 300, "{path}: {answer}");
    }
    // Repeated requests get the first response.
    for (path, body) in [("/api/create_user", about("Ana")), ("/api/create_user", about("Di"))] {
        assert_eq!(call(&fixture.world, Method::POST, path, &body).await.0, 201);
    }
    log.assert_impersonal();
}

#[tokio::test]
async fn refused_requests_log_nothing_personal() {
    let log = Log::listen();
    let fixture = fixture().await;
    let Fixture { world, ana, bo, cy, .. } = &fixture;
    let expect = async |method: Method, path: &str, body: &Value, code: &str| {
        let (status, problem) = call(world, method, path, body).await;
        assert!(status >= 400 && problem["code"] == code, "{path}: {problem}");
    };
    let post = Method::POST;
    let mut taken = about("Ana");
    taken["name"] = json!(format!("Another {MARK}"));
    expect(post.clone(), "/api/create_user", &taken, "email_taken").await;
    let marked = format!("{MARK} not this");
    let bad_user = json!({
        "email": marked, "name": format!("{MARK}\u{1}"), "timezone": format!("{MARK}/Zone"),
        "dnd_start_time": marked, "dnd_end_time": marked, MARK: MARK,
    });
    let user = format!("/api/users/{}", bo.id);
    expect(post.clone(), "/api/create_user", &bad_user, "invalid_request").await;
    expect(Method::PATCH, &user, &bad_user, "invalid_request").await;
    expect(Method::PATCH, &user, &json!({ "email": ana.email }), "email_taken").await;
    let bad_meeting = json!({
        "creator_id": marked, "start_time": marked, "end_time": marked, "time_zone": marked, "participants": [marked],
        "notification_interval": [{ "type": MARK, "minutes_before": MARK }], "title": [marked], "description": 1,
        "location": { MARK: MARK },
    });
    expect(post.clone(), "/api/create_meeting", &bad_meeting, "invalid_request").await;
    expect(Method::PATCH, &fixture.path(), &bad_meeting, "invalid_request").await;
    let clash = meeting(ana, &[bo], START, json!({ "title": format!("Clash {MARK}") }));
    expect(post.clone(), "/api/create_meeting", &clash, "meeting_conflict").await;
    let unknown = json!({ "participants": [format!("stranger@{MARK}.example")] });
    let unknown = meeting(ana, &[], "2026-12-02T10", unknown);
    expect(post.clone(), "/api/create_meeting", &unknown, "unknown_participants").await;
    let nobody = Person { id: MARK.to_owned(), ..ana.clone() };
    let by_nobody = meeting(&nobody, &[], "2026-12-02T10", json!({}));
    expect(post.clone(), "/api/create_meeting", &by_nobody, "user_not_found").await;
    let slots = format!("/api/get_free_slots?user_id={MARK}&start_time={MARK}&end_time={MARK}&{MARK}={MARK}");
    expect(Method::GET, &slots, &Value::Null, "invalid_request").await;
    let group = json!({
        "organizer_id": MARK, "attendees": [{ "email": MARK, "type": MARK }], "time_zone": MARK, "within": MARK,
        "start_time": MARK, "end_time": MARK, "duration_minutes": MARK, MARK: MARK,
    });
    expect(post.clone(), "/api/find_meeting_times", &group, "invalid_request").await;
    let (add, remove) = ("/api/meeting/participant/add", "/api/meeting/participant/remove");
    expect(post.clone(), add, &fixture.member(bo), "already_participant").await;
    expect(post.clone(), add, &fixture.member(&nobody), "user_not_found").await;
    expect(post.clone(), remove, &fixture.member(cy), "not_a_participant").await;
    expect(post.clone(), remove, &fixture.member(ana), "organizer_cannot_leave").await;
    for path in ["", "/reminders", "/invite.ics"] {
        let path = format!("/api/meetings/{MARK}{path}");
        expect(Method::GET, &path, &Value::Null, "meeting_not_found").await;
    }
    expect(Method::GET, &format!("/api/users/{MARK}%40{MARK}"), &Value::Null, "user_not_found").await;
    expect(Method::GET, &format!("/api/{MARK}"), &Value::Null, "route_not_found").await;
    let stale = Request::patch(fixture.path()).header("if-match", MARK).body(Body::from("{}")).unwrap();
    assert_eq!(world.request(stale).await.body["code"], "version_mismatch");
    call(world, Method::DELETE, &fixture.path(), &Value::Null).await;
    expect(post.clone(), add, &fixture.member(cy), "meeting_cancelled").await;
    let by_key = async |path: &str, body: String, code: &str| {
        let (_, problem) = with_key(world, Method::POST, path, MARK, body).await;
        assert_eq!(problem["code"], code, "{path}");
    };
    by_key("/api/create_user", format!("{{\"email\": \"{MARK}\" {MARK}"), "malformed_json").await;
    by_key("/api/create_user", format!("\"{}\"", MARK.repeat(20_000)), "body_too_large").await;
    with_key(world, Method::POST, "/api/create_user", MARK, about("Ed").to_string()).await;
    by_key("/api/create_user", about("Flo").to_string(), "idempotency_key_reused").await;
    log.assert_impersonal();
    assert!(log.of("request failed").is_empty(), "a request that can't be answered well is nobody's failure");
}

#[tokio::test]
async fn callers_and_tokens_are_not_logged() {
    let log = Log::listen();
    let world = World::signed_in().await;
    let wish = |name: &str| TokenRequest::of(&format!("{MARK}-{name}@{MARK}.example"));
    let (ana, bo) = (world.token(&wish("Ana")), world.token(&wish("Bo")));
    let unverified = world.token(&TokenRequest { email_verified: false, ..wish("Cy") });
    let created = world.send_as(&ana, Method::POST, "/api/create_user", &about("Ana")).await;
    assert_eq!(created.status, 201, "{}", created.body);
    let path = format!("/api/users/{}", created.body["user_id"].as_str().unwrap());
    assert_eq!(world.send_as(&ana, Method::GET, &path, &Value::Null).await.status, 200);
    let nonsense = format!("{MARK}.{MARK}.{MARK}");
    for (token, code) in [(&bo, "user_not_found"), (&unverified, "forbidden"), (&nonsense, "unauthenticated")]
    {
        let answer = world.send_as(token, Method::GET, &path, &Value::Null).await;
        assert_eq!(answer.body["code"], code);
    }
    let in_anas_name = world.send_as(&bo, Method::POST, "/api/create_user", &about("Ana")).await;
    assert_eq!(in_anas_name.body["code"], "forbidden");
    for line in log.lines() {
        assert!(![&ana, &bo, &unverified].iter().any(|token| line.to_string().contains(*token)), "{line}");
    }
    log.assert_impersonal();
}

/// Whoever has the secret in a feed's address reads a calendar.
#[tokio::test]
async fn the_address_of_a_feed_is_not_logged() {
    let log = Log::listen();
    let Fixture { world, ana, .. } = fixture().await;
    let of_user = format!("/api/users/{}/feed", ana.id);
    let created = call(&world, Method::POST, &of_user, &Value::Null).await.1;
    let feed = created["url"].as_str().unwrap().rsplit_once('/').unwrap().1.to_owned();
    let secret = feed.strip_suffix(".ics").unwrap();
    assert_eq!(secret.len(), 64);
    let path = format!("/api/feeds/{feed}");
    // What somebody wrote into the query, the answer names.
    for (method, path, status, is_named) in [
        (Method::HEAD, path.clone(), 200, false),
        (Method::GET, path.clone(), 200, false),
        (Method::GET, format!("{path}?detail=busy"), 200, false),
        (Method::GET, format!("{path}?detail={secret}"), 422, false),
        (Method::GET, format!("{path}?{secret}"), 422, true),
        (Method::POST, path.clone(), 405, false),
        (Method::GET, format!("{path}/"), 404, false),
        (Method::GET, format!("/api/feed/{feed}"), 404, false),
        (Method::GET, format!("/api/feeds/{}", secret.to_uppercase()), 404, false),
    ] {
        let answer = call(&world, method, &path, &Value::Null).await;
        assert_eq!(answer.0, status, "{path}: {}", answer.1);
        assert_eq!(answer.1.to_string().contains(secret), is_named, "{path}: {}", answer.1);
    }
    for outcome in [CallOutcome::Unreachable, CallOutcome::ResponseLost, CallOutcome::Rejected] {
        for number in 1..=4 {
            world.calls().fail(number, outcome);
            let status = call(&world, Method::GET, &path, &Value::Null).await.0;
            assert!(status >= 500, "{outcome:?} of call {number}: {status}");
        }
        world.calls().clear();
    }
    assert!(!log.of("request failed").is_empty());
    for line in log.lines() {
        assert!(!line.to_string().to_lowercase().contains(secret), "{line}");
    }
    log.assert_impersonal();
}

#[tokio::test]
async fn failures_are_logged_with_code_and_cause() {
    for outcome in [CallOutcome::Unreachable, CallOutcome::ResponseLost, CallOutcome::Rejected] {
        let log = Log::listen();
        let fixture = fixture().await;
        let mut failures = 0;
        for (method, path, body) in fixture.requests() {
            fixture.world.calls().watch(move |call| match (outcome, call.operation.as_str()) {
                (CallOutcome::Rejected, operation) if operation != "TransactWriteItems" => CallOutcome::Pass,
                _ => outcome,
            });
            let (status, problem) = call(&fixture.world, method, &path, &body).await;
            fixture.world.calls().clear();
            if status < 500 {
                // The rejected profile counts as the one that the key created before.
                assert_eq!(outcome, CallOutcome::Rejected, "{path}: {problem}");
                continue;
            }
            failures += 1;
            let code = if outcome == CallOutcome::Rejected { "internal_error" } else { "busy_try_again" };
            assert_eq!(problem["code"], code, "{path}");
            let failed = log.of("request failed");
            assert_eq!((failed.len(), &failed[failures - 1]["code"]), (failures, &json!(code)), "{path}");
            let cause = failed[failures - 1]["cause"].as_str().unwrap();
            assert!(!cause.is_empty(), "{path} names no cause");
        }
        assert!(failures >= 5, "{outcome:?}: {failures}");
        log.assert_impersonal();
    }
}

#[tokio::test]
async fn an_unreadable_item_is_not_quoted() {
    let log = Log::listen();
    let fixture = fixture().await;
    let client = aws_sdk_dynamodb::Client::new(&Loopback::new().config(fixture.world.dynamodb_endpoint()));
    for (name, value) in [("email", format!("not {MARK}")), ("version", MARK.to_owned())] {
        let update = client.update_item().table_name(TABLE).update_expression("SET #name = :value");
        let update = update.expression_attribute_names("#name", name);
        let update = update.expression_attribute_values(":value", AttributeValue::S(value));
        let update = update.key("pk", AttributeValue::S(format!("USER#{}", fixture.ana.id)));
        update.key("sk", AttributeValue::S("PROFILE".to_owned())).send().await.unwrap();
        let (status, _) =
            call(&fixture.world, Method::GET, &format!("/api/users/{}", fixture.ana.id), &Value::Null).await;
        assert_eq!(status, 500, "{name}");
    }
    let causes: Vec<_> = log.of("request failed").iter().map(|line| line["cause"].clone()).collect();
    assert_eq!(causes[0], "unreadable item: email");
    assert_eq!(causes.len(), 2);
    log.assert_impersonal();
}
