//! All meetings of an agenda, as other parts of the program read them.

use harness::{Person, World, instant};
use serde_json::json;
use shared::domain::{Agenda, Role, Status};
use shared::time::Interval;

use crate::changes::{cancel, patched};

/// The titles of a person's meetings between two instants, in their order.
async fn titles(
    world: &World,
    whose: &Person,
    window: [&str; 2],
    role: Option<Role>,
    status: Status,
) -> Vec<String> {
    let [start, end] = window.map(|time| instant(&format!("{time}:00Z")));
    let window = Interval::new(start, end).unwrap();
    let agenda = Agenda { user: whose.id.parse().unwrap(), window, role, status };
    let meetings = world.process.planner.store.meetings_of(&agenda, world.clock.now()).await.unwrap();
    meetings.iter().map(|meeting| meeting.title.as_ref().unwrap().to_string()).collect()
}

#[tokio::test]
async fn all_meetings_of_a_window_are_read_in_two_round_trips() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let title = |title: &str| json!({ "title": title });
    world.book(&ana, "2026-12-01T08:00", "2026-12-01T09:00", &[], title("ends as it begins")).await;
    world.book(&bo, "2026-11-28T08:00", "2026-12-01T09:01", &[&ana], title("over days")).await;
    let moved = world.book(&ana, "2026-12-24T10:00", "2026-12-24T11:00", &[&bo], title("moved")).await;
    let cancelled = world.book(&ana, "2026-12-02T10:00", "2026-12-02T11:00", &[], title("cancelled")).await;
    let left = world.book(&bo, "2026-12-02T10:00", "2026-12-02T11:00", &[&ana], title("left")).await;
    world.book(&ana, "2026-12-03T09:00", "2026-12-03T10:00", &[], title("begins as it ends")).await;
    world.book(&bo, "2026-12-02T12:00", "2026-12-02T13:00", &[], title("somebody else's")).await;
    patched(&world, &moved, json!({ "start_time": "2026-12-03T07:30" })).await;
    assert_eq!(cancel(&world, &cancelled).await.0, 200);
    assert_eq!(world.participant("remove", &left, &ana).await.0, 200);

    let window = ["2026-12-01T09:00", "2026-12-03T09:00"];
    world.calls().clear();
    let all = titles(&world, &ana, window, None, Status::Confirmed).await;
    assert_eq!((all, world.calls().round_trips()), (vec!["over days".to_owned(), "moved".to_owned()], 2));
    let organized = titles(&world, &ana, window, Some(Role::Organizer), Status::Confirmed).await;
    assert_eq!(organized, ["moved"]);
    assert_eq!(titles(&world, &ana, window, Some(Role::Participant), Status::Confirmed).await, ["over days"]);
    assert_eq!(titles(&world, &ana, window, None, Status::Cancelled).await, ["cancelled"]);
    // Nothing tells of which cancelled meetings somebody was a participant.
    assert_eq!(titles(&world, &bo, window, None, Status::Cancelled).await, [""; 0]);
}

/// It is on fifteen pages.
#[tokio::test]
async fn a_meeting_over_days_is_listed_once() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    world.book(&ana, "2026-12-01T00:00", "2026-12-15T00:00", &[], json!({ "title": "long" })).await;
    for window in [["2026-11-01T00:00", "2027-11-01T00:00"], ["2026-12-14T23:59", "2026-12-15T00:00"]] {
        assert_eq!(titles(&world, &ana, window, None, Status::Confirmed).await, ["long"]);
    }
    let after = ["2026-12-15T00:00", "2026-12-16T00:00"];
    assert_eq!(titles(&world, &ana, after, None, Status::Confirmed).await, [""; 0]);
}
