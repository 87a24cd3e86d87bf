//! Requests without a valid token are refused.

use axum::body::Body;
use axum::http::{Method, Request};
use chrono::TimeDelta;
use harness::{World, new_meeting, with};
use local::gateway::authorizer::TokenRequest;
use local::template::Template;
use serde_json::{Value, json};

use super::Fixture;

#[tokio::test]
async fn closed_routes_check_the_token_first() {
    let world = World::signed_in().await;
    for route in Template::deployed().unwrap().routes().unwrap() {
        let path =
            route.path.replace("{user_id}", "x").replace("{meeting_id}", "x").replace("{file}", "page.css");
        let request = Request::builder().method(route.method.as_str()).uri(&path);
        // Neither JSON nor a known id: with a token this would be another problem.
        let request = request.body(Body::from("{")).unwrap();
        if route.is_open {
            // Pages are no JSON, so that the gateway alone is asked.
            assert_ne!(world.process.gateway.call(request).await.status(), 401, "{path}");
            continue;
        }
        let answer = world.request(request).await;
        assert_eq!(answer.status, 401, "{} {path}: {}", route.method, answer.body);
        assert_eq!(answer.body["code"], "unauthenticated");
        assert_eq!(answer.headers["www-authenticate"], "Bearer");
    }
    assert_eq!(world.calls().count(), 0, "no AWS call was made");
}

#[tokio::test]
async fn only_valid_tokens_are_accepted() {
    let fixture = Fixture::set().await;
    let path = format!("/api/users/{}", fixture.ana);
    let status = async |wish: TokenRequest| {
        let token = fixture.world.token(&wish);
        fixture.world.send_as(&token, Method::GET, &path, &Value::Null).await.status
    };
    let ana = TokenRequest::of("ana@example.com");
    assert_eq!(status(ana.clone()).await, 200);
    assert_eq!(status(TokenRequest::of("ANA@Example.com")).await, 200, "addresses have no case");
    assert_eq!(status(TokenRequest { expires_in: -1, ..ana.clone() }).await, 401);
    assert_eq!(status(TokenRequest { audience: "other".into(), ..ana.clone() }).await, 401);
    assert_eq!(status(TokenRequest { issuer: "https://other.example".into(), ..ana.clone() }).await, 401);
    assert_eq!(status(TokenRequest { email_verified: false, ..ana.clone() }).await, 403);
    assert_eq!(
        status(TokenRequest { email_verified: false, group: Some("admin".into()), ..ana.clone() }).await,
        200
    );
    assert_eq!(
        status(TokenRequest { scope: Some("tactful/admin".into()), ..TokenRequest::of("ops@example.com") })
            .await,
        200
    );
    assert_eq!(
        status(TokenRequest { group: Some("admins".into()), ..TokenRequest::of("ops@example.com") }).await,
        404
    );

    let token = fixture.world.token(&TokenRequest { expires_in: 60, ..ana });
    let later = async || fixture.world.send_as(&token, Method::GET, &path, &Value::Null).await.status;
    fixture.world.clock.set(fixture.world.clock.now() + TimeDelta::seconds(59));
    assert_eq!(later().await, 200);
    fixture.world.clock.set(fixture.world.clock.now() + TimeDelta::seconds(1));
    assert_eq!(later().await, 401);
}

#[tokio::test]
async fn a_repeated_request_is_answered_only_to_its_owner() {
    let fixture = Fixture::set().await;
    let body = new_meeting(&fixture.bo);
    let repeat = async |caller: &str| {
        let token = fixture.world.token(&TokenRequest::of(&format!("{caller}@example.com")));
        let request = Request::builder().method(Method::POST).uri("/api/create_meeting");
        let request =
            request.header("authorization", format!("Bearer {token}")).header("idempotency-key", "k");
        fixture.world.request(request.body(Body::from(body.to_string())).unwrap()).await
    };
    let first = repeat("bo").await;
    assert_eq!(first.status, 201);
    assert_eq!(repeat("ana").await.status, 403);
    let again = repeat("bo").await;
    assert_eq!((again.status, again.body), (201, first.body));
}

