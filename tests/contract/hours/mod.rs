//! `do_not_disturb` and `working_hours`: what is read, kept and answered.

mod bad_input;
mod calendars;
mod largest;
mod planning;

use harness::{Person, World, new_user, with};
use serde_json::{Value, json};

use crate::changes::patch_user;
use crate::{bad_fields, message};

/// `do_not_disturb` of somebody with one window on all days.
pub(crate) fn every_day(start: &str, end: &str) -> Value {
    let all = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    json!({
        "weekly": [{ "days": all, "start": start, "end": end }], "exceptions": [], "during_meetings": false,
    })
}

/// `do_not_disturb` of somebody without any.
pub(crate) fn never() -> Value {
    json!({ "weekly": [], "exceptions": [], "during_meetings": false })
}

/// 22:00 to 07:00 on weekdays and 23:30 to 10:00 on weekends.
fn week() -> Value {
    json!([
        { "days": ["mon", "tue", "wed", "thu", "fri"], "start": "22:00", "end": "07:00" },
        { "days": ["sat", "sun"], "start": "23:30", "end": "10:00" },
    ])
}

/// A day off at Christmas, and a night on call.
fn exceptions() -> Value {
    json!([
        { "from": "2026-12-24", "until": "2026-12-26", "windows": [{ "start": "00:00", "end": "24:00" }] },
        { "from": "2027-01-15", "until": "2027-01-15", "windows": [] },
    ])
}

fn full() -> Value {
    json!({ "weekly": week(), "exceptions": exceptions(), "during_meetings": true })
}

/// Creates Ana in Madrid with these fields.
async fn create(world: &World, fields: Value) -> Value {
    let ana = with(new_user("ana"), json!({ "timezone": "Europe/Madrid" }));
    let (status, user) = world.post("/api/create_user", with(ana, fields)).await;
    assert_eq!(status, 201, "{user}");
    let read = world.get(&format!("/api/users/{}", user["user_id"].as_str().unwrap())).await;
    assert_eq!(read, (200, user.clone()));
    user
}

/// What is answered about somebody's hours.
fn hours(user: &Value) -> Value {
    let names = ["dnd_start_time", "dnd_end_time", "do_not_disturb", "working_hours"];
    names.map(|name| user[name].clone()).into()
}

#[tokio::test]
async fn a_week_with_exceptions_is_answered_as_it_was_given() {
    let world = World::start().await;
    let working = json!({ "weekly": [{ "days": ["fri"], "start": "09:00", "end": "13:00" }] });
    let user = create(&world, json!({ "do_not_disturb": full(), "working_hours": working })).await;
    let working = with(working, json!({ "exceptions": [] }));
    assert_eq!(hours(&user), json!([null, null, full(), working]));
    assert_eq!(user["snoozed_until"], Value::Null);
}

#[tokio::test]
async fn times_and_days_are_read_in_several_forms_and_answered_in_one() {
    let world = World::start().await;
    for (number, (days, start, end, answered)) in [
        (json!(["sun", "mon", "sun"]), json!(22), json!("7:00"), json!([["mon", "sun"], "22:00", "07:00"])),
        (json!(["wed"]), json!("22"), json!(24), json!([["wed"], "22:00", "24:00"])),
        (json!(["tue"]), json!("00:00:00"), json!("24:00"), json!([["tue"], "00:00", "24:00"])),
        (json!(["sat"]), json!(23), json!(0), json!([["sat"], "23:00", "00:00"])),
    ]
    .into_iter()
    .enumerate()
    {
        let weekly = json!([{ "days": days, "start": start, "end": end }]);
        let email = json!({ "email": format!("ana{number}@example.com") });
        let user = create(&world, with(email, json!({ "do_not_disturb": { "weekly": weekly } }))).await;
        let [days, start, end] = answered.as_array().unwrap().clone().try_into().unwrap();
        let expected = json!([{ "days": days, "start": start, "end": end }]);
        assert_eq!(user["do_not_disturb"], with(never(), json!({ "weekly": expected })));
    }
}

