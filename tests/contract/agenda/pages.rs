//! Pages and their cursors.

use harness::{CallOutcome, Person, World};
use serde_json::{Value, json};

use super::{ask, meetings, next, page, titles};
use crate::{bad_fields, message};

const MONTH: &str = "start_time=2026-12-01T00:00&end_time=2027-01-01T00:00";

/// Ana's meetings, one each day and so named.
async fn ana_with(world: &World, days: std::ops::RangeInclusive<u32>) -> Person {
    let ana = world.person("ana", "UTC").await;
    for day in days {
        book(world, &ana, day, 10).await;
    }
    ana
}

async fn book(world: &World, ana: &Person, day: u32, hour: u32) -> Value {
    let at = |hour: u32| format!("2026-12-{day:02}T{hour:02}:00");
    world.book(ana, &at(hour), &at(hour + 1), &[], json!({ "title": format!("{day}.{hour}") })).await
}

/// The titles of all meetings, and the number of pages.
async fn all(world: &World, person: &Person, query: &str) -> (Vec<String>, usize) {
    all_after(world, person, query, String::new()).await
}

async fn all_after(world: &World, person: &Person, query: &str, mut cursor: String) -> (Vec<String>, usize) {
    let (mut told, mut pages) = (Vec::new(), 0);
    loop {
        let page = page(world, person, &format!("{query}{cursor}")).await;
        told.extend(titles(&page).into_iter().map(str::to_owned));
        pages += 1;
        match next(&page) {
            Some(next) => cursor = next,
            None => return (told, pages),
        }
    }
}

#[tokio::test]
async fn pages_of_any_size_have_the_same_meetings() {
    let world = World::start().await;
    let ana = ana_with(&world, 1..=9).await;
    let (whole, pages) = all(&world, &ana, MONTH).await;
    assert_eq!((whole.len(), pages), (9, 1));
    for (limit, expected) in [(1, 9), (2, 5), (3, 3), (8, 2), (9, 1), (250, 1)] {
        let (told, pages) = all(&world, &ana, &format!("{MONTH}&limit={limit}")).await;
        assert_eq!((told, pages), (whole.clone(), expected), "{limit}");
    }
}

#[tokio::test]
async fn cancelled_meetings_come_in_pages_too() {
    let world = World::start().await;
    let ana = ana_with(&world, 1..=5).await;
    for meeting in meetings(&page(&world, &ana, MONTH).await) {
        assert_eq!(crate::changes::cancel(&world, meeting).await.0, 200);
    }
    let (told, pages) = all(&world, &ana, &format!("{MONTH}&status=cancelled&limit=2")).await;
    assert_eq!((told, pages), (["1.10", "2.10", "3.10", "4.10", "5.10"].map(str::to_owned).to_vec(), 3));
}

#[tokio::test]
async fn what_happens_between_two_pages_moves_no_other_meeting() {
    let world = World::start().await;
    let ana = ana_with(&world, 1..=6).await;
    let query = format!("{MONTH}&limit=2");
    let first = page(&world, &ana, &query).await;
    assert_eq!(titles(&first), ["1.10", "2.10"]);
    // The last one told is cancelled, and others come before and after it.
    assert_eq!(crate::changes::cancel(&world, &meetings(&first)[1]).await.0, 200);
    book(&world, &ana, 1, 8).await;
    book(&world, &ana, 3, 8).await;
    let (rest, _) = all_after(&world, &ana, &query, next(&first).unwrap()).await;
    assert_eq!(rest, ["3.8", "3.10", "4.10", "5.10", "6.10"]);
}

