//! For every operation, every documented problem is provoked, and no other one occurs.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Method, Request, header};
use harness::document::{Document, Operation};
use harness::{ApiResponse, CallOutcome, Person, World, new_meeting, new_user, with};
use local::gateway::authorizer::TokenRequest;
use serde_json::{Value, json};
use shared::domain::quota::Quotas;

use crate::{codes, problems};

/// Only a bug or a broken store causes it. Every operation documents it.
const OURS: &str = "internal_error";

const KEY: (&str, &str) = ("idempotency-key", "used");

/// Operations without store and sign-in.
const SERVICE: [&str; 6] = ["health", "openapi", "docs", "docs_file", "page", "page_file"];

struct Fixture {
    world: World,
    /// A world whose callers sign in, with Ana alone in it.
    signing_in: World,
    /// Another one, in which a caller may send one request in a minute.
    limiting: World,
    /// Organizes every meeting; Bo takes part, Cy doesn't.
    ana: Person,
    bo: Person,
    cy: Person,
    meeting: Value,
    other: Value,
    cancelled: Value,
    /// The last part of the address of Ana's feed.
    feed: String,
}

/// A request to an operation.
#[derive(Clone)]
struct TestRequest {
    path: Vec<(&'static str, String)>,
    query: String,
    headers: Vec<(&'static str, &'static str)>,
    body: Value,
}

impl Fixture {
    async fn new() -> Self {
        let world = World::start().await;
        let [ana, bo, cy] = world.people(["ana", "bo", "cy"]).await;
        let meeting = world.book(&ana, "2026-12-01T10:00", "2026-12-01T11:00", &[&bo], json!({})).await;
        let other = world.book(&ana, "2026-12-01T12:00", "2026-12-01T13:00", &[&bo], json!({})).await;
        let cancelled = world.book(&ana, "2026-12-02T10:00", "2026-12-02T11:00", &[&bo], json!({})).await;
        let path = format!("/api/meetings/{}", id(&cancelled));
        assert_eq!(world.send(Method::DELETE, &path, Vec::new()).await.status, 200);
        let feed = world.send(Method::POST, &format!("/api/users/{}/feed", ana.id), Vec::new()).await;
        let feed = feed.body["url"].as_str().unwrap().rsplit_once('/').unwrap().1.to_owned();
        let signing_in = World::signed_in().await;
        let token = signing_in.token(&TokenRequest::of(&ana.email));
        let user = signing_in.send_as(&token, Method::POST, "/api/create_user", &new_user("ana")).await;
        assert_eq!(user.status, 201, "{}", user.body);
        let one = Quotas { requests_per_minute: 1, ..Quotas::default() };
        let limiting = World::signed_in_with(one).await;
        Self { world, signing_in, limiting, ana, bo, cy, meeting, other, cancelled, feed }
    }

    /// A request that succeeds, also after others were refused.
    fn good(&self, operation: &str) -> TestRequest {
        let (user, meeting) = (&self.ana.id, id(&self.meeting));
        let window = ("2026-12-01T00:00", "2026-12-02T00:00");
        let body = match operation {
            "create_user" => new_user("Di"),
            "update_user" => json!({ "name": "Anna" }),
            "snooze_user" => json!({ "minutes": 60 }),
            "create_meeting" => {
                let times = json!({ "start_time": "2026-12-03T10:00", "end_time": "2026-12-03T11:00" });
                with(with(new_meeting(user), times), json!({ "participants": [self.bo.email] }))
            }
            "update_meeting" => json!({ "title": "Moved" }),
            "add_participant" => json!({ "user_id": self.cy.id, "meeting_id": meeting }),
            "remove_participant" => json!({ "user_id": self.bo.id, "meeting_id": meeting }),
            "get_free_slots" => json!({ "user_id": user, "start_time": window.0, "end_time": window.1 }),
            "find_meeting_times" => json!({
                "organizer_id": user, "attendees": [{ "email": self.bo.email }], "time_zone": "UTC",
                "start_time": window.0, "end_time": window.1, "duration_minutes": 60,
            }),
            _ => Value::Null,
        };
        let query = match operation {
            "list_meetings" => format!("?start_time={}&end_time={}", window.0, window.1),
            "query_free_slots" => format!("?user_id={user}&start_time={}&end_time={}", window.0, window.1),
            "find_user" => format!("?email={}", self.ana.email),
            _ => String::new(),
        };
        // Its own, as another request ends the one of the fixture.
        let user = if operation.ends_with("_feed") { &self.bo.id } else { user };
        let file = match operation {
            "page_file" => page::files().next().unwrap(),
            _ => "page.js",
        };
        let mut path = vec![("user_id", user.clone()), ("meeting_id", meeting)];
        path.extend([("file", file.to_owned()), ("feed", self.feed.clone())]);
        TestRequest { path, query, headers: Vec::new(), body }
    }

