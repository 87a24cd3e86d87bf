//! Lets time pass with timers and sweeps, and reads the stream and the timers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use aws_lambda_events::event::dynamodb::EventRecord;
use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, TimeDelta, Utc};
use local::database::Database;
use local::stream::{BatchHandler, Follower};
use local::template::StreamMapping;
use serde_json::Value;
use shared::time::Minute;
use sweep::{Sweeper, Swept};

use crate::{NO_WAIT, TABLE, World};

impl World {
    /// Runs the sweep once, at the current time.
    pub async fn sweep(&self) -> Swept {
        sweep::handle(&self.sweeper()).await.unwrap()
    }

    /// Runs the sweep once, unless it would find nothing.
    pub async fn sweep_pending(&self) {
        if self.pending_from().await.is_some_and(|minute| minute.start() <= self.clock.now()) {
            self.sweep().await;
        }
    }

    /// The context of sweep.
    pub fn sweeper(&self) -> Sweeper {
        Sweeper { planner: self.process.planner.clone(), notifier: self.process.notifier.clone() }
    }

    /// Moves the clock to `to`. In each minute the due timers fire, and then the sweep runs. Minutes without
    /// due timers or pending items are skipped, because nothing happens in them. The stream is not followed.
    pub async fn pass_to(&self, to: DateTime<Utc>) {
        while let Some((next, is_pending)) = self.next_event().await {
            if next > to {
                break;
            }
            self.clock.set(next);
            while self.fire_due().await > 0 {}
            if is_pending {
                self.sweep().await;
            }
        }
        self.clock.set(to.max(self.clock.now()));
    }

    /// Skips all records of the stream.
    pub async fn lose_stream(&self) {
        let nobody: BatchHandler = Arc::new(|_| Box::pin(async { Default::default() }));
        self.follower.drain(&nobody).await.unwrap();
    }

    /// Every record of the stream that passes the filter of plan_reminders, from the first on.
    pub async fn records(&self) -> Vec<EventRecord> {
        self.read_stream(self.template.stream_mapping().unwrap()).await
    }

    /// Every record of the stream, from the first on: each change of an item.
    pub async fn changes(&self) -> Vec<EventRecord> {
        let mapping = self.template.stream_mapping().unwrap();
        self.read_stream(StreamMapping { patterns: Vec::new(), ..mapping }).await
    }

    async fn read_stream(&self, mapping: StreamMapping) -> Vec<EventRecord> {
        let records = Arc::new(Mutex::new(Vec::new()));
        let noting = Arc::clone(&records);
        let note: BatchHandler = Arc::new(move |event| {
            noting.lock().unwrap().extend(event.records);
            Box::pin(async { Default::default() })
        });
        let dynamodb = &self.services.dynamodb;
        let client = aws_sdk_dynamodbstreams::Client::new(&self.loopback.config(dynamodb.endpoint()));
        let database = Database::memory().unwrap();
        let follower = Follower::new(client, dynamodb.stream_arn(), database, mapping, NO_WAIT).unwrap();
        follower.drain(&note).await.unwrap();
        std::mem::take(&mut *records.lock().unwrap())
    }

    /// The input of every timer, and when it fires.
    pub fn pending(&self) -> Vec<(Value, DateTime<Utc>)> {
        let pending = self.services.scheduler.pending().into_iter();
        pending.map(|(invocation, at)| (serde_json::from_str(&invocation.input).unwrap(), at)).collect()
    }

    /// The start of the next minute in which a timer is due or an item is pending, and whether it is an item.
    /// Overdue ones count for the next minute.
    async fn next_event(&self) -> Option<(DateTime<Utc>, bool)> {
        let to_come = Minute::of(self.clock.now() + TimeDelta::minutes(1));
        let pending = self.pending_from().await.map(|minute| minute.max(to_come));
        let timers = self.pending().into_iter().map(|(_, at)| Minute::of(at));
        let timers = timers.min().map(|minute| minute.max(to_come));
        let next = pending.into_iter().chain(timers).min()?;
        Some((next.start(), pending == Some(next)))
    }

    /// The earliest minute from which an item is pending.
    async fn pending_from(&self) -> Option<Minute> {
        let scan = self.dynamodb_client.scan().table_name(TABLE).index_name("owed");
        let items = scan.send().await.unwrap().items.unwrap_or_default();
        let minute =
            |item: &HashMap<String, AttributeValue>| item["owed_at"].as_n().unwrap().parse().unwrap();
        items.iter().map(|item| Minute::from_epoch(minute(item))).min()
    }
}
