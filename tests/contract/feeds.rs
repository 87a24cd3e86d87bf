//! Somebody's calendar at an address to subscribe to.

use axum::body::Body;
use axum::http::{Method, Request};
use harness::{ApiResponse, CallOutcome, Person, World, instant};
use serde_json::{Value, json};

use crate::changes::{cancel, patched};
use crate::{bad_fields, message};

/// A new address for somebody's feed, as a path.
async fn new_feed(world: &World, person: &Person) -> String {
    let answer = world.send(Method::POST, &format!("/api/users/{}/feed", person.id), Vec::new()).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let url = answer.body["url"].as_str().unwrap();
    url.strip_prefix("http://localhost").unwrap().to_owned()
}

async fn revoke(world: &World, person: &Person) -> u16 {
    world.send(Method::DELETE, &format!("/api/users/{}/feed", person.id), Vec::new()).await.status
}

async fn read(world: &World, path: &str) -> ApiResponse {
    world.send(Method::GET, path, Vec::new()).await
}

/// What somebody reads who has that entity tag.
async fn read_again(world: &World, path: &str, tags: &str) -> ApiResponse {
    let request = Request::get(path).header("if-none-match", tags).body(Body::empty());
    world.request(request.unwrap()).await
}

fn header<'a>(answer: &'a ApiResponse, name: &str) -> &'a str {
    answer.headers[name].to_str().unwrap()
}

/// The values of that property, in order.
fn values<'a>(answer: &'a ApiResponse, name: &str) -> Vec<&'a str> {
    let lines = answer.body.as_str().unwrap().split("\r\n");
    lines.filter_map(|line| line.strip_prefix(name)?.strip_prefix(':')).collect()
}

fn titled(title: &str) -> Value {
    json!({ "title": title })
}

#[tokio::test]
async fn the_feed_has_the_meetings_that_take_place_as_their_invitations_have_them() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let madrid = json!({ "title": "in Madrid", "time_zone": "Europe/Madrid", "description": "Why, and how" });
    let first = world.book(&ana, "2026-12-01T10:00", "2026-12-01T11:00", &[&bo], madrid).await;
    let second = world.book(&bo, "2026-11-05T10:00", "2026-11-05T11:00", &[&ana], titled("second")).await;
    let gone = world.book(&ana, "2026-11-06T10:00", "2026-11-06T11:00", &[], titled("cancelled")).await;
    let left = world.book(&bo, "2026-11-07T10:00", "2026-11-07T11:00", &[&ana], titled("left")).await;
    world.book(&bo, "2026-11-08T10:00", "2026-11-08T11:00", &[], titled("not hers")).await;
    patched(&world, &second, json!({ "location": "Room 5" })).await;
    assert_eq!(cancel(&world, &gone).await.0, 200);
    assert_eq!(world.participant("remove", &left, &ana).await.0, 200);

    let path = new_feed(&world, &ana).await;
    world.calls().clear();
    let feed = read(&world, &path).await;
    assert_eq!(world.calls().round_trips(), 3, "{:?}", world.calls().operations());
    assert_eq!(feed.status, 200);
    assert_eq!(header(&feed, "content-type"), "text/calendar; charset=utf-8; method=PUBLISH");
    assert_eq!(values(&feed, "SUMMARY"), ["second", "in Madrid"]);
    assert_eq!(values(&feed, "NAME"), ["ana's meetings"]);
    assert_eq!(values(&feed, "X-WR-CALNAME"), ["ana's meetings"]);
    assert_eq!(values(&feed, "METHOD"), ["PUBLISH"]);
    assert_eq!(values(&feed, "REFRESH-INTERVAL;VALUE=DURATION"), ["PT1H"]);
    assert_eq!(values(&feed, "X-PUBLISHED-TTL"), ["PT1H"]);
    assert_eq!(values(&feed, "DESCRIPTION"), ["Why\\, and how"]);
    assert!(!feed.body.as_str().unwrap().contains("ATTENDEE"));
    for (index, meeting) in [&second, &first].into_iter().enumerate() {
        let invite = format!("/api/meetings/{}/invite.ics", meeting["meeting_id"].as_str().unwrap());
        let invite = read(&world, &invite).await;
        for name in ["UID", "SEQUENCE"] {
            assert_eq!(values(&feed, name)[index], values(&invite, name)[0], "{name}");
        }
        // A definition of a zone begins in 1970.
        let when = |answer: &ApiResponse, which: usize| {
            let lines = answer.body.as_str().unwrap().split("\r\n").filter(|line| line.contains(":2026"));
            lines.filter(|line| line.starts_with("DTSTART")).nth(which).unwrap().to_owned()
        };
        assert_eq!(when(&feed, index), when(&invite, 0));
    }
}

