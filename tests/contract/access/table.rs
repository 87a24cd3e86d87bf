//! The table as a client meets it. What each caller gets is written down here once more, by hand and whole,
//! so that a slip in the rules or a function that forgets to ask shows.

use std::collections::BTreeSet;

use axum::http::Method;
use harness::Answer;
use local::template::Template;
use serde_json::{Value, json};

use super::{CALLERS, Scene};

/// One call and what becomes of it for ana, who organizes the meeting, bo, who takes part, cy, who is a user,
/// dee, who has only a token, and an administrator.
struct Row {
    what: &'static str,
    route: &'static str,
    path: fn(&Scene) -> String,
    body: fn(&Scene) -> Value,
    expected: [u16; 5],
}

const NOTHING: fn(&Scene) -> Value = |_| Value::Null;

const NOBODY: &str = "0123456789abcdef0123456789abcdef";

fn new_user(email: &str) -> Value {
    json!({ "email": email, "name": "New", "timezone": "UTC" })
}

fn new_meeting(creator: &str) -> Value {
    json!({ "creator_id": creator, "participants": [], "start_time": "2026-11-04T10:00", "end_time": "2026-11-04T11:00",
        "time_zone": "UTC" })
}

fn window(user: &str) -> Value {
    json!({ "user_id": user, "start_time": "2026-11-03T00:00", "end_time": "2026-11-04T00:00" })
}

fn meeting(scene: &Scene) -> String {
    format!("/api/meetings/{}", scene.meeting)
}

