//! The access table as a client meets it. What each caller gets is written down here a second time, by hand
//! and in full. So a wrong rule, or a function that doesn't check access, shows.

use std::collections::BTreeSet;

use axum::http::Method;
use harness::{ApiResponse, new_meeting, new_user, with};
use local::template::Template;
use serde_json::{Value, json};

use super::{CALLERS, Fixture};

/// One call, and its status for ana, who organizes the meeting, bo, who takes part, cy, who is a user, dee,
/// who has a token but no user, and an administrator.
pub(super) struct Row {
    expected: [u16; 5],
    name: &'static str,
    pub(super) route: &'static str,
    pub(super) path: Path,
    pub(super) body: Body,
}

type Path = fn(&Fixture) -> String;
type Body = fn(&Fixture) -> Value;

/// No user and no meeting has this id.
const UNKNOWN: &str = "0123456789abcdef0123456789abcdef";

const NO_BODY: Body = |_| Value::Null;
const NEW_NAME: Body = |_| json!({ "name": "Other" });
const NEW_TITLE: Body = |_| json!({ "title": "Other" });
const BOS_CALENDAR: Body = |s| window(&s.bo);
const WITH_FREE: Body = |_| user_with("dee@example.com");
const WITH_TAKEN: Body = |_| user_with("BO@example.com");
const TO_FREE: Body = |_| json!({ "email": "dee@example.com" });
const TO_TAKEN: Body = |_| json!({ "email": "cy@example.com" });
const AN_HOUR: Body = |_| json!({ "minutes": 60 });
const FOR_ANOTHER: Body = |_| json!({ "rebind_account": true });
const OTHER_SPELLING: Body = |_| json!({ "email": "Bo@Example.com" });

const USERS: Path = |_| "/api/create_user".into();
const BO: Path = |s| format!("/api/users/{}", s.bo);
const ME: Path = |_| "/api/users/me".into();
const BY_ADDRESS: Path = |_| "/api/users?email=BO@example.com".into();
const NO_ADDRESS: Path = |_| "/api/users?email=nobody@example.com".into();
const SNOOZE: Path = |s| format!("/api/users/{}/snooze", s.bo);
const NO_SNOOZE: Path = |_| format!("/api/users/{UNKNOWN}/snooze");
const AGENDA: Path = |s| agenda(&s.bo);
const NO_AGENDA: Path = |_| agenda(UNKNOWN);
const MY_AGENDA: Path = |_| agenda("me");
const FEED: Path = |s| format!("/api/users/{}/feed", s.bo);
const NO_FEED: Path = |_| format!("/api/users/{UNKNOWN}/feed");
const NO_USER: Path = |_| format!("/api/users/{UNKNOWN}");
const MEETINGS: Path = |_| "/api/create_meeting".into();
const SLOTS: Path = |_| "/api/get_free_slots".into();
const QUERY: Path =
    |s| format!("/api/get_free_slots?user_id={}&start_time=2026-11-03T00:00&end_time=2026-11-04T00:00", s.bo);
const FIND: Path = |_| "/api/find_meeting_times".into();
const MEETING: Path = |s| meeting(s);
const NO_MEETING: Path = |_| format!("/api/meetings/{UNKNOWN}");
const INVITE: Path = |s| meeting(s) + "/invite.ics";
const REMINDERS: Path = |s| meeting(s) + "/reminders";
const ADD: Path = |_| "/api/meeting/participant/add".into();
const REMOVE: Path = |_| "/api/meeting/participant/remove".into();

fn user_with(email: &str) -> Value {
    with(new_user("New"), json!({ "email": email }))
}

fn window(user: &str) -> Value {
    json!({ "user_id": user, "start_time": "2026-11-03T00:00", "end_time": "2026-11-04T00:00" })
}

fn agenda(user: &str) -> String {
    format!("/api/users/{user}/meetings?start_time=2026-11-03T00:00&end_time=2026-11-04T00:00")
}

fn group(organizer: &str, attendee: &str) -> Value {
    let times = json!({ "time_zone": "UTC", "duration_minutes": 60 });
    let who = json!({ "organizer_id": organizer, "attendees": [{ "email": attendee }] });
    with(with(who, times), json!({ "start_time": "2026-11-03T00:00", "end_time": "2026-11-04T00:00" }))
}

