//! Bad hours are refused with the path of each bad value, when somebody is created and when they are changed.

use std::collections::BTreeSet;

use axum::http::Method;
use harness::{Person, World, new_user, with};
use serde_json::{Value, json};

use super::{create, exceptions, full, week};

/// Fields, and what is answered about them: each path, with a part of its message.
type Row = (Value, Vec<(&'static str, &'static str)>);

const DND: &str = "do_not_disturb";

/// `do_not_disturb` with this window of the week.
fn window(changes: Value) -> Value {
    let good = json!({ "days": ["mon"], "start": "22:00", "end": "07:00" });
    json!({ DND: { "weekly": [with(good, changes)] } })
}

/// `do_not_disturb` with this exception.
fn exception(changes: Value) -> Value {
    let good = json!({ "from": "2026-12-24", "until": "2026-12-26", "windows": [] });
    json!({ DND: { "exceptions": [with(good, changes)] } })
}

fn of_the_week() -> Vec<Row> {
    let whole = json!({ "days": ["mon"], "start": "00:00", "end": "24:00" });
    let day = |day: Value| window(json!({ "days": [day] }));
    let (days, first) = ("do_not_disturb.weekly[0].days", "do_not_disturb.weekly[0].days[0]");
    let (start, end) = ("do_not_disturb.weekly[0].start", "do_not_disturb.weekly[0].end");
    let weekly = "do_not_disturb.weekly";
    vec![
        (json!({ DND: true }), vec![(DND, "must be an object such as {\"weekly\"")]),
        (json!({ DND: "22:00-07:00" }), vec![(DND, "not text")]),
        (json!({ DND: week() }), vec![(DND, "not an array")]),
        (json!({ DND: { "weekly": 5 } }), vec![(weekly, "must be an array such as [{\"days\"")]),
        (json!({ DND: { "weekly": whole } }), vec![(weekly, "not an object")]),
        (json!({ DND: { "weekly": vec![whole.clone(); 29] } }), vec![(weekly, "at most 28 entries, not 29")]),
        (json!({ DND: { "weekly": ["mon"] } }), vec![("do_not_disturb.weekly[0]", "not text")]),
        (json!({ DND: { "weekly": [null] } }), vec![("do_not_disturb.weekly[0]", "not null")]),
        (
            json!({ DND: { "weekly": [{}] } }),
            vec![(days, "is missing"), (start, "is missing"), (end, "is missing")],
        ),
        (window(json!({ "days": [] })), vec![(days, "at least one day, such as \"mon\"")]),
        (window(json!({ "days": "mon" })), vec![(days, "must be an array such as [\"mon\", \"tue\"]")]),
        (window(json!({ "days": null })), vec![(days, "is missing")]),
        (day(json!("Monday")), vec![(first, "for \"Monday\" write \"mon\"")]),
        (day(json!("MON")), vec![(first, "for \"MON\" write \"mon\"")]),
        (day(json!("weekdays")), vec![(first, "\"sat\" or \"sun\", not \"weekdays\"")]),
        (day(json!("lunes")), vec![(first, "not \"lunes\"")]),
        (day(json!("")), vec![(first, "not \"\"")]),
        (
            day(json!(0)),
            vec![(first, "must be \"mon\", \"tue\", \"wed\", \"thu\", \"fri\", \"sat\" or \"sun\", not 0")],
        ),
        (day(json!(["mon"])), vec![(first, "not [\"mon\"]")]),
        (
            window(json!({ "days": ["mon", "funday", "tue", null] })),
            vec![
                ("do_not_disturb.weekly[0].days[1]", "\"funday\""),
                ("do_not_disturb.weekly[0].days[3]", "null"),
            ],
        ),
        (window(json!({ "start": "25:00" })), vec![(start, "\"25:00\" is no time of day")]),
        (window(json!({ "start": "10 PM" })), vec![(start, "for example \"22:00\"")]),
        (window(json!({ "end": "24:01" })), vec![(end, "is no time of day")]),
        (window(json!({ "end": 25 })), vec![(end, "25 is no hour of the day")]),
        (window(json!({ "end": 7.5 })), vec![(end, "whole hour")]),
        (
            window(json!({ "start": false, "end": {} })),
            vec![(start, "not true or false"), (end, "not an object")],
        ),
        (window(json!({ "start": "24:00" })), vec![(start, "use 00:00")]),
        (window(json!({ "end": "22:00" })), vec![(end, "can't start and end at 22:00")]),
        (window(json!({ "start": null })), vec![(start, "is missing")]),
        (window(json!({ "from": "22:00" })), vec![("do_not_disturb.weekly[0].from", "did you mean start?")]),
        (
            window(json!({ "weekday": "mon", "endTime": 7 })),
            vec![
                ("do_not_disturb.weekly[0].weekday", "did you mean days?"),
                ("do_not_disturb.weekly[0].endTime", "did you mean end?"),
            ],
        ),
        (
            json!({ DND: { "weekly": [
                week()[0], { "days": ["sat"], "start": "x", "end": "10:00" }, { "days": ["sun"], "start": 1, "end": 1 },
            ] } }),
            vec![("do_not_disturb.weekly[1].start", "\"x\""), ("do_not_disturb.weekly[2].end", "01:00")],
        ),
    ]
}

