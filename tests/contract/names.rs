//! Names that people choose, and how others see them.

use axum::http::Method;
use harness::{World, new_user, with};
use serde_json::json;

use crate::bad_fields;

const DECEIVING: [&str; 4] =
    ["\u{3164}\u{200b}", "Bo (ORGANIZER\u{a0})", "Bo via Tactful", "Cy <cy@example.com>"];

#[tokio::test]
async fn a_name_that_deceives_is_refused_for_new_users_and_changes() {
    let world = World::start().await;
    let (_, ana) = world.post("/api/create_user", new_user("ana")).await;
    let path = format!("/api/users/{}", ana["user_id"].as_str().unwrap());
    for name in DECEIVING {
        let (status, problem) =
            world.post("/api/create_user", with(new_user("bo"), json!({ "name": name }))).await;
        assert_eq!((status, bad_fields(&problem)), (422, vec!["name"]), "{name}: {problem}");
        let change = json!({ "name": name }).to_string().into_bytes();
        let answer = world.send(Method::PATCH, &path, change).await;
        assert_eq!((answer.status, bad_fields(&answer.body)), (422, vec!["name"]), "{name}");
    }
    assert_eq!(world.get(&path).await, (200, ana));
}

#[tokio::test]
async fn a_stored_name_that_deceives_is_read_as_it_is_and_shown_as_the_address() {
    for name in DECEIVING {
        let world = World::inviting().await;
        let [ana, bo] = world.people(["ana", "bo"]).await;
        let items = world.items().await;
        let stored = &items[&(format!("USER#{}", ana.id), "PROFILE".to_owned())];
        world.put_item(with(stored.clone(), json!({ "name": name }))).await;
        let (status, user) = world.get(&format!("/api/users/{}", ana.id)).await;
        assert_eq!((status, &user["name"]), (200, &json!(name)));
        let meeting = world.book(&ana, "2026-11-02T12:00", "2026-11-02T13:00", &[&bo], json!({})).await;
        assert_eq!(meeting["participants"][0]["name"], name);
        world.advance_to("2026-11-02T09:05:00Z").await;
        let mails = world.outbox();
        let mail = mails.iter().find(|mail| mail.to == bo.email).unwrap();
        assert!(mail.text.contains("\nana@example.com invites you to a meeting.\n"), "{}", mail.text);
        assert!(mail.text.contains("Who    ana@example.com (organizer), "), "{}", mail.text);
        assert!(mail.subject.contains("ana@example.com's meeting"), "{}", mail.subject);
        let object = mail.calendar.as_ref().unwrap();
        assert!(object.contains("ORGANIZER;CN=\"ana@example.com\""), "{object}");
        for text in [&mail.text, mail.html.as_ref().unwrap(), object] {
            assert!(!text.contains(name), "{text}");
        }
    }
}

#[tokio::test]
async fn mail_shows_the_organizers_address_beside_their_name_and_nobody_elses() {
    let world = World::inviting().await;
    let [ana, bo, cy] = world.people(["ana", "bo", "cy"]).await;
    let more = json!({ "notification_interval": 60 });
    world.book(&ana, "2026-11-02T12:00", "2026-11-02T13:00", &[&bo, &cy], more).await;
    world.advance_to("2026-11-02T12:00:00Z").await;
    let to_bo: Vec<_> = world.outbox().into_iter().filter(|mail| mail.to == bo.email).collect();
    assert_eq!(to_bo.len(), 2);
    for mail in to_bo {
        assert!(mail.text.contains("<ana@example.com> (organizer)"), "{}", mail.text);
        assert!(mail.html.as_ref().unwrap().contains("&lt;ana@example.com&gt;"), "{:?}", mail.html);
        assert!(!mail.text.contains("cy@") && !mail.html.unwrap().contains("cy@"));
    }
}
