//! A change dies between a row and its timer, and the next change comes before the
//! sweep: no timer is left behind.

use axum::http::Method;
use chrono::TimeDelta;
use harness::Fate;
use serde_json::{Value, json};

use crate::episode::{Episode, Stage, at};
use crate::snapshot::letters;

/// An episode that dies right after it wrote its first row.
async fn die_after_the_row(episode: Episode) -> Stage {
    let mut stage = Stage::set(episode).await;
    let calls = stage.world.calls();
    calls.watch(|call| if call.operation == "PutItem" { Fate::LastCall } else { Fate::Pass });
    assert!(calls.survive(stage.act()).await.is_none());
    stage.world.restart();
    // Nobody but the sweep goes on with it.
    stage.world.lose_stream().await;
    stage
}

impl Stage {
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
async fn a_suppressed_reminder_that_is_cancelled_still_loses_its_timer() {
    for planned in [true, false] {
        let stage = die_after_the_row(Episode::FallAsleep).await;
        stage.next_change(Method::DELETE, Value::Null, planned).await;
        assert_eq!(stage.users_with_timers().await, [""; 0], "planned at once: {planned}");
    }
}

#[tokio::test]
async fn a_suppressed_reminder_for_another_start_still_loses_its_timer() {
    for planned in [true, false] {
        let stage = die_after_the_row(Episode::FallAsleep).await;
        let other = json!({ "start_time": "2026-11-02T10:05" });
        stage.next_change(Method::PATCH, other, planned).await;
        assert_eq!(stage.users_with_timers().await, [stage.bo.id.as_str()], "planned at once: {planned}");
    }
}

#[tokio::test]
async fn a_moved_reminder_that_is_cancelled_still_loses_its_timer() {
    for planned in [true, false] {
        let stage = die_after_the_row(Episode::Rest).await;
        stage.next_change(Method::DELETE, Value::Null, planned).await;
        assert_eq!(stage.users_with_timers().await, [""; 0], "planned at once: {planned}");
        stage.world.pass_to(at("12:00:00")).await;
        assert!(letters(&stage).is_empty());
    }
}

#[tokio::test]
async fn a_moved_reminder_that_moves_again_is_sent_once() {
    for planned in [true, false] {
        let stage = die_after_the_row(Episode::Rest).await;
        let later = json!({ "start_time": "2026-11-02T11:00", "end_time": "2026-11-02T11:30" });
        stage.next_change(Method::PATCH, later, planned).await;
        assert_eq!(stage.users_with_timers().await.len(), 2);
        stage.world.pass_to(at("12:00:00")).await;
        let times: Vec<_> = letters(&stage).iter().map(|(_, _, at)| at.format("%H:%M").to_string()).collect();
        assert_eq!(times, ["10:30", "10:30"], "planned at once: {planned}");
    }
}
