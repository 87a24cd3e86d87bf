//! Which meetings are listed, and how they are shown.

use chrono::{DateTime, Utc};
use harness::World;
use serde_json::json;

use super::{ask, meetings, page, titles};
use crate::changes::{cancel, patched};

const DAY: &str = "start_time=2026-12-01T00:00&end_time=2026-12-02T00:00";

fn title(title: &str) -> serde_json::Value {
    json!({ "title": title })
}

#[tokio::test]
async fn each_meeting_is_whole_and_in_order() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let texts = json!({ "title": "Late", "description": "All of it", "location": "Room 1", "time_zone": "Asia/Tokyo" });
    world.book(&ana, "2026-12-01T20:00", "2026-12-01T21:00", &[&bo], texts).await;
    world.book(&bo, "2026-12-01T08:00", "2026-12-01T09:00", &[&ana], title("Early")).await;
    world.book(&bo, "2026-12-01T10:00", "2026-12-01T11:00", &[], title("Not Ana's")).await;
    let answer = page(&world, &ana, DAY).await;
    assert_eq!(titles(&answer), ["Early", "Late"]);
    assert_eq!((&answer["next_cursor"], answer.get("warnings")), (&json!(null), None));
    for meeting in meetings(&answer) {
        let path = format!("/api/meetings/{}", meeting["meeting_id"].as_str().unwrap());
        assert_eq!(&world.get(&path).await.1, meeting);
    }
    let nobodys = page(&world, &bo, "start_time=2027-12-01T00:00&end_time=2027-12-02T00:00").await;
    assert_eq!(nobodys, json!({ "meetings": [], "next_cursor": null }));
}

#[tokio::test]
async fn of_the_same_start_the_id_decides() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    for minutes in [30, 20, 10] {
        let end = format!("2026-12-01T10:{minutes}");
        let creator = world.person(&format!("c{minutes}"), "UTC").await;
        world.book(&creator, "2026-12-01T10:00", &end, &[&ana, &bo], json!({})).await;
    }
    let answer = page(&world, &ana, DAY).await;
    let ids: Vec<_> = meetings(&answer).iter().map(|meeting| meeting["meeting_id"].to_string()).collect();
    assert!(ids.len() == 3 && ids.is_sorted(), "{ids:?}");
}

#[tokio::test]
async fn the_window_is_half_open() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    for (start, end, name) in [
        ("2026-11-30T23:00", "2026-12-01T00:00", "before"),
        ("2026-12-01T00:00", "2026-12-01T00:01", "first"),
        ("2026-12-01T23:59", "2026-12-02T00:00", "last"),
        ("2026-12-02T00:00", "2026-12-02T01:00", "after"),
        ("2026-12-03T00:00", "2026-12-17T00:00", "long"),
    ] {
        world.book(&ana, start, end, &[], title(name)).await;
    }
    assert_eq!(titles(&page(&world, &ana, DAY).await), ["first", "last"]);
    let inside = "start_time=2026-12-10T10:00&end_time=2026-12-10T10:01";
    assert_eq!(titles(&page(&world, &ana, inside).await), ["long"]);
    let year = "start_time=2026-11-30T00:00&end_time=2027-12-01T00:00";
    assert_eq!(titles(&page(&world, &ana, year).await), ["before", "first", "last", "after", "long"]);
}

/// Times without an offset are on the user's clock. They touch other UTC days there than in UTC.
#[tokio::test]
async fn the_window_is_in_the_users_zone_and_the_times_in_the_meetings_unless_a_zone_is_named() {
    let world = World::start().await;
    for (zone, offset) in [("Pacific/Kiritimati", "+14:00"), ("Etc/GMT+12", "-12:00")] {
        let person = world.person(&offset[1..3], zone).await;
        let at = |time: &str| format!("2026-12-01T{time}{offset}");
        for (start, end, name) in [("00:00", "00:30", "first"), ("23:30", "23:59", "last")] {
            let more = json!({ "title": name, "time_zone": "Europe/Madrid" });
            let utc = |time: &str| at(&format!("{time}:00")).parse::<DateTime<Utc>>().unwrap().to_rfc3339();
            let [start, end] = [start, end].map(utc);
            world.book(&person, &start, &end, &[], more).await;
        }
        let own = page(&world, &person, DAY).await;
        assert_eq!(titles(&own), ["first", "last"], "{zone}");
        assert!(meetings(&own)[0]["start_time"].as_str().unwrap().ends_with("+01:00"), "{own}");

        let named = page(&world, &person, &format!("{DAY}&time_zone={}", zone.replace('+', "%2B"))).await;
        assert_eq!(titles(&named), ["first", "last"], "{zone}");
        assert_eq!(meetings(&named)[0]["start_time"], at("00:00").replace(offset, &format!(":00{offset}")));
        assert_eq!(meetings(&named)[1]["end_time"], at("23:59").replace(offset, &format!(":00{offset}")));
        assert_eq!(meetings(&named)[0]["time_zone"], "Europe/Madrid", "it remains the meeting's own");

        let start = at("00:29").replace('+', "%2B");
        let exact = format!("start_time={start}&end_time={}", at("00:31").replace('+', "%2B"));
        assert_eq!(titles(&page(&world, &person, &exact).await), ["first"], "{zone}");
    }
}

