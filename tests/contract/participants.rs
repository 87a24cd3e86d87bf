//! Adding and removing people.

use harness::World;
use serde_json::{Value, json};

fn ids(meeting: &Value) -> Vec<&str> {
    meeting["participants"].as_array().unwrap().iter().map(|p| p["user_id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_added_participant_is_busy_at_the_time() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    let bo = world.person_with_dnd("bo", "UTC", 10, 11).await;
    world.book(&bo, "2026-12-01T10:30", "2026-12-01T11:30", &[], json!({ "title": "Secret" })).await;
    let meeting = world.book(&ana, "2026-12-01T10:00", "2026-12-01T11:00", &[], json!({})).await;

    let (status, added) = world.participant("add", &meeting, &bo).await;
    assert_eq!(status, 200, "{added}");
    assert_eq!((ids(&added), &added["version"]), (vec![ana.id.as_str(), bo.id.as_str()], &json!(2)));
    assert_eq!(added["participants"][1]["role"], "participant");
    let busy = json!([{ "user_id": bo.id, "email": bo.email, "busy": [
        { "start_time": "2026-12-01T10:30:00+00:00", "end_time": "2026-12-01T11:30:00+00:00" },
    ]}]);
    assert_eq!(added["unavailable_participants"], busy);
    assert_eq!(added["do_not_disturb_participants"][0]["user_id"], *bo.id);
    assert!(!added.to_string().contains("Secret"));

    let calendar = world.calendar(&bo, "2026-12-01T00:00", "2026-12-02T00:00").await;
    let booked: Vec<_> = calendar["booked_meetings"].as_array().unwrap().iter().collect();
    assert_eq!((booked.len(), &booked[0]["meeting_id"]), (2, &meeting["meeting_id"]));
    assert_eq!(booked[0]["role"], "participant");
}

#[tokio::test]
async fn removing_a_participant_frees_their_time_and_adding_them_again_books_it() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let (day, night) = ("2026-12-01T00:00", "2026-12-03T00:00");
    let meeting = world.book(&ana, "2026-12-01T22:00", "2026-12-02T02:00", &[&bo], json!({})).await;
    assert_eq!(
        world.try_book(&bo, "2026-12-02T01:00", "2026-12-02T03:00", &[], json!({})).await.0,
        409,
        "bo is taken"
    );

    let (status, left) = world.participant("remove", &meeting, &bo).await;
    assert_eq!((status, ids(&left), &left["version"]), (200, vec![ana.id.as_str()], &json!(2)));
    assert_eq!(world.calendar(&bo, day, night).await["booked_meetings"], json!([]));
    assert_eq!(world.calendar(&bo, day, night).await["free_slots"][0]["minutes"], 2880);
    let organizers = world.calendar(&ana, day, night).await;
    assert_eq!(organizers["booked_meetings"].as_array().map(Vec::len), Some(1));

    let (status, back) = world.participant("add", &meeting, &bo).await;
    assert_eq!((status, &back["version"]), (200, &json!(3)));
    assert_eq!(back["unavailable_participants"], json!([]), "a meeting is not in its own way");
    let (status, problem) = world.try_book(&bo, "2026-12-02T01:00", "2026-12-02T03:00", &[], json!({})).await;
    assert_eq!((status, &problem["conflicts"][0]["meeting_id"]), (409, &meeting["meeting_id"]));
}

#[tokio::test]
async fn impossible_additions_and_removals_are_refused_and_write_nothing() {
    let world = World::start().await;
    let people = world.people(["ana", "bo", "cy"]).await;
    let [ana, bo, cy] = &people;
    let meeting = world.book(ana, "2026-12-01T10:00", "2026-12-01T11:00", &[bo], json!({})).await;
    let (nobody, nothing) = (json!("nobody"), json!("nothing"));
    let (here, before) = (&meeting["meeting_id"], world.items().await);
    for (change, user, meeting, status, code) in [
        ("add", json!(bo.id), here, 409, "already_participant"),
        ("add", json!(ana.id), here, 409, "already_participant"),
        ("add", nobody.clone(), here, 404, "user_not_found"),
        ("add", json!(bo.id), &nothing, 404, "meeting_not_found"),
        ("remove", json!(cy.id), here, 409, "not_a_participant"),
        ("remove", json!(ana.id), here, 409, "organizer_cannot_leave"),
        ("remove", nobody.clone(), here, 404, "user_not_found"),
        ("remove", json!(bo.id), &nothing, 404, "meeting_not_found"),
    ] {
        let body = json!({ "user_id": user, "meeting_id": meeting });
        let (answered, problem) = world.post(&format!("/api/meeting/participant/{change}"), body).await;
        assert_eq!((answered, &problem["code"]), (status, &json!(code)), "{change} {user} {meeting}");
    }
    assert_eq!(world.items().await, before);
}
