//! People: creating them, and reading them back.

use harness::World;
use serde_json::{Value, json};

/// The answer to creating someone with these fields changed.
async fn create(world: &World, changes: Value) -> (u16, Value) {
    let mut body = json!({ "email": "ana@example.com", "name": "Ana", "timezone": "Europe/Madrid" });
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    world.post("/api/create_user", body).await
}

#[tokio::test]
async fn a_user_is_answered_whole_and_read_back_the_same() {
    let world = World::start().await;
    let changes = json!({ "dnd_start_time": 22, "dnd_end_time": "07:00" });
    let (status, user) = create(&world, changes).await;
    assert_eq!(status, 201, "{user}");
    let id = user["user_id"].as_str().unwrap();
    let expected = json!({
        "user_id": id, "email": "ana@example.com", "name": "Ana", "timezone": "Europe/Madrid",
        "dnd_start_time": "22:00", "dnd_end_time": "07:00",
    });
    assert_eq!(user, expected);
    assert_eq!(world.get(&format!("/api/users/{id}")).await, (200, user));
}
