//! Mistakes of callers who sign in.

use axum::http::Method;
use harness::{World, new_user};
use local::gateway::authorizer::TokenRequest;
use serde_json::json;

use super::{get, post, request};

#[tokio::test]
async fn tokens() {
    let world = World::signed_in().await;
    let token = |email: &str| format!("Bearer {}", world.token(&TokenRequest::of(email)));
    let by_ana = |row: super::Row| row.header("authorization", token("ana@example.com"));
    let rows = vec![
        post("/api/create_user", new_user("ana"))
            .is(401, "unauthenticated")
            .says(&["Authorization: Bearer <token>"]),
        by_ana(post("/api/create_user", new_user("bo")))
            .is(403, "forbidden")
            .says(&["Your token's address is ana@example.com", "An administrator may"]),
        by_ana(post("/api/create_meeting", harness::new_meeting("nobody")))
            .is(403, "forbidden")
            .says(&["you may not do this"]),
        by_ana(get("/api/users/bo@example.com")).is(404, "user_not_found").says(&["not an e-mail address"]),
        // Who isn't signed in learns nothing but the routes of the document.
        get("/api/users/").is(404, "route_not_found").says(&["GET /api/users/{user_id}"]),
        request(Method::PUT, "/api/users/x", json!({}).to_string())
            .is(405, "method_not_allowed")
            .says(&["PATCH"]),
    ];
    for row in rows {
        assert_eq!(row.wrong(&world).await, None);
    }
    assert!(world.items().await.is_empty());
}
