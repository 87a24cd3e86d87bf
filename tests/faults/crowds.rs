//! What can't be paid, or not now, keeps nobody else waiting.

use harness::{World, instant};
use serde_json::json;
use shared::store::OWED_SHARDS;
use shared::time::Minute;
use sweep::Swept;

use crate::episode::at;

/// Everyone who was sent a mail, in order.
fn told(world: &World) -> Vec<String> {
    let mut told: Vec<_> =
        world.outbox().into_iter().map(|mail| mail.to.replace("@example.com", "")).collect();
    told.sort();
    told
}

#[tokio::test]
async fn what_nobody_here_knows_keeps_nobody_waiting() {
    let world = World::start().await;
    let (ana, bo) = (world.person("ana", "UTC").await, world.person("bo", "UTC").await);
    world.book(&ana, "2026-11-02T10:00", "2026-11-02T10:30", &[&bo], json!({})).await;
    // A later release was rolled back: notices of a kind of its own stay behind, more of them than one run takes on.
    let long_ago = Minute::of(instant("2026-11-02T08:00:00Z")).epoch();
    for number in 0..2000 {
        let owed = json!({
            "pk": format!("MEETING#m{number}"), "sk": "REMINDER#ana#pigeon#60", "owed_at": long_ago,
            "owed_shard": (number % u32::from(OWED_SHARDS)).to_string(),
        });
        world.put_item(owed).await;
    }
    world.lose_stream().await;
    world.clock.set(at("09:01:00"));
    let swept = world.sweep().await;
    assert_eq!(swept, Swept { done: 1, left: 0 });
    let overdue = world.process.planner.store.overdue(Minute::of(world.clock.now()), 10).await.unwrap();
    assert_eq!(overdue.unknown.len(), 2000);
    assert_eq!(overdue.oldest().map(Minute::epoch), Some(long_ago), "the alarm rings");
    world.clock.set(at("09:03:00"));
    world.sweep().await;
    assert_eq!(told(&world), ["ana", "bo"]);
}
