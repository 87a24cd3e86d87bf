//! An address belongs to the account that signed in with it first.

use axum::http::Method;
use harness::{ApiResponse, new_meeting, new_user, with};
use local::gateway::authorizer::TokenRequest;
use serde_json::{Value, json};

use super::Fixture;
use super::table::rows;

impl Fixture {
    /// A request of another account, or of the first one, with an address.
    async fn call_as(&self, caller: (&str, &str), method: Method, path: &str, body: &Value) -> ApiResponse {
        let (name, subject) = caller;
        let wish = TokenRequest::of(&format!("{name}@example.com"));
        let token = self.world.token(&TokenRequest { subject: Some(subject.to_owned()), ..wish });
        self.world.send_as(&token, method, path, body).await
    }

    async fn claim(&self, name: &str) -> Value {
        let key = (format!("EMAIL#{name}@example.com"), "EMAIL".to_owned());
        self.world.items().await[&key].clone()
    }

    /// A user whom an administrator creates.
    async fn created_by_administrator(&self, name: &str) -> String {
        let user = self.call("admin", Method::POST, "/api/create_user", &new_user(name)).await;
        assert_eq!(user.status, 201, "{}", user.body);
        user.body["user_id"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn another_account_with_a_known_address_is_refused_everywhere() {
    let fixture = Fixture::set().await;
    let before = fixture.world.items().await;
    for row in rows() {
        let (method, _) = row.route.split_once(' ').unwrap();
        let (path, mut body) = ((row.path)(&fixture), (row.body)(&fixture));
        if row.route == "POST /api/create_user" {
            body["email"] = json!("ana@example.com");
        }
        let method: Method = method.parse().unwrap();
        let answer = fixture.call_as(("ana", "another"), method, &path, &body).await;
        assert_eq!(
            (answer.status, &answer.body["code"]),
            (403, &json!("account_bound")),
            "{}: {}",
            row.route,
            answer.body
        );
    }
    assert_eq!(fixture.world.items().await, before);
    let claim = fixture.claim("ana").await;
    assert_eq!(claim["issuer"], "https://local.tactful.example");
    assert_eq!(claim["subject"], "ana@example.com");
}

#[tokio::test]
async fn a_repetition_by_another_account_is_not_answered() {
    let fixture = Fixture::set().await;
    let send = async |subject: &str| {
        let wish = TokenRequest::of("eve@example.com");
        let token = fixture.world.token(&TokenRequest { subject: Some(subject.to_owned()), ..wish });
        let request = axum::http::Request::post("/api/create_user").header("idempotency-key", "k");
        let request = request.header("authorization", format!("Bearer {token}"));
        fixture.world.request(request.body(new_user("eve").to_string().into()).unwrap()).await
    };
    assert_eq!(send("first").await.status, 201);
    assert_eq!(send("first").await.headers["idempotent-replayed"], "true");
    let other = send("second").await;
    assert_eq!((other.status, &other.body["code"]), (403, &json!("account_bound")));
}

#[tokio::test]
async fn an_administrator_frees_an_address_for_another_account() {
    let fixture = Fixture::set().await;
    let path = format!("/api/users/{}", fixture.ana);
    let read = async |subject: &str| {
        fixture.call_as(("ana", subject), Method::GET, &path, &Value::Null).await.status
    };
    let first = "ana@example.com";
    assert_eq!((read(first).await, read("second").await), (200, 403));

    let free = fixture.call("admin", Method::PATCH, &path, &json!({ "rebind_account": true })).await;
    assert_eq!((free.status, &free.body["email"]), (200, &json!("ana@example.com")));
    assert_eq!((read(first).await, read("second").await), (200, 200), "until one of them changes something");

    let rename = json!({ "name": "Ana B." });
    assert_eq!(fixture.call_as(("ana", "second"), Method::PATCH, &path, &rename).await.status, 200);
    assert_eq!((read(first).await, read("second").await), (403, 200));

    // Together with other changes; false changes nothing.
    let body = json!({ "name": "Ana C.", "rebind_account": true });
    assert_eq!(fixture.call("admin", Method::PATCH, &path, &body).await.body["name"], "Ana C.");
    assert_eq!(fixture.claim("ana").await.get("subject"), None);
    assert_eq!(fixture.call_as(("ana", "third"), Method::PATCH, &path, &rename).await.status, 200);
    let body = json!({ "rebind_account": false });
    assert_eq!(fixture.call("admin", Method::PATCH, &path, &body).await.status, 200);
    assert_eq!(fixture.claim("ana").await["subject"], "third");
}

#[tokio::test]
async fn an_address_that_is_freed_while_it_changes_belongs_to_nobody() {
    let fixture = Fixture::set().await;
    let path = format!("/api/users/{}", fixture.ana);
    let mut former = "ana@example.com".to_owned();
    for number in 0..8 {
        let next = format!("ana{number}@example.com");
        let (rebind, change) = (json!({ "rebind_account": true }), json!({ "email": next }));
        let answers = futures_util::future::join(
            fixture.call("admin", Method::PATCH, &path, &rebind),
            fixture.call("admin", Method::PATCH, &path, &change),
        )
        .await;
        assert_eq!((answers.0.status, answers.1.status), (200, 200));
        let key = (format!("EMAIL#{former}"), "EMAIL".to_owned());
        assert_eq!(fixture.world.items().await.get(&key), None, "{former}");
        former = next;
    }
}

#[tokio::test]
async fn a_user_whom_another_created_is_bound_by_their_first_change_and_waits_for_nothing() {
    let mut fixture = Fixture::set().await;
    fixture.created_by_administrator("eve").await;
    let eve = fixture.created_by_administrator("fay").await;
    let meeting = |start: &str, end: &str| {
        with(
            new_meeting(&eve),
            json!({ "start_time": start, "end_time": end, "participants": ["bo@example.com"] }),
        )
    };
    let (user, here) = (format!("/api/users/{eve}"), "/api/meeting/participant");
    let first = fixture
        .call("admin", Method::POST, "/api/create_meeting", &meeting("2026-11-04T10:00", "2026-11-04T11:00"))
        .await;
    let id = first.body["meeting_id"].as_str().unwrap().to_owned();
    let path = format!("/api/meetings/{id}");
    let person = json!({ "user_id": fixture.cy, "meeting_id": id });

    for read in [&user, &path] {
        assert_eq!(fixture.call("fay", Method::GET, read, &Value::Null).await.status, 200);
        assert_eq!(fixture.claim("fay").await.get("subject"), None, "reading writes nothing");
    }
    let writing = [
        (Method::PATCH, user.clone(), json!({ "name": "Fay B." }), 2),
        (Method::POST, "/api/create_meeting".to_owned(), meeting("2026-11-05T10:00", "2026-11-05T11:00"), 3),
        (Method::POST, format!("{here}/add"), person.clone(), 3),
        (Method::POST, format!("{here}/remove"), person, 2),
        (Method::PATCH, path.clone(), json!({ "title": "Other" }), 3),
        (Method::DELETE, path, Value::Null, 2),
    ];
    for (number, (method, path, body, most)) in writing.into_iter().enumerate() {
        let subject = format!("subject-{number}");
        fixture.world.calls().clear();
        let answer = fixture.call_as(("fay", &subject), method.clone(), &path, &body).await;
        assert!(answer.status < 300, "{method} {path}: {}", answer.body);
        assert!(fixture.world.calls().round_trips() <= most, "{method} {path}: {:?}", fixture.world.calls());
        assert_eq!(fixture.claim("fay").await["subject"], json!(subject), "{method} {path}");
        let free = fixture.call("admin", Method::PATCH, &user, &json!({ "rebind_account": true })).await;
        assert_eq!(free.status, 200, "{}", free.body);
    }

    // A change that fails for another reason than the binding binds nobody.
    let taken = json!({ "start_time": "2026-11-05T10:30", "end_time": "2026-11-05T11:30" });
    let body = with(meeting("2026-11-05T10:00", "2026-11-05T11:00"), taken);
    let refused = fixture.call_as(("fay", "late"), Method::POST, "/api/create_meeting", &body).await;
    assert_eq!(refused.status, 409);
    assert_eq!(fixture.claim("fay").await.get("subject"), None);

    fixture.world.restart_rebinding();
    let rename = |name: &str| json!({ "name": name });
    for subject in ["one", "two"] {
        let answer = fixture.call_as(("fay", subject), Method::PATCH, &user, &rename(subject)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(fixture.claim("fay").await["subject"], subject, "it takes the place of the one before");
    }
}

#[tokio::test]
async fn what_cannot_be_bound_now_is_bound_by_the_next_change() {
    let fixture = Fixture::set().await;
    let fay = fixture.created_by_administrator("fay").await;
    let path = format!("/api/users/{fay}");
    for (failing, expected) in [(true, None), (false, Some("fay"))] {
        fixture.world.calls().watch(move |call| match failing && call.operation == "UpdateItem" {
            true => harness::CallOutcome::Unreachable,
            false => harness::CallOutcome::Pass,
        });
        let body = json!({ "name": format!("Fay {failing}") });
        let answer = fixture.call_as(("fay", "fay"), Method::PATCH, &path, &body).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(fixture.claim("fay").await.get("subject").and_then(Value::as_str), expected);
    }
}