/// The short form is answered where the week is exactly that, however it was given.
#[tokio::test]
async fn both_forms_are_answered_where_a_week_is_one_window() {
    let world = World::start().await;
    let short = create(&world, json!({ "dnd_start_time": 22, "dnd_end_time": 7 })).await;
    assert_eq!(hours(&short), json!(["22:00", "07:00", every_day("22:00", "07:00"), null]));
    let full = with(every_day("22:00", "07:00"), json!({ "exceptions": exceptions() }));
    let same = create(&world, json!({ "email": "b@example.com", "do_not_disturb": full })).await;
    assert_eq!(hours(&same), json!(["22:00", "07:00", full, null]));
    // Null in the other form says nothing.
    let nulls = json!({ "email": "c@example.com", "dnd_start_time": null, "dnd_end_time": null });
    let with_nulls = create(&world, with(nulls, json!({ "do_not_disturb": full }))).await;
    assert_eq!(hours(&with_nulls), hours(&same));
    let null = json!({ "email": "d@example.com", "do_not_disturb": null, "working_hours": null });
    let null = create(&world, with(null, json!({ "dnd_start_time": 22, "dnd_end_time": 7 }))).await;
    assert_eq!(hours(&null), hours(&short));
}

/// As RFC 7396 has it: what is absent stays, null is the default, arrays are replaced.
#[tokio::test]
async fn a_change_is_merged_into_the_hours_before() {
    let world = World::start().await;
    let user = create(&world, json!({ "do_not_disturb": full() })).await;
    let ana = Person::of(&user);
    let one = json!([{ "days": ["sat"], "start": "01:00", "end": "02:00" }]);
    let daily = every_day("21:00", "06:00")["weekly"].clone();
    let work = json!([{ "days": ["mon"], "start": "00:00", "end": "24:00" }]);
    let mut expected = user;
    for (change, after) in [
        (json!({ "do_not_disturb": {} }), json!({})),
        (json!({ "do_not_disturb": { "during_meetings": false } }), json!({ "during_meetings": false })),
        (json!({ "do_not_disturb": { "weekly": one } }), json!({ "weekly": one })),
        (json!({ "do_not_disturb": { "exceptions": null } }), json!({ "exceptions": [] })),
        (json!({ "do_not_disturb": full() }), full()),
        // The short form replaces the week alone.
        (
            json!({ "dnd_start_time": 21, "dnd_end_time": 6 }),
            json!({ "weekly": daily, "dnd_start_time": "21:00", "dnd_end_time": "06:00" }),
        ),
        (
            json!({ "dnd_start_time": null, "dnd_end_time": null }),
            json!({ "weekly": [], "dnd_start_time": null, "dnd_end_time": null }),
        ),
        (
            json!({ "do_not_disturb": { "weekly": week(), "during_meetings": null } }),
            json!({
                "weekly": week(), "during_meetings": false,
            }),
        ),
        // Null in the short form comes first, so that it removes a week that the other form doesn't name.
        (
            json!({ "do_not_disturb": { "weekly": one }, "dnd_start_time": null, "dnd_end_time": null }),
            json!({
                "weekly": one,
            }),
        ),
        (
            json!({ "do_not_disturb": { "during_meetings": true }, "dnd_end_time": null }),
            json!({
                "weekly": [], "during_meetings": true,
            }),
        ),
        (json!({ "do_not_disturb": null }), never()),
        (
            json!({ "do_not_disturb": null, "dnd_start_time": 21, "dnd_end_time": 6 }),
            json!({ "weekly": daily, "dnd_start_time": "21:00", "dnd_end_time": "06:00" }),
        ),
        (
            json!({ "do_not_disturb": { "weekly": null } }),
            json!({
                "weekly": [], "dnd_start_time": null, "dnd_end_time": null,
            }),
        ),
        // Working hours may fill the week.
        (
            json!({ "working_hours": { "weekly": every_day("00:00", "24:00")["weekly"] } }),
            json!({ "working_hours": {
                "weekly": every_day("00:00", "24:00")["weekly"], "exceptions": [],
            } }),
        ),
        (
            json!({ "working_hours": { "exceptions": exceptions() } }),
            json!({ "working_hours": {
            "weekly": every_day("00:00", "24:00")["weekly"], "exceptions": exceptions(),
        } }),
        ),
        (
            json!({ "working_hours": { "weekly": work, "exceptions": null } }),
            json!({ "working_hours": {
            "weekly": work, "exceptions": [],
        } }),
        ),
        (json!({ "name": "Anna" }), json!({ "name": "Anna" })),
        (json!({ "working_hours": null }), json!({ "working_hours": null })),
        (json!({ "working_hours": {} }), json!({ "working_hours": { "weekly": [], "exceptions": [] } })),
    ] {
        for (name, value) in after.as_object().unwrap() {
            let part =
                if expected.get(name).is_some() { &mut expected } else { &mut expected["do_not_disturb"] };
            part[name] = value.clone();
        }
        let answer = patch_user(&world, &ana, change.clone()).await;
        assert_eq!(answer, (200, expected.clone()), "{change}");
        assert_eq!(world.get(&format!("/api/users/{}", ana.id)).await.1, expected, "{change}");
    }
}

