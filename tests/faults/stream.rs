//! What the stream does to its records: it may hand them over twice, late and, seen from one meeting, in any
//! order; when it has given up on them the sweep is left. None of it makes a difference.

use aws_lambda_events::event::dynamodb::{Event, EventRecord};
use chrono::TimeDelta;

use crate::episode::{Episode, Stage, at};
use crate::snapshot::{Snapshot, assert_nobody_disturbed, letters, told};

/// How the stream treats the records of a change.
#[derive(Clone, Copy, Debug)]
enum Stream {
    /// It hands over each once and at once.
    Good,
    /// Each twice at once, and all of them once more after the meeting.
    Twice,
    /// None for three minutes, in which the sweep does the work; then all, twice and shuffled.
    LateAndShuffled(usize),
    /// Never any.
    Lost,
}

async fn hand_over(stage: &Stage, records: Vec<EventRecord>) {
    let mut event = Event::default();
    event.records = records;
    let answer = plan_reminders::handle(&stage.world.process.planner, event).await;
    assert!(answer.batch_item_failures.is_empty(), "{answer:?}");
}

/// All records twice, in an order that `seed` makes.
fn shuffled(records: Vec<EventRecord>, seed: usize) -> Vec<EventRecord> {
    let mut twice: Vec<_> = records.iter().cloned().chain(records.iter().cloned()).enumerate().collect();
    twice.sort_by_key(|(place, _)| (place + seed).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    twice.into_iter().map(|(_, record)| record).collect()
}

/// Where the world stands after the change and after the meeting, and who was told when.
async fn run(episode: Episode, stream: Stream) -> (Snapshot, Snapshot, Vec<(String, String)>) {
    let stage = Stage::set(episode).await;
    stage.change().await;
    let quiet_from = stage.world.clock.now() + TimeDelta::minutes(4);
    match stream {
        Stream::Good => stage.world.settle().await,
        Stream::Twice => {
            stage.world.settle().await;
            stage.world.replay().await;
        }
        Stream::LateAndShuffled(seed) => {
            stage.world.lose_stream().await;
            stage.world.pass_to(stage.world.clock.now() + TimeDelta::minutes(3)).await;
            for record in shuffled(stage.world.records().await, seed) {
                hand_over(&stage, vec![record]).await;
            }
        }
        Stream::Lost => stage.world.lose_stream().await,
    }
    stage.world.pass_to(quiet_from).await;
    let quiet = Snapshot::of(&stage).await;
    stage.world.pass_to(at("12:00:00")).await;
    if let Stream::Twice = stream {
        stage.world.replay().await;
        stage.world.pass_to(at("12:10:00")).await;
    }
    let letters = letters(&stage);
    assert_nobody_disturbed(&stage, &letters).await;
    (quiet, Snapshot::of(&stage).await, told(&letters))
}

async fn compare(stream: impl Fn(usize) -> Stream) {
    for (number, episode) in Episode::CHANGES.into_iter().enumerate() {
        let stream = stream(number);
        let (plain, treated) = (run(episode, Stream::Good).await, run(episode, stream).await);
        assert_eq!(treated.2, episode.letters(), "{episode:?} {stream:?}");
        for (plain, treated) in [(&plain.0, &treated.0), (&plain.1, &treated.1)] {
            let differences = plain.differences(treated);
            assert!(differences.is_empty(), "{episode:?} {stream:?}:{differences}");
        }
    }
}

#[tokio::test]
async fn records_that_come_twice() {
    compare(|_| Stream::Twice).await;
}

#[tokio::test]
async fn records_that_come_late_and_in_any_order() {
    compare(Stream::LateAndShuffled).await;
}

#[tokio::test]
async fn records_that_never_come() {
    compare(|_| Stream::Lost).await;
}

#[tokio::test]
async fn a_batch_of_everything_at_once() {
    let stage = Stage::set(Episode::Reschedule).await;
    stage.change().await;
    stage.world.lose_stream().await;
    hand_over(&stage, shuffled(stage.world.records().await, 7)).await;
    stage.world.pass_to(at("12:00:00")).await;
    assert_eq!(told(&letters(&stage)), Episode::Reschedule.letters());
}