fn meeting(fixture: &Fixture) -> String {
    format!("/api/meetings/{}", fixture.meeting)
}

fn participant(fixture: &Fixture, user: &str) -> Value {
    json!({ "user_id": user, "meeting_id": fixture.meeting })
}

fn address(fixture: &Fixture, email: &str) -> Value {
    json!({ "email": email, "meeting_id": fixture.meeting })
}

fn meeting_by(email: &str) -> Value {
    let mut meeting = with(new_meeting(UNKNOWN), json!({ "creator_email": email }));
    meeting.as_object_mut().unwrap().remove("creator_id");
    meeting
}

#[rustfmt::skip] // One row on each line reads as a table.
pub(super) fn rows() -> Vec<Row> {
    let row = |expected, name, route, path, body| Row { name, route, path, body, expected };
    vec![
        //   ana  bo   cy   dee  admin  what
        // Only the owner of an address learns whether it is taken.
        row([403, 409, 403, 403, 409], "user with a taken address",      "POST /api/create_user",                     USERS,      WITH_TAKEN),
        row([403, 403, 403, 201, 201], "user with a free address",       "POST /api/create_user",                     USERS,      WITH_FREE),
        // Users.
        row([404, 200, 404, 404, 200], "user",                           "GET /api/users/{user_id}",                  BO,         NO_BODY),
        row([404, 404, 404, 404, 404], "unknown user",                   "GET /api/users/{user_id}",                  NO_USER,    NO_BODY),
        row([200, 200, 200, 404, 404], "oneself",                        "GET /api/users/{user_id}",                  ME,         NO_BODY),
        // Meetings are whole there, so that it is one's own alone.
        row([404, 200, 404, 404, 200], "meetings of a user",             "GET /api/users/{user_id}/meetings",         AGENDA,     NO_BODY),
        row([404, 404, 404, 404, 404], "meetings of an unknown user",    "GET /api/users/{user_id}/meetings",         NO_AGENDA,  NO_BODY),
        row([200, 200, 200, 404, 404], "one's own meetings",             "GET /api/users/{user_id}/meetings",         MY_AGENDA,  NO_BODY),
        row([404, 200, 404, 404, 200], "user by address",                "GET /api/users",                            BY_ADDRESS, NO_BODY),
        row([404, 404, 404, 404, 404], "user by an unknown address",     "GET /api/users",                            NO_ADDRESS, NO_BODY),
        row([404, 200, 404, 404, 200], "name of a user",                 "PATCH /api/users/{user_id}",                BO,         NEW_NAME),
        row([404, 404, 404, 404, 404], "name of an unknown user",        "PATCH /api/users/{user_id}",                NO_USER,    NEW_NAME),
        row([404, 403, 404, 404, 200], "address of a user, a free one",  "PATCH /api/users/{user_id}",                BO,         TO_FREE),
        row([404, 403, 404, 404, 409], "address of a user, a taken one", "PATCH /api/users/{user_id}",                BO,         TO_TAKEN),
        row([404, 200, 404, 404, 200], "address of a user, respelled",   "PATCH /api/users/{user_id}",                BO,         OTHER_SPELLING),
        row([404, 403, 404, 404, 200], "account of a user",              "PATCH /api/users/{user_id}",                BO,         FOR_ANOTHER),
        // Bo takes part in Ana's meeting, and still only Bo decides about his quiet.
        row([404, 200, 404, 404, 200], "snooze of a user",               "POST /api/users/{user_id}/snooze",          SNOOZE,     AN_HOUR),
        row([404, 404, 404, 404, 404], "snooze of an unknown user",      "POST /api/users/{user_id}/snooze",          NO_SNOOZE,  AN_HOUR),
        row([404, 200, 404, 404, 200], "end of a user's snooze",         "DELETE /api/users/{user_id}/snooze",        SNOOZE,     NO_BODY),
        row([404, 404, 404, 404, 404], "end of an unknown snooze",       "DELETE /api/users/{user_id}/snooze",        NO_SNOOZE,  NO_BODY),
        // An address with which anyone reads Bo's calendar.
        row([404, 201, 404, 404, 201], "feed of a user",                 "POST /api/users/{user_id}/feed",            FEED,       NO_BODY),
        row([404, 404, 404, 404, 404], "feed of an unknown user",        "POST /api/users/{user_id}/feed",            NO_FEED,    NO_BODY),
        row([404, 204, 404, 404, 204], "end of a user's feed",           "DELETE /api/users/{user_id}/feed",          FEED,       NO_BODY),
        row([404, 404, 404, 404, 404], "end of an unknown feed",         "DELETE /api/users/{user_id}/feed",          NO_FEED,    NO_BODY),
        // Only users themselves and administrators book in their name.
        row([403, 403, 201, 403, 201], "meeting of cy",                  "POST /api/create_meeting",                  MEETINGS,   |s| new_meeting(&s.cy)),
        row([403, 403, 201, 403, 201], "meeting of cy's address",        "POST /api/create_meeting",                  MEETINGS,   |_| meeting_by("CY@example.com")),
        row([403, 403, 403, 403, 404], "meeting of an unknown address",  "POST /api/create_meeting",                  MEETINGS,   |_| meeting_by("nobody@example.com")),
        row([403, 403, 403, 403, 404], "meeting of an unknown user",     "POST /api/create_meeting",                  MEETINGS,   |_| new_meeting(UNKNOWN)),
        // Everyone sees when somebody is busy.
        row([200, 200, 200, 200, 200], "calendar",                       "POST /api/get_free_slots",                  SLOTS,      BOS_CALENDAR),
        row([200, 200, 200, 200, 200], "calendar by query",              "GET /api/get_free_slots",                   QUERY,      NO_BODY),
        // Only the organizer and administrators ask for a group's times.
        row([403, 403, 200, 403, 200], "times of cy and bo",             "POST /api/find_meeting_times",              FIND,       |s| group(&s.cy, "bo@example.com")),
        row([403, 403, 422, 403, 422], "times with an unknown address",  "POST /api/find_meeting_times",              FIND,       |s| group(&s.cy, "nobody@example.com")),
        row([403, 403, 403, 403, 404], "times of an unknown user",       "POST /api/find_meeting_times",              FIND,       |_| group(UNKNOWN, "bo@example.com")),
        // Meetings.
        row([200, 200, 404, 404, 200], "meeting",                        "GET /api/meetings/{meeting_id}",            MEETING,    NO_BODY),
        row([404, 404, 404, 404, 404], "unknown meeting",                "GET /api/meetings/{meeting_id}",            NO_MEETING, NO_BODY),
        row([200, 200, 404, 404, 200], "invitation file",                "GET /api/meetings/{meeting_id}/invite.ics", INVITE,     NO_BODY),
        row([200, 200, 404, 404, 200], "reminders",                      "GET /api/meetings/{meeting_id}/reminders",  REMINDERS,  NO_BODY),
        row([200, 403, 404, 404, 200], "title",                          "PATCH /api/meetings/{meeting_id}",          MEETING,    NEW_TITLE),
        row([404, 404, 404, 404, 404], "title of an unknown meeting",    "PATCH /api/meetings/{meeting_id}",          NO_MEETING, NEW_TITLE),
        row([200, 403, 404, 404, 200], "cancellation",                   "DELETE /api/meetings/{meeting_id}",         MEETING,    NO_BODY),
        row([404, 404, 404, 404, 404], "cancellation, unknown meeting",  "DELETE /api/meetings/{meeting_id}",         NO_MEETING, NO_BODY),
        row([200, 403, 404, 404, 200], "add cy",                         "POST /api/meeting/participant/add",         ADD,        |s| participant(s, &s.cy)),
        row([404, 403, 404, 404, 404], "add an unknown user",            "POST /api/meeting/participant/add",         ADD,        |s| participant(s, UNKNOWN)),
        row([200, 403, 404, 404, 200], "add cy's address",               "POST /api/meeting/participant/add",         ADD,        |s| address(s, "cy@EXAMPLE.com")),
        row([404, 403, 404, 404, 404], "add an unknown address",         "POST /api/meeting/participant/add",         ADD,        |s| address(s, "nobody@example.com")),
        row([200, 200, 404, 404, 200], "remove bo's address",            "POST /api/meeting/participant/remove",      REMOVE,     |s| address(s, "Bo@example.com")),
        row([404, 403, 404, 404, 404], "remove an unknown address",      "POST /api/meeting/participant/remove",      REMOVE,     |s| address(s, "nobody@example.com")),
        row([200, 200, 404, 404, 200], "remove bo",                      "POST /api/meeting/participant/remove",      REMOVE,     |s| participant(s, &s.bo)),
        row([409, 403, 404, 404, 409], "remove the organizer",           "POST /api/meeting/participant/remove",      REMOVE,     |s| participant(s, &s.ana)),
        row([409, 403, 404, 404, 409], "remove cy, who takes no part",   "POST /api/meeting/participant/remove",      REMOVE,     |s| participant(s, &s.cy)),
    ]
}

