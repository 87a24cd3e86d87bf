//! The largest user: as many windows and exceptions as there may be, in both kinds of hours.

use axum::http::Method;
use harness::{World, new_user, with};
use serde_json::{Value, json};
use shared::store::sizes;

use crate::changes::request;

#[tokio::test]
async fn the_largest_user_is_within_every_bound() {
    let world = World::start().await;
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let window = |hour: usize| json!({ "start": hour % 23, "end": hour % 23 + 1 });
    let weekly: Value = (0..28).map(|hour| with(json!({ "days": days }), window(hour % 20))).collect();
    let windows: Value = (0..10).map(window).collect();
    let exception = json!({ "from": "2027-01-01", "until": "2027-12-31", "windows": windows });
    let hours = json!({ "weekly": weekly, "exceptions": vec![exception; 100] });
    let body = with(new_user("ana"), json!({ "do_not_disturb": hours, "working_hours": hours }));
    assert!(body.to_string().len() < shared::http::MAX_BODY, "{}", body.to_string().len());

    let create = || request(Method::POST, "/api/create_user", &[("idempotency-key", "k")], &body);
    let answer = world.request(create()).await;
    assert_eq!(answer.status, 201, "{}", answer.body["detail"]);
    assert_eq!(world.request(create()).await.body, answer.body);
    let items = world.items().await;
    let stored = |sort: &str| {
        let item = items.iter().find(|((_, key), _)| key == sort).unwrap().1;
        item.to_string().len()
    };
    // As JSON, which is longer than DynamoDB counts it.
    assert!((sizes::USER / 2..=sizes::USER).contains(&stored("PROFILE")), "{}", stored("PROFILE"));
    assert!(stored("REQUEST") <= sizes::RECORD, "{}", stored("REQUEST"));
}