fn rows() -> Vec<Row> {
    let row = |what, route, path, body, expected| Row { what, route, path, body, expected };
    let absent: fn(&Scene) -> String = |_| format!("/api/meetings/{NOBODY}");
    vec![
        // Having an address. Nobody learns whether it is taken but its owner.
        row(
            "a taken address",
            "POST /api/create_user",
            |_| "/api/create_user".into(),
            |_| new_user("BO@example.com"),
            [403, 409, 403, 403, 409],
        ),
        row(
            "a free address",
            "POST /api/create_user",
            |_| "/api/create_user".into(),
            |_| new_user("dee@example.com"),
            [403, 403, 403, 201, 201],
        ),
        // Users.
        row(
            "a user",
            "GET /api/users/{user_id}",
            |s| format!("/api/users/{}", s.bo),
            NOTHING,
            [404, 200, 404, 404, 200],
        ),
        row(
            "no user",
            "GET /api/users/{user_id}",
            |_| format!("/api/users/{NOBODY}"),
            NOTHING,
            [404, 404, 404, 404, 404],
        ),
        row(
            "a user's name",
            "PATCH /api/users/{user_id}",
            |s| format!("/api/users/{}", s.bo),
            |_| json!({ "name": "Other" }),
            [404, 200, 404, 404, 200],
        ),
        row(
            "a user's address, for a free one",
            "PATCH /api/users/{user_id}",
            |s| format!("/api/users/{}", s.bo),
            |_| json!({ "email": "dee@example.com" }),
            [404, 403, 404, 404, 200],
        ),
        row(
            "a user's address, for a taken one",
            "PATCH /api/users/{user_id}",
            |s| format!("/api/users/{}", s.bo),
            |_| json!({ "email": "cy@example.com" }),
            [404, 403, 404, 404, 409],
        ),
        row(
            "a user's address, for another spelling",
            "PATCH /api/users/{user_id}",
            |s| format!("/api/users/{}", s.bo),
            |_| json!({ "email": "Bo@Example.com" }),
            [404, 200, 404, 404, 200],
        ),
        row(
            "no user's name",
            "PATCH /api/users/{user_id}",
            |_| format!("/api/users/{NOBODY}"),
            |_| json!({ "name": "Other" }),
            [404, 404, 404, 404, 404],
        ),
        // Acting as somebody.
        row(
            "a meeting of cy's",
            "POST /api/create_meeting",
            |_| "/api/create_meeting".into(),
            |s| new_meeting(&s.cy),
            [403, 403, 201, 403, 201],
        ),
        row(
            "a meeting of nobody's",
            "POST /api/create_meeting",
            |_| "/api/create_meeting".into(),
            |_| new_meeting(NOBODY),
            [403, 403, 403, 403, 404],
        ),
        // Calendars: everyone sees when somebody is busy.
        row(
            "a calendar",
            "POST /api/get_free_slots",
            |_| "/api/get_free_slots".into(),
            |s| window(&s.bo),
            [200, 200, 200, 200, 200],
        ),
        row(
            "a calendar, by query",
            "GET /api/get_free_slots",
            |s| {
                let window = "start_time=2026-11-03T00:00&end_time=2026-11-04T00:00";
                format!("/api/get_free_slots?user_id={}&{window}", s.bo)
            },
            NOTHING,
            [200, 200, 200, 200, 200],
        ),
        // Meetings.
        row("a meeting", "GET /api/meetings/{meeting_id}", meeting, NOTHING, [200, 200, 404, 404, 200]),
        row("no meeting", "GET /api/meetings/{meeting_id}", absent, NOTHING, [404; 5]),
        row(
            "its file",
            "GET /api/meetings/{meeting_id}/invite.ics",
            |s| meeting(s) + "/invite.ics",
            NOTHING,
            [200, 200, 404, 404, 200],
        ),
        row(
            "its reminders",
            "GET /api/meetings/{meeting_id}/reminders",
            |s| meeting(s) + "/reminders",
            NOTHING,
            [200, 200, 404, 404, 200],
        ),
        row(
            "its title",
            "PATCH /api/meetings/{meeting_id}",
            meeting,
            |_| json!({ "title": "Other" }),
            [200, 403, 404, 404, 200],
        ),
        row(
            "no meeting's title",
            "PATCH /api/meetings/{meeting_id}",
            absent,
            |_| json!({ "title": "Other" }),
            [404; 5],
        ),
        row("all of it", "DELETE /api/meetings/{meeting_id}", meeting, NOTHING, [200, 403, 404, 404, 200]),
        row("none of it", "DELETE /api/meetings/{meeting_id}", absent, NOTHING, [404; 5]),
        row(
            "cy comes",
            "POST /api/meeting/participant/add",
            |_| "/api/meeting/participant/add".into(),
            |s| json!({ "user_id": s.cy, "meeting_id": s.meeting }),
            [200, 403, 404, 404, 200],
        ),
        row(
            "nobody comes",
            "POST /api/meeting/participant/add",
            |_| "/api/meeting/participant/add".into(),
            |s| json!({ "user_id": NOBODY, "meeting_id": s.meeting }),
            [404, 403, 404, 404, 404],
        ),
        row(
            "bo goes",
            "POST /api/meeting/participant/remove",
            |_| "/api/meeting/participant/remove".into(),
            |s| json!({ "user_id": s.bo, "meeting_id": s.meeting }),
            [200, 200, 404, 404, 200],
        ),
        row(
            "ana goes",
            "POST /api/meeting/participant/remove",
            |_| "/api/meeting/participant/remove".into(),
            |s| json!({ "user_id": s.ana, "meeting_id": s.meeting }),
            [409, 403, 404, 404, 409],
        ),
        row(
            "cy, who isn't there, goes",
            "POST /api/meeting/participant/remove",
            |_| "/api/meeting/participant/remove".into(),
            |s| json!({ "user_id": s.cy, "meeting_id": s.meeting }),
            [409, 403, 404, 404, 409],
        ),
    ]
}

async fn send(scene: &Scene, caller: &str, row: &Row) -> Answer {
    let (method, _) = row.route.split_once(' ').unwrap();
    let method: Method = method.parse().unwrap();
    scene.call(caller, method, &(row.path)(scene), &(row.body)(scene)).await
}

#[tokio::test]
async fn everyone_may_do_what_the_table_says() {
    for row in rows() {
        let mut scene = Scene::set().await;
        for (caller, expected) in CALLERS.into_iter().zip(row.expected) {
            let before = scene.world.items().await;
            let answer = send(&scene, caller, &row).await;
            let about = format!("{} ({}) by {caller}: {}", row.what, row.route, answer.body);
            assert_eq!(answer.status, expected, "{about}");
            if expected >= 400 {
                assert_eq!(scene.world.items().await, before, "{about} changed something");
            }
            if expected == 403 {
                assert_eq!(answer.body["code"], "forbidden", "{about}");
            }
            // The next caller finds nothing changed.
            if expected < 300 && !row.route.starts_with("GET ") {
                scene = Scene::set().await;
            }
        }
    }
}