#[tokio::test]
async fn the_feed_reaches_from_30_days_ago_to_366_days_ahead() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    // It is 9:00 on 2 November 2026.
    for (title, start, end) in [
        ("too late", "2027-11-03T09:00", "2027-11-03T09:30"),
        ("last", "2027-11-03T08:30", "2027-11-03T09:00"),
        ("first", "2026-10-03T08:00", "2026-10-03T09:01"),
        ("too early", "2026-10-03T07:00", "2026-10-03T08:00"),
    ] {
        world.book(&ana, start, end, &[], titled(title)).await;
    }
    world.book(&bo, "2026-09-25T00:00", "2026-10-03T12:00", &[&ana], titled("over days")).await;
    let path = new_feed(&world, &ana).await;
    assert_eq!(values(&read(&world, &path).await, "SUMMARY"), ["over days", "first", "last"]);
}

#[tokio::test]
async fn what_has_not_changed_is_answered_304() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    let meeting = world.book(&ana, "2026-12-01T10:00", "2026-12-01T11:00", &[], titled("plan")).await;
    let path = new_feed(&world, &ana).await;
    let first = read(&world, &path).await;
    let tag = header(&first, "etag").to_owned();
    assert_eq!(values(&first, "DTSTAMP"), ["20261102T090000Z"]);
    world.clock.set(instant("2026-11-04T10:11:12Z"));
    assert_eq!(read(&world, &path).await.body, first.body);
    for tags in [&tag, &format!("W/{tag}"), &format!("\"x\", {tag}"), "*"] {
        let again = read_again(&world, &path, tags).await;
        assert_eq!((again.status, &again.body), (304, &json!("")), "{tags}");
        assert_eq!((header(&again, "etag"), header(&again, "cache-control")), (&*tag, "private, no-cache"));
    }
    for tags in ["\"x\"", "W/\"x\"", ""] {
        assert_eq!(read_again(&world, &path, tags).await.status, 200, "{tags}");
    }
    let head = world.send(Method::HEAD, &path, Vec::new()).await;
    assert_eq!((head.status, header(&head, "etag")), (200, &*tag));

    patched(&world, &meeting, titled("another plan")).await;
    let changed = read_again(&world, &path, &tag).await;
    assert_eq!((changed.status, values(&changed, "SUMMARY")), (200, vec!["another plan"]));
    assert_eq!(
        (values(&changed, "DTSTAMP"), values(&changed, "SEQUENCE")),
        (vec!["20261104T101112Z"], vec!["1"])
    );
    assert_ne!(header(&changed, "etag"), tag);
}

#[tokio::test]
async fn busy_tells_times_alone() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let with = json!({ "title": "Secret", "description": "Secret", "location": "Secret", "time_zone": "Asia/Kolkata" });
    let meeting = world.book(&ana, "2026-12-01T10:00", "2026-12-01T11:00", &[&bo], with).await;
    let path = new_feed(&world, &ana).await;
    let busy = read(&world, &format!("{path}?detail=busy")).await;
    let text = busy.body.as_str().unwrap();
    assert_eq!(values(&busy, "DTSTART"), ["20261201T043000Z"]);
    assert_eq!(values(&busy, "SUMMARY"), ["Busy"]);
    let id = meeting["meeting_id"].as_str().unwrap();
    for told in ["Secret", "Ana", "ana@", "bo@", "Kolkata", "VTIMEZONE", id, &ana.id] {
        assert!(!text.contains(told), "{told} in {text}");
    }
    let uid = values(&busy, "UID")[0].to_owned();
    assert_eq!(values(&read(&world, &format!("{path}?detail=busy")).await, "UID"), [&uid]);
    let tag = header(&busy, "etag").to_owned();
    assert_eq!(read_again(&world, &path, &tag).await.status, 200, "everything is something else");
    let other = new_feed(&world, &ana).await;
    assert_ne!(values(&read(&world, &format!("{other}?detail=busy")).await, "UID"), [&uid]);
}

