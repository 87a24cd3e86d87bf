//! Times that suit a group: what is suggested, in which order, and why there is nothing.

mod bad_input;
mod people;

use harness::{Person, World, new_user, with};
use serde_json::{Value, json};

const FIND: &str = "/api/find_meeting_times";

/// An hour for these people on 1 December 2026, a Tuesday, in UTC. `more` adds fields or replaces them.
fn question(organizer: &Person, others: &[&Person], more: Value) -> Value {
    let others: Vec<_> = others.iter().map(|person| json!({ "email": person.email })).collect();
    let body = json!({
        "organizer_id": organizer.id, "attendees": others, "time_zone": "UTC", "duration_minutes": 60,
        "start_time": "2026-12-01T08:00", "end_time": "2026-12-01T18:00",
    });
    with(body, more)
}

async fn find(world: &World, body: Value) -> Value {
    let (status, answer) = world.post(FIND, body).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

/// Creates somebody with these fields.
async fn person(world: &World, name: &str, more: Value) -> Person {
    let (status, user) = world.post("/api/create_user", with(new_user(name), more)).await;
    assert_eq!(status, 201, "{user}");
    Person::of(&user)
}

fn on_weekdays(start: &str, end: &str) -> Value {
    let days = ["mon", "tue", "wed", "thu", "fri"];
    json!({ "weekly": [{ "days": days, "start": start, "end": end }] })
}

/// When the suggestions begin, without seconds.
fn starts(answer: &Value) -> Vec<&str> {
    let suggestions = answer["suggestions"].as_array().unwrap().iter();
    suggestions.map(|suggestion| &suggestion["start_time"].as_str().unwrap()[5..16]).collect()
}

/// One member of everyone in a suggestion.
fn each(suggestion: &Value, member: &str) -> Vec<Value> {
    suggestion["attendees"].as_array().unwrap().iter().map(|attendee| attendee[member].clone()).collect()
}

#[tokio::test]
async fn a_group_in_three_zones_meets_when_it_burdens_them_least() {
    let world = World::start().await;
    let settings = |zone: &str| {
        json!({
            "timezone": zone, "dnd_start_time": 22, "dnd_end_time": 7,
            "working_hours": on_weekdays("09:00", "17:00"),
        })
    };
    let ana = person(&world, "ana", settings("Europe/Madrid")).await;
    let bo = person(&world, "bo", settings("Asia/Kolkata")).await;
    let cy = person(&world, "cy", settings("America/New_York")).await;
    world.book(&bo, "2026-12-01T14:00", "2026-12-01T14:30", &[], json!({ "title": "Secret plans" })).await;
    let body = question(&ana, &[&bo, &cy], json!({ "max_suggestions": 3 }));
    let answer = find(&world, body.clone()).await;
    // Nobody is asleep from 12:00 to 16:30. At 14:30 only Bo is outside the working hours, at 15:30 Ana is
    // too for half an hour, and from 12:00 to 14:00 Bo and Cy are.
    assert_eq!(starts(&answer), ["12-01T14:30", "12-01T15:30", "12-01T12:00"]);
    let burdens: Vec<_> = (0..3).map(|nth| &answer["suggestions"][nth]["burden_minutes"]).collect();
    let burden = |total: u32| json!({ "total": total, "largest": 60 });
    assert_eq!(burdens, [&burden(60), &burden(90), &burden(120)]);
    let best = &answer["suggestions"][0];
    assert_eq!(
        each(best, "local_start_time"),
        ["2026-12-01T15:30:00+01:00", "2026-12-01T20:00:00+05:30", "2026-12-01T09:30:00-05:00"]
    );
    assert_eq!(each(best, "availability"), ["free", "outside_working_hours", "free"]);
    assert_eq!(each(best, "email"), [&*ana.email, &bo.email, &cy.email]);
    let named =
        |person: &Person, name: &str| json!({ "user_id": person.id, "email": person.email, "name": name });
    assert_eq!(answer["people"], json!([named(&ana, "ana"), named(&bo, "bo"), named(&cy, "cy")]));
    let reminder = |at: &str, reason: &str| json!({ "remind_at": at, "reason": reason });
    assert_eq!(each(best, "reminder")[0], reminder("2026-12-01T14:30:00+01:00", "on_time"));
    // It is 07:00 for Cy, who is asleep until then.
    let last = &each(&answer["suggestions"][2], "reminder")[2];
    assert_eq!(*last, reminder("2026-11-30T21:55:00-05:00", "before_dnd"));
    assert_eq!(answer["empty_reason"], Value::Null);
    assert!(!answer.to_string().contains("Secret"), "{answer}");
    for _ in 0..100 {
        assert_eq!(find(&world, body.clone()).await, answer);
    }
}

#[tokio::test]
async fn optional_people_and_a_quorum() {
    let world = World::start().await;
    let [ana, bo, cy] = world.people(["ana", "bo", "cy"]).await;
    world.book(&bo, "2026-12-01T08:00", "2026-12-01T12:00", &[], json!({})).await;
    let attendees =
        json!([{ "user_id": bo.id, "type": "optional" }, { "user_id": cy.id, "type": "required" }]);
    let optional = json!({ "attendees": attendees, "end_time": "2026-12-01T13:00", "max_suggestions": 2 });
    let answer = find(&world, question(&ana, &[], optional.clone())).await;
    assert_eq!(starts(&answer), ["12-01T12:00", "12-01T08:00"]);
    assert_eq!(each(&answer["suggestions"][0], "type"), ["required", "optional", "required"]);
    assert_eq!(each(&answer["suggestions"][1], "availability"), ["free", "busy", "free"]);

    // With Bo required there is one time, unless two people of three are enough.
    let required = json!({ "end_time": "2026-12-01T13:00", "max_suggestions": 2 });
    let all = question(&ana, &[&bo, &cy], required);
    assert_eq!(starts(&find(&world, all.clone()).await), ["12-01T12:00"]);
    let quorum = with(all, json!({ "minimum_attendees": 2 }));
    assert_eq!(starts(&find(&world, quorum.clone()).await), ["12-01T12:00", "12-01T08:00"]);
    world.book(&cy, "2026-12-01T08:00", "2026-12-01T12:00", &[], json!({})).await;
    let early = json!({ "end_time": "2026-12-01T12:00" });
    let answer = find(&world, with(quorum, early)).await;
    assert_eq!((starts(&answer).len(), &answer["empty_reason"]), (0, &json!("too_few_attendees")));
    assert_eq!(answer["nearest"]["relaxed"], "required_attendee_busy");
    let blocking = |person: &Person| json!({ "user_id": person.id, "email": person.email, "by": "busy", "minutes": 240 });
    assert_eq!(answer["blocking"], json!([blocking(&bo), blocking(&cy)]));
}

#[tokio::test]
async fn nothing_found_has_a_reason_and_what_is_nearest() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    let hours = json!({ "timezone": "Asia/Tokyo", "dnd_start_time": 22, "dnd_end_time": 7,
        "working_hours": on_weekdays("09:00", "17:00") });
    let bo = person(&world, "bo", hours).await;
    let ask = async |more: Value| find(&world, question(&ana, &[&bo], more)).await;
    let nearest = |answer: &Value| {
        let nearest = &answer["nearest"];
        (
            nearest["relaxed"].as_str().unwrap().to_owned(),
            nearest["start_time"].as_str().unwrap()[11..16].to_owned(),
        )
    };
    let is = |relaxed: &str, start: &str| (relaxed.to_owned(), start.to_owned());

    // It is 22:00 in Tokyo at 13:00 in UTC.
    let answer = ask(json!({ "start_time": "2026-12-01T12:30" })).await;
    assert_eq!((&answer["suggestions"], &answer["empty_reason"]), (&json!([]), &json!("quiet_time")));
    let blocking = json!({ "user_id": bo.id, "email": bo.email, "by": "quiet", "minutes": 300 });
    assert_eq!((&answer["blocking"], nearest(&answer)), (&json!([blocking]), is("quiet_time", "12:30")));
    assert_eq!(answer["nearest"]["burden_minutes"], json!({ "total": 60, "largest": 60 }));
    assert_eq!(
        starts(&ask(json!({ "start_time": "2026-12-01T12:30", "within": "any" })).await)[0],
        "12-01T12:30"
    );

    let working = json!({ "end_time": "2026-12-01T13:00", "within": "working_hours" });
    let answer = ask(working).await;
    assert_eq!(answer["empty_reason"], "working_hours");
    assert_eq!(
        (&answer["blocking"][0]["by"], nearest(&answer)),
        (&json!("outside_working_hours"), is("working_hours", "08:00"))
    );

    world.book(&bo, "2026-12-01T00:00", "2026-12-02T00:00", &[], json!({})).await;
    let answer = ask(json!({ "end_time": "2026-12-01T13:00" })).await;
    assert_eq!(
        (&answer["empty_reason"], &answer["blocking"][0]["by"]),
        (&json!("required_attendee_busy"), &json!("busy"))
    );
    assert_eq!(
        (&answer["blocking"][0]["minutes"], nearest(&answer)),
        (&json!(300), is("required_attendee_busy", "08:00"))
    );

    let answer = ask(json!({ "end_time": "2026-12-01T08:59" })).await;
    assert_eq!(answer["empty_reason"], "window_too_short");
    assert_eq!((&answer["blocking"], &answer["nearest"]), (&json!([]), &Value::Null));
}