#[tokio::test]
async fn what_is_hidden_answers_as_what_is_not_there() {
    let scene = Scene::set().await;
    let rows = rows();
    let of = |what: &str| rows.iter().find(|row| row.what == what).unwrap();
    for (there, absent) in [
        ("a user", "no user"),
        ("a user's name", "no user's name"),
        ("a meeting of cy's", "a meeting of nobody's"),
        ("a meeting", "no meeting"),
        ("its title", "no meeting's title"),
        ("all of it", "none of it"),
        ("a taken address", "a free address"),
    ] {
        let strangers = if there == "a meeting of cy's" { ["ana", "bo"] } else { ["cy", "dee"] };
        // A free address may be had by whose it is.
        let strangers = if there == "a taken address" { ["ana", "cy"] } else { strangers };
        for caller in strangers {
            let (a, b) = (send(&scene, caller, of(there)).await, send(&scene, caller, of(absent)).await);
            assert_eq!((a.status, &a.body), (b.status, &b.body), "{caller}: {there} and {absent}");
        }
    }
}

#[test]
fn every_closed_route_stands_in_the_table() {
    let routes = Template::deployed().unwrap().routes().unwrap();
    let closed = routes.iter().filter(|route| !route.is_open);
    let closed: BTreeSet<_> = closed.map(|route| format!("{} {}", route.method, route.path)).collect();
    let tried: BTreeSet<_> = rows().iter().map(|row| row.route.to_owned()).collect();
    assert_eq!(closed, tried);
}

#[tokio::test]
async fn others_see_times_and_nothing_else() {
    let scene = Scene::set().await;
    let hidden = json!([{ "meeting_id": null, "title": null, "role": null,
        "start_time": "2026-11-03T10:00:00+00:00", "end_time": "2026-11-03T11:00:00+00:00" }]);
    for caller in CALLERS {
        let answer = scene.call(caller, Method::POST, "/api/get_free_slots", &window(&scene.bo)).await;
        let booked = &answer.body["booked_meetings"];
        if ["bo", "admin"].contains(&caller) {
            assert_eq!(booked[0]["title"], "Secret plans", "{caller}");
            assert_eq!(booked[0]["meeting_id"], json!(scene.meeting), "{caller}");
        } else {
            assert_eq!(booked, &hidden, "{caller}");
            assert!(!answer.body.to_string().contains("Secret"), "{caller}");
        }
        assert_eq!(answer.body["free_slots"].as_array().unwrap().len(), 2, "{caller}");
    }
}

#[tokio::test]
async fn who_joins_sees_and_who_leaves_no_longer_does() {
    let scene = Scene::set().await;
    let see = async || scene.call("cy", Method::GET, &meeting(&scene), &Value::Null).await.status;
    let body = json!({ "user_id": scene.cy, "meeting_id": scene.meeting });
    assert_eq!(see().await, 404);
    assert_eq!(scene.call("ana", Method::POST, "/api/meeting/participant/add", &body).await.status, 200);
    assert_eq!(see().await, 200);
    assert_eq!(scene.call("cy", Method::POST, "/api/meeting/participant/remove", &body).await.status, 200);
    assert_eq!(see().await, 404);
}

#[tokio::test]
async fn an_address_that_changed_hands_takes_its_rights_along() {
    let scene = Scene::set().await;
    let rename = async |id: &str, email: &str| {
        let body = json!({ "email": email });
        let path = format!("/api/users/{id}");
        assert_eq!(scene.call("admin", Method::PATCH, &path, &body).await.status, 200);
    };
    rename(&scene.bo, "beau@example.com").await;
    let see =
        async |caller: &str| scene.call(caller, Method::GET, &meeting(&scene), &Value::Null).await.status;
    assert_eq!((see("bo").await, see("beau").await), (404, 200));
    rename(&scene.cy, "bo@example.com").await;
    assert_eq!((see("bo").await, see("beau").await), (404, 200), "cy has bo's old address, not his meetings");
}
