//! Names of zones that the IANA doesn't have.

use harness::{new_user, with};
use serde_json::json;

use super::{Row, Scene, post};

pub(super) fn rows(scene: &Scene) -> Vec<Row> {
    let named = |zone: &str, meant: &str| {
        let body = with(new_user("Cy"), json!({ "timezone": zone }));
        let message = format!("{zone:?} is no IANA time zone; did you mean {meant}");
        post("/api/create_user", body).names(&["timezone"]).says(&[&message])
    };
    vec![
        named("Pacific Standard Time", "America/Los_Angeles?"),
        named("W. Europe Standard Time", "Europe/Berlin?"),
        named("India Standard Time", "Asia/Kolkata?"),
        named("Eastern Daylight Time", "America/New_York?"),
        named("PST", "America/Los_Angeles"),
        named("CEST", "Europe/Berlin"),
        named("Madrid", "Europe/Madrid?"),
        named("Europe/Madird", "Europe/Madrid"),
        named("America/New York", "America/New_York"),
        named("GMT+2", "Etc/GMT-2? (the sign in Etc/ names is reversed"),
        named("+01:00", "Etc/GMT-1"),
        scene
            .meeting_with(json!({ "time_zone": "Mars/Phobos" }))
            .names(&["time_zone"])
            .says(&["\"Mars/Phobos\" is no IANA time zone; use a name such as \"Europe/Madrid\""]),
        scene
            .meeting_with(json!({ "time_zone": 60 }))
            .names(&["time_zone"])
            .says(&["must be text, not a number"]),
        scene
            .meeting_with(json!({ "timezone": "Asia/Kolkata" }))
            .names(&["timezone"])
            .says(&["must not differ from time_zone: send only one of the two"]),
    ]
}

#[tokio::test]
async fn zones() {
    let scene = Scene::set().await;
    scene.try_all(rows(&scene)).await;
}
