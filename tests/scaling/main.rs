//! The simulation of docs/scaling.md: what it counts on is what the functions do, and the document shows what
//! it prints.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test binary; clippy's own exemption stops at its helpers"
)]

mod agenda;
#[allow(dead_code, clippy::print_stdout, reason = "it is an example, and its `main` isn't called here")]
#[path = "../../shared/examples/scaling/main.rs"]
mod scaling;
mod units;

use std::collections::BTreeMap;
use std::fs;

use aws_lambda_events::event::dynamodb::EventRecord;
use harness::{World, instant};
use serde_json::json;
use shared::store::OWED_SHARDS;
use shared::time::Minute;
use shared::timers::Due;

use crate::scaling::counted::{
    BOOKING, INVITING, KEPT_BYTES, PEOPLE, PLANNING, REMINDING, ROUND_TRIPS_OF_A_BOOKING,
    ROUND_TRIPS_OF_A_DELIVERY, ROW_BYTES, Step,
};
use crate::scaling::{limits, report};

/// Counts what happens between two of its calls.
struct Counter<'a> {
    world: &'a World,
    known: usize,
}

impl<'a> Counter<'a> {
    async fn new(world: &'a World) -> Self {
        let mut counter = Self { world, known: 0 };
        counter.changes().await;
        counter
    }

    /// What changed in the table since the last call. Calls are counted from now on.
    async fn changes(&mut self) -> Vec<EventRecord> {
        let records = self.world.changes().await.split_off(self.known);
        self.known += records.len();
        self.world.calls().clear();
        self.world.calls().keep_requests();
        records
    }

    async fn compare(&mut self, name: &str, step: &Step) {
        let requests = self.world.calls().requests();
        let records = self.changes().await;
        let known: BTreeMap<_, _> = step.calls.iter().copied().collect();
        assert_eq!(units::calls(&requests), known, "{name}: correct `calls` in counted.rs");
        assert_eq!(units::units(&requests, &records), step.units, "{name}: correct `units` in counted.rs");
    }
}

/// Delivers all notices of that kind that have timers, one after the other.
async fn deliver(world: &World, kind: &str) -> u32 {
    let mut delivered = 0;
    for (input, _) in world.timers().await {
        if input["type"] == kind {
            let due: Due = serde_json::from_value(input).unwrap();
            notify::handle(&world.process.notifier, due).await.unwrap();
            delivered += 1;
        }
    }
    delivered
}

#[tokio::test]
async fn a_meeting_costs_what_the_simulation_counts_on() {
    let world = World::inviting().await;
    let [ana, bo, cy, di] = world.people(["ana", "bo", "cy", "di"]).await;
    world.settle().await;
    let mut counter = Counter::new(&world).await;
    let title = json!({ "title": "Weekly of the design team", "notification_interval": 15 });
    world.book(&ana, "2026-11-03T10:00", "2026-11-03T10:30", &[&bo, &cy, &di], title).await;
    assert_eq!(world.calls().round_trips(), ROUND_TRIPS_OF_A_BOOKING as usize);
    counter.compare("a booking", &BOOKING).await;
    world.settle().await;
    counter.compare("planning", &PLANNING).await;
    world.clock.set(instant("2026-11-02T09:01:00Z"));
    assert_eq!(deliver(&world, "invitation").await, PEOPLE);
    assert_eq!(world.calls().round_trips(), (PEOPLE * ROUND_TRIPS_OF_A_DELIVERY) as usize);
    counter.compare("the invitations", &INVITING).await;
    world.clock.set(instant("2026-11-03T09:45:00Z"));
    assert_eq!(deliver(&world, "email").await, PEOPLE);
    counter.compare("the reminders", &REMINDING).await;
    assert_eq!(world.outbox().len(), 2 * PEOPLE as usize);

    let items = world.items().await;
    let bytes = |is_counted: fn(&str) -> bool| -> usize {
        let counted = items.iter().filter(|((_, sk), _)| is_counted(sk));
        counted.map(|(_, item)| units::size(&serde_dynamo::to_item(item).unwrap())).sum()
    };
    let kept = bytes(|sk| sk == "MEETING" || sk.starts_with("DAY#"));
    assert_eq!((kept, bytes(|sk| sk.starts_with("REMINDER#"))), (KEPT_BYTES as usize, ROW_BYTES as usize));
}

/// The day of ten million people takes some seconds without optimization, and isn't simulated here.
#[test]
fn the_document_shows_what_the_simulation_prints() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/scaling.md");
    let document = fs::read_to_string(path).unwrap();
    let sizes = &report::SIZES;
    let tables = [report::met_first(sizes), report::lateness(&sizes[..2]), report::costs(sizes)];
    for line in tables.iter().flat_map(|table| table.lines()) {
        assert!(
            document.lines().any(|shown| shown == line),
            "docs/scaling.md lacks this line; copy the tables of `cargo run --release --example scaling -p shared`:\n{line}"
        );
    }
}

#[tokio::test]
async fn pending_work_is_found_in_every_shard() {
    assert_eq!(limits::DEFAULTS.owed_shards, u64::from(OWED_SHARDS));
    let world = World::start().await;
    let minute = Minute::of(instant(harness::BEGINNING));
    // A release before had fewer shards. If this number becomes smaller, items in the last ones are lost.
    for shard in 0..64 {
        let item = json!({
            "pk": format!("MEETING#m{shard}"), "sk": "REMINDER#ana#pigeon#60",
            "owed_at": minute.epoch(), "owed_shard": shard.to_string(),
        });
        world.put_item(item).await;
    }
    let overdue = world.process.planner.store.overdue(minute, 1000).await.unwrap();
    assert_eq!(overdue.unknown.len(), 64);
}
