//! What quotas count when the store fails.

use harness::{CallOutcome, World};
use serde_json::json;
use shared::domain::Quotas;

use super::{TODAY, UNLIMITED, counted, refused, try_hour};

const QUOTAS: Quotas = Quotas {
    meetings_per_day: 3,
    invitations_per_day: 9,
    changes_per_day: 100,
    pending_reminders: 100,
    ..UNLIMITED
};

/// Gives the first call of that operation an outcome.
fn fail_first(world: &World, operation: &'static str, outcome: CallOutcome) {
    let mut met = false;
    world.calls().watch(move |call| {
        let meets = call.operation == operation && !std::mem::replace(&mut met, true);
        if meets { outcome } else { CallOutcome::Pass }
    });
}

#[tokio::test]
async fn a_failed_commit_returns_its_quota_and_one_with_a_lost_response_does_not() {
    let world = World::with_quotas(QUOTAS).await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    fail_first(&world, "TransactWriteItems", CallOutcome::Unreachable);
    assert_eq!(try_hour(&world, &ana, 0, &[&bo]).await.0, 503);
    assert_eq!(counted(&world, &ana, TODAY).await, (0, 0));

    fail_first(&world, "TransactWriteItems", CallOutcome::ResponseLost);
    assert_eq!(try_hour(&world, &ana, 0, &[&bo]).await.0, 503);
    assert_eq!(counted(&world, &ana, TODAY).await, (1, 1), "it is booked, but the response is lost");

    let alone = world.book(&ana, "2026-12-20T10:00", "2026-12-20T11:00", &[], json!({})).await;
    fail_first(&world, "TransactWriteItems", CallOutcome::Unreachable);
    assert_eq!(world.participant("add", &alone, &bo).await.0, 503);
    assert_eq!(counted(&world, &ana, TODAY).await, (2, 1));
    fail_first(&world, "TransactWriteItems", CallOutcome::ResponseLost);
    assert_eq!(world.participant("add", &alone, &bo).await.0, 503);
    assert_eq!(counted(&world, &ana, TODAY).await, (2, 2));
}

#[tokio::test]
async fn unknown_outcomes_count_so_that_a_limit_is_never_exceeded() {
    let world = World::with_quotas(Quotas { meetings_per_day: 2, ..UNLIMITED }).await;
    let ana = world.person("ana", "UTC").await;
    // The count is written, but the response is lost.
    fail_first(&world, "UpdateItem", CallOutcome::ResponseLost);
    assert_eq!(try_hour(&world, &ana, 0, &[]).await.0, 503);
    assert_eq!(counted(&world, &ana, TODAY).await, (1, 0));

    // The count is written, but the booking and the return fail.
    let mut updates = 0;
    world.calls().watch(move |call| {
        updates += usize::from(call.operation == "UpdateItem");
        let fails = call.operation == "TransactWriteItems" || updates > 1;
        if fails { CallOutcome::Unreachable } else { CallOutcome::Pass }
    });
    assert_eq!(try_hour(&world, &ana, 0, &[]).await.0, 503);
    world.calls().clear();
    refused(try_hour(&world, &ana, 0, &[]).await, "meetings_per_day", 2);
    assert_eq!(counted(&world, &ana, TODAY).await, (2, 0));
}

#[tokio::test]
async fn nothing_is_booked_when_the_count_cannot_be_written() {
    let world = World::with_quotas(QUOTAS).await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let before = world.items().await;
    for operation in ["UpdateItem", "Query"] {
        fail_first(&world, operation, CallOutcome::Unreachable);
        let (status, problem) = try_hour(&world, &ana, 0, &[&bo]).await;
        assert_eq!((status, &problem["code"]), (503, &json!("busy_try_again")), "{operation}");
        assert!(!world.items().await.into_keys().any(|(_, sort)| sort == "MEETING"), "{operation}");
        assert_eq!(counted(&world, &ana, TODAY).await, (0, 0), "{operation}");
    }
    world.calls().clear();
    assert_eq!(try_hour(&world, &ana, 0, &[&bo]).await.0, 201);
    assert!(before != world.items().await);
}