    /// Requests that are refused for a reason of their operation.
    fn refused(&self) -> Vec<(&'static str, TestRequest)> {
        let mut refused = Vec::new();
        let mut ask = |operation: &'static str, spoil: &dyn Fn(&mut TestRequest)| {
            let mut asked = self.good(operation);
            spoil(&mut asked);
            refused.push((operation, asked));
        };
        for operation in ["create_user", "create_meeting"] {
            ask(operation, &|asked| asked.headers = vec![KEY]);
        }
        ask("create_user", &|asked| asked.body["email"] = json!(self.bo.email));
        ask("update_user", &|asked| asked.body["email"] = json!(self.bo.email));
        for operation in [
            "get_user",
            "list_meetings",
            "update_user",
            "snooze_user",
            "end_snooze",
            "create_feed",
            "revoke_feed",
        ] {
            ask(operation, &|asked| asked.path = vec![("user_id", "nobody".to_owned())]);
        }
        ask("create_meeting", &|asked| asked.body["creator_id"] = json!("nobody"));
        ask("create_meeting", &|asked| asked.body["participants"] = json!(["nobody@example.com"]));
        let taken = |asked: &mut TestRequest| {
            asked.body["start_time"] = json!("2026-12-01T10:30");
            asked.body["end_time"] = json!("2026-12-01T11:30");
        };
        ask("create_meeting", &taken);
        for operation in ["get_meeting", "get_invite", "get_reminders", "update_meeting", "cancel_meeting"] {
            ask(operation, &|asked| asked.path = vec![("meeting_id", "nothing".to_owned())]);
        }
        for operation in ["update_meeting", "cancel_meeting", "update_user", "snooze_user", "end_snooze"] {
            ask(operation, &|asked| {
                asked.headers = vec![("if-match", "\"99\"")];
                // Only Bo has a snooze to end.
                asked.path[0].1.clone_from(&self.bo.id);
            });
        }
        ask("update_meeting", &|asked| {
            asked.path = vec![("meeting_id", id(&self.other))];
            taken(asked);
        });
        ask("update_meeting", &|asked| asked.path = vec![("meeting_id", id(&self.cancelled))]);
        for operation in ["add_participant", "remove_participant"] {
            ask(operation, &|asked| asked.body["user_id"] = json!("nobody"));
            ask(operation, &|asked| asked.body["meeting_id"] = json!("nothing"));
            ask(operation, &|asked| asked.body["meeting_id"] = self.cancelled["meeting_id"].clone());
            ask(operation, &|asked| asked.body["user_id"] = json!(self.ana.id));
        }
        ask("remove_participant", &|asked| asked.body["user_id"] = json!(self.cy.id));
        ask("get_free_slots", &|asked| asked.body["user_id"] = json!("nobody"));
        ask("find_meeting_times", &|asked| asked.body["organizer_id"] = json!("nobody"));
        ask("find_meeting_times", &|asked| {
            asked.body["attendees"] = json!([{ "email": "nobody@example.com" }])
        });
        ask("query_free_slots", &|asked| asked.query = asked.query.replace(&self.ana.id, "nobody"));
        ask("query_free_slots", &|asked| asked.query.push_str("&nonsense=1"));
        ask("list_meetings", &|asked| asked.query.push_str("&limit=0"));
        ask("find_user", &|asked| asked.query = "?email=nobody@example.com".to_owned());
        ask("find_user", &|asked| asked.query = "?email=nobody".to_owned());
        for operation in ["cancel_meeting", "end_snooze"] {
            ask(operation, &|asked| asked.query = "?dry_run=true".to_owned());
        }
        ask("get_reminders", &|asked| asked.query = "?limit=0".to_owned());
        ask("get_feed", &|asked| asked.path = vec![("feed", "nothing.ics".to_owned())]);
        ask("get_feed", &|asked| asked.query = "?detail=all".to_owned());
        for operation in ["create_feed", "revoke_feed"] {
            ask(operation, &|asked| asked.query = "?nonsense=1".to_owned());
        }
        for operation in ["docs_file", "page_file"] {
            ask(operation, &|asked| asked.path = vec![("file", "nothing.js".to_owned())]);
        }
        refused
    }

    async fn send(&self, operation: &Operation, asked: &TestRequest) -> ApiResponse {
        let body = if asked.body.is_null() { String::new() } else { asked.body.to_string() };
        self.send_text(operation, asked, body).await
    }

    /// The responses to a caller without a token, to one with an unverified address, to another account with
    /// the address of a user, and to a caller who has sent a request before.
    async fn refused_callers(&self, operation: &Operation) -> [ApiResponse; 4] {
        let mut asked = self.good(&operation.id);
        if operation.id == "create_user" {
            asked.body["email"] = json!(self.ana.email);
        }
        let send_to = async |world: &World, wish: Option<TokenRequest>| {
            let mut request = self.request(operation, &asked, asked.body.to_string());
            if let Some(wish) = wish {
                let token = format!("Bearer {}", world.token(&wish));
                request.headers_mut().insert(header::AUTHORIZATION, token.parse().unwrap());
            }
            world.request(request).await
        };
        let send = async |wish| send_to(&self.signing_in, wish).await;
        let ana = TokenRequest::of(&self.ana.email);
        let unverified = TokenRequest { email_verified: false, ..ana.clone() };
        let another = TokenRequest { subject: Some("another".to_owned()), ..ana.clone() };
        send_to(&self.limiting, Some(ana.clone())).await;
        let once_more = send_to(&self.limiting, Some(ana)).await;
        [send(None).await, send(Some(unverified)).await, send(Some(another)).await, once_more]
    }

