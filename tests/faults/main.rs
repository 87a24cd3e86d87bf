//! x
#![allow(clippy::unwrap_used)]
use harness::World;
use serde_json::json;

#[tokio::test]
async fn measure() {
    for _ in 0..3 {
        let t = std::time::Instant::now();
        let world = World::start().await;
        eprintln!("start {:?}", t.elapsed());
        let t = std::time::Instant::now();
        let ana = world.person("ana", "UTC").await;
        let bo = world.sleeper("bo", "Asia/Kolkata", "14:45", "15:20").await;
        let cy = world.sleeper("cy", "UTC", "09:20", "10:15").await;
        eprintln!("people {:?}", t.elapsed());
        let t = std::time::Instant::now();
        world.calls().clear();
        let m = world
            .book(
                &ana,
                "2026-11-02T10:00",
                "2026-11-02T10:30",
                &[&bo],
                json!({"notification_interval": [30, 10]}),
            )
            .await;
        eprintln!("book {:?} {:?}", t.elapsed(), world.calls().operations());
        let t = std::time::Instant::now();
        world.settle().await;
        eprintln!("settle {:?} {:?}", t.elapsed(), world.calls().operations().len());
        let t = std::time::Instant::now();
        let _ = world.items().await;
        eprintln!("items {:?}", t.elapsed());
        let t = std::time::Instant::now();
        world.sweep().await;
        eprintln!("sweep {:?}", t.elapsed());
        let t = std::time::Instant::now();
        world.pass_to(harness::instant("2026-11-02T11:00:00Z")).await;
        eprintln!(
            "pass {:?} {} {:?}",
            t.elapsed(),
            world.calls().operations().len(),
            world.outbox().iter().map(|m| (&m.to, m.sent_at)).collect::<Vec<_>>()
        );
        let _ = (&cy, &m);
    }
}