/// The clocks of Madrid go from 02:00 to 03:00 on 28 March 2027, and those of Lord Howe back by half an hour
/// on 4 April.
#[tokio::test]
async fn starts_lie_on_the_wall_clock_around_clock_changes() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    let ask = async |zone: &str, start: &str, end: &str, more: Value| {
        let times =
            json!({ "time_zone": zone, "start_time": start, "end_time": end, "start_interval_minutes": 60 });
        find(&world, with(question(&ana, &[], times), more)).await
    };
    let answer = ask("Europe/Madrid", "2027-03-28T00:30", "2027-03-28T05:00", json!({})).await;
    assert_eq!(starts(&answer), ["03-28T01:00", "03-28T03:00", "03-28T04:00"]);
    assert_eq!(answer["suggestions"][1]["start_time"], "2027-03-28T03:00:00+02:00");
    assert_eq!(answer["suggestions"][0]["end_time"], "2027-03-28T03:00:00+02:00");
    let short = json!({ "duration_minutes": 15, "start_interval_minutes": 30 });
    let answer = ask("Australia/Lord_Howe", "2027-04-04T01:00", "2027-04-04T02:45", short).await;
    // 01:30 happens twice.
    assert_eq!(starts(&answer), ["04-04T01:00", "04-04T01:30", "04-04T01:30", "04-04T02:00", "04-04T02:30"]);
    assert_eq!(answer["suggestions"][2]["start_time"], "2027-04-04T01:30:00+10:30");
    let twice = ask("Europe/Madrid", "2027-10-31T02:30", "2027-10-31T05:00", json!({})).await;
    assert_eq!(twice["warnings"][0]["field"], "start_time");
}