fn without_an_open_minute() -> Vec<Row> {
    let all = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let row =
        |weekly: Value| (json!({ DND: { "weekly": weekly } }), vec![("do_not_disturb.weekly", "no minute")]);
    vec![
        row(json!([{ "days": all, "start": "00:00", "end": "24:00" }])),
        row(json!([{ "days": all, "start": 8, "end": 20 }, { "days": all, "start": 20, "end": 8 }])),
        row(json!([
            { "days": ["fri", "sat", "sun"], "start": 0, "end": 24 },
            { "days": ["mon", "tue", "wed"], "start": 12, "end": "11:59" },
            { "days": all, "start": "11:59", "end": "12:00" },
            { "days": ["mon", "thu"], "start": "00:00", "end": "24:00" },
        ])),
    ]
}

fn of_exceptions() -> Vec<Row> {
    let (from, until) = ("do_not_disturb.exceptions[0].from", "do_not_disturb.exceptions[0].until");
    let windows = "do_not_disturb.exceptions[0].windows";
    let all = "do_not_disturb.exceptions";
    let date = |text: &str| exception(json!({ "from": text }));
    let noon = json!({ "start": "12:00", "end": "13:00" });
    vec![
        (json!({ DND: { "exceptions": {} } }), vec![(all, "must be an array such as")]),
        (
            json!({ DND: { "exceptions": ["2026-12-24"] } }),
            vec![("do_not_disturb.exceptions[0]", "an object such as")],
        ),
        (
            json!({ DND: { "exceptions": vec![exceptions()[0].clone(); 101] } }),
            vec![(all, "at most 100 entries, not 101")],
        ),
        (
            json!({ DND: { "exceptions": [{}] } }),
            vec![(from, "is missing"), (until, "is missing"), (windows, "is missing")],
        ),
        (date("24.12.2026"), vec![(from, "write it as YYYY-MM-DD, for example \"2026-12-24\"")]),
        (date("2026-12-23T00:00"), vec![(from, "for example \"2026-12-23\"")]),
        (date("2026-02-29"), vec![(from, "\"2026-02-29\" is no date")]),
        (date("2026-1-1"), vec![(from, "is no date")]),
        (date("+026-12-24"), vec![(from, "is no date")]),
        (date("1972-12-31"), vec![(from, "use 1973 to 2099")]),
        (exception(json!({ "until": "2100-01-01" })), vec![(until, "use 1973 to 2099")]),
        (
            exception(json!({ "from": 20_261_224 })),
            vec![(from, "must be a date such as \"2026-12-24\", not a number")],
        ),
        (exception(json!({ "until": null })), vec![(until, "is missing")]),
        (exception(json!({ "until": "2026-12-23" })), vec![(until, "must not be before from, 2026-12-24")]),
        (exception(json!({ "until": "2027-12-25" })), vec![(until, "367 days, and at most 366")]),
        (exception(json!({ "windows": null })), vec![(windows, "is missing")]),
        (exception(json!({ "windows": "none" })), vec![(windows, "must be an array")]),
        (
            exception(json!({ "windows": vec![noon.clone(); 11] })),
            vec![(windows, "at most 10 entries, not 11")],
        ),
        (
            exception(json!({ "windows": [noon, { "start": "8", "end": "08:00" }] })),
            vec![("do_not_disturb.exceptions[0].windows[1].end", "can't start and end at 08:00")],
        ),
        (
            exception(json!({ "windows": [{ "days": ["mon"], "start": 1, "end": "2 o'clock" }] })),
            vec![
                ("do_not_disturb.exceptions[0].windows[0].days", "is not a member of"),
                ("do_not_disturb.exceptions[0].windows[0].end", "2 o'clock"),
            ],
        ),
        (
            exception(json!({ "start": "2026-12-24", "end": "2026-12-26" })),
            vec![
                ("do_not_disturb.exceptions[0].start", "did you mean from?"),
                ("do_not_disturb.exceptions[0].end", "did you mean until?"),
            ],
        ),
        (
            json!({ DND: { "exceptions": [
                exceptions()[0], exceptions()[1], exceptions()[1],
                { "from": "2027-01-15", "until": "soon", "windows": [] },
            ] } }),
            vec![("do_not_disturb.exceptions[3].until", "\"soon\"")],
        ),
    ]
}