#[tokio::test]
async fn an_address_ends_with_the_next_one_and_when_it_is_revoked() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    assert_eq!(revoke(&world, &ana).await, 204, "there is none yet");
    let (first, bos) = (new_feed(&world, &ana).await, new_feed(&world, &bo).await);
    assert_eq!(read(&world, &first).await.status, 200);
    let second = new_feed(&world, &ana).await;
    let unknown = format!("/api/feeds/{}.ics", "0".repeat(64));
    let nobodys = read(&world, &unknown).await;
    assert_eq!((nobodys.status, &nobodys.body["code"]), (404, &json!("feed_not_found")));
    let gone = async |path: &str| {
        for query in ["", "?detail=busy"] {
            let answer = read(&world, &format!("{path}{query}")).await;
            assert_eq!(
                (answer.status, &answer.body, &answer.headers),
                (404, &nobodys.body, &nobodys.headers)
            );
        }
    };
    gone(&first).await;
    assert_eq!(read(&world, &second).await.status, 200);
    for _ in 0..2 {
        assert_eq!(revoke(&world, &ana).await, 204);
        gone(&second).await;
    }
    assert_eq!(read(&world, &bos).await.status, 200, "it is somebody else's");
    assert_eq!(read(&world, &new_feed(&world, &ana).await).await.status, 200);
    // Just the one spelling opens it.
    let (folder, file) = bos.rsplit_once('/').unwrap();
    let secret = file.strip_suffix(".ics").unwrap();
    for other in
        [secret, &format!("{secret}.ICS"), &file.to_uppercase(), &format!("{secret}0.ics"), &file[1..]]
    {
        gone(&format!("{folder}/{other}")).await;
    }
}

#[tokio::test]
async fn only_the_digest_of_a_secret_is_stored() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    let mut items = Vec::new();
    for _ in 0..2 {
        let path = new_feed(&world, &ana).await;
        let secret = path.rsplit('/').next().unwrap().strip_suffix(".ics").unwrap();
        assert_eq!((path.len(), secret.len()), ("/api/feeds/.ics".len() + 64, 64));
        let stored = world.items().await;
        assert!(!format!("{stored:?}").contains(secret));
        items.push(stored.len());
    }
    assert_eq!(items[0], items[1], "what was before is removed");
    assert_eq!(revoke(&world, &ana).await, 204);
    assert!(world.items().await.keys().all(|(_, sort)| sort != "FEED"));
}

#[tokio::test]
async fn of_two_requests_at_once_one_address_is_left() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    for round in 0..10 {
        let (a, b, c) = tokio::join!(new_feed(&world, &ana), new_feed(&world, &ana), new_feed(&world, &ana));
        let mut open = 0;
        for path in [&a, &b, &c] {
            open += usize::from(read(&world, path).await.status == 200);
        }
        assert_eq!(open, 1, "in round {round}");
        let feeds = world.items().await.into_keys().filter(|(_, sort)| sort == "FEED").count();
        assert_eq!(feeds, 2, "in round {round}");
    }
}

/// A program would remove the events that a feed has no longer.
#[tokio::test]
async fn a_feed_of_which_a_part_is_not_read_is_no_feed() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    world.book(&ana, "2026-12-01T10:00", "2026-12-01T11:00", &[], titled("plan")).await;
    let path = new_feed(&world, &ana).await;
    world.calls().clear();
    assert_eq!(read(&world, &path).await.status, 200);
    let calls = world.calls().count();
    assert_eq!(calls, 4, "{:?}", world.calls().operations());
    for number in 1..=calls {
        world.calls().fail(number, CallOutcome::Unreachable);
        let answer = read(&world, &path).await;
        assert_eq!((answer.status, &answer.body["code"]), (503, &json!("busy_try_again")), "call {number}");
    }
}