#[tokio::test]
async fn access_checks_need_no_further_round_trip() {
    let fixture = Fixture::set().await;
    let Fixture { world, ana, cy, meeting, .. } = &fixture;
    let window = json!({ "user_id": ana, "start_time": "2026-11-03T00:00", "end_time": "2026-11-04T00:00" });
    let new = with(new_meeting(ana), json!({ "participants": ["bo@example.com"] }));
    let mut by_address = with(new_meeting(ana), json!({ "creator_email": "ana@example.com" }));
    by_address.as_object_mut().unwrap().remove("creator_id");
    let times = json!({ "start_time": "2026-11-05T10:00", "end_time": "2026-11-05T11:00" });
    let by_address = with(by_address, times);
    let person = json!({ "user_id": cy, "meeting_id": meeting });
    let address = json!({ "email": "cy@example.com", "meeting_id": meeting });
    let of_meeting = format!("/api/meetings/{meeting}");
    let query = "start_time=2026-11-03T00:00&end_time=2026-11-04T00:00";
    let group = json!({
        "organizer_id": ana, "attendees": [{ "email": "cy@example.com" }], "time_zone": "UTC",
        "start_time": "2026-12-01T00:00", "end_time": "2026-12-02T00:00", "duration_minutes": 60,
    });
    let reading = [
        (Method::GET, format!("/api/users/{ana}"), Value::Null, 1),
        (Method::GET, "/api/users/me".to_owned(), Value::Null, 2),
        (Method::GET, format!("/api/users/{ana}/meetings?{query}"), Value::Null, 2),
        (Method::GET, format!("/api/users/me/meetings?{query}"), Value::Null, 3),
        (Method::GET, "/api/users?email=ana@example.com".to_owned(), Value::Null, 2),
        (Method::GET, of_meeting.clone(), Value::Null, 1),
        (Method::GET, format!("{of_meeting}/invite.ics"), Value::Null, 1),
        (Method::POST, "/api/get_free_slots".to_owned(), window, 1),
        (Method::POST, "/api/find_meeting_times".to_owned(), group, 2),
        (Method::PATCH, format!("/api/users/{ana}"), json!({ "name": "Ana B." }), 2),
        (Method::POST, format!("/api/users/{ana}/snooze"), json!({ "minutes": 60 }), 2),
        (Method::DELETE, format!("/api/users/{ana}/snooze"), Value::Null, 2),
        (Method::POST, format!("/api/users/{ana}/feed"), Value::Null, 2),
        (Method::DELETE, format!("/api/users/{ana}/feed"), Value::Null, 2),
        (Method::POST, "/api/create_meeting".to_owned(), new, 3),
        (Method::POST, "/api/create_meeting".to_owned(), by_address, 4),
        (Method::POST, "/api/meeting/participant/add".to_owned(), person.clone(), 3),
        (Method::POST, "/api/meeting/participant/remove".to_owned(), person, 2),
        (Method::POST, "/api/meeting/participant/add".to_owned(), address.clone(), 3),
        (Method::POST, "/api/meeting/participant/remove".to_owned(), address, 2),
        (Method::PATCH, of_meeting.clone(), json!({ "title": "Other" }), 3),
        (Method::DELETE, of_meeting, Value::Null, 2),
    ];
    for (method, path, body, most) in reading {
        world.calls().clear();
        let answer = fixture.call("ana", method.clone(), &path, &body).await;
        assert!(answer.status < 300, "{method} {path}: {}", answer.body);
        assert!(world.calls().round_trips() <= most, "{method} {path}: {:?}", world.calls().operations());
    }
}

/// Whichever of them is checked: the other one could say more.
#[tokio::test]
async fn a_second_token_is_refused() {
    let fixture = Fixture::set().await;
    let ana = fixture.world.token(&TokenRequest::of("ana@example.com"));
    let admin = TokenRequest { group: Some("admin".into()), ..TokenRequest::of("ops@example.com") };
    let admin = fixture.world.token(&admin);
    let path = format!("/api/users/{}", fixture.ana);
    for headers in [
        vec![format!("Bearer {ana}"), format!("Bearer {admin}")],
        vec![format!("Bearer {admin}"), format!("Bearer {ana}")],
        vec![format!("Bearer {ana}"), format!("Bearer {ana}")],
        vec![format!("Bearer {ana},Bearer {admin}")],
        vec![format!("Bearer {ana}, {admin}")],
        vec![format!("Bearer {ana} {admin}")],
        vec![format!("Bearer {ana},")],
    ] {
        let request = Request::get(&path);
        let request = headers.iter().fold(request, |request, header| request.header("authorization", header));
        let answer = fixture.world.request(request.body(Body::empty()).unwrap()).await;
        assert_eq!((answer.status, &answer.body["code"]), (401, &json!("unauthenticated")), "{headers:?}");
    }
}
