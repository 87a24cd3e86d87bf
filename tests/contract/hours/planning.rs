//! Hours decide the minutes of reminders, and a change of them moves what is planned at once.

use harness::{Person, World};
use serde_json::{Value, json};

use super::{create, week};
use crate::changes::patch_user;

/// The minute of Ana's one reminder of a meeting on her own clock, and its reason.
async fn planned(world: &World, meeting: &Value) -> (String, String) {
    world.settle().await;
    let reminders = world.reminders(meeting).await;
    let [reminder] = &reminders[..] else { panic!("{reminders:?}") };
    let at = reminder["remind_at"].as_str().unwrap_or("never").trim_end_matches(":00+00:00").to_owned();
    (at, reminder["reason"].as_str().unwrap().to_owned())
}

/// Books an hour of Ana's alone, by her own clock. She is in Madrid, an hour ahead of UTC.
async fn book(world: &World, ana: &Person, start: &str, end: &str) -> Value {
    world.book(ana, start, end, &[], json!({ "time_zone": "Europe/Madrid" })).await
}

#[tokio::test]
async fn a_window_belongs_to_the_day_on_which_it_opens() {
    let world = World::start().await;
    let ana = Person::of(&create(&world, json!({ "do_not_disturb": { "weekly": week() } })).await);
    for (start, end, at, reason) in [
        // 27 November 2026 is a Friday. Its window ends on Saturday at 07:00, whatever Saturday says.
        ("2026-11-28T08:30", "2026-11-28T09:00", "2026-11-28T06:30", "on_time"),
        ("2026-11-28T07:30", "2026-11-28T08:00", "2026-11-28T06:00", "after_dnd"),
        // Saturday's opens at 23:30 and ends on Sunday at 10:00, and Sunday's on Monday.
        ("2026-11-29T00:15", "2026-11-29T00:20", "2026-11-28T22:15", "on_time"),
        ("2026-11-29T10:30", "2026-11-29T11:00", "2026-11-29T09:00", "after_dnd"),
        ("2026-11-30T10:30", "2026-11-30T11:00", "2026-11-30T09:00", "after_dnd"),
        ("2026-12-01T10:30", "2026-12-01T11:00", "2026-12-01T08:30", "on_time"),
    ] {
        let meeting = book(&world, &ana, start, end).await;
        assert_eq!(planned(&world, &meeting).await, (at.to_owned(), reason.to_owned()), "{start}");
    }
}

#[tokio::test]
async fn a_change_of_the_schedule_moves_what_is_planned() {
    let world = World::start().await;
    let ana = Person::of(&create(&world, json!({})).await);
    // On a Sunday morning, and on a day of the holiday.
    let sunday = book(&world, &ana, "2026-11-29T10:30", "2026-11-29T11:00").await;
    let holiday = book(&world, &ana, "2026-12-29T10:30", "2026-12-29T11:00").await;
    let off = json!([{ "from": "2026-12-21", "until": "2027-01-03", "windows": [
        { "start": "00:00", "end": "24:00" },
    ] }]);
    let on_call = json!([{ "from": "2026-11-28", "until": "2026-11-28", "windows": [] }]);
    let both = json!([off[0], on_call[0]]);
    let (on_time, lie_in) = (("2026-11-29T08:30", "on_time"), ("2026-11-29T09:00", "after_dnd"));
    let open = ("2026-12-29T08:30", "on_time");
    for (change, of_sunday, of_holiday) in [
        (json!({}), ("2026-11-29T08:30", "on_time"), open),
        (json!({ "do_not_disturb": { "weekly": week() } }), lie_in, ("2026-12-29T08:30", "on_time")),
        // The last minute before two weeks of quiet, with its margin.
        (json!({ "do_not_disturb": { "exceptions": off } }), lie_in, ("2026-12-20T22:25", "before_dnd")),
        // On call on Saturday: the window that would open then doesn't.
        (
            json!({ "do_not_disturb": { "exceptions": both } }),
            ("2026-11-29T08:30", "on_time"),
            ("2026-12-20T22:25", "before_dnd"),
        ),
        // The short form over a week: the exceptions stay.
        (
            json!({ "dnd_start_time": "08:00", "dnd_end_time": "10:00" }),
            ("2026-11-29T09:00", "after_dnd"),
            ("2026-12-20T22:55", "before_dnd"),
        ),
        (json!({ "do_not_disturb": { "exceptions": [] } }), lie_in, ("2026-12-29T09:00", "after_dnd")),
        (json!({ "do_not_disturb": null }), on_time, open),
        // Nothing is moved by working hours.
        (json!({ "working_hours": { "weekly": week() } }), on_time, open),
    ] {
        let (status, answer) = patch_user(&world, &ana, change.clone()).await;
        assert_eq!(status, 200, "{answer}");
        let found = (planned(&world, &sunday).await, planned(&world, &holiday).await);
        let text = |(at, reason): (&str, &str)| (at.to_owned(), reason.to_owned());
        assert_eq!(found, (text(of_sunday), text(of_holiday)), "{change}");
    }
}

/// Whoever books learns whom the meeting disturbs, by the week of each.
#[tokio::test]
async fn a_meeting_in_somebodys_hours_says_so() {
    let world = World::start().await;
    let ana = Person::of(&create(&world, json!({ "do_not_disturb": { "weekly": week() } })).await);
    let bo = world.person("bo", "UTC").await;
    for (start, end, disturbed) in
        [("2026-11-27T07:30", "2026-11-27T08:30", false), ("2026-11-29T07:30", "2026-11-29T08:30", true)]
    {
        let meeting = world.book(&bo, start, end, &[&ana], json!({})).await;
        let whom = json!({ "user_id": ana.id, "email": ana.email });
        let expected = if disturbed { json!([whom]) } else { json!([]) };
        assert_eq!(meeting["do_not_disturb_participants"], expected, "{start}");
    }
}
