//! The stream may deliver records twice, late, in any order, or never. The reminders end up the same. Lost
//! records are replaced by the sweep.

use aws_lambda_events::event::dynamodb::{Event, EventRecord};
use chrono::TimeDelta;

use crate::scenario::{Fixture, Scenario, at};
use crate::snapshot::{Snapshot, assert_nobody_disturbed, messages, recipients};

/// How the stream delivers the records of a change.
#[derive(Clone, Copy, Debug)]
enum Stream {
    /// Each once, at once.
    Good,
    /// Each twice at once, and all of them once more after the meeting.
    Twice,
    /// None for three minutes, in which the sweep plans. Then all, twice and shuffled.
    LateAndShuffled(usize),
    /// Never.
    Lost,
}

async fn hand_over(fixture: &Fixture, records: Vec<EventRecord>) {
    let mut event = Event::default();
    event.records = records;
    let answer = plan_reminders::handle(&fixture.world.process.planner, event).await;
    assert!(answer.batch_item_failures.is_empty(), "{answer:?}");
}

/// All records twice, in an order that depends on `seed`.
fn shuffled(records: Vec<EventRecord>, seed: usize) -> Vec<EventRecord> {
    let mut twice: Vec<_> = records.iter().cloned().chain(records.iter().cloned()).enumerate().collect();
    twice.sort_by_key(|(index, _)| (index + seed).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    twice.into_iter().map(|(_, record)| record).collect()
}

/// The world after the change and after the meeting, and who got a message when.
async fn run(scenario: Scenario, stream: Stream) -> (Snapshot, Snapshot, Vec<(String, String)>) {
    let fixture = Fixture::set(scenario).await;
    fixture.change().await;
    let quiet_from = fixture.world.clock.now() + TimeDelta::minutes(4);
    match stream {
        Stream::Good => fixture.world.settle().await,
        Stream::Twice => {
            fixture.world.settle().await;
            fixture.world.replay().await;
        }
        Stream::LateAndShuffled(seed) => {
            fixture.world.lose_stream().await;
            fixture.world.pass_to(fixture.world.clock.now() + TimeDelta::minutes(3)).await;
            for record in shuffled(fixture.world.records().await, seed) {
                hand_over(&fixture, vec![record]).await;
            }
        }
        Stream::Lost => fixture.world.lose_stream().await,
    }
    fixture.world.pass_to(quiet_from).await;
    let quiet = Snapshot::of(&fixture).await;
    fixture.world.pass_to(at("12:00:00")).await;
    if let Stream::Twice = stream {
        fixture.world.replay().await;
        fixture.world.pass_to(at("12:10:00")).await;
    }
    let messages = messages(&fixture);
    assert_nobody_disturbed(&fixture, &messages).await;
    (quiet, Snapshot::of(&fixture).await, recipients(&messages))
}

async fn compare(stream: impl Fn(usize) -> Stream) {
    for (number, scenario) in Scenario::CHANGES.into_iter().enumerate() {
        let stream = stream(number);
        let (plain, treated) = (run(scenario, Stream::Good).await, run(scenario, stream).await);
        assert_eq!(treated.2, scenario.expected_messages(), "{scenario:?} {stream:?}");
        for (plain, treated) in [(&plain.0, &treated.0), (&plain.1, &treated.1)] {
            let differences = plain.differences(treated);
            assert!(differences.is_empty(), "{scenario:?} {stream:?}:{differences}");
        }
    }
}

#[tokio::test]
async fn repeated_records_make_no_difference() {
    compare(|_| Stream::Twice).await;
}

#[tokio::test]
async fn late_and_shuffled_records_make_no_difference() {
    compare(Stream::LateAndShuffled).await;
}

#[tokio::test]
async fn lost_records_make_no_difference() {
    compare(|_| Stream::Lost).await;
}

#[tokio::test]
async fn one_batch_of_all_records_makes_no_difference() {
    let fixture = Fixture::set(Scenario::Reschedule).await;
    fixture.change().await;
    fixture.world.lose_stream().await;
    hand_over(&fixture, shuffled(fixture.world.records().await, 7)).await;
    fixture.world.pass_to(at("12:00:00")).await;
    assert_eq!(recipients(&messages(&fixture)), Scenario::Reschedule.expected_messages());
}