/// Whatever becomes of a call, and whether or not its answer is lost, the feed is as before or as after, and
/// the next request finds nothing in its way.
#[tokio::test]
async fn a_change_that_fails_leaves_no_half_of_it() {
    for outcome in [CallOutcome::Unreachable, CallOutcome::ResponseLost, CallOutcome::TransactionConflict] {
        for method in [Method::POST, Method::DELETE] {
            // Only a transaction meets another one.
            let first = if outcome == CallOutcome::TransactionConflict { 2 } else { 1 };
            for number in first..=2 {
                let world = World::start().await;
                let ana = world.person("ana", "UTC").await;
                let before = new_feed(&world, &ana).await;
                world.calls().fail(number, outcome);
                let of_user = format!("/api/users/{}/feed", ana.id);
                let answer = world.send(method.clone(), &of_user, Vec::new()).await;
                world.calls().clear();
                let about = format!("{method}: {outcome:?} of call {number}: {}", answer.body);
                // The SDK repeats a call whose answer was lost, under the same token.
                assert!([201, 204, 503].contains(&answer.status), "{about}");
                let feeds = world.items().await.into_keys().filter(|(_, sort)| sort == "FEED").count();
                let is_open = read(&world, &before).await.status == 200;
                let wanted = match (is_open, &method) {
                    (true, _) | (false, &Method::POST) => 2,
                    (false, _) => 0,
                };
                assert_eq!(feeds, wanted, "{about}");
                assert!(!is_open || answer.status == 503, "{about}");
                let after = new_feed(&world, &ana).await;
                assert_eq!(read(&world, &before).await.status, 404, "{about}");
                assert_eq!(read(&world, &after).await.status, 200, "{about}");
            }
        }
    }
}

#[tokio::test]
async fn bad_parameters_are_named() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    let path = new_feed(&world, &ana).await;
    let nobodys = format!("/api/feeds/{}.ics", "0".repeat(64));
    for (query, fields) in [
        ("detail=", &["detail"][..]),
        ("detail=all", &["detail"]),
        ("detail=Busy", &["detail"]),
        ("detail=busy%20", &["detail"]),
        ("detail=null", &["detail"]),
        ("detail=busy&detail=busy", &["detail"]),
        ("detail=busy,busy", &["detail"]),
        ("details=busy", &["details"]),
        ("busy", &["busy"]),
        ("detail=busy&limit=1", &["limit"]),
        ("time_zone=UTC&start_time=2026-01-01T00:00", &["start_time", "time_zone"]),
        ("dry_run=true", &["dry_run"]),
    ] {
        for path in [&path, &nobodys] {
            for method in [Method::GET, Method::HEAD] {
                let answer = world.send(method, &format!("{path}?{query}"), Vec::new()).await;
                let mut named = bad_fields(&answer.body);
                named.sort_unstable();
                named.dedup();
                assert_eq!((answer.status, &*named), (422, fields), "{query}: {}", answer.body);
            }
        }
    }
    let answer = read(&world, &format!("{path}?detail=none")).await;
    assert_eq!(message(&answer.body, "detail"), "must be busy; leave it out for everything");
    for method in [Method::POST, Method::DELETE] {
        let of_user = format!("/api/users/{}/feed?detail=busy", ana.id);
        let answer = world.send(method, &of_user, Vec::new()).await;
        assert_eq!((answer.status, bad_fields(&answer.body)), (422, vec!["detail"]));
    }
    assert_eq!(read(&world, &path).await.status, 200, "nothing was changed");
    for (method, other, status) in [
        (Method::POST, path.as_str(), 405),
        (Method::DELETE, &path, 405),
        (Method::GET, "/api/feeds", 404),
        (Method::GET, "/api/feeds/", 404),
        (Method::GET, "/api/users/nobody/feed", 405),
        (Method::POST, "/api/users/nobody/feed", 404),
        (Method::POST, "/api/users/a%20b/feed", 404),
    ] {
        let answer = world.send(method.clone(), other, Vec::new()).await;
        assert_eq!(answer.status, status, "{method} {other}: {}", answer.body);
    }
}