    async fn send_text(&self, operation: &Operation, asked: &TestRequest, body: String) -> ApiResponse {
        self.world.request(self.request(operation, asked, body)).await
    }

    fn request(&self, operation: &Operation, asked: &TestRequest, body: String) -> Request<Body> {
        let path = asked
            .path
            .iter()
            .fold(operation.path.clone(), |path, (name, value)| path.replace(&format!("{{{name}}}"), value));
        let mut request = Request::builder().method(&operation.method).uri(path + &asked.query);
        for (name, value) in &asked.headers {
            request = request.header(*name, *value);
        }
        request.body(Body::from(body)).unwrap()
    }
}

fn id(meeting: &Value) -> String {
    meeting["meeting_id"].as_str().unwrap().to_owned()
}

/// Records a problem. Its title must be that of the example.
fn note(provoked: &mut BTreeSet<(String, String)>, operation: &Operation, answer: &ApiResponse) {
    let code = answer.body["code"].as_str().unwrap_or_else(|| panic!("{}: {}", operation.id, answer.body));
    let (_, content) = problems(operation).find(|(status, _)| *status == answer.status).unwrap();
    assert_eq!(content.examples[code]["title"], answer.body["title"], "{code}");
    provoked.insert((operation.id.clone(), code.to_owned()));
}

#[tokio::test]
async fn every_problem_is_provoked_where_it_is_documented() {
    let mut fixture = Fixture::new().await;
    let operations = &Document::served().operations;
    let named = |id: &str| operations.iter().find(|operation| operation.id == id).unwrap();
    let mut provoked = BTreeSet::new();

    for operation in operations {
        let good = fixture.good(&operation.id);
        if operation.body.is_some() {
            for body in ["[".to_owned(), format!("{{\"x\":\"{}\"}}", "x".repeat(70_000))] {
                note(&mut provoked, operation, &fixture.send_text(operation, &good, body).await);
            }
            let mut unknown = good.clone();
            unknown.body["nonsense"] = json!(1);
            note(&mut provoked, operation, &fixture.send(operation, &unknown).await);
        }
        if !SERVICE.contains(&operation.id.as_str()) {
            fixture.world.calls().fail(1, CallOutcome::Unreachable);
            note(&mut provoked, operation, &fixture.send(operation, &good).await);
            fixture.world.calls().clear();
            for answer in fixture.refused_callers(operation).await {
                note(&mut provoked, operation, &answer);
            }
        }
    }
    for (operation, field, value) in
        [("create_user", "email", "eve@example.com"), ("create_meeting", "title", "First")]
    {
        let mut asked = TestRequest { headers: vec![KEY], ..fixture.good(operation) };
        asked.body[field] = json!(value);
        assert_eq!(fixture.send(named(operation), &asked).await.status, 201);
    }
    let mut snooze = fixture.good("snooze_user");
    snooze.path[0].1.clone_from(&fixture.bo.id);
    assert_eq!(fixture.send(named("snooze_user"), &snooze).await.status, 200);
    for (operation, asked) in fixture.refused() {
        note(&mut provoked, named(operation), &fixture.send(named(operation), &asked).await);
    }
    let quotas = Quotas {
        meetings_per_day: 1,
        invitations_per_day: 1,
        changes_per_day: 1,
        pending_reminders: 1,
        requests_per_minute: 1,
    };
    fixture.world.restart_with(quotas);
    let mut more = fixture.good("update_meeting");
    more.body["notification_interval"] = json!([60, 30, 10]);
    let mut another = fixture.good("create_meeting");
    another.body["start_time"] = json!("2026-12-03T09:00");
    another.body["end_time"] = json!("2026-12-03T10:00");
    let mut renamed = fixture.good("update_user");
    renamed.body["name"] = json!("Ana Maria");
    assert_eq!(
        fixture.send(named("update_user"), &renamed).await.status,
        200,
        "one change is always possible"
    );
    renamed.body["name"] = json!("Ana Sofia");
    for (operation, asked) in [
        ("create_meeting", another),
        ("add_participant", fixture.good("add_participant")),
        ("update_meeting", more),
        ("update_user", renamed),
    ] {
        note(&mut provoked, named(operation), &fixture.send(named(operation), &asked).await);
    }
    let documented = operations.iter().flat_map(|operation| {
        let codes = problems(operation).flat_map(|(_, content)| codes(content));
        codes.map(|code| (operation.id.clone(), code.to_owned()))
    });
    assert_eq!(provoked, documented.filter(|(_, code)| code != OURS).collect());
}

#[tokio::test]
async fn every_operation_succeeds_as_documented() {
    for operation in &Document::served().operations {
        let fixture = Fixture::new().await;
        let answer = fixture.send(operation, &fixture.good(&operation.id)).await;
        assert!(answer.status < 300, "{}: {}", operation.id, answer.body);
    }
}