#[tokio::test]
async fn one_time_of_the_short_form_needs_a_week_that_is_one_window() {
    let world = World::start().await;
    let ana = Person::of(&create(&world, json!({ "do_not_disturb": full() })).await);
    let before = world.items().await;
    for (change, field) in [
        (json!({ "dnd_start_time": 21 }), "dnd_start_time"),
        (json!({ "dnd_end_time": "06:00" }), "dnd_end_time"),
        (json!({ "dnd_start_time": null }), "dnd_start_time"),
    ] {
        let (status, problem) = patch_user(&world, &ana, change.clone()).await;
        assert_eq!((status, bad_fields(&problem)), (422, vec![field]), "{change}");
        let words = "but 22:00 to 07:00 on weekdays and 23:30 to 10:00 on weekends; send do_not_disturb";
        assert!(message(&problem, field).contains(words), "{problem}");
    }
    assert!(world.items().await == before);
}

/// The week has every minute, which only the short form may say.
#[tokio::test]
async fn quiet_at_all_times_is_possible_in_the_short_form_alone() {
    let world = World::start().await;
    let user = create(&world, json!({ "dnd_start_time": "00:00", "dnd_end_time": "24:00" })).await;
    assert_eq!(user["do_not_disturb"], every_day("00:00", "24:00"));
    let ana = Person::of(&user);
    let (status, problem) =
        patch_user(&world, &ana, json!({ "do_not_disturb": user["do_not_disturb"] })).await;
    assert_eq!((status, bad_fields(&problem)), (422, vec!["do_not_disturb.weekly"]));
    let change = json!({ "do_not_disturb": { "during_meetings": true } });
    assert_eq!(patch_user(&world, &ana, change).await.1["dnd_end_time"], "24:00");
}

/// It is Monday, 2 November, in Madrid. On Kiritimati it is Tuesday.
#[tokio::test]
async fn exceptions_that_ended_over_a_week_ago_are_not_kept() {
    let world = World::start().await;
    let of = |days: &[&str]| -> Value {
        days.iter().map(|day| json!({ "from": "2026-10-01", "until": day, "windows": [] })).collect()
    };
    let all = of(&["2026-10-25", "2026-10-26", "2026-10-27"]);
    for (number, (zone, kept)) in [
        ("Europe/Madrid", &["2026-10-26", "2026-10-27"][..]),
        ("Pacific/Kiritimati", &["2026-10-26", "2026-10-27"]),
    ]
    .into_iter()
    .enumerate()
    {
        world.clock.set(harness::instant("2026-11-02T09:00:00Z"));
        let both = json!({ "do_not_disturb": { "exceptions": all }, "working_hours": { "exceptions": all } });
        let who = json!({ "email": format!("ana{number}@example.com"), "timezone": zone });
        let user = create(&world, with(who, both)).await;
        assert_eq!(user["do_not_disturb"]["exceptions"], of(kept), "{zone}");
        assert_eq!(user["working_hours"]["exceptions"], of(kept), "{zone}");
        // A day later in UTC, or an hour later where it is midnight then.
        let later = if number == 0 { "2026-11-02T23:00:00Z" } else { "2026-11-02T10:00:00Z" };
        world.clock.set(harness::instant(later));
        let ana = Person::of(&user);
        let (_, user) = patch_user(&world, &ana, json!({ "name": "Anna" })).await;
        assert_eq!(user["do_not_disturb"]["exceptions"], of(&["2026-10-27"]), "{zone}");
    }
}
