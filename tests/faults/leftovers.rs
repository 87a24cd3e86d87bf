//! A process dies after it stored a reminder and before it set the timer. Another change comes before the
//! sweep. No timer must be left behind.

use axum::http::Method;
use chrono::TimeDelta;
use harness::CallOutcome;
use serde_json::{Value, json};

use crate::scenario::{Fixture, Scenario, at};
use crate::snapshot::messages;
use crate::sweep::is_read;

/// A scenario whose process dies right after it stored the first reminder.
async fn die_after_the_row(scenario: Scenario) -> Fixture {
    let mut fixture = Fixture::set(scenario).await;
    let calls = fixture.world.calls();
    calls
        .watch(|call| if call.operation == "PutItem" { CallOutcome::ProcessDies } else { CallOutcome::Pass });
    assert!(calls.survive(fixture.run_scenario()).await.is_none());
    fixture.world.restart();
    // Only the sweep can continue it.
    fixture.world.lose_stream().await;
    fixture
}

impl Fixture {
    async fn next_change(&self, method: Method, body: Value, planned: bool) {
        let path = format!("/api/meetings/{}", self.meeting["meeting_id"].as_str().unwrap());
        let answer = self.world.send(method, &path, body.to_string().into_bytes()).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        if planned {
            self.world.settle().await;
        } else {
            self.world.lose_stream().await;
        }
    }

    /// The users whose timers are set after some minutes.
    async fn users_with_timers(&self) -> Vec<String> {
        self.world.pass_to(self.world.clock.now() + TimeDelta::minutes(3)).await;
        let pending = self.world.pending();
        pending.into_iter().map(|(due, _)| due["user_id"].as_str().unwrap().to_owned()).collect()
    }
}

#[tokio::test]
async fn a_suppressed_reminder_that_is_cancelled_leaves_no_timer() {
    for planned in [true, false] {
        let fixture = die_after_the_row(Scenario::DndUntilAfterStart).await;
        fixture.next_change(Method::DELETE, Value::Null, planned).await;
        assert_eq!(fixture.users_with_timers().await, [""; 0], "planned at once: {planned}");
    }
}

#[tokio::test]
async fn a_suppressed_reminder_for_another_start_leaves_no_timer() {
    for planned in [true, false] {
        let fixture = die_after_the_row(Scenario::DndUntilAfterStart).await;
        let other = json!({ "start_time": "2026-11-02T10:05" });
        fixture.next_change(Method::PATCH, other, planned).await;
        assert_eq!(fixture.users_with_timers().await, [fixture.bo.id.as_str()], "planned at once: {planned}");
    }
}

#[tokio::test]
async fn a_moved_reminder_that_is_cancelled_leaves_no_timer() {
    for planned in [true, false] {
        let fixture = die_after_the_row(Scenario::NewDnd).await;
        fixture.next_change(Method::DELETE, Value::Null, planned).await;
        assert_eq!(fixture.users_with_timers().await, [""; 0], "planned at once: {planned}");
        fixture.world.pass_to(at("12:00:00")).await;
        assert!(messages(&fixture).is_empty());
    }
}

#[tokio::test]
async fn a_moved_reminder_that_moves_again_is_sent_once() {
    for planned in [true, false] {
        let fixture = die_after_the_row(Scenario::NewDnd).await;
        let later = json!({ "start_time": "2026-11-02T11:00", "end_time": "2026-11-02T11:30" });
        fixture.next_change(Method::PATCH, later, planned).await;
        assert_eq!(fixture.users_with_timers().await.len(), 2);
        fixture.world.pass_to(at("12:00:00")).await;
        let times: Vec<_> =
            messages(&fixture).iter().map(|(_, _, at)| at.format("%H:%M").to_string()).collect();
        assert_eq!(times, ["10:30", "10:30"], "planned at once: {planned}");
    }
}

/// The response to the removal is lost, and the SDK removes again: by then somebody may have begun a new row.
#[tokio::test]
async fn a_removal_that_is_made_again_leaves_nothing() {
    let fixture = Fixture::set(Scenario::Cancel).await;
    fixture.next_change(Method::DELETE, Value::Null, false).await;
    fixture.world.calls().watch(|call| {
        if call.operation == "DeleteItem" { CallOutcome::RetriedBySdk } else { CallOutcome::Pass }
    });
    assert_eq!(fixture.users_with_timers().await, [""; 0]);
    let removals = fixture.world.calls().operations();
    assert!(removals.iter().any(|call| call == "DeleteItem"), "{removals:?}");
    let items = fixture.world.items().await;
    assert!(items.keys().all(|(_, sort)| !sort.starts_with("REMINDER#")), "{items:?}");
}

/// The process dies after each write of the plan that cancels: a row stays pending while it may have a timer.
#[tokio::test]
async fn a_row_is_not_removed_before_its_timer() {
    for number in 1.. {
        let mut fixture = Fixture::set(Scenario::Cancel).await;
        fixture.next_change(Method::DELETE, Value::Null, false).await;
        let calls = fixture.world.calls();
        let mut writes = 0;
        calls.watch(move |call| {
            writes += usize::from(!is_read(&call.operation));
            if writes == number { CallOutcome::ProcessDies } else { CallOutcome::Pass }
        });
        let plan = fixture.world.pass_to(fixture.world.clock.now() + TimeDelta::minutes(2));
        if calls.survive(plan).await.is_some() {
            assert!(number > 3, "{:?}", fixture.world.calls().operations());
            return;
        }
        fixture.world.restart();
        let items = fixture.world.items().await;
        for (due, _) in fixture.world.pending() {
            let is_its_row = |row: &Value| row["user_id"] == due["user_id"] && row["state"].is_string();
            assert!(items.values().any(is_its_row), "{number}: {due} has no row in {items:?}");
        }
        assert_eq!(fixture.users_with_timers().await, [""; 0], "{number}");
        let rows = fixture.world.items().await.into_keys();
        assert_eq!(rows.filter(|(_, sort)| sort.starts_with("REMINDER#")).count(), 0, "{number}");
    }
}