async fn send(fixture: &Fixture, caller: &str, row: &Row) -> ApiResponse {
    let (method, _) = row.route.split_once(' ').unwrap();
    let method: Method = method.parse().unwrap();
    fixture.call(caller, method, &(row.path)(fixture), &(row.body)(fixture)).await
}

#[tokio::test]
async fn everyone_may_do_what_the_table_says() {
    for row in rows() {
        let mut fixture = Fixture::set().await;
        for (caller, expected) in CALLERS.into_iter().zip(row.expected) {
            let before = fixture.world.items().await;
            let answer = send(&fixture, caller, &row).await;
            let about = format!("{} ({}) by {caller}: {}", row.name, row.route, answer.body);
            assert_eq!(answer.status, expected, "{about}");
            if expected >= 400 {
                assert_eq!(fixture.world.items().await, before, "{about} changed something");
            }
            if expected == 403 {
                assert_eq!(answer.body["code"], "forbidden", "{about}");
            }
            // The next caller finds nothing changed.
            if expected < 300 && !row.route.starts_with("GET ") {
                fixture = Fixture::set().await;
            }
        }
    }
}

#[tokio::test]
async fn hidden_things_are_answered_like_unknown_ones() {
    let fixture = Fixture::set().await;
    let rows = rows();
    let of = |name: &str| rows.iter().find(|row| row.name == name).unwrap();
    for (there, absent) in [
        ("user", "unknown user"),
        ("user by address", "user by an unknown address"),
        ("meeting of cy's address", "meeting of an unknown address"),
        ("meetings of a user", "meetings of an unknown user"),
        ("name of a user", "name of an unknown user"),
        ("snooze of a user", "snooze of an unknown user"),
        ("end of a user's snooze", "end of an unknown snooze"),
        ("feed of a user", "feed of an unknown user"),
        ("end of a user's feed", "end of an unknown feed"),
        ("meeting of cy", "meeting of an unknown user"),
        ("times of cy and bo", "times of an unknown user"),
        ("meeting", "unknown meeting"),
        ("title", "title of an unknown meeting"),
        ("cancellation", "cancellation, unknown meeting"),
        ("user with a taken address", "user with a free address"),
    ] {
        let callers = if there.contains("of cy") { ["ana", "bo"] } else { ["cy", "dee"] };
        // dee may take the free address.
        let callers = if there == "user with a taken address" { ["ana", "cy"] } else { callers };
        for caller in callers {
            let (a, b) = (send(&fixture, caller, of(there)).await, send(&fixture, caller, of(absent)).await);
            assert_eq!((a.status, &a.body), (b.status, &b.body), "{caller}: {there} and {absent}");
        }
    }
}