#[tokio::test]
async fn a_cursor_belongs_to_its_query() {
    let world = World::start().await;
    let ana = ana_with(&world, 1..=3).await;
    let bo = world.person("bo", "UTC").await;
    let first = page(&world, &ana, &format!("{MONTH}&limit=1")).await;
    let cursor = next(&first).unwrap();
    // The limit may change, and so may the way in which the same query is written.
    for same in [
        format!("{MONTH}{cursor}&limit=7"),
        format!("{}{cursor}", MONTH.replace("T00:00", "%2000:00:00Z")),
        format!("{MONTH}{cursor}&status=confirmed"),
    ] {
        assert_eq!(titles(&page(&world, &ana, &same).await), ["2.10", "3.10"], "{same}");
    }
    for other in [
        MONTH.replace("12-01", "12-02"),
        MONTH.replace("01-01", "01-02"),
        format!("{MONTH}&time_zone=UTC"),
        format!("{MONTH}&time_zone=Europe/Madrid"),
        format!("{MONTH}&role=organizer"),
        format!("{MONTH}&status=cancelled"),
    ] {
        let (status, problem) = ask(&world, &ana.id, &format!("{other}{cursor}")).await;
        assert_eq!((status, bad_fields(&problem)), (422, vec!["cursor"]), "{other}: {problem}");
        assert!(message(&problem, "cursor").contains("is of another query"), "{problem}");
    }
    let (status, problem) = ask(&world, &bo.id, &format!("{MONTH}{cursor}")).await;
    assert_eq!((status, bad_fields(&problem)), (422, vec!["cursor"]), "{problem}");

    // The user's zone says which instants the window has.
    let moved = json!({ "timezone": "Asia/Tokyo" });
    assert_eq!(crate::changes::patch_user(&world, &ana, moved).await.0, 200);
    let (status, problem) = ask(&world, &ana.id, &format!("{MONTH}{cursor}")).await;
    assert_eq!((status, bad_fields(&problem)), (422, vec!["cursor"]), "{problem}");
}

/// Whoever makes up a cursor gets nothing else by it than a page of the same list.
#[tokio::test]
async fn a_cursor_of_any_place_is_answered() {
    let world = World::start().await;
    let ana = ana_with(&world, 1..=3).await;
    for status in ["confirmed", "cancelled"] {
        let query = format!("{MONTH}&status={status}&limit=1");
        if status == "cancelled" {
            for meeting in meetings(&page(&world, &ana, MONTH).await) {
                assert_eq!(crate::changes::cancel(&world, meeting).await.0, 200);
            }
        }
        let given = page(&world, &ana, &query).await["next_cursor"].as_str().unwrap().to_owned();
        let text = String::from_utf8(hex_decode(&given)).unwrap();
        let digest = text.split('#').next().unwrap();
        for (millis, left) in
            [(i64::from(i32::MIN), 3), (0, 3), (4_102_444_800_000, 0), (8_210_266_876_799_999, 0)]
        {
            let cursor = hex_encode(&format!("{digest}#{millis}#a"));
            let (told, _) = all_after(&world, &ana, &query, format!("&cursor={cursor}")).await;
            assert_eq!(told.len(), left, "{status} {millis}");
        }
    }
}

fn hex_encode(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn hex_decode(text: &str) -> Vec<u8> {
    let pairs = (0..text.len()).step_by(2).map(|at| &text[at..at + 2]);
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

/// What can't be read is never left out.
#[tokio::test]
async fn a_page_that_can_not_be_read_is_503() {
    let world = World::start().await;
    let ana = ana_with(&world, 1..=3).await;
    for status in ["confirmed", "cancelled"] {
        let query = format!("{MONTH}&status={status}");
        world.calls().clear();
        page(&world, &ana, &query).await;
        let calls = world.calls().count();
        for number in 1..=calls {
            world.calls().fail(number, CallOutcome::Unreachable);
            let (code, problem) = ask(&world, &ana.id, &query).await;
            assert_eq!((code, &problem["code"]), (503, &json!("busy_try_again")), "{status} {number}");
        }
        world.calls().clear();
    }
}

/// More days are read than the window has, since its zone isn't known before. What is on them doesn't count.
#[tokio::test]
async fn meetings_beside_the_window_take_no_place_on_a_page() {
    let world = World::start().await;
    let ana = ana_with(&world, 10..=12).await;
    for hour in [12, 14, 16] {
        book(&world, &ana, 10, hour).await;
    }
    let day = "start_time=2026-12-11T00:00&end_time=2026-12-13T00:00";
    assert_eq!(all(&world, &ana, &format!("{day}&limit=1")).await, (vec!["11.10".into(), "12.10".into()], 2));
}