#[tokio::test]
async fn buffers_keep_meetings_apart() {
    let world = World::start().await;
    let [ana] = world.people(["ana"]).await;
    world.book(&ana, "2026-12-01T06:00", "2026-12-01T07:50", &[], json!({})).await;
    world.book(&ana, "2026-12-01T10:00", "2026-12-01T17:00", &[], json!({})).await;
    let ask = async |minutes: u32| {
        let answer = find(&world, question(&ana, &[], json!({ "buffer_minutes": minutes }))).await;
        starts(&answer).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(
        ask(0).await,
        ["12-01T08:00", "12-01T09:00", "12-01T17:00", "12-01T08:15", "12-01T08:30", "12-01T08:45"]
    );
    // What is before the window and after it counts too.
    assert_eq!(ask(15).await, ["12-01T08:15", "12-01T08:30", "12-01T08:45"]);
    assert_eq!(ask(60).await, [] as [&str; 0]);
}

/// The reminders shown are those that a booking then has, also where they go around other meetings.
#[tokio::test]
async fn a_booking_gets_the_reminders_that_were_shown() {
    let world = World::start().await;
    let ana = person(
        &world,
        "ana",
        json!({ "timezone": "Europe/Madrid", "dnd_start_time": 22, "dnd_end_time": 7 }),
    )
    .await;
    let around = json!({ "weekly": [], "during_meetings": true });
    let bo = person(&world, "bo", json!({ "timezone": "Asia/Kolkata", "do_not_disturb": around })).await;
    // A reminder two days before falls into it, on a day that is outside the window.
    world.book(&bo, "2026-11-29T06:00", "2026-11-29T12:00", &[], json!({})).await;
    for (day, notice, reasons) in
        [("2026-12-01", 2880, ["on_time", "after_meeting"]), ("2026-12-02", 60, ["after_dnd", "on_time"])]
    {
        let window = json!({ "start_time": format!("{day}T06:30"), "end_time": format!("{day}T18:00"), "notification_interval": notice });
        let answer = find(&world, question(&ana, &[&bo], window)).await;
        let best = &answer["suggestions"][0];
        let shown: Vec<_> =
            each(best, "reminder").iter().map(|reminder| reminder["reason"].clone()).collect();
        let (start, end) = (best["start_time"].as_str().unwrap(), best["end_time"].as_str().unwrap());
        let meeting = world.book(&ana, start, end, &[&bo], json!({ "notification_interval": notice })).await;
        world.settle().await;
        for (reminder, promised) in world.reminders(&meeting).await.iter().zip(each(best, "reminder")) {
            assert_eq!(reminder["reason"], promised["reason"], "{notice}");
            let at = |value: &Value| value["remind_at"].as_str().map(instant);
            assert_eq!(at(reminder), at(&promised), "{notice}");
        }
        assert_eq!(shown, reasons, "{answer}");
    }
}

fn instant(text: &str) -> chrono::DateTime<chrono::FixedOffset> {
    text.parse().unwrap()
}