#[test]
fn every_closed_route_is_in_the_table() {
    let routes = Template::deployed().unwrap().routes().unwrap();
    // The next test is about HEAD.
    let closed = routes.iter().filter(|route| !route.is_open && route.method != "HEAD");
    let closed: BTreeSet<_> = closed.map(|route| format!("{} {}", route.method, route.path)).collect();
    let tried: BTreeSet<_> = rows().iter().map(|row| row.route.to_owned()).collect();
    assert_eq!(closed, tried);
}

#[tokio::test]
async fn head_is_allowed_to_whom_get_is() {
    let fixture = Fixture::set().await;
    let rows: Vec<_> = rows().into_iter().filter(|row| row.route.starts_with("GET ")).collect();
    assert!(rows.len() >= 7, "{}", rows.len());
    for (caller, index) in CALLERS.into_iter().zip(0..) {
        for row in &rows {
            let path = (row.path)(&fixture);
            let answer = fixture.call(caller, Method::HEAD, &path, &Value::Null).await;
            assert_eq!(answer.status, row.expected[index], "{} by {caller}: {}", row.name, answer.body);
        }
    }
}

#[tokio::test]
async fn others_see_only_the_times_of_meetings() {
    let fixture = Fixture::set().await;
    let hidden = json!([{ "meeting_id": null, "title": null, "role": null,
        "start_time": "2026-11-03T10:00:00+00:00", "end_time": "2026-11-03T11:00:00+00:00" }]);
    for caller in CALLERS {
        let answer = fixture.call(caller, Method::POST, "/api/get_free_slots", &window(&fixture.bo)).await;
        let booked = &answer.body["booked_meetings"];
        if ["bo", "admin"].contains(&caller) {
            assert_eq!(booked[0]["title"], "Secret plans", "{caller}");
            assert_eq!(booked[0]["meeting_id"], json!(fixture.meeting), "{caller}");
        } else {
            assert_eq!(booked, &hidden, "{caller}");
            assert!(!answer.body.to_string().contains("Secret"), "{caller}");
        }
        assert_eq!(answer.body["free_slots"].as_array().unwrap().len(), 2, "{caller}");
    }
}

