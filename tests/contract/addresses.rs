//! From an address to an id: finding users, and naming them by their address.

use harness::{World, new_meeting, new_user, with};
use serde_json::{Value, json};

use crate::bad_fields;
use crate::changes::patch_user;

/// A new meeting with the creator named by these fields.
fn meeting_of(creator: Value) -> Value {
    let mut meeting = new_meeting("nobody");
    meeting.as_object_mut().unwrap().remove("creator_id");
    with(meeting, creator)
}

#[tokio::test]
async fn a_user_is_found_by_any_spelling_of_their_address() {
    let world = World::start().await;
    let new = with(new_user("Ana"), json!({ "email": "Ana+work@bücher.example" }));
    let (status, ana) = world.post("/api/create_user", new).await;
    assert_eq!(status, 201, "{ana}");
    for address in ["Ana%2Bwork@b%C3%BCcher.example", "ANA%2Bwork@xn--bcher-kva.example"] {
        let found = world.get(&format!("/api/users?email={address}")).await;
        assert_eq!(found, (200, ana.clone()), "{address}");
    }
    let (status, problem) = world.get("/api/users?email=bo@example.com").await;
    assert_eq!((status, &problem["code"]), (404, &json!("user_not_found")));
    for (query, words) in [
        ("", "is missing"),
        ("?email=", ""),
        ("?email=ana", ""),
        ("?email=ana+work@example.com", "%2B"),
        ("?email=a@example.com&email=b@example.com", "more than once"),
        ("?email=a@example.com&name=Ana", "is not a field"),
    ] {
        let (status, problem) = world.get(&format!("/api/users{query}")).await;
        assert_eq!(status, 422, "{query}: {problem}");
        assert!(problem.to_string().contains(words), "{query}: {problem}");
    }
}

#[tokio::test]
async fn me_needs_somebody_who_is_signed_in() {
    let world = World::start().await;
    world.person("ana", "UTC").await;
    let (status, problem) = world.get("/api/users/me").await;
    assert_eq!((status, &problem["code"]), (404, &json!("user_not_found")));
    assert!(problem["detail"].as_str().unwrap().contains("by their address"), "{problem}");
}

#[tokio::test]
async fn a_taken_address_says_whose_it_is() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let again = with(new_user("Ana"), json!({ "email": "ANA@example.com" }));
    let (status, problem) = world.post("/api/create_user", again).await;
    assert_eq!((status, &problem["user_id"]), (409, &json!(ana.id)), "{problem}");
    let change = json!({ "email": "ana@example.com" });
    let (status, problem) = patch_user(&world, &bo, change).await;
    assert_eq!((status, &problem["user_id"]), (409, &json!(ana.id)), "{problem}");
}

#[tokio::test]
async fn a_meeting_is_booked_by_its_creators_address() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    let (status, meeting) =
        world.post("/api/create_meeting", meeting_of(json!({ "creator_email": "ANA@example.com" }))).await;
    assert_eq!((status, &meeting["creator_id"]), (201, &json!(ana.id)), "{meeting}");
    let before = world.items().await;
    for (creator, status, code, fields) in [
        (json!({ "creator_email": "ana@example.com" }), 409, "meeting_conflict", &[][..]),
        (json!({ "creator_email": "bo@example.com" }), 404, "user_not_found", &[]),
        (json!({}), 422, "invalid_request", &["creator_id"]),
        (json!({ "creator_email": null, "creator_id": null }), 422, "invalid_request", &["creator_id"]),
        (json!({ "creator_email": "ana" }), 422, "invalid_request", &["creator_email"]),
        (
            json!({ "creator_email": "ana@example.com", "creator_id": ana.id }),
            422,
            "invalid_request",
            &["creator_email"],
        ),
    ] {
        let (answered, problem) = world.post("/api/create_meeting", meeting_of(creator.clone())).await;
        assert_eq!(answered, status, "{creator}: {problem}");
        assert_eq!((&problem["code"], bad_fields(&problem)), (&json!(code), fields.to_vec()), "{creator}");
    }
    assert_eq!(world.items().await, before);
}

#[tokio::test]
async fn participants_are_added_and_removed_by_address() {
    let world = World::start().await;
    let [ana, bo, cy] = world.people(["ana", "bo", "cy"]).await;
    let meeting = world.book(&ana, "2026-12-01T10:00", "2026-12-01T11:00", &[], json!({})).await;
    let change = async |change: &str, who: Value| {
        let body = with(who, json!({ "meeting_id": meeting["meeting_id"] }));
        world.post(&format!("/api/meeting/participant/{change}"), body).await
    };
    let of = |meeting: &Value| meeting["participants"].as_array().unwrap().len();
    let (status, added) = change("add", json!({ "email": "Bo@example.com" })).await;
    assert_eq!((status, &added["participants"][1]["user_id"]), (200, &json!(bo.id)), "{added}");
    assert_eq!(change("add", json!({ "email": "bo@example.com" })).await.1["code"], "already_participant");
    assert_eq!(change("remove", json!({ "email": "cy@example.com" })).await.1["code"], "not_a_participant");
    for action in ["add", "remove"] {
        assert_eq!(
            change(action, json!({ "email": "nobody@example.com" })).await.1["code"],
            "user_not_found"
        );
        for (who, field) in [
            (json!({}), "user_id"),
            (json!({ "email": "bo" }), "email"),
            (json!({ "email": "bo@example.com", "user_id": bo.id }), "email"),
        ] {
            let (status, problem) = change(action, who).await;
            assert_eq!((status, bad_fields(&problem)), (422, vec![field]));
        }
    }
    let (status, left) = change("remove", json!({ "email": "BO@example.com" })).await;
    assert_eq!((status, of(&left)), (200, 1), "{left}");

    // The meeting shows the address that Cy had when she was added. Another user may have it by now.
    assert_eq!(change("add", json!({ "email": "cy@example.com" })).await.0, 200);
    assert_eq!(patch_user(&world, &cy, json!({ "email": "cyd@example.com" })).await.0, 200);
    world.person("cy", "UTC").await;
    let (status, left) = change("remove", json!({ "email": "cy@example.com" })).await;
    assert_eq!((status, of(&left)), (200, 1), "{left}");
}
