//! Changes of when people are not to be disturbed.

use axum::http::Method;
use harness::{instant, with};
use jiff::ToSpan;
use serde_json::{Value, json};

use crate::clocks::{DndHours, Minute, Week, local};
use crate::run::Run;
use crate::written::{time, written};

impl Run {
    /// Everyone's calendar got or lost that time by a meeting.
    pub(crate) fn plan_around(&mut self, which: usize, time: (Minute, Minute)) {
        for who in self.model.meetings[which].people.clone() {
            self.model.plan_around(which, who, time);
        }
    }

    pub(crate) async fn snooze(&mut self, who: usize, minutes: i64) {
        let path = format!("/api/users/{}/snooze", self.model.people[who].id);
        let answer = self.ask(Method::POST, &path, json!({ "minutes": minutes }), 200).await;
        let until = (self.model.now + minutes * 60 + 59).div_euclid(60);
        let shown = answer["snoozed_until"].as_str().unwrap();
        assert_eq!(instant(shown).timestamp(), until * 60);
        self.model.people[who].snooze = Some((self.model.minute(), until));
        self.model.plan_person(who);
    }

    pub(crate) async fn end_snooze(&mut self, who: usize) {
        let path = format!("/api/users/{}/snooze", self.model.people[who].id);
        self.ask(Method::DELETE, &path, Value::Null, 200).await;
        let is_over = |(_, end): &(Minute, Minute)| end * 60 <= self.model.now;
        let past = self.model.people[who].snooze.filter(is_over);
        self.model.people[who].snooze = past;
        self.model.plan_person(who);
    }

    pub(crate) async fn set_dnd(&mut self, who: usize, hours: Option<DndHours>) {
        self.patch_user(who, written(hours)).await;
        // The exceptions stay.
        self.model.people[who].hours.weekly = Week::daily(hours).weekly;
        self.model.plan_person(who);
    }

    /// `exceptions` begin so many days from today on and have so many days, by the person's calendar.
    pub(crate) async fn set_week(
        &mut self,
        who: usize,
        weekly: &[([bool; 7], DndHours)],
        exceptions: &[(i64, i64, Vec<DndHours>)],
    ) {
        let person = &self.model.people[who];
        let today = local(person.zone, self.model.minute()).date();
        let dates = |(after, days, windows): &(i64, i64, Vec<DndHours>)| {
            let first = today + after.days();
            (first, first + (days - 1).days(), windows.clone())
        };
        let week = Week { weekly: weekly.to_vec(), exceptions: exceptions.iter().map(dates).collect() };
        if week.fills_the_week() {
            return;
        }
        let window = |(start, end): &DndHours| json!({ "start": time(*start), "end": time(*end) });
        let weekly = week.weekly.iter().map(|(days, hours)| {
            let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
            let days: Vec<_> =
                names.iter().zip(days).filter(|(_, opens)| **opens).map(|(name, _)| name).collect();
            with(window(hours), json!({ "days": days }))
        });
        let exceptions = week.exceptions.iter().map(|(first, last, windows)| {
            let windows: Vec<_> = windows.iter().map(window).collect();
            json!({ "from": first.to_string(), "until": last.to_string(), "windows": windows })
        });
        let quiet =
            json!({ "weekly": weekly.collect::<Vec<_>>(), "exceptions": exceptions.collect::<Vec<_>>() });
        self.patch_user(who, json!({ "do_not_disturb": quiet })).await;
        self.model.people[who].hours = week;
        self.model.plan_person(who);
    }
}
