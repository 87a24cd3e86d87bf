//! Measures how long everybody else waits while one user's change plans a long calendar again: that user has
//! 1,000 meetings and changes their Do-Not-Disturb hours, and right behind that somebody books a meeting. On
//! the stream the second record waits for the batch of the first.
//!
//! ```sh
//! cargo bench -p tests --bench planning
//! ```

#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used, clippy::panic, reason = "a benchmark")]

use std::time::Instant;

use aws_lambda_events::event::dynamodb::Event;
use axum::http::Method;
use harness::{World, instant};
use serde_json::json;
use shared::domain::Quotas;

const MEETINGS: usize = 1_000;
const RUNS: usize = 5;

#[tokio::main]
async fn main() {
    // Without quotas, since that of pending reminders reads the whole calendar for each booking.
    let quotas = Quotas {
        meetings_per_day: 0,
        invitations_per_day: 0,
        changes_per_day: 0,
        pending_reminders: 0,
        requests_per_minute: 0,
    };
    let world = World::with_quotas(quotas).await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    for number in 0..MEETINGS {
        let (day, hour) = (1 + number / 24 % 28, number % 24);
        let month = ["2026-12", "2027-01"][number / 24 / 28];
        let at = |minute: &str| format!("{month}-{day:02}T{hour:02}:{minute}");
        world.book(&ana, &at("00"), &at("30"), &[], json!({})).await;
    }
    world.settle().await;
    let mut waited = Vec::new();
    for run in 0..RUNS {
        let hours = json!({ "dnd_start_time": format!("{:02}:00", run), "dnd_end_time": "22:00" });
        let path = format!("/api/users/{}", ana.id);
        let answer = world.send(Method::PATCH, &path, hours.to_string().into_bytes()).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let known = world.records().await.len();
        let start = format!("2026-11-20T{run:02}:00");
        world.book(&bo, &start, &format!("2026-11-20T{run:02}:30"), &[], json!({})).await;
        let records = world.records().await;
        let mut batch = Event::default();
        batch.records = records.into_iter().skip(known - 1).collect();
        let begun = Instant::now();
        let answer = plan_reminders::handle(&world.process.planner, batch).await;
        waited.push(begun.elapsed().as_millis());
        assert!(answer.batch_item_failures.is_empty());
        world.lose_stream().await;
        world.clock.set(instant("2026-11-02T09:01:00Z") + chrono::TimeDelta::minutes(run as i64));
        world.sweep().await;
    }
    waited.sort_unstable();
    println!(
        "one user plans {MEETINGS} meetings again; the batch behind waits {} ms (median of {RUNS}, longest {} ms)",
        waited[RUNS / 2],
        waited[RUNS - 1]
    );
}
