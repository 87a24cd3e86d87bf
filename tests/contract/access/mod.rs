//! Access with tokens: every operation by every kind of caller, on their own data and on that of others.

mod accounts;
mod table;
mod tokens;

use axum::http::Method;
use harness::{ApiResponse, World, new_meeting, new_user, with};
use local::gateway::authorizer::TokenRequest;
use serde_json::{Value, json};

/// ana organizes a meeting with bo. cy is another user. dee has a token but no user.
pub(crate) struct Fixture {
    pub(crate) world: World,
    pub(crate) ana: String,
    bo: String,
    pub(crate) cy: String,
    pub(crate) meeting: String,
}

/// All callers.
pub(crate) const CALLERS: [&str; 5] = ["ana", "bo", "cy", "dee", "admin"];

impl Fixture {
    pub(crate) async fn set() -> Self {
        let world = World::signed_in().await;
        let mut ids = Vec::new();
        for name in ["ana", "bo", "cy"] {
            let body = with(new_user(name), json!({ "dnd_start_time": 22, "dnd_end_time": 7 }));
            let user = call(&world, name, Method::POST, "/api/create_user", &body).await;
            assert_eq!(user.status, 201, "{}", user.body);
            ids.push(user.body["user_id"].as_str().unwrap().to_owned());
        }
        let [ana, bo, cy] = ids.try_into().unwrap();
        let times = json!({ "start_time": "2026-11-03T10:00", "end_time": "2026-11-03T11:00" });
        let secret = json!({ "title": "Secret plans", "participants": ["bo@example.com"] });
        let body = with(with(new_meeting(&ana), times), secret);
        let meeting = call(&world, "ana", Method::POST, "/api/create_meeting", &body).await;
        assert_eq!(meeting.status, 201, "{}", meeting.body);
        let meeting = meeting.body["meeting_id"].as_str().unwrap().to_owned();
        Self { world, ana, bo, cy, meeting }
    }

    pub(crate) async fn call(&self, caller: &str, method: Method, path: &str, body: &Value) -> ApiResponse {
        call(&self.world, caller, method, path, body).await
    }
}

/// A request with the token of a caller. `admin` has no user, but is in the group of administrators.
async fn call(world: &World, caller: &str, method: Method, path: &str, body: &Value) -> ApiResponse {
    let group = (caller == "admin").then(|| "admin".to_owned());
    let token = world.token(&TokenRequest { group, ..TokenRequest::of(&format!("{caller}@example.com")) });
    world.send_as(&token, method, path, body).await
}
