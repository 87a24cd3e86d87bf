//! Paths and methods that there aren't.

use axum::body::Body;
use axum::http::{Method, Request};

use super::{Row, Scene, request};

pub(super) fn rows(scene: &Scene) -> Vec<Row> {
    let unknown = |method: Method, path: &str, meant: &str| {
        let row = request(method, path, "{}").is(404, "route_not_found");
        row.says(&[&format!("Did you mean {meant}?")])
    };
    let other = |method: Method, path: &str, words: &[&str]| {
        request(method, path, "{}").is(405, "method_not_allowed").says(words)
    };
    let (user, meeting) =
        (format!("/api/users/{}", scene.ana.id), format!("/api/meetings/{}", scene.meeting));
    vec![
        unknown(Method::GET, "/", "GET /api/docs"),
        unknown(Method::GET, "/health", "GET /api/health"),
        unknown(Method::GET, "/swagger", "GET /api/docs"),
        unknown(Method::POST, "/api/create_user/", "POST /api/create_user"),
        unknown(Method::POST, "/api/Create_User", "POST /api/create_user"),
        unknown(Method::POST, "/api/createMeeting", "POST /api/create_meeting"),
        unknown(Method::POST, "/api/v1/create_meeting", "POST /api/create_meeting"),
        unknown(Method::POST, "/api/meetings", "POST /api/create_meeting"),
        unknown(Method::GET, "/api/meetings", "GET /api/users/{user_id}/meetings"),
        unknown(Method::GET, &user.replace("users", "user"), "GET /api/users/{user_id}"),
        unknown(Method::GET, &format!("{user}/"), "GET /api/users/{user_id}"),
        unknown(Method::DELETE, &meeting.replace("meetings", "meeting"), "DELETE /api/meetings/{meeting_id}"),
        unknown(Method::POST, &format!("{meeting}/cancel"), "DELETE /api/meetings/{meeting_id}"),
        unknown(Method::POST, &format!("{meeting}/participants"), "POST /api/meeting/participant/add"),
        unknown(Method::GET, &format!("{meeting}/ics"), "GET /api/meetings/{meeting_id}/invite.ics"),
        unknown(Method::GET, "/api/free_slots", "GET /api/get_free_slots"),
        unknown(Method::GET, "/nowhere", "").says(&["No route has this", "GET /api/docs shows all of them"]),
        other(Method::GET, "/api/create_user", &["This path takes POST or OPTIONS, and not GET."]),
        other(
            Method::PUT,
            &user,
            &["GET, PATCH, HEAD or OPTIONS", "Did you mean PATCH /api/users/{user_id}?"],
        ),
        other(Method::DELETE, &user, &["and not DELETE"]),
        other(Method::POST, &meeting, &["Did you mean PATCH /api/meetings/{meeting_id}?"]),
        other(Method::GET, "/api/meeting/participant/add", &["takes POST"]),
        other(Method::POST, "/api/health", &["takes GET, HEAD or OPTIONS"]),
        other(Method::HEAD, "/api/create_user", &["and not HEAD"]),
    ]
}

#[tokio::test]
async fn routes() {
    let scene = Scene::set().await;
    scene.try_all(rows(&scene)).await;
}

#[tokio::test]
async fn a_405_and_options_list_the_methods() {
    let Scene { world, ana, .. } = Scene::set().await;
    let user = format!("/api/users/{}", ana.id);
    let ask = async |method: Method, path: &str, is_preflight: bool| {
        let mut request = Request::builder().method(method).uri(path);
        if is_preflight {
            request = request.header("access-control-request-method", "POST");
        }
        let answer = world.request(request.body(Body::empty()).unwrap()).await;
        (answer.status, answer.headers.get("allow").map(|allow| allow.to_str().unwrap().to_owned()))
    };
    let methods = Some("GET, PATCH, HEAD, OPTIONS".to_owned());
    assert_eq!(ask(Method::PUT, &user, false).await, (405, methods.clone()));
    assert_eq!(ask(Method::OPTIONS, &user, false).await, (204, methods));
    // A page may see the 404 only if the preflight before it succeeds.
    assert_eq!(ask(Method::OPTIONS, "/nowhere", false).await, (404, None));
    assert_eq!(ask(Method::OPTIONS, "/nowhere", true).await, (204, None));
    assert_eq!(ask(Method::HEAD, &user, false).await, (200, None));
}