#[tokio::test]
async fn participants_see_a_meeting_until_they_leave() {
    let fixture = Fixture::set().await;
    let see = async || fixture.call("cy", Method::GET, &meeting(&fixture), &Value::Null).await.status;
    let body = json!({ "user_id": fixture.cy, "meeting_id": fixture.meeting });
    assert_eq!(see().await, 404);
    assert_eq!(fixture.call("ana", Method::POST, "/api/meeting/participant/add", &body).await.status, 200);
    assert_eq!(see().await, 200);
    assert_eq!(fixture.call("cy", Method::POST, "/api/meeting/participant/remove", &body).await.status, 200);
    assert_eq!(see().await, 404);
}

/// Cy is added after Bo was removed, and learns nothing of him.
#[tokio::test]
async fn who_is_added_later_does_not_learn_who_was_removed() {
    let fixture = Fixture::set().await;
    // Bo is reminded: who was told nothing leaves no row.
    fixture.world.advance_to("2026-11-03T09:10:00Z").await;
    for (change, who) in [("remove", &fixture.bo), ("add", &fixture.cy)] {
        let body = json!({ "user_id": who, "meeting_id": fixture.meeting });
        let path = format!("/api/meeting/participant/{change}");
        assert_eq!(fixture.call("ana", Method::POST, &path, &body).await.status, 200);
    }
    for planned in [false, true] {
        if planned {
            fixture.world.settle().await;
        }
        let path = format!("{}/reminders", meeting(&fixture));
        for (caller, sees_bo) in [("ana", true), ("admin", true), ("cy", false)] {
            let answer = fixture.call(caller, Method::GET, &path, &Value::Null).await;
            let text = answer.body.to_string();
            let seen = [&fixture.ana, &fixture.bo, &fixture.cy].map(|id| text.contains(id.as_str()));
            assert_eq!(seen, [true, sees_bo, true], "{caller}, planned: {planned}");
            assert_eq!(text.contains("bo@example.com"), sees_bo, "{caller}, planned: {planned}");
        }
        assert_eq!(fixture.call("bo", Method::GET, &path, &Value::Null).await.status, 404);
    }
}

#[tokio::test]
async fn a_former_address_gives_its_new_owner_no_access() {
    let fixture = Fixture::set().await;
    let rename = async |id: &str, email: &str| {
        let body = json!({ "email": email });
        let path = format!("/api/users/{id}");
        assert_eq!(fixture.call("admin", Method::PATCH, &path, &body).await.status, 200);
    };
    rename(&fixture.bo, "beau@example.com").await;
    let see =
        async |caller: &str| fixture.call(caller, Method::GET, &meeting(&fixture), &Value::Null).await.status;
    assert_eq!((see("bo").await, see("beau").await), (404, 200));
    rename(&fixture.cy, "bo@example.com").await;
    assert_eq!((see("bo").await, see("beau").await), (404, 200), "cy has bo's old address, not his meetings");
}