fn of_the_rest() -> Vec<Row> {
    let (start, end) = ("dnd_start_time", "dnd_end_time");
    let working = |hours: Value| json!({ "working_hours": hours });
    vec![
        (
            json!({ DND: { "during_meetings": "true" } }),
            vec![("do_not_disturb.during_meetings", "true or false")],
        ),
        (json!({ DND: { "during_meetings": 1 } }), vec![("do_not_disturb.during_meetings", "true or false")]),
        (
            json!({ DND: { "duringMeetings": true } }),
            vec![("do_not_disturb.duringMeetings", "mean during_meetings?")],
        ),
        (json!({ DND: { "week": [] } }), vec![("do_not_disturb.week", "did you mean weekly?")]),
        (
            json!({ DND: { "colour": 1, "": 2 } }),
            vec![
                ("do_not_disturb.colour", "its members are weekly, exceptions, during_meetings"),
                ("do_not_disturb.", "members"),
            ],
        ),
        (
            json!({ DND: { "snoozed_until": null } }),
            vec![("do_not_disturb.snoozed_until", "is not a member")],
        ),
        (
            json!({ DND: full(), start: 22, end: 7 }),
            vec![
                (DND, "must not come with dnd_start_time and dnd_end_time"),
                (start, "send one"),
                (end, "send one"),
            ],
        ),
        (
            json!({ DND: { "weekly": 1 }, start: "late", end: null }),
            vec![
                ("do_not_disturb.weekly", "not a number"),
                (DND, "must not come with dnd_start_time:"),
                (start, "is no time of day"),
            ],
        ),
        (json!({ "doNotDisturb": {} }), vec![("doNotDisturb", "did you mean do_not_disturb?")]),
        (json!({ "snoozed_until": null }), vec![("snoozed_until", "is not a field of this call")]),
        (working(json!("9 to 5")), vec![("working_hours", "must be an object such as")]),
        (
            working(json!({ "during_meetings": true })),
            vec![("working_hours.during_meetings", "its members are weekly, exceptions")],
        ),
        (
            working(json!({ "weekly": [{ "days": ["Fr"], "start": 9, "end": "17h" }], "exceptions": 0 })),
            vec![
                ("working_hours.weekly[0].days[0]", "not \"Fr\""),
                ("working_hours.weekly[0].end", "for example \"17:00\""),
                ("working_hours.exceptions", "not a number"),
            ],
        ),
        (
            with(working(json!({ "weekly": {} })), json!({ DND: { "weekly": {} }, "timezone": "Mars" })),
            vec![("timezone", "Mars"), ("do_not_disturb.weekly", "array"), ("working_hours.weekly", "array")],
        ),
    ]
}

#[tokio::test]
async fn each_bad_value_is_named_with_its_path() {
    let world = World::start().await;
    let ana = Person::of(&create(&world, json!({ "do_not_disturb": full() })).await);
    let rows = [of_the_week(), without_an_open_minute(), of_exceptions(), of_the_rest()].concat();
    assert!(rows.len() >= 70, "{}", rows.len());

    let before = world.items().await;
    let mut wrong = Vec::new();
    for (fields, expected) in rows {
        let path = format!("/api/users/{}", ana.id);
        for (method, path, body) in [
            (Method::POST, "/api/create_user", with(new_user("bo"), fields.clone())),
            (Method::PATCH, path.as_str(), fields.clone()),
        ] {
            let answer = world.send(method.clone(), path, body.to_string().into_bytes()).await;
            let named: BTreeSet<_> = crate::bad_fields(&answer.body).into_iter().collect();
            let says = |(field, words): &(&str, &str)| {
                let errors = answer.body["errors"].as_array().unwrap().iter();
                let mut messages = errors.filter(|error| error["field"] == *field);
                messages.any(|error| error["message"].as_str().unwrap().contains(words))
            };
            let is_named = named == expected.iter().map(|(field, _)| *field).collect();
            let is_short = answer.body.to_string().len() <= 4096;
            if answer.status != 422 || !is_named || !is_short || !expected.iter().all(says) {
                wrong.push(format!(
                    "{method} {fields:.300}\n    expected {expected:?}\n    answered {:.600}",
                    answer.body.to_string()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
    assert!(world.items().await == before, "nothing of all that was written");
}

/// A body has room for thousands of bad values. The first of them are answered.
#[tokio::test]
async fn an_answer_names_a_bounded_number_of_bad_values() {
    let world = World::start().await;
    for hours in [
        json!({ "weekly": vec![json!(1); 30_000] }),
        json!({ "weekly": [{ "days": vec![0; 30_000], "start": 1, "end": 2 }] }),
        json!({ "exceptions": vec![json!({}); 20_000] }),
    ] {
        let body = with(new_user("bo"), json!({ "working_hours": hours }));
        let (status, problem) = world.post("/api/create_user", body).await;
        assert_eq!((status, problem["errors"].as_array().unwrap().len()), (422, 50));
    }
}
