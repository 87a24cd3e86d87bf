//! A receiver of webhooks that hangs delays no mail.

use std::time::Duration;

use harness::{Person, World};
use local::embedded::secrets::WEBHOOK_SECRET;
use local::sdk::Loopback;
use serde_json::json;
use shared::sending::RetryPolicy;
use shared::webhook::{Endpoint, Secret, Webhooks};
use tokio::net::TcpListener;
use tokio::time::{sleep, timeout};

use crate::scenario::at;

/// More than are delivered side by side.
const PEOPLE: usize = 40;

/// Everyone is to be reminded by mail and by webhook at 09:30, and no webhook is ever answered.
async fn world_with_a_receiver_that_hangs(silent: &TcpListener) -> World {
    let mut world = World::start().await;
    let mut people: Vec<Person> = Vec::new();
    for number in 0..PEOPLE {
        people.push(world.person(&format!("p{number:02}"), "UTC").await);
    }
    let more = json!({ "notification_interval": [30, { "type": "webhook", "minutes_before": 30 }] });
    let invited: Vec<_> = people[1..].iter().collect();
    world.book(&people[0], "2026-11-02T10:00", "2026-11-02T10:30", &invited, more).await;
    world.settle().await;
    let secrets = Loopback::new().config(world.secrets().endpoint());
    let secret = Secret::new(aws_sdk_secretsmanager::Client::new(&secrets), WEBHOOK_SECRET);
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let forever = Duration::from_secs(3600);
    let policy = RetryPolicy { total: forever, attempt: forever, backoff: &[] };
    let endpoint = Endpoint::https_or_loopback(&url).unwrap();
    world.process.notifier.webhooks = Some(Webhooks::new(endpoint, secret, policy));
    world
}

/// Waits until everyone has got their mail, while `delivering` goes on.
async fn everyone_is_mailed<T>(world: &World, delivering: impl Future<Output = T>) {
    let everyone = async {
        while world.outbox().len() < PEOPLE {
            sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        _ = delivering => panic!("the receiver hangs, and yet everything was delivered"),
        done = timeout(Duration::from_secs(120), everyone) => {
            assert!(done.is_ok(), "only {} mails were sent", world.outbox().len());
        }
    }
    assert!(world.outbox().iter().all(|mail| mail.sent_at == world.clock.now()), "in their minute");
}

#[tokio::test]
async fn mail_does_not_wait_for_hanging_webhooks_when_timers_fire() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let world = world_with_a_receiver_that_hangs(&silent).await;
    world.clock.set(at("09:30:00"));
    everyone_is_mailed(&world, world.fire_due()).await;
}

#[tokio::test]
async fn mail_does_not_wait_for_hanging_webhooks_in_the_sweep() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let world = world_with_a_receiver_that_hangs(&silent).await;
    world.clock.set(at("09:31:00"));
    everyone_is_mailed(&world, world.sweep()).await;
}