#[tokio::test]
async fn a_window_that_can_be_read_in_two_ways_is_read_with_a_warning() {
    let world = World::start().await;
    let ana = world.person("ana", "Europe/Madrid").await;
    let window = "start_time=2026-10-25T02:30&end_time=2026-10-25T04:00";
    let answer = page(&world, &ana, window).await;
    assert_eq!(crate::happening_twice(&answer), ["start_time"]);
}

#[tokio::test]
async fn role_and_status_choose() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    world.book(&ana, "2026-12-01T08:00", "2026-12-01T09:00", &[&bo], title("own")).await;
    world.book(&bo, "2026-12-01T10:00", "2026-12-01T11:00", &[&ana], title("invited")).await;
    let off = world.book(&ana, "2026-12-01T12:00", "2026-12-01T13:00", &[&bo], title("off")).await;
    let before = world.book(&ana, "2026-11-28T12:00", "2026-12-01T00:01", &[], title("off before")).await;
    let outside = world.book(&ana, "2026-11-28T10:00", "2026-12-01T00:00", &[], title("outside"));
    // It overlaps the one before, which is cancelled by then.
    assert_eq!(cancel(&world, &off).await.0, 200);
    assert_eq!(cancel(&world, &before).await.0, 200);
    assert_eq!(cancel(&world, &outside.await).await.0, 200);
    let list = async |person, query: &str| {
        let answer = page(&world, person, &format!("{DAY}{query}")).await;
        titles(&answer).join(",")
    };
    assert_eq!(list(&ana, "").await, "own,invited");
    assert_eq!(list(&ana, "&role=organizer").await, "own");
    assert_eq!(list(&ana, "&role=participant&status=confirmed").await, "invited");
    assert_eq!(list(&ana, "&status=cancelled").await, "off before,off");
    assert_eq!(list(&ana, "&status=cancelled&role=organizer").await, "off before,off");
    assert_eq!(list(&bo, "&status=cancelled").await, "");
    assert_eq!(list(&bo, "").await, "own,invited");
}

#[tokio::test]
async fn a_meeting_that_moves_is_listed_where_it_is() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let meeting = world.book(&ana, "2026-12-01T08:00", "2026-12-01T09:00", &[&bo], title("it")).await;
    patched(&world, &meeting, json!({ "start_time": "2026-12-05T08:00" })).await;
    assert_eq!(titles(&page(&world, &bo, DAY).await), [""; 0]);
    let there = "start_time=2026-12-05T00:00&end_time=2026-12-06T00:00";
    assert_eq!(titles(&page(&world, &bo, there).await), ["it"]);
    assert_eq!(world.participant("remove", &meeting, &bo).await.0, 200);
    assert_eq!(titles(&page(&world, &bo, there).await), [""; 0]);
    assert_eq!(titles(&page(&world, &ana, there).await), ["it"]);
}

#[tokio::test]
async fn without_sign_in_nobody_is_me() {
    let world = World::start().await;
    assert_eq!(ask(&world, "me", DAY).await.1["code"], "user_not_found");
    assert_eq!(ask(&world, "nobody", DAY).await.1["code"], "user_not_found");
}

/// Expired meetings are gone for requests before DynamoDB removes them.
#[tokio::test]
async fn expired_meetings_are_not_listed() {
    let world = World::with_retention(30).await;
    let ana = world.person("ana", "UTC").await;
    for day in 1..=3 {
        let at = |hour: u8| format!("2026-12-0{day}T{hour}:00");
        world.book(&ana, &at(10), &at(11), &[], title(&day.to_string())).await;
    }
    let month = "start_time=2026-12-01T00:00&end_time=2027-01-01T00:00";
    world.clock.set(harness::instant("2027-01-01T10:59:59Z"));
    assert_eq!(titles(&page(&world, &ana, month).await), ["2", "3"]);
    // A page of expired meetings has none, and still a next one.
    let first = page(&world, &ana, &format!("{month}&limit=1")).await;
    assert_eq!(titles(&first), [""; 0]);
    let query = format!("{month}&limit=1{}", super::next(&first).unwrap());
    assert_eq!(titles(&page(&world, &ana, &query).await), ["2"]);
}
